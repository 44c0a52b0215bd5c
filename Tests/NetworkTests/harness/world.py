"""A city, its district and the district's town, each in its namespace; their calls go through a relay in the middle."""

import json
import pathlib
import subprocess
import sys
import threading
import time

from .netns import Bench
from .office import Failed, Office

NAMES = ("city", "district", "town")
CODES = {"city": "1305", "district": "130526", "town": "130526100"}
PORT = 7443
# Who calls whom, by the name of the lower office.
SUPERIORS = {"district": "city", "town": "district"}


class Relay:
    """The relay's process, in the middle namespace."""

    def __init__(self, bench):
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", bench.middle, sys.executable, "-m", "harness.relay"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=pathlib.Path(__file__).parent.parent)
        self.lock = threading.Lock()

    def ask(self, do, **fields):
        with self.lock:
            self.process.stdin.write(json.dumps({"do": do, **fields}) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

    def counts(self, forget=False):
        return self.ask("counts", forget=forget)["connections"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


class World:
    def __init__(self, docket, folder, names=NAMES):
        self.bench = Bench(names)
        self.names = names
        self.docket = docket
        self.folder = folder

    def __enter__(self):
        self.bench.__enter__()
        self.relay = None
        self.offices = {
            name: Office(self.docket, self.bench.links[name], self.folder, name) for name in self.names}
        try:
            self.relay = Relay(self.bench)
            self._join()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for office in self.offices.values():
            office.kill()
        if self.relay is not None:
            self.relay.close()
        self.bench.__exit__()

    def _join(self):
        """Over good links: the city founded, the others enrolled, rules and officers there."""
        city = self.offices["city"]
        city.command("init", CODES["city"], "--name", "市局")
        city.command("regime", "publish", "renxian")
        for name in self.names[1:]:
            superior, link = self.offices[SUPERIORS[name]], self.bench.links[name]
            self.relay.ask(
                "open", name=name, listen=[link.middle_address, PORT],
                target=[superior.link.office_address, PORT])
            if superior.process is None:
                superior.serve("--listen", f"0.0.0.0:{PORT}")
            invited = superior.command(
                "invite", CODES[name], "--name", name, "--address", f"{link.middle_address}:{PORT}")
            self.offices[name].command("join", invited["code"])
        self.serve()
        self.settle(120)

    def serve(self, names=None):
        for name in names or self.names:
            if self.offices[name].process is None:
                self.offices[name].serve("--listen", f"0.0.0.0:{PORT}")

    def stop(self, names=None):
        for name in names or self.names:
            self.offices[name].stop()

    def are_level(self):
        """Whether everything is where it belongs: streams that two hold end at the same place."""
        heads = {name: self.offices[name].heads() for name in self.names}
        for lower, upper in SUPERIORS.items():
            if lower not in heads:
                continue
            shared = set(heads[lower]) & set(heads[upper])
            if any(heads[lower][stream] != heads[upper][stream] for stream in shared):
                return False
            # The superior holds all that the lower office wrote for it.
            if self.unsent(lower) != 0:
                return False
        return True

    def unsent(self, name):
        desk = self.offices[name].desk()
        try:
            return desk.ask("status")["status"]["_0"]["unsent"]
        finally:
            desk.close()

    def settle(self, patience, is_there=lambda: True):
        """Waits until nothing is owed any more and what is asked for is there; seconds it took."""
        begin = time.monotonic()
        while not (self.are_level() and is_there()):
            if time.monotonic() - begin > patience:
                raise Failed(f"did not converge within {patience} s: {self.shown_heads()}")
            for office in self.offices.values():
                if office.process is not None and office.process.poll() is not None:
                    raise Failed(f"{office.name} ended: {office.log[-800:]}")
            time.sleep(0.5)
        return time.monotonic() - begin

    def shown_heads(self):
        return {
            name: sorted(f"{stream.hex()[4:20]}…{stream.hex()[-4:]}:{seq}" for stream, seq in office.heads().items())
            for name, office in self.offices.items()}

    def verify(self):
        for office in self.offices.values():
            problems = office.command("verify")["problems"]
            if problems:
                raise Failed(f"{office.name}: {problems}")
        rows = {name: {(r["office"], r["stream"], r["seq"]): r["hash"]
                       for r in office.command("log", "--limit", "1000000")["log"]}
                for name, office in self.offices.items()}
        for lower, upper in SUPERIORS.items():
            if lower in rows:
                for key in set(rows[lower]) & set(rows[upper]):
                    if rows[lower][key] != rows[upper][key]:
                        raise Failed(f"{lower} and {upper} hold another entry at {key}")
