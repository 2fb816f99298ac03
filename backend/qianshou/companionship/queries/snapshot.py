"""Reads what a matching run judges: facts of children, volunteers and rooms, without a single name (S12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Prefetch

from qianshou.centres.models import Centre, DayType, Room, TravelTime
from qianshou.children.models import Child, Guardian, Relative
from qianshou.companionship.models import (
    HeldHour,
    MatchingRun,
    MatchingSettings,
    Pairing,
    PairingState,
    PairRule,
    PairRuleKind,
)
from qianshou.companionship.rules import DEFAULT_WEIGHTS, ChildFacts, MatchOptions, VolunteerFacts
from qianshou.companionship.rules.timetable import DAYS, SLOT_MINUTES, SLOTS, free_in, slot_of, slots_in, taken_by
from qianshou.core import crypto
from qianshou.core.ages import age_on
from qianshou.volunteers.models import AvailabilitySlot, Volunteer, VolunteerStatus, Weeks
from qianshou.volunteers.rules import eligibility

Pair = tuple[str, str]
"""Codes of a child and a volunteer."""


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room for meetings: how many pairs at a time, and how many places are left in each half-hour of the week."""

    pk: int
    seats: int
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One centre's question at one moment.

    Parameters
    ----------
    opened
        Half-hours in which the home is open in term.
    locks
        Pairs that a manager wants kept together.
    before
        Start and room of pairs that the run before this one proposed.
    child_pks, volunteer_pks
        Where the answer is written, by public code.
    """

    on: date
    options: MatchOptions
    children: tuple[ChildFacts, ...]
    volunteers: tuple[VolunteerFacts, ...]
    rooms: tuple[RoomFacts, ...]
    opened: int
    locks: tuple[Pair, ...] = ()
    before: Mapping[Pair, tuple[int, int | None]] = field(default_factory=dict)
    child_pks: Mapping[str, int] = field(default_factory=dict)
    volunteer_pks: Mapping[str, int] = field(default_factory=dict)


def settings_of(centre: Centre) -> MatchingSettings:
    """Return the centre's settings, or unsaved defaults; every term has a weight."""
    found = MatchingSettings.objects.filter(centre=centre).first() or MatchingSettings(centre=centre)
    found.weights = {**DEFAULT_WEIGHTS, **found.weights}
    return found


def options_from(stored: Mapping[str, Any]) -> MatchOptions:
    """Return the options of a run from what it keeps (`MatchingRun.options`)."""
    return MatchOptions(
        weights={**DEFAULT_WEIGHTS, **stored.get("weights", {})},
        session_slots=-(-int(stored.get("session_minutes", 60)) // SLOT_MINUTES),
        max_travel_minutes=int(stored.get("max_travel_minutes", 60)),
        min_age_gap=int(stored.get("min_age_gap", 8)),
    )


def snapshot(
    centre: Centre,
    options: MatchOptions,
    *,
    on: date,
    other_centres: Collection[int] = (),
    never: Iterable[Pair] = (),
    before: MatchingRun | None = None,
) -> Snapshot:
    """Read a centre's question.

    Parameters
    ----------
    other_centres
        Ids of further centres whose volunteers may be asked.
    never
        Pairs not to be proposed this time, beside those that a rule forbids.
    before
        The run whose times and rooms are kept where the same pairs are proposed again.
    """
    opened = opening_mask(centre)
    rules = list(
        PairRule.objects.in_force().filter(centre=centre).values_list("kind", "child__code", "volunteer__code")
    )
    forbidden: defaultdict[str, set[str]] = defaultdict(set)
    for kind, child, volunteer in rules:
        if kind == PairRuleKind.FORBID:
            forbidden[child].add(volunteer)
    for child, volunteer in never:
        forbidden[child].add(volunteer)
    children = children_of(centre)
    volunteers = volunteers_of({centre.pk, *other_centres})
    minutes = _minutes_to(centre, volunteers)
    return Snapshot(
        on=on,
        options=options,
        children=tuple(sorted((child_facts(c, opened, on, forbidden[c.code]) for c in children), key=_by_code)),
        volunteers=tuple(sorted((volunteer_facts(v, on, minutes) for v in volunteers), key=_by_code)),
        rooms=rooms_of(centre),
        opened=opened,
        locks=tuple(sorted((c, v) for kind, c, v in rules if kind == PairRuleKind.LOCK)),
        before=_times_of(before) if before is not None else {},
        child_pks={child.code: child.pk for child in children},
        volunteer_pks={volunteer.code: volunteer.pk for volunteer in volunteers},
    )


def _times_of(run: MatchingRun) -> dict[Pair, tuple[int, int | None]]:
    rows = run.proposals.values_list("child__code", "volunteer__code", "weekday", "starts", "room__pk")
    return {(child, volunteer): (slot_of(weekday, at), room) for child, volunteer, weekday, at, room in rows}


def _by_code(facts: ChildFacts | VolunteerFacts) -> str:
    return facts.code


def opening_mask(centre: Centre) -> int:
    """Return the half-hours of a week of term in which the home is open."""
    hours = list(centre.opening_hours.all())
    spans = [
        (weekday, hour.opens, hour.closes)
        for weekday in range(1, DAYS + 1)
        if weekday not in centre.closed_weekdays
        for hour in hours
        if hour.day_type == (DayType.TERM_WEEKDAY if weekday <= 5 else DayType.TERM_WEEKEND)
    ]
    return free_in(spans)


def rooms_of(centre: Centre) -> tuple[RoomFacts, ...]:
    """Return the rooms in which pairs may meet, with what open pairings leave of them."""
    rooms = list(centre.rooms.filter(for_sessions=True, is_active=True).order_by("zone", "name"))
    left = {room.pk: [room.seats] * SLOTS for room in rooms}
    held = Pairing.objects.open().filter(room__in=rooms).values_list("room__pk", "weekday", "starts", "ends")
    for room_pk, weekday, starts, ends in held:
        for slot in slots_in(taken_by([(weekday, starts, ends)])):
            left[room_pk][slot] = max(0, left[room_pk][slot] - 1)
    return tuple(RoomFacts(room.pk, room.seats, tuple(left[room.pk])) for room in rooms)


def _pairings() -> Prefetch[Any]:
    return Prefetch("pairings", Pairing.objects.select_related("child", "volunteer"))


def children_of(centre: Centre, **only: Any) -> list[Child]:
    """Return the children of a home with everything that the rules ask of them."""
    return list(
        Child.objects.in_home()
        .filter(centre=centre, **only)
        .prefetch_related(
            Prefetch("guardians", Guardian.objects.order_by()),
            Prefetch("relatives", Relative.objects.order_by()),
            _pairings(),
        )
    )


def volunteers_of(centres: Collection[int], **only: Any) -> list[Volunteer]:
    """Return the volunteers of centres, but for those who have left, with everything that the rules ask of them."""
    return list(
        Volunteer.objects.filter(centre__in=centres, **only)
        .exclude(status=VolunteerStatus.LEFT)
        .select_related("village")
        .prefetch_related("checks", "availability", _pairings())
    )


def child_facts(child: Child, opened: int, on: date, forbidden: Collection[str] = ()) -> ChildFacts:
    """Return what the rules look at of a child."""
    held = [pairing for pairing in child.pairings.all() if pairing.is_open]
    return ChildFacts(
        code=child.code,
        age=age_on(child.birth_date, on),
        sex=child.sex,
        wish=child.companion_wish,
        places=max(0, child.companion_places - len(held)),
        interests=frozenset(child.interests),
        needs=frozenset(child.needs),
        dialects=frozenset(child.dialects),
        free=opened & ~_held_mask(held),
        companions=frozenset(pairing.volunteer.code for pairing in held),
        former=frozenset(p.volunteer.code for p in child.pairings.all() if p.state == PairingState.ENDED),
        forbidden=frozenset(forbidden),
        marks=_family_marks(child),
    )


def volunteer_facts(volunteer: Volunteer, on: date, minutes: Mapping[str, int]) -> VolunteerFacts:
    """Return what the rules look at of a volunteer; `minutes` is the way to the home by village code."""
    held = [pairing for pairing in volunteer.pairings.all() if pairing.is_open]
    judged = eligibility(volunteer.checks.all(), volunteer.birth_date, volunteer.status, on)
    own = {volunteer.national_id_index, volunteer.phone_index} - {""}
    if volunteer.user_id is not None:
        own.add(f"user:{volunteer.user_id}")
    return VolunteerFacts(
        code=volunteer.code,
        age=age_on(volunteer.birth_date, on),
        sex=volunteer.sex,
        lacking=tuple(judged.missing),
        max_children=volunteer.max_children,
        places=max(0, volunteer.max_children - len(held)),
        skills=frozenset(volunteer.skills),
        interests=frozenset(volunteer.interests),
        dialects=frozenset(volunteer.dialects),
        free=every_week(volunteer.availability.all()) & ~_held_mask(held),
        minutes=minutes.get(volunteer.village.code) if volunteer.village else None,
        marks=frozenset(own),
    )


def every_week(slots: Iterable[AvailabilitySlot]) -> int:
    """Return the half-hours that are free in every week: odd weeks alone are no weekly meeting."""
    spans: dict[str, list[Any]] = {weeks: [] for weeks in Weeks.values}
    for slot in slots:
        spans[slot.weeks].append((slot.weekday, slot.starts, slot.ends))
    return free_in(spans[Weeks.ALL]) | (free_in(spans[Weeks.ODD]) & free_in(spans[Weeks.EVEN]))


def _held_mask(pairings: Iterable[Pairing]) -> int:
    return taken_by((pairing.weekday, pairing.starts, pairing.ends) for pairing in pairings)


def _family_marks(child: Child) -> frozenset[str]:
    """Return the keyed hashes by which a volunteer of the child's own family is recognised."""
    marks = set()
    people: list[Guardian | Relative] = [*child.guardians.all(), *child.relatives.all()]
    for person in people:
        marks.add(crypto.blind_index(person.national_id, "national_id"))
        marks.update(crypto.blind_index(phone, "phone") for phone in person.phones)
        if isinstance(person, Guardian) and person.user_id is not None:
            marks.add(f"user:{person.user_id}")
    return frozenset(marks - {""})


def _minutes_to(centre: Centre, volunteers: Iterable[Volunteer]) -> dict[str, int]:
    origins = {volunteer.village.code for volunteer in volunteers if volunteer.village}
    rows = TravelTime.objects.filter(destination=centre.code, origin__in=origins)
    return dict(rows.values_list("origin", "minutes"))


def facts_of_pair(child: Child, volunteer: Volunteer, *, on: date) -> tuple[ChildFacts, VolunteerFacts]:
    """Return the present facts of one pair, for the check at the moment of accepting.

    Raises
    ------
    LookupError
        `child_left` or `volunteer_left`.
    """
    centre = child.centre
    rules = PairRule.objects.in_force().filter(child=child, kind=PairRuleKind.FORBID)
    fresh_child = next(iter(children_of(centre, pk=child.pk)), None)
    fresh_volunteer = next(iter(volunteers_of({volunteer.centre_id}, pk=volunteer.pk)), None)
    if fresh_child is None:
        raise LookupError("child_left")
    if fresh_volunteer is None:
        raise LookupError("volunteer_left")
    return (
        child_facts(fresh_child, opening_mask(centre), on, set(rules.values_list("volunteer__code", flat=True))),
        volunteer_facts(fresh_volunteer, on, _minutes_to(centre, [fresh_volunteer])),
    )


def seats_left(room: Room, slots: Collection[int]) -> dict[int, int | None]:
    """Return for each half-hour the lowest free place of a room, or None where all are taken."""
    taken: defaultdict[int, set[int]] = defaultdict(set)
    for slot, seat in HeldHour.objects.filter(room=room, slot__in=slots).values_list("slot", "seat"):
        taken[slot].add(seat or 0)
    return {slot: next((n for n in range(1, room.seats + 1) if n not in taken[slot]), None) for slot in slots}
