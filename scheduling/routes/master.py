"""The choice among given routes, in parts or whole: every stop is visited or its prize paid."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

import highspy
import numpy as np
from numpy.typing import NDArray

from scheduling.engine import INTEGRAL_GAP, Run, new_engine
from scheduling.routes.problem import Problem
from scheduling.stop import Stop

Floats = NDArray[np.float64]

Triple = tuple[int, int, int]
"""Three stops. At most one route may visit two or more of them, as each is visited once."""

_NODES = 1_000
"""Nodes after which a choice is given up, which do not depend on the machine."""

_CUT_ROUNDS, _MOST_TRIPLES = 6, 80
_TRIPLES_UP_TO = 250
"""Stops up to which triples are looked for: there are n^3 of them."""

_FIRST_CHOICE, _WIDENING = 500, 4
"""Routes among which a choice is made first, and how many times more when that does not decide."""

_VIOLATED = 0.03
_AT_ONCE = 16
_PER_STOP = 5


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a choice among routes is sought; none of it depends on the machine.

    Attributes
    ----------
    questions : int or None
        It is given up after so many questions of `scheduling.engine.Run`.
    routes : int or None
        So many of the likeliest routes are tried, and no others.
    """

    questions: int | None = None
    routes: int | None = None


PROOF = Effort()


@dataclass(frozen=True, slots=True)
class Column:
    """A route: the kind of its team, its stops (one may come twice where routes are grown carelessly), its cost."""

    kind: int
    stops: tuple[int, ...]
    cost: int


class Master:
    """The linear program over routes, which grows by routes and by triples.

    Parameters
    ----------
    problem : Problem
    available : list of int
        Teams of each kind.
    stop : Stop
    seed : int

    Attributes
    ----------
    triples : list of Triple
    impossible : bool
        Whether no choice visits all that must be visited, even in parts.
    value : int
        Of the last whole choice.
    """

    def __init__(self, problem: Problem, available: list[int], stop: Stop, seed: int) -> None:
        self._stop, self._stops, self._kinds = stop, len(problem.stops), len(available)
        self._optional = np.flatnonzero(~problem.required)
        self._columns: list[Column] = []
        self._visits: NDArray[np.int8] = np.zeros((0, self._stops), dtype=np.int8)
        self.triples: list[Triple] = []
        self.impossible = False
        self.value = 0
        self._highs = new_engine(seed)
        empty = np.zeros(0, dtype=np.int32)
        low = np.concatenate([np.ones(self._stops), np.full(self._kinds, -highspy.kHighsInf)])
        high = np.concatenate([np.full(self._stops, highspy.kHighsInf), np.array(available, dtype=np.float64)])
        self._highs.addRows(len(low), low, high, 0, empty, empty, np.zeros(0))
        start = list(range(len(self._optional) + 1))
        self._add(problem.prize[self._optional].tolist(), start, self._optional.tolist(), [1.0] * len(self._optional))

    def add(self, columns: list[Column]) -> None:
        """Add routes."""
        start, index, value = [0], [], []
        for column in columns:
            times: dict[int, int] = {}
            for stop in column.stops:
                times[stop] = times.get(stop, 0) + 1
            index += [*sorted(times), self._stops + column.kind]
            value += [float(times[stop]) for stop in sorted(times)] + [1.0]
            for number, triple in enumerate(self.triples):
                pairs = sum(times.get(stop, 0) for stop in triple) // 2
                if pairs:
                    index.append(self._stops + self._kinds + number)
                    value.append(float(pairs))
            start.append(len(index))
        self._add([column.cost for column in columns], start, index, value)
        self._columns += columns

    def _add(self, cost: list[int], start: list[int], index: list[int], value: list[float]) -> None:
        count = len(cost)
        if count:
            self._highs.addCols(
                count,
                np.array(cost, dtype=np.float64),
                np.zeros(count),
                np.full(count, highspy.kHighsInf),
                len(index),
                np.array(start[:-1], dtype=np.int32),
                np.array(index, dtype=np.int32),
                np.array(value, dtype=np.float64),
            )

    def cut(self, triples: list[Triple]) -> None:
        """Demand of the routes, present and future, that at most one visits two or more of three stops."""
        visits = self._counted() if triples else self._visits
        for triple in triples:
            pairs = visits[:, list(triple)].sum(axis=1) // 2
            which = np.flatnonzero(pairs)
            place = (which + len(self._optional)).astype(np.int32)
            self._highs.addRow(-highspy.kHighsInf, 1.0, len(which), place, pairs[which].astype(np.float64))
            self.triples.append(triple)

    def _counted(self) -> NDArray[np.int8]:
        """Return how often each route visits each stop, [routes, stops]."""
        new = self._columns[len(self._visits) :]
        counts = np.zeros((len(new), self._stops), dtype=np.int8)
        row = np.repeat(np.arange(len(new)), [len(column.stops) for column in new])
        np.add.at(counts, (row, np.fromiter(chain.from_iterable(c.stops for c in new), dtype=np.int64)), 1)
        self._visits = np.concatenate([self._visits, counts])
        return self._visits

    def solve(self) -> tuple[Floats, list[float], Floats] | None:
        """Solve in parts; return the prices of stops, kinds of teams and triples, None where it was not solved."""
        status = Run(self._highs, self._stop).run()
        self.impossible = status == highspy.HighsModelStatus.kInfeasible
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        duals = np.asarray(self._highs.getSolution().row_dual, dtype=np.float64)
        kinds = self._stops + self._kinds
        return duals[: self._stops], duals[self._stops : kinds].tolist(), duals[kinds:]

    def relaxed(self) -> float | None:
        """Solve in parts; return the value, None where it was not solved."""
        return None if self.solve() is None else float(self._highs.getObjectiveValue())

    def reduced(self) -> Floats | None:
        """Return for each route a value below which no choice of these routes that takes it can be."""
        value = self.relaxed()
        if value is None:
            return None
        return value + np.asarray(self._highs.getSolution().col_dual, dtype=np.float64)[len(self._optional) :]

    def violated(self, most: int) -> list[Triple]:
        """Return triples that the solution in parts breaks most, few of them with the same stop."""
        if self._stops > _TRIPLES_UP_TO:
            return []
        values = np.asarray(self._highs.getSolution().col_value, dtype=np.float64)[len(self._optional) :]
        used = np.flatnonzero(values > 1e-6)
        visits = np.zeros((len(used), self._stops))
        for row, column in enumerate(used.tolist()):
            visits[row, list(self._columns[column].stops)] = 1.0
        weighted = visits * values[used, None]
        both = visits.T @ weighted
        found: list[tuple[float, Triple]] = []
        for one in range(self._stops):
            mine = visits[:, one] > 0
            three = visits[mine].T @ weighted[mine]
            excess = both[one][:, None] + both[one][None, :] + both - 2 * three - 1
            rows, columns = np.nonzero(np.triu(excess > _VIOLATED, 1))
            later = (rows > one) & (columns > one)
            for other, third in zip(rows[later].tolist(), columns[later].tolist(), strict=True):
                found.append((-round(float(excess[other, third]), 6), (one, other, third)))
        chosen: list[Triple] = []
        known, often = set(self.triples), [0] * self._stops
        for _, triple in sorted(found):
            if len(chosen) < min(_AT_ONCE, most) and triple not in known and max(often[s] for s in triple) < _PER_STOP:
                chosen.append(triple)
                for stop in triple:
                    often[stop] += 1
        return chosen

    def choose(self, below: int | None = None, effort: Effort = PROOF) -> tuple[list[int] | None, bool]:
        """Return the routes, by number, of the best whole solution found, and whether it is proven the best.

        Parameters
        ----------
        below : int, optional
            Only a lower value is wanted; others may come, but nothing is said about them.
        effort : Effort
            When to give up.

        Notes
        -----
        Every stop is visited once or its prize paid. None: there is none, or none was found.
        """
        first, count = len(self._optional), len(self._optional) + len(self._columns)
        if not count:
            return (None if self._stops else []), True
        which = np.arange(count, dtype=np.int32)
        for row in range(self._stops):
            self._highs.changeRowBounds(row, 1.0, 1.0)
        self._highs.changeColsBounds(count, which, np.zeros(count), np.ones(count))
        self._highs.changeColsIntegrality(count, which, np.full(count, 1, dtype=np.uint8))
        self._highs.setOptionValue("mip_rel_gap", 0.0)
        self._highs.setOptionValue("mip_abs_gap", INTEGRAL_GAP)
        self._highs.setOptionValue("mip_max_nodes", _NODES)
        if below is not None:
            self._highs.setOptionValue("objective_bound", below - INTEGRAL_GAP)
        remaining = self._stop.remaining()
        if remaining is not None:
            self._highs.setOptionValue("time_limit", remaining)
        status = Run(self._highs, self._stop, questions=effort.questions).run()
        complete = status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kOptimal)
        if self._highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, complete
        self.value = round(self._highs.getObjectiveValue())
        values = np.asarray(self._highs.getSolution().col_value, dtype=np.float64)
        return [int(k) - first for k in np.flatnonzero(values > 0.5) if k >= first], complete


def best_of(
    make: Callable[[list[Column]], Master],
    columns: list[Column],
    triples: list[Triple],
    below: int | None,
    *,
    effort: Effort = PROOF,
) -> tuple[list[int] | None, bool]:
    """Choose the best of many routes.

    Parameters
    ----------
    make : callable
        Makes a program of some routes.
    columns : list of Column
    triples : list of Triple
        Known to sharpen the relaxation.
    below : int or None
        Only a choice of a lower value is wanted.
    effort : Effort

    Returns
    -------
    tuple of list of int or None, and bool
        The routes by number; None where none was found. Whether it is proven that there is nothing better.

    Notes
    -----
    First the relaxation, sharpened by triples: its reduced costs say which routes cannot be in anything better. The
    likeliest of the others are tried first; what they give rules out more.
    """
    whole = make(columns)
    whole.cut(triples)
    for _ in range(_CUT_ROUNDS):
        bound = whole.relaxed()
        if bound is None:
            return None, whole.impossible
        if below is not None and bound > below - INTEGRAL_GAP:
            return None, True
        triples = whole.violated(_MOST_TRIPLES - len(whole.triples))
        if not triples:
            break
        whole.cut(triples)
    reduced = whole.reduced()
    if reduced is None:
        return None, False
    likely, best, size = np.argsort(reduced, kind="stable"), None, effort.routes or _FIRST_CHOICE
    while True:
        open_ = likely if below is None else likely[reduced[likely] < below - INTEGRAL_GAP]
        some = np.sort(open_[:size]).tolist()
        narrow = make([columns[k] for k in some])
        narrow.cut(whole.triples)
        chosen, complete = narrow.choose(below, effort)
        if chosen is not None:
            value = narrow.value
            if below is None or value < below:
                best, below = [some[k] for k in chosen], value
        if effort.routes is not None or not complete or len(some) == len(open_):
            return best, complete and len(some) == len(open_)
        size *= _WIDENING
