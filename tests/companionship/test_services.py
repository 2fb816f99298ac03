"""What people do with runs and with rules about pairs."""

from __future__ import annotations

import json
from datetime import date, time

import pytest

from qianshou.children.models import Guardian
from qianshou.companionship import services
from qianshou.companionship.models import MatchingRun, Pairing, PairRule, Proposal, RunState
from qianshou.core import jobs, obligations
from qianshou.core.errors import Conflict, Invalid, NotAllowed
from qianshou.core.models import AuditEntry, Job

from .conftest import solved


def actions():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


# ---- runs ------------------------------------------------------------------------------------------------------------


def test_a_run_is_solved_by_its_job_and_keeps_its_proposals(home):
    home.child(interests=["下棋"])
    home.volunteer(interests=["象棋"])
    run = services.start_run(home.centre, by=home.manager)
    obligations.run_due()
    run.refresh_from_db()
    (proposal,) = run.proposals.all()
    job = Job.objects.get(code=run.job_code)
    assert (run.state, job.state) == (RunState.READY, jobs.JobState.DONE)
    assert (proposal.weekday, proposal.starts, proposal.ends, proposal.room) == (3, time(16), time(17), home.rooms[0])
    assert sum(reason["points"] for reason in proposal.reasons) == proposal.score
    assert run.counts["proposals"] == 1
    assert job.result["url"] == f"/matching/{run.code}/"
    assert {"companionship.start_run", "core.start_job", "companionship.finish_run"} <= set(actions())


def test_what_a_run_stores_names_nobody(home):
    child = home.child("金丝雀", needs=["数学"], remark="金丝雀密语")
    Guardian.objects.filter(child=child).update(is_current=True)
    home.volunteer("金丝雀二", phone="10099998888", skills=["辅导数学"])
    home.volunteer("金丝雀三", checked=False)
    home.child("金丝雀四", dialects=["侗语"])
    run = home.run()
    kept = [run.problem, run.solution, run.counts, run.excluded, run.options]
    kept += [[p.reasons, p.alternatives] for p in run.proposals.all()]
    kept += [[left.reasons, left.helps] for left in run.left_over.all()]
    audited = list(AuditEntry.objects.values_list("changes", flat=True))
    text = json.dumps([kept, audited], ensure_ascii=False)
    assert "金丝雀" not in text
    assert "10099998888" not in text


def test_one_run_of_a_home_at_a_time(home):
    services.start_run(home.centre, by=home.manager)
    with pytest.raises(Conflict) as caught:
        services.start_run(home.centre, by=home.manager)
    assert caught.value.code == "run_under_way"


def test_a_stopped_job_stops_its_run_and_makes_way(home):
    run = services.start_run(home.centre, by=home.manager)
    jobs.request_cancel(Job.objects.get(code=run.job_code), by=home.manager)
    services.start_run(home.centre, by=home.manager)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_a_run_whose_solver_fails_is_failed(home, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("qianshou.companionship.engine.matching.pairing.solve", broken)
    run = services.start_run(home.centre, by=home.manager)
    obligations.run_due()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "a job failed" in caplog.text


def test_solving_a_ready_run_again_changes_nothing(home):
    home.child()
    home.volunteer()
    run = home.run()
    before = list(Proposal.objects.values_list("code", flat=True))
    solved(run)
    assert list(Proposal.objects.values_list("code", flat=True)) == before


@pytest.mark.parametrize("role", ["worker", "supervisor", "counsellor", "volunteer", "guardian", "administrator"])
def test_only_a_manager_runs_and_decides(home, role):
    home.child()
    home.volunteer()
    proposal = home.proposal()
    person = home.person(role)
    for act in (
        lambda: services.start_run(home.centre, by=person),
        lambda: services.preview(home.centre, by=person, values={}),
        lambda: services.solve_again(proposal.run, by=person),
        lambda: services.accept_proposal(proposal, by=person),
        lambda: services.accept_many([proposal], by=person),
        lambda: services.decline_proposal(proposal, by=person, reason="不合适"),
        lambda: services.forbid_proposal(proposal, by=person, reason="不合适"),
        lambda: services.lock_pair(proposal.child, proposal.volunteer, by=person),
        lambda: services.change_weights(home.centre, by=person, weights={"interests": 1}),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not Pairing.objects.exists()


def test_volunteers_of_other_homes_are_asked_only_where_the_person_may_see_them(make_home):
    home, other = make_home("H01"), make_home("H02")
    home.child()
    helper = other.volunteer()
    assert home.run(use_other_centres=True).proposals.count() == 0
    from qianshou.accounts.models import Membership, User

    Membership.objects.create(user=home.manager, role="manager", centre=other.centre, valid_from=date(2026, 1, 1))
    home.manager = User.objects.get(pk=home.manager.pk)
    assert home.run(use_other_centres=True).proposals.get().volunteer == helper
    assert home.run(use_other_centres=False).proposals.count() == 0


def test_a_preview_counts_and_writes_nothing(home):
    child = home.child(dialects=["苗语"])
    helper = home.volunteer(checked=False)
    seen = services.preview(home.centre, by=home.manager, values={"max_travel_minutes": 30})
    assert seen.children_in == seen.lonely == (child.code,)
    assert seen.volunteers_out["eligibility"][0]["volunteer"] == helper.code
    assert not MatchingRun.objects.exists()


# ---- settings --------------------------------------------------------------------------------------------------------


def test_a_centre_keeps_its_weights_for_the_runs_to_come(home):
    services.change_weights(home.centre, by=home.manager, weights={"dialect": 90}, session_minutes=90)
    run = services.start_run(home.centre, by=home.manager)
    assert run.options["weights"]["dialect"] == 90
    assert run.options["weights"]["interests"] == 30
    assert run.options["session_minutes"] == 90
    assert "companionship.change_weights" in actions()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"weights": {"interests": 101}}, "weight_interests"),
        ({"weights": {"interests": -1}}, "weight_interests"),
        ({"weights": {"interests": 2.5}}, "weight_interests"),
        ({"weights": {"charm": 5}}, "weight_charm"),
        ({"weights": 5}, "weights"),
        ({"weights": dict.fromkeys(services.weights.DEFAULT_WEIGHTS, 0)}, "weights"),
        ({"session_minutes": 45}, "session_minutes"),
        ({"session_minutes": 0}, "session_minutes"),
        ({"max_travel_minutes": 1000}, "max_travel_minutes"),
        ({"min_age_gap": "8"}, "min_age_gap"),
        ({"horoscope": True}, "horoscope"),
    ],
)
def test_settings_that_are_wrong_name_their_field(home, values, field):
    with pytest.raises(Invalid) as caught:
        services.start_run(home.centre, by=home.manager, values=values)
    assert list(caught.value.fields) == [field]


# ---- solving again ---------------------------------------------------------------------------------------------------


def test_solving_again_keeps_what_was_accepted_and_obeys_what_was_decided(home):
    first, second, third = (home.child() for _ in range(3))
    helpers = [home.volunteer(days=(day,)) for day in (2, 3, 4, 5)]
    run = home.run()
    by_child = {proposal.child_id: proposal for proposal in run.proposals.all()}
    accepted = services.accept_proposal(by_child[first.pk], by=home.manager)
    declined = by_child[second.pk]
    services.decline_proposal(declined, by=home.manager, reason="先不合适")
    forbidden = by_child[third.pk]
    services.forbid_proposal(forbidden, by=home.manager, reason="家长不同意")
    spare = next(v for v in helpers if v.pk not in {p.volunteer_id for p in by_child.values()})
    services.lock_pair(second, spare, by=home.manager)

    again = solved(services.solve_again(run, by=home.manager))
    found = {proposal.child_id: proposal.volunteer_id for proposal in again.proposals.all()}
    assert first.pk not in found
    assert accepted.volunteer_id not in found.values()
    assert found[second.pk] == spare.pk
    assert found[third.pk] not in {forbidden.volunteer_id, spare.pk}
    assert again.after == run
    assert set(run.proposals.values_list("state", flat=True)) == {"accepted", "declined"}


def test_solving_again_keeps_the_times_and_rooms_that_people_saw(make_home):
    home = make_home(rooms=2)
    for pastime in ("下棋", "画画", "唱歌", "跑步", "拍照"):
        home.child(interests=[pastime])
        home.volunteer(interests=[pastime], days=(2, 3, 4))
    run = home.run()
    seen = {p.child_id: (p.weekday, p.starts, p.room_id) for p in run.proposals.all()}
    dropped = run.proposals.first()
    services.decline_proposal(dropped, by=home.manager, reason="换一位")
    home.child()
    again = solved(services.solve_again(run, by=home.manager))
    same = [p for p in again.proposals.all() if run.proposals.filter(child=p.child, volunteer=p.volunteer).exists()]
    assert len(same) == 4
    assert all((p.weekday, p.starts, p.room_id) == seen[p.child_id] for p in same)


def test_a_newer_run_replaces_the_open_proposals_of_the_older(home):
    home.child()
    home.volunteer()
    old = home.proposal()
    home.run()
    with pytest.raises(Conflict) as caught:
        services.accept_proposal(old, by=home.manager)
    assert caught.value.code == "proposal_superseded"


def test_a_lifted_rule_is_not_obeyed_any_more(home):
    child, helper = home.child(), home.volunteer()
    rule = services.forbid_pair(child, helper, by=home.manager, reason="先分开")
    assert home.run().proposals.count() == 0
    services.lift_rule(rule, by=home.manager)
    services.lift_rule(rule, by=home.manager)
    assert home.run().proposals.count() == 1
    assert actions().count("companionship.lift_rule") == 1


def test_one_rule_per_pair_the_last_word_counts(home):
    child, helper = home.child(), home.volunteer()
    first = services.lock_pair(child, helper, by=home.manager)
    assert services.lock_pair(child, helper, by=home.manager) == first
    last = services.forbid_pair(child, helper, by=home.manager)
    assert list(PairRule.objects.in_force()) == [last]
