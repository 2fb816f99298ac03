"""The pages of pairings: who meets whom by which name, filters, endings; and of lists, whose queries do not grow."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.urls import reverse

from qianshou.companionship import services
from qianshou.companionship.models import MatchingRun
from tests.companionship.pages import body, count_queries


def test_a_volunteer_meets_the_own_child_by_surname(paired, as_):
    client = as_(paired.helper.user)
    for address in (reverse("companionship:pairings"), paired.pairing.get_absolute_url()):
        text = body(client.get(address))
        assert "陈小雨" not in text
        assert "数学" not in text.replace("辅导数学", "")
        assert "陈" in text
    assert client.get(reverse("companionship:pairings")).context["sees_all"] is False


def test_a_guardian_meets_the_companion_by_surname(paired, as_):
    client = as_(paired.grandmother)
    for address in (reverse("companionship:pairings"), paired.pairing.get_absolute_url()):
        response = client.get(address)
        assert response.status_code == 200
        assert "吴大勇" not in body(response)
        assert "吴" in body(response)
        assert "陈小雨" not in body(response)


def test_no_one_else_sees_a_pairing(paired, make_home, as_):
    address = paired.pairing.get_absolute_url()
    assert as_(make_home("H98").manager).get(address).status_code == 404
    assert as_(paired.person("volunteer")).get(address).status_code == 404
    assert as_(paired.person("guardian")).get(address).status_code == 404
    services.withdraw_pairing(paired.pairing, by=paired.manager, reason="秘密的原因")
    assert as_(paired.helper.user).get(address).status_code == 404
    assert "秘密的原因" in body(as_(paired.manager).get(address))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 1),
        ("?state=active", 1),
        ("?state=ended", 0),
        ("?weekday=3", 1),
        ("?weekday=4", 0),
        ("?q=陈小雨", 1),
        ("?q=吴大", 1),
        ("?q=无此人", 0),
        ("?centre=H01", 1),
    ],
)
def test_filters_stand_in_the_address(paired, as_, query, count):
    client = as_(paired.manager)
    response = client.get(reverse("companionship:pairings") + query)
    assert len(response.context["rows"]) == count
    part = client.get(reverse("companionship:pairings") + query, headers={"HX-Request": "true"})
    assert "<html" not in body(part)


def test_a_filter_that_is_no_value_is_422(paired, as_):
    client = as_(paired.manager)
    assert client.get(reverse("companionship:pairings") + "?state=verliebt").status_code == 422
    assert client.get(reverse("companionship:runs") + "?centre=H55").status_code == 422
    assert client.get(reverse("companionship:pairings") + "?page=zwei").status_code == 404


def test_searching_by_name_finds_nothing_for_those_who_may_not_look_through_names(paired, as_):
    response = as_(paired.helper.user).get(reverse("companionship:pairings") + "?q=陈小雨")
    assert response.context["rows"] == []


def test_withdrawing_on_the_page(paired, as_):
    address = reverse("companionship:pairing_withdraw", args=[paired.pairing.code])
    assert as_(paired.helper.user).get(address).status_code == 403
    assert as_(paired.person("worker")).post(address, {"reason": "x"}).status_code == 403
    client = as_(paired.manager)
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "志愿者搬家"}).status_code == 303
    assert client.post(address, {"reason": "志愿者搬家"}).status_code == 409
    paired.pairing.refresh_from_db()
    assert paired.pairing.state == "ended"


def test_lists_take_the_same_queries_with_1_and_with_20_rows(paired, as_):
    client = as_(paired.manager)
    lists = [reverse("companionship:pairings"), reverse("companionship:runs"), reverse("companionship:rules")]
    services.lock_pair(paired.lonely, paired.helper, by=paired.manager)
    few = [count_queries(client, address) for address in lists]
    for number in range(19):
        child, helper = paired.child(), paired.volunteer()
        services.record_pairing(child, helper, weekday=3, starts=time(16), ends=time(17), room=None, by=None)
        services.lock_pair(paired.child(), helper, by=paired.manager)
        MatchingRun.objects.create(
            centre=paired.centre, as_of=date(2026, 11, 23), state="ready", created_by=paired.manager, seed=number
        )
    assert [count_queries(client, address) for address in lists] == few
    assert max(few) <= 30
