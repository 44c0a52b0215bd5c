"""Registers, rows and the order of acts (page 4)."""

import heapq

from .cbor import encode

AUTHORS_MAX = 64


class Register:
    """A field: of each author the last write; first the antichain, then the maximum."""

    def __init__(self):
        self.lasts = {}  # author: (write stamp, value, others' write stamps it replaces, clock it is ordered by)

    def write(self, stamp, value, replaces, order=None):
        others = sorted({other for other in replaces if other[1] != stamp[1]})
        fresh = (stamp, value, others, stamp[0] if order is None else order)
        known = self.lasts.get(stamp[1])
        if known is None or self._age(fresh) > self._age(known):
            self.lasts[stamp[1]] = fresh

    @staticmethod
    def _age(write):
        return write[0], encode(write[1]), write[2]

    def _split(self, rank):
        """Those that stand, and those that another author's last write replaces."""
        lasts = sorted(self.lasts.values(), key=lambda write: (rank(write[0][1]), write[0]), reverse=True)[:AUTHORS_MAX]
        gone = {stamp for write in lasts for stamp in write[2]}
        standing = [write for write in lasts if write[0] not in gone]
        if not standing:
            return lasts, []
        return standing, [write for write in lasts if write[0] in gone]

    def replaced(self, rank):
        return sorted(write[0] for write in self._split(rank)[1])

    def versions(self, rank):
        standing, _ = self._split(rank)
        standing = sorted(standing, key=lambda write: (rank(write[0][1]), write[3], write[0]), reverse=True)
        return [(write[0], write[1]) for write in standing]


class Row:
    def __init__(self):
        self.fields = {}

    def write(self, record, stamp, order=None):
        for number, (value, replaces) in record.fields.items():
            self.fields.setdefault(number, Register()).write(stamp, value, replaces, order)

    def winners(self, rank):
        shown = {}
        for number, register in sorted(self.fields.items()):
            versions = register.versions(rank)
            shown[number] = versions[0][1] if versions else None
        return shown

    def losers(self, rank):
        versions = {number: register.versions(rank) for number, register in sorted(self.fields.items())}
        return {number: [value for _, value in found[1:]] for number, found in versions.items() if len(found) > 1}


def order_acts(acts):
    """Acts as (rank, stamp, act): the ids placed in order, and those that wait."""
    by_id = {}
    for rank, stamp, act in acts:
        key = (-rank, stamp, act.act)
        if act.act not in by_id or key < by_id[act.act][0]:
            by_id[act.act] = (key, act)
    children, missing = {}, {}
    for identity, (_, act) in by_id.items():
        missing[identity] = len(set(act.parents))
        for parent in set(act.parents):
            children.setdefault(parent, []).append(identity)
    ready = [by_id[identity][0] for identity in by_id if not missing[identity]]
    heapq.heapify(ready)
    placed = []
    while ready:
        identity = heapq.heappop(ready)[2]
        placed.append(identity)
        for child in children.get(identity, []):
            missing[child] -= 1
            if not missing[child]:
                heapq.heappush(ready, by_id[child][0])
    return placed, sorted(set(by_id) - set(placed), key=lambda identity: by_id[identity][0])
