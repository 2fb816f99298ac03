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
        # The longest first: so those that have an i-th shift at all come first.
        by_size = np.argsort(-size, kind="stable")
        begin, size = begin[by_size], size[by_size]
        self.groups, self.longest = len(begin), int(size.max(initial=0))
        self._size, self._having = size, np.searchsorted(-size, -np.arange(self.longest))
        self.person = model.person[order[begin]]
        self.cell = np.zeros((self.longest, self.groups), dtype=np.int64)
        self._before = np.zeros((self.longest, self.groups), dtype=np.int64)
        self._units = np.zeros((self.longest, self.groups), dtype=np.int64)
        room = np.zeros(self.groups, dtype=np.int64)
        for group in range(self.groups):
            cells = order[begin[group] : begin[group] + size[group]]
            shifts, who = model.shift[cells], int(self.person[group])
            self.cell[: len(cells), group] = cells
            free = problem.end[shifts] + problem.min_rest[who]
            self._before[: len(cells), group] = np.minimum(
                np.searchsorted(free, problem.start[shifts], side="right"), np.arange(len(cells))
            )
            units, room[group] = _in_units(minutes[shifts], int(problem.max_minutes[who]))
            self._units[: len(cells), group] = units
        self.width = int(room.max(initial=0)) + 1
        np.minimum(self._units, self.width, out=self._units)
        self._room = room
        # Shifts longer than what is left look at spare places before no time at all, where nothing is possible.
        self._spare = int(self._units.max(initial=0))
        self._best = np.empty((self.longest + 1, self.groups, self._spare + self.width), dtype=np.int64)
        self._best[0, :, self._spare :] = 0
        self._best[:, :, : self._spare] = _NEVER

    def cheapest(self, cost: Ints) -> tuple[Ints, Bools]:
        """Return the cost of the cheapest schedule of each person and week, and the cells in them.

        Parameters
        ----------
        cost : int64 array [cells]
        """
        taken = np.zeros(len(cost), dtype=np.bool_)
        if not self.groups:
            return np.zeros(0, dtype=np.int64), taken
        best, spare = self._best, self._spare
        flat, start, unit = best.reshape(-1), np.arange(self.groups) * best.shape[2], np.arange(spare, best.shape[2])
        for i, having in enumerate(self._having.tolist()):
            entry = self._before[i, :having] * (self.groups * best.shape[2]) + start[:having] - self._units[i, :having]
            after = flat[entry[:, None] + unit]
            after += cost[self.cell[i, :having], None]
            np.minimum(best[i, :having, spare:], after, out=best[i + 1, :having, spare:])
        units, last = self._room.copy(), self._size.copy()
        total = best[last, np.arange(self.groups), spare + units]
        while True:
            open_ = np.flatnonzero(last > 0)
            if not len(open_):
                break
            step, left = last[open_] - 1, spare + units[open_]
            took = best[step + 1, open_, left] < best[step, open_, left]
            groups = open_[took]
            taken[self.cell[step[took], groups]] = True
            units[groups] -= self._units[step[took], groups]
            last[open_] = step
            last[groups] = self._before[step[took], groups]
        return total, taken


def _in_units(minutes: Ints, limit: int) -> tuple[Ints, int]:
    """Return lengths and limit in units of time; all 0 where the limit cannot bind."""
    if int(minutes.sum()) <= limit:
        return np.zeros_like(minutes), 0
    unit = int(np.gcd.reduce(minutes))
    if limit // unit > _MOST_UNITS:
        unit = -(-limit // _MOST_UNITS)
    return minutes // unit, limit // unit
