"""Dossiers of transferred files (page 8)."""

from collections import namedtuple

from .cbor import Refused, whole
from .log import Act, Entry, Record, ascending, changes_of, office_code, read_key
from .suites import fingerprint

BYTES_MAX = 1_048_576
ENTRY_MAX = 67_584
ITEMS_MAX = 1_024
GUESTS_MAX = 48
KEYS_MAX = 64
SUBJECT, CASE_FILE, ATTACHMENT = 1, 3, 17

Guest = namedtuple("Guest", "office name parent keys")
Item = namedtuple("Item", "start until entry")
Dossier = namedtuple("Dossier", "file guests items withdrawn")


def read_guest(reader):
    reader.array(4)
    office, name, parent = office_code(reader), reader.text(256), office_code(reader)
    keys, last = [], None
    for _ in range(reader.head(KEYS_MAX)):
        reader.array(2)
        key = read_key(reader)
        last = ascending(last, key.key)
        keys.append(key)
    return Guest(office, name, parent, keys)


def read_clock(reader):
    return reader.null() if reader.is_null() else reader.unsigned()


def read_item(reader):
    reader.array(3)
    return Item(read_clock(reader), read_clock(reader), reader.bytes(ENTRY_MAX))


def read_dossier(file, data):
    def body(reader):
        reader.array(3)
        guests = [read_guest(reader) for _ in range(reader.head(GUESTS_MAX))]
        items = [read_item(reader) for _ in range(reader.head(ITEMS_MAX))]
        withdrawn, last = [], None
        for _ in range(reader.head(ITEMS_MAX)):
            last = ascending(last, reader.fixed(32))
            withdrawn.append(last)
        return Dossier(file, guests, items, withdrawn)

    return whole(data, body)


class Assembler:
    """Puts the pieces of one stream together."""

    def __init__(self):
        self.pieces = []

    def add(self, piece):
        """The dossier, when this piece ends it."""
        if piece.part == 1:
            self.pieces = []
        elif not self.pieces or (piece.file, piece.parts) != (self.pieces[0].file, self.pieces[0].parts):
            self.pieces = []
            raise Refused("piece-missing")
        if piece.part != len(self.pieces) + 1:
            self.pieces = []
            raise Refused("piece-missing")
        self.pieces.append(piece)
        if piece.part < piece.parts:
            return None
        data = b"".join(piece.bytes for piece in self.pieces)
        self.pieces = []
        return read_dossier(piece.file, data)


def issuer_of(stream, tree):
    """The office that hands the dossiers of a stream over; refused where it is not above the target."""
    issuer = tree.owner.get(stream.author)
    if stream.kind != 3 or issuer is None or not tree.is_superior(issuer, stream.office):
        raise Refused("not-above")
    return issuer


def check_item(item, file, tree):
    """The entry and its changes, when it is its author's and shows nothing but the file."""
    try:
        entry = Entry(item.entry)
        changes = changes_of(entry.payload)
    except Refused:
        raise Refused("unreadable") from None
    author = entry.header.stream.author
    key = tree.key(author) or tree.guest_key(author)
    if key is None:
        raise Refused("unknown-author")
    if not entry.is_intact():
        raise Refused("payload-altered")
    if fingerprint(*key) != author or not entry.is_signed(key):
        raise Refused("bad-signature")
    subjects = {change.id for change in changes if isinstance(change, Record) and change.type == SUBJECT}
    if not changes or len(subjects) > 1 or not all(concerns(change, file) for change in changes):
        raise Refused("other-file")
    return entry, changes


def attached_file(record):
    """What field 1 says; None where it is not there."""
    return record.fields[1][0] if 1 in record.fields else None


def concerns(change, file):
    if isinstance(change, Act):
        return change.file == file and not change.rule.startswith("@")
    if isinstance(change, Record):
        if change.type == ATTACHMENT:
            return attached_file(change) == file.hex()
        return change.type == SUBJECT or (change.type == CASE_FILE and change.id == file)
    return False
