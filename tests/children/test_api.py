"""The children's register for programs: the same answers, refusals and reads as the pages (S01, S40)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre
from qianshou.children import services
from qianshou.children.models import Child
from qianshou.core import clock
from qianshou.core.models import ReadEntry
from tests.people import (
    TODAY,
    make_centre,
    make_child,
    make_pairing,
    make_user,
    make_village,
    make_volunteer,
    national_id,
)

pytestmark = pytest.mark.django_db
LIST = "/api/v1/children/"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.frozen(TODAY):
        yield


@pytest.fixture
def centre() -> Centre:
    make_village()
    return make_centre()


@pytest.fixture
def child(centre: Centre) -> Child:
    return make_child(centre, remark="金丝雀备注")


def client_of(role: Role, centre: Centre | None) -> Client:
    client = Client()
    client.force_login(make_user(role, centre))
    return client


def one(child: Child) -> str:
    return f"{LIST}{child.code}/"


def send(client: Client, method: str, address: str, data: Any, **extra: Any) -> Any:
    return getattr(client, method)(address, data, content_type="application/json", **extra)


NEW = {
    "centre": "H01",
    "name": "王小花",
    "national_id": national_id(dt.date(2015, 3, 7), male=False, serial=3),
    "situation": "both_away",
    "village": "V01",
    "interests": ["画画"],
    "guardian_name": "李桂英",
    "guardian_relation": "maternal_grandmother",
    "guardian_phones": ["100 5555 6666"],
    "relatives": [{"kin": "father", "name": "王大强", "phones": ["10011112222"]}],
}


def test_register_list_read_change(centre: Centre) -> None:
    client = client_of(Role.MANAGER, centre)
    response = send(client, "post", LIST, NEW)
    assert response.status_code == 201, response.json()
    told = response.json()
    assert (told["birth_date"], told["sex"], told["is_left_behind"]) == ("2015-03-07", "female", True)
    assert told["guardian_phones"] == ["100****6666"]
    child = Child.objects.get(code=told["code"])
    assert child.village.code == "V01"
    assert child.relatives.get().phones == ["10011112222"]
    response = send(client, "patch", one(child), {"school_class": "五年级", "guardian_phones": ["10099998888"]})
    assert response.status_code == 200, response.json()
    assert response.json()["school_class"] == "五年级"
    guardian = Child.objects.get(pk=child.pk).guardians.get()
    assert (guardian.name, guardian.phones) == ("李桂英", ["10099998888"])
    rows = client.get(LIST).json()
    assert (rows["count"], rows["results"][0]["code"]) == (1, child.code)


def test_a_village_is_read_as_it_is_written(centre: Centre) -> None:
    client = client_of(Role.MANAGER, centre)
    told = send(client, "post", LIST, NEW).json()
    assert (told["village"], client.get(LIST).json()["results"][0]["village"]) == ("V01", "V01")
    assert send(client, "patch", f"{LIST}{told['code']}/", {"village": told["village"]}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "field", "code"),
    [
        ({"name": "Tom"}, 422, "name", "invalid"),
        ({"national_id": "1"}, 422, "national_id", "invalid"),
        ({"birth_date": "2015-13-01"}, 422, "birth_date", "invalid"),
        ({"situation": "moon"}, 422, "situation", "invalid"),
        ({"village": "V99"}, 422, "village", "invalid"),
        ({"centre": "H99"}, 422, "centre", "invalid"),
        ({"guardian_phones": ["1"]}, 422, "guardian_phones", "invalid"),
        ({"companion_places": 9}, 422, "companion_places", "invalid"),
        ({"nickname": "x"}, 422, "nickname", "invalid"),
        ({"relatives": [{"kin": "aunt"}]}, 422, "relatives.0.kin", "invalid"),
        ({"relatives": [{"kin": "father"}, {"kin": "father"}]}, 422, "relatives", "invalid"),
    ],
)
def test_bad_input_names_the_field(centre: Centre, changes: dict[str, Any], status: int, field: str, code: str) -> None:
    response = send(client_of(Role.MANAGER, centre), "post", LIST, {**NEW, **changes})
    assert response.status_code == status
    error = response.json()["error"]
    assert error["code"] == code
    assert field in error["fields"]
    assert not Child.objects.exists()


def test_a_second_child_with_the_id_and_a_namesake(centre: Centre) -> None:
    client = client_of(Role.MANAGER, centre)
    first = send(client, "post", LIST, NEW).json()["code"]
    response = send(client, "post", LIST, NEW)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "child_exists")
    other = {**NEW, "national_id": national_id(dt.date(2015, 3, 7), male=False, serial=4)}
    response = send(client, "post", LIST, other)
    error = response.json()["error"]
    assert (error["code"], error["details"]["children"]) == ("same_name_and_birth_date", [first])
    assert send(client, "post", LIST, {**other, "confirmed": True}).status_code == 201


SENSITIVE = {"national_id", "current_address", "hukou_address", "health_status", "illness_type", "income_sources",
             "aid_received", "relatives", "guardian_phones", "guardian_national_id", "guardian_address", "remark",
             "confirmed_by", "disability_category", "disability_grade", "incapable_parent"}  # fmt: skip


@pytest.mark.parametrize("role", [Role.WORKER, Role.SUPERVISOR])
def test_fields_above_the_class_are_absent(centre: Centre, child: Child, role: Role) -> None:
    client = client_of(role, centre)
    for headers in ({}, {"x-purpose": "audit"}):
        response = client.get(one(child), headers=headers)
        told = response.json()
        assert told["name"] == child.name
        assert not SENSITIVE & told.keys()
        for canary in ("10042053921", "金丝雀备注", "六组12号", child.national_id):
            assert canary not in response.content.decode()


def test_numbers_come_masked_without_a_purpose_and_every_read_is_logged(centre: Centre, child: Child) -> None:
    client = client_of(Role.MANAGER, centre)
    told = client.get(one(child)).json()
    assert told["national_id"] == child.national_id[:4] + "*" * 12 + child.national_id[-2:]
    assert told["current_address"] == "云岭县云坪镇…"
    assert "10069755309" not in str(told)
    told = client.get(one(child), headers={"x-purpose": quote("补办学籍")}).json()
    assert told["national_id"] == child.national_id
    assert told["guardian_phones"] == ["10042053921"]
    purposes = list(ReadEntry.objects.order_by("sequence").values_list("purpose", flat=True))
    assert len(purposes) == 2
    assert purposes[1] == "补办学籍"
    assert "national_id" in ReadEntry.objects.order_by("-sequence").first().fields


def test_companion_and_guardian(centre: Centre, child: Child) -> None:
    other = make_child(centre, name="王小花")
    helper, guardian = make_user(Role.VOLUNTEER, centre), make_user(Role.GUARDIAN, centre)
    make_pairing(child, make_volunteer(centre, user=helper))
    services.link_guardian_account(child, guardian, by=None)
    client = Client()
    client.force_login(helper)
    rows = client.get(LIST).json()["results"]
    assert [row["code"] for row in rows] == [child.code]
    assert "name" not in rows[0]
    assert "廖" in rows[0]["short_name"]
    told = client.get(one(child)).json()
    assert told["short_name"] == rows[0]["short_name"]
    assert not {"name", "birth_date", "school", *SENSITIVE} & told.keys()
    assert client.get(one(other)).status_code == 404
    for query in ("q=lxm", "left_behind=yes", "situation=both_away", "village=V01", "age_from=1"):
        assert client.get(f"{LIST}?{query}").status_code in (200, 422)
        assert client.get(f"{LIST}?{query}").json().get("count", 0) == 0  # filters answer nothing about hidden values
    client.force_login(guardian)
    told = client.get(one(child)).json()
    assert told["name"] == child.name
    assert not SENSITIVE & told.keys()


@pytest.mark.parametrize(
    ("role", "answers"),
    [
        (Role.MANAGER, (200, 200, 422, 200)),
        (Role.WORKER, (200, 200, 422, 200)),
        (Role.COUNSELLOR, (200, 200, 403, 403)),
        (Role.SUPERVISOR, (200, 200, 403, 403)),
        (Role.VOLUNTEER, (200, 404, 403, 403)),
        (Role.GUARDIAN, (200, 404, 403, 403)),
        (Role.DONOR, (403, 403, 403, 403)),
        (Role.ADMINISTRATOR, (403, 403, 403, 403)),
    ],
)
def test_roles(centre: Centre, child: Child, role: Role, answers: tuple[int, ...]) -> None:
    client = client_of(role, centre)
    assert (
        client.get(LIST).status_code,
        client.get(one(child)).status_code,
        send(client, "post", LIST, {}).status_code,
        send(client, "patch", one(child), {"school": "云岭小学"}).status_code,
    ) == answers
    stranger = client_of(role, make_centre("H02"))
    assert stranger.get(one(child)).status_code in (403, 404)
    assert send(stranger, "patch", one(child), {"school": "x"}).status_code in (403, 404)
    assert Client().get(LIST).status_code in (401, 403)


def test_a_worker_cannot_write_what_a_worker_cannot_see(centre: Centre, child: Child) -> None:
    response = send(client_of(Role.WORKER, centre), "patch", one(child), {"remark": "x"})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "field_not_seen")


def test_leave_return_and_look_up(centre: Centre, child: Child) -> None:
    client = client_of(Role.MANAGER, centre)
    assert send(client, "post", one(child) + "leave/", {}).status_code == 422
    told = send(client, "post", one(child) + "leave/", {"reason": "转学"}).json()
    assert (told["status"], told["left_on"]) == ("left", "2026-11-21")
    assert send(client, "post", one(child) + "leave/", {"reason": "转学"}).json()["error"]["code"] == "already_left"
    assert send(client, "post", one(child) + "return/", {}).json()["status"] == "active"
    found = send(client, "post", LIST + "look-up/", {"national_id": child.national_id})
    assert found.json() == {"code": child.code}
    assert send(client, "post", LIST + "look-up/", {"national_id": "1"}).status_code == 404
    assert send(client_of(Role.WORKER, centre), "post", LIST + "look-up/", {"national_id": "1"}).status_code == 403


def test_queries_do_not_grow_with_rows(centre: Centre, child: Child) -> None:
    client = client_of(Role.MANAGER, centre)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST + "?page_size=50")
    for number in range(49):
        make_child(centre, name=f"廖{chr(0x4E00 + number)}", birth_date=dt.date(2014, 1, 1) + dt.timedelta(days=number))
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(LIST + "?page_size=50").json()["results"]) == 50
    assert len(few) == len(many) <= 12
