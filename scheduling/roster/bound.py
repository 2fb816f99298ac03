"""Proven lower bounds in whole numbers, from any prices of the rows of shifts and any price of a shift per person."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.roster.model import Model
from scheduling.roster.problem import Bools, Ints
from scheduling.roster.schedules import Schedules
from scheduling.stop import Stop

Floats = NDArray[np.float64]

_SHIFT = 20
_SAFE = 2.0**58
_PATIENCE = 3
_SMOOTH = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Prices with what they prove.

    Attributes
    ----------
    row : float array [rows]
        Price of a place (rows of ``needs``) or of a person who is wanted (priced rows); 0 on rows of persons.
    load : float array [people]
        Price of one more shift of a person.
    bound : int
        No roster has a lower value.
    taken : bool array [cells]
        The cheapest schedules at these prices.
    shifts : int64 array [people]
        The cheapest number of shifts at these prices, load alone.
    """

    row: Floats
    load: Floats
    bound: int
    taken: Bools
    shifts: Ints


class Bounds:
    """Lower bounds of one model.

    Parameters
    ----------
    model : Model
    fixed : int64 array
        Cells that every roster has.
    """

    def __init__(self, model: Model, fixed: Ints) -> None:
        self.model, self.fixed = model, fixed
        rows = model.rows
        self._owner, self._row, self._value = rows.shared
        self._schedules = Schedules(model)
        self._largest = int(np.abs(model.cost).max(initial=0)) + int(rows.price.max(initial=0)) * 8
        problem = model.problem
        self._largest += problem.weights.uncovered + problem.weights.load * int(model.most.max(initial=0))
        size = self._largest * (min(int(problem.needs.sum()), model.count) + len(problem.people) + 1)
        size += sum((np.where(rows.price > 0, rows.price, self._largest) * ~rows.personal * rows.limit).tolist())
        self._shift = max(0, min(_SHIFT, int(np.floor(np.log2(_SAFE / max(size, 1))))))

    def prove(self, row: Floats, load: Floats) -> Prices:
        """Turn any numbers into a proof: good prices give a good bound, bad ones a valid one.

        Notes
        -----
        For prices ``y`` between 0 and the price of a shortage on priced rows, ``y >= 0`` on rows of ``needs``, any
        ``z`` per person and every roster x::

            value >= constant + sum y limit (priced) - sum y limit (needs)
                     + sum over people of min over n of (load n(n-1)/2 - z n)
                     + sum over people and weeks of the cheapest schedule at cost - y (priced) + y (needs) + z

        because the shortages not paid for are at least 0. A fixed cell is made so cheap that the cheapest schedule has
        it, and what that took off is added back: a bound whatever the schedule does.
        """
        model, rows = self.model, self.model.rows
        one = 1 << self._shift
        cap = np.where(rows.price > 0, rows.price, self._largest)
        y = np.where(rows.personal, 0.0, np.clip(np.nan_to_num(row), 0.0, cap))
        scaled = np.rint(y * one).astype(np.int64)
        scaled = np.minimum(scaled, cap * one)
        sign = np.where(rows.price > 0, -1, 1)
        z = np.clip(np.nan_to_num(load), -self._largest, self._largest)
        per_shift = np.rint(z * one).astype(np.int64)
        change = np.zeros(model.count, dtype=np.int64)
        np.add.at(change, self._owner, (sign * scaled)[self._row] * self._value)
        cost = model.cost * one + change + per_shift[model.person]
        extra = 2 * int(np.abs(cost).max(initial=0)) if len(self.fixed) else 0
        cost[self.fixed] -= extra
        schedules, taken = self._schedules.cheapest(cost)
        total = model.constant * one + sum((-sign * scaled * rows.limit).tolist())
        total += sum(schedules.tolist()) + extra * len(self.fixed)
        shifts, least = self._loads(per_shift, one)
        return Prices(y, z, -((-(total + least)) >> self._shift), taken, shifts)

    def _loads(self, per_shift: Ints, one: int) -> tuple[Ints, int]:
        """Return the cheapest numbers of shifts where each brings ``per_shift``, and what they cost together."""
        load = self.model.problem.weights.load * one
        most = self.model.most
        wanted = -(-per_shift // load) if load else np.where(per_shift > 0, most, 0)
        shifts = np.clip(wanted, 0, most)
        cost = load * (shifts * (shifts - 1) // 2) - per_shift * shifts
        return shifts, sum(cost.tolist())

    def reduced(self, prices: Prices) -> Floats:
        """Return what each cell costs at these prices, rows of persons aside."""
        signed = np.where(self.model.rows.price > 0, -1.0, 1.0) * prices.row
        change = np.bincount(self._owner, weights=signed[self._row] * self._value, minlength=self.model.count)
        return np.asarray(self.model.cost + change + prices.load[self.model.person], dtype=np.float64)

    def slope(self, prices: Prices) -> tuple[Floats, Floats]:
        """Return in which direction each price would raise the bound."""
        rows = self.model.rows
        taken = np.flatnonzero(prices.taken)
        gap = (rows.limit - rows.used(taken)).astype(np.float64)
        gap = np.where(rows.personal, 0.0, np.where(rows.price > 0, gap, -gap))
        works = np.bincount(self.model.person[taken], minlength=len(self.model.problem.people))
        return gap, (works - prices.shifts).astype(np.float64)


def climb(bounds: Bounds, prices: Prices, value: int, rounds: int, stop: Stop) -> Prices:
    """Raise a bound by steps along smoothed slopes from the best prices so far.

    Parameters
    ----------
    bounds : Bounds
    prices : Prices
        Where to begin.
    value : int
        Value of a known roster: how high the bound can come at most.
    rounds : int
    stop : Stop
    """
    best, length, worse = prices, 1.0, 0
    row, load = bounds.slope(prices)
    for _ in range(rounds):
        if best.bound >= value or stop.wanted():
            break
        norm = float((row**2).sum() + (load**2).sum())
        if norm == 0.0:
            break
        step = length * (value - best.bound) / norm
        at = bounds.prove(best.row + step * row, best.load + step * load)
        up, over = bounds.slope(at)
        row, load = row + _SMOOTH * (up - row), load + _SMOOTH * (over - load)
        if at.bound > best.bound:
            best, worse, length = at, 0, min(length * 1.1, 2.0)
        else:
            worse += 1
            if worse >= _PATIENCE:
                length, worse = length * 0.66, 0
    return best
