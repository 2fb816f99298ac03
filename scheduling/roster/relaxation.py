"""Good prices from linear programs: small rosters whole, larger ones week by week."""

import highspy
import numpy as np

from scheduling.engine import Run, new_engine
from scheduling.roster.bound import Bounds, Floats, Prices
from scheduling.roster.model import Model
from scheduling.roster.part import Part, cut_out
from scheduling.roster.problem import Bools, Ints
from scheduling.stop import Stop

WHOLE_UP_TO = 8_000
"""Cells up to which the linear program of the whole roster is solved at once."""

_ROUNDING = 1e-6
_FIRST = 10
"""Cells per shift that enter the programs near a known roster, and that are added at a time."""
_CLOSE, _ROUNDS = 200, 3
"""Programs near a known roster grow until the bound is within one part in so many of it, or so often."""


def relax(bounds: Bounds, stop: Stop, seed: int, near: Ints | None = None) -> tuple[Prices, Floats]:
    """Find prices and prove their bound.

    Parameters
    ----------
    bounds : Bounds
    stop : Stop
    seed : int
    near : int64 array, optional
        A roster from which the best one is not far: then few cells enter the programs, and more as they are missed.

    Returns
    -------
    prices : Prices
    reduced : float array [cells]
        What each cell costs at the prices of all of its rows; ``-inf`` where the program uses it.

    Notes
    -----
    A large roster is taken apart: first the linear program without the rows of persons gives each person's price of a
    shift; at those prices the weeks fall apart, and each is solved with all of its rows. Prices are good only if the
    engine finished and no cell is missing, the proof holds anyway.
    """
    model = bounds.model
    free = np.ones(model.count, dtype=np.bool_)
    whole = model.count <= WHOLE_UP_TO
    if near is not None and not whole:
        free = thin(model, model.cost.astype(np.float64), near, _FIRST, seed)
    value = 0 if near is None else model.value(near)
    best, reduced = _prices(bounds, free, whole, stop, seed)
    at = best
    for _ in range(0 if whole or near is None else _ROUNDS):
        cost = bounds.reduced(at)
        missed = np.flatnonzero(~free & (at.taken | (cost < -_ROUNDING)))
        if (value - best.bound) * _CLOSE <= abs(value) or not len(missed) or stop.wanted():
            break
        free[missed[_cheapest(model, missed, cost, _FIRST)]] = True
        at, reduced = _prices(bounds, free, whole, stop, seed)
        best = at if at.bound > best.bound else best
    return best, reduced


def _cheapest(model: Model, cells: Ints, reduced: Floats, per_shift: int) -> Ints:
    """Return the places, among some cells, of each shift's cheapest."""
    order = np.lexsort((cells, reduced[cells], model.shift[cells]))
    sorted_ = model.shift[cells][order]
    return order[np.arange(len(cells)) - np.searchsorted(sorted_, sorted_) < per_shift]


def _prices(bounds: Bounds, among: Bools, whole: bool, stop: Stop, seed: int) -> tuple[Prices, Floats]:
    """Find prices of a program over some cells."""
    model, fixed, rows = bounds.model, bounds.fixed, bounds.model.rows
    free = among.copy()
    free[fixed] = False
    row = np.where(rows.limit > rows.used(fixed), rows.price, 0).astype(np.float64)
    load = np.zeros(len(model.problem.people))
    reduced = np.zeros(model.count)
    into = (row, load, reduced)
    _solve(model, cut_out(model, free, fixed, whole=False, personal=whole), into, stop, seed)
    first = bounds.prove(row, load)
    if whole or stop.wanted():
        return first, reduced
    week = model.problem.week[model.shift]
    for number in np.unique(week).tolist():
        _solve(model, cut_out(model, free & (week == number), fixed, whole=False, per_shift=load), into, stop, seed)
    second = bounds.prove(row, load)
    return (second if second.bound >= first.bound else first), reduced


def _solve(model: Model, part: Part, into: tuple[Floats, Floats, Floats], stop: Stop, seed: int) -> None:
    """Solve a linear program and write prices of rows, of load, and reduced costs of cells down where they belong."""
    if not len(part.cells):
        return
    highs = new_engine(seed)
    highs.passModel(part.lp)
    if Run(highs, stop).run() != highspy.HighsModelStatus.kOptimal:
        return
    row, load, reduced = into
    answer = highs.getSolution()
    duals = np.asarray(answer.row_dual, dtype=np.float64)
    found = duals[: len(part.rows)]
    priced = model.rows.price[part.rows] > 0
    shared = ~model.rows.personal[part.rows]
    row[part.rows[shared]] = np.where(priced, found, -found)[shared]
    load[part.people] = -duals[len(part.rows) :]
    used = np.asarray(answer.col_value, dtype=np.float64)[: len(part.cells)] > _ROUNDING
    reduced[part.cells] = np.where(used, -np.inf, np.asarray(answer.col_dual, dtype=np.float64)[: len(part.cells)])


def thin(model: Model, reduced: Floats, always: Ints, per_shift: int, seed: int) -> Bools:
    """Keep each shift's cheapest cells, and some more in any case.

    Notes
    -----
    Many cells cost nothing at all; which of those are kept is drawn, lest every shift keep the same people.
    """
    draw = np.random.default_rng(seed).permutation(model.count)
    order = np.lexsort((draw, np.round(reduced, 6), model.shift))
    sorted_ = model.shift[order]
    rank = np.arange(model.count) - np.searchsorted(sorted_, sorted_)
    kept = np.zeros(model.count, dtype=np.bool_)
    kept[order[rank < per_shift]] = True
    kept[reduced == -np.inf] = True
    kept[always] = True
    return kept
