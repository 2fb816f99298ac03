"""Why not: for all candidates at once, the first reason and what forcing each would lose at least."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.ids import index_of
from scheduling.pairing.columns import Reason
from scheduling.pairing.explain.solved import Solved
from scheduling.pairing.found import unit_of
from scheduling.pairing.problem import NO_LIMIT, NO_START, Bools, Ints, Problem

CHILD_FULL = "child_full"
"""Could meet, but the child's places are taken by companions who together are worth more."""

STILL_POSSIBLE = "still_possible"
"""Could be added as things stand: the solution is not the best."""

CODES: tuple[str, ...] = (*(reason.value for reason in Reason), CHILD_FULL, STILL_POSSIBLE)
"""Codes by number."""

_NUMBER = {code: i for i, code in enumerate(CODES)}
_NEVER = -1


@dataclass(frozen=True, slots=True, eq=False)
class WhyNot:
    """Why each candidate is not the child's companion.

    Attributes
    ----------
    children, volunteers : tuple of str
        Ids.
    child, volunteer : int64 arrays [candidates]
        Indices into the ids, sorted by child, then volunteer.
    code : int8 array [candidates]
        Number of the first reason that applies, in `CODES`.
    at_least : int64 array [candidates]
        Points that forcing the pair loses at least, proven; 0 where nothing is proven, -1 where the two can never meet.
    start : int64 array [candidates]
        The pair's start, else the one that loses least; -1 without one.
    """

    children: tuple[str, ...]
    volunteers: tuple[str, ...]
    child: Ints
    volunteer: Ints
    code: NDArray[np.int8]
    at_least: Ints
    start: Ints

    def counts(self) -> dict[str, int]:
        """Return how many candidates have each code, without the codes of none."""
        counts = np.bincount(self.code, minlength=len(CODES))
        return {code: int(count) for code, count in zip(CODES, counts, strict=True) if count}

    def of(self, child: str) -> list[dict[str, Any]]:
        """Return a child's candidates, the cheapest to force first.

        Returns
        -------
        list of dict
            ``volunteer``, ``code``, ``at_least`` and ``start`` (None where there is none).

        Raises
        ------
        ValueError
            No such child.
        """
        index = index_of(self.children, child, "child")
        low, high = np.searchsorted(self.child, [index, index + 1]).tolist()
        never = self.at_least[low:high] < 0
        order = np.lexsort((np.arange(low, high), self.at_least[low:high], never)) + low
        return [
            {
                "volunteer": self.volunteers[int(self.volunteer[i])],
                "code": CODES[int(self.code[i])],
                "at_least": None if self.at_least[i] < 0 else int(self.at_least[i]),
                "start": None if self.start[i] < 0 else int(self.start[i]),
            }
            for i in order.tolist()
        ]


class Standing:
    """A solution as tables: who is busy when, what is left of every limit.

    Parameters
    ----------
    solved : Solved
    """

    def __init__(self, solved: Solved) -> None:
        problem, columns = solved.problem, solved.columns
        chosen = np.array(solved.chosen, dtype=np.int64)
        candidate, start = columns.candidate[chosen], columns.start[chosen]
        child, volunteer = problem.child[candidate], problem.volunteer[candidate]
        self.candidate = candidate
        self.places_left = problem.places - np.bincount(child, minlength=len(problem.children))
        self.children_left = problem.max_children - np.bincount(volunteer, minlength=len(problem.volunteers))
        load = np.zeros(len(problem.volunteers), dtype=np.int64)
        np.add.at(load, volunteer, problem.load[candidate])
        self.load_left = np.where(problem.max_load == NO_LIMIT, np.iinfo(np.int64).max, problem.max_load - load)
        length = problem.session[child]
        self.child_busy = _covered(child, start, length, (len(problem.children), problem.slots))
        self.volunteer_busy = _covered(volunteer, start, length, (len(problem.volunteers), problem.slots))
        indoors = problem.at_centre[child]
        used = _covered(
            problem.centre[child][indoors], start[indoors], length[indoors], (len(problem.centres), problem.slots)
        )
        self.rooms_left = problem.rooms - used


def _covered(owner: Ints, start: Ints, length: Ints, shape: tuple[int, int]) -> Ints:
    """Count the sessions of each owner in each slot."""
    counts = np.zeros(shape, dtype=np.int64)
    if shape[1]:
        for step in range(int(length.max(initial=0))):
            reach = length > step
            np.add.at(counts, (owner[reach], start[reach] + step), 1)
    return counts


def why_not(solved: Solved) -> WhyNot:
    """Explain every candidate of a solved problem.

    Notes
    -----
    The order of the reasons is that of `Reason`. What a child that has all its companions uses itself, its hours and
    its rooms, is no obstacle to another companion: one would be exchanged for the other.
    """
    problem, columns = solved.problem, solved.columns
    standing = Standing(solved)
    size = np.diff(columns.first)
    open_ = np.flatnonzero(size > 0)
    begin = columns.first[open_]
    code = _closed_codes(solved)
    at_least = np.full(len(problem.child), _NEVER, dtype=np.int64)
    start = np.full(len(problem.child), NO_START, dtype=np.int64)
    if len(open_):
        code[open_] = _open_codes(solved, standing, open_, begin)
        ceiling = solved.ceilings()
        best = np.maximum.reduceat(ceiling, begin)
        unit = unit_of(solved.model.gain)  # of what every solution is worth, so of what is lost
        at_least[open_] = np.maximum(solved.value - best // unit * unit, 0)
        first = first_of_best(ceiling, solved.prices.reduced, begin)
        start[open_] = columns.start[first]
    code[standing.candidate] = _NUMBER[Reason.PAIRED.value]
    at_least[standing.candidate] = 0
    start[standing.candidate] = columns.start[solved.chosen]
    return WhyNot(problem.children, problem.volunteers, problem.child, problem.volunteer, code, at_least, start)


def first_of_best(ceiling: Ints, reduced: Ints, begin: Ints) -> Ints:
    """Return the column of each group that loses least: of the highest ceiling, then reduced value, then the first.

    Parameters
    ----------
    ceiling, reduced : int64 arrays [columns]
    begin : int64 array [groups]
        Where each group begins, the first at 0.
    """
    size = np.diff(begin, append=len(ceiling))
    highest = ceiling == np.repeat(np.maximum.reduceat(ceiling, begin), size)
    among = np.where(highest, reduced, np.iinfo(np.int64).min)
    ties = np.flatnonzero(highest & (among == np.repeat(np.maximum.reduceat(among, begin), size)))
    return np.asarray(ties[np.searchsorted(ties, begin)], dtype=np.int64)


def _closed_codes(solved: Solved) -> NDArray[np.int8]:
    closed = solved.columns.closed
    code = np.zeros(len(closed), dtype=np.int8)
    for which in np.unique(closed[closed != 0]).tolist():
        mine = closed == which
        reason = solved.columns.closed_reason(int(np.argmax(mine)))
        code[mine] = _NUMBER[reason.value if reason else Reason.NO_COMMON_TIME.value]
    return code


def _open_codes(solved: Solved, standing: Standing, open_: NDArray[np.intp], begin: Ints) -> NDArray[np.int8]:
    """Return the codes of candidates that have columns, as if none of them were paired."""
    problem, columns = solved.problem, solved.columns
    child, volunteer = problem.child[open_], problem.volunteer[open_]
    full = standing.places_left <= 0
    code = np.where(problem.score[open_] + (problem.place_value or 0) <= 0, *_numbers(Reason.NOT_WORTH, STILL_POSSIBLE))
    code[full[child]] = _NUMBER[CHILD_FULL]
    if problem.grid is not None:
        covers = _cover(problem, columns.candidate, columns.start)
        left = standing.rooms_left[problem.centre] + np.where(full[:, None], standing.child_busy, 0)
        no_room = (left <= 0) & problem.at_centre[:, None]
        theirs = (standing.child_busy > 0) & ~full[:, None]
        fits = np.ones(columns.count, dtype=np.bool_)
        for reason, owner, busy in (
            (Reason.VOLUNTEER_BUSY, problem.volunteer, standing.volunteer_busy > 0),
            (Reason.CHILD_BUSY, problem.child, theirs),
            (Reason.ROOM_FULL, problem.child, no_room),
        ):
            before = np.logical_or.reduceat(fits, begin)
            fits &= ~covers(owner, busy)
            code[before & ~np.logical_or.reduceat(fits, begin)] = _NUMBER[reason.value]
    taken = (standing.children_left[volunteer] <= 0) | (standing.load_left[volunteer] < problem.load[open_])
    code[taken] = _NUMBER[Reason.VOLUNTEER_FULL.value]
    return code.astype(np.int8)


def _numbers(*codes: str) -> list[int]:
    return [_NUMBER[code] for code in codes]


def _cover(problem: Problem, candidate: Ints, start: Ints) -> Callable[[Ints, Bools], Bools]:
    """Return a test: does the session of each column cover a marked slot of its owner."""
    end = start + problem.session[problem.child[candidate]]

    def covers(owner: Ints, marked: Bools) -> Bools:
        before = np.zeros((marked.shape[0], marked.shape[1] + 1), dtype=np.int16)
        np.cumsum(marked, axis=1, out=before[:, 1:])
        row = owner[candidate] * before.shape[1]
        flat = before.ravel()
        return np.asarray(flat[row + end] != flat[row + start])

    return covers
