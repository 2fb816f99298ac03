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
    by_row, again = ByRow(rows), list[Cut]()
    last = [int(cut.combination.rows.max()) - rows.count for cut in cuts]
    while len(again) < len(cuts):
        known = len(again)
        ready = next((place for place in range(known, len(cuts)) if last[place] >= known), len(cuts))
        again += _written_at_once(by_row, len(rows.first) - 1, cuts[known:ready])
        by_row.add(again[known:])
    return rows.with_cuts(again) if again else rows


def _written_at_once(by_row: ByRow, columns: int, cuts: Sequence[Rounded]) -> list[Cut]:
    """Write down cuts of which none is made of another."""
    combinations = [cut.combination for cut in cuts]
    length = [len(each.rows) for each in combinations]
    first, column, value = by_row.entries(np.concatenate([each.rows for each in combinations]))
    size = np.diff(first)
    key = np.repeat(np.repeat(np.arange(len(cuts)), length), size) * columns + column
    key, place = np.unique(key, return_inverse=True)

    def summed(times: list[Ints]) -> Ints:
        found = np.zeros(len(key), dtype=np.int64)
        np.add.at(found, place, value * np.repeat(np.concatenate(times), size))
        return found

    total = summed([each.times for each in combinations])
    slack = summed([each.slack for each in combinations])
    number, column = np.divmod(key, columns)
    end = np.searchsorted(number, np.arange(len(cuts) + 1))
    again = []
    for cut, low, high in zip(cuts, end[:-1].tolist(), end[1:].tolist(), strict=True):
        values = cut.combination.rounded(total[low:high], slack[low:high]) // cut.scale
        inside = np.flatnonzero(values)
        again.append(Cut(column[low:high][inside], values[inside], cut.upper))
    return again
