"""A TCP relay: hands every byte on a fixed time after it came, in each direction, and counts.

It ends TCP on both sides, so what TCP itself sends again is not counted, and loss on one link is not seen on the other.
It limits no rate, but reads no more where the other side takes no more: nothing piles up in it that a cut would lose
without having crossed both links.

Commands come as JSON lines on standard input, answers go as JSON lines to standard output:
  {"do": "open", "listen": [host, port], "target": [host, port], "name": …}
  {"do": "delay", "seconds": 0.3}
  {"do": "buffer", "bytes": 16384}   what each socket of connections made from now on may hold
  {"do": "mode", "name": …, "mode": "pass" | "refuse" | "mute"}   mute: takes calls and never answers
  {"do": "reset", "name": …}      ends every connection of it with a reset, as a router does that has forgotten it
  {"do": "hold", "name": …}       connections open now stay open, and nothing goes through them any more
  {"do": "counts"}                every connection since the last time this was asked with "forget": true
"""

import asyncio
import collections
import fcntl
import json
import socket
import struct
import sys
import termios
import time

# What the relay's sockets may hold unless it is told: a line's time to the relay is none, so that 16 KiB fill one of
# 8 Mbit/s and more, and little has crossed one line and not the other when both are cut.
BUFFER_BYTES = 16 * 1024


class Direction:
    """Bytes on their way from one socket to the other."""

    def __init__(self, relay):
        self.relay = relay
        self.queue = collections.deque()
        self.timer = None
        self.source = None
        self.target = None
        self.is_paused = False
        self.is_held = False
        self.is_over = False
        self.when_over = lambda: None
        self.count = 0
        self.written = 0
        self.arrived = 0

    def take(self, data):
        if self.is_held:
            return
        self.count += len(data)
        self.add(data)

    def add(self, item):
        self.queue.append((time.monotonic() + self.relay.delay, item))
        self.pump()

    def pump(self):
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.is_held or self.target is None:
            return
        now = time.monotonic()
        while self.queue and not self.is_paused:
            due, item = self.queue[0]
            if due > now:
                self.timer = asyncio.get_running_loop().call_later(due - now, self.pump)
                break
            self.queue.popleft()
            if item is None:
                self.is_over = True
                if not self.target.is_closing():
                    self.target.write_eof()
                self.when_over()
            elif isinstance(item, Exception):
                self.target.abort()
                self.queue.clear()
            else:
                self.written += len(item)
                self.target.write(item)

    def note(self):
        """Bytes that the target's system has acknowledged."""
        if self.target is None:
            return
        try:
            handle = self.target.get_extra_info("socket").fileno()
            waiting = struct.unpack("i", fcntl.ioctl(handle, termios.TIOCOUTQ, b"\0" * 4))[0]
        except (OSError, ValueError):
            return
        self.arrived = max(self.arrived, self.written - waiting - self.target.get_write_buffer_size())

    def pause(self, is_paused):
        self.is_paused = is_paused
        if self.source is not None and not self.source.is_closing():
            if is_paused:
                self.source.pause_reading()
            elif not self.is_held:
                self.source.resume_reading()
        if not is_paused:
            self.pump()


class Side(asyncio.Protocol):
    """One of a connection's two sockets."""

    def __init__(self, connection, is_caller):
        self.connection = connection
        self.is_caller = is_caller
        self.outgoing = connection.up if is_caller else connection.down
        self.incoming = connection.down if is_caller else connection.up

    def connection_made(self, transport):
        end = transport.get_extra_info("socket")
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.connection.port.relay.buffer // 2)
        transport.set_write_buffer_limits(high=0)
        self.outgoing.source = transport
        self.incoming.target = transport
        if self.outgoing.is_paused:
            transport.pause_reading()
        if self.is_caller:
            self.connection.begin()
        self.incoming.pump()

    def data_received(self, data):
        self.outgoing.take(data)

    def eof_received(self):
        self.outgoing.add(None)
        return True

    def pause_writing(self):
        self.incoming.pause(True)

    def resume_writing(self):
        self.incoming.pause(False)

    def connection_lost(self, error):
        self.connection.lost(self.is_caller, error)


class Connection:
    def __init__(self, port):
        self.port = port
        self.up = Direction(port.relay)
        self.down = Direction(port.relay)
        for direction in (self.up, self.down):
            direction.when_over = self.ended
        self.opened = time.time()
        self.closed = None
        self.end = None
        port.connections.append(self)

    def begin(self):
        if self.port.mode == "refuse":
            self.reset("refused")
        elif self.port.mode == "pass":
            self.port.relay.tasks.add(asyncio.ensure_future(self.dial()))

    async def dial(self):
        try:
            calling = socket.socket(socket.AF_INET)
            calling.setblocking(False)
            calling.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.port.relay.buffer)
            await asyncio.get_running_loop().sock_connect(calling, self.port.target)
            await asyncio.get_running_loop().create_connection(lambda: Side(self, False), sock=calling)
        except OSError as error:
            self.reset(f"target: {error.strerror}")

    def lost(self, is_caller, error):
        self.note()
        if self.closed is None:
            self.closed = time.time()
            self.end = ("caller" if is_caller else "listener") + (f": {error}" if error else "")
        direction = self.up if is_caller else self.down
        if direction.target is not None and not direction.target.is_closing():
            direction.add(error or ConnectionResetError())

    def note(self):
        self.up.note()
        self.down.note()

    def ended(self):
        """Both sides have said their last."""
        if self.up.is_over and self.down.is_over:
            for transport in (self.up.source, self.down.source):
                transport.close()

    def reset(self, reason):
        self.note()
        if self.closed is None:
            self.closed = time.time()
            self.end = reason
        for transport in (self.up.source, self.down.source):
            if transport is not None and not transport.is_closing():
                end = transport.get_extra_info("socket")
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                transport.abort()
        for direction in (self.up, self.down):
            direction.queue.clear()

    def hold(self):
        for direction in (self.up, self.down):
            direction.is_held = True
            direction.queue.clear()

    @property
    def shown(self):
        if self.closed is None:
            self.note()
        return {
            "name": self.port.name, "opened": self.opened, "closed": self.closed, "end": self.end,
            "up": self.up.count, "down": self.down.count, "upArrived": self.up.arrived, "downArrived": self.down.arrived,
        }


class Port:
    def __init__(self, relay, name, target):
        self.relay = relay
        self.name = name
        self.target = target
        self.mode = "pass"
        self.taking = None
        self.connections = []


class Relay:
    def __init__(self):
        self.delay = 0.0
        self.buffer = BUFFER_BYTES
        self.ports = {}
        self.tasks = set()

    async def obey(self, command):
        what = command["do"]
        chosen = [self.ports[command["name"]]] if "name" in command and what != "open" else list(self.ports.values())
        if what == "open":
            port = Port(self, command["name"], tuple(command["target"]))
            self.ports[command["name"]] = port
            taking = socket.socket(socket.AF_INET)
            taking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Before it listens: the connections it takes have it from the first packet on.
            taking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffer)
            port.taking = taking
            taking.bind(tuple(command["listen"]))
            await asyncio.get_running_loop().create_server(lambda: Side(Connection(port), True), sock=taking)
        elif what == "delay":
            self.delay = command["seconds"]
        elif what == "buffer":
            self.buffer = command["bytes"]
            for port in chosen:
                port.taking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffer)
        elif what == "mode":
            for port in chosen:
                port.mode = command["mode"]
        elif what == "reset":
            for port in chosen:
                for connection in port.connections:
                    if connection.closed is None:
                        connection.reset("reset")
        elif what == "hold":
            for port in chosen:
                for connection in port.connections:
                    connection.hold()
        elif what == "counts":
            shown = [connection.shown for port in chosen for connection in port.connections]
            if command.get("forget"):
                for port in chosen:
                    port.connections = [c for c in port.connections if c.closed is None]
                    for connection in port.connections:
                        for direction in (connection.up, connection.down):
                            direction.count = 0
                            direction.written -= direction.arrived
                            direction.arrived = 0
            return {"connections": shown}
        else:
            return {"error": what}
        return {}


async def main():
    relay = Relay()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(json.dumps(await relay.obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
