"""The volunteers' register for programs: the same answers and refusals as the pages (S08, S40)."""

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
from qianshou.core import clock
from qianshou.core.models import ReadEntry
from qianshou.volunteers.models import Volunteer
from tests.people import TODAY, make_centre, make_user, make_village, make_volunteer, national_id

pytestmark = pytest.mark.django_db
LIST = "/api/v1/volunteers/"
NEW = {
    "centre": "H01",
    "name": "黎花梅",
    "national_id": national_id(dt.date(1991, 4, 2), male=False, serial=8),
    "phone": "100 3671 4926",
    "skills": ["手工"],
}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.frozen(TODAY):
        yield


@pytest.fixture
def centre() -> Centre:
    make_village()
    return make_centre()


@pytest.fixture
def volunteer(centre: Centre) -> Volunteer:
    return make_volunteer(centre, phone="10077778888", remark="金丝雀备注", address="云坪镇青石坪村77号")


def client_of(role: Role, centre: Centre | None) -> Client:
    client = Client()
    client.force_login(make_user(role, centre))
    return client


def one(volunteer: Volunteer) -> str:
    return f"{LIST}{volunteer.code}/"


def send(client: Client, method: str, address: str, data: Any) -> Any:
    return getattr(client, method)(address, data, content_type="application/json")


def test_register_check_week_status(centre: Centre) -> None:
    client = client_of(Role.MANAGER, centre)
    response = send(client, "post", LIST, NEW)
    assert response.status_code == 201, response.json()
    made = Volunteer.objects.get(code=response.json()["code"])
    assert response.json()["eligibility"]["missing"] == [
        "record_inquiry_missing", "pledge_missing", "training_missing", "status_interview",
    ]  # fmt: skip
    for kind in ("record_inquiry", "pledge", "training"):
        response = send(client, "post", one(made) + "checks/", {"kind": kind, "done_on": "2026-11-01"})
        assert response.status_code == 201, response.json()
    assert send(client, "post", one(made) + "checks/", {"kind": kind, "done_on": "2026-11-01"}).status_code == 409
    response = send(client, "post", one(made) + "status/", {"status": "active"})
    assert response.json()["eligibility"] == {
        "on": "2026-11-21", "is_eligible": True, "missing": [], "expires_on": "2027-11-01", "warnings": [],
    }  # fmt: skip
    response = send(client, "put", one(made) + "availability/", {"text": "周一、三 16:00-18:00"})
    assert [slot["weekday"] for slot in response.json()["availability"]] == [1, 3]
    slots = [{"weekday": 6, "from": "08:00", "to": "12:00", "weeks": "odd"}]
    response = send(client, "put", one(made) + "availability/", {"slots": slots})
    assert response.json()["availability"] == [{"weekday": 6, "from": "08:00:00", "to": "12:00:00", "weeks": "odd"}]
    response = send(client, "put", one(made) + "availability/", {"text": "有空就来"})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "availability_unclear")
    response = send(client, "post", one(made) + "away/", {"starts_on": "2026-12-01", "ends_on": "2026-12-02"})
    assert response.status_code == 201
    code = response.json()["checks"][0]["code"]
    withdraw = one(made) + "checks/withdraw/"
    assert send(client, "post", withdraw, {"check_code": "K", "reason": "x"}).status_code == 422
    assert send(client, "post", withdraw, {"check_code": code, "reason": "写错了"}).status_code == 200
    assert "写错" not in client.get(one(made)).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Tom"}, "name"), ({"phone": "1"}, "phone"), ({"national_id": "1"}, "national_id"),
        ({"email": "x"}, "email"), ({"max_children": 6}, "max_children"), ({"status": "left"}, "status"),
        ({"centre": "H99"}, "centre"), ({"colour": "red"}, "colour"), ({"skills": "手工"}, "skills"),
    ],
)  # fmt: skip
def test_bad_input_names_the_field(centre: Centre, changes: dict[str, Any], field: str) -> None:
    response = send(client_of(Role.MANAGER, centre), "post", LIST, {**NEW, **changes})
    assert response.status_code == 422
    assert field in response.json()["error"]["fields"]
    assert not Volunteer.objects.exists()


def test_classes_and_masks(centre: Centre, volunteer: Volunteer) -> None:
    manager = client_of(Role.MANAGER, centre)
    told = manager.get(one(volunteer)).json()
    assert (told["phone"], told["address"]) == ("100****8888", "云坪镇…")
    assert not ReadEntry.objects.exists()
    told = manager.get(one(volunteer), headers={"x-purpose": quote("联系")}).json()
    assert told["phone"] == "10077778888"
    assert ReadEntry.objects.get().purpose == "联系"
    for role in (Role.WORKER, Role.COUNSELLOR, Role.SUPERVISOR):
        response = client_of(role, centre).get(one(volunteer), headers={"x-purpose": "audit"})
        assert response.json()["name"] == volunteer.name
        for canary in ("10077778888", "100****8888", "金丝雀备注", volunteer.national_id, "checks"):
            assert canary not in response.content.decode()


def test_the_own_record(centre: Centre, volunteer: Volunteer) -> None:
    user = make_user(Role.VOLUNTEER, centre)
    Volunteer.objects.filter(pk=volunteer.pk).update(user=user)
    make_volunteer(centre)
    client = Client()
    client.force_login(user)
    assert [row["code"] for row in client.get(LIST).json()["results"]] == [volunteer.code]
    assert client.get(one(volunteer)).json()["phone"] == "10077778888"
    assert send(client, "patch", one(volunteer), {"skills": ["书法"]}).json()["skills"] == ["书法"]
    response = send(client, "patch", one(volunteer), {"name": "别人"})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "field_not_own")
    assert (
        send(client, "post", one(volunteer) + "checks/", {"kind": "pledge", "done_on": "2026-11-01"}).status_code == 403
    )


@pytest.mark.parametrize(
    ("role", "answers"),
    [
        (Role.MANAGER, (200, 200, 422, 200)),
        (Role.WORKER, (200, 200, 403, 403)),
        (Role.SUPERVISOR, (200, 200, 403, 403)),
        (Role.VOLUNTEER, (200, 404, 403, 404)),
        (Role.GUARDIAN, (403, 403, 403, 403)),
        (Role.ADMINISTRATOR, (403, 403, 403, 403)),
    ],
)
def test_roles(centre: Centre, volunteer: Volunteer, role: Role, answers: tuple[int, ...]) -> None:
    client = client_of(role, centre)
    assert (
        client.get(LIST).status_code,
        client.get(one(volunteer)).status_code,
        send(client, "post", LIST, {}).status_code,
        send(client, "patch", one(volunteer), {"occupation": "教师"}).status_code,
    ) == answers
    assert client_of(role, make_centre("H02")).get(one(volunteer)).status_code in (403, 404)


def test_eligible_filter_and_queries(centre: Centre, volunteer: Volunteer) -> None:
    client = client_of(Role.MANAGER, centre)
    make_volunteer(centre, checks=())
    assert [row["code"] for row in client.get(LIST + "?eligible=yes").json()["results"]] == [volunteer.code]
    assert client.get(LIST + "?lacks=pledge").json()["count"] == 1
    with CaptureQueriesContext(connection) as few:
        client.get(LIST + "?page_size=50")
    for number in range(20):
        make_volunteer(centre, national_id=national_id(dt.date(1991, 5, 30), male=False, serial=20 + number))
    with CaptureQueriesContext(connection) as many:
        client.get(LIST + "?page_size=50")
    assert len(few) == len(many) <= 14


def test_look_up(centre: Centre, volunteer: Volunteer) -> None:
    found = send(client_of(Role.MANAGER, centre), "post", LIST + "look-up/", {"number": "100-7777-8888"})
    assert found.json() == {"code": volunteer.code}
