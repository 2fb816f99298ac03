"""Check what fairness and wishes add to a pairing solution, from the two files alone.

Shares no code with the solvers. That a threshold is the highest possible, or a bound a bound, is a proof of the solver
that cannot be seen in the files; everything that they say about the pairs themselves can.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Pairs = Mapping[tuple[str, str], Any]
"""Start of each pair of a solution, None without a timetable."""

_FAIRNESS = {"levels", "lowest", "score", "value", "proven"}
_LEVEL = {"threshold", "pairs", "score", "proven"}
_WISHES = {"value", "bound", "proven", "price", "together", "apart", "kept_pairs", "kept_starts", "asked"}
_ASKED = {"siblings", "sibling_bonus", "previous", "pair_bonus", "start_bonus"}


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _keys(value: object, path: str, keys: set[str]) -> list[str]:
    if isinstance(value, dict) and value.keys() == keys:
        return []
    return [f"{path}: expected an object with the keys {', '.join(sorted(keys))}"]


@dataclass(frozen=True)
class Facts:
    """What a solution is, as the checker has recomputed it.

    Attributes
    ----------
    problem : mapping
    found : mapping
        Start of each pair.
    value : int
    bound : int or None
        As the solution tells it; None where that is no number.
    """

    problem: Mapping[str, Any]
    found: Pairs
    value: int
    bound: int | None

    def scores(self) -> dict[tuple[str, str], int]:
        """Return the score of each pair."""
        scores = {(c["child"], c["volunteer"]): c["score"] for c in self.problem["candidates"]}
        return {pair: scores[pair] for pair in self.found}


def fairness_faults(facts: Facts, told: Any) -> list[str]:
    """Return a line per fault of ``fairness``."""
    faults = _keys(told, "$.fairness", _FAIRNESS)
    for key in ("lowest", "score", "value") if not faults else ():
        faults += _keys(told[key], f"$.fairness.{key}", {"before", "after"})
    return faults or list(_fairness(facts, told))


def _fairness(facts: Facts, told: Mapping[str, Any]) -> Iterator[str]:
    scores = facts.scores()
    fixed = {(entry["child"], entry["volunteer"]) for entry in facts.problem.get("fixed", [])}
    free = sorted(score for pair, score in scores.items() if pair not in fixed)
    total = sum(scores.values())
    lowest = free[0] if free else None
    for key, right in (("lowest", lowest), ("score", total), ("value", facts.value)):
        after, before = told[key]["after"], told[key]["before"]
        if type(after) is not type(right) or after != right:
            yield f"$.fairness.{key}.after: expected {right}, found {after!r}"
        if not _whole(before) and not (key == "lowest" and before is right is None):
            yield f"$.fairness.{key}.before: expected an integer, found {before!r}"
            return
    yield from _before(facts, told, lowest)
    levels = told["levels"]
    if not isinstance(levels, list):
        yield "$.fairness.levels: expected a list"
        return
    form = [fault for i, level in enumerate(levels) for fault in _level_form(level, f"$.fairness.levels[{i}]")]
    yield from form
    if not form:
        yield from _levels(levels, free, total, told["lowest"]["before"])
        proven = facts.bound == told["value"]["before"] and all(level["proven"] for level in levels)
        if told["proven"] is not proven:
            yield f"$.fairness.proven: expected {proven}, found {told['proven']!r}"


def _before(facts: Facts, told: Mapping[str, Any], lowest: int | None) -> Iterator[str]:
    """Compare with the solution before, of which only the totals are told: it filled as many places."""
    value, score = told["value"]["before"], told["score"]["before"]
    right = score + (facts.problem["place_value"] or 0) * len(facts.found)
    if value != right:
        yield f"$.fairness.value.before: expected {right} (the score and as many places), found {value}"
    if facts.bound is not None and value > facts.bound:
        yield f"$.fairness.value.before: {value} is above the bound {facts.bound}"
    if lowest is not None and told["lowest"]["before"] > lowest:
        yield f"$.fairness.lowest: {lowest} is lower than before"


def _level_form(level: object, path: str) -> list[str]:
    faults = _keys(level, path, _LEVEL)
    if faults or not isinstance(level, dict):
        return faults
    for key in ("threshold", "pairs", "score"):
        if not _whole(level[key]):
            faults.append(f"{path}.{key}: expected an integer, found {level[key]!r}")
    if not isinstance(level["proven"], bool):
        faults.append(f"{path}.proven: expected true or false, found {level['proven']!r}")
    return faults


def _levels(levels: Sequence[Mapping[str, Any]], free: list[int], total: int, before: int | None) -> Iterator[str]:
    """Count the pairs at each threshold; nobody is below one but at those before it."""
    if bool(levels) != bool(free):
        yield f"$.fairness.levels: found {len(levels)} for {len(free)} pairs that are not fixed"
        return
    least = before
    left = list(free)
    for i, level in enumerate(levels):
        path, threshold = f"$.fairness.levels[{i}]", level["threshold"]
        if least is not None and threshold < least:
            yield f"{path}.threshold: expected {least} or more, found {threshold}"
        below = [score for score in left if score < threshold]
        if below:
            yield f"{path}.threshold: a pair has the score {below[0]}, below {threshold}"
        if level["pairs"] != left.count(threshold):
            yield f"{path}.pairs: expected {left.count(threshold)}, found {level['pairs']}"
        if not left:
            yield f"{path}: no pair is left for it"
        if i + 1 < len(levels):
            if not level["proven"]:
                yield f"{path}.proven: a level that is not proven has none after it"
            if level["score"] < levels[i + 1]["score"]:
                yield f"{path}.score: the level after it cannot have a larger score"
        elif level["score"] != total:
            yield f"{path}.score: expected {total}, found {level['score']}"
        left = [score for score in left if score != threshold]
        least = threshold + 1


def wishes_faults(facts: Facts, told: Any) -> list[str]:
    """Return a line per fault of ``wishes``."""
    faults = _keys(told, "$.wishes", _WISHES) or _keys(told["asked"], "$.wishes.asked", _ASKED)
    if not faults:
        faults = [
            f"$.wishes.{key}: expected an integer" for key in ("value", "bound", "price") if not _whole(told[key])
        ]
        faults += list(_asked(facts, told["asked"]))
    return faults or list(_wishes(facts, told))


def _asked(facts: Facts, asked: Mapping[str, Any]) -> Iterator[str]:
    path = "$.wishes.asked"
    for key in ("sibling_bonus", "pair_bonus", "start_bonus"):
        if not _whole(asked[key]) or asked[key] < 0:
            yield f"{path}.{key}: expected an integer, 0 or more, found {asked[key]!r}"
    known = {child["id"] for child in facts.problem["children"]} if "grid" in facts.problem else set()
    candidates = {(c["child"], c["volunteer"]) for c in facts.problem["candidates"]}
    yield from _list(asked["siblings"], f"{path}.siblings", "two different children", lambda pair: _two(pair, known))
    yield from _list(asked["previous"], f"{path}.previous", "a candidate", lambda pair: _candidate(pair, candidates))


def _list(value: object, path: str, expected: str, right: Callable[[Any], Any]) -> Iterator[str]:
    """Look for entries that are wrong, or the same as one before."""
    if not isinstance(value, list):
        yield f"{path}: expected a list"
        return
    seen = []
    for i, entry in enumerate(value):
        name = right(entry)
        if name is None:
            yield f"{path}[{i}]: expected {expected}, found {entry!r}"
        elif name in seen:
            yield f"{path}[{i}]: stands twice"
        seen.append(name)


def _two(pair: Any, known: set[str]) -> list[str] | None:
    """Return two names in order, None where they are not two children."""
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(name, str) for name in pair):
        return None
    return sorted(pair) if set(pair) <= known and pair[0] != pair[1] else None


def _candidate(pair: Any, candidates: set[tuple[str, str]]) -> tuple[str, str] | None:
    if _keys(pair, "", {"child", "volunteer", "start"}):
        return None
    names, start = (pair["child"], pair["volunteer"]), pair["start"]
    if not all(isinstance(name, str) for name in names) or not (start is None or _whole(start)):
        return None
    return names if names in candidates else None


def _wishes(facts: Facts, told: Mapping[str, Any]) -> Iterator[str]:
    asked = told["asked"]
    siblings = sorted(sorted(pair) for pair in asked["siblings"])
    week = _Week(facts)
    together = [pair for pair in siblings if week.together(*pair)]
    apart = [{"children": pair, "code": week.why_apart(*pair)} for pair in siblings if pair not in together]
    before = {(pair["child"], pair["volunteer"]): pair["start"] for pair in asked["previous"]}
    kept = [pair for pair in before if pair in facts.found]
    on_time = [pair for pair in kept if before[pair] is not None and facts.found[pair] == before[pair]]
    value = facts.value + asked["sibling_bonus"] * len(together) + asked["pair_bonus"] * len(kept)
    value += asked["start_bonus"] * len(on_time)
    for key, right in (
        ("together", together),
        ("apart", apart),
        ("kept_pairs", len(kept)),
        ("kept_starts", len(on_time)),
        ("value", value),
        ("proven", told["bound"] <= value),
    ):
        if told[key] != right or type(told[key]) is not type(right):
            yield f"$.wishes.{key}: expected {right}, found {told[key]!r}"
    if told["bound"] < value:
        yield f"$.wishes.bound: {told['bound']} is below the value {value}"
    # The best solution without wishes is one with wishes too.
    without = facts.value + told["price"]
    if without > value:
        yield f"$.wishes.price: without wishes the value would be {without}, more than {value} with them"
    if facts.bound is not None and without > facts.bound:
        yield f"$.wishes.price: without wishes the value would be {without}, above the bound {facts.bound}"


class _Week:
    """Who meets when, and who could."""

    def __init__(self, facts: Facts) -> None:
        problem = facts.problem
        self.problem = problem
        self.children = {child["id"]: child for child in problem["children"]}
        self.volunteers = {volunteer["id"]: volunteer for volunteer in problem["volunteers"]}
        self.rooms = {centre["id"]: centre["rooms"] for centre in problem.get("centres", [])}
        self.forbidden = {(f["child"], f["volunteer"]) for f in problem.get("forbidden", [])}
        self.fixed = {(f["child"], f["volunteer"]): f.get("start") for f in problem.get("fixed", [])}
        self.candidates: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self.held: dict[str, int] = defaultdict(int)
        for candidate in problem["candidates"]:
            self.candidates[candidate["child"]].append(candidate)
            if (candidate["child"], candidate["volunteer"]) in self.fixed:
                self.held[candidate["volunteer"]] += candidate.get("load", 1)
        self.begins: dict[str, list[int]] = defaultdict(list)
        for (child, _), start in facts.found.items():
            self.begins[child].append(start)

    def together(self, one: str, other: str) -> bool:
        """Tell whether two siblings are together in some sessions."""
        return self._same_place(one, other) and self._beside(one, other, self.begins[one], self.begins[other])

    def why_apart(self, one: str, other: str) -> str:
        """Return why two siblings are not together."""
        if not self._same_place(one, other):
            return "different_places"
        if not self._beside(one, other, self._could_begin(one), self._could_begin(other)):
            return "no_common_time"
        return "outweighed" if self.begins[one] and self.begins[other] else "without_companion"

    def _same_place(self, one: str, other: str) -> bool:
        first, second = self.children[one], self.children[other]
        if first["meets"] != second["meets"]:
            return False
        return bool(first["meets"] == "home" or first["centre"] == second["centre"])

    def _beside(self, one: str, other: str, mine: Sequence[Any], theirs: Sequence[Any]) -> bool:
        """Tell whether a start of each is on one day, and the same or right after the other's last slot."""
        length, their_length = self.children[one]["session_slots"], self.children[other]["session_slots"]
        per_day = self.problem["grid"]["slots_per_day"]
        return any(
            s // per_day == t // per_day and (s == t or s + length == t or t + their_length == s)
            for s in mine
            for t in theirs
            if _whole(s) and _whole(t)
        )

    def _could_begin(self, child: str) -> list[int]:
        """List the slots in which some session of a child could begin if it were alone in the week."""
        return sorted({start for candidate in self.candidates[child] for start in self._starts(candidate)})

    def _starts(self, candidate: Mapping[str, Any]) -> list[int]:
        names = candidate["child"], candidate["volunteer"]
        child, volunteer = self.children[names[0]], self.volunteers[names[1]]
        limit, held = volunteer.get("max_load"), 0 if names in self.fixed else self.held[names[1]]
        if names in self.forbidden or (limit is not None and candidate.get("load", 1) > limit - held):
            return []
        per_day, length = self.problem["grid"]["slots_per_day"], child["session_slots"]
        free = set(child["free"]) & set(volunteer["free"])
        if child["meets"] == "centre":
            free = {slot for slot in free if self.rooms[child["centre"]][slot] > 0}
        starts = [
            start
            for start in free
            if start % per_day + length <= per_day and free.issuperset(range(start, start + length))
        ]
        at = self.fixed.get(names)
        return starts if at is None else [start for start in starts if start == at]
