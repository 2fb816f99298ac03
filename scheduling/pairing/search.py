"""The best solution of a model, with its proof."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduling.pairing.bound import Prices
from scheduling.pairing.highs import solve_integer
from scheduling.pairing.placement import Placement
from scheduling.pairing.problem import Bools
from scheduling.pairing.relaxation import Model, Relaxation, relax
from scheduling.stop import Stop

Report = Callable[[str, int, int], None]
"""Called with stage, value and bound."""

_NODES = 100_000
_ROUNDING = 1e-6
_ROUNDED_PER_CHILD = 64


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best solution found.

    Attributes
    ----------
    chosen : list of int
        Its columns, ascending.
    value, bound : int
        Its gain, and a proven upper bound on every gain.
    prices : Prices
        Row prices of the linear relaxation.
    """

    chosen: list[int]
    value: int
    bound: int
    prices: Prices

    @property
    def proven(self) -> bool:
        """Whether nothing better exists."""
        return self.bound <= self.value


def maximise(model: Model, start: list[int], stop: Stop, seed: int, report: Report, *, margin: int) -> Found:
    """Find a solution of the largest gain.

    Parameters
    ----------
    model : Model
    start : list of int
        Columns of a feasible solution.
    stop : Stop
    seed : int
    report : callable
    margin : int
        The first integer program keeps columns whose reduced value is at least ``-margin``.

    Notes
    -----
    Linear relaxation; then an integer program over the columns that could matter. A column is dropped for good when
    the proven bound of every solution with it is not above the best value, so the second integer program decides.
    """
    best, value = start, model.value(start)

    def told(prices: Prices) -> None:
        report("price", value, max(prices.bound, value))

    relaxed = relax(model, start, stop, seed, told)
    prices = relaxed.prices
    top = prices.bound
    rounded = round_up(model, relaxed, start)
    if model.value(rounded) > value:
        best, value = rounded, model.value(rounded)
    bound = max(top, value)
    with_column = prices.bound_with()
    keep = prices.reduced >= -(margin << prices.shift)
    while bound > value and not stop.cut():
        report("integer", value, bound)
        keep[best] = True
        best, value, inside, complete = _integer(model, keep, best, bound, stop, seed, report)
        outside = int(with_column[~keep].max(initial=-(2**62)))
        proven = max(min(top, max(inside, outside)), value)
        stuck = proven >= bound and not (complete and outside > value)
        bound = min(bound, proven)
        if not complete or stuck:
            break
        keep = with_column > value
    if bound > value:
        best = greedy(model, best)
        value = model.value(best)
    return Found(best, value, max(bound, value), prices)


def _integer(
    model: Model, keep: Bools, best: list[int], bound: int, stop: Stop, seed: int, report: Report
) -> tuple[list[int], int, int, bool]:
    """Solve over the kept columns; return the best columns, their value, the bound of the kept ones, completeness."""
    value = model.value(best)

    def improved(better: int) -> None:
        if better > value:
            report("integer", better, max(better, bound))

    answer = solve_integer(model.rows, model.gain, keep, best, stop, seed, node_limit=_NODES, on_improve=improved)
    if answer.chosen is not None and Placement(model.problem, model.columns).take_all(answer.chosen):
        found = model.value(answer.chosen)
        if found > value and _equalities_hold(model, answer.chosen):
            best, value = answer.chosen, found
    if answer.infeasible or not np.isfinite(answer.bound):
        return best, value, bound, False
    return best, value, max(value, int(np.floor(answer.bound + _ROUNDING))), answer.complete


def _equalities_hold(model: Model, chosen: list[int]) -> bool:
    rows = model.rows
    used = np.zeros(rows.count, dtype=np.int64)
    for column in chosen:
        entries = slice(int(rows.first[column]), int(rows.first[column + 1]))
        used[rows.row[entries]] += rows.value[entries]
    return bool((used[rows.equal] == rows.upper[rows.equal]).all())


def round_up(model: Model, relaxed: Relaxation, start: list[int]) -> list[int]:
    """Make a whole solution of the relaxation: its columns, largest share first, then the best that still fit.

    Falls back on ``start`` where a row that must hold with equality is lost on the way.
    """
    placement = Placement(model.problem, model.columns)
    fixed = model.problem.fixed
    placement.take_all(column for column in start if fixed[model.columns.candidate[column]])
    used = np.flatnonzero(relaxed.values > _ROUNDING)
    placement.take_all(used[np.lexsort((used, -relaxed.values[used]))].tolist())
    reduced = relaxed.prices.reduced
    worth = np.flatnonzero(model.gain > 0)
    best = worth[np.lexsort((worth, -reduced[worth]))][: _ROUNDED_PER_CHILD * len(model.problem.children)]
    placement.take_all(best.tolist())
    chosen = placement.chosen()
    return chosen if _equalities_hold(model, chosen) else start


def greedy(model: Model, start: list[int]) -> list[int]:
    """Extend a feasible solution by the best candidates that still fit, best first."""
    placement = Placement(model.problem, model.columns)
    placement.take_all(start)
    problem = model.problem
    first = model.columns.first
    open_ = np.flatnonzero(np.diff(first) > 0)
    worth = open_[model.gain[first[open_]] > 0]
    placement.fill(worth[np.lexsort((worth, -problem.score[worth]))].tolist())
    return placement.chosen()
