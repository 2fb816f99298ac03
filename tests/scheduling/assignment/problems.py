"""Random pairing problems without a timetable in which every feature occurs, and their optimum by trying everything."""

from typing import Any

import numpy as np

from scheduling.pairing.load import load
from scheduling.pairing.problem import Problem


def random_problem(seed: int, children: int = 4, volunteers: int = 3, listed: int = 9) -> dict[str, Any]:
    """Return a problem with several places, loads, limits, fixed and forbidden pairs, and scores below 0."""
    rng = np.random.default_rng(seed)

    def whole(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    def often(share: float) -> bool:
        return bool(rng.random() < share)

    kids = [{"id": f"k{i}", "places": whole(0, 3) if often(0.4) else 1} for i in range(whole(1, children))]
    helpers = [
        {"id": f"v{i}", "max_children": whole(0, 4), "max_load": whole(0, 9) if often(0.8) else None}
        for i in range(whole(1, volunteers))
    ]
    pairs = [(kid["id"], helper["id"]) for kid in kids for helper in helpers if often(0.85)][:listed]
    low = -300 if often(0.3) else 0
    candidates = [
        {"child": child, "volunteer": volunteer, "score": whole(low, 300), "load": whole(0, 5)}
        for child, volunteer in pairs
    ]
    fixed, forbidden = [], []
    for child, volunteer in pairs:
        if often(0.06):
            fixed.append({"child": child, "volunteer": volunteer})
        elif often(0.06):
            forbidden.append({"child": child, "volunteer": volunteer})
    return {
        "kind": "pairing",
        "version": 1,
        "children": kids,
        "volunteers": helpers,
        "candidates": candidates,
        "fixed": fixed,
        "forbidden": forbidden,
        "place_value": None if often(0.4) else int(rng.choice([0, 100, 2000])),
    }


def optimum(problem: dict[str, Any]) -> int | None:
    """Return the best value, None where no solution exists."""
    return _Every(load(problem)).best


class _Every:
    """Tries every set of candidates."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.best: int | None = None
        self._places = problem.places.tolist()
        self._children = problem.max_children.tolist()
        self._load: list[float] = [limit if limit >= 0 else float("inf") for limit in problem.max_load.tolist()]
        self._try(0, 0)

    def _try(self, candidate: int, value: int) -> None:
        problem = self._problem
        if candidate == len(problem.child):
            if problem.place_value is None and any(self._places):
                return
            if self.best is None or value > self.best:
                self.best = value
            return
        if not problem.fixed[candidate]:
            self._try(candidate + 1, value)
        if problem.forbidden[candidate]:
            return
        child, volunteer = int(problem.child[candidate]), int(problem.volunteer[candidate])
        weight = int(problem.load[candidate])
        if self._places[child] and self._children[volunteer] and self._load[volunteer] >= weight:
            self._places[child] -= 1
            self._children[volunteer] -= 1
            self._load[volunteer] -= weight
            self._try(candidate + 1, value + int(problem.score[candidate]) + (problem.place_value or 0))
            self._places[child] += 1
            self._children[volunteer] += 1
            self._load[volunteer] += weight
