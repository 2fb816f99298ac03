"""The optimum of tiny pairing problems by trying everything, and random problems to try it on."""

from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np


def sessions(problem: dict[str, Any], candidate: dict[str, Any]) -> list[int | None]:
    """Return the starts at which a candidate could meet, rooms aside."""
    if "grid" not in problem:
        return [None]
    child = next(c for c in problem["children"] if c["id"] == candidate["child"])
    volunteer = next(v for v in problem["volunteers"] if v["id"] == candidate["volunteer"])
    days, per_day = problem["grid"]["days"], problem["grid"]["slots_per_day"]
    length = child["session_slots"]
    both = set(child["free"]) & set(volunteer["free"])
    return [
        day * per_day + slot
        for day in range(days)
        for slot in range(per_day - length + 1)
        if all(day * per_day + slot + k in both for k in range(length))
    ]


class BruteForce:
    """Tries every set of pairs with every start; `best` is the optimum or None."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        self.children = {c["id"]: c for c in problem["children"]}
        self.volunteers = {v["id"]: v for v in problem["volunteers"]}
        self.rooms = {c["id"]: c["rooms"] for c in problem.get("centres", [])}
        self.fixed = {(f["child"], f["volunteer"]): f.get("start") for f in problem["fixed"]}
        forbidden = {(f["child"], f["volunteer"]) for f in problem["forbidden"]}
        self.options = [
            (c, sessions(problem, c)) for c in problem["candidates"] if (c["child"], c["volunteer"]) not in forbidden
        ]
        self.best: int | None = None
        if not forbidden & self.fixed.keys():
            self._try(0, [], 0)

    def _try(self, at: int, chosen: list[tuple[dict[str, Any], int | None]], value: int) -> None:
        if at == len(self.options):
            if self.problem["place_value"] is None:
                filled = Counter(c["child"] for c, _ in chosen)
                if any(filled[name] < child["places"] for name, child in self.children.items()):
                    return
            if self.best is None or value > self.best:
                self.best = value
            return
        candidate, starts = self.options[at]
        pair = (candidate["child"], candidate["volunteer"])
        for start in starts:
            if self.fixed.get(pair) not in (None, start):
                continue
            if self._fits(chosen, candidate, start):
                gain = candidate["score"] + (self.problem["place_value"] or 0)
                self._try(at + 1, [*chosen, (candidate, start)], value + gain)
        if pair not in self.fixed:
            self._try(at + 1, chosen, value)

    def _slots(self, candidate: dict[str, Any], start: int | None) -> set[int]:
        if start is None:
            return set()
        return set(range(start, start + self.children[candidate["child"]]["session_slots"]))

    def _fits(self, chosen: list[tuple[dict[str, Any], int | None]], new: dict[str, Any], start: int | None) -> bool:
        everyone = [*chosen, (new, start)]
        child, volunteer = self.children[new["child"]], self.volunteers[new["volunteer"]]
        hers = [pair for pair in everyone if pair[0]["volunteer"] == new["volunteer"]]
        theirs = [pair for pair in everyone if pair[0]["child"] == new["child"]]
        if len(theirs) > child["places"] or len(hers) > volunteer["max_children"]:
            return False
        if volunteer["max_load"] is not None and sum(c.get("load", 1) for c, _ in hers) > volunteer["max_load"]:
            return False
        for group in (hers, theirs):
            for one, other in combinations(group, 2):
                if self._slots(*one) & self._slots(*other):
                    return False
        if start is None or child["meets"] == "home":
            return True
        used: Counter[int] = Counter()
        for candidate, begin in everyone:
            kid = self.children[candidate["child"]]
            if kid["meets"] == "centre" and kid["centre"] == child["centre"]:
                used.update(self._slots(candidate, begin))
        return all(count <= self.rooms[child["centre"]][slot] for slot, count in used.items())


def random_problem(seed: int) -> dict[str, Any]:
    """Return a tiny problem with every feature switched on now and then."""
    rng = np.random.default_rng(seed)

    def whole(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    def often(share: float) -> bool:
        return bool(rng.random() < share)

    timed = often(0.75)
    days, per_day = whole(1, 2), whole(2, 3)
    slots = days * per_day
    centres = [{"id": f"c{i}", "rooms": [whole(0, 2) for _ in range(slots)]} for i in range(whole(1, 2))]

    def free() -> list[int]:
        return [slot for slot in range(slots) if often(0.6)]

    children: list[dict[str, Any]] = []
    for i in range(whole(1, 4)):
        child: dict[str, Any] = {"id": f"k{i}", "places": whole(0, 2) if often(0.5) else 1}
        if timed:
            child["centre"] = centres[whole(0, len(centres) - 1)]["id"]
            child |= {"free": free(), "session_slots": whole(1, 2), "meets": "centre" if often(0.7) else "home"}
        children.append(child)
    volunteers: list[dict[str, Any]] = []
    for i in range(whole(1, 3)):
        limit = whole(0, 4) if often(0.4) else None
        volunteers.append({"id": f"v{i}", "max_children": whole(0, 3), "max_load": limit})
        if timed:
            volunteers[-1]["free"] = free()
    candidates = []
    for child in children:
        for volunteer in volunteers:
            if often(0.75) and len(candidates) < 8:
                score = whole(-400, 1000) if often(0.2) else whole(0, 1000)
                candidates.append({"child": child["id"], "volunteer": volunteer["id"], "score": score})
                if often(0.4):
                    candidates[-1]["load"] = whole(0, 3)
    fixed, forbidden = [], []
    for candidate in candidates:
        pair = {"child": candidate["child"], "volunteer": candidate["volunteer"]}
        if often(0.08):
            fixed.append(dict(pair))
            if timed:
                options = sessions(
                    {"grid": {"days": days, "slots_per_day": per_day}, "children": children, "volunteers": volunteers},
                    candidate,
                )
                fixed[-1]["start"] = options[0] if options and often(0.5) else None
        elif often(0.08):
            forbidden.append(pair)
    problem: dict[str, Any] = {"kind": "pairing", "version": 1}
    if timed:
        problem |= {"grid": {"days": days, "slots_per_day": per_day}, "centres": centres}
    place_value = None if often(0.3) else int(rng.choice([0, 100, 2000]))
    return problem | {
        "children": children,
        "volunteers": volunteers,
        "candidates": candidates,
        "fixed": fixed,
        "forbidden": forbidden,
        "place_value": place_value,
    }
