"""Classes of entries (page 1)."""

RETIRED, COMPROMISED = 1, 2
ORDER = ("valid", "disputed", "quarantined")


class Standing:
    """The facts that decide: each with the office that issued it."""

    def __init__(self, tree):
        self.tree = tree
        self.revocations = []
        self.ratifications = []
        self.forks = []
        self.receipts = []

    def counting_receipts(self, stream, hash_at):
        """Receipts by superiors for the chain held, as (issuer, receipt)."""
        author = self.tree.owner.get(stream.author)
        for issuer, receipt in self.receipts:
            if receipt.head.stream == stream and self.tree.is_superior(issuer, author):
                if hash_at(receipt.head.seq) == receipt.head.hash:
                    yield issuer, receipt

    def first_clock(self, stream, seq, hash_at):
        """Least clock of the receipts that cover an entry and are not known to be for another branch; None without."""
        clocks = [
            receipt.clock
            for _, receipt in self.receipts
            if receipt.head.stream == stream
            and receipt.head.seq >= seq
            and hash_at(receipt.head.seq) in (None, receipt.head.hash)
        ]
        return min(clocks, default=None)

    def judge(self, stream, seq, hash_at):
        """Class and rule of entry `seq`; `hash_at` gives the hash of the entry held at a position, or None."""
        tree = self.tree
        author = tree.owner.get(stream.author)
        revocations = sorted(
            (
                (revocation.position, issuer, revocation)
                for issuer, revocation in self.revocations
                if revocation.key == stream.author
            ),
            key=lambda issued: issued[:2],
        )
        is_compromised = any(revocation.reason == COMPROMISED for _, _, revocation in revocations)
        for issuer, ratification in self.ratifications:
            if ratification.stream != stream or not tree.is_superior(issuer, author):
                continue
            if is_compromised and ratification.first != ratification.last:
                continue
            if ratification.first <= seq <= ratification.last and hash_at(ratification.last) == ratification.hash:
                return "valid", "ratified"
        found = []
        forks = self._concerning(stream, seq, hash_at)
        if forks:
            stands = all(self._stands(stream, at, least, hash_at) for at, least in forks)
            found.append(("valid", "witnessed-branch") if stands else ("disputed", "forked"))
        for _, issuer, revocation in revocations:
            cut = next((cut for cut in revocation.cuts if cut.stream == stream), None)
            if cut is not None and hash_at(cut.seq) not in (None, cut.hash):
                found.append(("disputed", "other-than-cut"))
                continue
            if seq <= (cut.seq if cut else 0):
                continue
            in_time = any(
                by == issuer and receipt.position < revocation.position and receipt.head.seq >= seq
                for by, receipt in self.counting_receipts(stream, hash_at)
            )
            if not in_time:
                found.append(("quarantined", "after-revocation"))
            elif revocation.reason == RETIRED:
                found.append(("valid", "receipted-in-time"))
            else:
                found.append(("disputed", "after-compromise"))
        if not found:
            return "valid", "undisputed"
        worst = max(ORDER.index(name) for name, _ in found)
        return next(judgement for judgement in found if ORDER.index(judgement[0]) == worst)

    def _concerning(self, stream, seq, hash_at):
        """The forks up to `seq` that concern the branch held: each position with the least face proven there."""
        positions = {}
        for proof in self.forks:
            header = proof.lesser.header
            if header.stream == stream and header.seq <= seq:
                positions.setdefault(header.seq, []).append(proof)
        forks = []
        for at in sorted(positions):
            before = None if at == 1 else hash_at(at - 1)
            proofs = [
                proof
                for proof in positions[at]
                if not forks or before in (proof.lesser.header.previous, proof.greater.header.previous)
            ]
            if proofs:
                faces = [proof.lesser for proof in proofs]
                forks.append((at, min(faces, key=lambda face: face.header.data + face.signature)))
        return forks

    def _stands(self, stream, seq, least, hash_at):
        tree = self.tree
        author = tree.owner.get(stream.author)
        receipts = [
            (-tree.seats[issuer][2], receipt.position, receipt.head.seq, receipt.head.hash)
            for issuer, receipt in self.receipts
            if receipt.head.stream == stream and receipt.head.seq >= seq and tree.is_superior(issuer, author)
        ]
        if receipts:
            _, _, covered, wanted = min(receipts)
            return hash_at(covered) == wanted
        if stream.author == tree.root or author in tree.seats and tree.seats[author][2] == 0:
            return hash_at(seq) == least.hash
        return False
