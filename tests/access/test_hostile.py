"""What an attack on the house found once, so that it is not found again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qianshou.accounts.rules import Role
from qianshou.children.models import ChildStatus
from qianshou.core import jobs, obligations
from qianshou.core.models import ReadEntry
from tests.people import make_centre, make_child, make_user
from tests.reports.register_files import HEADER, child, xlsx

from .scene import _browser as client_of

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def home() -> Any:
    return make_centre("H01")


def test_a_number_is_not_named_to_those_who_may_not_see_numbers(home: Any) -> None:
    """A worker sees names but no identity numbers: the refusal of a second child says that it is taken, not whose."""
    known = make_child(home)
    body = {"centre": "H01", "name": "王小花", "national_id": known.national_id}
    worker, manager = (client_of(make_user(role, home)) for role in (Role.WORKER, Role.MANAGER))
    answer = worker.post("/api/v1/children/", body, content_type=JSON)
    assert answer.status_code == 409
    assert known.name not in answer.content.decode()
    assert known.code not in answer.content.decode()
    assert known.code in manager.post("/api/v1/children/", body, content_type=JSON).content.decode()
    known.status, known.left_on = ChildStatus.LEFT, dt.date(2026, 1, 1)
    known.save()
    answer = worker.post("/api/v1/children/", body, content_type=JSON)
    assert answer.json()["error"]["code"] == "child_was_here"
    assert known.code not in answer.content.decode()


def test_values_of_a_register_are_logged_also_for_programs(home: Any, settings: Any, tmp_path: Any) -> None:
    settings.PRIVATE_MEDIA_ROOT = tmp_path / "private"
    user = make_user(Role.MANAGER, home)
    client = client_of(user)
    file = SimpleUploadedFile("register.xlsx", xlsx([HEADER, child()]))
    sent = client.post("/api/v1/imports/", {"file": file, "kind": "children", "centre": "H01", "as_of": "2026-09-10"})
    obligations.run_due(kinds={jobs.OBLIGATION})
    one = f"/api/v1/imports/{sent.json()['code']}/"
    assert not ReadEntry.objects.exists()
    assert client.get(one).json()["report"]["records"]
    assert client.get(f"{one}rows/", headers={"X-Purpose": "look"}).status_code == 200
    assert list(ReadEntry.objects.order_by("pk").values_list("reader", "purpose"))[1] == (user.pk, "look")
    assert ReadEntry.objects.count() == 2
    assert client_of(make_user(Role.SUPERVISOR, home)).get(one).json()["report"]["records"] == []
    assert ReadEntry.objects.count() == 2, "who sees no values has read none"


def test_opening_a_private_file_is_logged(home: Any, settings: Any, tmp_path: Any) -> None:
    from qianshou.core.files import store_document

    settings.PRIVATE_MEDIA_ROOT = tmp_path / "private"
    user = make_user(Role.MANAGER, home)
    file = store_document(SimpleUploadedFile("a.csv", b"a,b\n"), by=user, kind="document", centre=home)
    assert client_of(user).get(f"/files/{file.code}/").status_code == 200
    entry = ReadEntry.objects.get()
    assert (entry.reader_id, entry.subject_code) == (user.pk, file.code)


def test_a_purpose_takes_no_control_characters(home: Any) -> None:
    """A NUL in the header was a 500 on PostgreSQL; a line end could have forged a line of a log."""
    known = make_child(home)
    client = client_of(make_user(Role.MANAGER, home))
    for purpose in ("%00look", "look%0d%0a%1b[31mforged", "%ED%A0%80look", "x" * 2000, "%00", "%"):
        assert client.get(f"/api/v1/children/{known.code}/", headers={"X-Purpose": purpose}).status_code == 200
    for purpose in ReadEntry.objects.values_list("purpose", flat=True):
        assert purpose.isprintable()
        assert len(purpose) <= 300


@pytest.mark.parametrize("query", ["role=nosuch", "is_active=perhaps", "o=password", "o=-email"])
def test_people_with_an_unknown_filter_or_order(query: str) -> None:
    client = client_of(make_user(Role.ADMINISTRATOR))
    assert client.get(f"/members/?{query}").status_code == 422
    assert client.get("/members/?o=-last_login&role=manager").status_code == 200


@pytest.mark.parametrize("agent", ["x" * 5000, "\u202e<b>"])
def test_sign_in_with_odd_headers(home: Any, agent: str) -> None:
    """What a browser says of itself is stored with the session: no length of it breaks the door."""
    user = make_user(Role.MANAGER, home)
    headers = {
        "User-Agent": agent.encode().decode("latin-1"),
        "X-Forwarded-For": "1.2.3.4, nonsense;--",
        "Accept-Language": "x" * 3000,
    }
    client = Client(headers=headers)
    assert client.post("/account/login/", {"login": "n" * 3000, "password": "p" * 5000}).status_code in {200, 422}
    assert client.post("/account/login/", {"login": user.username, "password": "x"}).status_code == 302
    assert client.get("/").status_code == 200
