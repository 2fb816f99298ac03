"""What would help a child for whom a run found nobody: computed from the same rules that kept the others away (S12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .facts import MANDARIN, ChildFacts, MatchOptions, VolunteerFacts
from .hard import broken_rules
from .timetable import end_of, meeting, slots_in, starts_in, time_of, weekday_of

Help = dict[str, Any]

MOST_RULES = 3
"""So many suggestions about single rules are read; more are noise."""

LIFTABLE = ("eligibility", "common_time", "volunteer_full", "guardian_wish", "forbidden", "travel")
"""Rules about which somebody can do something; the others call for another volunteer."""

REFUSED = frozenset({"record_inquiry_not_clear", "under_18", "status_suspended", "status_left"})
"""What stands against a volunteer and is nobody's to lift for the sake of a match."""

NAMED = 6
"""So many volunteers are linked from one suggestion."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A child left over, and the state of the week after the run.

    Parameters
    ----------
    candidates
        Codes of volunteers who could be paired with the child.
    rooms_left
        Places in rooms that the run left over, per half-hour.
    pairs
        What the run proposes (`solution["pairs"]`).
    """

    child: ChildFacts
    options: MatchOptions
    volunteers: Mapping[str, VolunteerFacts]
    candidates: Sequence[str]
    rooms_left: Sequence[int]
    pairs: Sequence[Mapping[str, Any]]

    @property
    def room_mask(self) -> int:
        """Return the half-hours in which a room is left."""
        return sum(1 << slot for slot, left in enumerate(self.rooms_left) if left > 0)


def helps_for(shortage: Shortage) -> list[Help]:
    """Return what would help, the nearest way first."""
    rules = list(_lift_one_rule(shortage))[:MOST_RULES]
    return [*rules, *_one_more_room(shortage), *_one_more_volunteer(shortage)]


def _lift_one_rule(shortage: Shortage) -> Iterator[Help]:
    """Yield one suggestion per rule that alone keeps volunteers away, the one with the most volunteers first."""
    alone: dict[tuple[str, str], list[str]] = {}
    for volunteer in shortage.volunteers.values():
        failing = list(broken_rules(shortage.child, volunteer, shortage.options))
        if len(failing) == 1 and failing[0] in LIFTABLE and REFUSED.isdisjoint(volunteer.lacking):
            detail = volunteer.lacking[0] if failing[0] == "eligibility" and len(volunteer.lacking) == 1 else ""
            alone.setdefault((failing[0], detail), []).append(volunteer.code)
    for (rule, detail), codes in sorted(alone.items(), key=lambda item: (-len(item[1]), item[0])):
        data: dict[str, Any] = {"rule": rule, "count": len(codes), "volunteers": sorted(codes)[:NAMED]}
        if detail:
            data["check"] = detail
        if rule == "common_time":
            start = _roomy_start(shortage)
            if start is not None:
                data.update(when(start, shortage.options.session_slots))
        if rule == "guardian_wish":
            data["wish"] = shortage.child.wish
        yield {"code": "one_rule", "data": data}


def _one_more_room(shortage: Shortage) -> Iterator[Help]:
    """Yield the time at which one room more would let a candidate with places left come."""
    length = shortage.options.session_slots
    used = Counter(pair["volunteer"] for pair in shortage.pairs)
    wanted: Counter[int] = Counter()
    roomy = starts_in(shortage.room_mask, length)
    for code in shortage.candidates:
        volunteer = shortage.volunteers[code]
        if used[code] >= volunteer.places or code in shortage.child.forbidden:
            continue
        starts = starts_in(shortage.child.free & volunteer.free & ~_busy(shortage, code), length)
        if starts & roomy:
            continue
        wanted.update(slots_in(starts))
    if wanted:
        start = min(wanted, key=lambda slot: (-wanted[slot], slot))
        yield {"code": "one_more_room", "data": {**when(start, length), "volunteers": wanted[start]}}


def _one_more_volunteer(shortage: Shortage) -> Iterator[Help]:
    """Yield when one volunteer more could meet the child, and what language it takes."""
    start = _roomy_start(shortage)
    dialects = shortage.child.dialects
    data: dict[str, Any] = {"sex": shortage.child.wish if shortage.child.wish in {"female", "male"} else ""}
    data["dialects"] = [] if not dialects or MANDARIN in dialects else sorted(dialects)
    if start is not None:
        data.update(when(start, shortage.options.session_slots))
    yield {"code": "one_more_volunteer", "data": data}


def _roomy_start(shortage: Shortage) -> int | None:
    """Return the start at which the child is free and most rooms are left, or None."""
    length = shortage.options.session_slots
    starts = list(slots_in(starts_in(shortage.child.free & shortage.room_mask, length)))
    left = shortage.rooms_left
    return max(starts, key=lambda slot: (min(left[slot : slot + length]), -slot), default=None)


def _busy(shortage: Shortage, volunteer: str) -> int:
    mask = 0
    for pair in shortage.pairs:
        if pair["volunteer"] == volunteer:
            mask |= meeting(pair["start"], shortage.options.session_slots)
    return mask


def when(start: int, length: int) -> dict[str, Any]:
    """Return a time of the week as it is stored: weekday, from, to."""
    return {
        "weekday": weekday_of(start),
        "starts": f"{time_of(start):%H:%M}",
        "ends": f"{end_of(start, length):%H:%M}",
    }
