"""Peers and routers that go without a word: what a node notices, and how soon it is well again."""

import tempfile
import time

from . import workload
from .office import Failed
from .scenario import LINES, put
from .world import CODES, PORT, World

NAMES = ("city", "district")


def _wait(what, patience, is_so):
    begin = time.monotonic()
    while not is_so():
        if time.monotonic() - begin > patience:
            raise Failed(f"{what}: not within {patience} s")
        time.sleep(0.2)
    return round(time.monotonic() - begin, 1)


def _arrives(world, title, patience):
    return _wait(f"{title} at the city", patience, lambda: any(title in t for t in workload.titles(world.offices["city"])))


def _opened(world):
    return len(world.relay.counts())


def _live(world):
    """A session that is shown to be live."""
    workload.hire(world.offices["district"])
    workload.cases(world.offices["district"], 1)
    _arrives(world, "district第0号", 60)


def held(world, patience):
    """A router in between goes on taking bytes and passes none; new calls get through."""
    _live(world)
    world.relay.ask("hold")
    workload.cases(world.offices["district"], 1, first=1)
    return {"seconds": _arrives(world, "district第1号", patience)}


def held_down(world, patience):
    """The same; it is the superior that has something to say."""
    _live(world)
    world.relay.ask("hold")
    city, district = world.offices["city"], world.offices["district"]
    city.command("regime", "publish", "hongjiang")

    def knows():
        desk = district.desk()
        regimes = desk.ask("regimeList")["regimes"]["_0"]
        desk.close()
        return any(r["pack"] == "hongjiang" and r["published"] for r in regimes)

    return {"seconds": _wait("rules at the district", patience, knows)}


def vanished(world, patience):
    """The lower office's line is torn out. The superior learns it, though nothing arrives that says so."""
    _live(world)
    if not _is_connected(world):
        raise Failed("the city does not say that it is connected")
    world.bench.drop(0, down=("district",))
    world.relay.ask("hold")
    took = _wait("the city's knowledge that the district is gone", patience, lambda: not _is_connected(world))
    workload.cases(world.offices["district"], 1, first=1)
    world.bench.drop(0)
    return {"seconds": took, "back": _arrives(world, "district第1号", patience)}


def _is_connected(world):
    desk = world.offices["city"].desk()
    peers = desk.ask("peers")["peers"]["_0"]
    desk.close()
    return any(peer["office"] == CODES["district"] and peer["state"] == "live" for peer in peers)


def replaced(world, patience):
    """The lower office's machine comes back at once; the superior still has the dead session."""
    _live(world)
    world.relay.ask("hold")
    world.offices["district"].kill()
    world.offices["district"].serve("--listen", f"0.0.0.0:{PORT}")
    workload.cases(world.offices["district"], 1, first=1)
    return {"seconds": _arrives(world, "district第1号", patience)}


def mute(world, patience):
    """Something takes the calls and never answers; then the superior is there again."""
    _live(world)
    world.relay.ask("mode", mode="mute")
    world.relay.ask("reset")
    workload.cases(world.offices["district"], 1, first=1)
    before = _opened(world)
    again = _wait("two more calls", patience, lambda: _opened(world) >= before + 2)
    world.relay.ask("mode", mode="pass")
    return {"secondsToCallAgain": again, "seconds": _arrives(world, "district第1号", patience)}


def stopping(world, patience):
    """A node is told to stop while it has much to send to a peer that takes nothing more."""
    district = world.offices["district"]
    district.stop()
    district.serve("--listen", "none", "--manual-sync")
    workload.hire(district)
    workload.units(district, 3_000)
    district.stop()
    put(world, LINES["narrow"])
    world.serve()
    _wait("bytes under way", patience, lambda: any(c["up"] > 40_000 for c in world.relay.counts()))
    world.bench.drop(0, down=("district",))
    took = {name: round(world.offices[name].stop(), 1) for name in NAMES}
    if max(took.values()) > 5:
        raise Failed(f"stopping took {took}")
    world.bench.drop(0)
    put(world, LINES["clean"])
    world.serve()
    world.settle(patience)
    world.verify()
    return took


KINDS = {kind.__name__: kind for kind in (held, held_down, vanished, replaced, mute, stopping)}


def measure(docket, kind, patience):
    with tempfile.TemporaryDirectory(prefix="docket-network-") as folder:
        with World(docket, folder, NAMES) as world:
            return {"gone": kind} | KINDS[kind](world, patience)
