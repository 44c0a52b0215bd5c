"""A node: the built `docket`, in a namespace, with its folder."""

import json
import os
import pathlib
import signal
import socket
import sqlite3
import struct
import subprocess
import time

from . import payload


class Failed(Exception):
    """Something that must hold did not."""


class Office:
    def __init__(self, docket, link, folder, name):
        self.docket = docket
        self.link = link
        self.name = name
        self.home = str(pathlib.Path(folder) / name)
        self.log_path = str(pathlib.Path(folder) / f"{name}.log")
        self.process = None

    def _inside(self, *words):
        return ["ip", "netns", "exec", self.link.space, self.docket, "--home", self.home, *words]

    def command(self, *words, timeout=600):
        """A command of the desk; its reply."""
        done = subprocess.run(
            self._inside(*words, "--json"), capture_output=True, text=True, timeout=timeout,
            env=dict(os.environ, DOCKET_LANG="en"))
        if done.returncode != 0:
            raise Failed(f"{self.name}: {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def serve(self, *words, timeout=60):
        log = open(self.log_path, "a")
        self.process = subprocess.Popen(
            self._inside("serve", *words, "--json"), stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True)
        log.close()
        line = self.process.stdout.readline()
        if '"port"' not in line:
            raise Failed(f"{self.name} does not serve: {self.log[-500:]}")

    def stop(self):
        """In order; seconds it took."""
        if self.process is None:
            return 0.0
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"{self.name} does not stop")
        self.process.stdout.close()
        status, self.process = self.process.returncode, None
        if status != 0:
            raise Failed(f"{self.name} stopped with {status}: {self.log[-800:]}")
        return time.monotonic() - begin

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    @property
    def log(self):
        try:
            return pathlib.Path(self.log_path).read_text()
        except FileNotFoundError:
            return ""

    def desk(self):
        return Desk(self.home)

    def heads(self):
        """{stream: last position} as its database has them."""
        with self._database() as database:
            return {bytes(name): seq for name, seq in database.execute("SELECT name, seq FROM stream")}

    def entry_bytes(self, beyond, authors=None, other_than=None):
        """Bytes of the entries after the given heads; of streams of these authors, or of all others'."""
        total = 0
        before = {}
        with self._database() as database:
            rows = database.execute(
                "SELECT stream.name, entry.seq, entry.bytes FROM entry JOIN stream ON stream.id = entry.stream"
                " ORDER BY stream.id, entry.seq")
            for name, seq, stored in rows:
                name = bytes(name)
                if seq <= beyond.get(name, 0):
                    continue
                if authors is not None and author(name) not in authors:
                    continue
                if other_than is not None and author(name) in other_than:
                    continue
                item = payload.Item(bytes(stored))
                total += item.bytes_after(before.get(name))
                before[name] = item
        return total

    def _database(self):
        return sqlite3.connect(f"file:{self.home}/docket.sqlite?mode=ro", uri=True, timeout=30)


def author(stream):
    """The 32 bytes of the key's fingerprint in a stream's name: the first byte string in it."""
    at = stream.index(b"\x58\x20")
    return stream[at + 2:at + 34]


class Desk:
    """The control socket of a serving node: many requests without a process for each."""

    def __init__(self, home):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(600)
        self.socket.connect(f"{home}/docket.sock")

    def ask(self, name, content=None, **fields):
        """`content` is the request's one unnamed value."""
        body = {"_0": content} if content is not None else fields
        text = json.dumps({name: body}, ensure_ascii=False).encode()
        self.socket.sendall(struct.pack(">I", len(text)) + text)
        while True:
            answer = json.loads(self._read(struct.unpack(">I", self._read(4))[0]))
            if "progress" in answer:
                continue
            if "failure" in answer:
                raise Failed(f"{name}: {answer['failure']}")
            return answer["reply"]["_0"]

    def _read(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise Failed("the node hung up")
            data += piece
        return data

    def close(self):
        self.socket.close()
