"""What people decide about proposals: accept after a live check, decline, never together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import format_lazy

from qianshou.companionship.models import Pairing, Proposal, ProposalState
from qianshou.companionship.queries.snapshot import facts_of_pair, options_from, seats_left
from qianshou.companionship.rules import ChildFacts, MatchOptions, VolunteerFacts, broken_rules
from qianshou.companionship.sentences import changed, lacking
from qianshou.core import audit, clock
from qianshou.core.errors import Conflict, DomainError

from .holding import half_hours, hold, lock
from .pairings import reason_given
from .permission import require
from .rules import forbid_pair

if TYPE_CHECKING:
    from qianshou.accounts.models import User

RENAMED = {"eligibility": "volunteer_not_eligible"}
"""Rule -> code of what has changed, where the two differ."""

LOOKED_AT_APART = {"common_time"}
"""Judged for the proposal's own time, not for any time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of several proposals: its pairing, or why not."""

    proposal: Proposal
    pairing: Pairing | None = None
    error: DomainError | None = None


def accept_proposal(proposal: Proposal, *, by: User) -> Pairing:
    """Accept a proposal when it still holds today; the consent of volunteer, guardian and child follows (R-P10).

    Raises
    ------
    NotAllowed
    Conflict
        With a sentence that names what has changed since the run; `details["changed"]` has the codes.
    """
    require(by, "matching.run", proposal.run.centre_id)
    with transaction.atomic():
        _lock_people([proposal])
        return _accept(proposal, by=by)


def accept_many(proposals: Sequence[Proposal], *, by: User) -> list[Outcome]:
    """Accept several proposals; each stands or falls alone, in the order given.

    Raises
    ------
    NotAllowed
        When the person may not accept at one of the centres; then nothing is accepted.
    """
    for proposal in proposals:
        require(by, "matching.run", proposal.run.centre_id)
    outcomes = []
    with transaction.atomic():
        _lock_people(proposals)
        for proposal in proposals:
            try:
                with transaction.atomic():
                    outcomes.append(Outcome(proposal, pairing=_accept(proposal, by=by)))
            except DomainError as error:
                outcomes.append(Outcome(proposal, error=error))
    return outcomes


def _lock_people(proposals: Sequence[Proposal]) -> None:
    lock(
        [one.volunteer_id for one in proposals],
        [one.child_id for one in proposals],
        [one.room_id for one in proposals if one.room_id is not None],
    )


def _accept(stale: Proposal, *, by: User) -> Pairing:
    """Accept with the people locked."""
    proposal = Proposal.objects.select_related("run__centre", "child__centre", "volunteer", "room").get(pk=stale.pk)
    _decide(proposal, ProposalState.ACCEPTED, by=by)
    found = _obstacles(proposal)
    if found:
        raise _conflict(found)
    pairing = Pairing(
        centre_id=proposal.run.centre_id,
        child=proposal.child,
        volunteer=proposal.volunteer,
        proposal=proposal,
        weekday=proposal.weekday,
        starts=proposal.starts,
        ends=proposal.ends,
        room=proposal.room,
        accepted_by=by,
    )
    hold(pairing, _conflict({"taken_meanwhile": ""}))
    audit.record(
        "companionship.accept_proposal",
        by=by,
        subject=pairing,
        changes={
            "proposal": proposal.code,
            "child": proposal.child.code,
            "volunteer": proposal.volunteer.code,
            "weekday": proposal.weekday,
            "starts": f"{proposal.starts:%H:%M}",
        },
    )
    return pairing


def _decide(proposal: Proposal, state: ProposalState, *, by: User, reason: str = "") -> None:
    """Move an open proposal to a state, once.

    Raises
    ------
    Conflict
        When it is decided already.
    """
    at = clock.now()
    moved = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.PROPOSED).update(
        state=state, decided_by=by, decided_at=at, decided_reason=reason, updated_at=at
    )
    proposal.refresh_from_db(fields=["state", "decided_by", "decided_at", "decided_reason"])
    if not moved:
        raise _conflict({f"proposal_{proposal.state}": ""})


def _conflict(found: dict[str, str]) -> Conflict:
    """Return the conflict that names everything found; the first is its code."""
    first = next(iter(found))
    details = " ".join(filter(None, found.values()))
    message = format_lazy("{}{}", changed(*found), f" ({details})" if details else "")
    return Conflict(message, code=first, details={"changed": list(found)})


def _obstacles(proposal: Proposal) -> dict[str, str]:
    """Return what stands against a proposal now: code -> more words."""
    try:
        child, volunteer = facts_of_pair(proposal.child, proposal.volunteer, on=clock.today())
    except LookupError as error:
        return {str(error): ""}
    return {
        **_broken_today(child, volunteer, options_from(proposal.run.options)),
        **_time_gone(proposal, child, volunteer),
        **_room_gone(proposal),
    }


def _broken_today(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> dict[str, str]:
    found: dict[str, str] = {}
    for rule in broken_rules(child, volunteer, options):
        if rule not in LOOKED_AT_APART:
            found[RENAMED.get(rule, rule)] = lacking(volunteer.lacking) if rule == "eligibility" else ""
    if child.places <= 0:
        found["child_full"] = ""
    return found


def _time_gone(proposal: Proposal, child: ChildFacts, volunteer: VolunteerFacts) -> dict[str, str]:
    wanted = sum(1 << slot for slot in half_hours(proposal.weekday, proposal.starts, proposal.ends))
    found = {}
    if wanted & ~volunteer.free:
        found["volunteer_busy"] = ""
    if wanted & ~child.free:
        found["child_busy"] = ""
    return found


def _room_gone(proposal: Proposal) -> dict[str, str]:
    room = proposal.room
    if room is None or not (room.is_active and room.for_sessions):
        return {"room_gone": ""}
    left = seats_left(room, half_hours(proposal.weekday, proposal.starts, proposal.ends))
    return {"room_full": ""} if None in left.values() else {}


def decline_proposal(proposal: Proposal, *, by: User, reason: str) -> Proposal:
    """Decline a proposal, with a reason; solving again does not propose the pair, a fresh run may.

    Raises
    ------
    NotAllowed, Invalid, Conflict
    """
    require(by, "matching.run", proposal.run.centre_id)
    why = reason_given(reason)
    with transaction.atomic():
        _decide(proposal, ProposalState.DECLINED, by=by, reason=why)
        audit.record("companionship.decline_proposal", by=by, subject=proposal, centre=proposal.run.centre, reason=why)
    return proposal


def forbid_proposal(proposal: Proposal, *, by: User, reason: str) -> Proposal:
    """Mark the pair of a proposal as never together, and decline it.

    Raises
    ------
    NotAllowed, Invalid, Conflict
    """
    require(by, "matching.run", proposal.run.centre_id)
    why = reason_given(reason)
    with transaction.atomic():
        forbid_pair(proposal.child, proposal.volunteer, by=by, reason=why)
        return decline_proposal(proposal, by=by, reason=why)
