"""The digest tree over stream heads (page 5)."""

from .cbor import encode
from .suites import digest

LEVELS_MAX = 4
DIVIDED_MAX = 512


def key(head):
    return int.from_bytes(digest(1, "docket/frontier-key/1", head.stream.encoded)[:8], "big")


def node(heads):
    if not heads:
        return None
    content = b"".join(head.stream.encoded + encode(head.seq) + encode(head.hash) for head in heads)
    return [digest(1, "docket/frontier-node/1", content)[:16], len(heads)]


def met(*sides):
    """What both sides tell of each level, the heads of each in the buckets that are found to differ, and which buckets of
    each level were divided."""
    ordered = [sorted(side, key=lambda head: (key(head), head.stream.encoded)) for side in sides]
    # A bucket: how many bits of the keys it has in common, and which.
    buckets = [(8, number) for number in range(256)]
    levels, leaves, divisions = [], [], []
    while buckets:
        parts = [
            [[head for head in side if key(head) >> (64 - bits) == number] for side in ordered] for bits, number in buckets
        ]
        nodes = [[node(side) for side in part] for part in parts]
        levels.append([encode([18, [pair[side] for pair in nodes]]) for side in (0, 1)])
        differing = [place for place, (one, other) in enumerate(nodes) if one != other]
        least = 8 if len(differing) < len(buckets) else 32
        divided = []
        for place in differing:
            is_large = min(len(side) for side in parts[place]) > least
            if is_large and len(levels) < LEVELS_MAX and len(divided) < DIVIDED_MAX:
                divided.append(place)
            else:
                leaves.append(parts[place])
        divisions.append(divided)
        chosen = [buckets[place] for place in divided]
        buckets = [(bits + 4, number << 4 | low) for bits, number in chosen for low in range(16)]
    return levels, [[head for leaf in leaves for head in leaf[side]] for side in (0, 1)], divisions
