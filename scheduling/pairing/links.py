"""Two siblings together, as columns beside those of the sessions."""

from dataclasses import replace
from functools import cached_property

import numpy as np

from scheduling.pairing.columns import Columns
from scheduling.pairing.problem import NO_LIMIT, NO_START, Bools, Ints, Problem
from scheduling.pairing.relaxation import Model
from scheduling.pairing.rows import Entries, Rows


class Links:
    """Columns that say that two siblings are together, and the rows that tie them to the sessions.

    A column u is a start s of one with a start t of the other that go together. For each s the sum of its columns is at
    most the sessions of the one at s, the same for each t; and at most one column of each pair of siblings is taken.

    Parameters
    ----------
    model : Model
        With a timetable.
    pairs : list of (int, int)
        Pairs of children.
    bonus : int
        What a pair together is worth.

    Attributes
    ----------
    pair, first, second : list of int
        For each column the pair of siblings, and their sets of sessions that it needs.
    sessions : list of int64 array
        Sets of columns of one child that begin at the same time.
    """

    def __init__(self, model: Model, pairs: list[tuple[int, int]], bonus: int) -> None:
        self._model, self._pairs, self._bonus = model, pairs, bonus
        problem, columns = model.problem, model.columns
        self._child = problem.child[columns.candidate]
        self.pair: list[int] = []
        self.sessions: list[Ints] = []
        self.first: list[int] = []
        self.second: list[int] = []
        for number, (one, other) in enumerate(pairs):
            if self._same_place(one, other):
                self._join(number, one, other)

    def _join(self, number: int, one: int, other: int) -> None:
        """Add the columns of a pair of siblings, and its sets of sessions that begin together."""
        start = self._model.columns.start
        hers, his = np.flatnonzero(self._child == one), np.flatnonzero(self._child == other)
        known: dict[tuple[int, int], int] = {}

        def sessions(of: Ints, at: int) -> int:
            key = (int(of[0]), at)
            if key not in known:
                known[key] = len(self.sessions)
                self.sessions.append(of[start[of] == at])
            return known[key]

        possible = frozenset(start[his].tolist())
        for at in np.unique(start[hers]).tolist():
            for with_it in self._beside(one, other, at):
                if with_it in possible:
                    self.pair.append(number)
                    self.first.append(sessions(hers, at))
                    self.second.append(sessions(his, with_it))

    @property
    def count(self) -> int:
        """Number of columns."""
        return len(self.pair)

    def _same_place(self, one: int, other: int) -> bool:
        problem = self._model.problem
        if problem.at_centre[one] != problem.at_centre[other]:
            return False
        return not problem.at_centre[one] or bool(problem.centre[one] == problem.centre[other])

    def _beside(self, one: int, other: int, start: int) -> list[int]:
        """Return the starts of the other that go with a start of the one."""
        problem = self._model.problem
        wanted = (start, start + int(problem.session[one]), start - int(problem.session[other]))
        day = start // problem.slots_per_day
        return sorted({slot for slot in wanted if slot >= 0 and slot // problem.slots_per_day == day})

    def taken(self, chosen: list[int]) -> dict[int, int]:
        """Return for each pair of siblings who are together a column that says so."""
        taken = np.zeros(self._model.columns.count, dtype=np.bool_)
        taken[chosen] = True
        begins = [bool(taken[sessions].any()) for sessions in self.sessions]
        found: dict[int, int] = {}
        for i, (number, first, second) in enumerate(zip(self.pair, self.first, self.second, strict=True)):
            if begins[first] and begins[second]:
                found.setdefault(number, i)
        return found

    def codes(self, chosen: list[int]) -> list[str]:
        """Return for each pair of siblings what keeps them apart, as if they were.

        ``different_places``, ``no_common_time`` (no two sessions of theirs go together), ``without_companion`` (one of
        them), or ``outweighed`` (by the sessions and points of others).
        """
        placed = set(self._child[chosen].tolist())
        possible = set(self.pair)
        codes = []
        for number, (one, other) in enumerate(self._pairs):
            if not self._same_place(one, other):
                codes.append("different_places")
            elif number not in possible:
                codes.append("no_common_time")
            elif one not in placed or other not in placed:
                codes.append("without_companion")
            else:
                codes.append("outweighed")
        return codes

    @cached_property
    def tied(self) -> Model:
        """The model with the links behind its columns, and the rows that tie them to the sessions.

        Notes
        -----
        Each pair of siblings is a child more, with one place, and a volunteer more, for that child alone; their links
        are the columns of this candidate. So whatever knows of children, volunteers and columns knows of links as well:
        the bound (at most one link of each pair), column generation, and patterns of volunteers.
        """
        problem, columns, more = self._model.problem, self._model.columns, len(self._pairs)
        pair = np.array(self.pair, dtype=np.int64)
        listed = Columns(
            candidate=np.concatenate([columns.candidate, len(problem.child) + pair]),
            start=np.concatenate([columns.start, np.arange(self.count)]),
            first=np.concatenate([columns.first, columns.count + np.searchsorted(pair, np.arange(1, more + 1))]),
            closed=np.concatenate([columns.closed, np.zeros(more, dtype=np.int8)]),
        )
        gain = np.concatenate([self._model.gain, np.full(self.count, self._bonus, dtype=np.int64)])
        return Model(_with_pairs(problem, more), listed, self._tied_rows(pair), gain)

    def _tied_rows(self, pair: Ints) -> Rows:
        own, sets = self._model.columns.count, len(self.sessions)
        link = np.arange(own, own + self.count)
        row = [np.full(len(sessions), i) for i, sessions in enumerate(self.sessions)]
        value = [np.full(len(sessions), -1) for sessions in self.sessions]
        for which in (np.array(self.first), np.array(self.second), sets + pair):
            row.append(which)
            value.append(np.ones(self.count, dtype=np.int64))
        column = [*self.sessions, link, link, link]
        upper = np.concatenate([np.zeros(sets, dtype=np.int64), np.ones(len(self._pairs), dtype=np.int64)])
        entries = Entries(*(np.concatenate(part).astype(np.int64) for part in (row, column, value)))
        return self._model.rows.extended(entries, upper, np.zeros(len(upper), dtype=np.bool_), columns=own + self.count)

    def with_links(self, chosen: list[int]) -> list[int]:
        """Return columns of the tied model: the sessions of some, and a link of all siblings they bring together."""
        own = self._model.columns.count
        sessions = [column for column in chosen if column < own]
        return sessions + sorted(own + link for link in self.taken(sessions).values())


def _with_pairs(problem: Problem, more: int) -> Problem:
    """Return the problem with so many children and volunteers more, each child a candidate of one of them."""

    def longer(array: Ints, value: int) -> Ints:
        return np.concatenate([array, np.full(more, value, dtype=array.dtype)])

    def wider(free: Bools) -> Bools:
        return np.concatenate([free, np.ones((more, problem.slots), dtype=np.bool_)])

    names = tuple(f"pair {number}" for number in range(more))
    return replace(
        problem,
        children=problem.children + names,
        volunteers=problem.volunteers + names,
        places=longer(problem.places, 1),
        session=longer(problem.session, 1),
        centre=longer(problem.centre, -1),
        at_centre=np.concatenate([problem.at_centre, np.zeros(more, dtype=np.bool_)]),
        child_free=wider(problem.child_free),
        max_children=longer(problem.max_children, 1),
        max_load=longer(problem.max_load, NO_LIMIT),
        volunteer_free=wider(problem.volunteer_free),
        child=np.concatenate([problem.child, len(problem.children) + np.arange(more)]),
        volunteer=np.concatenate([problem.volunteer, len(problem.volunteers) + np.arange(more)]),
        score=longer(problem.score, 0),
        load=longer(problem.load, 0),
        forbidden=np.concatenate([problem.forbidden, np.zeros(more, dtype=np.bool_)]),
        fixed=np.concatenate([problem.fixed, np.zeros(more, dtype=np.bool_)]),
        fixed_start=longer(problem.fixed_start, NO_START),
    )
