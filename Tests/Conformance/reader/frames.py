"""Frames of a session, invitations and enrolment (pages 5 and 6)."""

from . import blobs
from .cbor import Reader, Refused, encode, whole
from .log import PAYLOAD_MAX, SIGNATURE_MAX, Charter, Entry, Head, Stream
from .log import changes_of, office_code, read_key, read_part, suite_number
from .suites import digest

FRAME_MAX = 262_144
HEADS_MAX = 50_000
NODES_MAX = 8_192
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def read_number(reader, least=0):
    number = reader.unsigned()
    if not least <= number < 1 << 63:
        raise Refused("out-of-range")
    return number


def read_head(reader):
    reader.array(3)
    return Head(Stream.read(reader), read_number(reader, 1), reader.fixed(32))


def read_position(reader):
    if reader.is_null():
        return reader.null()
    reader.array(2)
    seq = read_number(reader, 1)
    return {"seq": seq, "hash": reader.fixed(32).hex()}


def read_node(reader):
    if reader.is_null():
        return reader.null()
    reader.array(2)
    digest, count = reader.bytes(16), reader.unsigned()
    if len(digest) != 16 or not 1 <= count <= HEADS_MAX:
        raise Refused("out-of-range")
    return {"digest": digest.hex(), "count": count}


def read_frame(data):
    if len(data) > FRAME_MAX:
        raise Refused("too-long")
    reader = Reader(data)
    count = reader.head(7)
    shape = (reader.unsigned(), count)
    if shape in ((1, 6), (1, 7)):
        frame = {
            "frame": "hello",
            "version": read_number(reader),
            "office": office_code(reader),
            "digest": reader.fixed(32),
            "clock": read_number(reader),
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
        if code > 10:
            raise Refused("out-of-range")
        frame = {"frame": "close", "code": code, "text": reader.text(1000)}
    elif shape == (8, 3):
        stream, start = Stream.read(reader), read_number(reader, 1)
        frame = {"frame": "want", "stream": stream, "from": start}
    elif shape == (9, 2):
        frame = {"frame": "positions", "positions": [read_position(reader) for _ in range(reader.head(2000))]}
    elif shape == (10, 5):
        frame = read_run(reader)
    elif shape == (11, 1):
        frame = {"frame": "ping"}
    elif shape == (16, 5):
        frame = {"frame": "begun", "stream": Stream.read(reader), "seq": read_number(reader, 1)}
        frame |= {"signature": reader.bytes(SIGNATURE_MAX), "count": read_skipped(reader)}
    elif shape == (17, 6):
        frame = read_run(reader, "continuation")
    elif shape == (18, 2):
        frame = {"frame": "tree", "nodes": [read_node(reader) for _ in range(reader.head(NODES_MAX))]}
    elif 12 <= shape[0] <= 15:
        return blobs.read_frame(data)
    else:
        raise Refused("unsupported")
    reader.finish()
    return frame


def read_skipped(reader):
    count = reader.unsigned()
    if not 1 <= count <= PAYLOAD_MAX:
        raise Refused("out-of-range")
    return count


def read_run(reader, kind="run"):
    stream, first = Stream.read(reader), reader.unsigned()
    if not 1 <= first < 1 << 63:
        raise Refused("out-of-range")
    previous = reader.null() or bytes(32) if first == 1 else reader.fixed(32)
    skipped = {"skipped": read_skipped(reader)} if kind == "continuation" else {}
    count = reader.head(FRAME_MAX)
    if count < 1 or first + count >= 1 << 63:
        raise Refused("out-of-range")
    frame = {"frame": kind, "stream": stream, "first": first, "previous": previous, **skipped, "items": []}
    last = {"suite": 1, "stamp": 0, "schema": 1, "seen": None}
    for _ in range(count):
        last = read_item(reader, last)
        frame["items"].append(last)
    return frame


def read_item(reader, last):
    size = reader.head(4)
    if size < 3:
        raise Refused("out-of-range")
    item = dict(last, part=None)
    item["stamp"] = (last["stamp"] + reader.integer()) % (1 << 64)
    item["signature"], item["payload"] = reader.bytes(SIGNATURE_MAX), reader.bytes(PAYLOAD_MAX)
    if size == 3:
        return item
    left = reader.map(4)
    if not left:
        raise Refused("out-of-range")
    before = 0
    for _ in range(left):
        key = reader.unsigned()
        if key <= before:
            raise Refused("key-order")
        before = key
        if key == 10:
            item["part"] = read_part(reader)
            continue
        name, read = {
            1: ("suite", suite_number),
            8: ("schema", Reader.unsigned),
            9: ("seen", lambda reader: reader.null() if reader.is_null() else reader.fixed(32)),
        }.get(key, (None, None))
        if name is None:
            raise Refused("unknown-key")
        value = read(reader)
        if value == item[name]:
            raise Refused("out-of-range")
        item[name] = value
    return item


def rebuilt(run, suites):
    """The entries of a run, each put together from what the one before and its payload give."""
    previous = run["previous"]
    for seq, item in enumerate(run["items"], run["first"]):
        if item["suite"] not in suites:
            raise Refused("unknown-suite", at=seq)
        payload = item["payload"]
        header = {1: item["suite"], 2: [part for part in run["stream"] if part is not None], 3: seq}
        if seq > 1:
            header[4] = previous
        header |= {5: digest(item["suite"], "docket/payload/1", payload), 6: len(payload)}
        header |= {7: item["stamp"], 8: item["schema"]}
        if item["seen"] is not None:
            header[9] = item["seen"]
        if item["part"] is not None:
            header[10] = list(item["part"])
        data = encode([encode(header), item["signature"], payload])
        entry = Entry(data)
        previous = entry.hash
        yield entry, data


def verify_run(run, stream, seq, previous, key, suites):
    """Checks a run against the head (seq, previous) of its stream; gives the new head and the entries' encodings."""
    entries = list(rebuilt(run, suites))
    first = entries[0][0].header
    for is_right, code in (
        (first.stream == stream, "wrong-stream"),
        (first.seq == seq + 1, "gap"),
        (first.previous == previous, "fork"),
    ):
        if not is_right:
            raise Refused(code, at=first.seq, stream=stream)
    if not entries[-1][0].is_signed(key):
        wrong = next(entry for entry, _ in entries if not entry.is_signed(key))
        raise Refused("bad-signature", at=wrong.header.seq, stream=stream)
    last = entries[-1][0]
    return last.header.seq, last.hash, [data for _, data in entries]


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
