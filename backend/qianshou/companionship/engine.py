"""From facts to the solver's problem, and from its solution to proposals that explain themselves (S12).

The only file that knows the package `scheduling`. It reads no table and writes none; ids are public codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scheduling import isolated, pairing
from scheduling.faults import InvalidProblem
from scheduling.pairing.candidates import Candidates, Rule, Term, compute_candidates

from .queries.snapshot import Pair, Snapshot
from .rules import HARD_RULES, OWN_RULES, SOFT_TERMS, ChildFacts, VolunteerFacts, broken_rules
from .rules.helps import Shortage, helps_for
from .rules.rooming import Meeting, assign_rooms, keep_times
from .rules.timetable import DAYS, SLOTS, SLOTS_PER_DAY, slots_in, starts_in

PLACE_VALUE = 2000
"""A filled place is worth more than any score (0..1000): nobody stays alone for the sake of a better match."""

WORKER_FROM = 5_000
"""With so many candidates a question is solved in a process of its own: slow enough to be stopped, large enough to fill
the server's memory."""

MEMORY_LIMIT = 2 * 2**30
"""Bytes that such a process may take."""

NEXT_BEST = 3
ROOM_REPAIRS = 5

Watch = Callable[[str, int | None, int | None], None]
"""Told the stage, the value and the bound; an exception that it raises stops the work and comes out unchanged."""


class SolverLost(RuntimeError):
    """The solver's process ended without any answer: too little memory, or killed."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a code with data; `points` is its part of the score, 0 for facts."""

    code: str
    points: int = 0
    data: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return {"code": self.code, "points": self.points, "data": self.data}


@dataclass(frozen=True, slots=True)
class Proposed:
    """A pair with its weekly half-hours from `start`, and the room's primary key."""

    child: str
    volunteer: str
    start: int
    length: int
    room: int | None
    score: int
    reasons: tuple[Reason, ...]
    alternatives: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A child that is still short of companions: counts by reason, and what would help."""

    child: str
    missing: int
    reasons: tuple[dict[str, Any], ...]
    helps: tuple[dict[str, Any], ...]


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


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run has to tell."""

    problem: dict[str, Any]
    solution: dict[str, Any]
    preview: Preview
    proposals: tuple[Proposed, ...]
    left_over: tuple[Left, ...]
    broken_locks: tuple[dict[str, Any], ...]


def _nobody(stage: str, value: int | None, bound: int | None) -> None:
    return None


class Matching:
    """One question: the candidates computed from attributes, and what follows from them."""

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
                    broken.append(_broken(child_code, volunteer_code, ["not_in_this_run"]))
                continue
            failing = list(broken_rules(child, volunteer, self.options))
            if "already_paired" in failing:
                continue
            if not failing and children[child_code] >= child.places:
                failing = ["child_full"]
            if not failing and volunteers[volunteer_code] >= volunteer.places:
                failing = ["volunteer_full"]
            if failing:
                broken.append(_broken(child_code, volunteer_code, failing))
                continue
            children[child_code] += 1
            volunteers[volunteer_code] += 1
            fixed.append((child_code, volunteer_code))
        return fixed, broken

    def _is_pair_already(self, child_code: str, volunteer_code: str) -> bool:
        return any(c.code == child_code and volunteer_code in c.companions for c in self.snapshot.children)

    # ---- solving -------------------------------------------------------------------------------------------------

    def solve(self, *, seed: int = 0, time_limit: float | None = None, watch: Watch = _nobody) -> Answer:
        """Solve the question and explain the answer."""
        fixed, broken = self.sort_locks()
        counts = self.room_counts()
        for _ in range(ROOM_REPAIRS):
            problem, solution = self._solve_fixed(counts, fixed, broken, seed, time_limit, watch)
            solution = self._as_before(solution, counts)
            rooms = self._rooms_for(solution)
            homeless = [pair for pair in solution["pairs"] if _key(pair) not in rooms]
            if not homeless:
                break
            self._narrow(counts, solution, rooms, homeless)
        else:
            solution = _without(solution, homeless, self.options.session_slots)
        explainer = pairing.Explainer(problem, solution) if solution["pairs"] else None
        return Answer(
            problem=problem,
            solution=solution,
            preview=self.preview(),
            proposals=tuple(self._proposed(pair, rooms[_key(pair)], explainer) for pair in solution["pairs"]),
            left_over=tuple(self._left(entry, problem, solution, explainer) for entry in solution["unplaced"]),
            broken_locks=tuple(broken),
        )

    def _solve_fixed(
        self,
        counts: Sequence[int],
        fixed: list[Pair],
        broken: list[dict[str, Any]],
        seed: int,
        time_limit: float | None,
        watch: Watch,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Solve; locks that together break a rule are given up, the latest first, and named."""
        while True:
            problem = self.problem(counts, fixed)
            try:
                return problem, _solved(problem, seed, time_limit, watch)
            except InvalidProblem as error:
                if not fixed or not all(fault.path.startswith("$.fixed") for fault in error.faults):
                    raise
                broken.append(_broken(*fixed.pop(), ["locks_together"]))

    def _as_before(self, solution: dict[str, Any], counts: Sequence[int]) -> dict[str, Any]:
        """Return the solution with the times of the run before, where the same pairs can still meet then."""
        starts = {(pair["child"], pair["volunteer"]): pair["start"] for pair in solution["pairs"]}
        wished = {pair: start for pair, (start, _room) in self.snapshot.before.items() if pair in starts}
        if not wished:
            return solution
        free = {
            (child, volunteer): self.child[child].free & self.volunteer[volunteer].free for child, volunteer in starts
        }
        kept = keep_times(starts, wished, free, counts, self.options.session_slots)
        pairs = [{**pair, "start": kept[pair["child"], pair["volunteer"]]} for pair in solution["pairs"]]
        return {**solution, "pairs": pairs}

    def _rooms_for(self, solution: dict[str, Any]) -> dict[str, int]:
        before = self.snapshot.before
        meetings = [
            Meeting(
                _key(pair),
                pair["start"],
                self.options.session_slots,
                before.get((pair["child"], pair["volunteer"]), (0, None))[1],
            )
            for pair in solution["pairs"]
        ]
        return assign_rooms(meetings, {room.pk: room.left for room in self.snapshot.rooms})

    def _narrow(
        self, counts: list[int], solution: dict[str, Any], rooms: dict[str, int], homeless: list[dict[str, Any]]
    ) -> None:
        """Allow, where a meeting found no single room, only as many meetings as found one."""
        length = self.options.session_slots
        used = Counter(
            slot
            for pair in solution["pairs"]
            if _key(pair) in rooms
            for slot in range(pair["start"], pair["start"] + length)
        )
        for pair in homeless:
            slot = min(range(pair["start"], pair["start"] + length), key=lambda s: (counts[s] - used[s], s))
            counts[slot] = used[slot]

    # ---- explaining ----------------------------------------------------------------------------------------------

    def _proposed(self, pair: dict[str, Any], room: int, explainer: Any) -> Proposed:
        child, volunteer = self.child[pair["child"]], self.volunteer[pair["volunteer"]]
        return Proposed(
            child=child.code,
            volunteer=volunteer.code,
            start=pair["start"],
            length=self.options.session_slots,
            room=room,
            score=pair["score"],
            reasons=self.reasons(child, volunteer),
            alternatives=tuple(explainer.next_best(child.code, NEXT_BEST)),
        )

    def reasons(self, child: ChildFacts, volunteer: VolunteerFacts) -> tuple[Reason, ...]:
        """Return the terms that earned points, the weightiest first; their points add up to the score."""
        points = self.candidates.points(child.code, volunteer.code)
        found = [
            Reason(term.name, points[term.name], term.evidence(child, volunteer))
            for term in SOFT_TERMS
            if points.get(term.name)
        ]
        return tuple(sorted(found, key=lambda reason: -reason.points))

    def _left(self, entry: dict[str, Any], problem: dict[str, Any], solution: dict[str, Any], explainer: Any) -> Left:
        child = self.child[entry["child"]]
        shortage = Shortage(
            child=child,
            options=self.options,
            volunteers=self.volunteer,
            candidates=[c["volunteer"] for c in problem["candidates"] if c["child"] == child.code],
            rooms_left=self._spare_rooms(solution),
            pairs=solution["pairs"],
        )
        return Left(
            child=child.code,
            missing=entry["missing"],
            reasons=tuple(entry["reasons"]) + self._rule_reasons(child),
            helps=tuple(helps_for(shortage)),
        )

    def _rule_reasons(self, child: ChildFacts) -> tuple[dict[str, Any], ...]:
        """Return how many of the volunteers who may be asked each pair rule keeps from this child."""
        counts = Counter[str]()
        for volunteer in self.volunteers:
            failing = list(broken_rules(child, volunteer, self.options))
            if not set(failing) & set(OWN_RULES):
                counts.update(failing)
        names = [rule.name for rule in HARD_RULES if rule.name != "forbidden"]
        return tuple({"code": f"rule_{name}", "count": counts[name]} for name in names if counts[name])

    def _spare_rooms(self, solution: dict[str, Any]) -> list[int]:
        left = self.room_counts()
        for pair in solution["pairs"]:
            for slot in range(pair["start"], pair["start"] + self.options.session_slots):
                left[slot] -= 1
        return left


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


def _solved(problem: dict[str, Any], seed: int, time_limit: float | None, watch: Watch) -> dict[str, Any]:
    """Solve here, or, where it is large, in a worker; ``watch`` is told at least once a second then."""
    if len(problem["candidates"]) < WORKER_FROM:
        return pairing.solve(problem, seed=seed, time_limit=time_limit, on_progress=watch)
    solution = isolated.solve(
        "pairing", problem, seed=seed, time_limit=time_limit, memory_limit=MEMORY_LIMIT, on_progress=watch
    )
    if solution["status"] not in ("optimal", "feasible"):
        raise SolverLost(solution["why"]["code"])
    return solution


def _key(pair: dict[str, Any]) -> str:
    return f"{pair['child']}/{pair['volunteer']}"


def _broken(child: str, volunteer: str, rules: Sequence[str]) -> dict[str, Any]:
    return {"child": child, "volunteer": volunteer, "rules": list(rules)}


def _without(solution: dict[str, Any], dropped: Sequence[dict[str, Any]], length: int) -> dict[str, Any]:
    """Return the solution without meetings for which there is no single room; their children are short of one more."""
    gone = {_key(pair) for pair in dropped}
    kept = [pair for pair in solution["pairs"] if _key(pair) not in gone]
    unplaced = {entry["child"]: {**entry, "reasons": list(entry["reasons"])} for entry in solution["unplaced"]}
    for pair in dropped:
        entry = unplaced.setdefault(pair["child"], {"child": pair["child"], "missing": 0, "reasons": []})
        entry["missing"] += 1
        entry["reasons"].append({"code": "room_full", "count": 1})
    score = sum(pair["score"] for pair in kept)
    return {
        **solution,
        "status": "feasible",
        "pairs": kept,
        "placed": len(kept),
        "score": score,
        "value": PLACE_VALUE * len(kept) + score,
        "unplaced": [unplaced[code] for code in sorted(unplaced)],
    }
