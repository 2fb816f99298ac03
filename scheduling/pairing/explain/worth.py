"""What pairs and times that do not exist would be worth at the prices of a solved model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.pairing.columns import Reason, starts
from scheduling.pairing.explain.solved import Solved
from scheduling.pairing.highs import Floats
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.rows import Kind

_BLOCK = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Prices by whom and what they are asked for; 0 where nothing is scarce.

    Attributes
    ----------
    child, volunteer, load : float arrays [people]
        A place of a child, a place of a volunteer, one unit of a volunteer's load.
    child_hours, volunteer_hours, rooms : float arrays [people or centres, slots]
    """

    child: Floats
    volunteer: Floats
    load: Floats
    child_hours: Floats
    volunteer_hours: Floats
    rooms: Floats

    def surplus(self, child: Ints, volunteer: Ints, gain: Ints, load: Ints) -> Floats:
        """Return what pairs of these gains are worth beyond the price of their places and load, hours aside."""
        return np.asarray(gain - self.child[child] - self.volunteer[volunteer] - load * self.load[volunteer])


def tables(solved: Solved) -> Tables:
    """Lay the prices of a solved model out."""
    problem, rows = solved.problem, solved.model.rows
    price = solved.prices.row[: rows.count] / 2.0**solved.prices.shift

    def single(kind: Kind, size: int) -> Floats:
        found = np.zeros(size)
        mine = rows.kind == int(kind)
        found[rows.owner[mine]] = price[mine]
        return found

    def timed(kind: Kind, size: int) -> Floats:
        found = np.zeros((size, problem.slots))
        mine = rows.kind == int(kind)
        found[rows.owner[mine], rows.slot[mine]] = price[mine]
        return found

    children, volunteers = len(problem.children), len(problem.volunteers)
    return Tables(
        single(Kind.CHILD_PLACE, children),
        single(Kind.VOLUNTEER_PLACE, volunteers),
        single(Kind.VOLUNTEER_LOAD, volunteers),
        timed(Kind.CHILD_HOURS, children),
        timed(Kind.VOLUNTEER_HOURS, volunteers),
        timed(Kind.ROOMS, len(problem.centres)),
    )


class Hours:
    """Where sessions could begin, and what they would cost, for pairs of children and volunteers.

    Parameters
    ----------
    solved : Solved
        With a timetable.
    prices : Tables
    """

    def __init__(self, solved: Solved, prices: Tables) -> None:
        problem = solved.problem
        self._problem, self._prices = problem, prices
        self.per_day = problem.slots_per_day
        shape = (len(problem.children), problem.slots)
        self._child_starts = np.zeros(shape, dtype=np.bool_)
        self._roomy = np.ones(shape, dtype=np.bool_)
        self._child_gap = np.full(shape, -1, dtype=np.int64)
        room = problem.rooms > 0
        self._lengths, self._which = np.unique(problem.session, return_inverse=True)
        self._volunteer_starts: list[NDArray[Any]] = []
        self._volunteer_gap: list[NDArray[Any]] = []
        for i, length in enumerate(self._lengths.tolist()):
            kids = np.flatnonzero(self._which == i)
            self._child_starts[kids] = starts(problem.child_free[kids], length, self.per_day)
            self._child_gap[kids] = _gaps(problem.child_free[kids], length, self.per_day)
            indoors = kids[problem.at_centre[kids]]
            self._roomy[indoors] = starts(room, length, self.per_day)[problem.centre[indoors]]
            self._volunteer_starts.append(starts(problem.volunteer_free, length, self.per_day))
            self._volunteer_gap.append(_gaps(problem.volunteer_free, length, self.per_day))

    def cost(self, child: Ints, volunteer: Ints) -> Floats:
        """Return what the hours and rooms of each start cost, [pairs, slots]."""
        problem, prices = self._problem, self._prices
        indoors = problem.at_centre[child]
        each = prices.volunteer_hours[volunteer] + prices.child_hours[child]
        each[indoors] += prices.rooms[problem.centre[child[indoors]]]
        total = np.concatenate([np.zeros((len(child), 1)), np.cumsum(each, axis=1)], axis=1)
        end = np.minimum(np.arange(problem.slots) + problem.session[child][:, None], problem.slots)
        return np.asarray(np.take_along_axis(total, end, axis=1) - total[:, :-1])

    def free(self, child: Ints, volunteer: Ints) -> Bools:
        """Return where both are free, [pairs, slots]."""
        return np.asarray(self._child_starts[child] & self._volunteers(self._volunteer_starts, child, volunteer))

    def roomy(self, child: Ints) -> Bools:
        """Return where a room is there or none is needed, [pairs, slots]."""
        return np.asarray(self._roomy[child])

    def volunteer_gap(self, child: Ints, volunteer: Ints) -> Ints:
        """Return for each start the one slot that the volunteer lacks, -1 where that is not all, [pairs, slots]."""
        gap = self._volunteers(self._volunteer_gap, child, volunteer)
        return np.where(self._child_starts[child] & self._roomy[child], gap, -1)

    def child_gap(self, child: Ints, volunteer: Ints) -> Ints:
        """Return for each start the one slot that the child lacks, -1 where that is not all, [pairs, slots]."""
        meets = self._roomy[child] & self._volunteers(self._volunteer_starts, child, volunteer)
        return np.where(meets, self._child_gap[child], -1)

    def _volunteers(self, by_length: list[NDArray[Any]], child: Ints, volunteer: Ints) -> NDArray[Any]:
        found = np.empty((len(child), self._problem.slots), dtype=by_length[0].dtype)
        for i, theirs in enumerate(by_length):
            rows = self._which[child] == i
            found[rows] = theirs[volunteer[rows]]
        return found


def _gaps(free: Bools, length: int, per_day: int) -> Ints:
    """Return for each start the one slot that is not free, -1 where none or several are not, [rows, slots]."""
    slots = free.shape[1]
    found = np.full(free.shape, -1, dtype=np.int64)
    if length > per_day:
        return found
    missing, which = np.zeros(free.shape, dtype=np.int64), np.zeros(free.shape, dtype=np.int64)
    for step in range(length):
        busy = ~free[:, step:]
        missing[:, : slots - step] += busy
        which[:, : slots - step] += busy * (np.arange(step, slots))
    fits = (np.arange(slots) % per_day) <= per_day - length
    alone = (missing == 1) & fits
    found[alone] = which[alone]
    return found


def blocks(candidates: Ints) -> Iterator[Ints]:
    """Cut candidates into blocks whose tables of slots are small."""
    for low in range(0, len(candidates), _BLOCK):
        yield candidates[low : low + _BLOCK]


def eligible(solved: Solved) -> Ints:
    """Return the candidates that are not forbidden and whose load fits."""
    closed = solved.columns.closed
    never = np.zeros(len(closed), dtype=np.bool_)
    for code in np.unique(closed).tolist():
        mine = closed == code
        if solved.columns.closed_reason(int(np.argmax(mine))) in (Reason.FORBIDDEN, Reason.VOLUNTEER_LOAD):
            never |= mine
    return np.flatnonzero(~never).astype(np.int64)
