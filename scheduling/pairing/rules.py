"""The hard rules of a problem, written as rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.pairing.columns import Columns
from scheduling.pairing.problem import NO_LIMIT, Bools, Ints, Problem
from scheduling.pairing.rows import Kind, Rows


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
    duals are complete. Rows that cannot bind are left out; of a person's hours only maximal cliques are kept. Of a
    load limit only what whole loads can use up counts: where all loads are 20, a limit of 50 is one of 40. Where the
    lightest children that a volunteer has places for use the limit up, it limits their number too.
    """
    collector = _Collector()
    required = problem.fixed if required is None else required
    _child_places(collector, problem, columns, fill)
    _pairs_once(collector, problem, columns, required)
    carried = _carried(problem, columns)
    _volunteer_places(collector, problem, columns, carried)
    _volunteer_loads(collector, problem, columns, carried)
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


@dataclass(frozen=True, slots=True, eq=False)
class _Carried:
    """What volunteers can carry of the candidates that can meet; each array has an entry for each volunteer.

    Attributes
    ----------
    limit : int64 array
        The load limit, without what no whole loads use up; only where there is one.
    by_load, by_number : bool arrays
        Whether the load, and whether the number of children, can bind: also for shares of children.
    """

    limit: Ints
    by_load: Bools
    by_number: Bools


def whole_loads(problem: Problem, limit: Ints) -> Ints:
    """Return what whole loads can use up of limits: multiples of what divides all loads of a volunteer's candidates."""
    unit = np.zeros(len(problem.volunteers), dtype=np.int64)
    np.gcd.at(unit, problem.volunteer, problem.load)
    unit = np.maximum(unit, 1)
    return limit // unit * unit


def _carried(problem: Problem, columns: Columns) -> _Carried:
    open_ = np.flatnonzero(np.diff(columns.first) > 0)
    count, most = len(problem.volunteers), problem.max_children
    limited = problem.max_load != NO_LIMIT
    limit = whole_loads(problem, np.where(limited, problem.max_load, 0))
    order = open_[np.lexsort((problem.load[open_], problem.volunteer[open_]))]
    volunteer, load = problem.volunteer[order], problem.load[order]
    users = np.bincount(volunteer, minlength=count)
    before = np.cumsum(users) - users
    place = np.arange(len(order)) - before[volunteer]
    lightest, heaviest = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    few, last = place < most[volunteer], place >= (users - most)[volunteer]
    np.add.at(lightest, volunteer[few], load[few])
    np.add.at(heaviest, volunteer[last], load[last])
    by_load: Bools = limited & (heaviest > limit)
    by_number: Bools = (users > most) & ~(by_load & (lightest >= limit))
    return _Carried(limit, by_load, by_number)


def _volunteer_places(collector: _Collector, problem: Problem, columns: Columns, carried: _Carried) -> None:
    which = np.flatnonzero(carried.by_number)
    base = collector.group(Kind.VOLUNTEER_PLACE, which, problem.max_children[which])
    number = _numbered(base, which, len(problem.volunteers))
    collector.entries(np.arange(columns.count), number[problem.volunteer[columns.candidate]])


def _volunteer_loads(collector: _Collector, problem: Problem, columns: Columns, carried: _Carried) -> None:
    which = np.flatnonzero(carried.by_load)
    base = collector.group(Kind.VOLUNTEER_LOAD, which, carried.limit[which])
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
