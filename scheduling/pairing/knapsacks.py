"""Rows that say what a volunteer's load limit and number of children mean together for whole solutions."""

import numpy as np

from scheduling.pairing.columns import Columns
from scheduling.pairing.highs import Floats
from scheduling.pairing.problem import NO_LIMIT, Ints, Problem
from scheduling.pairing.rows import Cut

_LARGEST = 24
"""Load limits above are left alone: there are too many ways to fill them."""
_DIVISORS = 12
_VIOLATED = 1e-3


class Knapsacks:
    """Rounded sums of the load row and the row of children of each volunteer.

    Parameters
    ----------
    problem : Problem
    columns : Columns

    Notes
    -----
    With loads ``l``, limit ``W``, ``m`` children and whole ``0 <= a, b < d`` every whole solution keeps
    ``sum floor((a l + b) / d) x <= floor((a W + b m) / d)`` over the volunteer's columns: the left side is whole, and
    ``(a load + b children) / d`` at most. Limits are small numbers, so all ``a``, ``b`` and ``d`` are tried at once.
    """

    def __init__(self, problem: Problem, columns: Columns) -> None:
        volunteer, load = problem.volunteer[columns.candidate], problem.load[columns.candidate]
        limited = (problem.max_load != NO_LIMIT) & (problem.max_load <= _LARGEST)
        known = np.flatnonzero(limited[volunteer])
        self._columns = known[np.argsort(volunteer[known], kind="stable")]
        self._volunteer, self._load = volunteer[self._columns], load[self._columns]
        self._who, first = np.unique(self._volunteer, return_index=True)
        self._first = np.append(first, len(self._columns))
        self._limit, self._most = problem.max_load[self._who], problem.max_children[self._who]
        trials = [(a, b, d) for d in range(2, _DIVISORS + 1) for a in range(1, d) for b in range(d)]
        self._a, self._b, self._d = np.array(trials, dtype=np.int64).T
        loads = np.arange(_LARGEST + 1)
        self._weight = (self._a[:, None] * loads + self._b[:, None]) // self._d[:, None]
        self._right = (self._a * self._limit[:, None] + self._b * self._most[:, None]) // self._d

    def violated(self, values: Floats) -> list[Cut]:
        """Return for each volunteer the row that the values break deepest."""
        if not len(self._who):
            return []
        place = np.searchsorted(self._who, self._volunteer) * (_LARGEST + 1) + self._load
        size = len(self._who) * (_LARGEST + 1)
        share = np.bincount(place, weights=values[self._columns], minlength=size).reshape(-1, _LARGEST + 1)
        over = share @ self._weight.T - self._right
        length = np.sqrt((share > 0) @ (self._weight**2).T) + 1e-9
        best = np.argmax(np.where(over > _VIOLATED, over / length, 0), axis=1)
        broken = np.flatnonzero(over[np.arange(len(best)), best] > _VIOLATED)
        return [self._cut(who, int(best[who])) for who in broken.tolist()]

    def _cut(self, who: int, trial: int) -> Cut:
        mine = slice(int(self._first[who]), int(self._first[who + 1]))
        weight: Ints = self._weight[trial, self._load[mine]]
        inside = weight > 0
        return Cut(self._columns[mine][inside], weight[inside], int(self._right[who, trial]))
