"""Locks of people in the one order of the house (volunteer, child, room), and the hours that a pairing holds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import time

from django.db import IntegrityError, transaction

from qianshou.centres.models import Room
from qianshou.children.models import Child
from qianshou.companionship.models import HeldHour, Pairing
from qianshou.companionship.queries.snapshot import seats_left
from qianshou.companionship.rules.timetable import slots_in, taken_by
from qianshou.core.errors import Conflict
from qianshou.volunteers.models import Volunteer


def lock(volunteers: Collection[int], children: Collection[int], rooms: Collection[int] = ()) -> None:
    """Lock people and rooms, each kind by rising key, so that two of us can never wait for each other."""
    for model, keys in ((Volunteer, volunteers), (Child, children), (Room, rooms)):
        rows = model._base_manager.filter(pk__in=set(keys)).order_by("pk").select_for_update()
        list(rows.values_list("pk", flat=True))


def hold(pairing: Pairing, conflict: Conflict) -> Pairing:
    """Save a pairing with its places and hours; the people are locked.

    Raises
    ------
    Conflict
        The given one, when the database knows better: a place, an hour or a seat is taken.
    """
    try:
        with transaction.atomic():
            pairing.save()
            HeldHour.objects.bulk_create(_hours(pairing, conflict))
    except IntegrityError as error:
        raise conflict from error
    return pairing


def _hours(pairing: Pairing, conflict: Conflict) -> list[HeldHour]:
    slots = half_hours(pairing.weekday, pairing.starts, pairing.ends)
    seats = seats_left(pairing.room, slots) if pairing.room is not None else dict.fromkeys(slots)
    if pairing.room is not None and None in seats.values():
        raise conflict
    return [
        HeldHour(
            pairing=pairing,
            slot=slot,
            child_id=pairing.child_id,
            volunteer_id=pairing.volunteer_id,
            room_id=pairing.room_id,
            seat=seats[slot],
        )
        for slot in slots
    ]


def half_hours(weekday: int, starts: time, ends: time) -> list[int]:
    """Return the half-hours that a weekly time touches."""
    return list(slots_in(taken_by([(weekday, starts, ends)])))


def free_up(pairing: Pairing) -> None:
    """Give back the hours of a pairing that has ended."""
    HeldHour.objects.filter(pairing=pairing).delete()
