"""How decoded things are written in the vectors."""

from .log import (
    Act,
    Charter,
    DossierPiece,
    ForkProof,
    Introduction,
    Ratification,
    Receipt,
    Record,
    Revocation,
    Sighting,
)


def show_value(value):
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, list):
        return [show_value(item) for item in value]
    return value


def show_wide(number):
    return f"{number:016x}"


def show_stamp(stamp):
    return [show_wide(stamp[0]), show_wide(stamp[1])]


def show_head(head):
    stream, seq, value = head
    return {"stream": stream.name, "seq": seq, "hash": value.hex()}


def show_header(header):
    shown = {
        "suite": header.suite,
        "stream": header.stream.name,
        "seq": header.seq,
        "payloadHash": header.payload_hash.hex(),
        "payloadLength": header.payload_length,
        "stamp": show_wide(header.stamp),
        "schema": header.schema,
    }
    if header.previous is not None:
        shown["previous"] = header.previous.hex()
    if header.seen is not None:
        shown["seen"] = header.seen.hex()
    if header.part is not None:
        shown["part"] = list(header.part)
    return shown


def show_key(key):
    return {"suite": key.suite, "key": key.key.hex()}


def show_charter(charter):
    return {
        "office": charter.office,
        "name": charter.name,
        "parent": charter.parent,
        "signingKey": show_key(charter.key),
        "transportKey": charter.transport.hex(),
        "powers": charter.powers,
        "from": charter.start,
        "until": charter.until,
    }


def show_face(face):
    return {"header": show_header(face.header), "signature": face.signature.hex()}


def show_change(change):
    if isinstance(change, Record):
        fields = {
            str(number): {"value": show_value(value), "replaces": [show_stamp(stamp) for stamp in replaces]}
            for number, (value, replaces) in change.fields.items()
        }
        return {"kind": 1, "type": change.type, "id": change.id.hex(), "fields": fields}
    if isinstance(change, Act):
        return {
            "kind": 2,
            "file": change.file.hex(),
            "act": change.act.hex(),
            "parents": [parent.hex() for parent in change.parents],
            "rule": change.rule,
            "facts": {name: show_value(value) for name, value in change.facts.items()},
        }
    if isinstance(change, Charter):
        return {"kind": 3, "charter": show_charter(change)}
    if isinstance(change, Receipt):
        return {"kind": 4, "head": show_head(change.head), "clock": change.clock, "position": change.position}
    if isinstance(change, Revocation):
        return {
            "kind": 5,
            "office": change.office,
            "key": change.key.hex(),
            "reason": change.reason,
            "position": change.position,
            "cuts": [show_head(cut) for cut in change.cuts],
            "text": change.text,
        }
    if isinstance(change, Ratification):
        return {
            "kind": 6,
            "stream": change.stream.name,
            "first": change.first,
            "last": change.last,
            "hash": change.hash.hex(),
        }
    if isinstance(change, ForkProof):
        return {"kind": 7, "lesser": show_face(change.lesser), "greater": show_face(change.greater)}
    if isinstance(change, Introduction):
        return {
            "kind": 8,
            "office": change.office,
            "signingKey": show_key(change.key),
            "transportKey": change.transport.hex(),
        }
    if isinstance(change, Sighting):
        return {"kind": 9, "face": show_face(change.face)}
    if isinstance(change, DossierPiece):
        return {
            "kind": 10,
            "file": change.file.hex(),
            "part": change.part,
            "parts": change.parts,
            "bytes": change.bytes.hex(),
        }
    return {"kind": change.kind, "body": change.body.hex()}


def show_item(item):
    seen, part = item["seen"], item["part"]
    return dict(
        item,
        stamp=show_wide(item["stamp"]),
        seen=None if seen is None else seen.hex(),
        part=None if part is None else list(part),
        signature=item["signature"].hex(),
        payload=item["payload"].hex(),
    )


def show_frame(frame):
    shown = dict(frame)
    for name in ("digest", "agreed", "keyHash", "id", "secret", "signature"):
        if isinstance(shown.get(name), bytes):
            shown[name] = shown[name].hex()
    if "heads" in shown:
        shown["heads"] = [show_head(head) for head in shown["heads"]]
    if "stream" in shown:
        shown["stream"] = shown["stream"].name
    if shown.get("frame") in ("run", "continuation"):
        shown["previous"] = shown["previous"].hex()
        shown["items"] = [show_item(item) for item in shown["items"]]
    if "entries" in shown:
        shown["entries"] = [entry.hex() for entry in shown["entries"]]
    if "signingKey" in shown:
        shown["signingKey"] = show_key(shown["signingKey"])
    if "chain" in shown:
        shown["chain"] = [
            {"charter": show_charter(charter), "issuer": issuer.hex()} for charter, issuer in shown["chain"]
        ]
    return shown
