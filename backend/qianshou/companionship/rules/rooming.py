"""Which room each meeting gets, so that no room holds more pairs at a time than it has places for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .timetable import SLOTS, SLOTS_PER_DAY, meeting, slots_in, starts_in

TRIES_PER_DAY = 20_000

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A weekly meeting that needs a room from half-hour `start` on; `wished` is the room it would like to keep."""

    key: str
    start: int
    length: int
    wished: int | None = None

    @property
    def slots(self) -> range:
        """Return its half-hours."""
        return range(self.start, self.start + self.length)


def assign_rooms(meetings: Sequence[Meeting], free: Mapping[int, Sequence[int]]) -> dict[str, int]:
    """Return the room of each meeting; a meeting for which no room could be found is left out.

    Parameters
    ----------
    free
        Room -> places left per half-hour of the week. Rooms earlier in the mapping are preferred.
    """
    rooms: dict[str, int] = {}
    left = {room: list(numbers) for room, numbers in free.items()}
    for day in range(SLOTS // SLOTS_PER_DAY):
        today = [meeting for meeting in meetings if meeting.start // SLOTS_PER_DAY == day]
        today.sort(key=lambda meeting: (meeting.start, -meeting.length, meeting.key))
        rooms.update(_Day(today, left).solve())
    return rooms


class _Day:
    """Depth-first search over one day's meetings in order of start; keeps the fullest assignment it met."""

    def __init__(self, meetings: Sequence[Meeting], left: dict[int, list[int]]) -> None:
        self.meetings = meetings
        self.left = left
        self.best: dict[str, int] = {}
        self.tries = TRIES_PER_DAY

    def solve(self) -> dict[str, int]:
        """Return room by meeting."""
        self._descend(0, {})
        return self.best

    def _descend(self, position: int, chosen: dict[str, int]) -> bool:
        if len(chosen) > len(self.best) or not self.best:
            self.best = dict(chosen)
        if position == len(self.meetings):
            return len(chosen) == len(self.meetings)
        self.tries -= 1
        if self.tries < 0 or len(chosen) + len(self.meetings) - position <= len(self.best) < len(self.meetings):
            return self.tries < 0
        meeting = self.meetings[position]
        for room in self._fitting(meeting):
            self._take(meeting, room, -1)
            chosen[meeting.key] = room
            done = self._descend(position + 1, chosen)
            del chosen[meeting.key]
            self._take(meeting, room, 1)
            if done:
                return True
        return self._descend(position + 1, chosen)

    def _fitting(self, meeting: Meeting) -> list[int]:
        """Return rooms that are free: the wished one first, those that nobody else wishes then, small gaps first."""
        fitting = [room for room, left in self.left.items() if all(left[slot] > 0 for slot in meeting.slots)]
        coveted = {
            other.wished
            for other in self.meetings
            if other is not meeting and abs(other.start - meeting.start) < max(other.length, meeting.length)
        }
        return sorted(
            fitting,
            key=lambda room: (room != meeting.wished, room in coveted, self._gap_before(room, meeting.start)),
        )

    def _gap_before(self, room: int, start: int) -> int:
        left = self.left[room]
        gap = 0
        while (start - gap) % SLOTS_PER_DAY and left[start - gap - 1] >= left[start]:
            gap += 1
        return gap

    def _take(self, meeting: Meeting, room: int, change: int) -> None:
        for slot in meeting.slots:
            self.left[room][slot] += change


def keep_times(
    meetings: Mapping[Pair, int],
    wished: Mapping[Pair, int],
    free: Mapping[Pair, int],
    rooms: Sequence[int],
    length: int,
) -> dict[Pair, int]:
    """Return starts of the same meetings, with as many as possible at the time they had before.

    A new run is free to choose among equal times; people who were told a time are not. The meetings that had a time
    are put there first, the others around them; where one of those finds no place, the meetings are moved back one
    by one instead, as far as people and rooms allow.

    Parameters
    ----------
    meetings, wished
        Start by pair (child, volunteer).
    free
        Half-hours in which both of a pair are free, leaving aside these meetings.
    rooms
        Meetings that may run at the same time, per half-hour.
    """
    return _around_the_kept(meetings, wished, free, rooms, length) or _one_by_one(meetings, wished, free, rooms, length)


class _Week:
    """Who is busy when, and how many rooms are left."""

    def __init__(self, rooms: Sequence[int], length: int) -> None:
        self.left = list(rooms)
        self.length = length
        self.busy: dict[str, int] = {}

    def fits(self, pair: Pair, start: int, free: int) -> bool:
        """Tell whether both people and a room are free for a meeting."""
        slots = meeting(start, self.length)
        open_to_both = free & ~self.busy.get(pair[0], 0) & ~self.busy.get(pair[1], 0)
        return slots & open_to_both == slots and min(self.left[start : start + self.length]) > 0

    def book(self, pair: Pair, start: int, *, back: bool = False) -> None:
        """Take the hours of a meeting, or give them back."""
        for slot in range(start, start + self.length):
            self.left[slot] += 1 if back else -1
        for person in pair:
            self.busy[person] = self.busy.get(person, 0) ^ meeting(start, self.length)


def _around_the_kept(
    meetings: Mapping[Pair, int],
    wished: Mapping[Pair, int],
    free: Mapping[Pair, int],
    rooms: Sequence[int],
    length: int,
) -> dict[Pair, int] | None:
    week = _Week(rooms, length)
    starts: dict[Pair, int] = {}
    options = {pair: [wished[pair]] for pair in sorted(meetings) if pair in wished}
    for pair in sorted(meetings, key=lambda pair: (pair not in options, free[pair].bit_count(), pair)):
        others = [meetings[pair], *slots_in(starts_in(free[pair], length))]
        start = next((at for at in (*options.get(pair, ()), *others) if week.fits(pair, at, free[pair])), None)
        if start is None:
            return None
        starts[pair] = start
        week.book(pair, start)
    return starts


def _one_by_one(
    meetings: Mapping[Pair, int],
    wished: Mapping[Pair, int],
    free: Mapping[Pair, int],
    rooms: Sequence[int],
    length: int,
) -> dict[Pair, int]:
    week = _Week(rooms, length)
    starts = dict(meetings)
    for pair, start in starts.items():
        week.book(pair, start)
    moved = True
    while moved:
        moved = False
        for pair in sorted(starts):
            target = wished.get(pair, starts[pair])
            if target == starts[pair]:
                continue
            week.book(pair, starts[pair], back=True)
            if week.fits(pair, target, free[pair]):
                starts[pair], moved = target, True
            week.book(pair, starts[pair])
    return starts
