"""Sessions of version 3 (page 5): trees, a line that breaks, credit that grows, and what comes after everything is
exchanged."""

from . import frontier
from .cbor import Reader, Refused, whole
from .frames import FRAME_MAX, read_item, rebuilt
from .log import PAYLOAD_MAX, SIGNATURE_MAX, Stream
from .session import CREDIT, Session, by_stream, cost_of, entries_of, expect, stream_of

FIRST_CREDIT = 65_536
FRAME_BYTES = 163_840
FIRST_FRAME_BYTES = 8_192
WHOLE_HEADS = 256
HEADS_IN_ALL = 50_000


class Staying(Session):
    VERSION = 3

    def __init__(self, given):
        super().__init__(given)
        for side, told in zip(self.sides, given["sides"]):
            side.credit = side.window = FIRST_CREDIT
            side.costs = []  # of the runs it got and has not given back
            side.carried = 0
            side.exchanged = set()  # what it sent before everything was exchanged
            side.returned = set()  # streams of which it sent some of the other's back
            side.whole_heads = told.get("wholeHeads", WHOLE_HEADS)
            side.trees = []  # the numbers of heads it told, level by level
            side.begun = told.get("begun")
            side.has_begun = False
            # What it signs each time it owes receipts, and what it records of its own after so many lines.
            side.receipts = [[entries_of(run) for run in runs] for runs in told["receipts"]]
            side.records = [(one["after"], [entries_of(run) for run in one["entries"]]) for one in told.get("records", [])]
        self.levels, self.leaves, self.divisions = frontier.met(*(side.heads for side in self.sides))
        self.is_over = False
        self.begun = None

    def read(self, by, data):
        expect(not self.is_over, "nothing after the end")
        self.record()
        self.data = data
        super().read(by, data)

    def record(self):
        for side in self.sides:
            for after, runs in side.records:
                if after == len(self.lines):
                    for stream, entries in runs:
                        side.take(stream, entries)

    @property
    def is_flowing(self):
        return self.course == "idle" or self.are_known()

    # The digest tree.

    def meets_by_trees(self):
        return self.course == "whole" and all(len(side.heads) > side.whole_heads for side in self.sides)

    def read_tree(self, side, peer, frame):
        level, nodes = len(side.trees), frame["nodes"]
        self.in_turn(self.course == "whole" and not side.frontier and not side.has_told_all)
        self.in_turn(level == 0 or level < len(self.levels) and level <= len(peer.trees))
        counts = [node["count"] if node else 0 for node in nodes]
        if level == 0:
            self.in_turn(len(nodes) == 256 and sum(counts) <= HEADS_IN_ALL)
        else:
            divided = self.divisions[level - 1]
            self.in_turn(len(nodes) == 16 * len(divided))
            for number, place in enumerate(divided):
                self.in_turn(sum(counts[16 * number : 16 * number + 16]) == side.trees[-1][place])
        expect(len(side.heads) > side.whole_heads, "so few heads are told without a tree")
        expect(self.data == self.levels[level][self.sides.index(side)], "nodes of the heads it holds")
        side.trees.append(counts)

    def read_frontier(self, side, peer, frame):
        if not self.meets_by_trees():
            self.in_turn(len(side.trees) <= 1)
            expect(not side.trees or peer.frontier, "a tree is void by the other's frontier")
            return super().read_frontier(side, peer, frame)
        self.in_turn(not side.has_told_all)
        self.in_turn(len(side.trees) == len(peer.trees) == len(self.levels))
        side.frontier += frame["heads"]
        told = self.leaves[self.sides.index(side)]
        self.in_turn(len(side.frontier) == len(told) if frame["isLast"] else len(side.frontier) <= len(told))
        side.has_told_all = frame["isLast"]
        if side.has_told_all:
            expect(sorted(side.frontier, key=by_stream) == sorted(told, key=by_stream), "heads where the trees differ")

    # Entries and credit.

    def read_run(self, side, peer, frame):
        self.in_turn(self.is_flowing and (not side.has_settled or peer.has_settled))
        stream, first = frame["stream"], frame["first"]
        begun = self.begun_of(peer)
        is_begun = begun and (begun[0], begun[1], begun[2]) == (stream, first, frame["items"][0]["signature"])
        expect(not is_begun, "what was begun is continued")
        self.take_run(side, peer, frame)

    def take_run(self, side, peer, frame):
        stream, cost = frame["stream"], cost_of(frame)
        expect(side.credit > 0, "credit")
        side.credit -= cost
        peer.costs.append(cost)
        most = min(FRAME_BYTES, max(FIRST_FRAME_BYTES, side.carried // 16))
        expect(len(frame["items"]) == 1 or cost <= most, "a frame of several entries is no larger")
        expect(side.tree.may_read(peer.office, stream), "a stream that the other may not hold")
        held = peer.entries.get(stream, {})
        if side.dones == 0 and self.course != "idle":
            self.check_order(side, peer, frame)
        else:
            is_next = frame["first"] == len(held) + 1
            expect(is_next or self.is_return(side, peer, frame), "what the other holds, or was sent, is not sent")
        if not all(one.has_settled for one in self.sides):
            side.exchanged |= {entry.hash for entry, _ in rebuilt(frame, (1, 2))}
        self.store(peer, frame)
        taken = set(peer.entries.get(stream, {}))
        while side.receipts and not taken <= set(side.entries.get(stream, {})):
            for own, entries in side.receipts.pop(0):
                side.take(own, entries)
        expect(taken <= set(side.entries.get(stream, {})), "it says what it holds")

    @staticmethod
    def is_return(side, peer, frame):
        """What came with the exchange itself may go back once."""
        is_first = frame["stream"] not in side.returned
        side.returned.add(frame["stream"])
        return is_first and {entry.hash for entry, _ in rebuilt(frame, (1, 2))} <= peer.exchanged

    def read_credit(self, side, peer, frame):
        self.in_turn(self.course is not None and frame["bytes"] <= CREDIT)
        expect(side.costs, "credit for what did not come")
        cost = side.costs.pop(0)
        growth = min(cost, CREDIT - side.window)
        expect(frame["bytes"] == cost + growth, "twice as much while the window grows")
        side.window += growth
        peer.credit += cost + growth
        peer.carried += cost

    # A line that breaks.

    def begun_of(self, side):
        """What a side said that it holds the beginning of: stream, position, signature, bytes."""
        if not side.has_begun or side.begun is None:
            return None
        begun = side.begun
        signature, payload = bytes.fromhex(begun["signature"]), bytes.fromhex(begun["payload"])
        return stream_of(begun["stream"]), begun["seq"], signature, payload

    def read_begun(self, side, peer, frame):
        self.in_turn(self.course in ("whole", "brief") and not side.has_begun)
        self.in_turn(not (side.trees or side.frontier or side.has_told_all or side.positions is not None))
        side.has_begun = True
        begun = self.begun_of(side)
        expect(begun is not None, "nothing was cut off")
        said = (frame["stream"], frame["seq"], frame["signature"], frame["count"])
        expect(said == (*begun[:3], len(begun[3])), "what was cut off")

    def read_continuation(self, side, peer, frame):
        begun, items = self.begun_of(peer), list(frame["items"])
        said = (frame["stream"], frame["first"], items[0]["signature"], frame["skipped"])
        self.in_turn(self.is_flowing and begun is not None and said == (*begun[:3], len(begun[3])))
        peer.begun = None
        items[0] = dict(items[0], payload=begun[3] + items[0]["payload"])
        self.in_turn(len(items[0]["payload"]) <= PAYLOAD_MAX)
        self.take_run(side, peer, dict(frame, items=items))

    def cut(self, by, data):
        """The first bytes of a run: its entries that are whole are stored, of the next one a beginning may be kept."""
        self.record()
        side, peer = self.sides[by], self.sides[1 - by]
        expect(self.is_flowing, "entries flow")
        self.bytes[by] += len(data)
        self.lines.append(f"{side.office} cut {len(data)}")
        reader = Reader(data)
        expect((reader.head(5), reader.unsigned()) == (5, 10), "a run")
        stream, first = Stream.read(reader), reader.unsigned()
        previous = reader.null() or bytes(32) if first == 1 else reader.fixed(32)
        items, last = [], {"suite": 1, "stamp": 0, "schema": 1, "seen": None}
        for _ in range(reader.head(FRAME_MAX)):
            place = reader.offset
            try:
                last = read_item(reader, last)
            except Refused as refusal:
                expect(refusal.code == "truncated", "a beginning")
                reader.offset = place
                break
            items.append(last)
        else:
            expect(False, "a whole frame")
        if items:
            self.take_run(side, peer, {"stream": stream, "first": first, "previous": previous, "items": items})
        reader.head(4)
        reader.integer()
        signature, length = reader.bytes(SIGNATURE_MAX), reader.argument(2)
        payload = data[reader.offset :]
        expect(len(payload) < length <= PAYLOAD_MAX, "a beginning of a payload")
        begun = {"stream": stream.encoded.hex(), "seq": first + len(items)}
        begun |= {"signature": signature.hex(), "payload": payload.hex()}
        self.begun = [None, begun] if by == 0 else [begun, None]

    # The end.

    def read_ping(self, side, peer, frame):
        self.in_turn(side.hello is not None)

    def read_close(self, side, peer, frame):
        is_complete = self.course == "idle" or all(one.has_settled for one in self.sides)
        if frame["code"] != 0 or not is_complete:
            raise Refused("closed")
        expect(side is self.sides[0], "the caller hangs up")
        self.is_over = True

    def words_tree(self, frame):
        return f"tree {len(frame['nodes'])} {sum(node is not None for node in frame['nodes'])}"

    def words_begun(self, frame):
        return f"begun {frame['stream'].name} {frame['seq']} {frame['count']}"

    def words_continuation(self, frame):
        return f"continuation {frame['stream'].name} {frame['first']} {len(frame['items'])} after {frame['skipped']}"

    def words_ping(self, frame):
        return "ping"

    def finish(self):
        if self.begun is not None:
            return {**self.told(), "begun": self.begun}
        expect(self.is_over and not self.is_odd, "an open end")
        for side in self.sides:
            expect(not side.costs, "credit that is owed")
            expect(self.course == "idle" or self.has_all_dones(side), "every done")
            for stream, entries in [run for runs in side.receipts for run in runs]:
                side.take(stream, entries)
        return self.shown()


def read_session(given, data):
    def lines(reader):
        found = []
        for _ in range(reader.head(10_000)):
            reader.array(2)
            found.append((reader.unsigned(1), reader.bytes(FRAME_MAX)))
        return found

    session = Staying(given) if given.get("version") == 3 else Session(given)
    said = whole(data, lines)
    beginning = said.pop() if given.get("isCut") else None
    for by, frame in said:
        session.read(by, frame)
    if beginning is not None:
        session.cut(*beginning)
    return session.finish()
