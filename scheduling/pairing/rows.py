"""Rows: the hard rules over columns, each named, as one sparse matrix."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np

from scheduling.pairing.grouping import gather
from scheduling.pairing.problem import Bools, Ints


class Kind(IntEnum):
    """The hard rules; a row belongs to one of them."""

    CHILD_PLACE = 0
    PAIR_ONCE = 1
    VOLUNTEER_PLACE = 2
    VOLUNTEER_LOAD = 3
    VOLUNTEER_HOURS = 4
    CHILD_HOURS = 5
    ROOMS = 6
    CUT = 7
    """Not a rule of its own: follows from the others for whole solutions."""


@dataclass(frozen=True, eq=False)
class Rows:
    """``matrix x <= upper`` (or ``==``), stored column by column.

    Attributes
    ----------
    first : int64 array [columns + 1]
        The entries of column ``j`` are ``first[j]`` to ``first[j + 1] - 1``; every column has at least one.
    row, value : int64 arrays [entries]
    upper : int64 array [rows]
    equal : bool array [rows]
        Rows that hold with equality (fixed pairs; every place when each must be filled).
    kind, owner, slot : int64 arrays [rows]
        The rule, the index of the child, candidate, volunteer or centre, and the slot (-1 where there is none).
    """

    first: Ints
    row: Ints
    value: Ints
    upper: Ints
    equal: Bools
    kind: Ints
    owner: Ints
    slot: Ints

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.upper)

    @cached_property
    def steepest(self) -> int:
        """The largest sum of the sizes of a column's entries."""
        return int(np.add.reduceat(np.abs(self.value), self.first[:-1]).max()) if len(self.first) > 1 else 0

    def entries(self, columns: Ints) -> tuple[Ints, Ints, Ints]:
        """Return first, row and value of the entries of some columns."""
        first, entry = gather(self.first, columns)
        return first, self.row[entry], self.value[entry]

    def of(self, columns: Ints) -> "Rows":
        """Return the rows over some of the columns."""
        first, row, value = self.entries(columns)
        return replace(self, first=first, row=row, value=value)

    def uneven(self, kind: Kind) -> bool:
        """Tell whether a row of a kind has different values: one with equal values counts columns, and no more."""
        entry = np.flatnonzero((self.kind == kind)[self.row])
        row, value = self.row[entry], self.value[entry]
        one = np.zeros(self.count, dtype=np.int64)
        one[row] = value
        return bool((one[row] != value).any())

    def usage(self, chosen: Sequence[int]) -> Ints:
        """Return how much of each row some columns use together."""
        _, row, value = self.entries(np.array(chosen, dtype=np.int64))
        used = np.zeros(self.count, dtype=np.int64)
        np.add.at(used, row, value)
        return used

    def keep(self, chosen: list[int]) -> bool:
        """Tell whether these columns keep every row."""
        used = self.usage(chosen)
        return bool((used <= self.upper).all() and (used[self.equal] == self.upper[self.equal]).all())

    def cost(self, prices: Ints) -> Ints:
        """Return the price of what each column uses."""
        if len(self.first) == 1:
            return np.zeros(0, dtype=np.int64)
        return np.asarray(np.add.reduceat(self.value * prices[self.row], self.first[:-1]), dtype=np.int64)

    def only(self, kept: Bools) -> "Rows":
        """Return some of the rows; every column must have an entry in one of them."""
        return self.picked(np.flatnonzero(kept))

    def picked(self, kept: Ints) -> "Rows":
        """Return some of the rows in a given order."""
        number = np.full(self.count, -1, dtype=np.int64)
        number[kept] = np.arange(len(kept))
        row = number[self.row]
        entry = row >= 0
        before = np.concatenate([[0], np.cumsum(entry)])
        return Rows(
            first=before[self.first],
            row=row[entry],
            value=self.value[entry],
            upper=self.upper[kept],
            equal=self.equal[kept],
            kind=self.kind[kept],
            owner=self.owner[kept],
            slot=self.slot[kept],
        )

    def beside(self, other: "Rows") -> "Rows":
        """Return these rows with the columns of the same rows elsewhere behind their own."""
        return replace(
            self,
            first=np.concatenate([self.first, self.first[-1] + other.first[1:]]),
            row=np.concatenate([self.row, other.row]),
            value=np.concatenate([self.value, other.value]),
        )

    def extended(
        self, entries: "Entries", upper: Ints, equal: Bools, *, columns: int | None = None, kind: int = -1
    ) -> "Rows":
        """Return these rows with more behind them, and perhaps more columns, which are in the new rows alone.

        Parameters
        ----------
        entries : Entries
        upper, equal : int64, bool arrays
            Limits of the new rows.
        columns : int, optional
            Number of columns afterwards; as many as before if not given.
        kind : int
            Of the new rows; -1 for none of the problem's kinds.
        """
        columns = len(self.first) - 1 if columns is None else columns
        order = np.lexsort((entries.row, entries.column))
        row, column, value = entries.row[order], entries.column[order], entries.value[order]
        padding = np.full(columns + 1 - len(self.first), self.first[-1], dtype=np.int64)
        first = np.concatenate([self.first, padding])
        at = first[column + 1]
        first[1:] += np.cumsum(np.bincount(column, minlength=columns))
        nowhere = np.full(len(upper), -1, dtype=np.int64)
        return Rows(
            first=first,
            row=np.insert(self.row, at, self.count + row),
            value=np.insert(self.value, at, value),
            upper=np.concatenate([self.upper, upper]),
            equal=np.concatenate([self.equal, equal]),
            kind=np.concatenate([self.kind, np.full(len(upper), kind)]),
            owner=np.concatenate([self.owner, nowhere]),
            slot=np.concatenate([self.slot, nowhere]),
        )

    def with_cuts(self, cuts: "Sequence[Cut]") -> "Rows":
        """Return these rows and, behind them, one for each cut."""
        entries = Entries(
            row=np.repeat(np.arange(len(cuts)), [len(cut.columns) for cut in cuts]),
            column=np.concatenate([cut.columns for cut in cuts]),
            value=np.concatenate([cut.values for cut in cuts]),
        )
        upper = np.array([cut.upper for cut in cuts], dtype=np.int64)
        return self.extended(entries, upper, np.zeros(len(cuts), dtype=np.bool_), kind=Kind.CUT)


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Entries of new rows: ``row`` counts from 0 over the new ones, ``column`` over all columns, old and new."""

    row: Ints
    column: Ints
    value: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A row that no whole solution breaks: ``sum of values x <= upper`` over its columns.

    Attributes
    ----------
    columns, values : int64 arrays
        Columns, ascending, and their coefficients.
    upper : int
    """

    columns: Ints
    values: Ints
    upper: int
