"""Patterns: all that one volunteer does in a week, as a set of columns that keeps every rule of the volunteer."""

import itertools
from dataclasses import dataclass

import numpy as np

from scheduling.pairing.columns import Columns
from scheduling.pairing.grouping import best_of_each, gather
from scheduling.pairing.problem import NO_LIMIT, NO_START, Bools, Ints, Problem

_AT_ONCE = 1 << 17
_BRANCHES = 3
"""Where few patterns are wanted, so many times as many next columns are tried for each."""


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

    def beside(self, other: "Patterns") -> "Patterns":
        """Return these patterns and others behind them."""
        return Patterns(
            np.concatenate([self.volunteer, other.volunteer]),
            np.concatenate([self.first, self.first[-1] + other.first[1:]]),
            np.concatenate([self.column, other.column]),
            np.concatenate([self.worth, other.worth]),
        )

    def columns_of(self, some: Ints) -> Ints:
        """Return the columns of some patterns, ascending."""
        return np.sort(self.of(some).column)


class Known:
    """Tells patterns that were seen before from new ones.

    Parameters
    ----------
    columns : int
        How many columns there are.
    """

    def __init__(self, columns: int) -> None:
        self._base = columns + 1
        self._packed = int(62 / np.log2(max(self._base, 2)))
        self._small = np.zeros(0, dtype=np.int64)
        self._large: set[bytes] = set()

    def add(self, new: Patterns) -> Ints:
        """Note patterns, which are all different; return which of them were not noted before, ascending."""
        size = np.diff(new.first)
        small = np.flatnonzero(size <= self._packed)
        # So few columns are one number: the digits are the columns, ascending.
        digits = np.full((len(small), self._packed), -1, dtype=np.int64)
        for place in range(self._packed):
            longer = size[small] > place
            digits[longer, place] = new.column[new.first[small[longer]] + place]
        digits.sort(axis=1)
        number = (digits + 1) @ self._base ** np.arange(self._packed)[::-1]
        fresh = ~np.isin(number, self._small)
        self._small = np.concatenate([self._small, number[fresh]])
        found = [small[fresh]]
        for pattern in np.flatnonzero(size > self._packed).tolist():
            mark = np.sort(new.column[new.first[pattern] : new.first[pattern + 1]]).tobytes()
            if mark not in self._large:
                self._large.add(mark)
                found.append(np.array([pattern]))
        return np.sort(np.concatenate(found))


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
        order = self._ordered(worth, least)
        members = np.flatnonzero(order.leads)[:, None]
        total = order.worth[members[:, 0]]
        found: list[tuple[Ints, Ints]] = []
        number = 0
        while len(members):
            enough, growing = self._sifted(order, members, total)
            number += len(enough)
            if number > most:
                raise TooManyError
            found.append((members[enough], total[enough]))
            members, total = self._grown(order, members[growing], total[growing], most)
        return self._joined(order, found)

    def best(self, worth: Ints, least: Ints, few: int) -> Patterns:
        """Find a few good patterns of each volunteer that are worth at least so much: quickly, but not all there are.

        Parameters
        ----------
        worth : int64 array [columns]
        least : int64 array [volunteers]
        few : int
            How many of each size and volunteer are found, and grow.
        """
        order = self._ordered(worth, least)
        rank = np.arange(len(order.column)) - np.searchsorted(order.volunteer, order.volunteer)
        members = np.flatnonzero(order.leads & (rank < _BRANCHES * few))[:, None]
        total = order.worth[members[:, 0]]
        found: list[tuple[Ints, Ints]] = []
        while len(members):
            enough, growing = self._sifted(order, members, total)
            enough = enough[best_of_each(order.volunteer[members[enough, 0]], total[enough], few)]
            found.append((members[enough], total[enough]))
            if members.shape[1] > 1:
                growing = growing[best_of_each(order.volunteer[members[growing, 0]], total[growing], few)]
            members, total = self._grown(order, members[growing], total[growing], None, _BRANCHES * few)
        return self._joined(order, found)

    def _ordered(self, worth: Ints, least: Ints) -> "_Order":
        """Return the columns that can stand in a pattern worth ``least``."""
        room = self._most - 1
        top = np.full(len(least), np.iinfo(np.int64).min // 4)
        np.maximum.at(top, self.volunteer, worth)
        useful = worth + (room * np.maximum(top, 0))[self.volunteer] >= least[self.volunteer]
        useful &= self._most[self.volunteer] > 0
        column = np.flatnonzero(useful)
        column = column[np.lexsort((column, -worth[column], self.volunteer[column]))]
        volunteer = self.volunteer[column]
        end = np.searchsorted(volunteer, volunteer, side="right")
        gain = worth[column]
        leads = gain + room[volunteer] * np.maximum(gain, 0) >= least[volunteer]
        return _Order(column, volunteer, gain, end, leads, least)

    def _sifted(self, order: "_Order", members: Ints, total: Ints) -> tuple[Ints, Ints]:
        """Return which patterns are worth enough, and which may grow."""
        owner = order.volunteer[members[:, 0]]
        return np.flatnonzero(total >= order.least[owner]), np.flatnonzero(self._most[owner] > members.shape[1])

    def _grown(
        self, order: "_Order", members: Ints, total: Ints, most: int | None, branches: int | None = None
    ) -> tuple[Ints, Ints]:
        """Return the patterns with one column more, and what they are worth.

        Parameters
        ----------
        order : _Order
        members : int64 array [patterns, size]
            Places in ``order``.
        total : int64 array [patterns]
        most : int or None
            Four times as many patterns are too many.
        branches : int, optional
            So many of the next columns are tried; all if not given.
        """
        size = members.shape[1]
        last = members[:, -1]
        more = self._most[order.volunteer[last]] - size - 1
        needed = order.least[order.volunteer[last]] - total
        steps = _hopeful(order.worth, last + 1, order.end[last], more, needed) - last - 1
        if branches is not None:
            steps = np.minimum(steps, branches)
        kept_members, kept_total = [np.zeros((0, size + 1), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        number = 0
        for low, high in _blocks(steps):
            old = np.repeat(np.arange(low, high), steps[low:high])
            before = np.cumsum(steps[low:high]) - steps[low:high]
            new = np.arange(len(old)) - np.repeat(before, steps[low:high]) + last[old] + 1
            agree = self._agree(order.column, members[old], new)
            old, new = old[agree], new[agree]
            number += len(old)
            if most is not None and number > 4 * most:
                raise TooManyError
            kept_members.append(np.column_stack([members[old], new]))
            kept_total.append(total[old] + order.worth[new])
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

    def _joined(self, order: "_Order", found: list[tuple[Ints, Ints]]) -> Patterns:
        if not found:
            nothing = np.zeros(0, dtype=np.int64)
            return Patterns(nothing, np.zeros(1, dtype=np.int64), nothing, nothing)
        size = np.concatenate([np.full(len(members), members.shape[1]) for members, _ in found])
        first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        column = order.column[np.concatenate([members.ravel() for members, _ in found])]
        worth = np.concatenate([total for _, total in found])
        return Patterns(self.volunteer[column[first[:-1]]], first, column, worth)


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    """The columns of which patterns are made, each volunteer's in descending order of worth.

    Attributes
    ----------
    column, volunteer, worth : int64 arrays [places]
    end : int64 array [places]
        Where the columns of the same volunteer end.
    leads : bool array [places]
        Which can be the best column of a pattern that is worth ``least``.
    least : int64 array [volunteers]
        What a pattern must be worth.
    """

    column: Ints
    volunteer: Ints
    worth: Ints
    end: Ints
    leads: Bools
    least: Ints


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
