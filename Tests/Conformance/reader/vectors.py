"""Reads a vector's input as it says, and compares what comes out with what it says."""

import json
import pathlib

from . import blobs, bundle, cbor, desk, dossier, draw, frames, frontier, log, merge, shown, suites
from .cbor import Refused, whole
from .clock import Clock, clamped
from .staying import read_session
from .tree import Tree


def read_item(given, data, reads):
    limit = given.get("limit", 1000)

    def item(reader):
        if reads == "array":
            reader.array(limit)
            return [reader.unsigned() for _ in range(limit)]
        if reads in ("bytes", "text"):
            return getattr(reader, reads)(limit)
        return getattr(reader, reads)()

    value = whole(data, item)
    return {"value": value.hex() if reads == "bytes" else shown.show_value(value)}


def read_stream(given, data):
    return {"stream": whole(data, log.Stream.read).name}


def read_header(given, data):
    return shown.show_header(log.Header(data))


def given_key(given):
    return log.Key(given["key"]["suite"], bytes.fromhex(given["key"]["key"]))


def read_entry(given, data):
    entry = log.Entry(data)
    result = shown.show_header(entry.header)
    result["hash"] = entry.hash.hex()
    result["signature"] = entry.signature.hex()
    result["signed"] = entry.signed.hex()
    result["payload"] = entry.payload.hex()
    if "key" in given:
        result["isSigned"] = entry.is_signed(given_key(given))
    return result


def read_sig_structure(given, data):
    header = data[-1:]
    if suites.signed_bytes(given["suite"], header) != data:
        raise Refused("bad-signature")
    return {"header": header.hex()}


def read_payload(given, data):
    return {"changes": [shown.show_change(change) for change in log.changes_of(data)]}


def read_chain(given, data):
    def run(reader):
        return [log.Entry(reader.bytes(frames.FRAME_MAX)) for _ in range(reader.head(100))]

    head = given.get("head")
    seq, value = log.verify(
        whole(data, run),
        whole(bytes.fromhex(given["stream"]), log.Stream.read),
        head["seq"] if head else 0,
        bytes.fromhex(head["hash"]) if head else None,
        given_key(given),
        every_link=given["depth"] == "every-link",
        suites=(1,) if given.get("suites") == 1 else (1, 2),
    )
    return {"seq": seq, "hash": value.hex()}


def read_run(given, data):
    head = given.get("head")
    seq, value, entries = frames.verify_run(
        frames.read_frame(data),
        whole(bytes.fromhex(given["stream"]), log.Stream.read),
        head["seq"] if head else 0,
        bytes.fromhex(head["hash"]) if head else None,
        given_key(given),
        suites=(1,) if given.get("suites") == 1 else (1, 2),
    )
    return {"seq": seq, "hash": value.hex(), "entries": [entry.hex() for entry in entries]}


def read_key(given, data):
    value = suites.fingerprint(data[0], data[1:])
    return {"fingerprint": value.hex(), "shortAuthor": shown.show_wide(suites.short_author(value))}


def tree_of(given, data):
    tree = Tree(bytes.fromhex(given["root"]), suites=(1,) if given.get("suites") == 1 else (1, 2))

    def charters(reader):
        for _ in range(reader.head(100)):
            reader.array(2)
            issuer, payload = reader.fixed(32), reader.bytes(log.PAYLOAD_MAX)
            yield log.changes_of(payload)[0], issuer

    for number, (change, issuer) in enumerate(whole(data, lambda reader: list(charters(reader)))):
        if isinstance(change, log.Introduction):
            tree.introduce(change, issuer)
        elif isinstance(change, log.Revocation):
            tree.revoke(change.key)
        else:
            # The stamps of their entries: in the order they stand in.
            tree.admit(change, issuer, number + 1)
    return tree


def read_charters(given, data):
    tree = tree_of(given, data)
    return {
        "offices": [
            {
                "office": office,
                "depth": depth,
                "key": key.hex(),
                "rank": tree.rank(office),
                "keys": [key.hex() for key in tree.seated[office]],
            }
            for depth, office, key in tree.offices()
        ]
    }


def read_spoken(given, data):
    tree = tree_of(given, data)
    _, office, key = tree.offices()[-1]
    value = suites.digest(1, "docket/enrolment/1", tree.root + key + tree.seats[office][0].transport)
    groups = [int.from_bytes(value[at : at + 4], "big") % 100_000 for at in range(0, 24, 4)]
    return {"spoken": " ".join(f"{group:05}" for group in groups)}


def read_readers(given, data):
    tree = tree_of(given, data)
    result = {}
    for text in given["streams"]:
        stream = whole(bytes.fromhex(text), log.Stream.read)
        result[stream.name] = [office for _, office, _ in tree.offices() if tree.may_read(office, stream)]
    return result


def read_fork_proof(given, data):
    proof = log.changes_of(data)[0]
    key = given_key(given)
    if suites.fingerprint(*key) != proof.lesser.header.stream.author:
        raise Refused("bad-signature")
    if not proof.lesser.is_signed(key) or not proof.greater.is_signed(key):
        raise Refused("bad-signature")
    header = proof.lesser.header
    return {
        "stream": header.stream.name,
        "seq": header.seq,
        "hashes": [proof.lesser.hash.hex(), proof.greater.hash.hex()],
    }


def read_frame(given, data):
    return shown.show_frame(frames.read_frame(data))


def read_frontier_digest(given, data):
    return {"digest": frames.frontier_digest(frames.read_frame(data)["heads"]).hex()}


def read_frontier_tree(given, data):
    sides = [frames.read_frame(side)["heads"] for side in (data, bytes.fromhex(given["other"]))]
    levels, leaves, _ = frontier.met(*sides)
    return {
        "levels": [[side.hex() for side in level] for level in levels],
        "differing": [[head.stream.name for head in side] for side in leaves],
    }


def read_clock(given, data):
    clock = Clock(given["last"] << 16)
    lasts = []

    def steps(reader):
        for _ in range(reader.head(100)):
            count, kind = reader.head(3), reader.unsigned()
            if (count, kind) == (2, 0):
                clock.tick(reader.unsigned())
            elif (count, kind) == (3, 1):
                stamp = reader.unsigned()
                clock.witness(stamp, reader.unsigned())
            else:
                raise ValueError("no step")
            lasts.append(shown.show_wide(clock.last))

    whole(data, steps)
    return {"last": lasts}


def read_clamp(given, data):
    def entry(reader):
        reader.array(3)
        stamp, seq, clocks = reader.unsigned(), reader.unsigned(), []
        for _ in range(reader.head(100)):
            reader.array(2)
            upto, wall = reader.unsigned(), reader.unsigned()
            if upto >= seq:
                clocks.append(wall)
        return stamp, min(clocks, default=None)

    return {"order": shown.show_wide(clamped(*whole(data, entry)))}


def rank_of(given):
    ranks = {int(author, 16): rank for author, rank in given["ranks"].items()}
    return lambda author: ranks.get(author, 0)


def read_register(given, data):
    register = merge.Register()

    def writes(reader):
        for _ in range(reader.head(1000)):
            reader.array(3)
            stamp, value = log.write_stamp(reader), reader.value()
            register.write(stamp, value, [log.write_stamp(reader) for _ in range(reader.head(32))])

    whole(data, writes)
    return {
        "versions": [
            {"stamp": shown.show_stamp(stamp), "value": shown.show_value(value)}
            for stamp, value in register.versions(rank_of(given))
        ],
        "replaced": [shown.show_stamp(stamp) for stamp in register.replaced(rank_of(given))],
    }


def read_row(given, data):
    row, named = merge.Row(), {}

    def writes(reader):
        for _ in range(reader.head(100)):
            reader.array(2)
            stamp, payload = log.write_stamp(reader), reader.bytes(log.PAYLOAD_MAX)
            record = log.changes_of(payload)[0]
            row.write(record, stamp)
            named.update(type=record.type, id=record.id.hex())

    whole(data, writes)
    rank = rank_of(given)
    winners = {str(number): shown.show_value(value) for number, value in row.winners(rank).items()}
    losers = {str(number): [shown.show_value(value) for value in values] for number, values in row.losers(rank).items()}
    return {**named, "winners": winners, "losers": losers}


def read_acts(given, data):
    def acts(reader):
        found = []
        for _ in range(reader.head(100)):
            reader.array(3)
            rank, stamp = reader.unsigned(), reader.unsigned()
            found.append((rank, stamp, log.changes_of(reader.bytes(log.PAYLOAD_MAX))[0]))
        return found

    placed, waiting = merge.order_acts(whole(data, acts))
    return {"order": [act.hex() for act in placed], "waiting": [act.hex() for act in waiting]}


def read_invitation(given, data):
    return shown.show_frame(frames.read_invitation(data.decode()))


def read_enrolment(given, data):
    return shown.show_frame(frames.read_enrolment(data))


def read_draw(given, data):
    found = json.loads(data)
    return {
        "findings": draw.findings(
            found["suite"], [bytes.fromhex(receipt) for receipt in found["receipts"]], found["publication"]
        )
    }


def read_dossier(given, data):
    tree = tree_of(given, bytes.fromhex(given["charters"]))
    stream = whole(bytes.fromhex(given["stream"]), log.Stream.read)
    issuer = dossier.issuer_of(stream, tree)
    assembler, found = dossier.Assembler(), None
    for payload in whole(data, lambda reader: [reader.bytes(log.PAYLOAD_MAX) for _ in range(reader.head(100))]):
        for piece in log.changes_of(payload):
            found = assembler.add(piece)
    if found is None:
        raise Refused("piece-missing")
    for number, guest in enumerate(found.guests):
        if not tree.admit_guest(guest, issuer):
            raise Refused("guest-refused", at=number + 1)
    entries = []
    for number, item in enumerate(found.items):
        try:
            entry, changes = dossier.check_item(item, found.file, tree)
        except Refused as refusal:
            raise Refused(refusal.code, at=number + 1) from None
        header = entry.header
        entries.append(
            {
                "office": tree.office_of(header.stream.author),
                "stream": header.stream.name,
                "seq": header.seq,
                "hash": entry.hash.hex(),
                "from": item.start,
                "until": item.until,
                "order": shown.show_wide(clamped(header.stamp, item.until)),
                "changes": [shown.show_change(change) for change in changes],
            }
        )
    return {
        "issuer": issuer,
        "target": stream.office,
        "file": found.file.hex(),
        "guests": [
            {
                "office": guest.office,
                "name": guest.name,
                "parent": guest.parent,
                "rank": tree.rank(guest.office),
                "keys": [suites.fingerprint(*key).hex() for key in guest.keys],
            }
            for guest in found.guests
        ],
        "entries": entries,
        "withdrawn": [value.hex() for value in found.withdrawn],
    }


def read_bundle(given, data):
    part = bundle.Part(data)
    found = bundle.Log(bytes.fromhex(given["root"]))
    found.take(part)
    head = {"from": part.sender, "to": part.receiver, "created": part.created, "part": part.part, "parts": part.parts}
    return {**head, "id": part.id.hex(), **found.settled().shown()}


def repeated(pattern, start, length):
    whole_pattern = pattern * (1 + (start + length) // len(pattern))
    return whole_pattern[start : start + length]


def read_blob(given, data):
    return blobs.Manifest.of(repeated(data, 0, given["length"])).shown()


def read_blob_manifest(given, data):
    manifest = blobs.Manifest.read(data)
    if "blob" in given and manifest.blob.hex() != given["blob"]:
        raise Refused("other-manifest")
    return manifest.shown()


def read_blob_chunk(given, data):
    manifest = blobs.Manifest.read(bytes.fromhex(given["manifest"]))
    manifest.check(given["number"], repeated(data, given["from"], given["length"]))
    return {"hash": manifest.hashes[given["number"]].hex()}


def read_blob_progress(given, data):
    return blobs.read_progress(data)


def read_attachment_frame(given, data):
    return blobs.read_frame(data)


def read_desk_request(given, data):
    return desk.read_request(data)


def read_desk_answer(given, data):
    return desk.read_answer(data)


ITEMS = ("unsigned", "integer", "bytes", "text", "flag", "null", "array", "value")
# Inputs that are one item of CBOR, so that an off-the-shelf decoder can be asked too.
ONE_ITEM = ITEMS + ("stream", "header", "entry", "sig-structure", "payload", "frame", "enrolment", "blob-manifest", "blob-progress", "attachment-frame")


def outcome(vector):
    reads, given, data = vector["reads"], vector.get("given", {}), bytes.fromhex(vector["input"])
    try:
        if reads in ITEMS:
            result = read_item(given, data, reads)
        else:
            result = globals()["read_" + reads.replace("-", "_")](given, data)
    except Refused as refusal:
        found = {"refused": refusal.code}
        if refusal.at is not None:
            found["at"] = refusal.at
        return found
    if reads in ONE_ITEM:
        cbor.check_with_library(data)
    return {"expected": result}


def differences(wanted, found, path=""):
    """Where two values of JSON differ, as lines."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name in sorted(set(wanted) | set(found)):
            yield from differences(wanted.get(name), found.get(name), f"{path}/{name}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for number, pair in enumerate(zip(wanted, found)):
            yield from differences(*pair, f"{path}/{number}")
    elif wanted != found or type(wanted) is not type(found):
        yield f"{path}: the file says {json.dumps(wanted)}, read as {json.dumps(found)}"


def check(folder):
    """Names of the vectors checked, and what is wrong, as lines."""
    checked, wrong = [], []
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        vector = json.loads(path.read_text("utf-8"))
        checked.append(path.stem)
        wanted = {name: vector[name] for name in ("expected", "refused", "at") if name in vector}
        if not wanted:
            wrong.append(f"{path.stem}: asserts nothing")
            continue
        try:
            found = outcome(vector)
        except Exception as error:  # A reader that breaks has not read it.
            found = {"broken": repr(error)}
        wrong += [path.stem + line for line in differences(wanted, found)]
    return checked, wrong
