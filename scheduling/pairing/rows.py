"""Rows: the hard rules over columns, each named, as one sparse matrix."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scheduling.pairing.columns import Columns
from scheduling.pairing.grouping import gather
from scheduling.pairing.problem import NO_LIMIT, Bools, Ints, Problem


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

    def has(self, kind: Kind) -> bool:
        """Tell whether there is a row of a kind."""
        return bool((self.kind == kind).any())

    def usage(self, chosen: Sequence[int]) -> Ints:
        """Return how much of each row some columns use together."""
        _, row, value = self.entries(np.array(chosen, dtype=np.int64))
        used = np.zeros(self.count, dtype=np.int64)
        np.add.at(used, row, value)
        return used

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


class _Collector:
    """Gathers row groups; each gives its entries as (column, row within the group, value)."""

    def __init__(self) -> None:
        self.columns: list[Ints] = []
        self.rows: list[Ints] = []
        self.values: list[Ints] = []
        self.upper: list[Ints] = []
        self.equal: list[Bools] = []
        self.kind: list[Ints] = []
        self.owner: list[Ints] = []
        self.slot: list[Ints] = []
        self.count = 0

    def group(self, kind: Kind, owner: Ints, upper: Ints, slot: Ints | None = None, equal: Bools | None = None) -> int:
        """Add rows and return the number of the first."""
        base = self.count
        size = len(owner)
        self.upper.append(upper.astype(np.int64))
        self.equal.append(np.zeros(size, dtype=np.bool_) if equal is None else equal)
        self.kind.append(np.full(size, int(kind), dtype=np.int64))
        self.owner.append(owner.astype(np.int64))
        self.slot.append(np.full(size, -1, dtype=np.int64) if slot is None else slot.astype(np.int64))
        self.count += size
        return base

    def entries(self, column: Ints, row: Ints, value: Ints | None = None) -> None:
        """Add entries; ``row`` counts from 0 over all rows, negative rows are left out."""
        keep = row >= 0
        self.columns.append(column[keep])
        self.rows.append(row[keep])
        self.values.append(np.ones(int(keep.sum()), dtype=np.int64) if value is None else value[keep])

    def finish(self, columns: int) -> Rows:
        """Sort the entries by column, then row."""
        column = np.concatenate(self.columns)
        row = np.concatenate(self.rows)
        order = np.argsort(column * max(self.count, 1) + row, kind="stable")
        first = np.searchsorted(column[order], np.arange(columns + 1))
        return Rows(
            first=first.astype(np.int64),
            row=row[order],
            value=np.concatenate(self.values)[order],
            upper=np.concatenate(self.upper),
            equal=np.concatenate(self.equal),
            kind=np.concatenate(self.kind),
            owner=np.concatenate(self.owner),
            slot=np.concatenate(self.slot),
        )


def build_rows(problem: Problem, columns: Columns, *, fill: bool, required: Bools | None = None) -> Rows:
    """Write the hard rules that can bind.

    Parameters
    ----------
    problem : Problem
    columns : Columns
    fill : bool
        Whether every place must be filled.
    required : bool array [candidates], optional
        Candidates that must be paired; the fixed ones if not given.

    Notes
    -----
    Columns carry no upper bound of their own: a row of the child or of the pair always limits them to 1, so that the
    duals are complete. Rows that cannot bind are left out; of a person's hours only maximal cliques are kept.
    """
    collector = _Collector()
    required = problem.fixed if required is None else required
    _child_places(collector, problem, columns, fill)
    _pairs_once(collector, problem, columns, required)
    _volunteer_places(collector, problem, columns)
    _volunteer_loads(collector, problem, columns)
    if problem.grid is not None:
        _volunteer_hours(collector, problem, columns)
        _child_hours(collector, problem, columns)
        _rooms(collector, problem, columns)
    return collector.finish(columns.count)


def _numbered(base: int, which: NDArray[np.intp], size: int) -> Ints:
    """Return a map from an index to its row, -1 where it has none."""
    number = np.full(size, -1, dtype=np.int64)
    number[which] = base + np.arange(len(which))
    return number


def _child_places(collector: _Collector, problem: Problem, columns: Columns, fill: bool) -> None:
    count = len(problem.children)
    equal = np.full(count, fill, dtype=np.bool_)
    base = collector.group(Kind.CHILD_PLACE, np.arange(count), problem.places, equal=equal)
    collector.entries(np.arange(columns.count), base + problem.child[columns.candidate])


def _pairs_once(collector: _Collector, problem: Problem, columns: Columns, required: Bools) -> None:
    open_ = np.diff(columns.first) > 0
    which = np.flatnonzero(open_ & ((problem.places[problem.child] >= 2) | required))
    base = collector.group(Kind.PAIR_ONCE, which, np.ones(len(which), dtype=np.int64), equal=required[which])
    number = _numbered(base, which, len(problem.child))
    collector.entries(np.arange(columns.count), number[columns.candidate])


def _volunteer_places(collector: _Collector, problem: Problem, columns: Columns) -> None:
    open_ = np.diff(columns.first) > 0
    users = np.bincount(problem.volunteer[open_], minlength=len(problem.volunteers))
    which = np.flatnonzero(users > problem.max_children)
    base = collector.group(Kind.VOLUNTEER_PLACE, which, problem.max_children[which])
    number = _numbered(base, which, len(problem.volunteers))
    collector.entries(np.arange(columns.count), number[problem.volunteer[columns.candidate]])


def _volunteer_loads(collector: _Collector, problem: Problem, columns: Columns) -> None:
    open_ = np.diff(columns.first) > 0
    total = np.zeros(len(problem.volunteers), dtype=np.int64)
    np.add.at(total, problem.volunteer[open_], problem.load[open_])
    which = np.flatnonzero((problem.max_load != NO_LIMIT) & (total > problem.max_load))
    base = collector.group(Kind.VOLUNTEER_LOAD, which, problem.max_load[which])
    number = _numbered(base, which, len(problem.volunteers))
    load = problem.load[columns.candidate]
    row = np.where(load > 0, number[problem.volunteer[columns.candidate]], -1)
    collector.entries(np.arange(columns.count), row, load)


def _cliques(owner: Ints, start: Ints, length: Ints, owners: int, slots: int) -> Bools:
    """Mark the slots at which a maximal set of one owner's sessions overlaps.

    Sessions are intervals. The set of sessions that cover slot ``t`` is maximal only if one starts at ``t`` and one
    ends before the next start.
    """
    begins = np.zeros((owners, slots), dtype=np.bool_)
    ends = np.zeros((owners, slots), dtype=np.bool_)
    begins[owner, start] = True
    ends[owner, start + length - 1] = True
    kept = np.zeros((owners, slots), dtype=np.bool_)
    ending = np.zeros(owners, dtype=np.bool_)
    for slot in range(slots - 1, -1, -1):
        ending |= ends[:, slot]
        kept[:, slot] = begins[:, slot] & ending
        ending &= ~begins[:, slot]
    return kept


def _users(owner: Ints, user: Ints, start: Ints, length: Ints, owners: int, slots: int) -> Ints:
    """Count, for each owner and slot, the different users whose sessions could cover it.

    ``owner`` and ``user`` are given per column, sorted so that the columns of one (owner, user) stand together.
    """
    change = np.ones(len(owner), dtype=np.bool_)
    change[1:] = (owner[1:] != owner[:-1]) | (user[1:] != user[:-1])
    group = np.cumsum(change) - 1
    members = owner[change]
    covered = np.zeros((len(members), slots), dtype=np.bool_)
    for step in range(int(length.max(initial=0))):
        reach = length > step
        covered[group[reach], start[reach] + step] = True
    counts = np.zeros((owners, slots), dtype=np.int64)
    if len(members):
        present, begin = np.unique(members, return_index=True)
        counts[present] = np.add.reduceat(covered, begin, axis=0, dtype=np.int64)
    return counts


def _cover(
    collector: _Collector, number: Ints, column: NDArray[np.intp], owner: Ints, start: Ints, length: Ints
) -> None:
    """Add an entry for every slot row that a column covers."""
    for step in range(int(length.max(initial=0))):
        reach = length > step
        collector.entries(column[reach], number[owner[reach], start[reach] + step])


def _hours(collector: _Collector, kind: Kind, kept: Bools) -> Ints:
    """Add one row with limit 1 for every kept (owner, slot) and return their numbers."""
    owner, slot = np.nonzero(kept)
    base = collector.group(kind, owner.astype(np.int64), np.ones(len(owner), dtype=np.int64), slot.astype(np.int64))
    number = np.full(kept.shape, -1, dtype=np.int64)
    number[owner, slot] = base + np.arange(len(owner))
    return number


def _volunteer_hours(collector: _Collector, problem: Problem, columns: Columns) -> None:
    volunteer = problem.volunteer[columns.candidate]
    length = problem.session[problem.child[columns.candidate]]
    size = (len(problem.volunteers), problem.slots)
    order = np.lexsort((columns.candidate, volunteer))
    kept = _cliques(volunteer, columns.start, length, *size)
    kept &= _users(volunteer[order], columns.candidate[order], columns.start[order], length[order], *size) > 1
    kept &= (problem.max_children > 1)[:, None]
    number = _hours(collector, Kind.VOLUNTEER_HOURS, kept)
    _cover(collector, number, np.arange(columns.count), volunteer, columns.start, length)


def _child_hours(collector: _Collector, problem: Problem, columns: Columns) -> None:
    child = problem.child[columns.candidate]
    which = np.flatnonzero(problem.places[child] >= 2)
    child, start, candidate = child[which], columns.start[which], columns.candidate[which]
    length = problem.session[child]
    size = (len(problem.children), problem.slots)
    kept = _cliques(child, start, length, *size)
    kept &= _users(child, candidate, start, length, *size) > 1
    number = _hours(collector, Kind.CHILD_HOURS, kept)
    _cover(collector, number, which, child, start, length)


def _rooms(collector: _Collector, problem: Problem, columns: Columns) -> None:
    child = problem.child[columns.candidate]
    which = np.flatnonzero(problem.at_centre[child])
    child, start = child[which], columns.start[which]
    centre, length = problem.centre[child], problem.session[child]
    size = (len(problem.centres), problem.slots)
    order = np.lexsort((child, centre))
    users = _users(centre[order], child[order], start[order], length[order], *size)
    owner, slot = np.nonzero(users > problem.rooms)
    base = collector.group(Kind.ROOMS, owner.astype(np.int64), problem.rooms[owner, slot], slot.astype(np.int64))
    number = np.full(size, -1, dtype=np.int64)
    number[owner, slot] = base + np.arange(len(owner))
    _cover(collector, number, which, centre, start, length)
