"""Good prices from linear programs: small rosters whole, larger ones week by week."""

from dataclasses import dataclass, replace
from typing import Any

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
_FIRST = 6
"""Cells per shift and per sort of people wanted in it that enter the programs near a known roster or are added."""
_TURNS, _DAMPED = 6, 0.5
"""How often the price of a shift follows what everybody works at it, and how far after the first time."""
_STALLED = 5_000
"""The prices are left as they are once a turn brings less than one part in so many of the empty roster's value."""
_UNBOUND = 0.99
"""Where the rules of persons leave so much of the work as it was, the first prices of a shift are right."""
_CLOSE, _ROUNDS = 100, 3
"""Programs near a known roster grow until the bound is within one part in so many of it, or so often."""


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """What the linear programs say.

    Attributes
    ----------
    prices : Prices
    reduced : float array [cells]
        What each cell costs at the prices of all of its rows; ``-inf`` where a program uses it.
    used : bool array [cells]
        Cells that one of the programs used.
    sure : bool array [cells]
        Cells that the last program used in full.
    """

    prices: Prices
    reduced: Floats
    used: Bools
    sure: Bools


def relax(bounds: Bounds, stop: Stop, seed: int, near: Ints | None = None) -> Relaxed:
    """Find prices and prove their bound.

    Parameters
    ----------
    bounds : Bounds
    stop : Stop
    seed : int
    near : int64 array, optional
        A roster from which the best one is not far: then few cells enter the programs, and more as they are missed.

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
        free = close_to(model, near, seed)
    value = 0 if near is None else model.value(near)
    found = _Programs(bounds, free, whole, stop, seed).best()
    for _ in range(0 if whole or near is None else _ROUNDS):
        best = found.prices
        cost = bounds.reduced(best)
        missed = np.flatnonzero(~free & (best.taken | (cost < -_ROUNDING)))
        if (value - best.bound) * _CLOSE <= abs(value) or not len(missed) or stop.wanted():
            break
        free[missed[_cheapest(model, missed, cost, _FIRST)]] = True
        again = _Programs(bounds, free, whole, stop, seed).best()
        if again.prices.bound <= best.bound:
            break
        found = again
    return found


def close_to(model: Model, roster: Ints, seed: int) -> Bools:
    """Return the cells of a roster and, for each shift, those that would cost least beside it."""
    works = np.bincount(model.person[roster], minlength=len(model.problem.people))
    cost = model.cost + model.problem.weights.load * works[model.person]
    free = thin(model, cost.astype(np.float64), roster, _FIRST, seed)
    free[_wanted(model, cost, _FIRST)] = True
    return free


def _wanted(model: Model, cost: Ints, per_row: int) -> Ints:
    """Return the cheapest cells of each priced row, so that no sort of people looks scarcer than it is."""
    cell, row, _ = model.rows.shared
    inside = model.rows.price[row] > 0
    cell, row = cell[inside], row[inside]
    order = np.lexsort((cell, cost[cell], row))
    sorted_ = row[order]
    return cell[order[np.arange(len(order)) - np.searchsorted(sorted_, sorted_) < per_row]]


def _cheapest(model: Model, cells: Ints, reduced: Floats, per_shift: int) -> Ints:
    """Return the places, among some cells, of each shift's cheapest."""
    order = np.lexsort((cells, reduced[cells], model.shift[cells]))
    sorted_ = model.shift[cells][order]
    return order[np.arange(len(cells)) - np.searchsorted(sorted_, sorted_) < per_shift]


class _Programs:
    """Linear programs over some cells, and the best prices that they gave.

    Notes
    -----
    Where the first program could not be solved, plain prices still give a bound.
    """

    def __init__(self, bounds: Bounds, among: Bools, whole: bool, stop: Stop, seed: int) -> None:
        self._bounds, self._model, self._whole = bounds, bounds.model, whole
        self._stop, self._seed = stop, seed
        rows, fixed = self._model.rows, bounds.fixed
        self._free = among.copy()
        self._free[fixed] = False
        self._row = np.where(rows.limit > rows.used(fixed), rows.price, 0).astype(np.float64)
        self._load = np.zeros(len(self._model.problem.people))
        self._reduced = np.zeros(self._model.count)
        self._used = np.zeros(self._model.count, dtype=np.bool_)
        self._sure = self._used.copy()
        self._weeks: list[tuple[Part, Any]] = []

    def best(self) -> Relaxed:
        """Solve them."""
        bounds, model = self._bounds, self._model
        part = cut_out(model, self._free, bounds.fixed, whole=False, personal=self._whole)
        wanted = self._solve(part, self._engine(part), load=True)
        found = self._proven()
        if wanted is None:
            wanted = np.zeros(len(self._load))
            plain = self._bounds.prove(self._plain(), np.zeros(len(self._load)))
            found = replace(found, prices=max(found.prices, plain, key=lambda prices: prices.bound))
        if self._whole or self._stop.wanted():
            return found
        week = model.problem.week[model.shift]
        for number in model.problem.weeks:
            here = self._free & (week == number)
            part = cut_out(model, here, bounds.fixed, whole=False, per_shift=self._load)
            self._weeks.append((part, self._engine(part)))
        for turn in range(_TURNS):
            works = self._all_weeks()
            again = self._proven()
            gain = again.prices.bound - found.prices.bound
            if gain < 0:
                break
            found = again
            if self._stop.wanted() or (works.sum() >= _UNBOUND * wanted.sum() if turn == 0 else self._small(gain)):
                break
            self._load += (1.0 if turn == 0 else _DAMPED) * (self._steps(works) - self._load)
        return replace(found, used=self._used)

    def _plain(self) -> Floats:
        """Return prices without a program: a place is worth what its best person brings."""
        model = self._model
        cell, row, _ = model.rows.shared
        price = np.zeros(model.rows.count)
        np.maximum.at(price, row, -model.cost[cell].astype(np.float64))
        return np.where(model.rows.price > 0, 0.0, price)

    def _small(self, gain: int) -> bool:
        return gain * _STALLED <= abs(self._bounds.model.constant)

    def _proven(self) -> Relaxed:
        return Relaxed(self._bounds.prove(self._row, self._load), self._reduced.copy(), self._used, self._sure.copy())

    def _engine(self, part: Part) -> Any:
        highs = new_engine(self._seed)
        highs.passModel(part.lp)
        highs.setOptionValue("presolve", "off")  # it takes longer than it saves
        return highs

    def _all_weeks(self) -> Floats:
        """Solve all weeks at the present prices of a shift; return how much everybody works."""
        works = np.zeros(len(self._load))
        for part, highs in self._weeks:
            cost = (self._model.cost[part.cells] + self._load[self._model.person[part.cells]]).astype(np.float64)
            highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
            worked = self._solve(part, highs, load=False)
            works += 0.0 if worked is None else worked
        return works

    def _steps(self, works: Floats) -> Floats:
        """Return what one more shift costs those who work so much; who may not work more keeps the price of that."""
        model = self._model
        step = model.problem.weights.load * np.floor(works + _ROUNDING)
        return np.where(works >= model.most - _ROUNDING, np.maximum(step, self._load), step)

    def _solve(self, part: Part, highs: Any, *, load: bool) -> Floats | None:
        """Solve a program; note prices of rows, of load where asked, and reduced costs.

        Returns
        -------
        float array [people] or None
            How much everybody works; None where it was not solved.
        """
        model = self._model
        people = len(model.problem.people)
        if not len(part.cells) or Run(highs, self._stop).run() != highspy.HighsModelStatus.kOptimal:
            return None
        answer = highs.getSolution()
        duals = np.asarray(answer.row_dual, dtype=np.float64)
        found = duals[: len(part.rows)]
        priced = model.rows.price[part.rows] > 0
        shared = ~model.rows.personal[part.rows]
        self._row[part.rows[shared]] = np.where(priced, found, -found)[shared]
        if load:
            self._load[part.people] = -duals[len(part.rows) :]
        share = np.asarray(answer.col_value, dtype=np.float64)[: len(part.cells)]
        used = share > _ROUNDING
        self._used[part.cells[used]] |= self._whole or not load
        self._sure[part.cells] = share > 1 - _ROUNDING
        cost = np.asarray(answer.col_dual, dtype=np.float64)[: len(part.cells)]
        self._reduced[part.cells] = np.where(used, -np.inf, cost)
        works = np.bincount(model.person[part.cells], weights=share, minlength=people)
        return works.astype(np.float64)


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
