"""From the solver's answer to proposals that explain themselves (S12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduling import isolated, pairing
from scheduling.faults import InvalidProblem

from ..queries.snapshot import Pair
from ..rules import HARD_RULES, OWN_RULES, SOFT_TERMS, ChildFacts, VolunteerFacts, broken_rules
from ..rules.helps import Shortage, helps_for
from ..rules.rooming import Meeting, assign_rooms, keep_times
from .question import PLACE_VALUE, Preview, Question, broken_lock

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


class Matching(Question):
    """A question, its answer, and the reasons."""

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
                broken.append(broken_lock(*fixed.pop(), ["locks_together"]))

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
