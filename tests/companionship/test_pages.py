"""The pages of matching: who may see and do what, in both languages, and what never leaks."""

from __future__ import annotations

import re
from datetime import date, time

import pytest
from django.urls import reverse

from qianshou.companionship import services
from qianshou.companionship.models import MatchingRun, Pairing, PairRule, Proposal
from qianshou.core import obligations
from qianshou.core.models import Job
from tests.companionship.pages import CANARIES, body, count_queries


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "下棋"), ("en", "likes")])
def test_a_run_shows_reasons_and_what_would_help(scene, as_, language, word):
    scene.manager.language = language
    scene.manager.save()
    response = as_(scene.manager).get(scene.match.get_absolute_url(), headers={"Accept-Language": language})
    text = body(response)
    assert response.status_code == 200
    for expected in (word, "陈小雨", "吴大勇", "孙独自", "钱多多", "苗语", "12", "侗语"):
        assert expected in text
    assert response.headers["Cache-Control"].startswith("no-store") or "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(("language", "length"), [("zh-hans", "60 分钟"), ("en", "60 minutes")])
def test_the_lengths_of_meetings_are_in_the_language_of_the_person(scene, as_, language, length):
    scene.manager.language = language
    scene.manager.save()
    assert length in body(as_(scene.manager).get(reverse("companionship:run_create")))


def test_every_page_answers_and_leaks_nothing(scene, as_):
    pairing = services.accept_proposal(scene.proposal_, by=scene.manager)
    services.lock_pair(scene.lonely, scene.helper, by=scene.manager)
    again = scene.run()
    pages = [
        reverse("companionship:runs"),
        reverse("companionship:run_create"),
        reverse("companionship:rules"),
        scene.match.get_absolute_url(),
        again.get_absolute_url(),
        reverse("companionship:run_compare", args=[again.code]),
        reverse("companionship:pairings"),
        pairing.get_absolute_url(),
        reverse("companionship:pairing_withdraw", args=[pairing.code]),
    ]
    for page in pages:
        response = as_(scene.manager).get(page)
        assert response.status_code == 200, page
        for canary in CANARIES:
            assert canary not in body(response), page
        title = re.search(r"<title>(.*?)</title>", body(response), re.S).group(1)
        assert "陈小雨" not in title


@pytest.mark.parametrize("role", ["worker", "supervisor"])
def test_those_who_only_see_have_no_buttons_and_are_refused(scene, as_, role):
    client = as_(scene.person(role))
    assert client.get(reverse("companionship:runs")).status_code == 200
    text = body(client.get(scene.match.get_absolute_url()))
    assert "陈小雨" in text
    assert reverse("companionship:proposal_accept", args=[scene.proposal_.code]) not in text
    for name, code in (
        ("run_again", scene.match.code),
        ("run_accept", scene.match.code),
        ("proposal_accept", scene.proposal_.code),
        ("proposal_keep", scene.proposal_.code),
        ("proposal_decline", scene.proposal_.code),
        ("proposal_never", scene.proposal_.code),
    ):
        assert client.post(reverse(f"companionship:{name}", args=[code]), {"reason": "x"}).status_code == 403
    assert client.get(reverse("companionship:run_create")).status_code == 403
    assert not Pairing.objects.exists()


@pytest.mark.parametrize("role", ["volunteer", "guardian", "donor", "administrator", "counsellor"])
def test_others_do_not_see_matching(scene, as_, role):
    client = as_(scene.person(role))
    for address in (reverse("companionship:runs"), scene.match.get_absolute_url(), reverse("companionship:rules")):
        assert client.get(address).status_code in {403, 404}


def test_another_home_is_not_found(scene, make_home, as_):
    stranger = make_home("H99").manager
    client = as_(stranger)
    assert client.get(scene.match.get_absolute_url()).status_code == 404
    for name, code in (
        ("run_progress", scene.match.code),
        ("run_compare", scene.match.code),
        ("proposal_decline", scene.proposal_.code),
    ):
        assert client.get(reverse(f"companionship:{name}", args=[code])).status_code == 404
    for name, code in (
        ("run_again", scene.match.code),
        ("run_accept", scene.match.code),
        ("proposal_accept", scene.proposal_.code),
    ):
        assert client.post(reverse(f"companionship:{name}", args=[code])).status_code == 404


def test_signed_out_people_are_sent_to_the_door(scene, client):
    assert client.get(scene.match.get_absolute_url()).status_code == 302
    assert client.get(reverse("companionship:pairings")).status_code == 302


# ---- a new run -------------------------------------------------------------------------------------------------------


def settings(home, **values):
    base = {
        "centre": home.centre.code,
        "session_minutes": 60,
        "max_travel_minutes": 60,
        "min_age_gap": 8,
        **{f"weight_{term}": 20 for term in services.weights.DEFAULT_WEIGHTS},
    }
    return {**base, **values}


def test_a_manager_starts_a_run_watches_it_and_finds_it_again(scene, as_):
    client = as_(scene.manager)
    response = client.post(reverse("companionship:run_create"), settings(scene, weight_dialect=90, keep="on"))
    run = MatchingRun.objects.order_by("-pk").first()
    assert (response.status_code, response.url) == (303, run.get_absolute_url())
    assert run.options["weights"]["dialect"] == 90
    waiting = client.get(run.get_absolute_url())
    progress = reverse("companionship:run_progress", args=[run.code])
    assert progress in body(waiting)
    assert client.get(progress, headers={"HX-Request": "true"}).status_code == 200
    assert client.post(reverse("companionship:run_create"), settings(scene)).status_code == 409
    obligations.run_due()
    moved = client.get(progress, headers={"HX-Request": "true"})
    assert moved.headers["HX-Redirect"] == run.get_absolute_url()
    assert "陈小雨" in body(client.get(run.get_absolute_url()))
    assert run.get_absolute_url() in body(client.get(reverse("companionship:runs")))
    assert 'value="90"' in body(client.get(reverse("companionship:run_create")))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"weight_interests": 101}, "weight_interests"),
        ({"weight_interests": "viel"}, "weight_interests"),
        ({"session_minutes": 45}, "session_minutes"),
        ({"max_travel_minutes": ""}, "max_travel_minutes"),
        ({"centre": "H77"}, "centre"),
    ],
)
def test_wrong_settings_are_422_at_their_field_and_stay_typed(scene, as_, values, field):
    client = as_(scene.manager)
    for address in (reverse("companionship:run_create"), reverse("companionship:run_count")):
        response = client.post(address, settings(scene, min_age_gap=11, **values))
        assert response.status_code == 422
        assert field in response.context["form"].errors
        assert 'value="11"' in body(response)
    assert MatchingRun.objects.count() == 1


def test_all_weights_zero_is_refused(scene, as_):
    zeros = {f"weight_{term}": 0 for term in services.weights.DEFAULT_WEIGHTS}
    for address in (reverse("companionship:run_create"), reverse("companionship:run_count")):
        assert as_(scene.manager).post(address, settings(scene, **zeros)).status_code == 422


def test_the_count_follows_the_settings_and_writes_nothing(scene, as_):
    client = as_(scene.manager)
    address = reverse("companionship:run_count")
    whole = client.post(address, settings(scene))
    part = client.post(address, settings(scene, max_travel_minutes=10), headers={"HX-Request": "true"})
    assert "<html" in body(whole)
    assert "<html" not in body(part)
    assert whole.context["preview"].candidates == 1
    assert part.context["preview"].candidates == 0
    assert "吴大勇" in body(part)
    assert MatchingRun.objects.count() == 1
    assert client.get(address).status_code == 405


def test_a_failed_and_a_stopped_run_say_so(scene, as_):
    client = as_(scene.manager)
    failed = MatchingRun.objects.create(centre=scene.centre, as_of=date(2026, 11, 23), state="failed")
    assert failed.code in body(client.get(failed.get_absolute_url()))
    queued = services.start_run(scene.centre, by=scene.manager)
    from qianshou.core import jobs

    jobs.request_cancel(Job.objects.get(code=queued.job_code), by=scene.manager)
    assert client.get(queued.get_absolute_url()).context["run"].shown_state == "cancelled"


# ---- decisions -------------------------------------------------------------------------------------------------------


def test_accepting_by_plain_form_and_twice(scene, as_):
    client = as_(scene.manager)
    address = reverse("companionship:proposal_accept", args=[scene.proposal_.code])
    sent = {"idempotency_key": "key-0001"}
    first, repeated = client.post(address, sent), client.post(address, sent)
    assert (first.status_code, repeated.status_code) == (303, 303)
    assert repeated.headers["Idempotent-Replay"] == "true"
    assert Pairing.objects.get().state == "awaiting_consent"
    late = client.post(address, {"idempotency_key": "key-0002"}, follow=True)
    assert "proposal" in late.redirect_chain[0][0]
    assert Pairing.objects.count() == 1


def test_htmx_gets_the_row_and_a_conflict_gets_409_with_the_reason(scene, as_):
    client = as_(scene.manager)
    scene.helper.status = "suspended"
    scene.helper.save()
    address = reverse("companionship:proposal_accept", args=[scene.proposal_.code])
    refused = client.post(address, headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert body(refused).strip().startswith(f'<li id="proposal-{scene.proposal_.code}"')
    assert "callout" in body(refused)
    scene.helper.status = "active"
    scene.helper.save()
    done = client.post(address, headers={"HX-Request": "true"})
    assert done.status_code == 200
    assert "qs:status" in done.headers["HX-Trigger"]
    assert Pairing.objects.get().get_absolute_url() in body(done)


def test_keep_together_turns_on_and_off(scene, as_):
    client = as_(scene.manager)
    address = reverse("companionship:proposal_keep", args=[scene.proposal_.code])
    client.post(address)
    assert PairRule.objects.in_force().get().kind == "lock"
    client.post(address)
    assert not PairRule.objects.in_force().exists()


@pytest.mark.parametrize(("name", "rules"), [("proposal_decline", 0), ("proposal_never", 1)])
def test_declining_asks_why(scene, as_, name, rules):
    client = as_(scene.manager)
    address = reverse(f"companionship:{name}", args=[scene.proposal_.code])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": "   "}).status_code == 422
    assert client.post(address, {"reason": "长" * 201}).status_code == 422
    assert client.post(address, {"reason": "孩子认识另一位"}).status_code == 303
    scene.proposal_.refresh_from_db()
    assert (scene.proposal_.state, scene.proposal_.decided_reason) == ("declined", "孩子认识另一位")
    assert PairRule.objects.in_force().count() == rules
    assert client.post(address, {"reason": "再来一次"}).status_code == 409


def test_several_are_accepted_and_each_failure_is_named(home, as_):
    helpers = [home.volunteer(days=(day,)) for day in (2, 3)]
    for _ in range(2):
        home.child()
    run = home.run()
    helpers[0].status = "suspended"
    helpers[0].save()
    address = reverse("companionship:run_accept", args=[run.code])
    codes = list(run.proposals.values_list("code", flat=True))
    client = as_(home.manager)
    response = client.post(address, {"proposal": [*codes, "PFREMD", "x" * 50]}, follow=True)
    assert Pairing.objects.count() == 1
    levels = sorted(message.level_tag for message in response.context["messages"])
    assert levels == ["error", "success"]
    nothing = client.post(address, {}, follow=True)
    assert [message.level_tag for message in nothing.context["messages"]] == ["warning"]


def test_solving_again_and_the_comparison(home, as_):
    home.child()
    home.volunteer()
    home.volunteer()
    run = home.run()
    (proposal,) = run.proposals.all()
    services.forbid_proposal(proposal, by=home.manager, reason="不合适")
    client = as_(home.manager)
    response = client.post(reverse("companionship:run_again", args=[run.code]))
    obligations.run_due()
    again = MatchingRun.objects.order_by("-pk").first()
    assert response.url == again.get_absolute_url()
    page = client.get(reverse("companionship:run_compare", args=[again.code]))
    assert [line["kind"] for line in page.context["lines"]] == ["new", "declined"]
    assert client.get(reverse("companionship:run_compare", args=[run.code])).status_code == 404


def test_a_rule_is_lifted_on_its_page(scene, as_):
    rule = services.forbid_pair(scene.kid, scene.helper, by=scene.manager, reason="邻居")
    assert "邻居" in body(as_(scene.manager).get(reverse("companionship:rules")))
    lift = reverse("companionship:rule_lift", args=[rule.code])
    assert as_(scene.person("worker")).post(lift).status_code == 403
    assert as_(scene.manager).post(lift).status_code == 303
    assert not PairRule.objects.in_force().exists()


def test_the_start_page_names_what_waits(scene, as_):
    text = body(as_(scene.manager).get("/"))
    assert scene.match.get_absolute_url() in text
    assert reverse("companionship:run_create") in text
    services.record_pairing(
        scene.kid, scene.helper, weekday=3, starts=time(16), ends=time(17), room=scene.rooms[0], by=scene.manager
    )
    own = body(as_(scene.helper.user).get("/"))
    assert "陈小雨" not in own
    assert Pairing.objects.get().get_absolute_url() in own


# ---- queries ---------------------------------------------------------------------------------------------------------


def test_a_run_takes_the_same_queries_with_1_and_with_50_proposals(scene, as_):
    client = as_(scene.manager)
    address = scene.match.get_absolute_url()
    other = {"volunteer": scene.volunteer(checked=False).code, "start": 1, "score": 3, "at_least": 4}
    scene.match.proposals.update(alternatives=[other])
    few = count_queries(client, address)
    for number in range(49):
        helper = scene.volunteer(checked=False)
        Proposal.objects.create(
            run=scene.match,
            child=scene.child(f"孩{number}"),
            volunteer=helper,
            weekday=3,
            starts=time(16),
            ends=time(17),
            score=number,
            reasons=scene.proposal_.reasons,
            alternatives=[{"volunteer": helper.code, "start": 1, "score": 3, "at_least": 4}],
        )
    response = client.get(address)
    assert len(response.context["cards"]) == 50
    assert count_queries(client, address) == few <= 30
