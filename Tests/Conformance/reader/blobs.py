"""Attachments (page 9): ids, manifests, chunks, progress."""

from . import suites
from .cbor import Reader, Refused, encode

CHUNK = 262_144
BYTES_MAX = 2_147_483_648
CHUNKS_MAX = BYTES_MAX // CHUNK
REASONS = {1: "too-large", 2: "quota", 3: "other-length"}


def count_of(length):
    return -(-length // CHUNK)


def chunk_hash(chunk):
    return suites.digest(1, "docket/blob-chunk/1", chunk)


class Manifest:
    def __init__(self, length, hashes):
        self.length = length
        self.hashes = hashes

    @classmethod
    def of(cls, content):
        if len(content) > BYTES_MAX:
            raise Refused("blob-too-large")
        return cls(len(content), [chunk_hash(content[at : at + CHUNK]) for at in range(0, len(content), CHUNK)])

    @classmethod
    def read(cls, data):
        reader = Reader(data)
        reader.array(2)
        length = reader.unsigned(BYTES_MAX)
        hashes = reader.bytes(CHUNKS_MAX * 32)
        if len(hashes) != 32 * count_of(length):
            raise Refused("out-of-range")
        reader.finish()
        return cls(length, [hashes[at : at + 32] for at in range(0, len(hashes), 32)])

    @property
    def encoded(self):
        return encode([self.length, b"".join(self.hashes)])

    @property
    def blob(self):
        return suites.digest(1, "docket/blob/1", self.encoded)

    def check(self, number, chunk):
        if number >= len(self.hashes):
            raise Refused("chunk-number")
        if len(chunk) != min(CHUNK, self.length - number * CHUNK):
            raise Refused("chunk-length")
        if chunk_hash(chunk) != self.hashes[number]:
            raise Refused("chunk-altered")

    def shown(self):
        return {
            "length": self.length,
            "manifest": self.encoded.hex(),
            "blob": self.blob.hex(),
            "chunks": [value.hex() for value in self.hashes],
        }


PIECE_MAX = 65_536
LIST_MAX = 32 * CHUNKS_MAX + 11


def read_frame(data):
    if len(data) > 262_144:
        raise Refused("too-long")
    reader = Reader(data)
    count = reader.head(5)
    shape = (reader.unsigned(), count)
    if shape in ((12, 5), (13, 5)):
        blob, part = reader.fixed(32), reader.unsigned(1)
        offset = reader.unsigned((BYTES_MAX if part else LIST_MAX) - 1)
        frame = {"frame": "ask", "blob": blob.hex(), "part": ("list", "content")[part], "offset": offset}
        if shape[0] == 12:
            size = reader.unsigned(PIECE_MAX)
        else:
            content = reader.bytes(PIECE_MAX)
            size = len(content)
            frame.update(frame="piece", content=content.hex())
        if size == 0:
            raise Refused("out-of-range")
        frame["bytes"] = size
    elif shape == (14, 3):
        frame = {"frame": "refuse", "blob": reader.fixed(32).hex(), "code": reader.unsigned(4)}
    elif shape == (15, 1):
        frame = {"frame": "rest"}
    else:
        raise Refused("unsupported")
    reader.finish()
    return frame


def read_progress(data):
    reader = Reader(data)
    reader.array(4)
    chunks = reader.unsigned(CHUNKS_MAX)
    numbers = reader.head(CHUNKS_MAX)
    if numbers % 2:
        raise Refused("out-of-range")
    ranges = []
    for _ in range(numbers // 2):
        first, count = reader.unsigned(CHUNKS_MAX), reader.unsigned(CHUNKS_MAX)
        if ranges and first <= ranges[-1][1]:
            raise Refused("key-order")
        if count == 0 or first + count > chunks:
            raise Refused("out-of-range")
        ranges.append([first, first + count])
    refusal = reader.null() if reader.is_null() else reader.unsigned()
    if refusal is not None and refusal not in REASONS:
        raise Refused("out-of-range")
    begun = None
    if reader.is_null():
        reader.null()
    else:
        reader.array(2)
        begun = [reader.unsigned(CHUNKS_MAX), reader.unsigned(CHUNK - 1)]
        if begun[1] == 0 or begun[0] >= chunks or any(start <= begun[0] < end for start, end in ranges):
            raise Refused("out-of-range")
    reader.finish()
    present = sum(end - start for start, end in ranges)
    if present == chunks:
        state = "present"
    elif refusal is not None:
        state = "refused"
    else:
        state = "partial" if ranges or begun else "absent"
    found = {"chunks": chunks, "present": present, "state": state, "ranges": ranges}
    if begun:
        found["begun"] = begun
    if state in ("partial", "absent"):
        held = {number for start, end in ranges for number in range(start, end)}
        first = next(number for number in range(chunks) if number not in held)
        end = first + 1
        while end < chunks and end not in held and end - first < 2:
            end += 1
        found["wanted"] = [first, end]
    return found
