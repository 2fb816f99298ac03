"""Rosters, modelled as one would at first: a variable for each shift and person, a row for each rule."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scheduling.benchmarks.rivals.linear import Answer, LinearModel

Cell = tuple[str, str]
"""Shift and person."""

_WEEK = 10_080


class Roster:
    """A problem with what may happen in it."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.shifts = {shift["id"]: shift for shift in problem["shifts"]}
        self.people = {person["id"]: person for person in problem["people"]}
        self.weights = problem["weights"]
        self.fixed = {(entry["shift"], entry["person"]) for entry in problem.get("fixed", [])}
        self.previous = {(entry["shift"], entry["person"]) for entry in problem.get("previous", [])}
        forbidden = {(entry["shift"], entry["person"]) for entry in problem.get("forbidden", [])}
        self.cells = [
            (shift["id"], person["id"])
            for person in problem["people"]
            for shift in problem["shifts"]
            if (shift["id"], person["id"]) not in forbidden
            and any(low <= shift["start"] and shift["end"] <= high for low, high in person["available"])
        ]

    def gain(self, cell: Cell) -> int:
        """Return what a cell brings by itself: its wish and what it changes."""
        shift, person = cell
        wish = self.weights["wish"] * self.people[person].get("wishes", {}).get(shift, 0)
        if not self.previous:
            return int(wish)
        return int(wish + (self.weights["change"] if cell in self.previous else -self.weights["change"]))

    def wanted(self, shift: str) -> Iterator[tuple[str, int, int, set[str]]]:
        """Yield what a shift asks for: the weight, its number, how many, and who counts."""
        asked = self.shifts[shift]
        people = self.people.values()
        yield "uncovered", self.weights["uncovered"], asked["needs"], set(self.people)
        for part, trait in (("missing_adult", "adult"), ("missing_lead", "lead")):
            yield part, self.weights[part], asked[f"min_{trait}s"], {who["id"] for who in people if who[trait]}
        for skill, least in asked["skills"].items():
            counts = {who["id"] for who in people if skill in who["skills"]}
            yield "missing_skill", self.weights["missing_skill"], least, counts

    def clashes(self, person: str, shifts: Sequence[str]) -> Iterator[list[str]]:
        """Yield sets of shifts of which a person may have one: all that are open, or rested from, at one moment."""
        rest = self.people[person]["min_rest"]
        for shift in shifts:
            now = self.shifts[shift]["start"]
            open_ = [s for s in shifts if self.shifts[s]["start"] <= now < self.shifts[s]["end"] + rest]
            if len(open_) > 1:
                yield open_

    def costs(self, cells: Iterable[Cell]) -> dict[str, int]:
        """Return each weight's share of the value."""
        taken = set(cells)
        staff: dict[str, set[str]] = defaultdict(set)
        for shift, person in taken:
            staff[shift].add(person)
        parts = dict.fromkeys(
            ("uncovered", "missing_adult", "missing_lead", "missing_skill", "load", "wish", "change"), 0
        )
        for shift in self.shifts:
            for part, weight, least, who in self.wanted(shift):
                parts[part] += weight * max(0, least - len(staff[shift] & who))
        for number in Counter(person for _, person in taken).values():
            parts["load"] += self.weights["load"] * (number * (number - 1) // 2)
        parts["wish"] = -self.weights["wish"] * sum(self.people[p].get("wishes", {}).get(s, 0) for s, p in taken)
        if self.previous:
            parts["change"] = self.weights["change"] * len(taken ^ self.previous)
        return parts


def model_of(roster: Roster) -> LinearModel:
    """Return the whole model; the cells come first, in the order of ``roster.cells``."""
    model = LinearModel()
    at = {cell: model.variable(roster.gain(cell)) for cell in roster.cells}
    by_shift: dict[str, list[Cell]] = defaultdict(list)
    by_person: dict[str, list[Cell]] = defaultdict(list)
    for cell in roster.cells:
        by_shift[cell[0]].append(cell)
        by_person[cell[1]].append(cell)
    for shift, asked in roster.shifts.items():
        for _, weight, least, who in roster.wanted(shift):
            short = (model.variable(-weight, least), 1)
            model.row([*((at[cell], 1) for cell in by_shift[shift] if cell[1] in who), short], least, None)
        model.row([(at[cell], 1) for cell in by_shift[shift]], None, asked["needs"])
    for name, cells in by_person.items():
        _person_rows(roster, model, name, cells, at)
    for cell in roster.fixed:
        model.row([(at[cell], 1)], 1, 1)
    return model


def _person_rows(roster: Roster, model: LinearModel, name: str, cells: list[Cell], at: dict[Cell, int]) -> None:
    person = roster.people[name]
    weeks: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for cell in cells:
        shift = roster.shifts[cell[0]]
        weeks[shift["start"] // _WEEK].append((at[cell], shift["end"] - shift["start"]))
    for terms in weeks.values():
        model.row(terms, None, person["max_minutes_per_week"])
    if person.get("max_shifts") is not None:
        model.row([(at[cell], 1) for cell in cells], None, person["max_shifts"])
    for together in roster.clashes(name, [shift for shift, _ in cells]):
        model.row([(at[shift, name], 1) for shift in together], None, 1)
    steps = [(model.variable(-roster.weights["load"] * step), -1) for step in range(len(cells))]
    model.row([*((at[cell], 1) for cell in cells), *steps], 0, 0)


def greedy(roster: Roster) -> list[Cell]:
    """Fill the scarcest shift first, each place with the person who costs least."""
    works: dict[str, list[str]] = defaultdict(list)
    staff: dict[str, list[str]] = defaultdict(list)
    for shift, person in roster.fixed:
        works[person].append(shift)
        staff[shift].append(person)
    could: dict[str, list[str]] = defaultdict(list)
    for shift, person in roster.cells:
        could[shift].append(person)
    for shift in sorted(roster.shifts, key=lambda name: len(could[name])):
        while len(staff[shift]) < roster.shifts[shift]["needs"]:
            wanted = [
                (weight, who)
                for _, weight, least, who in roster.wanted(shift)
                if len(who.intersection(staff[shift])) < least
            ]
            free = [p for p in could[shift] if p not in staff[shift] and _can(roster, works[p], shift, p)]
            if not free:
                break

            def price(person: str, shift: str = shift, wanted: list[tuple[int, set[str]]] = wanted) -> int:
                helped = sum(weight for weight, who in wanted if person in who)
                load: int = roster.weights["load"] * len(works[person])
                return load - roster.gain((shift, person)) - helped

            best = min(free, key=price)
            works[best].append(shift)
            staff[shift].append(best)
    return [(shift, person) for person, shifts in works.items() for shift in shifts]


def _can(roster: Roster, works: list[str], shift: str, person: str) -> bool:
    who, asked = roster.people[person], roster.shifts[shift]
    mine = [roster.shifts[name] for name in works]
    rest, week = who["min_rest"], asked["start"] // _WEEK
    apart = all(s["end"] + rest <= asked["start"] or asked["end"] + rest <= s["start"] for s in mine)
    minutes = sum(s["end"] - s["start"] for s in [*mine, asked] if s["start"] // _WEEK == week)
    most = who.get("max_shifts")
    return apart and minutes <= who["max_minutes_per_week"] and (most is None or len(mine) < most)


def solution_of(roster: Roster, cells: Iterable[Cell], bound: int | None, proven: bool) -> dict[str, Any]:
    """Write a solution down; without a bound, that of everything granted and nothing short."""
    taken = sorted(cells)
    parts = roster.costs(taken)
    value = sum(parts.values())
    wishes = sum(max(0, wish) for person in roster.people.values() for wish in person.get("wishes", {}).values())
    lowest = -roster.weights["wish"] * wishes
    staff = Counter(shift for shift, _ in taken)
    return {
        "kind": "roster",
        "status": "optimal" if proven else "feasible",
        "value": value,
        "bound": min(value, lowest if bound is None else bound),
        "assignments": [{"shift": shift, "person": person} for shift, person in taken],
        "parts": parts,
        "uncovered": [
            {
                "shift": name,
                "missing": shift["needs"] - staff[name],
                "reasons": [{"code": "not_examined", "count": len(roster.people)}],
            }
            for name, shift in roster.shifts.items()
            if shift["needs"] > staff[name]
        ],
    }


def answered(roster: Roster, answer: Answer) -> dict[str, Any]:
    """Write an engine's answer down: it maximised what the contract minimises, without the constant of changes."""
    constant = roster.weights["change"] * len(roster.previous)
    bound = None if answer.bound is None else constant - answer.bound
    values = answer.values or []
    taken = [cell for cell, value in zip(roster.cells, values, strict=False) if value]
    return solution_of(roster, taken or roster.fixed, bound, answer.proven)
