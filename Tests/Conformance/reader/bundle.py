"""Bundles, and what a log says (page 7)."""

from .cbor import Reader, Refused
from .clock import clamped
from .dossier import Assembler, check_item, issuer_of
from .log import (
    Act,
    Charter,
    DossierPiece,
    Entry,
    Face,
    ForkProof,
    Introduction,
    Ratification,
    Receipt,
    Record,
    Revocation,
    Sighting,
    Stream,
    changes_of,
    office_code,
    verify,
)
from .merge import Row, order_acts
from .shown import show_head, show_value
from .standing import Standing
from .suites import digest, fingerprint, short_author
from .tree import Tree

ITEM_MAX = 262_144


class Part:
    """One file, taken apart; nothing in it is believed yet."""

    def __init__(self, data):
        reader = Reader(data)
        try:
            reader.array(8)
            magic, version = reader.text(16), reader.unsigned()
        except Refused:
            raise Refused("not-a-bundle") from None
        if (magic, version) != ("docket-bundle", 1):
            raise Refused("not-a-bundle")
        self.sender, self.receiver = office_code(reader), office_code(reader)
        self.created, self.part, self.parts = reader.unsigned(), reader.unsigned(), reader.unsigned()
        if not 1 <= self.part <= self.parts:
            raise Refused("out-of-range")
        self.id = reader.fixed(16)
        self.runs = []
        count = 0
        while True:
            start = reader.offset
            size = reader.head(3)
            if size == 3:
                break
            if size != 2:
                raise Refused("unexpected-type")
            stream = Stream.read(reader)
            run = [reader.bytes(ITEM_MAX) for _ in range(reader.head(ITEM_MAX))]
            if not run:
                raise Refused("empty")
            count += len(run)
            self.runs.append((stream, run))
        if reader.text(16) != "end":
            raise Refused("unsupported")
        total, seal = reader.unsigned(), reader.fixed(32)
        reader.finish()
        if total != count or digest(1, "docket/bundle/1", data[:start]) != seal:
            raise Refused("altered")


class Log:
    """Streams whose every link was checked."""

    def __init__(self, root):
        self.root = root
        self.streams = {}  # Stream: [Entry]
        # Keys that some charter names, to check signatures by; what counts is settled when all is read.
        self.known = Tree(root)

    def take(self, part):
        for stream, run in part.runs:
            self.take_run(stream, run)

    def take_run(self, stream, run):
        held = self.streams.get(stream, [])
        last = held[-1] if held else None
        seq = last.header.seq if last else 0
        entries = []
        for number, data in enumerate(run):
            try:
                entries.append(Entry(data))
            except Refused as refusal:
                raise Refused(refusal.code, at=seq + number + 1, stream=stream) from None
        key = self.known.key(stream.author) or self._root_key(stream, entries)
        if key is None:
            raise Refused("no-charter", at=seq + 1, stream=stream)
        verify(entries, stream, seq, last.hash if last else None, key)
        self.streams.setdefault(stream, []).extend(entries)
        for entry in entries:
            for change in changes(entry):
                if isinstance(change, Charter):
                    try:
                        self.known.admit(change, stream.author, entry.header.stamp)
                    except Refused:
                        pass
                elif isinstance(change, Introduction):
                    self.known.introduce(change, stream.author)
                elif isinstance(change, Revocation):
                    self.known.revoke(change.key)

    def _root_key(self, stream, entries):
        """The root's own charter carries the key that the pinned fingerprint names."""
        if stream.author == self.root:
            for change in changes(entries[0]):
                if isinstance(change, Charter) and fingerprint(*change.key) == self.root:
                    return change.key
        return None

    def settled(self):
        forks = []
        while True:
            settled = Settled(self, forks)
            if len(settled.standing.forks) == len(forks):
                return settled
            # A fork that only came to light on the way decides over entries that were taken before.
            forks = settled.standing.forks


def changes(entry):
    """An entry's changes; one that cannot be read is kept and counts for nothing."""
    try:
        return changes_of(entry.payload)
    except Refused:
        return []


class Settled:
    """What a log says: facts, classes, values."""

    def __init__(self, log, forks):
        self.log = log
        self.tree = Tree(log.root)
        self.standing = Standing(self.tree)
        self.standing.forks = list(forks)
        self.counting = []  # (entry, change) of records and acts
        self.judged = []  # (stream, seq, class, rule) of entries that do not count
        self.waiting = []  # (entry, change) of facts that do not count yet
        self.dossiers = []  # (entry with the last piece, dossier)
        self.handed = {}  # (stream, seq) of entries that came in dossiers: {issuer: (stamp, clocks of the first receipt)}
        pending, depth = set(log.streams), 0
        while ready := [stream for stream in pending if stream.author == log.root or stream.author in self.tree.owner]:
            stream = min(ready, key=self._order)
            pending.remove(stream)
            if self._order(stream)[0] > depth:
                # What was said of this level from above, before its charters were read, counts from here on.
                self._retry()
                depth = self._order(stream)[0]
            self._take_stream(stream)
        self._retry()
        self._take_dossiers()

    def _order(self, stream):
        """From the root downwards: whatever decides over an office's entries stands above it."""
        office = self.tree.owner.get(stream.author)
        if office is None:
            return (0, b"", 0, stream.encoded)
        depth = self.tree.seats[office][2]
        return (depth, office.encode(), self.tree.seated[office].index(stream.author), stream.encoded)

    def hash_at(self, stream):
        entries = self.log.streams.get(stream, [])
        return lambda seq: entries[seq - 1].hash if 1 <= seq <= len(entries) else None

    def _take_stream(self, stream):
        entries = self.log.streams[stream]
        hash_at = self.hash_at(stream)
        held = {entry.header.seq for entry in entries}
        assembler = Assembler()
        for entry in entries:
            index, count = entry.header.part or (1, 1)
            if entry.header.seq + count - index not in held:
                continue  # Its transaction is not whole.
            name, rule = self.standing.judge(stream, entry.header.seq, hash_at)
            if name != "valid":
                self.judged.append((stream, entry.header.seq, name, rule))
                continue
            for change in changes(entry):
                if isinstance(change, (Record, Act)):
                    self.counting.append((entry, change))
                elif isinstance(change, DossierPiece):
                    self._take_piece(entry, change, assembler)
                elif not self._take_fact(entry, change):
                    self.waiting.append((entry, change))

    def _take_piece(self, entry, piece, assembler):
        try:
            dossier = assembler.add(piece)
        except Refused:
            return  # Held.
        if dossier is not None:
            self.dossiers.append((entry, dossier))

    def _take_dossiers(self):
        """Entries of streams that the root may not hold, as a superior hands them over (page 8)."""
        tree, found, withdrawn = self.tree, [], {}
        for last, dossier in sorted(
            self.dossiers, key=lambda pair: (pair[0].header.stamp, pair[0].header.stream.encoded, pair[0].header.seq)
        ):
            try:
                issuer = issuer_of(last.header.stream, tree)
            except Refused:
                continue
            found.append((last, dossier, issuer))
            for value in dossier.withdrawn:
                withdrawn[value] = max(withdrawn.get(value, 0), last.header.stamp)
        taken = set()
        for last, dossier, issuer in found:
            for guest in dossier.guests:
                tree.admit_guest(guest, issuer)
            for item in dossier.items:
                try:
                    entry, held = check_item(item, dossier.file, tree)
                except Refused:
                    continue  # It does not count, the others do.
                stream = entry.header.stream
                if tree.may_read(tree.owner[tree.root], stream) or withdrawn.get(entry.hash, -1) >= last.header.stamp:
                    continue
                place = (stream, entry.header.seq)
                said = self.handed.setdefault(place, {})
                stamp, clocks = said.get(issuer, (last.header.stamp, []))
                # The latest of one office's counts; they come in the order of their stamps.
                clocks = clocks if stamp == last.header.stamp else []
                said[issuer] = (last.header.stamp, clocks + [clock for clock in [item.until] if clock is not None])
                if entry.hash not in taken:
                    taken.add(entry.hash)
                    self.counting += [(entry, change) for change in held]

    def _retry(self):
        """A charter may need another before it; facts need charters."""
        has_progress = True
        while has_progress:
            left = [fact for fact in self.waiting if not self._take_fact(*fact)]
            has_progress = len(left) < len(self.waiting)
            self.waiting = left

    def _take_fact(self, entry, change):
        """Whether the fact counts."""
        author = entry.header.stream.author
        tree, standing = self.tree, self.standing
        issuer = tree.owner.get(author)
        if isinstance(change, Charter):
            try:
                tree.admit(change, author, entry.header.stamp)
            except Refused:
                return False
        elif isinstance(change, Receipt):
            owner = tree.owner.get(change.head.stream.author)
            if not change.is_storable:
                return False
            if issuer is None or owner is None or not tree.is_superior(issuer, owner):
                return False
            if not tree.reaches(entry.header.stream, change.head.stream):
                return False
            standing.receipts.append((issuer, change))
        elif isinstance(change, Revocation):
            if issuer is None or tree.owner.get(change.key) != change.office:
                return False
            if not tree.is_superior(issuer, change.office):
                return False
            if not tree.reaches_all_of(entry.header.stream, change.office):
                return False
            standing.revocations.append((issuer, change))
            tree.revoke(change.key)
        elif isinstance(change, Ratification):
            owner = tree.owner.get(change.stream.author)
            if issuer is None or owner is None or not tree.is_superior(issuer, owner):
                return False
            if not tree.reaches(entry.header.stream, change.stream):
                return False
            standing.ratifications.append((issuer, change))
        elif isinstance(change, ForkProof):
            return self._note_fork(change)
        elif isinstance(change, Introduction):
            return issuer == change.office and tree.introduce(change, author)
        elif isinstance(change, Sighting):
            self._compare(change.face)
        return True

    def _note_fork(self, proof):
        key = self.tree.key(proof.lesser.header.stream.author)
        if key is None or not proof.lesser.is_signed(key) or not proof.greater.is_signed(key):
            return False
        if proof not in self.standing.forks:
            self.standing.forks.append(proof)
        return True

    def _compare(self, face):
        """A face of an entry that is held otherwise is half of a fork proof."""
        entries = self.log.streams.get(face.header.stream, [])
        if not 1 <= face.header.seq <= len(entries):
            return
        held = entries[face.header.seq - 1]
        if held.header.data != face.header.data:
            faces = sorted([face, Face(held.header, held.signature)], key=lambda face: face.header.data)
            self._note_fork(ForkProof(*faces))

    def fold(self):
        """Rows by (type, id), and acts by file, of the entries that count."""
        rows, acts = {}, {}
        for entry, change in self.counting:
            if isinstance(change, Record) and not change.is_storable:
                continue
            stream, stamp = entry.header.stream, entry.header.stamp
            if (stream, entry.header.seq) in self.handed:
                said = self.handed[stream, entry.header.seq].values()
                clock = min((clock for _, clocks in said for clock in clocks), default=None)
            else:
                clock = self.standing.first_clock(stream, entry.header.seq, self.hash_at(stream))
            order = clamped(stamp, clock)
            author = short_author(stream.author)
            if isinstance(change, Record):
                rows.setdefault((change.type, change.id), Row()).write(change, (stamp, author), order)
            else:
                rank = self.tree.rank(self.tree.office_of(stream.author))
                acts.setdefault(change.file, []).append((rank, order, change))
        return rows, acts

    def shown(self):
        """What the log says, as JSON."""
        rows, acts = self.fold()
        rank = self.tree.rank_of_short_author
        records = []
        for (kind, identity), row in sorted(rows.items()):
            record = {"type": kind, "id": identity.hex(), "fields": {}, "conflicts": {}}
            for number, register in sorted(row.fields.items()):
                versions = register.versions(rank)
                record["fields"][str(number)] = show_value(versions[0][1] if versions else None)
                if len(versions) > 1:
                    record["conflicts"][str(number)] = [show_value(value) for _, value in versions[1:]]
            records.append(record)
        files = []
        for file, found in sorted(acts.items()):
            placed, waiting = order_acts(found)
            files.append(
                {"file": file.hex(), "order": [act.hex() for act in placed], "waiting": [act.hex() for act in waiting]}
            )
        streams = sorted(self.log.streams.items(), key=lambda pair: pair[0].encoded)
        return {
            "entries": sum(len(entries) for _, entries in streams),
            "heads": [show_head((stream, entries[-1].header.seq, entries[-1].hash)) for stream, entries in streams],
            "offices": [
                {"office": office, "depth": depth, "key": key.hex()} for depth, office, key in self.tree.offices()
            ],
            "records": records,
            "files": files,
            "judged": [
                {"stream": stream.name, "seq": seq, "class": name, "rule": rule}
                for stream, seq, name, rule in sorted(self.judged, key=lambda found: (found[0].encoded, found[1]))
            ],
        }
