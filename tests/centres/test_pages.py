"""Pages of the homes (S18)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre
from tests.people import make_centre, make_child, make_user, make_village

pytestmark = pytest.mark.django_db
PAGES = ("list", "create", "detail", "edit", "hours", "room_create", "room_edit", "room_close", "room_open")


@pytest.fixture
def centre() -> Centre:
    make_village()
    return make_centre(phone="10032848319", manager_name="陈涵欣", township="云坪镇")


def signed_in(user: Any, language: str = "zh-hans") -> Client:
    user.language = language
    user.save(update_fields=["language"])
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def url(name: str, centre: Centre) -> str:
    args: list[Any] = [] if name in ("list", "create") else [centre.code]
    if name in ("room_edit", "room_close", "room_open"):
        args.append(centre.rooms.get().pk)
    return reverse(f"centres:{name}", args=args)


SEEN = {"list": 200, "detail": 200}
ALLOWED = {
    Role.ADMINISTRATOR: dict.fromkeys(PAGES, 200),
    Role.MANAGER: dict.fromkeys(PAGES, 200) | {"create": 403},
    **{
        role: dict.fromkeys(PAGES, 403) | SEEN
        for role in (
            Role.WORKER,
            Role.COUNSELLOR,
            Role.SUPERVISOR,
            Role.VOLUNTEER,
            Role.GUARDIAN,
            Role.DONOR,
            Role.PARENT,
        )
    },
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("role", list(ALLOWED))
def test_every_page_answers_each_role_as_declared(centre: Centre, role: Role, language: str) -> None:
    client = signed_in(make_user(role, None if role == Role.ADMINISTRATOR else centre), language)
    assert {name: client.get(url(name, centre)).status_code for name in PAGES} == ALLOWED[role]


def test_a_manager_changes_the_own_home_only(centre: Centre) -> None:
    client = signed_in(make_user(Role.MANAGER, make_centre("H02")))
    for name in PAGES[3:7]:
        assert client.get(url(name, centre)).status_code == 403
    room = centre.rooms.get()
    for name in ("room_close", "room_open"):
        assert client.post(url(name, centre)).status_code == 403
    room.refresh_from_db()
    assert room.is_active


def test_numbers_of_people_are_shown_to_those_who_work_there(centre: Centre) -> None:
    make_child(centre)
    page = signed_in(make_user(Role.DONOR, centre)).get(url("detail", centre)).content.decode()
    assert "10032848319" in page
    assert "?centre=H01" not in page
    assert "?centre=H01" in signed_in(make_user(Role.WORKER, centre)).get(url("detail", centre)).content.decode()


def test_hours_are_typed_as_people_type_them(centre: Centre) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    data = {
        "term_weekday": "16:00—18:30",
        "term_weekend": "8:30-11:30；14：00～17:00",
        "holiday": "",
        "closed_weekdays": ["1"],
    }
    assert client.post(url("hours", centre), data).status_code == 303
    centre.refresh_from_db()
    assert [f"{row.day_type} {row}" for row in centre.opening_hours.all()] == [
        "term_weekday 16:00-18:30",
        "term_weekend 08:30-11:30",
        "term_weekend 14:00-17:00",
    ]
    assert centre.closed_weekdays == [1]
    for bad in ("下午", "16:00", "18:00-16:00", "25:00-26:00", "08:00-12:00; 11:00-13:00", "03:00-06:00"):
        response = client.post(url("hours", centre), {**data, "holiday": bad})
        assert response.status_code == 422, bad
        assert bad in response.content.decode()
        assert 'href="#id_holiday"' in response.content.decode()


def test_open_a_home_change_it_add_a_room(centre: Centre) -> None:
    client = signed_in(make_user(Role.ADMINISTRATOR))
    data = {"code": "H13", "name": "桥头村留守儿童之家", "capacity": "30", "phone": "10032848319", "is_active": "on"}
    assert client.post(url("create", centre), {**data, "code": "H01"}).status_code == 409
    assert client.post(url("create", centre), {**data, "code": "桥"}).status_code == 422
    assert client.post(url("create", centre), {**data, "phone": "1"}).status_code == 422
    assert client.post(url("create", centre), data).status_code == 303
    made = Centre.objects.get(code="H13")
    response = client.post(
        reverse("centres:room_create", args=["H13"]), {"name": "活动室", "zone": "activity", "seats": "0"}
    )
    assert response.status_code == 422
    room = {"name": "活动室", "zone": "activity", "seats": "2", "for_sessions": "on"}
    assert client.post(reverse("centres:room_create", args=["H13"]), room).status_code == 303
    assert client.post(reverse("centres:room_create", args=["H13"]), room).status_code == 422
    assert made.rooms.get().seats == 2
    assert client.post(url("edit", made), {**data, "capacity": "45"}).status_code == 303
    made.refresh_from_db()
    assert made.capacity == 45
    assert client.post(url("room_close", made)).status_code == 303
    assert not made.rooms.get().is_active


def test_a_room_of_another_home_is_404(centre: Centre) -> None:
    other = make_centre("H02")
    client = signed_in(make_user(Role.ADMINISTRATOR))
    assert client.get(reverse("centres:room_edit", args=[other.code, centre.rooms.get().pk])).status_code == 404


def test_queries_do_not_grow_with_rows(centre: Centre) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    client.get(url("list", centre))
    with CaptureQueriesContext(connection) as few:
        client.get(url("list", centre))
    for number in range(2, 20):
        make_centre(f"H{number:02d}")
    with CaptureQueriesContext(connection) as many:
        client.get(url("list", centre))
    assert len(few) == len(many) <= 30
