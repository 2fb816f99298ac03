"""The changes that help most, each with what it brings: proven by solving the changed problem again."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scheduling.pairing.candidates import Candidates
from scheduling.pairing.explain.changes import LEAST, Change, Waivable, possible_changes
from scheduling.pairing.explain.solved import Solved, model_of, recall, same_columns, same_duals
from scheduling.pairing.fixed import settle
from scheduling.pairing.found import unit_of
from scheduling.pairing.load import load
from scheduling.pairing.problem import Problem
from scheduling.pairing.relaxation import Model, relax
from scheduling.pairing.rules import build_rows
from scheduling.pairing.search import greedy, maximise
from scheduling.pairing.solve import solve
from scheduling.stop import Stop

_MARGIN, _CLOSE = 5, 60
_TRIES = 3
_SMALL = 500
"""So few columns are solved again in no time: there more changes are tried, also such as prices see nothing in."""
_MORE = 6
"""How many times as many."""
_NEAR = 4
"""So many columns for each child, those worth most at the old prices, are in the first program of a bound."""


@dataclass(frozen=True, slots=True, eq=False)
class _Measure:
    """What a change is to increase: the value, or, where not every place can be filled though it must, the places.

    Attributes
    ----------
    unit : int
        Gain that counts as one.
    place : int
        Gain of a filled place beyond its score.
    fill : bool
        Whether the rows say that every place is filled.
    """

    unit: int
    place: int
    fill: bool

    def model(self, problem: Problem) -> Model:
        """Return the model of a problem."""
        plain = model_of(problem)
        if self.fill or problem.place_value is not None:
            return plain
        rows = build_rows(problem, plain.columns, fill=False)
        return replace(plain, rows=rows, gain=problem.score[plain.columns.candidate] + self.place)


def helpful_changes(
    problem: Mapping[str, Any],
    solution: Mapping[str, Any],
    *,
    count: int = 5,
    each: int = 2,
    verify: int | None = None,
    candidates: Candidates | None = None,
    solved: Solved | None = None,
    time_limit: float | None = None,
    should_stop: Callable[[], bool] | None = None,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Return the single changes that would help most.

    Parameters
    ----------
    problem, solution : mapping
        A problem and its solution; also one that says that not every place can be filled. Of one with fairness or
        wishes it is told what changes bring beside the best value without them.
    count : int
        How many.
    each : int
        How many of one code at most.
    verify : int, optional
        How many are solved again at most, those first of which the relaxation lets hope most; as many as needed if not
        given. Small problems are tried in more ways: there six times as many, or six times ``count``. The others are
        known by ``at_most`` alone.
    candidates : Candidates, optional
        What the problem's candidates were computed from; then rules may be waived for children with empty places.
    solved : Solved, optional
        What the solver or an `Explainer` knows already.
    time_limit : float, optional
        Seconds for all together.
    should_stop : callable, optional
        Asked often; True ends the work with what is known by then.
    seed : int

    Returns
    -------
    list of dict
        ``code``, who and where, ``at_least`` and ``at_most`` (proven) and ``gain`` (the same where they are equal, else
        None), the largest first; in points, or in ``places`` (``unit``) where not every place can be filled. Codes:
        ``one_more_volunteer`` (``like``), ``one_more_room`` (``centre``, ``day``), ``one_more_place``, ``more_load``
        (``volunteer``), ``volunteer_free``, ``child_free`` (``slot``), ``pair_allowed`` and ``rule_waived``
        (with the ``load`` that is assumed, where the child has no candidates that tell it).

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        The solution is not one of this problem, or a child with an empty place is not among the candidates' children.
    """
    stop = Stop(time_limit, should_stop)
    short = solution["status"] in ("infeasible", "unknown")
    measure = _Measure(1, 0, fill=True)
    if short:
        solved, measure = _fullest(load(problem), stop, seed)
    elif solution.get("fairness") or solution.get("wishes"):
        # Such a solution gives value away on purpose: what a change brings is told beside the best without that.
        plain = solve(problem, time_limit=stop.remaining(), should_stop=stop.wanted, seed=seed)
        solved = recall(problem, plain if plain["pairs"] else solution, stop, seed)
    elif solved is None:
        solved = recall(problem, solution, stop, seed)
    waivable = None if candidates is None else _waivable(problem, solution, candidates)
    cases = []
    more, least = (_MORE, -math.inf) if solved.columns.count <= _SMALL else (1, LEAST)
    enough = (more * count if more > 1 else None) if verify is None else more * verify
    for change in possible_changes(solved, more * each, waivable, least=least)[: more * _TRIES * count]:
        case = _Case(solved, measure, change)
        case.bound(stop, seed)
        if case.at_most > 0:
            cases.append(case)
    cases.sort(key=lambda case: -case.at_most)
    for number, case in enumerate(cases):
        reached = [other.at_least for other in _best(cases, count, each)][count - 1 :]
        if number == enough or stop.cut() or (reached and reached[0] >= case.at_most):
            break
        case.verify(stop, seed)
    return [case.told("places" if short else "points") for case in _best(cases, count, each) if case.at_most > 0]


def _best(cases: "list[_Case]", count: int, each: int) -> "list[_Case]":
    """Return the cases that are known to bring most, so many of one code at most."""
    found: list[_Case] = []
    taken: Counter[str] = Counter()
    for case in sorted(cases, key=lambda case: (-case.at_least, -case.at_most)):
        if taken[case.code] < each and len(found) < count:
            taken[case.code] += 1
            found.append(case)
    return found


def _waivable(problem: Mapping[str, Any], solution: Mapping[str, Any], candidates: Candidates) -> Waivable:
    forbidden = frozenset((pair["child"], pair["volunteer"]) for pair in problem.get("forbidden", []))
    return Waivable(candidates, [entry["child"] for entry in solution["unplaced"]], forbidden)


def _fullest(problem: Problem, stop: Stop, seed: int) -> tuple[Solved, _Measure]:
    """Fill as many places as can be; a place counts more than all scores together, as a unit."""
    spread = int(np.ptp(problem.score)) if len(problem.score) else 0
    lowest = int(problem.score.min()) if len(problem.score) else 0
    unit = int(problem.places.sum() + 1) * (spread + unit_of(problem.score))
    measure = _Measure(unit, unit - lowest, fill=False)
    model = measure.model(problem)
    kept = settle(problem, model.columns)
    found = maximise(model, greedy(model, kept), stop, seed, lambda *step: None, margin=_MARGIN)
    return Solved(model, found.chosen, model.price(found.prices.row / 2.0**found.prices.shift)), measure


class _Case:
    """A change under test.

    Attributes
    ----------
    at_least, at_most : int
        What it brings, in units of the measure.
    """

    def __init__(self, solved: Solved, measure: _Measure, change: Change) -> None:
        self._solved, self._measure, self._change = solved, measure, change
        self.at_least = 0
        self.at_most = 0

    @property
    def code(self) -> str:
        """What kind of change it is."""
        return self._change.code

    def _model(self) -> Model:
        return self._measure.model(self._change.apply(self._solved.problem))

    def _units(self, value: int) -> int:
        return max(value // self._measure.unit - self._solved.value // self._measure.unit, 0)

    def bound(self, stop: Stop, seed: int) -> None:
        """Bound what the change brings by the relaxation of the changed model."""
        model = self._model()
        prices = model.price(same_duals(self._solved, model))
        if prices.bound - self._solved.value > _CLOSE and not stop.cut():
            # The old prices tell what the new optimum is made of.
            near = np.argsort(-prices.reduced, kind="stable")[: _NEAR * len(model.problem.children)]
            known = np.union1d(near, same_columns(self._solved, model)).astype(np.int64)
            relaxed = relax(model, known.tolist(), stop, seed, most=1.0).prices
            prices = min(prices, relaxed, key=lambda found: found.bound)
        unit = unit_of(model.gain)
        self.at_most = self._units(prices.bound // unit * unit)

    def verify(self, stop: Stop, seed: int) -> None:
        """Solve the changed model."""
        model = self._model()
        found = maximise(model, same_columns(self._solved, model), stop, seed, lambda *step: None, margin=_MARGIN)
        self.at_least, self.at_most = self._units(found.value), min(self._units(found.bound), self.at_most)

    def told(self, unit: str) -> dict[str, Any]:
        """Return the change as data."""
        gain = self.at_least if self.at_least == self.at_most else None
        bounds = {"gain": gain, "at_least": self.at_least, "at_most": self.at_most, "unit": unit}
        return {"code": self._change.code, **self._change.data, **bounds}
