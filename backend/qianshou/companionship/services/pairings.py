"""Pairings: made outside a run (registers of the past), and withdrawn."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qianshou.centres.models import Room
from qianshou.children.models import Child
from qianshou.companionship.models import Pairing, PairingState
from qianshou.companionship.sentences import changed
from qianshou.core import audit, clock
from qianshou.core.errors import Conflict, Invalid
from qianshou.volunteers.models import Volunteer

from .holding import free_up, hold, lock
from .permission import require

if TYPE_CHECKING:
    from qianshou.accounts.models import User

LONGEST_REASON = 200


def reason_given(reason: str) -> str:
    """Return the reason without spaces around it.

    Raises
    ------
    Invalid
        When there is none, or it is too long.
    """
    text = " ".join(reason.split())
    if not text:
        raise Invalid(_("Say why, in a few words."), fields={"reason": _("Say why, in a few words.")})
    if len(text) > LONGEST_REASON:
        raise Invalid(
            _("The reason is too long."), fields={"reason": _("Use at most 200 characters.")}, code="too_long"
        )
    return text


def withdraw_pairing(pairing: Pairing, *, by: User, reason: str) -> Pairing:
    """Take back a pairing: one that awaits consent never began, an active one ends. Its time is free again.

    Raises
    ------
    NotAllowed, Invalid
    Conflict
        When it is over already.
    """
    require(by, "pairings.change", pairing.centre_id)
    why = reason_given(reason)
    with transaction.atomic():
        lock([pairing.volunteer_id], [pairing.child_id])
        pairing = Pairing.objects.select_for_update().get(pk=pairing.pk)
        if not pairing.is_open:
            raise Conflict(_("This pairing is over already."), code="pairing_over")
        began = pairing.state == PairingState.ACTIVE
        pairing.state = PairingState.ENDED if began else PairingState.WITHDRAWN
        pairing.ended_at, pairing.ended_by, pairing.end_reason = clock.now(), by, why
        pairing.save()
        free_up(pairing)
        audit.record(
            "companionship.withdraw_pairing", by=by, subject=pairing, changes={"state": pairing.state}, reason=why
        )
    return pairing


def record_pairing(
    child: Child,
    volunteer: Volunteer,
    *,
    weekday: int,
    starts: time,
    ends: time,
    room: Room | None,
    by: User | None,
    state: PairingState = PairingState.ACTIVE,
) -> Pairing:
    """Write down a pairing that exists already (taken over from paper, demonstration data); no rule is asked.

    Raises
    ------
    Conflict
        When one of the two, or the room, is taken at that time.
    """
    with transaction.atomic():
        lock([volunteer.pk], [child.pk], [room.pk] if room else [])
        pairing = Pairing(
            centre_id=child.centre_id,
            child=child,
            volunteer=volunteer,
            state=state,
            weekday=weekday,
            starts=starts,
            ends=ends,
            room=room,
            accepted_by=by,
        )
        hold(pairing, Conflict(changed("taken_meanwhile"), code="taken_meanwhile"))
        audit.record("companionship.record_pairing", by=by, subject=pairing, changes={"state": pairing.state})
    return pairing
