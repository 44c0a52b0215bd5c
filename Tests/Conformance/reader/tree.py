"""Charters, audiences and rotation (page 1)."""

from .cbor import Refused
from .suites import fingerprint, short_author

DEPTH_MAX = 12
CHARTERS_MAX = 1000


class Tree:
    def __init__(self, root, suites=(1, 2)):
        self.root = root
        self.suites = suites
        self.seats = {}  # office: (charter, fingerprint, depth), the present ones
        self.charters = {}  # office: list of (stamp, fingerprint, charter, whether received at enrolment)
        self.introduced = set()  # (by, next)
        self.revoked = set()
        self.owner = {}  # fingerprint of every key that took effect: office
        self.keys = {}  # fingerprint: Key
        self.seated = {}  # office: its keys in the order they took effect
        self.guests = {}  # office: (parent, depth), of those without a seat that a dossier names
        self.guest_keys = {}  # fingerprint: (office, Key)

    def admit(self, charter, issuer, stamp=None):
        """Takes a charter in; `stamp` is that of its entry, None when it was received at enrolment."""
        if charter.key.suite not in self.suites:
            raise Refused("unknown-suite")
        key = fingerprint(charter.key.suite, charter.key.key)
        if charter.parent is not None:
            if issuer not in self.owner:
                raise Refused("unknown-issuer")
            if self.owner[issuer] != charter.parent:
                raise Refused("issuer-not-parent")
            depth = self.seats[charter.parent][2] + 1
        else:
            if issuer in self.owner:
                is_own = self.owner[issuer] == charter.office
            else:
                is_own = issuer == key == self.root
            if not is_own:
                raise Refused("root-mismatch")
            depth = 0
        if depth > DEPTH_MAX:
            raise Refused("too-deep")
        if charter.office in self.seats and self.seats[charter.office][0].parent != charter.parent:
            raise Refused("office-taken")
        if self.owner.get(key, charter.office) != charter.office:
            raise Refused("key-taken")
        if len(self.charters.get(charter.office, [])) >= CHARTERS_MAX:
            raise Refused("office-taken")
        self.keys[key] = charter.key
        walk = self.charters.setdefault(charter.office, [])
        same = [link for link in walk if link[2] == charter]
        if same:
            walk.remove(same[0])
        stamps = [known for known in (stamp, same[0][0] if same else None) if known is not None]
        pinned = stamp is None or bool(same and same[0][3])
        walk.append((min(stamps, default=None), key, charter, pinned))
        self._walk(charter.office, depth)
        if self.owner.get(key) != charter.office:
            raise Refused("awaits-introduction")

    def introduce(self, introduction, by):
        if self.owner.get(by) != introduction.office:
            return False
        self.introduced.add((by, fingerprint(introduction.key.suite, introduction.key.key)))
        self._walk(introduction.office, self.seats[introduction.office][2])
        return True

    def revoke(self, key):
        self.revoked.add(key)
        office = self.owner.get(key)
        if office is not None:
            self._walk(office, self.seats[office][2])

    def _walk(self, office, depth):
        present = None
        latest = 0
        seated = []
        believed = []
        for stamp, key, charter, pinned in sorted(
            self.charters[office], key=lambda link: (link[0] or 0, link[2].start, link[1])
        ):
            if present is not None and present[1] != key:
                if not (stamp is None or (present[1], key) in self.introduced or present[1] in self.revoked):
                    earlier = charter.start < latest
                    if pinned or earlier or any((other, key) in self.introduced for other in believed):
                        believed += [key] if key not in believed else []
                    continue
            present = (charter, key, depth)
            latest = max(latest, charter.start)
            seated = [other for other in seated if other != key] + [key]
        seated = [key for key in believed if key not in seated] + seated
        if present is not None:
            self.seats[office] = present
            self.seated[office] = seated
            for key in [key for key, owner in self.owner.items() if owner == office]:
                del self.owner[key]
            for key in seated:
                self.owner[key] = office

    def key(self, author):
        """The public key of a fingerprint that is or was an office's."""
        return self.keys[author] if author in self.owner else None

    def admit_guest(self, guest, issuer):
        """Takes in what a superior states of an office without a seat (page 8); whether it is known now."""
        if guest.office in self.seats:
            return True
        if guest.parent in self.seats:
            if guest.parent != issuer and not self.is_superior(issuer, guest.parent):
                return False
            depth = self.seats[guest.parent][2] + 1
        elif guest.parent in self.guests and self.is_superior(issuer, guest.parent):
            depth = self.guests[guest.parent][1] + 1
        else:
            return False
        if depth > DEPTH_MAX or self.guests.get(guest.office, (guest.parent,))[0] != guest.parent:
            return False
        keys = {fingerprint(*key): key for key in guest.keys}
        if any((self.office_of(author) or guest.office) != guest.office for author in keys):
            return False
        self.guests[guest.office] = (guest.parent, depth)
        self.guest_keys.update({author: (guest.office, key) for author, key in keys.items()})
        return True

    def guest_key(self, author):
        return self.guest_keys[author][1] if author in self.guest_keys else None

    def office_of(self, author):
        """The office of a key, by its charter or as a guest."""
        return self.owner.get(author) or self.guest_keys.get(author, (None,))[0]

    def rank(self, office):
        if office in self.seats:
            return DEPTH_MAX + 1 - self.seats[office][2]
        return DEPTH_MAX + 1 - self.guests[office][1] if office in self.guests else 0

    def rank_of_short_author(self, short):
        offices = [office for key, office in self.owner.items() if short_author(key) == short]
        offices = offices or [office for key, (office, _) in self.guest_keys.items() if short_author(key) == short]
        return self.rank(min(offices)) if offices else 0

    def _parent(self, office):
        if office in self.seats:
            return self.seats[office][0].parent
        return self.guests.get(office, (None,))[0]

    def is_superior(self, superior, office):
        parent = self._parent(office)
        while parent is not None:
            if parent == superior:
                return True
            parent = self._parent(parent)
        return False

    def may_read(self, reader, stream):
        author = self.owner.get(stream.author)
        if author is None or reader not in self.seats:
            return False
        if reader == author:
            return True
        above = self.is_superior(reader, author)
        if stream.kind == 0:
            return False
        if stream.kind == 1:
            return above
        if stream.kind == 2:
            return above or self.is_superior(author, reader)
        if above:
            return True
        target = stream.office
        if not self.is_superior(author, target):
            return False
        if reader == target or (self.is_superior(author, reader) and self.is_superior(reader, target)):
            return True
        return stream.kind == 4 and self.is_superior(target, reader)

    def reaches(self, fact, stream):
        """Whether a fact in a superior's stream reaches all who may hold the stream it is about (page 1)."""
        author = self.office_of(stream.author)
        if author is None:
            return False
        if fact.kind == 3 and stream.kind in (0, 1):
            return fact.office == author
        if fact.kind == 3 and stream.kind == 3 or fact.kind == 4 and stream.kind in (3, 4):
            if fact.office == stream.office:
                return True
        return self.reaches_all_of(fact, author)

    def reaches_all_of(self, fact, office):
        """The same of a fact about all streams of an office's key."""
        if fact.kind != 4:
            return fact.kind == 2
        issuer = self.office_of(fact.author)
        if issuer is None or not self.is_superior(issuer, fact.office):
            return False
        return fact.office == office or self.is_superior(fact.office, office)

    def offices(self):
        return sorted(
            ((depth, office, key) for office, (_, key, depth) in self.seats.items()),
            key=lambda seat: (seat[0], seat[1].encode()),
        )
