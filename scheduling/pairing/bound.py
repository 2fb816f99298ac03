"""Proven upper bounds in whole numbers, from any prices of the rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.pairing.columns import Columns
from scheduling.pairing.grouping import best_of_each
from scheduling.pairing.problem import Bools, Ints, Problem
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
        return self.bound_below(np.minimum(self.reduced, 0))

    def bound_below(self, below: Ints) -> Ints:
        """Return the bound with each of some scaled numbers, none above 0, put to ``total``."""
        return rounded_down(self.total, self.shift, below)


def rounded_down(total: int, shift: int, below: Ints) -> Ints:
    """Return sums of a scaled total, however large, and each of some scaled numbers as whole numbers."""
    high, low = divmod(total, 1 << shift)
    return np.asarray(high + ((below + low) >> shift), dtype=np.int64)


def price(
    rows: Rows, gain: Ints, duals: NDArray[np.float64], rest: Callable[[Ints], int], equal: Bools | None = None
) -> Prices:
    """Turn floating-point duals into a proof.

    Parameters
    ----------
    rows : Rows
    gain : int64 array [columns]
        What a column adds to the value.
    duals : float array [rows]
        Any numbers at all: good duals give a good bound, bad ones a valid one.
    rest : callable
        From reduced values, what the columns whose are positive can add at most.
    equal : bool array [rows], optional
        Rows that hold with equality; those of ``rows`` if not given.

    Notes
    -----
    The bound is ``b y`` plus the rest: for each child, say, its ``places`` largest positive reduced values over
    different volunteers. All of it is computed in integers, so no tolerance of a solver can make it wrong.
    """
    weighed = weigh(rows, gain, duals, equal=equal)
    return replace(weighed, total=weighed.total + rest(weighed.reduced))


def weigh(rows: Rows, gain: Ints, duals: NDArray[np.float64], times: int = 1, equal: Bools | None = None) -> Prices:
    """Turn duals into prices whose ``total`` is what the rows cost alone.

    Parameters
    ----------
    rows, gain, duals, equal
        As for `price`.
    times : int
        So many reduced values can be summed in 64 bits.
    """
    shift, prices = _scaled(rows, gain, duals, times, rows.equal if equal is None else equal)
    reduced = (gain << shift) - rows.cost(prices)
    return Prices(shift, prices, reduced, _sum_of_products(prices, rows.upper))


def _sum_of_products(one: Ints, other: Ints) -> int:
    """Return the sum of products, exact however large it is."""
    if float(np.abs(one.astype(np.float64)) @ np.abs(other)) < _SAFE:
        return int(one @ other)
    return sum(a * b for a, b in zip(one.tolist(), other.tolist(), strict=True))


def _scaled(rows: Rows, gain: Ints, duals: NDArray[np.float64], times: int, equal: Bools) -> tuple[int, Ints]:
    """Return duals as whole numbers, never negative on rows that are ``<=``, and the binary digits of their scale.

    It is the largest scale at which no 64-bit sum of ``times`` reduced values can overflow.
    """
    y = np.nan_to_num(np.asarray(duals, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    y = np.where(equal, y, np.maximum(y, 0.0))
    steepest = float(np.abs(y).max(initial=0.0))
    largest = float(np.abs(gain).max(initial=0))
    if len(gain):
        largest += rows.steepest * steepest
    largest = max(largest, 1.0) * times
    shift = min(_SHIFT, int(np.floor(np.log2(_SAFE / largest))))
    if shift < 0:
        return 0, np.zeros(len(y), dtype=np.int64)
    return shift, np.rint(y * 2.0**shift).astype(np.int64)


def rest_of_children(problem: Problem, columns: Columns, reduced: Ints) -> int:
    """Return what columns with positive reduced values can add at most: each child has so many places."""
    over = np.flatnonzero(reduced > 0)
    if not len(over):
        return 0
    candidate, begin = np.unique(columns.candidate[over], return_index=True)
    best = np.maximum.reduceat(reduced[over], begin)
    child = problem.child[candidate]
    return sum(best[best_of_each(child, best, problem.places)].tolist())
