"""Zero-half cuts: rows that are added and halved, found by eliminating columns modulo 2."""

import numpy as np
from numpy.typing import NDArray

from scheduling.pairing.highs import Floats
from scheduling.pairing.problem import Ints
from scheduling.pairing.rows import Rows

Shares = NDArray[np.float32]

_NOTHING = 1e-6
_LONGEST = 16
"""So many rows are put together at most, beside those that make up for whole columns."""
_MOST = 120
"""So many sums are found at most, the lightest."""
_AT_ONCE = 1 << 21
"""Sums are weighed when their numbers take so many bytes."""
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


class _Sums:
    """The light ones of the odd sums that were met.

    Parameters
    ----------
    share : float array [columns]
        Values of the columns.
    slack : float array [rows]
        What is left of the row of a sum that is not used up; the others of a sum leave nothing.
    wide, deep : int
        Bytes of a sum's number for its columns and for its rows; the bit above tells that it is odd.
    """

    def __init__(self, share: Shares, slack: Shares, wide: int, deep: int) -> None:
        self._share, self._slack, self._wide, self._size = share, slack, wide, wide + deep
        self._odd, self._all = 1 << 8 * self._size, (1 << 8 * self._size) - 1
        self._met: list[int] = []
        self._row: list[int] = []
        self._found = [np.zeros((0, deep), dtype=np.uint8)]
        self._weight = [np.zeros(0, dtype=np.float32)]

    def note(self, numbers: list[int], rows: list[int]) -> None:
        """Look at the sums that some rows stand for now."""
        odd = self._odd
        for row in rows:
            if numbers[row] & odd:
                self._met.append(numbers[row])
                self._row.append(row)
        if len(self._met) * self._size > _AT_ONCE:
            self._sift()

    def found(self) -> tuple[NDArray[np.uint8], Shares]:
        """Return the rows of the light sums, a bit for each, and the weights."""
        self._sift()
        return np.concatenate(self._found), np.concatenate(self._weight)

    def _sift(self) -> None:
        number = b"".join((each & self._all).to_bytes(self._size) for each in self._met)
        parts = np.frombuffer(number, dtype=np.uint8).reshape(len(self._met), self._size)
        inside = np.unpackbits(parts[:, : self._wide], axis=1, count=len(self._share))
        weight = inside @ self._share + self._slack[self._row]
        light = weight < 1 - _LEAST
        self._found.append(parts[light, self._wide :])
        self._weight.append(weight[light])
        self._met, self._row = [], []


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
        self._wide, self._deep = -(-len(self._share) // 8), -(-self._count // 8)
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
        count, deep, wide = self._count, 8 * self._deep, 8 * self._wide
        numbers, having = self._packed()
        columns, members = ((1 << wide) - 1) << deep, (1 << deep) - 1
        length, usable = [1] * count, (self._slack < _NOTHING).tolist()
        sums = _Sums(self._share, self._slack, self._wide, self._deep)
        sums.note(numbers, list(range(count)))
        for column in np.argsort(-self._share, kind="stable").tolist():
            rows, marks = _ones(having[column], count), having[column]
            pivots = [row for row in rows if usable[row]]
            if not pivots:
                continue
            pivot = min(pivots, key=length.__getitem__)
            number, short = numbers[pivot], []
            for each in _ones((number & columns) >> deep, wide):
                having[each] ^= marks
            numbers[pivot] = number & ~columns
            for row in rows:
                if row == pivot:
                    continue
                summed = numbers[row] ^ number
                length[row] = (summed & members).bit_count()
                if length[row] <= _LONGEST:
                    short.append(row)
                else:  # no more of these
                    for each in _ones((summed & columns) >> deep, wide):
                        having[each] ^= 1 << count - 1 - row
                    summed &= ~columns
                numbers[row] = summed
            sums.note(numbers, short)
        return self._even(_lightest(*sums.found()))

    def _packed(self) -> tuple[list[int], list[int]]:
        """Return a number for each row and one for each column.

        Returns
        -------
        numbers : list of int
            From the top a bit that tells whether the limit is odd, one for each column, one for each row of the sum
            that the row stands for.
        having : list of int
            A bit for each row that has the column.
        """
        table = np.zeros((self._count, 8 * self._wide), dtype=np.bool_)
        table[self._row, self._column] = True
        own = np.zeros((self._count, 8 * self._deep), dtype=np.bool_)
        np.fill_diagonal(own, True)
        top = self._odd[:, None].astype(np.uint8)
        bits = np.concatenate([top, np.packbits(table, axis=1), np.packbits(own, axis=1)], axis=1)
        of_columns = np.packbits(table.T[: len(self._share)], axis=1)
        spare = 8 * of_columns.shape[1] - self._count
        return (
            [int.from_bytes(row.tobytes()) for row in bits],
            [int.from_bytes(column.tobytes()) >> spare for column in of_columns],
        )

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


def _ones(number: int, size: int) -> list[int]:
    """Return which bits of a number are set, counted from the top of so many."""
    found, digits = [], f"{number:0{size}b}"
    place = digits.find("1")
    while place >= 0:
        found.append(place)
        place = digits.find("1", place + 1)
    return found


def _lightest(sums: NDArray[np.uint8], weights: Shares) -> NDArray[np.uint8]:
    """Return the lightest of some sums, each once."""
    _, first = np.unique(sums, axis=0, return_index=True)
    return sums[first[np.argsort(weights[first], kind="stable")][:_MOST]]
