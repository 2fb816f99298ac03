"""The homes for programs (S18)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre
from tests.people import make_centre, make_child, make_user

pytestmark = pytest.mark.django_db
LIST = "/api/v1/centres/"


def client_of(role: Role, centre: Centre | None) -> Client:
    client = Client()
    client.force_login(make_user(role, centre))
    return client


def send(client: Client, method: str, address: str, data: Any) -> Any:
    return getattr(client, method)(address, data, content_type="application/json")


def test_open_change_hours_rooms() -> None:
    client = client_of(Role.ADMINISTRATOR, None)
    response = send(
        client, "post", LIST, {"code": "H13", "name": "桥头村留守儿童之家", "capacity": 30, "phone": "100-3284-8319"}
    )
    assert response.status_code == 201, response.json()
    assert response.json()["phone"] == "10032848319"
    assert send(client, "post", LIST, {"code": "H13", "name": "x"}).json()["error"]["code"] == "code_taken"
    one = LIST + "H13/"
    assert send(client, "patch", one, {"capacity": 45}).json()["capacity"] == 45
    hours = {"term_weekday": [{"opens": "16:00", "closes": "18:30"}], "closed_weekdays": [1]}
    told = send(client, "put", one + "opening-hours/", hours).json()
    assert told["opening_hours"] == {"term_weekday": [{"opens": "16:00:00", "closes": "18:30:00"}]}
    assert told["closed_weekdays"] == [1]
    bad = {"holiday": [{"opens": "12:00", "closes": "08:00"}]}
    response = send(client, "put", one + "opening-hours/", bad)
    assert response.status_code == 422
    assert "holiday" in response.json()["error"]["fields"]
    response = send(client, "post", one + "rooms/", {"name": "图书室", "zone": "library"})
    assert response.status_code == 201
    assert response.json()["rooms"] == [
        {"name": "图书室", "zone": "library", "seats": 1, "for_sessions": True, "is_active": True}
    ]
    assert send(client, "post", one + "rooms/", {"name": "图书室", "zone": "moon"}).status_code == 422


@pytest.mark.parametrize(
    ("data", "field"),
    [({"phone": "1"}, "phone"), ({"latitude": 99}, "latitude"), ({"village": "V99"}, "village"), ({"fee": 1}, "fee")],
)
def test_bad_input_names_the_field(data: dict[str, Any], field: str) -> None:
    centre = make_centre()
    response = send(client_of(Role.MANAGER, centre), "patch", LIST + "H01/", data)
    assert response.status_code == 422
    assert field in response.json()["error"]["fields"]


def test_figures_only_for_those_who_work_there() -> None:
    centre = make_centre()
    make_child(centre)
    assert client_of(Role.WORKER, centre).get(LIST + "H01/").json()["children_now"] == 1
    for client in (client_of(Role.DONOR, centre), client_of(Role.WORKER, make_centre("H02"))):
        assert "children_now" not in client.get(LIST + "H01/").json()
        assert send(client, "patch", LIST + "H01/", {"capacity": 1}).status_code == 403
    assert Client().get(LIST).status_code in (401, 403)
    assert client_of(Role.WORKER, centre).get(LIST + "?q=H02").json()["count"] == 1
    assert client_of(Role.WORKER, centre).get(LIST + "H99/").status_code == 404
