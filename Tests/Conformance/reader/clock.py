"""The hybrid clock and the clamp (page 3)."""

ADVANCE_MAX = 60_000
CLAMP = 600_000


class Clock:
    def __init__(self, last):
        self.last = last

    def tick(self, wall):
        self.last = max(wall << 16, self.last + 1)
        return self.last

    def witness(self, stamp, wall):
        self.last = max(self.last, min(stamp, (wall + ADVANCE_MAX) << 16))


def clamped(stamp, receipt_clock):
    """The stamp an entry is ordered by; `receipt_clock` the least clock that covers it, or None."""
    if receipt_clock is not None and (stamp >> 16) > receipt_clock + CLAMP:
        return receipt_clock << 16
    return stamp
