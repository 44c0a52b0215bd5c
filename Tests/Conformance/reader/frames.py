"""Frames of a session, invitations and enrolment (pages 5 and 6)."""

from .cbor import Reader, Refused, encode, whole
from .log import PAYLOAD_MAX, SIGNATURE_MAX, Charter, Head, Stream, changes_of, office_code, read_key
from .suites import digest

FRAME_MAX = 262_144
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def read_head(reader):
    reader.array(3)
    stream, seq = Stream.read(reader), reader.unsigned()
    if seq < 1:
        raise Refused("out-of-range")
    return Head(stream, seq, reader.fixed(32))


def read_position(reader):
    if reader.is_null():
        return reader.null()
    reader.array(2)
    seq = reader.unsigned()
    if seq < 1:
        raise Refused("out-of-range")
    return {"seq": seq, "hash": reader.fixed(32).hex()}


def read_frame(data):
    if len(data) > FRAME_MAX:
        raise Refused("too-long")
    reader = Reader(data)
    count = reader.head(7)
    shape = (reader.unsigned(), count)
    if shape in ((1, 6), (1, 7)):
        frame = {
            "frame": "hello",
            "version": reader.unsigned(),
            "office": office_code(reader),
            "digest": reader.fixed(32),
            "clock": reader.unsigned(),
            "software": reader.text(128),
        }
        frame["agreed"] = None
        if count == 7:
            if reader.is_null():
                reader.null()
                frame["agreed"] = frame["digest"]
            else:
                frame["agreed"] = reader.fixed(32)
                if frame["agreed"] == frame["digest"]:
                    raise Refused("unsupported")
    elif shape == (2, 3):
        is_last = reader.flag()
        frame = {"frame": "frontier", "isLast": is_last, "heads": [read_head(reader) for _ in range(reader.head(2000))]}
    elif shape == (3, 3):
        stream = Stream.read(reader)
        entries = [reader.bytes(FRAME_MAX) for _ in range(reader.head(FRAME_MAX))]
        frame = {"frame": "entries", "stream": stream, "entries": entries}
    elif shape == (4, 2):
        frame = {"frame": "credit", "bytes": reader.unsigned()}
    elif shape == (5, 1):
        frame = {"frame": "done"}
    elif shape == (6, 1):
        frame = {"frame": "settled"}
    elif shape == (7, 3):
        code = reader.unsigned()
        if code > 9:
            raise Refused("out-of-range")
        frame = {"frame": "close", "code": code, "text": reader.text(1000)}
    elif shape == (8, 3):
        stream, start = Stream.read(reader), reader.unsigned()
        if start < 1:
            raise Refused("out-of-range")
        frame = {"frame": "want", "stream": stream, "from": start}
    elif shape == (9, 2):
        frame = {"frame": "positions", "positions": [read_position(reader) for _ in range(reader.head(2000))]}
    else:
        raise Refused("unsupported")
    reader.finish()
    return frame


def frontier_digest(heads):
    ordered = sorted(heads, key=lambda head: head.stream.encoded)
    content = b"".join(head.stream.encoded + encode(head.seq) + encode(head.hash) for head in ordered)
    return digest(1, "docket/frontier/1", content)


def read_enrolment(data):
    reader = Reader(data)
    count = reader.head(5)
    shape = (reader.unsigned(), count)
    if shape == (16, 4):
        message = {"message": "request", "signingKey": read_key(reader), "signature": reader.bytes(SIGNATURE_MAX)}
    elif shape == (17, 5):
        message = {
            "message": "grant",
            "office": office_code(reader),
            "name": reader.text(256),
            "superior": office_code(reader),
            "chain": [],
        }
        for _ in range(reader.head(13)):
            reader.array(2)
            payload, issuer = reader.bytes(PAYLOAD_MAX), reader.fixed(32)
            changes = changes_of(payload)
            if not changes or not isinstance(changes[0], Charter):
                raise Refused("unsupported")
            message["chain"].append((changes[0], issuer))
    elif shape == (18, 2):
        message = {"message": "refused", "code": reader.text(128)}
    else:
        raise Refused("unsupported")
    reader.finish()
    return message


def read_invitation(text):
    typed = "".join(text.split()).lower()
    if not typed.startswith("docket1-"):
        raise Refused("mistyped")
    value = bits = 0
    data = bytearray()
    for character in typed[len("docket1-") :]:
        if character not in ALPHABET:
            raise Refused("mistyped")
        value, bits = value << 5 | ALPHABET.index(character), bits + 5
        if bits >= 8:
            bits -= 8
            data.append(value >> bits)
            value &= (1 << bits) - 1
    if value:
        raise Refused("mistyped")

    def body(reader):
        reader.array(5)
        return reader.text(260), reader.bytes(16), reader.bytes(8), reader.bytes(16), reader.bytes(4)

    try:
        address, key_hash, identity, secret, check = whole(bytes(data), body)
    except Refused:
        raise Refused("mistyped") from None
    if digest(1, "docket/enrolment/1", address.encode() + key_hash + identity + secret)[:4] != check:
        raise Refused("mistyped")
    return {"address": address, "keyHash": key_hash, "id": identity, "secret": secret}
