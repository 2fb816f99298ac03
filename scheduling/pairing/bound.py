"""Proven upper bounds in whole numbers, from any prices of the rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.pairing.columns import Columns
from scheduling.pairing.problem import Ints, Problem
from scheduling.pairing.rows import Rows

_SHIFT = 20
_SAFE = 2.0**61


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Row prices in fixed point, with what they prove.

    Attributes
    ----------
    shift : int
        Numbers are scaled by ``2 ** shift``.
    row : int64 array [rows]
        Prices; never negative on rows that are ``<=``.
    reduced : int64 array [columns]
        Gain of a column minus the prices of what it uses, exact.
    total : int
        Scaled upper bound on the gain of every solution.
    """

    shift: int
    row: Ints
    reduced: Ints
    total: int

    @property
    def bound(self) -> int:
        """Upper bound on the gain of every solution."""
        return self.total >> self.shift

    def bound_with(self) -> Ints:
        """Return, per column, an upper bound on the gain of every solution that uses it.

        Notes
        -----
        With prices ``y``, reduced values ``r`` and any solution ``x``: ``g x = r x + y A x <= r x + y b``. Columns with
        positive ``r`` add at most the sum that `price` put into ``total``; one with negative ``r`` takes its own off.
        """
        below = np.minimum(self.reduced, 0)
        high, low = divmod(self.total, 1 << self.shift)
        return np.asarray(high + ((below + low) >> self.shift), dtype=np.int64)


def price(problem: Problem, columns: Columns, rows: Rows, gain: Ints, duals: NDArray[np.float64]) -> Prices:
    """Turn floating-point duals into a proof.

    Parameters
    ----------
    problem : Problem
    columns : Columns
    rows : Rows
    gain : int64 array [columns]
        What a column adds to the value.
    duals : float array [rows]
        Any numbers at all: good duals give a good bound, bad ones a valid one.

    Notes
    -----
    The bound is ``b y`` plus, for each child, its ``places`` largest positive reduced values over different
    volunteers. All of it is computed in integers, so no tolerance of a solver can make it wrong.
    """
    y = np.nan_to_num(np.asarray(duals, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    y = np.where(rows.equal, y, np.maximum(y, 0.0))
    shift, scaled = _scale(rows, gain, y)
    reduced = (gain << shift) - _times(rows, scaled)
    used = np.flatnonzero(scaled)
    total = sum(int(price_) * int(limit) for price_, limit in zip(scaled[used], rows.upper[used], strict=True))
    return Prices(shift, scaled, reduced, total + _rest(problem, columns, reduced))


def _scale(rows: Rows, gain: Ints, y: NDArray[np.float64]) -> tuple[int, Ints]:
    """Choose the largest scale at which no 64-bit sum can overflow."""
    steepest = float(np.abs(y).max(initial=0.0))
    largest = float(np.abs(gain).max(initial=0))
    if len(gain):
        largest += float(np.add.reduceat(np.abs(rows.value), rows.first[:-1]).max()) * steepest
    largest = max(largest, 1.0)
    shift = min(_SHIFT, int(np.floor(np.log2(_SAFE / largest))))
    if shift < 0:
        return 0, np.zeros(len(y), dtype=np.int64)
    return shift, np.rint(y * 2.0**shift).astype(np.int64)


def _times(rows: Rows, scaled: Ints) -> Ints:
    """Return the price of what each column uses."""
    if len(rows.first) == 1:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(np.add.reduceat(rows.value * scaled[rows.row], rows.first[:-1]), dtype=np.int64)


def _rest(problem: Problem, columns: Columns, reduced: Ints) -> int:
    """Return what columns with positive reduced values can add at most."""
    over = np.flatnonzero(reduced > 0)
    if not len(over):
        return 0
    candidate, begin = np.unique(columns.candidate[over], return_index=True)
    best = np.maximum.reduceat(reduced[over], begin)
    child = problem.child[candidate]
    order = np.lexsort((-best, child))
    child, best = child[order], best[order]
    rank = np.arange(len(child)) - np.searchsorted(child, child)
    return sum(int(value) for value in best[rank < problem.places[child]])
