"""From facts to the solver's problem: who takes part, who may be paired, what is decided already (S12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.pairing.candidates import Candidates, Rule, Term, compute_candidates

from ..queries.snapshot import Pair, Snapshot
from ..rules import HARD_RULES, SOFT_TERMS, ChildFacts, VolunteerFacts, broken_rules
from ..rules.timetable import DAYS, SLOTS, SLOTS_PER_DAY, slots_in, starts_in

PLACE_VALUE = 2000
"""A filled place is worth more than any score (0..1000): nobody stays alone for the sake of a better match."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Who is in a run and who is out, before anything is solved.

    `children_out` and `volunteers_out` name the codes by reason; `candidates` counts possible pairs, `by_rule` the
    pairs that each rule excludes; `lonely` are children without one candidate.
    """

    children_in: tuple[str, ...]
    children_out: dict[str, list[str]]
    volunteers_in: tuple[str, ...]
    volunteers_out: dict[str, list[dict[str, Any]]]
    places: int
    candidates: int
    by_rule: dict[str, int]
    lonely: tuple[str, ...]


class Question:
    """The candidates computed from attributes, and the problem that they make."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.options = snapshot.options
        self.children = [child for child in snapshot.children if why_child_is_out(child) is None]
        self.volunteers = list(snapshot.volunteers)
        self.child = {facts.code: facts for facts in self.children}
        self.volunteer = {facts.code: facts for facts in self.volunteers}
        self.candidates = self._candidates()

    def _candidates(self) -> Candidates:
        rules = [
            Rule(rule.name, self._grouped(rule.allows, rule.of_child, rule.of_volunteer, bool))
            for rule in HARD_RULES
            if rule.name != "forbidden"  # stays a candidate, so that the solver can name it as the reason
        ]
        terms = [
            Term(
                term.name,
                int(self.options.weights.get(term.name, 0)),
                self._grouped(term.fit, term.of_child, term.of_volunteer, float),
            )
            for term in SOFT_TERMS
        ]
        return compute_candidates([c.code for c in self.children], [v.code for v in self.volunteers], rules, terms)

    def _grouped(
        self, judge: Callable[..., Any], of_child: Sequence[str], of_volunteer: Sequence[str], dtype: type
    ) -> Callable[[slice], np.ndarray]:
        """Judge each distinct pair of facts once, and spread the answers over all pairs by index."""
        children, child_group = _groups(self.children, of_child)
        volunteers, volunteer_group = _groups(self.volunteers, of_volunteer)
        table: np.ndarray = np.array(
            [[judge(child, volunteer, self.options) for volunteer in volunteers] for child in children], dtype=dtype
        ).reshape(len(children), len(volunteers))

        def block(rows: slice) -> np.ndarray:
            return table[np.ix_(child_group[rows], volunteer_group)]

        return block

    # ---- who takes part ------------------------------------------------------------------------------------------

    def preview(self) -> Preview:
        """Tell who is in, who is out and why."""
        out: dict[str, list[dict[str, Any]]] = {}
        for volunteer in self.volunteers:
            for code, data in why_volunteer_is_out(volunteer, self.snapshot):
                out.setdefault(code, []).append({"volunteer": volunteer.code, **data})
        left_out = {entry["volunteer"] for entries in out.values() for entry in entries}
        children_out: dict[str, list[str]] = {}
        for child in self.snapshot.children:
            why = why_child_is_out(child)
            if why is not None:
                children_out.setdefault(why, []).append(child.code)
        listed = self.candidates.to_problem()
        with_candidates = {entry["child"] for entry in listed}
        return Preview(
            children_in=tuple(self.child),
            children_out=children_out,
            volunteers_in=tuple(code for code in self.volunteer if code not in left_out),
            volunteers_out=out,
            places=sum(child.places for child in self.children),
            candidates=len(listed),
            by_rule={name: count for name, count in self.candidates.excluded.items() if count},
            lonely=tuple(code for code in self.child if code not in with_candidates),
        )

    # ---- the solver's problem ------------------------------------------------------------------------------------

    def problem(self, rooms: Sequence[int], fixed: Sequence[Pair]) -> dict[str, Any]:
        """Return the problem in the form of the contract."""
        listed = self.candidates.to_problem()
        possible = {(entry["child"], entry["volunteer"]) for entry in listed}
        never = [(child.code, code) for child in self.children for code in sorted(child.forbidden)]
        return {
            "kind": "pairing",
            "version": 1,
            "grid": {"days": DAYS, "slots_per_day": SLOTS_PER_DAY},
            "centres": [{"id": "home", "rooms": list(rooms)}],
            "children": [
                {
                    "id": child.code,
                    "centre": "home",
                    "places": child.places,
                    "free": list(slots_in(child.free)),
                    "session_slots": self.options.session_slots,
                    "meets": "centre",
                }
                for child in self.children
            ],
            "volunteers": [
                {
                    "id": volunteer.code,
                    "max_children": volunteer.places,
                    "max_load": None,
                    "free": list(slots_in(volunteer.free)),
                }
                for volunteer in self.volunteers
            ],
            "candidates": listed,
            "fixed": [{"child": child, "volunteer": volunteer, "start": None} for child, volunteer in fixed],
            "forbidden": [{"child": c, "volunteer": v} for c, v in never if (c, v) in possible],
            "place_value": PLACE_VALUE,
        }

    def room_counts(self) -> list[int]:
        """Return how many meetings may run at the same time in each half-hour."""
        return [sum(room.left[slot] for room in self.snapshot.rooms) for slot in range(SLOTS)]

    def sort_locks(self) -> tuple[list[Pair], list[dict[str, Any]]]:
        """Return the pairs to fix, and the locks that a rule or the number of places does not allow."""
        fixed: list[Pair] = []
        broken: list[dict[str, Any]] = []
        children, volunteers = Counter[str](), Counter[str]()
        for child_code, volunteer_code in self.snapshot.locks:
            child, volunteer = self.child.get(child_code), self.volunteer.get(volunteer_code)
            if child is None or volunteer is None:
                if not self._is_pair_already(child_code, volunteer_code):
                    broken.append(broken_lock(child_code, volunteer_code, ["not_in_this_run"]))
                continue
            failing = list(broken_rules(child, volunteer, self.options))
            if "already_paired" in failing:
                continue
            if not failing and children[child_code] >= child.places:
                failing = ["child_full"]
            if not failing and volunteers[volunteer_code] >= volunteer.places:
                failing = ["volunteer_full"]
            if failing:
                broken.append(broken_lock(child_code, volunteer_code, failing))
                continue
            children[child_code] += 1
            volunteers[volunteer_code] += 1
            fixed.append((child_code, volunteer_code))
        return fixed, broken

    def _is_pair_already(self, child_code: str, volunteer_code: str) -> bool:
        return any(c.code == child_code and volunteer_code in c.companions for c in self.snapshot.children)


def _groups(facts: Sequence[Any], names: Sequence[str]) -> tuple[list[Any], np.ndarray]:
    """Return one representative per distinct value of the named facts, and each fact's representative."""
    seen: dict[tuple[Any, ...], int] = {}
    representatives: list[Any] = []
    index = np.empty(len(facts), dtype=np.intp)
    for position, one in enumerate(facts):
        key = tuple(getattr(one, name) for name in names)
        if key not in seen:
            seen[key] = len(representatives)
            representatives.append(one)
        index[position] = seen[key]
    return representatives, index


def why_child_is_out(child: ChildFacts) -> str | None:
    """Return why a child takes no part in a run, or None."""
    if child.wish == "none":
        return "guardian_wishes_none"
    return None if child.places > 0 else "has_companions"


def why_volunteer_is_out(volunteer: VolunteerFacts, snapshot: Snapshot) -> list[tuple[str, dict[str, Any]]]:
    """Return why a volunteer takes no part, whoever the child is; several reasons may hold."""
    options = snapshot.options
    found: list[tuple[str, dict[str, Any]]] = []
    if volunteer.lacking:
        found.append(("eligibility", {"lacking": list(volunteer.lacking)}))
    if volunteer.places <= 0:
        found.append(("volunteer_full", {"max_children": volunteer.max_children}))
    if volunteer.minutes is not None and volunteer.minutes > options.max_travel_minutes:
        found.append(("travel", {"minutes": volunteer.minutes}))
    if not starts_in(volunteer.free & snapshot.opened, options.session_slots):
        found.append(("no_time", {}))
    return found


def broken_lock(child: str, volunteer: str, rules: Sequence[str]) -> dict[str, Any]:
    """Return a lock that does not stand, and the rules in its way."""
    return {"child": child, "volunteer": volunteer, "rules": list(rules)}
