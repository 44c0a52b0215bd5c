"""Draws: derives the list again (draw.md)."""

from .suites import plain_hash


class Message:
    def __init__(self, word):
        self.data = b""
        self.text(word)

    def number(self, value):
        self.data += value.to_bytes(8, "big", signed=True)
        return self

    def bytes(self, value):
        self.number(len(value))
        self.data += value
        return self

    def text(self, value):
        return self.bytes(value.encode())

    def size(self, size):
        word, number = size_of(size)
        return self.text(word).number(number)


def size_of(size):
    (word, inner), = size.items()
    return word, inner["_0"]


def count_of(size, base):
    word, number = size_of(size)
    return number if word == "count" else -(-base * number // 100)


class Source:
    """Random numbers of one round."""

    def __init__(self, draw, word, seed, number):
        self.draw = draw
        self.prefix = Message(word).bytes(seed).bytes(draw.nonce).number(number).data
        self.block, self.words = 0, []

    def below(self, bound):
        if bound == 1:
            return 0
        while True:
            if not self.words:
                block = self.draw.hash(self.prefix + self.block.to_bytes(8, "big"))
                self.words = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 32, 4)]
                self.block += 1
            word = self.words.pop(0)
            if word < (1 << 32) // bound * bound:
                return word % bound

    def take(self, count, pool):
        pool = list(pool)
        for index in range(count):
            other = index + self.below(len(pool) - index)
            pool[index], pool[other] = pool[other], pool[index]
        return pool[:count]


class Draw:
    def __init__(self, suite, publication):
        self.hash = lambda data: plain_hash(suite, data)
        self.nonce = bytes(publication["reveal"]["nonce"])
        parameters = publication["parameters"]
        self.units = sorted(publication["roster"]["subjects"], key=lambda unit: unit["id"].encode())
        self.officers = sorted(parameters["officers"], key=lambda officer: officer["id"].encode())
        self.minimums = sorted(parameters["minimums"], key=lambda minimum: minimum["stratum"].encode())
        self.recusals = sorted(
            parameters["recusals"], key=lambda pair: (pair["subject"].encode(), pair["officer"].encode())
        )
        self.size, self.team = parameters["size"], parameters["officersPerSubject"]
        self.wanted = count_of(self.size, len(self.units))

    def is_possible(self):
        """What must hold before an office commits."""
        names = {unit["id"]: unit["stratum"] for unit in self.units}
        officers = {officer["id"] for officer in self.officers}
        strata = {minimum["stratum"] for minimum in self.minimums}
        texts = [*names, *officers, *(officer["certificate"] for officer in self.officers)]
        sizes = [self.size] + [minimum["atLeast"] for minimum in self.minimums]
        least = {minimum["stratum"]: count_of(minimum["atLeast"], self.wanted) for minimum in self.minimums}
        return (
            1 <= len(self.units) <= 100_000
            and len(self.officers) <= 1_000
            and len(self.recusals) <= 100_000
            and len(self.minimums) <= 100
            and 1 <= self.team <= 9
            and all(1 <= size_of(size)[1] <= (100 if size_of(size)[0] == "percent" else 100_000) for size in sizes)
            and self.wanted <= len(self.units)
            and (len(names), len(officers), len(strata)) == (len(self.units), len(self.officers), len(self.minimums))
            and all(1 <= len(text.encode()) <= 128 for text in texts)
            and all(len(stratum.encode()) <= 128 for stratum in names.values())
            and all(pair["subject"] in names and pair["officer"] in officers for pair in self.recusals)
            and all(count <= list(names.values()).count(stratum) for stratum, count in least.items())
            and sum(least.values()) <= self.wanted
            and all(len(officers - self._recused(unit)) >= self.team for unit in names)
        )

    def _recused(self, unit):
        return {pair["officer"] for pair in self.recusals if pair["subject"] == unit}

    def commitment(self):
        roster = Message("docket.draw.roster.v1").number(len(self.units))
        for unit in self.units:
            roster.text(unit["id"]).text(unit["stratum"])
        parameters = Message("docket.draw.parameters.v1").size(self.size).number(len(self.minimums))
        for minimum in self.minimums:
            parameters.text(minimum["stratum"]).size(minimum["atLeast"])
        parameters.number(self.team).number(len(self.officers))
        for officer in self.officers:
            parameters.text(officer["id"]).text(officer["certificate"])
        parameters.number(len(self.recusals))
        for pair in self.recusals:
            parameters.text(pair["subject"]).text(pair["officer"])
        parts = {
            "roster": self.hash(roster.data),
            "parameters": self.hash(parameters.data),
            "nonce": self.hash(Message("docket.draw.nonce.v1").bytes(self.nonce).data),
        }
        return {**parts, "digest": self.digest(parts)}

    def digest(self, parts):
        message = Message("docket.draw.commitment.v1")
        for name in ("roster", "parameters", "nonce"):
            message.bytes(bytes(parts[name]))
        return self.hash(message.data)

    def rounds(self, seed, redraws):
        barred = {unit["id"]: set() for unit in self.units}
        for pair in self.recusals:
            barred[pair["subject"]].add(pair["officer"])
        stratum = {unit["id"]: unit["stratum"] for unit in self.units}
        loads = {officer["id"]: 0 for officer in self.officers}
        used, standing, rounds = set(), {}, []
        steps = [(seed, [])] + [(bytes(redraw["seed"]), redraw["replaces"]) for redraw in redraws]
        for number, (seed, replaces) in enumerate(steps, start=1):
            incomplete = set()
            for gone in replaces:
                unit = gone["subject"]
                if gone.get("officer") is None:
                    for officer in standing.pop(unit):
                        loads[officer] -= 1
                else:
                    standing[unit].remove(gone["officer"])
                    loads[gone["officer"]] -= 1
                    incomplete.add(unit)
            source = Source(self, "docket.draw.subjects.v1", seed, number)
            missing, drawn = self.wanted - len(standing), []

            def take(count, pool):
                taken = source.take(count, pool)
                used.update(taken)
                drawn.extend(taken)

            for minimum in self.minimums:
                present = sum(stratum[unit] == minimum["stratum"] for unit in standing)
                wanted = count_of(minimum["atLeast"], self.wanted) - present
                if wanted > 0:
                    pool = [unit["id"] for unit in self.units if unit["stratum"] == minimum["stratum"]]
                    take(wanted, [unit for unit in pool if unit not in used])
            take(missing - len(drawn), [unit["id"] for unit in self.units if unit["id"] not in used])
            filled = drawn + [unit["id"] for unit in self.units if unit["id"] in incomplete]
            source = Source(self, "docket.draw.officers.v1", seed, number)
            for unit in filled:
                team = standing.setdefault(unit, [])
                able = [officer["id"] for officer in self.officers if officer["id"] not in barred[unit]]
                chosen = []
                while len(team) + len(chosen) < self.team:
                    least = min(loads[officer] for officer in able)
                    free = [officer for officer in able if loads[officer] == least]
                    chosen.append(free[source.below(len(free))])
                    able.remove(chosen[-1])
                for officer in chosen:
                    loads[officer] += 1
                barred[unit].update(chosen)
                team += chosen
            rounds.append([{"subject": unit, "officers": list(standing[unit])} for unit in filled])
        return rounds


def findings(suite, receipts, publication):
    """Kinds of what is wrong; the list is derived only from what is right."""
    draw = Draw(suite, publication)
    if not draw.is_possible():
        return ["impossible"]
    said, reveal, result = publication["commitment"], publication["reveal"], publication["result"]
    own, wrong = draw.commitment(), []
    for name in ("roster", "parameters", "nonce"):
        if bytes(said[name]) != own[name]:
            wrong.append(name)
    if bytes(said["digest"]) != draw.digest(said):
        wrong.append("commitment")
    if result["commitment"] != said["digest"]:
        wrong.append("other-commitment")
    seeds = [bytes(reveal["seed"])] + [bytes(redraw["seed"]) for redraw in reveal["redraws"]]
    wrong += ["seed" for number, seed in enumerate(seeds) if number >= len(receipts) or receipts[number] != seed]
    if len(seeds) < len(receipts):
        wrong.append("rounds")
    if wrong:
        return wrong
    derived = draw.rounds(seeds[0], reveal["redraws"])
    if len(result["rounds"]) != len(derived):
        return ["rounds"]
    for number, (found, drawn) in enumerate(zip(result["rounds"], derived)):
        redraw = reveal["redraws"][number - 1] if number else None
        if found["number"] != number + 1 or found.get("redraw") != redraw:
            wrong.append("redraw")
        elif [unit["subject"] for unit in found["drawn"]] != [unit["subject"] for unit in drawn]:
            wrong.append("subjects")
        else:
            wrong += ["officers" for said, own in zip(found["drawn"], drawn) if said["officers"] != own["officers"]]
    return wrong
