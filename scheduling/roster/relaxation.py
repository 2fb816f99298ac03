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


def relax(bounds: Bounds, stop: Stop, seed: int) -> Prices:
    """Find prices and prove their bound.

    Notes
    -----
    A large roster is taken apart: first the linear program without the rows of persons gives each person's price of a
    shift; at those prices the weeks fall apart, and each is solved with all of its rows. Prices are good only if the
    engine finished, the proof holds anyway.
    """
    model, fixed = bounds.model, bounds.fixed
    free = np.ones(model.count, dtype=np.bool_)
    free[fixed] = False
    rows = model.rows
    row = np.where(rows.limit > rows.used(fixed), rows.price, 0).astype(np.float64)
    load = np.zeros(len(model.problem.people))
    whole = model.count <= WHOLE_UP_TO
    _solve(model, cut_out(model, free, fixed, whole=False, personal=whole), row, load, stop, seed)
    best = bounds.prove(row, load)
    if whole or stop.wanted():
        return best
    week = model.problem.week[model.shift]
    row = best.row.copy()
    for number in np.unique(week).tolist():
        part = cut_out(model, free & (week == number), fixed, whole=False, per_shift=load)
        _solve(model, part, row, load, stop, seed)
    better = bounds.prove(row, load)
    return better if better.bound >= best.bound else best


def _solve(model: Model, part: Part, row: Floats, load: Floats, stop: Stop, seed: int) -> None:
    """Solve a linear program and write its prices down where they belong."""
    if not len(part.cells):
        return
    highs = new_engine(seed)
    highs.passModel(part.lp)
    if Run(highs, stop).run() != highspy.HighsModelStatus.kOptimal:
        return
    duals = np.asarray(highs.getSolution().row_dual, dtype=np.float64)
    found = duals[: len(part.rows)]
    priced = model.rows.price[part.rows] > 0
    shared = ~model.rows.personal[part.rows]
    row[part.rows[shared]] = np.where(priced, found, -found)[shared]
    load[part.people] = -duals[len(part.rows) :]


def thin(model: Model, reduced: Floats, always: Ints, per_shift: int) -> Bools:
    """Keep each shift's cheapest cells, and some more in any case."""
    order = np.lexsort((np.arange(model.count), reduced, model.shift))
    sorted_ = model.shift[order]
    rank = np.arange(model.count) - np.searchsorted(sorted_, sorted_)
    kept = np.zeros(model.count, dtype=np.bool_)
    kept[order[rank < per_shift]] = True
    kept[always] = True
    return kept
