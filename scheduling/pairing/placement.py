"""A timetable under construction: which columns are taken, and which would still fit."""

from collections.abc import Iterable

from scheduling.pairing.columns import Columns, Reason
from scheduling.pairing.problem import NO_LIMIT, NO_START, Problem


class Placement:
    """Takes columns one by one and keeps every hard rule.

    Parameters
    ----------
    problem : Problem
    columns : Columns

    Notes
    -----
    Busy slots are the bits of Python integers, so that a whole session is tested at once.
    """

    def __init__(self, problem: Problem, columns: Columns) -> None:
        self.taken: dict[int, int] = {}
        self._columns = columns
        self._candidate: list[int] = columns.candidate.tolist()
        self._start: list[int] = columns.start.tolist()
        self._child: list[int] = problem.child.tolist()
        self._volunteer: list[int] = problem.volunteer.tolist()
        self._load: list[int] = problem.load.tolist()
        self._session: list[int] = problem.session.tolist()
        self._indoors: list[bool] = (problem.at_centre & (problem.centre >= 0)).tolist()
        self._centre: list[int] = problem.centre.tolist()
        self.places_left: list[int] = problem.places.tolist()
        self.children_left: list[int] = problem.max_children.tolist()
        self.load_left: list[int] = problem.max_load.tolist()
        self.unlimited: list[bool] = (problem.max_load == NO_LIMIT).tolist()
        self.child_busy = [0] * len(problem.children)
        self.volunteer_busy = [0] * len(problem.volunteers)
        self.centre_full = [0] * len(problem.centres)
        self._rooms: list[list[int]] = problem.rooms.tolist()

    def session(self, column: int) -> int:
        """Return the slots of a column as bits; 0 without a timetable."""
        start = self._start[column]
        if start == NO_START:
            return 0
        length = self._session[self._child[self._candidate[column]]]
        return ((1 << length) - 1) << start

    def has_place(self, candidate: int) -> bool:
        """Tell whether child and volunteer have a place left and have not got each other yet."""
        if candidate in self.taken:
            return False
        child = self._child[candidate]
        return self.places_left[child] > 0 and self.volunteer_has_place(candidate)

    def volunteer_has_place(self, candidate: int) -> bool:
        """Tell whether the candidate's volunteer has a place and enough load left."""
        volunteer = self._volunteer[candidate]
        if self.children_left[volunteer] <= 0:
            return False
        return self.unlimited[volunteer] or self.load_left[volunteer] >= self._load[candidate]

    def has_time(self, column: int) -> bool:
        """Tell whether both are free and a room is left in every slot of the column."""
        candidate = self._candidate[column]
        child, volunteer = self._child[candidate], self._volunteer[candidate]
        busy = self.child_busy[child] | self.volunteer_busy[volunteer]
        if self._indoors[child]:
            busy |= self.centre_full[self._centre[child]]
        return not busy & self.session(column)

    def fits(self, column: int) -> bool:
        """Tell whether a column could be taken now."""
        return self.has_place(self._candidate[column]) and self.has_time(column)

    def take(self, column: int) -> None:
        """Take a column that fits."""
        candidate = self._candidate[column]
        child, volunteer = self._child[candidate], self._volunteer[candidate]
        self.taken[candidate] = column
        self.places_left[child] -= 1
        self.children_left[volunteer] -= 1
        if not self.unlimited[volunteer]:
            self.load_left[volunteer] -= self._load[candidate]
        session = self.session(column)
        self.child_busy[child] |= session
        self.volunteer_busy[volunteer] |= session
        if session and self._indoors[child]:
            self._use_rooms(self._centre[child], session)

    def _use_rooms(self, centre: int, session: int) -> None:
        rooms = self._rooms[centre]
        while session:
            bit = session & -session
            session ^= bit
            slot = bit.bit_length() - 1
            rooms[slot] -= 1
            if rooms[slot] <= 0:
                self.centre_full[centre] |= bit

    def take_all(self, columns: Iterable[int]) -> bool:
        """Take every column given that fits, in that order; tell whether all did."""
        complete = True
        for column in columns:
            if self.fits(column):
                self.take(column)
            else:
                complete = False
        return complete

    def fill(self, candidates: Iterable[int]) -> None:
        """Give candidates, in that order, their first start that fits."""
        for candidate in candidates:
            if not self.has_place(candidate):
                continue
            for column in self._columns.of(candidate):
                if self.has_time(column):
                    self.take(column)
                    break

    def chosen(self) -> list[int]:
        """Return the taken columns in ascending order."""
        return sorted(self.taken.values())

    def reason(self, candidate: int) -> Reason:
        """Return why a candidate is not taken; the first reason that applies."""
        if candidate in self.taken:
            return Reason.PAIRED
        closed = self._columns.closed_reason(candidate)
        if closed is not None:
            return closed
        if not self.volunteer_has_place(candidate):
            return Reason.VOLUNTEER_FULL
        sessions = [self.session(column) for column in self._columns.of(candidate)]
        child, volunteer = self._child[candidate], self._volunteer[candidate]
        sessions = [session for session in sessions if not session & self.volunteer_busy[volunteer]]
        if not sessions:
            return Reason.VOLUNTEER_BUSY
        sessions = [session for session in sessions if not session & self.child_busy[child]]
        if not sessions:
            return Reason.CHILD_BUSY
        if self._indoors[child]:
            full = self.centre_full[self._centre[child]]
            if all(session & full for session in sessions):
                return Reason.ROOM_FULL
        return Reason.NOT_WORTH
