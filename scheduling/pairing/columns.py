"""Columns: one for each candidate and each slot at which the two could begin to meet."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from scheduling.pairing.problem import NO_LIMIT, NO_START, Bools, Ints, Problem

_BLOCK = 65_536


class Reason(StrEnum):
    """Why a candidate is not the child's companion; the first that applies, in this order."""

    NO_CANDIDATE = "no_candidate"
    FORBIDDEN = "forbidden"
    PAIRED = "paired"
    NO_COMMON_TIME = "no_common_time"
    NO_ROOM = "no_room"
    VOLUNTEER_LOAD = "volunteer_load"
    VOLUNTEER_FULL = "volunteer_full"
    VOLUNTEER_BUSY = "volunteer_busy"
    CHILD_BUSY = "child_busy"
    ROOM_FULL = "room_full"
    NOT_WORTH = "not_worth"


_CODES = (None, Reason.FORBIDDEN, Reason.NO_COMMON_TIME, Reason.NO_ROOM, Reason.VOLUNTEER_LOAD)
_FORBIDDEN, _NO_TIME, _NO_ROOM, _LOAD = 1, 2, 3, 4


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """All columns of a problem, sorted by candidate, then start.

    Attributes
    ----------
    candidate, start : int64 arrays [columns]
        Index of the candidate; first slot, or `NO_START` without a timetable.
    first : int64 array [candidates + 1]
        The columns of candidate ``i`` are ``first[i]`` to ``first[i + 1] - 1``.
    closed : int8 array [candidates]
        0 where the candidate has columns, else why it has none.
    """

    candidate: Ints
    start: Ints
    first: Ints
    closed: NDArray[np.int8]

    @property
    def count(self) -> int:
        """Number of columns."""
        return len(self.candidate)

    def closed_reason(self, candidate: int) -> Reason | None:
        """Return why a candidate can never meet, or None where it can."""
        return _CODES[int(self.closed[candidate])]

    def of(self, candidate: int) -> range:
        """Return the columns of a candidate."""
        return range(int(self.first[candidate]), int(self.first[candidate + 1]))


def starts(free: Bools, length: int, slots_per_day: int) -> Bools:
    """Return where a session of ``length`` slots can begin.

    Parameters
    ----------
    free : bool array [rows, slots]
        Free slots.
    length : int
        Slots of one session.
    slots_per_day : int
        A session never runs over the end of a day.

    Returns
    -------
    bool array [rows, slots]
        True at ``t`` where ``t .. t + length - 1`` are free and lie in one day. A run is free for two people exactly
        when it is free for each, so the common starts of two people are the AND of their rows.
    """
    slots = free.shape[1]
    if length > slots_per_day:
        return np.zeros_like(free)
    run = free.copy()
    for step in range(1, length):
        run[:, : slots - step] &= free[:, step:]
        run[:, slots - step :] = False
    run &= (np.arange(slots) % slots_per_day) <= slots_per_day - length
    return run


def build_columns(problem: Problem) -> Columns:
    """List every column that no rule about a single pair excludes."""
    closed = np.zeros(len(problem.child), dtype=np.int8)
    if problem.grid is None:
        _close_single(problem, closed)
        open_ = np.flatnonzero(closed == 0)
        candidate, start = open_, np.full(len(open_), NO_START, dtype=np.int64)
    else:
        candidate, start = _timed(problem, closed)
        _close_single(problem, closed)
        keep = closed[candidate] == 0
        candidate, start = candidate[keep], start[keep]
    first = np.searchsorted(candidate, np.arange(len(problem.child) + 1))
    return Columns(candidate.astype(np.int64), start, first.astype(np.int64), closed)


def _close_single(problem: Problem, closed: NDArray[np.int8]) -> None:
    """Close candidates whose load alone does not fit, then (it counts first) those that are forbidden."""
    used = np.zeros(len(problem.volunteers), dtype=np.int64)
    np.add.at(used, problem.volunteer[problem.fixed], problem.load[problem.fixed])
    limit = problem.max_load[problem.volunteer]
    left = limit - np.where(problem.fixed, 0, used[problem.volunteer])
    closed[(closed == 0) & (limit != NO_LIMIT) & (problem.load > left)] = _LOAD
    closed[problem.forbidden] = _FORBIDDEN


def _timed(problem: Problem, closed: NDArray[np.int8]) -> tuple[Ints, Ints]:
    """Return candidates and starts of all common runs with a room, closing candidates that have none."""
    per_day = problem.slots_per_day
    room = problem.rooms > 0
    common = np.zeros_like(problem.child_free)
    housed = np.zeros_like(problem.child_free)
    lengths, which = np.unique(problem.session, return_inverse=True)
    by_length = []
    for i, length in enumerate(lengths):
        kids = np.flatnonzero(which == i)
        common[kids] = starts(problem.child_free[kids], int(length), per_day)
        housed[kids] = common[kids]
        indoors = kids[problem.at_centre[kids]]
        housed[indoors] &= starts(room, int(length), per_day)[problem.centre[indoors]]
        by_length.append(starts(problem.volunteer_free, int(length), per_day))
    found_candidate, found_start = [], []
    for low in range(0, len(problem.child), _BLOCK):
        block = slice(low, low + _BLOCK)
        child, volunteer = problem.child[block], problem.volunteer[block]
        theirs = np.empty((len(child), problem.slots), dtype=np.bool_)
        for i in range(len(lengths)):
            rows = which[child] == i
            theirs[rows] = by_length[i][volunteer[rows]]
        meet = theirs & common[child]
        closed[block][~meet.any(axis=1)] = _NO_TIME
        meet &= housed[child]
        closed[block][~meet.any(axis=1) & (closed[block] == 0)] = _NO_ROOM
        pinned = problem.fixed_start[block]
        rows = np.flatnonzero(pinned != NO_START)
        only = meet[rows, pinned[rows]]
        meet[rows] = False
        meet[rows, pinned[rows]] = only
        candidate, start = np.divmod(np.flatnonzero(meet), meet.shape[1])  # as np.nonzero, in a third of the time
        found_candidate.append(candidate + low)
        found_start.append(start)
    if not found_candidate:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(found_candidate), np.concatenate(found_start).astype(np.int64)
