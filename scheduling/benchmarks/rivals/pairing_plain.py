"""Pairing, modelled as one would at first: a variable for each pair and start, a row for each person, hour and room."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from scheduling.benchmarks.rivals.linear import Answer, LinearModel

Session = tuple[int, int | None]
"""Number of a candidate, and its start."""


class Pairing:
    """A problem with what may happen in it."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        self.children = {child["id"]: child for child in problem["children"]}
        self.volunteers = {volunteer["id"]: volunteer for volunteer in problem["volunteers"]}
        self.candidates = problem["candidates"]
        self.forbidden = {(pair["child"], pair["volunteer"]) for pair in problem.get("forbidden", [])}
        self.fixed = {(pair["child"], pair["volunteer"]): pair.get("start") for pair in problem.get("fixed", [])}
        self.rooms = {centre["id"]: centre["rooms"] for centre in problem.get("centres", [])}
        self.day = problem["grid"]["slots_per_day"] if "grid" in problem else 0
        self.sessions = list(self._sessions())

    def _sessions(self) -> Iterator[Session]:
        free = {name: set(person.get("free", ())) for name, person in self.volunteers.items()}
        for number, candidate in enumerate(self.candidates):
            pair = (candidate["child"], candidate["volunteer"])
            if pair in self.forbidden:
                continue
            if not self.day:
                yield number, None
                continue
            child = self.children[candidate["child"]]
            common = free[candidate["volunteer"]].intersection(child["free"])
            length = child["session_slots"]
            for start in sorted(common):
                fits = start % self.day + length <= self.day and self.fixed.get(pair) in (None, start)
                if fits and all(slot in common for slot in range(start, start + length)):
                    yield number, start

    def slots(self, session: Session) -> Iterable[int]:
        """Return the slots of a session."""
        number, start = session
        return () if start is None else range(start, start + self.children[self.child(number)]["session_slots"])

    def child(self, number: int) -> str:
        """Return the child of a candidate."""
        return str(self.candidates[number]["child"])

    def uses(self, session: Session) -> Iterator[tuple[tuple[Any, ...], int]]:
        """Name every resource that a session takes, and how much of it."""
        number, _ = session
        candidate = self.candidates[number]
        child, volunteer = self.children[candidate["child"]], self.volunteers[candidate["volunteer"]]
        yield ("child", child["id"]), 1
        yield ("pair", child["id"], volunteer["id"]), 1
        yield ("volunteer", volunteer["id"]), 1
        if volunteer.get("max_load") is not None:
            yield ("load", volunteer["id"]), candidate.get("load", 1)
        for slot in self.slots(session):
            yield ("hour of volunteer", volunteer["id"], slot), 1
            if child["places"] > 1:
                yield ("hour of child", child["id"], slot), 1
            if child["meets"] == "centre":
                yield ("room", child["centre"], slot), 1

    def limit(self, resource: tuple[Any, ...]) -> int:
        """Return how much there is of a resource."""
        match resource:
            case ("child", name):
                return int(self.children[name]["places"])
            case ("volunteer", name):
                return int(self.volunteers[name]["max_children"])
            case ("load", name):
                return int(self.volunteers[name]["max_load"])
            case ("room", centre, slot):
                return int(self.rooms[centre][slot])
        return 1

    def must_be_used_up(self, resource: tuple[Any, ...]) -> bool:
        """Tell whether nothing of a resource may be left."""
        filled = self.problem["place_value"] is None and resource[0] == "child"
        return filled or (resource[0] == "pair" and resource[1:] in self.fixed)

    def gain(self, session: Session) -> int:
        """Return what a session is worth."""
        return int(self.problem["place_value"] or 0) + int(self.candidates[session[0]]["score"])


def model_of(pairing: Pairing) -> LinearModel:
    """Return the whole model."""
    model = LinearModel()
    rows: dict[tuple[Any, ...], list[tuple[int, int]]] = defaultdict(list)
    for session in pairing.sessions:
        at = model.variable(pairing.gain(session))
        for resource, amount in pairing.uses(session):
            rows[resource].append((at, amount))
    for resource, terms in rows.items():
        limit = pairing.limit(resource)
        model.row(terms, limit if pairing.must_be_used_up(resource) else None, limit)
    return model


def greedy(pairing: Pairing) -> list[Session]:
    """Take what is fixed, then the best session that still fits, again and again."""
    used: Counter[tuple[Any, ...]] = Counter()
    taken = []

    def order(session: Session) -> tuple[bool, int]:
        candidate = pairing.candidates[session[0]]
        return (candidate["child"], candidate["volunteer"]) not in pairing.fixed, -pairing.gain(session)

    for session in sorted(pairing.sessions, key=order):
        uses = list(pairing.uses(session))
        if pairing.gain(session) > 0 and all(used[what] + much <= pairing.limit(what) for what, much in uses):
            used.update(dict(uses))
            taken.append(session)
    return taken


def solution_of(pairing: Pairing, taken: list[Session], bound: int | None, proven: bool) -> dict[str, Any]:
    """Write a solution down; without a bound, that of every place filled at the best score there is."""
    pairs = []
    for number, start in taken:
        candidate = pairing.candidates[number]
        when = {} if start is None else {"start": start}
        pairs.append(
            {"child": candidate["child"], "volunteer": candidate["volunteer"], **when, "score": candidate["score"]}
        )
    value = sum(map(pairing.gain, taken))
    placed, listed = (
        Counter(pair["child"] for pair in pairs),
        Counter(map(pairing.child, range(len(pairing.candidates)))),
    )
    best = max(map(pairing.gain, pairing.sessions), default=0)
    limit = sum(child["places"] for child in pairing.children.values()) * max(best, 0)
    return {
        "kind": "pairing",
        "status": "optimal" if proven else "feasible",
        "value": value,
        "bound": max(value, limit if bound is None else bound),
        "placed": len(pairs),
        "score": sum(pair["score"] for pair in pairs),
        "pairs": pairs,
        "unplaced": [
            {
                "child": name,
                "missing": child["places"] - placed[name],
                "reasons": [{"code": "not_examined", "count": listed[name]}],
            }
            for name, child in pairing.children.items()
            if child["places"] > placed[name]
        ],
    }


def answered(pairing: Pairing, answer: Answer) -> dict[str, Any]:
    """Write an engine's answer down."""
    if answer.values is None:
        taken = [] if not pairing.fixed else greedy(pairing)
        return solution_of(pairing, taken, answer.bound, False)
    taken = [session for session, value in zip(pairing.sessions, answer.values, strict=True) if value]
    return solution_of(pairing, taken, answer.bound, answer.proven)
