"""Patterns: all that one volunteer does in a week, as a set of columns that keeps every rule of the volunteer."""

import itertools
from dataclasses import dataclass

import numpy as np

from scheduling.pairing.columns import Columns
from scheduling.pairing.grouping import gather
from scheduling.pairing.problem import NO_LIMIT, NO_START, Bools, Ints, Problem

_AT_ONCE = 1 << 17


class TooManyError(Exception):
    """There are more patterns than one may list."""


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Sets of columns, each of one volunteer.

    Attributes
    ----------
    volunteer : int64 array [patterns]
    first : int64 array [patterns + 1]
        The columns of pattern ``i`` are ``column[first[i] : first[i + 1]]``; every pattern has at least one.
    column : int64 array
    worth : int64 array [patterns]
        Sums of what the columns were worth when the patterns were listed.
    """

    volunteer: Ints
    first: Ints
    column: Ints
    worth: Ints

    @property
    def count(self) -> int:
        """Number of patterns."""
        return len(self.volunteer)

    def of(self, some: Ints) -> "Patterns":
        """Return some of the patterns."""
        first, entry = gather(self.first, some)
        return Patterns(self.volunteer[some], first, self.column[entry], self.worth[some])

    def columns_of(self, some: Ints) -> Ints:
        """Return the columns of some patterns, ascending."""
        return np.sort(self.of(some).column)


class Lister:
    """Lists the patterns that are worth enough.

    Parameters
    ----------
    problem : Problem
    columns : Columns
    """

    def __init__(self, problem: Problem, columns: Columns) -> None:
        candidate = columns.candidate
        self._child, self.volunteer = problem.child[candidate], problem.volunteer[candidate]
        self._load = problem.load[candidate]
        timed = columns.start != NO_START
        self._start = columns.start
        self._end = np.where(timed, columns.start + problem.session[self._child], columns.start)
        self._limit = np.where(problem.max_load == NO_LIMIT, np.iinfo(np.int64).max, problem.max_load)
        self._most = problem.max_children

    def listed(self, worth: Ints, least: Ints, most: int) -> Patterns:
        """List every pattern whose columns are worth at least so much together.

        Parameters
        ----------
        worth : int64 array [columns]
        least : int64 array [volunteers]
        most : int
            How many patterns may be listed.

        Raises
        ------
        TooManyError
            If there are more.

        Notes
        -----
        Columns of a volunteer stand in descending order of worth, and a pattern grows by columns behind its last. So
        the next column bounds what all later ones add, and a pattern that cannot reach ``least`` is given up.
        """
        room = self._most - 1
        limit = least[self.volunteer]
        top = np.full(len(least), np.iinfo(np.int64).min // 4)
        np.maximum.at(top, self.volunteer, worth)
        useful = worth + (room * np.maximum(top, 0))[self.volunteer] >= limit
        useful &= self._most[self.volunteer] > 0
        order = np.flatnonzero(useful)
        order = order[np.lexsort((order, -worth[order], self.volunteer[order]))]
        whose = self.volunteer[order]
        end = np.searchsorted(whose, whose, side="right")
        gain = worth[order]
        lead = gain + room[whose] * np.maximum(gain, 0) >= least[whose]
        members = np.flatnonzero(lead)[:, None]
        found: list[tuple[Ints, Ints]] = []
        total = gain[members[:, 0]]
        number = 0
        while len(members):
            owner = whose[members[:, 0]]
            enough = np.flatnonzero(total >= least[owner])
            number += len(enough)
            if number > most:
                raise TooManyError
            found.append((members[enough], total[enough]))
            grow = np.flatnonzero(self._most[owner] > members.shape[1])
            members, total = self._grown(order, gain, end, least, members[grow], total[grow], most)
        return self._joined(order, found)

    def _grown(
        self, order: Ints, gain: Ints, end: Ints, least: Ints, members: Ints, total: Ints, most: int
    ) -> tuple[Ints, Ints]:
        """Return the patterns with one column more, as places in ``order``, and what they are worth."""
        size = members.shape[1]
        last = members[:, -1]
        more = self._most[self.volunteer[order[last]]] - size - 1
        needed = least[self.volunteer[order[last]]] - total
        steps = _hopeful(gain, last + 1, end[last], more, needed) - last - 1
        kept_members, kept_total = [np.zeros((0, size + 1), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        number = 0
        for low, high in _blocks(steps):
            old = np.repeat(np.arange(low, high), steps[low:high])
            before = np.cumsum(steps[low:high]) - steps[low:high]
            new = np.arange(len(old)) - np.repeat(before, steps[low:high]) + last[old] + 1
            agree = self._agree(order, members[old], new)
            old, new = old[agree], new[agree]
            number += len(old)
            if number > 4 * most:
                raise TooManyError
            kept_members.append(np.column_stack([members[old], new]))
            kept_total.append(total[old] + gain[new])
        return np.concatenate(kept_members), np.concatenate(kept_total)

    def _agree(self, order: Ints, members: Ints, new: Ints) -> Bools:
        """Tell of patterns and one new column each whether they stand together."""
        column = order[new]
        load = self._load[column]
        fine = np.ones(len(new), dtype=np.bool_)
        for step in range(members.shape[1]):
            old = order[members[:, step]]
            load = load + self._load[old]
            fine &= self._child[old] != self._child[column]
            fine &= (self._start[old] >= self._end[column]) | (self._start[column] >= self._end[old])
        fine &= load <= self._limit[self.volunteer[column]]
        return fine

    def _joined(self, order: Ints, found: list[tuple[Ints, Ints]]) -> Patterns:
        if not found:
            nothing = np.zeros(0, dtype=np.int64)
            return Patterns(nothing, np.zeros(1, dtype=np.int64), nothing, nothing)
        size = np.concatenate([np.full(len(members), members.shape[1]) for members, _ in found])
        first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        column = order[np.concatenate([members.ravel() for members, _ in found])]
        worth = np.concatenate([total for _, total in found])
        return Patterns(self.volunteer[column[first[:-1]]], first, column, worth)


def _hopeful(gain: Ints, low: Ints, high: Ints, more: Ints, needed: Ints) -> Ints:
    """Return, by halving, where between ``low`` and ``high`` the columns end that can still bring what is needed.

    ``gain`` falls from ``low`` to ``high``; a column brings its own gain, and ``more`` columns behind it bring as much
    each at most.
    """
    low, high = low.copy(), high.copy()
    open_ = np.flatnonzero(low < high)
    while len(open_):
        middle = (low[open_] + high[open_]) // 2
        enough = gain[middle] + more[open_] * np.maximum(gain[middle], 0) >= needed[open_]
        low[open_] = np.where(enough, middle + 1, low[open_])
        high[open_] = np.where(enough, high[open_], middle)
        open_ = open_[low[open_] < high[open_]]
    return low


def _blocks(steps: Ints) -> list[tuple[int, int]]:
    """Cut a range so that no part takes many steps."""
    edges = np.searchsorted(np.cumsum(steps), np.arange(_AT_ONCE, int(steps.sum()), _AT_ONCE), side="right")
    cut = [0, *np.unique(edges).tolist(), len(steps)]
    return [(low, high) for low, high in itertools.pairwise(cut) if low < high]
