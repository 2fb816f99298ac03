"""Zero-half cuts: rows that are added and halved, found by a greedy search from many rows at once."""

import numpy as np
from numpy.typing import NDArray

from scheduling.pairing.grouping import gather, turned
from scheduling.pairing.highs import Floats
from scheduling.pairing.problem import Ints
from scheduling.pairing.rows import Rows

Singles = NDArray[np.float32]

_NOTHING = 1e-6
_STEPS = 10
"""So many rows are put together at most, beside those that make up for whole columns."""
_LARGE = 1 << 21
"""Where the rows are many, fewer are tried as the first: so many numbers at most are in the table of changes."""
_LEAST = 0.02
"""What a cut must be broken by, before it is halved."""
_FEWER = 0.8


def half_sums(rows: Rows, values: Floats) -> list[Ints]:
    """Return sets of rows whose sum, halved and rounded down, the present values break.

    Parameters
    ----------
    rows : Rows
    values : float array [columns]
        Of the relaxation.

    Notes
    -----
    Let rows with an odd sum of limits ``b`` be added, and ``a_j`` be the sum of the entries of a column. Every whole
    solution keeps ``sum floor(a_j / 2) x_j <= (b - 1) / 2`` (Caprara & Fischetti, {0, 1/2}-Chvatal-Gomory cuts, 1996).
    Values break that if what they leave of the rows and the values of the columns with odd ``a_j`` are less than 1
    together. Each row is tried as the first; then the row comes in with which this weight is the smallest, and so on;
    whatever is broken on the way, or would be with one row more, is found. A column at 1 whose sum is odd is made even
    by a row of limit 1, which it fills alone.
    """
    system = _System(rows, values)
    return system.search() if system.count > system.evens else []


class _System:
    """The rows modulo 2, over the columns that are fractions.

    Attributes
    ----------
    count, evens : int
        How many rows there are; those with an even limit stand first.
    share : float array [columns]
        Values of the columns.
    odd : bool array [rows]
    """

    def __init__(self, rows: Rows, values: Floats) -> None:
        used = np.flatnonzero(values > _NOTHING)
        share = values[used]
        first, row, value = rows.entries(used)
        place = np.repeat(np.arange(len(used)), np.diff(first))
        self._slack = np.maximum(rows.upper - np.bincount(row, value * share[place], minlength=rows.count), 0)
        whole = share > 1 - _NOTHING
        odd = value % 2 == 1
        at_one, broken = odd & whole[place], odd & ~whole[place]
        near = np.zeros(rows.count, dtype=np.bool_)
        near[row[broken]] = True
        near &= self._slack < 1 - _LEAST
        odd_limit = (rows.upper + np.bincount(row[at_one], minlength=rows.count)) % 2 == 1
        self._rows = np.concatenate([np.flatnonzero(near & ~odd_limit), np.flatnonzero(near & odd_limit)])
        self.count, self.evens = len(self._rows), int(np.count_nonzero(near & ~odd_limit))
        self.odd = odd_limit[self._rows]
        self.share = share[~whole].astype(np.float32)
        self._all = rows.count
        # Which rows the columns at 1 are in, and the row that makes up for each.
        self._row_of_one, self._one = row[at_one], place[at_one]
        filled = at_one & (rows.upper[row] == 1) & (value == 1)
        self._fills = np.full(len(used), -1, dtype=np.int64)
        self._fills[place[filled]] = row[filled]
        kept = broken & near[row]
        self._turn(row[kept], (np.cumsum(~whole) - 1)[place[kept]])

    def _turn(self, row: Ints, column: Ints) -> None:
        """Note the columns of each row, and row by row each pair of a column and a row that has it too."""
        number = np.zeros(self._all, dtype=np.int64)
        number[self._rows] = np.arange(self.count)
        row = number[row]
        begin = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=len(self.share)))]).astype(np.int64)
        self._first, self._column, _ = turned(begin, row, self.count)
        first, entry = gather(begin, self._column)
        self._pair_first = first[self._first]
        self._pair_column, self._pair_row = np.repeat(self._column, np.diff(first)), row[entry]

    def columns(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the columns of some rows, each with the place of its row among these."""
        first, entry = gather(self._first, rows)
        return np.repeat(np.arange(len(rows)), np.diff(first)), self._column[entry]

    def pairs(self, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the columns of some rows and the rows of these, each with the place of its row among the given."""
        first, entry = gather(self._pair_first, rows)
        return np.repeat(np.arange(len(rows)), np.diff(first)), self._pair_column[entry], self._pair_row[entry]

    def weights(self) -> Floats:
        """Return what each row would weigh alone."""
        place, column = self.columns(np.arange(self.count))
        alone = np.bincount(place, self.share[column], minlength=self.count) + self._slack[self._rows]
        return np.asarray(alone, dtype=np.float64)

    def search(self) -> list[Ints]:
        """Return sets of rows that make broken cuts."""
        alone = self.weights()
        start = np.sort(np.argsort(alone, kind="stable")[: max(_LARGE // self.count, 1)])
        sums = _Sums(self, alone, len(start))
        found: dict[bytes, Ints] = {}
        for _ in range(min(_STEPS, self.count)):
            sums.grow(start)
            ending, start = sums.next()
            for rows in sums.broken(ending):
                found[rows.tobytes()] = rows
        return [self._even(self._rows[rows]) for rows in found.values()]

    def _even(self, rows: Ints) -> Ints:
        """Return rows, with those that make the sums of the columns at 1 even."""
        times = np.zeros(self._all, dtype=np.int64)
        times[rows] = 1
        odd = np.bincount(self._one[times[self._row_of_one] > 0], minlength=len(self._fills)) % 2 == 1
        makes_even = self._fills[odd]
        np.add.at(times, makes_even[makes_even >= 0], 1)
        return np.flatnonzero(times % 2)


class _Sums:
    """Sets of rows that grow side by side.

    Parameters
    ----------
    system : _System
    alone : float array [rows]
        What each row would weigh alone.
    count : int
        How many sets there are; they begin empty.
    """

    def __init__(self, system: _System, alone: Floats, count: int) -> None:
        self._system = system
        self._change: Singles = np.tile(alone.astype(np.float32), (count, 1))
        self._sign = np.ones((count, len(system.share)), dtype=np.float32)  # of columns: -1 where their sum is odd
        self._member = np.zeros((count, system.count), dtype=np.bool_)
        self._weight, self._odd = np.zeros(count), np.zeros(count, dtype=np.bool_)
        self._mark = np.zeros(count, dtype=np.int64)
        self._marks = np.random.default_rng(0).integers(1, 1 << 60, system.count)

    def grow(self, rows: Ints) -> None:
        """Put one more row into each set, and leave out sets that are the same now."""
        system, sets = self._system, np.arange(len(rows))
        self._weight += self._change[sets, rows]
        self._odd ^= system.odd[rows]
        self._mark ^= self._marks[rows]
        self._member[sets, rows] = True
        place, column, other = system.pairs(rows)
        np.add.at(self._change, (place, other), -2 * system.share[column] * self._sign[place, column])
        self._sign[system.columns(rows)] *= -1
        self._change[sets, rows] = np.inf
        kept = np.sort(np.unique(self._mark, return_index=True)[1])
        if len(kept) < _FEWER * len(sets):
            self._change, self._sign, self._member = self._change[kept], self._sign[kept], self._member[kept]
            self._weight, self._odd, self._mark = self._weight[kept], self._odd[kept], self._mark[kept]

    def next(self) -> tuple[Ints, Ints]:
        """Return the row that makes the sum of each set lightest and odd, and the one that makes it lightest."""
        evens, sets = self._system.evens, np.arange(len(self._weight))
        odd = self._change[:, evens:].argmin(axis=1) + evens
        even = self._change[:, :evens].argmin(axis=1) if evens else odd
        best = np.where(self._change[sets, even] < self._change[sets, odd], even, odd)
        return np.where(self._odd, even, odd), best

    def broken(self, ending: Ints) -> list[Ints]:
        """Return the sets, and the sets with one row more, that are odd and light enough to be broken."""
        after = self._weight + self._change[np.arange(len(ending)), ending]
        alone = np.flatnonzero(self._odd & (self._weight < 1 - _LEAST))
        longer = np.flatnonzero((after < 1 - _LEAST) & (self._odd != self._system.odd[ending]))
        found = [np.flatnonzero(self._member[each]) for each in alone.tolist()]
        for each in longer.tolist():
            self._member[each, ending[each]] = True
            found.append(np.flatnonzero(self._member[each]))
            self._member[each, ending[each]] = False
        return found
