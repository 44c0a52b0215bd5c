"""How many bytes an entry takes in a run (`Protocol/5-session.md`), from the form in which it is stored."""


class Item:
    """`[hash of the entry before or null, [stamp, signature, payload, {…}?]]`; the stored stamp is whole."""

    def __init__(self, stored):
        self.at = 0
        self.bytes = stored
        self._head()
        self._skip()
        count = self._head()[1]
        begin = self.at
        kind, value = self._head()
        self.stamp = value if kind == 0 else -1 - value
        middle = self.at
        self._skip()
        self._skip()
        # Signature and payload with their heads.
        self.body = self.at - middle
        self.others = {}
        if count == 4:
            for _ in range(self._head()[1]):
                key = self._head()[1]
                begin = self.at
                self._skip()
                self.others[key] = stored[begin:self.at]

    def bytes_after(self, before):
        """What the run carries of it after another item, or as the first."""
        stamp = self.stamp - (before.stamp if before else 0)
        last = before.others if before else {}
        changed = [value for key, value in self.others.items() if key == 10 or last.get(key) != value]
        gone = sum(1 for key in last if key == 9 and key not in self.others)
        others = (1 if changed or gone else 0) + sum(1 + len(value) for value in changed) + 2 * gone
        return 1 + _head_bytes(stamp if stamp >= 0 else -1 - stamp) + self.body + others

    def _head(self):
        first = self.bytes[self.at]
        self.at += 1
        kind, low = first >> 5, first & 31
        if low < 24:
            return kind, low
        size = 1 << (low - 24)
        value = int.from_bytes(self.bytes[self.at:self.at + size], "big")
        self.at += size
        return kind, value

    def _skip(self):
        kind, value = self._head()
        if kind in (2, 3):
            self.at += value
        elif kind == 4:
            for _ in range(value):
                self._skip()
        elif kind == 5:
            for _ in range(2 * value):
                self._skip()


def _head_bytes(value):
    return 1 + next(size for limit, size in ((24, 0), (256, 1), (65536, 2), (1 << 32, 4), (1 << 64, 8)) if value < limit)
