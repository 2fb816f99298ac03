"""What people decide about proposals and pairings, and what the house checks again at that moment."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from qianshou.centres.models import OpeningHours
from qianshou.companionship import services
from qianshou.companionship.models import HeldHour, Pairing, PairingState
from qianshou.core import clock
from qianshou.core.errors import Conflict, Invalid
from qianshou.core.models import AuditEntry
from qianshou.volunteers.models import Check

from .conftest import TODAY


def test_an_accepted_proposal_is_a_pairing_that_awaits_consent_and_holds_its_hours(home):
    home.child()
    home.volunteer()
    proposal = home.proposal()
    pairing = services.accept_proposal(proposal, by=home.manager)
    proposal.refresh_from_db()
    assert (pairing.state, proposal.state, proposal.decided_by) == ("awaiting_consent", "accepted", home.manager)
    assert (pairing.volunteer_place, pairing.child_place) == (1, 1)
    assert list(pairing.hours.values_list("room_id", "seat")) == [(home.rooms[0].pk, 1)] * 2
    entry = AuditEntry.objects.get(action="companionship.accept_proposal")
    assert (entry.actor, entry.centre, entry.subject_code) == (home.manager, home.centre, pairing.code)


def expect_conflict(proposal, by, *codes):
    with pytest.raises(Conflict) as caught:
        services.accept_proposal(proposal, by=by)
    assert caught.value.details["changed"] == list(codes)
    assert caught.value.code == codes[0]
    proposal.refresh_from_db()
    assert proposal.state == "proposed"
    assert not HeldHour.objects.filter(pairing__proposal=proposal).exists()
    return str(caught.value.message)


def test_checks_that_lapsed_since_the_run(home):
    home.child()
    helper = home.volunteer()
    proposal = home.proposal()
    Check.objects.filter(volunteer=helper, kind="record_inquiry").update(done_on=TODAY - timedelta(days=365))
    with clock.frozen(TODAY + timedelta(days=1)):
        message = expect_conflict(proposal, home.manager, "volunteer_not_eligible")
    assert "无犯罪" in message or "record inquiry out of date" in message
    services.accept_proposal(proposal, by=home.manager)


def test_a_volunteer_who_left(home):
    home.child()
    helper = home.volunteer()
    proposal = home.proposal()
    helper.status = "left"
    helper.save()
    expect_conflict(proposal, home.manager, "volunteer_left")


def test_a_child_who_left(home):
    child = home.child()
    home.volunteer()
    proposal = home.proposal()
    child.status = "left"
    child.save()
    expect_conflict(proposal, home.manager, "child_left")


def test_a_volunteer_without_a_place_left_and_busy_then(home):
    home.child()
    helper = home.volunteer()
    proposal = home.proposal()
    services.record_pairing(
        home.child(), helper, weekday=3, starts=time(16, 30), ends=time(17, 30), room=None, by=home.manager
    )
    expect_conflict(proposal, home.manager, "volunteer_full", "volunteer_busy")


def test_a_child_that_found_a_companion_meanwhile(home):
    child = home.child()
    home.volunteer()
    proposal = home.proposal()
    services.record_pairing(
        child, home.volunteer(), weekday=4, starts=time(16), ends=time(17), room=None, by=home.manager
    )
    expect_conflict(proposal, home.manager, "child_full")


def test_a_home_that_is_closed_then(home):
    home.child()
    home.volunteer()
    proposal = home.proposal()
    OpeningHours.objects.filter(centre=home.centre).update(opens=time(17))
    expect_conflict(proposal, home.manager, "child_busy")


def test_a_room_that_is_taken(home):
    home.child()
    home.volunteer()
    proposal = home.proposal()
    services.record_pairing(
        home.child(),
        home.volunteer(),
        weekday=3,
        starts=time(16, 30),
        ends=time(17),
        room=home.rooms[0],
        by=home.manager,
    )
    expect_conflict(proposal, home.manager, "room_full")


def test_a_room_that_is_not_used_any_more(home):
    home.child()
    home.volunteer()
    proposal = home.proposal()
    home.rooms[0].is_active = False
    home.rooms[0].save()
    expect_conflict(proposal, home.manager, "room_gone")


def test_a_wish_a_rule_and_a_family_tie_found_later(home):
    child = home.child()
    helper = home.volunteer(phone="10012345678")
    proposal = home.proposal()
    services.forbid_pair(child, helper, by=home.manager)
    child.companion_wish = "male"
    child.save()
    guardian = child.guardians.get()
    guardian.phones = ["100 1234 5678"]
    guardian.save()
    expect_conflict(proposal, home.manager, "guardian_wish", "same_family", "forbidden")


def test_a_decided_proposal_is_not_decided_again(home):
    home.child()
    home.volunteer()
    proposal = home.proposal()
    services.accept_proposal(proposal, by=home.manager)
    for act in (
        lambda: services.accept_proposal(proposal, by=home.manager),
        lambda: services.decline_proposal(proposal, by=home.manager, reason="不行"),
    ):
        with pytest.raises(Conflict) as caught:
            act()
        assert caught.value.code == "proposal_accepted"
    with pytest.raises(Conflict) as caught:
        services.forbid_proposal(proposal, by=home.manager, reason="不行")
    assert caught.value.code == "already_paired"
    assert Pairing.objects.count() == 1


def test_several_at_once_stand_or_fall_alone(home):
    for _ in range(2):
        home.child()
    helper = home.volunteer(days=(2,))
    home.volunteer(days=(3,))
    run = home.run()
    helper.status = "suspended"
    helper.save()
    proposals = list(run.proposals.order_by("weekday"))
    failed, done = services.accept_many(proposals, by=home.manager)
    assert failed.error.code == "volunteer_not_eligible"
    assert done.pairing.state == PairingState.AWAITING_CONSENT
    assert Pairing.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
def test_declining_and_withdrawing_need_a_reason(home, reason):
    home.child()
    home.volunteer()
    proposal = home.proposal()
    with pytest.raises(Invalid) as caught:
        services.decline_proposal(proposal, by=home.manager, reason=reason)
    assert list(caught.value.fields) == ["reason"]
    pairing = services.accept_proposal(proposal, by=home.manager)
    with pytest.raises(Invalid):
        services.withdraw_pairing(pairing, by=home.manager, reason=reason)


# ---- withdrawing -----------------------------------------------------------------------------------------------------


def test_a_withdrawn_pairing_gives_everything_back(home):
    home.child()
    home.volunteer()
    pairing = services.accept_proposal(home.proposal(), by=home.manager)
    assert home.run().proposals.count() == 0
    over = services.withdraw_pairing(pairing, by=home.manager, reason="志愿者搬家")
    assert (over.state, over.end_reason, over.ended_by) == ("withdrawn", "志愿者搬家", home.manager)
    assert (over.volunteer_place, over.child_place) == (None, None)
    assert not HeldHour.objects.exists()
    services.accept_proposal(home.proposal(), by=home.manager)
    with pytest.raises(Conflict):
        services.withdraw_pairing(over, by=home.manager, reason="又一次")


def test_an_active_pairing_ends_and_earns_continuity(home):
    child, helper = home.child(), home.volunteer()
    pairing = services.record_pairing(
        child, helper, weekday=3, starts=time(16), ends=time(17), room=home.rooms[0], by=None
    )
    assert services.withdraw_pairing(pairing, by=home.manager, reason="学期结束").state == PairingState.ENDED
    assert "continuity" in {reason["code"] for reason in home.proposal().reasons}


def test_the_database_itself_refuses_an_hour_given_twice(home):
    child = home.child(companion_places=2)
    helper, other = home.volunteer(), home.volunteer()
    kept = {"weekday": 3, "starts": time(16), "ends": time(17), "by": home.manager}
    services.record_pairing(child, helper, room=home.rooms[0], **kept)
    with pytest.raises(Conflict) as caught:
        services.record_pairing(child, other, room=None, **kept)
    assert caught.value.code == "taken_meanwhile"
    with pytest.raises(Conflict):
        services.record_pairing(home.child(), other, room=home.rooms[0], **kept)
    assert Pairing.objects.count() == 1
