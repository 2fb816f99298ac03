"""What happens to homes: opened, changed, rooms and hours set; villages and travel times recorded (S18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.accounts.queries import may
from qianshou.core import audit, identity
from qianshou.core.changes import changed_values, for_audit
from qianshou.core.errors import Conflict, Invalid, NotAllowed, Text
from qianshou.core.identity_texts import text_of

from .models import Centre, DayType, OpeningHours, Room, TravelTime, Village, Zone
from .rules import Stretch, faults_of_hours

HOURS_TEXTS = {
    "hours_out_of_order": _("The home closes before it opens."),
    "hours_overlap": _("These hours overlap."),
    "hours_at_night": _("A home opens between 05:00 and 23:00."),
    "hours_too_many": _("At most four stretches of time a day."),
}
CHANGEABLE = frozenset(
    {"name", "township", "village", "latitude", "longitude", "capacity", "manager_name", "phone", "is_active"}
)
ROOM_FIELDS = frozenset({"name", "zone", "seats", "for_sessions"})


def _authorise(by: User | None, action: str, centre: Centre | None = None) -> None:
    if by is not None and not may(by, action, centre):
        raise NotAllowed(_("Your role does not allow this. Ask the administrator."))


def _locked(centre: Centre) -> Centre:
    return Centre.objects.select_for_update().get(pk=centre.pk)


def _check_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values in their lasting form; raises `Invalid` with the field of every fault."""
    made = dict(values)
    faults: dict[str, Text] = {}
    if "name" in made and not made["name"].strip():
        faults["name"] = _("Write the name of the home.")
    if made.get("phone"):
        try:
            made["phone"] = identity.normalise_phone(made["phone"])
        except identity.IdentityFault as fault:
            faults["phone"] = text_of(fault.code)
    if (made.get("capacity") or 0) < 0:
        faults["capacity"] = _("A number of places, 0 or more.")
    for name, limit in (("latitude", 90), ("longitude", 180)):
        if made.get(name) is not None and abs(made[name]) > limit:
            faults[name] = _("Degrees between -%(limit)s and %(limit)s.") % {"limit": limit}
    if faults:
        raise Invalid(_("Some fields need another look."), fields=faults)
    return made


@transaction.atomic
def open_centre(
    *,
    code: str,
    name: str,
    by: User | None,
    rooms: Iterable[Mapping[str, Any]] = (),
    opening_hours: Mapping[str, Sequence[Stretch]] | None = None,
    closed_weekdays: Iterable[int] = (),
    **values: Any,
) -> Centre:
    """Add a home with its rooms and hours; raises `Conflict` when the code is taken (S18)."""
    _authorise(by, "centres.add")
    code = code.strip().upper()
    if not code or not code.isascii() or not code.replace("-", "").isalnum() or len(code) > 12:
        raise Invalid(_("Some fields need another look."), fields={"code": _("Up to 12 letters and digits.")})
    if Centre.objects.filter(code=code).exists():
        message = _("This code belongs to another home.")
        raise Conflict(message, code="code_taken", fields={"code": message})
    unknown = values.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"not fields of a home: {sorted(unknown)}")
    centre = Centre.objects.create(code=code, **_check_values({"name": name.strip(), **values}))
    Room.objects.bulk_create([Room(centre=centre, **room) for room in rooms])
    _write_hours(centre, opening_hours or {}, closed_weekdays)
    centre.save(update_fields=["closed_weekdays"])
    audit.record("centres.open_centre", by=by, subject=centre, changes={"name": [None, centre.name]})
    return centre


@transaction.atomic
def change_centre(centre: Centre, values: Mapping[str, Any], *, by: User | None) -> Centre:
    """Change what is posted about a home."""
    _authorise(by, "centres.change", centre)
    centre = _locked(centre)
    unknown = values.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"not fields of a home: {sorted(unknown)}")
    changed = changed_values(centre, _check_values(values))
    if changed:
        told = for_audit(centre, changed)
        for name, value in changed.items():
            setattr(centre, name, value)
        centre.save(update_fields=list(changed))
        audit.record("centres.change_centre", by=by, subject=centre, changes=told)
    return centre


def _write_hours(centre: Centre, hours: Mapping[str, Sequence[Stretch]], closed_weekdays: Iterable[int]) -> None:
    faults: dict[str, Any] = {}
    for day_type, stretches in hours.items():
        if day_type not in DayType.values:
            raise TypeError(f"no such kind of day: {day_type}")
        found = faults_of_hours(stretches)
        if found:
            faults[day_type] = [HOURS_TEXTS[code] for code in found]
    closed = sorted(set(closed_weekdays))
    if any(day not in range(1, 8) for day in closed):
        faults["closed_weekdays"] = text_of("not_a_choice")
    if faults:
        raise Invalid(_("Some opening hours need another look."), fields=faults)
    centre.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        [
            OpeningHours(centre=centre, day_type=day_type, opens=opens, closes=closes)
            for day_type, stretches in hours.items()
            for opens, closes in sorted(set(stretches))
        ]
    )
    centre.closed_weekdays = closed


@transaction.atomic
def set_opening_hours(
    centre: Centre, hours: Mapping[str, Sequence[Stretch]], *, closed_weekdays: Iterable[int], by: User | None
) -> Centre:
    """Replace the opening hours of every kind of day and the weekdays on which the home is closed (R-H3)."""
    _authorise(by, "centres.change", centre)
    centre = _locked(centre)
    _write_hours(centre, hours, closed_weekdays)
    centre.save(update_fields=["closed_weekdays"])
    told = {day: [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in sorted(rows)] for day, rows in hours.items()}
    audit.record(
        "centres.set_opening_hours",
        by=by,
        subject=centre,
        changes={"opening_hours": told, "closed_weekdays": centre.closed_weekdays},
    )
    return centre


def _room_values(centre: Centre, values: Mapping[str, Any], room: Room | None = None) -> dict[str, Any]:
    made = dict(values)
    faults: dict[str, Text] = {}
    if "name" in made:
        made["name"] = made["name"].strip()
        taken: QuerySet[Room] = Room.objects.filter(centre=centre, name=made["name"])
        if not made["name"]:
            faults["name"] = _("Write the name of the room.")
        elif taken.exclude(pk=room.pk if room else 0).exists():
            faults["name"] = _("Another room of this home has this name.")
    if "zone" in made and made["zone"] not in Zone.values:
        faults["zone"] = text_of("not_a_choice")
    if "seats" in made and not 1 <= made["seats"] <= 50:
        faults["seats"] = _("Between 1 and 50.")
    if faults:
        raise Invalid(_("Some fields need another look."), fields=faults)
    return made


@transaction.atomic
def add_room(
    centre: Centre, *, name: str, zone: str, seats: int = 1, for_sessions: bool = True, by: User | None
) -> Room:
    """Add a room to a home."""
    _authorise(by, "centres.change", centre)
    centre = _locked(centre)
    values = {"name": name, "zone": zone, "seats": seats, "for_sessions": for_sessions}
    room = Room.objects.create(centre=centre, **_room_values(centre, values))
    audit.record("centres.add_room", by=by, subject=centre, changes={"room": [None, room.name], "zone": room.zone})
    return room


@transaction.atomic
def change_room(room: Room, values: Mapping[str, Any], *, by: User | None) -> Room:
    """Change a room: name, use, pairs at a time, whether pairs may meet in it."""
    _authorise(by, "centres.change", room.centre)
    room = Room.objects.select_for_update(of=("self",)).select_related("centre").get(pk=room.pk)
    if values.keys() - ROOM_FIELDS:
        raise TypeError(f"not fields of a room: {sorted(values.keys() - ROOM_FIELDS)}")
    changed = changed_values(room, _room_values(room.centre, values, room))
    if changed:
        told = {name: [getattr(room, name), value] for name, value in changed.items()}
        for name, value in changed.items():
            setattr(room, name, value)
        room.save(update_fields=list(changed))
        audit.record("centres.change_room", by=by, subject=room.centre, changes={"room": room.name, **told})
    return room


@transaction.atomic
def close_room(room: Room, *, by: User | None, reason: str = "") -> Room:
    """Take a room out of use; raises `Conflict` while pairs meet in it."""
    _authorise(by, "centres.change", room.centre)
    room = Room.objects.select_for_update(of=("self",)).select_related("centre").get(pk=room.pk)
    if room.pairings.filter(state__in=["awaiting_consent", "active"]).exists():
        raise Conflict(_("Pairs meet in this room. Give them another one first."), code="room_in_use")
    if room.is_active:
        room.is_active = False
        room.save(update_fields=["is_active"])
        audit.record(
            "centres.close_room", by=by, subject=room.centre, changes={"room": [room.name, None]}, reason=reason
        )
    return room


@transaction.atomic
def reopen_room(room: Room, *, by: User | None) -> Room:
    """Take a closed room into use again."""
    _authorise(by, "centres.change", room.centre)
    room = Room.objects.select_for_update(of=("self",)).select_related("centre").get(pk=room.pk)
    if not room.is_active:
        room.is_active = True
        room.save(update_fields=["is_active"])
        audit.record("centres.reopen_room", by=by, subject=room.centre, changes={"room": [None, room.name]})
    return room


@transaction.atomic
def record_villages(rows: Iterable[Mapping[str, Any]], *, by: User | None) -> int:
    """Write the villages of the county, found again by their code; returns how many were given."""
    _authorise(by, "centres.add")
    villages = [Village(**row) for row in rows]
    try:
        Village.objects.bulk_create(
            villages,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "township", "latitude", "longitude", "elevation_m", "households", "updated_at"],
        )
    except IntegrityError as error:
        raise Invalid(_("Two villages have the same code."), code="code_taken") from error
    audit.record("centres.record_villages", by=by, changes={"villages": len(villages)})
    return len(villages)


@transaction.atomic
def record_travel_times(rows: Iterable[tuple[str, str, int]], *, by: User | None) -> int:
    """Write minutes on the road: (origin code, destination code, minutes); known pairs are replaced."""
    _authorise(by, "centres.add")
    times = [
        TravelTime(origin=origin, destination=destination, minutes=minutes) for origin, destination, minutes in rows
    ]
    TravelTime.objects.bulk_create(
        times,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["origin", "destination"],
        update_fields=["minutes"],
    )
    audit.record("centres.record_travel_times", by=by, changes={"travel_times": len(times)})
    return len(times)
