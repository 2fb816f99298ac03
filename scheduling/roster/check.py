"""Check a roster against its problem, from the two files alone.

Shares no code with the solver: feasibility and value are built again from the plain JSON values.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, TypeGuard

from scheduling.listing import listing_faults, why_faults

_KEYS = {"kind", "status", "value", "bound", "assignments", "parts", "uncovered", "run"}
_PARTS = ("uncovered", "missing_adult", "missing_lead", "missing_skill", "load", "wish", "change")
_STATUSES = ("optimal", "feasible")
_WEEK = 10_080


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
    if solution.get("kind") == "roster" and solution.get("status") == "unknown":
        return _no_answer(problem, solution)
    faults = [f"$.{key}: missing" for key in sorted(_KEYS - solution.keys())]
    if solution.get("kind") != "roster":
        faults.append('$.kind: expected "roster"')
    if solution.get("status") not in _STATUSES:
        faults.append(f"$.status: expected one of {', '.join(_STATUSES)}")
    beside = [f"$.{key}: unknown key" for key in sorted(solution.keys() - _KEYS, key=str)]
    if not isinstance(solution.get("run", {}), dict):
        beside.append("$.run: expected an object")
    if faults:
        return faults + beside
    checker = _Checker(problem)
    checker.assignments(solution["assignments"])
    checker.crew()
    checker.staffing()
    checker.fixed()
    checker.totals(solution)
    checker.uncovered(solution["uncovered"])
    return beside + checker.faults


def _no_answer(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> list[str]:
    """Check that a search that found nothing was ended before it could: there is always a roster."""
    run = solution.get("run", {})
    faults = [f"$.{key}: missing" for key in sorted((_KEYS | {"why"}) - solution.keys())]
    faults += [f"$.{key}: unknown key" for key in sorted(solution.keys() - _KEYS - {"why"}, key=str)]
    if not isinstance(run, dict):
        faults.append("$.run: expected an object")
    elif run.get("interrupted") is not True:
        faults.append("$.status: 'unknown' is impossible where the search was not interrupted")
    if solution.get("assignments") != []:
        faults.append("$.assignments: expected none without a solution")
    faults += why_faults(solution)
    for key in ("value", "bound"):
        if solution.get(key) is not None:
            faults.append(f"$.{key}: expected null without a solution")
    needs = {shift["id"]: shift["needs"] for shift in problem["shifts"]}
    listed = listing_faults(solution.get("uncovered"), "$.uncovered", "shift", needs, counted=True)
    for i, entry in enumerate([] if listed else solution["uncovered"]):
        most = needs[entry["shift"]]
        if entry["missing"] > most:
            listed.append(f"$.uncovered[{i}].missing: the shift needs {most} people, found {entry['missing']}")
        for k, reason in enumerate(entry["reasons"]):
            if not _counted(reason.get("count", 0)):
                listed.append(f"$.uncovered[{i}].reasons[{k}]: expected a code and a count")
    return faults + listed


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _counted(value: object) -> bool:
    return _whole(value) and value >= 0


class _Checker:
    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.faults: list[str] = []
        self.problem = problem
        self.shifts = {shift["id"]: shift for shift in problem["shifts"]}
        self.people = {person["id"]: person for person in problem["people"]}
        self.forbidden = {(f["shift"], f["person"]) for f in problem.get("forbidden", [])}
        self.found: set[tuple[str, str]] = set()
        self.works: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self.staff: dict[str, list[Mapping[str, Any]]] = defaultdict(list)

    def say(self, line: str) -> None:
        self.faults.append(line)

    def assignments(self, assignments: object) -> None:
        if not isinstance(assignments, list):
            self.say("$.assignments: expected a list")
            return
        for i, entry in enumerate(assignments):
            path = f"$.assignments[{i}]"
            if not isinstance(entry, dict) or entry.keys() != {"shift", "person"}:
                self.say(f"{path}: expected an object with the keys person, shift")
                continue
            self.assignment(entry["shift"], entry["person"], path)

    def assignment(self, shift: object, person: object, path: str) -> None:
        if not isinstance(shift, str) or shift not in self.shifts:
            self.say(f"{path}.shift: {shift!r} is no shift")
            return
        if not isinstance(person, str) or person not in self.people:
            self.say(f"{path}.person: {person!r} is no person")
            return
        if (shift, person) in self.found:
            self.say(f"{path}: {person!r} in {shift!r} stands twice")
            return
        if (shift, person) in self.forbidden:
            self.say(f"{path}: {person!r} in {shift!r} is forbidden")
        when, who = self.shifts[shift], self.people[person]
        if not any(low <= when["start"] and when["end"] <= high for low, high in who["available"]):
            self.say(f"{path}: no available interval of {person!r} covers {shift!r}")
        self.found.add((shift, person))
        self.works[person].append(when)
        self.staff[shift].append(who)

    def crew(self) -> None:
        """What every person keeps to: rest, minutes of a week, shifts in all."""
        for name, shifts in sorted(self.works.items()):
            who = self.people[name]
            ordered = sorted(shifts, key=lambda shift: (shift["start"], shift["end"]))
            for at, one in enumerate(ordered):
                for other in ordered[at + 1 :]:
                    if other["start"] < one["end"] or other["start"] - one["end"] < who["min_rest"]:
                        self.say(f"$.assignments: {name!r} has {one['id']!r} and {other['id']!r} without rest between")
            minutes: Counter[int] = Counter()
            for shift in shifts:
                minutes[shift["start"] // _WEEK] += shift["end"] - shift["start"]
            for week, total in sorted(minutes.items()):
                if total > who["max_minutes_per_week"]:
                    most = who["max_minutes_per_week"]
                    self.say(f"$.assignments: {name!r} works {total} minutes in week {week}, at most {most}")
            limit = who.get("max_shifts")
            if limit is not None and len(shifts) > limit:
                self.say(f"$.assignments: {name!r} has {len(shifts)} shifts, max_shifts {limit}")

    def staffing(self) -> None:
        for name, people in sorted(self.staff.items()):
            if len(people) > self.shifts[name]["needs"]:
                self.say(f"$.assignments: shift {name!r} has {len(people)} people, needs {self.shifts[name]['needs']}")

    def fixed(self) -> None:
        for i, entry in enumerate(self.problem.get("fixed", [])):
            if (entry["shift"], entry["person"]) not in self.found:
                self.say(f"$.assignments: the assignment of $.fixed[{i}] is missing")

    def costs(self) -> dict[str, int]:
        """Each weight's share of the value."""
        short: Counter[str] = Counter()
        for name, shift in self.shifts.items():
            there = self.staff.get(name, [])
            short["uncovered"] += shift["needs"] - len(there)
            short["missing_adult"] += max(0, shift["min_adults"] - sum(who["adult"] for who in there))
            short["missing_lead"] += max(0, shift["min_leads"] - sum(who["lead"] for who in there))
            for skill, wanted in shift["skills"].items():
                short["missing_skill"] += max(0, wanted - sum(skill in who["skills"] for who in there))
        for name, shifts in self.works.items():
            short["load"] += len(shifts) * (len(shifts) - 1) // 2
            wishes = self.people[name].get("wishes", {})
            short["wish"] -= sum(wishes.get(shift["id"], 0) for shift in shifts)
        previous = {(entry["shift"], entry["person"]) for entry in self.problem.get("previous", [])}
        if previous:
            short["change"] = len(previous - self.found) + len(self.found - previous)
        return {part: short[part] * self.problem["weights"][part] for part in _PARTS}

    def totals(self, solution: Mapping[str, Any]) -> None:
        costs = self.costs()
        value, bound, parts = solution["value"], solution["bound"], solution["parts"]
        if not isinstance(parts, dict) or parts.keys() != costs.keys():
            self.say(f"$.parts: expected an object with the keys {', '.join(_PARTS)}")
        else:
            for part in _PARTS:
                if not _whole(parts[part]) or parts[part] != costs[part]:
                    self.say(f"$.parts.{part}: expected {costs[part]}, found {parts[part]!r}")
        total = sum(costs.values())
        if not _whole(value) or value != total:
            self.say(f"$.value: expected {total}, found {value!r}")
        if not _whole(bound):
            self.say(f"$.bound: expected an integer, found {bound!r}")
        elif bound > total:
            self.say(f"$.bound: {bound} is above the value {total}")
        elif solution["status"] == "optimal" and bound != total:
            self.say(f"$.status: 'optimal' is not proven by the bound {bound}, value {total}")

    def uncovered(self, uncovered: object) -> None:
        if not isinstance(uncovered, list):
            self.say("$.uncovered: expected a list")
            return
        empty = {name: shift["needs"] - len(self.staff.get(name, [])) for name, shift in self.shifts.items()}
        told: set[str] = set()
        for i, entry in enumerate(uncovered):
            path = f"$.uncovered[{i}]"
            if not isinstance(entry, dict) or entry.keys() != {"shift", "missing", "reasons"}:
                self.say(f"{path}: expected an object with the keys missing, reasons, shift")
                continue
            name = entry["shift"]
            if not isinstance(name, str) or empty.get(name, 0) <= 0 or name in told:
                self.say(f"{path}.shift: {name!r} is no shift with empty places, or stands twice")
                continue
            told.add(name)
            if not _whole(entry["missing"]) or entry["missing"] != empty[name]:
                self.say(f"{path}.missing: expected {empty[name]}, found {entry['missing']!r}")
            self.reasons(entry["reasons"], f"{path}.reasons")
        for name, missing in sorted(empty.items()):
            if missing > 0 and name not in told:
                self.say(f"$.uncovered: shift {name!r} has {missing} empty places and is not listed")

    def reasons(self, reasons: object, path: str) -> None:
        if not isinstance(reasons, list):
            self.say(f"{path}: expected a list")
            return
        total = 0
        for i, reason in enumerate(reasons):
            if (
                not isinstance(reason, dict)
                or reason.keys() != {"code", "count"}
                or not isinstance(reason["code"], str)
                or not _counted(reason["count"])
            ):
                self.say(f"{path}[{i}]: expected a code and a count")
                return
            total += reason["count"]
        if total != len(self.people):
            self.say(f"{path}: counts sum to {total}, there are {len(self.people)} people")
