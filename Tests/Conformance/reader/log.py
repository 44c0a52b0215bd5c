"""Streams, entries, chains and changes (pages 1 and 2)."""

import re
from collections import namedtuple

from .cbor import Reader, Refused, encode, whole
from .suites import digest, is_signed, signed_bytes

PAYLOAD_MAX = 64 * 1024
HEADER_MAX = 1024
SIGNATURE_MAX = 128
KINDS = {0: "own", 1: "up", 2: "down", 3: "office", 4: "subtree"}

Key = namedtuple("Key", "suite key")
Head = namedtuple("Head", "stream seq hash")
SEQ_MAX = (1 << 63) - 1
FIELD_NUMBER_MAX = 1023


def office_code(reader):
    text = reader.text(32)
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z_-]{0,31}", text, re.ASCII):
        raise Refused("out-of-range")
    return text


def suite_number(reader):
    suite = reader.unsigned(255)
    if suite not in (1, 2):
        raise Refused("out-of-range")
    return suite


class Stream(namedtuple("Stream", "author incarnation kind office")):
    @classmethod
    def read(cls, reader):
        count = reader.head(4)
        author = reader.fixed(32)
        incarnation = reader.unsigned()
        kind = reader.unsigned()
        if (count, kind) in ((3, 0), (3, 1), (3, 2)):
            return cls(author, incarnation, kind, None)
        if (count, kind) in ((4, 3), (4, 4)):
            return cls(author, incarnation, kind, office_code(reader))
        raise Refused("out-of-range")

    @property
    def encoded(self):
        return encode([part for part in self if part is not None])

    @property
    def name(self):
        audience = KINDS[self.kind] + (f":{self.office}" if self.office is not None else "")
        return f"{self.author.hex()}/{self.incarnation}/{audience}"


def read_part(reader):
    reader.array(2)
    index, count = reader.unsigned(64), reader.unsigned(64)
    if not 1 <= index <= count or count < 2:
        raise Refused("out-of-range")
    return index, count


class Header:
    """Equal by its bytes."""

    def __eq__(self, other):
        return isinstance(other, Header) and self.data == other.data

    def __hash__(self):
        return hash(self.data)

    def __init__(self, data):
        if len(data) > HEADER_MAX:
            raise Refused("too-long")
        self.data = data
        reader = Reader(data)
        left = reader.map(10)

        def key(wanted):
            nonlocal left
            if left == 0:
                raise Refused("missing-key")
            left -= 1
            if reader.unsigned() != wanted:
                raise Refused("missing-key")

        key(1)
        self.suite = suite_number(reader)
        key(2)
        self.stream = Stream.read(reader)
        key(3)
        self.seq = reader.unsigned()
        if not 1 <= self.seq <= SEQ_MAX:
            raise Refused("out-of-range")
        self.previous = None
        if self.seq > 1:
            key(4)
            self.previous = reader.fixed(32)
        key(5)
        self.payload_hash = reader.fixed(32)
        key(6)
        self.payload_length = reader.unsigned(PAYLOAD_MAX)
        key(7)
        self.stamp = reader.unsigned()
        key(8)
        self.schema = reader.unsigned()
        self.seen = self.part = None
        number = None
        if left:
            number, left = reader.unsigned(), left - 1
        if number == 9:
            self.seen = reader.fixed(32)
            number = None
            if left:
                number, left = reader.unsigned(), left - 1
        if number == 10:
            self.part = read_part(reader)
        elif number is not None:
            raise Refused("unknown-key")
        if left:
            raise Refused("unknown-key")
        reader.finish()


class Entry:
    def __init__(self, data):
        reader = Reader(data)
        reader.array(3)
        header = reader.bytes(HEADER_MAX)
        self.signature = reader.bytes(SIGNATURE_MAX)
        self.payload = reader.bytes(PAYLOAD_MAX)
        reader.finish()
        self.header = Header(header)
        if self.header.payload_length != len(self.payload):
            raise Refused("out-of-range")
        self.hash = entry_hash(self.header, self.signature)

    def is_intact(self):
        return digest(self.header.suite, "docket/payload/1", self.payload) == self.header.payload_hash

    def is_signed(self, key):
        return key.suite == self.header.suite and is_signed(key.suite, key.key, self.header.data, self.signature)

    @property
    def signed(self):
        return signed_bytes(self.header.suite, self.header.data)


def entry_hash(header, signature):
    return digest(header.suite, "docket/entry/1", header.data + signature)


def verify(run, stream, seq, previous, key, every_link=True, suites=(1, 2)):
    """Checks a run against the head (seq, previous) of its stream; gives the new head."""
    if not run:
        raise Refused("empty")
    for entry in run:
        header = entry.header

        def refuse(code):
            raise Refused(code, at=header.seq, stream=stream)

        if header.stream != stream:
            refuse("wrong-stream")
        if header.seq != seq + 1:
            refuse("gap")
        if header.previous != previous:
            refuse("fork")
        if header.suite not in suites:
            refuse("unknown-suite")
        if not entry.is_intact():
            refuse("payload-altered")
        if (every_link or entry is run[-1]) and not entry.is_signed(key):
            refuse("bad-signature")
        seq, previous = header.seq, entry.hash
    return seq, previous


# Changes.


class Record(namedtuple("Record", "type id fields")):
    """One of a greater type than can be counted is kept and counts for nothing."""

    @property
    def is_storable(self):
        return self.type <= SEQ_MAX


Act = namedtuple("Act", "file act parents rule facts")
Charter = namedtuple("Charter", "office name parent key transport powers start until")


class Receipt(namedtuple("Receipt", "head clock position")):
    """One with a greater number than can be counted is kept and counts for nothing."""

    @property
    def is_storable(self):
        return max(self.head.seq, self.clock, self.position) <= SEQ_MAX


Revocation = namedtuple("Revocation", "office key reason position cuts text")
Ratification = namedtuple("Ratification", "stream first last hash")
ForkProof = namedtuple("ForkProof", "lesser greater")
Introduction = namedtuple("Introduction", "office key transport")
Sighting = namedtuple("Sighting", "face")
DossierPiece = namedtuple("DossierPiece", "file part parts bytes")
Unknown = namedtuple("Unknown", "kind body")


class Face(namedtuple("Face", "header signature")):
    """A header with its signature."""

    @classmethod
    def read(cls, reader):
        data, signature = reader.bytes(HEADER_MAX), reader.bytes(SIGNATURE_MAX)
        return cls(Header(data), signature)

    @property
    def hash(self):
        return entry_hash(self.header, self.signature)

    def is_signed(self, key):
        return key.suite == self.header.suite and is_signed(key.suite, key.key, self.header.data, self.signature)


def write_stamp(reader):
    reader.array(2)
    return (reader.unsigned(), reader.unsigned())


def ascending(last, following):
    if last is not None and not last < following:
        raise Refused("key-order")
    return following


def read_record(reader):
    reader.array(3)
    kind, identity, fields, last = reader.unsigned(), reader.fixed(16), {}, None
    for _ in range(reader.map(128)):
        number = last = ascending(last, reader.unsigned(FIELD_NUMBER_MAX))
        reader.array(2)
        value = reader.value()
        fields[number] = (value, [write_stamp(reader) for _ in range(reader.head(32))])
    return Record(kind, identity, fields)


def read_act(reader):
    reader.array(5)
    file, act, parents, last = reader.fixed(16), reader.fixed(16), [], None
    for _ in range(reader.head(32)):
        last = ascending(last, reader.fixed(16))
        parents.append(last)
    rule, facts, last = reader.text(128), {}, None
    for _ in range(reader.map(128)):
        name = reader.text(128)
        last = ascending(last, (len(name.encode()), name.encode()))
        facts[name] = reader.value()
    return Act(file, act, parents, rule, facts)


def read_key(reader):
    suite = suite_number(reader)
    return Key(suite, reader.bytes(65))


def read_charter(reader):
    reader.array(9)
    office, name = office_code(reader), reader.text(256)
    parent = reader.null() if reader.is_null() else office_code(reader)
    key, transport = read_key(reader), reader.fixed(32)
    powers = [reader.text(128) for _ in range(reader.head(64))]
    start = reader.unsigned()
    until = reader.null() if reader.is_null() else reader.unsigned()
    return Charter(office, name, parent, key, transport, powers, start, until)


def read_receipt(reader):
    reader.array(5)
    return Receipt(
        Head(Stream.read(reader), reader.unsigned(), reader.fixed(32)), reader.unsigned(), reader.unsigned()
    )


def read_revocation(reader):
    reader.array(6)
    office, key, reason = office_code(reader), reader.fixed(32), reader.unsigned()
    if reason not in (1, 2):
        raise Refused("out-of-range")
    position, cuts, last = reader.unsigned(), [], None
    for _ in range(reader.head(1000)):
        reader.array(3)
        stream, seq = Stream.read(reader), reader.unsigned()
        last = ascending(last, stream.encoded)
        if not 1 <= seq <= SEQ_MAX:
            raise Refused("out-of-range")
        cuts.append(Head(stream, seq, reader.fixed(32)))
    return Revocation(office, key, reason, position, cuts, reader.text(2000))


def read_ratification(reader):
    reader.array(4)
    stream, first, last = Stream.read(reader), reader.unsigned(), reader.unsigned()
    if not 1 <= first <= last <= SEQ_MAX:
        raise Refused("out-of-range")
    return Ratification(stream, first, last, reader.fixed(32))


def read_fork_proof(reader):
    reader.array(4)
    one, other = Face.read(reader), Face.read(reader)
    a, b = one.header, other.header
    faces = [face.header.data + face.signature for face in (one, other)]
    if (a.stream, a.seq) != (b.stream, b.seq) or (a.data, one.signature) == (b.data, other.signature):
        raise Refused("out-of-range")
    if faces[0] > faces[1]:
        raise Refused("key-order")
    return ForkProof(one, other)


def read_introduction(reader):
    reader.array(4)
    return Introduction(office_code(reader), read_key(reader), reader.fixed(32))


def read_sighting(reader):
    reader.array(2)
    return Sighting(Face.read(reader))


PIECES_MAX = 18
PIECE_MAX = 60 * 1024


def read_dossier_piece(reader):
    reader.array(4)
    file, part, parts = reader.fixed(16), reader.unsigned(PIECES_MAX), reader.unsigned(PIECES_MAX)
    data = reader.bytes(PIECE_MAX)
    if not 1 <= part <= parts:
        raise Refused("out-of-range")
    return DossierPiece(file, part, parts, data)


BODIES = {
    1: read_record,
    2: read_act,
    3: read_charter,
    4: read_receipt,
    5: read_revocation,
    6: read_ratification,
    7: read_fork_proof,
    8: read_introduction,
    9: read_sighting,
    10: read_dossier_piece,
}


def read_changes(reader):
    changes = []
    for _ in range(reader.head(256)):
        reader.array(2)
        kind, body = reader.unsigned(), reader.bytes(PAYLOAD_MAX)
        changes.append(whole(body, BODIES[kind]) if kind in BODIES else Unknown(kind, body))
    return changes


def changes_of(payload):
    return whole(payload, read_changes)
