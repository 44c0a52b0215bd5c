"""Deterministic CBOR (page 2): reads from left to right, the first fault names the refusal."""

import io

import cbor2


class Refused(Exception):
    """What must not be taken, with the name of the refusal and, where there is one, the entry at fault."""

    def __init__(self, code, at=None, stream=None):
        super().__init__(code)
        self.code = code
        self.at = at
        self.stream = stream


ALL = 1 << 64


class Reader:
    def __init__(self, data):
        self.data = data
        self.offset = 0

    def finish(self):
        if self.offset != len(self.data):
            raise Refused("trailing-bytes")

    def major(self):
        """Major type of the next item; None at the end."""
        return self.data[self.offset] >> 5 if self.offset < len(self.data) else None

    def is_null(self):
        return self.data[self.offset : self.offset + 1] == b"\xf6"

    def argument(self, major):
        if self.offset >= len(self.data):
            raise Refused("truncated")
        initial = self.data[self.offset]
        if initial >> 5 != major:
            raise Refused("unexpected-type")
        info = initial & 31
        if info > 27:
            raise Refused("unsupported")
        if info < 24:
            self.offset += 1
            return info
        width = 1 << (info - 24)
        end = self.offset + 1 + width
        if end > len(self.data):
            raise Refused("truncated")
        value = int.from_bytes(self.data[self.offset + 1 : end], "big")
        if value < (24 if width == 1 else 1 << (4 * width)):
            raise Refused("not-shortest")
        self.offset = end
        return value

    def unsigned(self, limit=None):
        value = self.argument(0)
        if limit is not None and value > limit:
            raise Refused("out-of-range")
        return value

    def integer(self):
        major = 1 if self.major() == 1 else 0
        value = self.argument(major)
        if value >= 1 << 63:
            raise Refused("out-of-range")
        return -1 - value if major else value

    def _span(self, major, limit):
        length = self.argument(major)
        if length > limit:
            raise Refused("too-long")
        if length > len(self.data) - self.offset:
            raise Refused("truncated")
        self.offset += length
        return self.data[self.offset - length : self.offset]

    def bytes(self, limit):
        return bytes(self._span(2, limit))

    def fixed(self, length):
        """A byte string of exactly this length."""
        value = self.bytes(length)
        if len(value) != length:
            raise Refused("out-of-range")
        return value

    def text(self, limit):
        try:
            return self._span(3, limit).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("invalid-utf8") from None

    def head(self, limit, major=4):
        count = self.argument(major)
        if count > limit:
            raise Refused("too-long")
        return count

    def array(self, count):
        if self.head(count) != count:
            raise Refused("unexpected-type")

    def map(self, limit):
        return self.head(limit, major=5)

    def _simple(self, allowed):
        if self.offset >= len(self.data):
            raise Refused("truncated")
        byte = self.data[self.offset]
        if byte not in allowed:
            raise Refused("unexpected-type")
        self.offset += 1
        return allowed[byte]

    def flag(self):
        return self._simple({0xF4: False, 0xF5: True})

    def null(self):
        return self._simple({0xF6: None})

    def value(self):
        """A field's value: null, integer, text, bytes, flag or a list of those."""
        major = self.major()
        if major is None:
            raise Refused("truncated")
        if major in (0, 1):
            return self.integer()
        if major == 2:
            return self.bytes(32 * 1024)
        if major == 3:
            return self.text(32 * 1024)
        if major == 4:
            values = []
            for _ in range(self.head(256)):
                if self.major() == 4:
                    raise Refused("unsupported")
                values.append(self.value())
            return values
        if major == 7:
            return self.null() if self.is_null() else self.flag()
        raise Refused("unsupported")


def whole(data, read):
    """Reads `data` as one item and nothing after it."""
    reader = Reader(data)
    value = read(reader)
    reader.finish()
    return value


def encode(value):
    """The one encoding; cbor2's canonical form is RFC 8949's for what is used here."""
    return cbor2.dumps(value, canonical=True)


def check_with_library(data):
    """What was read here must be what an off-the-shelf decoder reads and writes: one item, in canonical form."""
    stream = io.BytesIO(data)
    value = cbor2.load(stream)
    if stream.tell() != len(data) or cbor2.dumps(value, canonical=True) != data:
        raise AssertionError("not what cbor2 reads and writes")
