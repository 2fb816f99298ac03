"""Rows stored row by row."""

from collections.abc import Sequence

import numpy as np

from scheduling.pairing.grouping import gather, turned
from scheduling.pairing.problem import Ints
from scheduling.pairing.rows import Cut, Rows


class ByRow:
    """The entries of a growing set of rows, row by row.

    Parameters
    ----------
    rows : Rows
    """

    def __init__(self, rows: Rows) -> None:
        self._first, self._column, order = turned(rows.first, rows.row, rows.count)
        self._value = rows.value[order]

    def add(self, cuts: Sequence[Cut]) -> None:
        """Note rows that were put behind the others."""
        size = [len(cut.columns) for cut in cuts]
        self._first = np.concatenate([self._first, self._first[-1] + np.cumsum(size)])
        self._column = np.concatenate([self._column, *(cut.columns for cut in cuts)])
        self._value = np.concatenate([self._value, *(cut.values for cut in cuts)])

    def entries(self, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """Return first, column and value of the entries of some rows."""
        first, entry = gather(self._first, rows)
        return first, self._column[entry], self._value[entry]
