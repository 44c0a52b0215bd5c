"""One kind of bad line, and what it took to exchange a day's work of three offices over it."""

import dataclasses
import pathlib
import random
import tempfile
import threading
import time

from . import workload
from .netns import Link
from .office import Failed, author
from .world import SUPERIORS, World


RELAY_BYTES_MIN = 4 * 1024
RELAY_BYTES_MAX = 16 * 1024


@dataclasses.dataclass(frozen=True)
class Line:
    """How bad the lines are, all of them alike."""

    # Seconds a byte takes, in each direction.
    delay: float = 0.0
    # Packets lost at each end of each line, of a hundred.
    loss: int = 0
    # As tc says it; None: as fast as this machine is.
    rate: str | None = None
    # Seconds from one cut to the next; None: no cuts.
    cut_every: float | None = None
    # Seconds a line is down in each cut.
    cut_down: float = 1.0
    # Whether connections that go through the line are reset by a cut.
    resets: bool = True
    # Whether the resets are lost too: both ends go on as if nothing had been.
    silent: bool = False

    @property
    def relay_bytes(self):
        """What a socket of the relay may hold: a sixty-fourth of a second of the line, and at least some packets."""
        units = {"kbit": 125, "mbit": 125_000}
        rate = int(self.rate[:-4]) * units[self.rate[-4:]] if self.rate else RELAY_BYTES_MAX * 64
        return min(max(rate // 64, RELAY_BYTES_MIN), RELAY_BYTES_MAX)


LINES = {
    "clean": Line(),
    "delay": Line(delay=0.3),
    "loss": Line(loss=10),
    "narrow": Line(rate="64kbit"),
    "flaps": Line(rate="256kbit", cut_every=5, resets=False),
    "cuts": Line(rate="1mbit", cut_every=5),
    "forgets": Line(rate="256kbit", cut_every=20, silent=True),
    "together": Line(delay=0.1, loss=3, rate="512kbit", cut_every=10),
    # What is left of five seconds after a cut and a new handshake is some 80 KiB.
    "harsh": Line(rate="256kbit", cut_every=5),
    # Everything at once. What a cut drops is as lost as the rest, and TCP sends it again.
    "all": Line(delay=0.3, loss=10, rate="64kbit", cut_every=5, resets=False),
    # And every cut ends all connections: after it and a handshake of two seconds and more some 10 KiB are left of five
    # seconds.
    "all_resets": Line(delay=0.3, loss=10, rate="64kbit", cut_every=5, cut_down=0.5),
    # Needs no packet filter: for machines that test each change.
    "slice": Line(delay=0.05, rate="256kbit", cut_every=5, cut_down=0),
}


class Cuts:
    """Cuts the lines from time to time, one after the other."""

    def __init__(self, world, line):
        self.world = world
        self.line = line
        self.count = 0
        self.over = threading.Event()
        self.error = None
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        if self.line.cut_every:
            self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        if self.line.cut_every:
            self.thread.join()
            self.world.bench.drop(self.line.loss)
        if self.error:
            raise self.error

    def _run(self):
        try:
            while not self.over.wait(self.line.cut_every - self.line.cut_down):
                self.count += 1
                if self.line.resets and not self.line.silent:
                    self.world.relay.ask("reset")
                    # The resets themselves still get through what waits before them.
                    self.over.wait(Link.QUEUE_SECONDS)
                if self.line.cut_down:
                    self.world.bench.drop(self.line.loss, down=self.world.names)
                    if self.line.silent:
                        self.world.relay.ask("reset")
                    self.over.wait(self.line.cut_down)
                    self.world.bench.drop(self.line.loss)
        except Exception as error:
            self.error = error


def put(world, line):
    for link in world.bench.links.values():
        link.set_rate(line.rate)
    world.bench.drop(line.loss)
    world.relay.ask("delay", seconds=line.delay)
    world.relay.ask("buffer", bytes=line.relay_bytes)


def idle_bytes(world):
    """What a connection costs that has nothing to exchange: handshake, hello and its end; by the lower office's name.

    Each by itself, so that no other exchange falls into it."""
    costs = {}
    for name in world.names:
        if name not in SUPERIORS:
            continue
        world.stop([name])
        world.relay.counts(forget=True)
        world.serve([name])
        time.sleep(2)
        world.settle(60)
        connections = [c for c in world.relay.counts() if c["name"] == name]
        if len(connections) != 1:
            raise Failed(f"{name}: {len(connections)} connections where one was expected")
        costs[name] = (connections[0]["up"], connections[0]["down"])
    return costs


def measure(docket, kind, count, patience, live=20, log_to=None):
    """Runs one line; its figures."""
    line = LINES[kind]
    with tempfile.TemporaryDirectory(prefix="docket-network-") as folder:
        with World(docket, folder) as world:
            try:
                return _measured(world, line, kind, count, patience, live)
            finally:
                if log_to:
                    for office in world.offices.values():
                        (pathlib.Path(log_to) / f"{kind}-{office.name}.log").write_text(office.log)


def _measured(world, line, kind, count, patience, live):
    offices = world.offices
    costs = idle_bytes(world)
    world.stop()
    before = {name: office.heads() for name, office in offices.items()}
    for office in offices.values():
        office.serve("--listen", "none", "--manual-sync")
        workload.hire(office)
        workload.units(office, count)
        workload.cases(office, count)
    offices["city"].command("regime", "publish", "hongjiang")
    world.stop()
    apart = {name: office.heads() for name, office in offices.items()}
    authors = {
        name: {author(stream) for stream in apart[name] if apart[name][stream] > before[name].get(stream, 0)}
        for name in offices}

    world.relay.counts(forget=True)
    devices = {name: world.bench.links[name].device_bytes() for name in offices}
    put(world, line)
    world.serve()
    wanted = {f"{name}第{number}号" for name in offices for number in range(count)}
    with Cuts(world, line) as cuts:
        begin = time.monotonic()
        world.settle(patience, lambda: _has(offices["city"], wanted, 3 * count))
        took = time.monotonic() - begin
        # A few more while the line stays as bad: what live sessions carry.
        begin = time.monotonic()
        for number in range(live):
            for office in offices.values():
                workload.cases(office, 1, count + number)
            time.sleep(random.uniform(0, 0.5))
        worked = time.monotonic() - begin
        begin = time.monotonic()
        world.settle(patience, lambda: _has(offices["city"], set(), 3 * (count + live)))
        took_live = time.monotonic() - begin
        connections = world.relay.counts()
        cut_count = cuts.count
    after_devices = {name: world.bench.links[name].device_bytes() for name in offices}
    put(world, LINES["clean"])
    world.settle(120)
    world.stop()
    for name, office in offices.items():
        if not _knows(office, "hongjiang"):
            raise Failed(f"{name} never got the city's rules")
    world.verify()
    links = {}
    for name in SUPERIORS:
        links[name] = _link(world, name, connections, costs[name], apart, authors)
        sent, received = (b - a for a, b in zip(devices[name], after_devices[name]))
        links[name] |= {"deviceSent": sent, "deviceReceived": received}
    return {
        "line": kind, "cases": count, "live": live, "seconds": round(took, 1), "liveSeconds": round(took_live, 1),
        "workSeconds": round(worked, 1), "cuts": cut_count, "links": links}


def _has(office, starts, number):
    titles = workload.titles(office)
    return len(titles) >= number and all(any(t.startswith(s) for t in titles) for s in list(starts)[:20])


def _knows(office, pack):
    return any(regime["pack"] == pack and regime["published"] for regime in office.command("regime", "list")["regimes"])


def _link(world, name, connections, cost, apart, authors):
    """Figures of the line between an office and its superior."""
    lower, upper = world.offices[name], world.offices[SUPERIORS[name]]
    below = set(authors[name])
    for other, superior in SUPERIORS.items():
        if superior == name:
            below |= authors[other]
    mine = [c for c in connections if c["name"] == name]
    figures = {"connections": len(mine)}
    shared = set(lower.heads()) & set(upper.heads())
    # A head has its stream, its position and a hash; a frame its length, its array and TLS's record.
    frontier = 36 + sum(len(stream) + 40 for stream in shared)
    total = {"arrived": 0, "wire": 0, "payload": 0}
    for direction, holder, cost_of_one, chosen in (
        ("up", upper, cost[0], {"authors": below}), ("down", lower, cost[1], {"other_than": below}),
    ):
        arrived = sum(c[f"{direction}Arrived"] for c in mine)
        # Of a connection that was cut within them all is greeting.
        greetings = sum(min(c[f"{direction}Arrived"], cost_of_one + frontier) for c in mine)
        traffic = {
            "wire": sum(c[direction] for c in mine) - greetings, "arrived": arrived - greetings, "greetings": greetings,
            "payload": holder.entry_bytes(apart[holder.name], **chosen)}
        figures[direction] = traffic
        for key in total:
            total[key] += traffic[key]
    # Both directions together: what is given back for entries, credit and receipts' frames, goes against them.
    figures["ratio"] = round(total["arrived"] / total["payload"], 3)
    figures["wireRatio"] = round(total["wire"] / total["payload"], 3)
    return figures
