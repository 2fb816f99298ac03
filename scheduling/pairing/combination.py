"""Rows added with multipliers and rounded: how a cut is made, to be written for any column."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.pairing.by_row import ByRow
from scheduling.pairing.problem import Ints
from scheduling.pairing.rows import Cut, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Combination:
    """Rows with whole multipliers in parts of ``divisor``, and the multipliers of their slacks in the cut.

    Attributes
    ----------
    rows, times, slack : int64 arrays
    divisor, rest : int
        ``rest`` is what the right side leaves when divided.
    limit : int
        Right side of the cut.

    Notes
    -----
    The coefficient of a column is a function of its entries in the rows that is superadditive and never falls: the one
    of a sum of columns is at least the sum of theirs, and a larger entry never makes it smaller (Nemhauser & Wolsey,
    Integer and Combinatorial Optimization, II.1.4). That holds through cuts of cuts, and for what is left when all are
    divided by a number and rounded down.
    """

    rows: Ints
    times: Ints
    slack: Ints
    divisor: int
    rest: int
    limit: int

    def rounded(self, total: Ints, slack: Ints) -> Ints:
        """Return coefficients, from the sums of a column's entries times ``times`` and times ``slack``."""
        whole, part = np.divmod(total, self.divisor)
        rounded: Ints = (self.divisor - self.rest) * whole + np.maximum(part - self.rest, 0) - slack
        return rounded

    def written(self, by_row: ByRow, columns: int) -> Ints:
        """Return the coefficients of all columns."""
        first, column, value = by_row.entries(self.rows)
        size = np.diff(first)

        def summed(times: Ints) -> Ints:
            # In whole numbers: a column that was not there when the cut was made may have larger entries.
            total = np.zeros(columns, dtype=np.int64)
            if times.any():
                np.add.at(total, column, value * np.repeat(times, size))
            return total

        total, slack = summed(self.times), summed(self.slack)
        inside = np.flatnonzero(total | slack)
        values = np.zeros(columns, dtype=np.int64)
        values[inside] = self.rounded(total[inside], slack[inside])
        return values


@dataclass(frozen=True, slots=True, eq=False)
class Rounded(Cut):
    """A cut, and how it was made.

    Attributes
    ----------
    combination : Combination
    scale : int
        Coefficients and limit of the combination were divided by this, and rounded down.
    """

    combination: Combination
    scale: int


def written_again(rows: Rows, cuts: Sequence[Rounded]) -> Rows:
    """Return the rows of some columns, and behind them cuts that were made of the same rows over other columns.

    Parameters
    ----------
    rows : Rows
        Without the cuts.
    cuts : sequence of Rounded
        Each made of ``rows`` and the cuts before it.
    """
    by_row, columns = ByRow(rows), len(rows.first) - 1
    again: list[Cut] = []
    for cut in cuts:
        values = cut.combination.written(by_row, columns) // cut.scale
        inside = np.flatnonzero(values)
        again.append(Cut(inside, values[inside], cut.upper))
        by_row.add(again[-1:])
    return rows.with_cuts(again) if again else rows
