"""Zero-half cuts: rows that are added and halved, found by eliminating columns modulo 2."""

import numpy as np

from scheduling.pairing.highs import Floats
from scheduling.pairing.problem import Ints
from scheduling.pairing.rows import Rows

_NOTHING = 1e-6
_LONGEST = 16
"""So many rows are put together at most, beside those that make up for whole columns."""
_LARGE = 1 << 27
"""Nothing is looked for where the tables of rows would be larger, in bytes."""
_LEAST = 0.02
"""What a cut must be broken by, before it is halved."""


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
    together: the weight of the sum. Columns are made even one after the other, those of the largest value first: a row
    that is used up and has the column is put to all others that have it (Koster, Zymolka & Kutschka, Algorithms to
    separate {0, 1/2}-Chvatal-Gomory cuts, 2009). Each sum on the way that is odd and light enough is found. A column
    at 1 whose sum is odd is made even by a row of limit 1, which it fills alone.
    """
    system = _System(rows, values)
    return system.search() if 0 < system.size <= _LARGE else []


class _System:
    """The rows modulo 2, over the columns that are fractions.

    Attributes
    ----------
    size : int
        How many bytes the search takes.
    """

    def __init__(self, rows: Rows, values: Floats) -> None:
        used = np.flatnonzero(values > _NOTHING)
        share = values[used]
        first, row, value = rows.entries(used)
        place = np.repeat(np.arange(len(used)), np.diff(first))
        slack = np.maximum(rows.upper - np.bincount(row, value * share[place], minlength=rows.count), 0)
        whole = share > 1 - _NOTHING
        odd = value % 2 == 1
        at_one, broken = odd & whole[place], odd & ~whole[place]
        near = np.zeros(rows.count, dtype=np.bool_)
        near[row[broken]] = True
        near &= slack < 1 - _LEAST
        self._rows = np.flatnonzero(near)
        self._count, self._all = len(self._rows), rows.count
        self._odd = ((rows.upper + np.bincount(row[at_one], minlength=rows.count)) % 2 == 1)[self._rows]
        self._slack = slack[self._rows].astype(np.float32)
        self._share = share[~whole].astype(np.float32)
        self.size = self._count * (len(self._share) + self._count // 8)
        kept = broken & near[row]
        self._row, self._column = (np.cumsum(near) - 1)[row[kept]], (np.cumsum(~whole) - 1)[place[kept]]
        # Which rows the columns at 1 are in, and the row that makes up for each.
        self._row_of_one, self._one = row[at_one], place[at_one]
        filled = at_one & (rows.upper[row] == 1) & (value == 1)
        self._fills = np.full(len(used), -1, dtype=np.int64)
        self._fills[place[filled]] = row[filled]

    def search(self) -> list[Ints]:
        """Return sets of rows that make broken cuts."""
        share, slack, odd = self._share, self._slack, self._odd
        table = np.zeros((self._count, len(share)), dtype=np.bool_)
        table[self._row, self._column] = True
        number = np.arange(self._count)
        members = np.zeros((self._count, self._count // 8 + 1), dtype=np.uint8)  # a bit for each row of the sum
        members[number, number // 8] = 128 >> number % 8
        length, tight = np.ones(self._count, dtype=np.int64), slack < _NOTHING
        alone = np.bincount(self._row, share[self._column], minlength=self._count) + slack
        found = [members[odd & (alone < 1 - _LEAST)]]
        for column in np.argsort(-share, kind="stable").tolist():
            having = table[:, column].nonzero()[0]
            pivots = having[tight[having]]
            if not len(pivots):
                continue
            pivot = pivots[length[pivots].argmin()]
            others = having[having != pivot]
            sums, parities = members[others] ^ members[pivot], table[others] ^ table[pivot]
            length[others] = np.bitwise_count(sums).sum(axis=1)
            parities[length[others] > _LONGEST] = False  # no more of these
            table[others], members[others], table[pivot] = parities, sums, False
            odd[others] ^= odd[pivot]
            light = odd[others] & (parities @ share + slack[others] < 1 - _LEAST)
            found.append(sums[light & (length[others] <= _LONGEST)])
        every = np.unpackbits(np.unique(np.concatenate(found), axis=0), axis=1, count=self._count)
        return [self._even(self._rows[np.flatnonzero(each)]) for each in every]

    def _even(self, rows: Ints) -> Ints:
        """Return rows, with those that make the sums of the columns at 1 even."""
        times = np.zeros(self._all, dtype=np.int64)
        times[rows] = 1
        odd = np.bincount(self._one[times[self._row_of_one] > 0], minlength=len(self._fills)) % 2 == 1
        makes_even = self._fills[odd]
        np.add.at(times, makes_even[makes_even >= 0], 1)
        return np.flatnonzero(times % 2)
