"""Zero-half cuts: rows that are added and halved, found by eliminating columns modulo 2."""

import numpy as np
from numpy.typing import NDArray

from scheduling.pairing.highs import Floats
from scheduling.pairing.problem import Ints
from scheduling.pairing.rows import Rows

_NOTHING = 1e-6
_LONGEST = 16
"""So many rows are put together at most, beside those that make up for whole columns."""
_MOST = 120
"""So many sums are found at most, the lightest."""
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
        """Return sets of rows that make broken cuts, the most broken of them where there are many."""
        share, slack, odd = self._share, self._slack, self._odd
        bits, wide = self._packed()
        words, members = bits.view(np.uint64), bits[:, wide:]
        length, tight = np.ones(self._count, dtype=np.int64), slack < _NOTHING
        weight = np.bincount(self._row, share[self._column], minlength=self._count) + slack
        alone = np.flatnonzero(odd & (weight < 1 - _LEAST))
        found, weights = [members[alone]], [weight[alone]]
        for column in np.argsort(-share, kind="stable").tolist():
            having = (bits[:, column // 8] & (128 >> column % 8)).nonzero()[0]
            pivots = having[tight[having]]
            if not len(pivots):
                continue
            pivot = pivots[length[pivots].argmin()]
            others = having[having != pivot]
            sums = words[others] ^ words[pivot]
            parts = sums.view(np.uint8)
            length[others] = np.bitwise_count(parts[:, wide:]).sum(axis=1)
            odd[others] ^= odd[pivot]
            short = length[others] <= _LONGEST
            parts[~short, :wide] = 0  # no more of these
            words[others], bits[pivot, :wide] = sums, 0
            new = (odd[others] & short).nonzero()[0]
            weight = np.unpackbits(parts[new, :wide], axis=1, count=len(share)) @ share + slack[others[new]]
            light = weight < 1 - _LEAST
            found.append(parts[new[light], wide:])
            weights.append(weight[light])
        return self._even(_lightest(np.concatenate(found), np.concatenate(weights)))

    def _packed(self) -> tuple[NDArray[np.uint8], int]:
        """Return for each row a bit for each of its columns, then one for each row of the sum that it stands for.

        Returns
        -------
        bits : uint8 array [rows, bytes]
            As wide as whole words.
        wide : int
            How many bytes the columns take.
        """
        wide, number = -(-len(self._share) // 8), np.arange(self._count)
        bits = np.zeros((self._count, 8 * -(-(wide + self._count // 8 + 1) // 8)), dtype=np.uint8)
        table = np.zeros((self._count, len(self._share)), dtype=np.bool_)
        table[self._row, self._column] = True
        bits[:, :wide] = np.packbits(table, axis=1)
        bits[number, wide + number // 8] = 128 >> number % 8
        return bits, wide

    def _even(self, sums: NDArray[np.uint8]) -> list[Ints]:
        """Return the rows of sums, with those that make the sums of the columns at 1 even."""
        every = np.zeros((len(sums), self._all), dtype=np.bool_)
        every[:, self._rows] = np.unpackbits(sums, axis=1, count=self._count)
        if len(self._one):
            ones, first = np.unique(self._one, return_index=True)
            odd = np.bitwise_xor.reduceat(every[:, self._row_of_one], first, axis=1)
            filled = self._fills[ones] >= 0
            every[:, self._fills[ones[filled]]] ^= odd[:, filled]
        return [np.flatnonzero(each) for each in every]


def _lightest(sums: NDArray[np.uint8], weights: Floats) -> NDArray[np.uint8]:
    """Return the lightest of some sums, each once."""
    _, first = np.unique(sums, axis=0, return_index=True)
    return sums[first[np.argsort(weights[first], kind="stable")][:_MOST]]
