"""The cheapest schedule of every person and week at given prices, in whole numbers and all at once."""

import numpy as np

from scheduling.roster.model import Model
from scheduling.roster.problem import Bools, Ints

_MOST_UNITS = 48
_NEVER = 2**62


class Schedules:
    """Cheapest schedules by dynamic programming over the ends of shifts.

    Parameters
    ----------
    model : Model

    Notes
    -----
    With a person's shifts of one week in order of their ends, the cheapest choice among the first i with at most m
    units of time is the better of leaving shift i out and taking it after the last shift it does not clash with.
    Where minutes have no common measure of which the limit has few, they are rounded down to units, shift and limit
    alike: every schedule that is allowed stays allowed, so what comes out is still a bound. Rest from one week into
    the next is left out for the same reason.
    """

    def __init__(self, model: Model) -> None:
        problem = model.problem
        minutes, week = problem.minutes, problem.week
        order = np.lexsort((np.arange(model.count), problem.end[model.shift], week[model.shift], model.person))
        key = model.person[order] * (int(week.max(initial=0)) + 1) + week[model.shift[order]]
        begin = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, dtype=np.int64)
        size = np.diff(np.append(begin, len(key)))
        self.groups, self.longest = len(begin), int(size.max(initial=0))
        self.person = model.person[order[begin]]
        self.cell = np.full((self.groups, self.longest), -1, dtype=np.int64)
        self._before = np.zeros((self.groups, self.longest), dtype=np.int64)
        self._units = np.zeros((self.groups, self.longest), dtype=np.int64)
        room = np.zeros(self.groups, dtype=np.int64)
        for group in range(self.groups):
            cells = order[begin[group] : begin[group] + size[group]]
            shifts, who = model.shift[cells], int(self.person[group])
            self.cell[group, : len(cells)] = cells
            free = problem.end[shifts] + problem.min_rest[who]
            self._before[group, : len(cells)] = np.minimum(
                np.searchsorted(free, problem.start[shifts], side="right"), np.arange(len(cells))
            )
            units, room[group] = _in_units(minutes[shifts], int(problem.max_minutes[who]))
            self._units[group, : len(cells)] = units
        self.width = int(room.max(initial=0)) + 1
        self._room = room

    def cheapest(self, cost: Ints) -> tuple[Ints, Bools]:
        """Return the cost of the cheapest schedule of each person and week, and the cells in them.

        Parameters
        ----------
        cost : int64 array [cells]
        """
        taken = np.zeros(len(cost), dtype=np.bool_)
        if not self.groups:
            return np.zeros(0, dtype=np.int64), taken
        price = np.where(self.cell >= 0, cost[self.cell], _NEVER // 4)
        best = np.zeros((self.longest + 1, self.groups, self.width), dtype=np.int64)
        at = np.arange(self.groups)
        unit = np.arange(self.width)[None, :]
        for i in range(self.longest):
            left = unit - self._units[:, i, None]
            after = best[self._before[:, i, None], at[:, None], np.maximum(left, 0)] + price[:, i, None]
            np.minimum(best[i], np.where(left >= 0, after, _NEVER // 4), out=best[i + 1])
        units, last = self._room.copy(), np.full(self.groups, self.longest)
        total = best[self.longest, at, units]
        while True:
            open_ = np.flatnonzero(last > 0)
            if not len(open_):
                break
            step, left = last[open_] - 1, units[open_]
            took = best[step + 1, open_, left] < best[step, open_, left]
            groups = open_[took]
            taken[self.cell[groups, step[took]]] = True
            units[groups] -= self._units[groups, step[took]]
            last[open_] = step
            last[groups] = self._before[groups, step[took]]
        return total, taken


def _in_units(minutes: Ints, limit: int) -> tuple[Ints, int]:
    """Return lengths and limit in units of time; all 0 where the limit cannot bind."""
    if int(minutes.sum()) <= limit:
        return np.zeros_like(minutes), 0
    unit = int(np.gcd.reduce(minutes))
    if limit // unit > _MOST_UNITS:
        unit = -(-limit // _MOST_UNITS)
    return minutes // unit, limit // unit
