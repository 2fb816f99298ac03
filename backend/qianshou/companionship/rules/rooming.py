"""Which room each meeting gets, so that no room holds more pairs at a time than it has places for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .timetable import SLOTS, SLOTS_PER_DAY, meeting

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
        """Return rooms that are free: the wished one first, then those that leave the smallest gap before."""
        fitting = [room for room, left in self.left.items() if all(left[slot] > 0 for slot in meeting.slots)]
        return sorted(fitting, key=lambda room: (room != meeting.wished, self._gap_before(room, meeting.start)))

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

    A new run is free to choose among equal times; people who were told a time are not. Meetings are moved one by one
    to their wished start while both people and a room are free then, until nothing moves any more.

    Parameters
    ----------
    meetings, wished
        Start by pair (child, volunteer).
    free
        Half-hours in which both of a pair are free, leaving aside these meetings.
    rooms
        Meetings that may run at the same time, per half-hour.
    """
    starts = dict(meetings)
    left = list(rooms)
    busy: dict[str, int] = {}
    for pair, start in starts.items():
        _book(pair, start, length, left, busy)
    moved = True
    while moved:
        moved = False
        for pair in sorted(starts):
            target = wished.get(pair)
            if target is None or target == starts[pair]:
                continue
            _book(pair, starts[pair], length, left, busy, back=True)
            slots = meeting(target, length)
            taken = busy.get(pair[0], 0) | busy.get(pair[1], 0)
            roomy = all(left[slot] > 0 for slot in range(target, target + length))
            if roomy and not slots & taken and slots & free[pair] == slots:
                starts[pair], moved = target, True
            _book(pair, starts[pair], length, left, busy)
    return starts


def _book(pair: Pair, start: int, length: int, left: list[int], busy: dict[str, int], *, back: bool = False) -> None:
    for slot in range(start, start + length):
        left[slot] += 1 if back else -1
    for person in pair:
        busy[person] = busy.get(person, 0) ^ meeting(start, length)
