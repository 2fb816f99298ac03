"""The rows of a roster: one named function per hard rule and per priced part.

A cell is a person with a shift that one of the person's intervals covers and that is not forbidden. Rows are kept cell
by cell, so that a part of the roster can be cut out of them at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from scheduling.roster.problem import NO_LIMIT, Bools, Ints, Problem


class Several(NamedTuple):
    """Rows, one or more, that were made at once.

    Attributes
    ----------
    cells, coefficients : int64 arrays [entries]
        Row by row.
    sizes : int64 array [rows]
        Entries of each.
    limits : int64 array [rows]
    """

    cells: Ints
    coefficients: Ints
    sizes: Ints
    limits: Ints


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows over the cells: ``sum of value * x <= limit``, or for priced rows ``>= limit`` at a price per unit short.

    Attributes
    ----------
    first : int64 array [cells + 1]
        Entries of cell ``c`` are ``first[c]:first[c + 1]``.
    row, value : int64 arrays [entries]
    limit : int64 array [rows]
    price : int64 array [rows]
        What one unit short costs; 0 on rows that are hard.
    personal : bool array [rows]
        Rows of one person: minutes, shifts, rest.
    """

    first: Ints
    row: Ints
    value: Ints
    limit: Ints
    price: Ints
    personal: Bools

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.limit)

    @cached_property
    def shared(self) -> tuple[Ints, Ints, Ints]:
        """Cells, rows and coefficients of the entries in rows of shifts."""
        cell = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))
        inside = ~self.personal[self.row]
        return cell[inside], self.row[inside], self.value[inside]

    def entries(self, cells: Ints) -> tuple[Ints, Ints]:
        """Return the entries of some cells, and how many each has."""
        size = self.first[cells + 1] - self.first[cells]
        begin = np.concatenate([[0], np.cumsum(size)])
        return np.arange(int(begin[-1])) + np.repeat(self.first[cells] - begin[:-1], size), size

    def used(self, cells: Ints) -> Ints:
        """Return what some cells take of each row."""
        entry, _ = self.entries(cells)
        found = np.bincount(self.row[entry], weights=self.value[entry], minlength=self.count)
        return np.rint(found).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Model:
    """A roster problem as cells and rows.

    Attributes
    ----------
    problem : Problem
    person, shift : int64 arrays [cells]
        Sorted by person, then by the start of the shift.
    cost : int64 array [cells]
        What a cell adds to the value by itself: ``- uncovered - wish +- change``.
    constant : int
        The value of the empty roster, priced rows aside.
    rows : Rows
    most : int64 array [people]
        More shifts than this a person can never have.
    """

    problem: Problem
    person: Ints
    shift: Ints
    cost: Ints
    constant: int
    rows: Rows
    most: Ints

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.person)

    def cells_of(self, pairs: Iterable[tuple[int, int]]) -> Ints:
        """Return the cells, ascending, of those of some different pairs of shift and person that have one."""
        found = self._places[_numbers(pairs, len(self.problem.people))]
        return np.sort(found[found >= 0])

    @cached_property
    def _places(self) -> Ints:
        return _places(self.problem, self.person, self.shift)

    @cached_property
    def first(self) -> Ints:
        """Cells of person ``p`` are ``first[p]:first[p + 1]``."""
        return np.searchsorted(self.person, np.arange(len(self.problem.people) + 1))

    def value(self, cells: Ints) -> int:
        """Return the value of a roster."""
        used = self.rows.used(cells)
        short = np.maximum(self.rows.limit - used, 0) * self.rows.price
        shifts = np.bincount(self.person[cells], minlength=1)
        load = self.problem.weights.load * int((shifts * (shifts - 1) // 2).sum())
        return self.constant + int(self.cost[cells].sum()) + int(short.sum()) + load

    def feasible(self, cells: Ints) -> bool:
        """Tell whether a set of different cells breaks no hard row."""
        hard = self.rows.price == 0
        return bool((self.rows.used(cells)[hard] <= self.rows.limit[hard]).all())


def build(problem: Problem) -> Model:
    """Build cells and rows."""
    person, shift = _cells(problem)
    weights = problem.weights
    cost = np.full(len(person), -weights.uncovered, dtype=np.int64)
    constant = weights.uncovered * int(problem.needs.sum())
    places = _places(problem, person, shift)
    wished = places[_numbers(problem.wishes, len(problem.people))]
    wishes = np.fromiter(problem.wishes.values(), np.int64, len(problem.wishes))
    cost[wished[wished >= 0]] -= weights.wish * wishes[wished >= 0]
    if problem.previous:
        cost += weights.change
        constant += weights.change * len(problem.previous)
        kept = places[_numbers(problem.previous, len(problem.people))]
        cost[kept[kept >= 0]] -= 2 * weights.change
    most = np.zeros(len(problem.people), dtype=np.int64)
    rows = _pack(
        len(person), list(_shift_rows(problem, person, shift)), list(_personal_rows(problem, person, shift, most))
    )
    return Model(problem, person, shift, cost, constant, rows, most)


def _numbers(pairs: Iterable[tuple[int, int]], people: int) -> Ints:
    """Number pairs of shift and person."""
    found = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    return found[:, 0] * people + found[:, 1]


def _places(problem: Problem, person: Ints, shift: Ints) -> Ints:
    """Return the cell of each numbered pair, -1 where there is none."""
    found = np.full(len(problem.shifts) * len(problem.people), -1, dtype=np.int64)
    found[shift * len(problem.people) + person] = np.arange(len(person))
    return found


def _cells(problem: Problem) -> tuple[Ints, Ints]:
    order = np.lexsort((np.arange(len(problem.shifts)), problem.end, problem.start))
    people, shifts = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    banned: dict[int, list[int]] = {}
    for shift, person in sorted(problem.forbidden):
        banned.setdefault(person, []).append(shift)
    for person in range(len(problem.people)):
        open_ = problem.covered(person) & (problem.needs > 0) & (problem.minutes <= problem.max_minutes[person])
        if problem.max_shifts[person] == 0:
            open_[:] = False
        open_[banned.get(person, [])] = False
        mine = order[open_[order]]
        people.append(np.full(len(mine), person, dtype=np.int64))
        shifts.append(mine)
    return np.concatenate(people), np.concatenate(shifts)


def _shift_rows(problem: Problem, person: Ints, shift: Ints) -> Iterator[tuple[Several, int]]:
    weights = problem.weights
    by_shift = np.argsort(shift, kind="stable")
    begin = np.searchsorted(shift[by_shift], np.arange(len(problem.shifts) + 1))
    for at in range(len(problem.shifts)):
        here = by_shift[begin[at] : begin[at + 1]]
        yield from ((row, 0) for row in needs(here, int(problem.needs[at])))
        who = person[here]
        yield from _priced(here[problem.adult[who]], int(problem.min_adults[at]), weights.missing_adult)
        yield from _priced(here[problem.lead[who]], int(problem.min_leads[at]), weights.missing_lead)
        for skill in np.flatnonzero(problem.skill_needs[at]).tolist():
            able = here[problem.has_skill[who, skill]]
            yield from _priced(able, int(problem.skill_needs[at, skill]), weights.missing_skill)


def _personal_rows(problem: Problem, person: Ints, shift: Ints, most: Ints) -> Iterator[Several]:
    begin = np.searchsorted(person, np.arange(len(problem.people) + 1))
    lengths, weeks = problem.minutes, problem.week
    for who in range(len(problem.people)):
        here = np.arange(begin[who], begin[who + 1])
        mine = shift[here]
        limit = int(problem.max_shifts[who])
        minutes, week, allowed = lengths[mine], weeks[mine], int(problem.max_minutes[who])
        most[who] = _most(minutes, week, allowed, limit)
        yield from week_minutes(here, minutes, week, allowed)
        yield from max_shifts(here, limit)
        yield from rest(here, problem.start[mine], problem.end[mine], int(problem.min_rest[who]))


def _ones(cells: Ints) -> Ints:
    return np.ones(len(cells), dtype=np.int64)


def _row(cells: Ints, limit: int) -> Several:
    """Make one row in which each cell counts once."""
    return Several(cells, _ones(cells), np.array([len(cells)]), np.array([limit]))


def _by_week(week: Ints) -> list[slice]:
    """Cut what is sorted by weeks into them."""
    cuts = [0, *(np.flatnonzero(week[1:] != week[:-1]) + 1).tolist(), len(week)]
    return [slice(low, high) for low, high in pairwise(cuts) if low < high]


def needs(cells: Ints, places: int) -> Iterator[Several]:
    """At most ``needs`` people in a shift."""
    if len(cells) > places:
        yield _row(cells, places)


def _priced(cells: Ints, least: int, price: int) -> Iterator[tuple[Several, int]]:
    """Adults, leads or people with a skill wanted in a shift; a row of nobody is a constant that is kept as a row."""
    if least > 0 and price > 0:
        yield _row(cells, least), price


def week_minutes(cells: Ints, minutes: Ints, week: Ints, limit: int) -> Iterator[Several]:
    """At most ``limit`` minutes in each week, and what follows from it for whole shifts.

    Notes
    -----
    For any t, ``sum of floor(minutes / t) x <= floor(limit / t)`` holds for whole x. With t just above ``limit/(k+1)``
    the right side is k: the rows that say how many long shifts fit.
    """
    for mine in _by_week(week):
        length = minutes[mine]
        if int(length.sum()) <= limit:
            continue
        fit = np.arange(1, 1 + int((np.cumsum(np.sort(length)) <= limit).sum()))
        share = length // (limit // (fit + 1) + 1)[:, None]
        # The shares only grow with k: of the same ones the first says most.
        new = np.append(True, (share[1:] != share[:-1]).any(axis=1))[: len(fit)]
        kept = new & (share.sum(axis=1) > fit)
        factors = np.concatenate([length[None, :], share[kept]])
        row, column = factors.nonzero()
        sizes = np.bincount(row, minlength=len(factors))
        yield Several(cells[mine][column], factors[row, column], sizes, np.append(limit, fit[kept]))


def max_shifts(cells: Ints, limit: int) -> Iterator[Several]:
    """At most ``limit`` shifts in all."""
    if limit != NO_LIMIT and len(cells) > limit:
        yield _row(cells, limit)


def rest(cells: Ints, start: Ints, end: Ints, least: int) -> Iterator[Several]:
    """One shift of each maximal set of shifts that overlap or lie less than ``least`` apart.

    Notes
    -----
    Two shifts clash exactly when their intervals [start, end + least) meet, so the clashes form an interval graph:
    its maximal cliques are, at starts in ascending order, the intervals still open; one contained in the next is left
    out.
    """
    if len(cells) < 2:
        return
    free = end + least
    moments = np.flatnonzero(np.append(start[1:] != start[:-1], True))
    open_ = (np.arange(len(cells)) <= moments[:, None]) & (free > start[moments][:, None])
    soonest = np.where(open_, free, np.iinfo(np.int64).max).min(axis=1)
    within_next = np.append(soonest[:-1] > start[moments[1:]], False)
    row, column = open_[~within_next & (open_.sum(axis=1) > 1)].nonzero()
    sizes = np.bincount(row)
    yield Several(cells[column], _ones(column), sizes, _ones(sizes))


def _most(minutes: Ints, week: Ints, limit: int, shifts: int) -> int:
    total = 0
    for mine in _by_week(week):
        total += int((np.cumsum(np.sort(minutes[mine])) <= limit).sum())
    return total if shifts == NO_LIMIT else min(total, shifts)


def _pack(cells: int, shared: list[tuple[Several, int]], personal: list[Several]) -> Rows:
    """Turn rows of shifts, with their prices, and rows of one person each into arrays."""
    rows, nothing = [*(several for several, _ in shared), *personal], np.zeros(0, dtype=np.int64)
    parts = zip(Several(nothing, nothing, nothing, nothing), *rows, strict=True)
    cell, value, size, limit = (np.concatenate(part) for part in parts)
    counts = np.array([len(several.sizes) for several in rows], dtype=np.int64)
    prices = [price for _, price in shared] + [0] * len(personal)
    row = np.repeat(np.arange(len(size)), size)
    order = np.argsort(cell, kind="stable")  # so those of one cell stay in the order of the rows
    first = np.searchsorted(cell[order], np.arange(cells + 1))
    price = np.repeat(np.array(prices, dtype=np.int64), counts)
    own = np.arange(len(size)) >= int(counts[: len(shared)].sum())
    return Rows(first.astype(np.int64), row[order], value[order], limit, price, own)
