"""Live acts while a large attachment goes up: how long each takes to its superior."""

import os
import pathlib
import random
import tempfile
import time

from . import workload
from .office import Failed
from .scenario import Line, put
from .world import World

NAMES = ("city", "district")
LINE = Line(delay=0.1, rate="8mbit")
# Bytes on the line after which the attachment is surely what moves.
UNDER_WAY = 2_000_000


def measure(docket, megabytes, acts, patience):
    with tempfile.TemporaryDirectory(prefix="docket-network-") as folder:
        with World(docket, folder, NAMES) as world:
            return _measured(world, pathlib.Path(folder) / "recording.bin", megabytes, acts, patience)


def _measured(world, recording, megabytes, acts, patience):
    city, district = world.offices["city"], world.offices["district"]
    city.command("attach", "limits", "--quota", "4G", "--eager", "2G")
    workload.hire(district)
    before = district.heads()
    workload.cases(district, 1)
    stream = next(name for name, seq in district.heads().items() if seq > before.get(name, 0))
    world.settle(60)
    quiet = _latencies(world, stream, acts, first=1)
    put(world, LINE)
    slow = _latencies(world, stream, acts, first=1 + acts)
    with open(recording, "wb") as file:
        for _ in range(megabytes):
            file.write(os.urandom(1 << 20))
    number = district.command("case", "list", "--limit", "1")["files"][0]["number"]
    mark = _up(world)
    begin = time.monotonic()
    district.command("attach", "add", number, str(recording), timeout=patience)
    while _up(world) - mark < UNDER_WAY:
        if time.monotonic() - begin > patience:
            raise Failed("the attachment does not go up")
        time.sleep(0.2)
    busy = _latencies(world, stream, acts, first=1 + 2 * acts)
    if _up(world) - mark >= megabytes << 20:
        raise Failed("the attachment was there before all acts were: a larger one is needed")
    while _state(city, number) != "present":
        if time.monotonic() - begin > patience:
            raise Failed(f"the attachment is {_state(city, number)} after {patience} s")
        time.sleep(1)
    took = time.monotonic() - begin
    sent = _up(world) - mark
    put(world, Line())
    world.settle(60)
    world.verify()
    return {
        "megabytes": megabytes, "acts": acts, "seconds": round(took, 1), "ratio": round(sent / (megabytes << 20), 3),
        "quiet": quiet, "slow": slow, "busy": busy, "delay": LINE.delay}


def _up(world):
    return sum(connection["up"] for connection in world.relay.counts())


def _state(office, number):
    rows = office.command("attach", "list", number)["attachments"]
    return rows[0]["state"] if rows else None


def _latencies(world, stream, acts, first):
    """Seconds from the answer at the district to the entry at the city: median, 99 of 100, greatest."""
    city, district = world.offices["city"], world.offices["district"]
    taken = []
    for number in range(first, first + acts):
        workload.cases(district, 1, first=number)
        begin = time.monotonic()
        wanted = district.heads()[stream]
        while city.heads().get(stream, 0) < wanted:
            if time.monotonic() - begin > 120:
                raise Failed(f"an act has not arrived after 120 s: {number}")
            time.sleep(0.005)
        taken.append(time.monotonic() - begin)
        time.sleep(random.uniform(0.2, 1.2))
    taken.sort()
    return {
        "median": round(taken[len(taken) // 2], 3), "p99": round(taken[min(len(taken) - 1, int(len(taken) * 0.99))], 3),
        "max": round(taken[-1], 3)}
