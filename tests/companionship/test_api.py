"""The API of matching: same services, same eyes, one error envelope."""

from __future__ import annotations

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from qianshou.children.models import Guardian
from qianshou.companionship import services
from qianshou.companionship.models import MatchingRun, Pairing, PairRule
from qianshou.core import obligations

API = "/api/v1"


@pytest.fixture
def api():
    def sign_in(user):
        client = APIClient()
        client.force_authenticate(user)
        return client

    return sign_in


@pytest.fixture
def scene(home):
    home.kid = home.child("陈小雨", interests=["下棋"], dialects=["普通话", "苗语"])
    home.helper = home.volunteer("吴大勇", interests=["象棋"], dialects=["苗语"], phone="10088887777")
    home.second = home.volunteer("郑二")
    home.lonely = home.child("孙独自", dialects=["侗语"])
    return home


def test_a_run_from_start_to_pairing(scene, api):
    client = api(scene.manager)
    made = client.post(f"{API}/matching-runs/", {"centre": "H01", "weights": {"dialect": 80}}, format="json")
    assert made.status_code == 201
    run = made.json()
    assert (run["state"], run["options"]["weights"]["dialect"]) == ("queued", 80)
    obligations.run_due()
    detail = client.get(f"{API}/matching-runs/{run['code']}/").json()
    assert detail["state"] == "ready"
    (left,) = detail["left_over"]
    assert left["child"]["name"] == "孙独自"
    assert left["reasons"][0]["code"] == "no_candidate"
    assert {one["code"] for one in left["helps"]} == {"one_more_volunteer"}
    (proposal,) = client.get(f"{API}/proposals/", {"run": run["code"], "state": "proposed"}).json()["results"]
    assert (proposal["child"]["name"], proposal["volunteer"]["name"]) == ("陈小雨", "吴大勇")
    assert sum(reason["points"] for reason in proposal["reasons"]) == proposal["score"]
    assert all(reason["text"] for reason in proposal["reasons"])
    assert proposal["alternatives"][0]["volunteer"]["name"] == "郑二"
    accepted = client.post(f"{API}/proposals/{proposal['code']}/accept/")
    assert accepted.status_code == 201
    pairing = accepted.json()
    assert (pairing["state"], pairing["weekday"], pairing["starts"], pairing["room"]) == (
        "awaiting_consent",
        proposal["weekday"],
        proposal["starts"],
        "阅览室1",
    )
    again = client.post(f"{API}/proposals/{proposal['code']}/accept/")
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "proposal_accepted"
    assert [row["code"] for row in client.get(f"{API}/pairings/").json()["results"]] == [pairing["code"]]
    solved = client.post(f"{API}/matching-runs/{run['code']}/solve-again/")
    assert (solved.status_code, solved.json()["after"]) == (201, run["code"])
    busy = client.post(f"{API}/matching-runs/", {"centre": "H01"}, format="json")
    assert (busy.status_code, busy.json()["error"]["code"]) == (409, "run_under_way")


def test_a_conflict_names_what_has_changed(scene, api):
    proposal = scene.run().proposals.get()
    scene.helper.status = "suspended"
    scene.helper.save()
    answer = api(scene.manager).post(f"{API}/proposals/{proposal.code}/accept/")
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["code"] == "volunteer_not_eligible"
    assert error["details"]["changed"] == ["volunteer_not_eligible"]
    assert error["message"]


def test_a_repeated_post_is_one_write(scene, api):
    client = api(scene.manager)
    proposal = scene.run().proposals.get()
    key = {"Idempotency-Key": "phone-0001"}
    first = client.post(f"{API}/proposals/{proposal.code}/accept/", headers=key)
    second = client.post(f"{API}/proposals/{proposal.code}/accept/", headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Pairing.objects.count() == 1
    other = client.post(f"{API}/proposals/{proposal.code}/decline/", {"reason": "x"}, format="json", headers=key)
    assert other.status_code == 422


def test_lock_forbid_decline_and_withdraw(scene, api):
    client = api(scene.manager)
    proposal = scene.run().proposals.get()
    address = f"{API}/proposals/{proposal.code}"
    assert client.post(f"{address}/lock/").json()["kind"] == "lock"
    assert client.post(f"{address}/forbid/", {}, format="json").status_code == 422
    assert client.post(f"{address}/forbid/", {"reason": "邻居"}, format="json").json()["state"] == "declined"
    assert PairRule.objects.in_force().get().kind == "forbid"
    assert client.post(f"{address}/decline/", {"reason": "x"}, format="json").status_code == 409
    pairing = services.accept_proposal(scene.run().proposals.get(), by=scene.manager)
    withdraw = f"{API}/pairings/{pairing.code}/withdraw/"
    assert client.post(withdraw, {"reason": " "}, format="json").status_code == 422
    assert client.post(withdraw, {"reason": "搬家"}, format="json").json()["state"] == "withdrawn"
    assert client.post(withdraw, {"reason": "搬家"}, format="json").status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "centre"),
        ({"centre": "H77"}, "centre"),
        ({"centre": "H01", "weights": {"interests": 101}}, "weights.interests"),
        ({"centre": "H01", "weights": {"charm": 1}}, "weights.charm"),
        ({"centre": "H01", "weights": []}, "weights"),
        ({"centre": "H01", "session_minutes": 45}, "session_minutes"),
        ({"centre": "H01", "seed": -1}, "seed"),
        ({"centre": "H01", "luck": 7}, "luck"),
    ],
)
def test_bad_input_names_the_field(scene, api, body, field):
    answer = api(scene.manager).post(f"{API}/matching-runs/", body, format="json")
    assert answer.status_code == 422
    assert field in answer.json()["error"]["fields"]
    assert not MatchingRun.objects.exists()


def test_eyes_are_those_of_the_pages(scene, make_home, api):
    scene.helper.user = scene.person("volunteer")
    scene.helper.save()
    grandmother = scene.person("guardian")
    Guardian.objects.filter(child=scene.kid).update(user=grandmother)
    pairing = services.record_pairing(
        scene.kid, scene.helper, weekday=3, starts=time(16), ends=time(17), room=None, by=scene.manager
    )
    run = scene.run()
    for person, names in ((scene.helper.user, ("陈小雨", "吴大勇")), (grandmother, ("陈小雨", "吴大勇"))):
        client = api(person)
        text = client.get(f"{API}/pairings/{pairing.code}/").content.decode()
        assert names[0] not in text
        assert (names[1] in text) == (person == scene.helper.user)
        assert client.get(f"{API}/matching-runs/").status_code == 403
        assert client.get(f"{API}/proposals/").status_code == 403
        assert client.post(f"{API}/pairings/{pairing.code}/withdraw/", {"reason": "x"}).status_code == 403
    stranger = api(make_home("H99").manager)
    assert stranger.get(f"{API}/pairings/{pairing.code}/").status_code == 404
    assert stranger.get(f"{API}/matching-runs/{run.code}/").status_code == 404
    assert stranger.post(f"{API}/matching-runs/{run.code}/solve-again/").status_code == 404
    assert stranger.get(f"{API}/pairings/").json()["count"] == 0
    worker = api(scene.person("worker"))
    assert worker.get(f"{API}/matching-runs/{run.code}/").status_code == 200
    assert worker.post(f"{API}/matching-runs/", {"centre": "H01"}, format="json").status_code == 403
    assert APIClient().get(f"{API}/pairings/").status_code == 401


def test_lists_take_the_same_queries_with_few_and_with_many(scene, api):
    client = api(scene.manager)
    run = scene.run()

    def queries(address):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    addresses = [f"{API}/proposals/?run={run.code}", f"{API}/matching-runs/"]
    few = [queries(address) for address in addresses]
    proposal = run.proposals.get()
    for _ in range(15):
        proposal.pk, proposal.code = None, ""
        proposal.child, proposal.volunteer = scene.child(), scene.volunteer(checked=False)
        proposal.save()
        MatchingRun.objects.create(centre=scene.centre, as_of=run.as_of, state="ready", created_by=scene.manager)
    assert [queries(address) for address in addresses] == few
    assert max(few) <= 30
