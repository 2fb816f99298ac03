"""Check a pairing solution against its problem, from the two files alone.

Shares no code with the solver: feasibility and value are built again from the plain JSON values.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from scheduling.pairing.check_options import Facts, fairness_faults, wishes_faults
from scheduling.pairing.check_unfilled import unfilled_faults

_KEYS = {"kind", "status", "value", "bound", "placed", "score", "pairs", "unplaced", "run"}
_OPTIONS = {"fairness": fairness_faults, "wishes": wishes_faults}
"""What the options of `solve_fair` and `solve_wishes` add."""

_STATUSES = ("optimal", "feasible", "infeasible", "unknown")


def check(problem: Mapping[str, Any], solution: object) -> list[str]:
    """Recompute a solution from scratch.

    Parameters
    ----------
    problem : mapping
        A valid problem.
    solution : object
        The parsed solution file.

    Returns
    -------
    list of str
        One line per fault; empty where the solution is feasible and says the truth about itself.
    """
    if not isinstance(solution, dict):
        return ["$: expected an object"]
    faults = [f"$.{key}: missing" for key in sorted(_KEYS - solution.keys())]
    known = _KEYS | _OPTIONS.keys()
    if solution.get("status") in ("infeasible", "unknown"):
        known |= {"why"}
    if solution.get("kind") != "pairing":
        faults.append('$.kind: expected "pairing"')
    if solution.get("status") not in _STATUSES:
        faults.append(f"$.status: expected one of {', '.join(_STATUSES)}")
    beside = [f"$.{key}: unknown key" for key in sorted(solution.keys() - known, key=str)]
    if not isinstance(solution.get("run", {}), dict):
        beside.append("$.run: expected an object")
    if faults:
        return faults + beside
    if solution["status"] in ("infeasible", "unknown"):
        return beside + unfilled_faults(problem, solution)
    checker = _Checker(problem)
    checker.pairs(solution["pairs"])
    checker.fixed()
    checker.totals(solution)
    checker.unplaced(solution["unplaced"])
    checker.options(solution)
    return beside + checker.faults


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class _Checker:
    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.faults: list[str] = []
        self.timed = "grid" in problem
        self.problem = problem
        self.children = {child["id"]: child for child in problem["children"]}
        self.volunteers = {volunteer["id"]: volunteer for volunteer in problem["volunteers"]}
        self.rooms = {centre["id"]: centre["rooms"] for centre in problem.get("centres", [])}
        self.candidates = {(c["child"], c["volunteer"]): c for c in problem["candidates"]}
        self.forbidden = {(f["child"], f["volunteer"]) for f in problem.get("forbidden", [])}
        self.found: dict[tuple[str, str], int | None] = {}
        self.of_child: Counter[str] = Counter()
        self.of_volunteer: Counter[str] = Counter()
        self.load_of: Counter[str] = Counter()
        self.score = 0
        self.busy: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
        self.rooms_used: Counter[tuple[str, int]] = Counter()

    def say(self, line: str) -> None:
        self.faults.append(line)

    def pairs(self, pairs: object) -> None:
        if not isinstance(pairs, list):
            self.say("$.pairs: expected a list")
            return
        keys = {"child", "volunteer", "start", "score"} if self.timed else {"child", "volunteer", "score"}
        for i, pair in enumerate(pairs):
            path = f"$.pairs[{i}]"
            if not isinstance(pair, dict) or pair.keys() != keys:
                self.say(f"{path}: expected an object with the keys {', '.join(sorted(keys))}")
                continue
            self.pair(pair, path)
        self.limits()

    def pair(self, pair: Mapping[str, Any], path: str) -> None:
        child, volunteer = pair["child"], pair["volunteer"]
        names = (child, volunteer)
        if not isinstance(child, str) or not isinstance(volunteer, str) or names not in self.candidates:
            self.say(f"{path}: {child!r} with {volunteer!r} is no candidate")
            return
        if names in self.forbidden:
            self.say(f"{path}: {child!r} with {volunteer!r} is forbidden")
        if names in self.found:
            self.say(f"{path}: {child!r} with {volunteer!r} stands twice")
            return
        candidate = self.candidates[names]
        if not _whole(pair["score"]) or pair["score"] != candidate["score"]:
            self.say(f"{path}.score: expected {candidate['score']}, found {pair['score']!r}")
        self.found[names] = pair.get("start")
        self.of_child[child] += 1
        self.of_volunteer[volunteer] += 1
        self.load_of[volunteer] += candidate.get("load", 1)
        self.score += candidate["score"]
        if self.timed:
            self.session(child, volunteer, pair["start"], path)

    def session(self, child: str, volunteer: str, start: object, path: str) -> None:
        grid, kid = self.problem["grid"], self.children[child]
        per_day, length = grid["slots_per_day"], kid["session_slots"]
        if not isinstance(start, int) or isinstance(start, bool) or not 0 <= start < grid["days"] * per_day:
            self.say(f"{path}.start: expected a slot, found {start!r}")
            return
        slots = range(start, start + length)
        if start % per_day + length > per_day:
            self.say(f"{path}.start: {length} slots from {start} run over the end of the day")
            return
        for who, name, free in (
            ("child", child, kid["free"]),
            ("volunteer", volunteer, self.volunteers[volunteer]["free"]),
        ):
            for slot in slots:
                if slot not in free:
                    self.say(f"{path}.start: {who} {name!r} is not free in slot {slot}")
                if slot in self.busy[who, name]:
                    self.say(f"{path}.start: {who} {name!r} is in two sessions in slot {slot}")
                self.busy[who, name][slot] = path
        if kid["meets"] == "centre":
            self.rooms_used.update((kid["centre"], slot) for slot in slots)

    def limits(self) -> None:
        for name, count in sorted(self.of_child.items()):
            if count > self.children[name]["places"]:
                self.say(f"$.pairs: child {name!r} has {count} companions, places {self.children[name]['places']}")
        for name, count in sorted(self.of_volunteer.items()):
            volunteer = self.volunteers[name]
            if count > volunteer["max_children"]:
                self.say(f"$.pairs: volunteer {name!r} has {count} children, max_children {volunteer['max_children']}")
            limit = volunteer.get("max_load")
            if limit is not None and self.load_of[name] > limit:
                self.say(f"$.pairs: volunteer {name!r} has load {self.load_of[name]}, max_load {limit}")
        for (centre, slot), used in sorted(self.rooms_used.items()):
            if used > self.rooms[centre][slot]:
                self.say(
                    f"$.pairs: centre {centre!r} has {used} sessions in slot {slot}, rooms {self.rooms[centre][slot]}"
                )

    def fixed(self) -> None:
        for i, entry in enumerate(self.problem.get("fixed", [])):
            names = (entry["child"], entry["volunteer"])
            if names not in self.found:
                self.say(f"$.pairs: the pair of $.fixed[{i}] is missing")
            elif entry.get("start") is not None and self.found[names] != entry["start"]:
                self.say(f"$.pairs: the pair of $.fixed[{i}] must start at {entry['start']}")

    def totals(self, solution: Mapping[str, Any]) -> None:
        place_value = self.problem["place_value"]
        value = self.score + (place_value or 0) * len(self.found)
        for key, right in (("value", value), ("placed", len(self.found)), ("score", self.score)):
            if not _whole(solution[key]) or solution[key] != right:
                self.say(f"$.{key}: expected {right}, found {solution[key]!r}")
        bound = solution["bound"]
        if not _whole(bound):
            self.say(f"$.bound: expected an integer, found {bound!r}")
        elif bound < value:
            self.say(f"$.bound: {bound} is below the value {value}")
        elif solution["status"] == "optimal" and bound - value >= 1:
            self.say(f"$.status: 'optimal' is not proven by bound {bound} and value {value}")
        if place_value is None:
            for child in self.problem["children"]:
                if self.of_child[child["id"]] < child["places"]:
                    self.say(f"$.pairs: child {child['id']!r} has an empty place and every place must be filled")

    def options(self, solution: Mapping[str, Any]) -> None:
        value = self.score + (self.problem["place_value"] or 0) * len(self.found)
        bound = solution["bound"]
        facts = Facts(self.problem, self.found, value, bound if _whole(bound) else None)
        for key, faults in _OPTIONS.items():
            if key in solution:
                self.faults += faults(facts, solution[key])

    def unplaced(self, entries: object) -> None:
        missing = {
            child["id"]: child["places"] - self.of_child[child["id"]]
            for child in self.problem["children"]
            if child["places"] > self.of_child[child["id"]]
        }
        listed = Counter(child for child, _ in self.candidates)
        if not isinstance(entries, list):
            self.say("$.unplaced: expected a list")
            return
        seen = set()
        for i, entry in enumerate(entries):
            path = f"$.unplaced[{i}]"
            if not isinstance(entry, dict) or entry.keys() != {"child", "missing", "reasons"}:
                self.say(f"{path}: expected an object with the keys child, missing, reasons")
                continue
            child = entry["child"]
            if not isinstance(child, str) or child not in missing or child in seen:
                self.say(f"{path}.child: {child!r} has no empty place or stands twice")
                continue
            seen.add(child)
            if not _whole(entry["missing"]) or entry["missing"] != missing[child]:
                self.say(f"{path}.missing: expected {missing[child]}, found {entry['missing']!r}")
            self.reasons(entry["reasons"], listed[child], path)
        for child in sorted(missing.keys() - seen):
            self.say(f"$.unplaced: child {child!r} has {missing[child]} empty places and is not listed")

    def reasons(self, reasons: object, candidates: int, path: str) -> None:
        if not isinstance(reasons, list):
            self.say(f"{path}.reasons: expected a list")
            return
        total = 0
        for k, reason in enumerate(reasons):
            well = isinstance(reason, dict) and reason.keys() == {"code", "count"}
            if not well or not isinstance(reason["code"], str) or not _whole(reason["count"]) or reason["count"] < 0:
                self.say(f"{path}.reasons[{k}]: expected a code and a count")
                return
            total += reason["count"]
        if total != candidates:
            self.say(f"{path}.reasons: counts sum to {total}, the child has {candidates} candidates")
