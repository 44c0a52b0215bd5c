"""Whole sessions of version 2, both sides of them (page 5): who may say what, and what each holds in the end."""

from .cbor import Refused, whole
from .frames import frontier_digest, read_frame, rebuilt
from .log import PAYLOAD_MAX, Charter, Entry, Head, Introduction, Revocation, Stream, changes_of
from .tree import Tree

CREDIT = 1_048_576
ENTRY_MORE = 72
HEADS_MAX = 2_000
WANTS_MAX = 256
LOOK_BACK = (64, 4_096, 1 << 64)


class NotByThePage(Exception):
    """A frame that a node would take, and that the page does not let the other side say."""


def expect(is_right, text):
    if not is_right:
        raise NotByThePage(text)


def stream_of(text):
    return whole(bytes.fromhex(text), Stream.read)


def entries_of(run):
    return stream_of(run["stream"]), [Entry(bytes.fromhex(entry)) for entry in run["entries"]]


class Side:
    """One office: what it holds, and how far its talk has gone."""

    def __init__(self, given, root):
        self.office = given["office"]
        self.tree = Tree(root)
        self.entries = {}  # Stream: {hash: Entry}, of every branch
        self.chains = {}  # Stream: the hashes of the branch held at the beginning
        for charter, issuer in self._charters(given):
            self.tree.admit(charter, issuer)
        for run in given["held"]:
            stream, entries = entries_of(run)
            self.take(stream, entries)
            self.chains[stream] = [entry.hash for entry in entries]
        self.agreed = None
        if "agreed" in given:
            self.agreed = [
                Head(stream_of(head["stream"]), head["seq"], bytes.fromhex(head["hash"])) for head in given["agreed"]
            ]
        self.signs = [entries_of(run) for run in given.get("signs", [])]
        self.heads = []  # of the streams that both may hold, when the session began
        self.hello = None
        self.frontier = []  # what it told
        self.has_told_all = False
        self.positions = None
        self.credit = CREDIT  # what it may still send
        self.owed = 0  # credit it owes for what it got
        self.dones = 0
        self.wants = []  # (stream, from) it asked for
        self.doubts = {}  # Stream: position at which its branch and the peer's differ
        self.has_settled = False
        self.said = None  # (place in the order of streams, stream, next position) of its last run before its first done

    @staticmethod
    def _charters(given):
        def charters(reader):
            found = []
            for _ in range(reader.head(100)):
                reader.array(2)
                issuer, payload = reader.fixed(32), reader.bytes(PAYLOAD_MAX)
                found.append((changes_of(payload)[0], issuer))
            return found

        return whole(bytes.fromhex(given["charters"]), charters)

    def take(self, stream, entries):
        held = self.entries.setdefault(stream, {})
        for entry in entries:
            if entry.hash in held:
                continue
            held[entry.hash] = entry
            for change in changes_of(entry.payload):
                if isinstance(change, Charter):
                    self.tree.admit(change, stream.author, entry.header.stamp)
                elif isinstance(change, Introduction):
                    self.tree.introduce(change, stream.author)
                elif isinstance(change, Revocation):
                    self.tree.revoke(change.key)

    def begin(self, peer):
        for stream, chain in self.chains.items():
            if self.tree.may_read(self.office, stream) and self.tree.may_read(peer.office, stream):
                self.heads.append(Head(stream, len(chain), chain[-1]))

    def order(self, stream):
        """Page 1: from the root downwards, each office's keys in the order they took effect."""
        office = self.tree.owner[stream.author]
        depth = self.tree.seats[office][2]
        return (depth, office.encode(), self.tree.seated[office].index(stream.author), stream.encoded)

    @property
    def moved(self):
        return [head for head in self.heads if head not in self.agreed]

    def head(self, stream):
        return next((head for head in self.heads if head.stream == stream), None)


class Session:
    VERSION = 2

    def __init__(self, given):
        root = bytes.fromhex(given["root"])
        self.sides = [Side(side, root) for side in given["sides"]]
        for side, peer in zip(self.sides, reversed(self.sides)):
            side.begin(peer)
        self.course = None
        self.is_odd = False  # Somebody asked for what nothing here made it ask for.
        self.lines = []
        self.bytes = [0, 0]

    # What is said.

    def read(self, by, data):
        """One frame of a side's, as the other reads it."""
        number = len(self.lines) + 1
        side, peer = self.sides[by], self.sides[1 - by]
        frame = read_frame(data)
        self.bytes[by] += len(data)
        self.lines.append(f"{side.office} {getattr(self, 'words_' + frame['frame'])(frame)}")
        try:
            getattr(self, "read_" + frame["frame"])(side, peer, frame)
        except Refused as refusal:
            raise Refused(refusal.code, at=number) from None

    def read_hello(self, side, peer, frame):
        self.in_turn(side.hello is None)
        side.hello = frame
        if frame["version"] < 1:
            raise Refused("unsupported-version")
        if frame["office"] != side.office:
            raise Refused("wrong-office")
        expect(frame["version"] == self.VERSION, "version")
        expect(frame["digest"] == frontier_digest(side.heads), "digest of the heads that both may hold")
        expect(frame["agreed"] == (None if side.agreed is None else frontier_digest(side.agreed)), "agreed")
        if peer.hello is None:
            return
        agreed = [one.hello["agreed"] for one in self.sides]
        if side.hello["digest"] == peer.hello["digest"]:
            self.course = "idle"
        elif None not in agreed and agreed[0] == agreed[1]:
            expect(all(len(one.moved) <= HEADS_MAX for one in self.sides), "more moved than one frame holds")
            self.course = "brief"
        else:
            self.course = "whole"

    def read_frontier(self, side, peer, frame):
        self.in_turn(self.course in ("whole", "brief") and not side.has_told_all)
        side.frontier += frame["heads"]
        side.has_told_all = frame["isLast"]
        if self.course == "brief":
            self.in_turn(side.has_told_all)
        if side.has_told_all:
            told = side.moved if self.course == "brief" else side.heads
            expect(sorted(side.frontier, key=by_stream) == sorted(told, key=by_stream), "heads")
        self.find_doubts()

    def read_positions(self, side, peer, frame):
        self.in_turn(self.course == "brief" and peer.has_told_all and side.positions is None)
        side.positions = frame["positions"]
        expect(len(side.positions) == len(peer.frontier), "one position for each head")
        for head, position in zip(peer.frontier, side.positions):
            own = side.head(head.stream)
            expect(position == (own and {"seq": own.seq, "hash": own.hash.hex()}), f"position in {head.stream.name}")
        self.find_doubts()

    def are_known(self):
        """Whether both know where the other stands."""
        if self.course == "brief":
            return all(side.positions is not None for side in self.sides)
        return self.course == "whole" and all(side.has_told_all for side in self.sides)

    def find_doubts(self):
        """Heads that tell of another branch: of the same position, or behind and not on the chain held."""
        if not self.are_known():
            return
        for side, peer in zip(self.sides, reversed(self.sides)):
            for head in side.heads:
                other = peer.head(head.stream)
                if other and other.seq <= head.seq and side.chains[head.stream][other.seq - 1] != other.hash:
                    side.doubts[head.stream] = other.seq

    def read_credit(self, side, peer, frame):
        self.in_turn(self.course in ("whole", "brief") and peer.has_told_all and frame["bytes"] <= CREDIT)
        side.owed -= frame["bytes"]
        expect(side.owed >= 0, "credit for what did not come")
        peer.credit += frame["bytes"]

    def read_run(self, side, peer, frame):
        self.in_turn(self.are_known() and not (side.has_settled and self.has_all_dones(peer)))
        cost = cost_of(frame)
        expect(side.credit > 0, "credit")
        side.credit -= cost
        peer.owed += cost
        stream = frame["stream"]
        expect(side.tree.may_read(peer.office, stream), "a stream that the other may not hold")
        if side.dones == 0:
            self.check_order(side, peer, frame)
        self.store(peer, frame)

    def store(self, peer, frame):
        stream = frame["stream"]
        key = peer.tree.key(stream.author)
        if key is None or not peer.tree.may_read(peer.office, stream):
            return  # Left: its charter may be on its way.
        entries = [entry for entry, _ in rebuilt(frame, (1, 2))]
        held = peer.entries.get(stream, {})
        first = entries[0].header
        if first.seq > 1 and first.previous not in held:
            # It parts further back.
            peer.doubts[stream] = min(first.seq, len(peer.chains.get(stream, [])) + 1)
            return
        if not entries[-1].is_signed(key):
            raise Refused("invalid-entry")
        for entry in entries:
            expect(entry.hash not in held or entry.is_signed(key), "a signature held otherwise")
        peer.take(stream, entries)

    def check_order(self, side, peer, frame):
        stream, last = frame["stream"], side.said
        if any(want[0] == stream for want in peer.wants):
            return
        place = side.order(stream)
        after = peer.head(stream).seq + 1 if peer.head(stream) else 1
        if last is not None and last[1] == stream:
            after = last[2]
        expect(last is None or last[0] <= place, "order of streams")
        expect(frame["first"] == after, "goes on where the other stands")
        side.said = (place, stream, after + len(frame["items"]))

    def read_done(self, side, peer, frame):
        self.in_turn(self.are_known() and not self.has_all_dones(peer))
        side.dones += 1

    def has_all_dones(self, side):
        """Whether a side has got every done it waits for."""
        peer = self.sides[1 - self.sides.index(side)]
        return peer.dones == 1 + len(side.wants)

    def read_want(self, side, peer, frame):
        self.in_turn(self.are_known() and not side.has_settled)
        stream, start = frame["stream"], frame["from"]
        times = sum(want[0] == stream for want in side.wants)
        side.wants.append((stream, start))
        if len(side.wants) > WANTS_MAX:
            raise Refused("too-much")
        if times < len(LOOK_BACK) and stream in side.doubts:
            expect(start == max(1, side.doubts[stream] - LOOK_BACK[times]), "how far back")
        else:
            # It is answered all the same.
            self.is_odd = True

    def read_settled(self, side, peer, frame):
        self.in_turn(self.are_known() and side.dones > 0 and not side.has_settled)
        expect(self.has_all_dones(side), "every done")
        side.has_settled = True

    def read_close(self, side, peer, frame):
        raise Refused("closed")

    def read_entries(self, side, peer, frame):
        # In turn it would be; version 2 says run.
        self.in_turn(self.are_known())
        expect(False, "entries of version 1")

    @staticmethod
    def in_turn(is_right):
        if not is_right:
            raise Refused("protocol-violated")

    # How a line is shown.

    def words_hello(self, frame):
        return f"hello {frame['version']}"

    def words_frontier(self, frame):
        return f"frontier {len(frame['heads'])}" + (" last" if frame["isLast"] else "")

    def words_run(self, frame):
        return f"run {frame['stream'].name} {frame['first']} {len(frame['items'])}"

    def words_entries(self, frame):
        return f"entries {frame['stream'].name} {len(frame['entries'])}"

    def words_credit(self, frame):
        return f"credit {frame['bytes']}"

    def words_want(self, frame):
        return f"want {frame['stream'].name} {frame['from']}"

    def words_positions(self, frame):
        return "positions " + " ".join(str(one["seq"]) if one else "none" for one in frame["positions"])

    def words_close(self, frame):
        return f"close {frame['code']}"

    def words_done(self, frame):
        return "done"

    def words_settled(self, frame):
        return "settled"

    # The end.

    def finish(self):
        """Nothing is owed any more, and both hold the same of what both may hold."""
        expect(not self.is_odd, "a want without a doubt")
        if self.course == "idle":
            expect(len(self.lines) == 2, "equal digests end it")
        else:
            for side in self.sides:
                expect(side.has_settled and self.has_all_dones(side) and side.owed == 0, "an open end")
        for side in self.sides:
            for stream, entries in side.signs:
                if self.course != "idle":
                    side.take(stream, entries)
        return self.shown()

    def shown(self):
        for side, peer in zip(self.sides, reversed(self.sides)):
            for stream, entries in side.entries.items():
                if side.tree.may_read(side.office, stream) and side.tree.may_read(peer.office, stream):
                    expect(set(entries) <= set(peer.entries.get(stream, {})), f"the other lacks some of {stream.name}")
        return self.told()

    def told(self):
        return {
            "course": self.course,
            "lines": self.lines,
            "bytes": self.bytes,
            "held": [
                [
                    {
                        "stream": stream.name,
                        "entries": [
                            entry.hash.hex()
                            for entry in sorted(entries.values(), key=lambda entry: (entry.header.seq, entry.hash))
                        ],
                    }
                    for stream, entries in sorted(side.entries.items(), key=lambda pair: pair[0].encoded)
                ]
                for side in self.sides
            ],
        }


def by_stream(head):
    return head.stream.encoded


def cost_of(run):
    return sum(len(item["signature"]) + len(item["payload"]) + ENTRY_MORE for item in run["items"])
