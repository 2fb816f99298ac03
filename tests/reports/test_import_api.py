"""`/api/v1/imports/`."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qianshou.accounts.rules import Role
from qianshou.children.models import Child
from qianshou.core import jobs, obligations
from tests.people import make_centre, make_user
from tests.reports.register_files import HEADER, child, national_id, xlsx

REGISTERS = Path(__file__).parents[2] / "fixtures" / "registers"
URL = "/api/v1/imports/"
JSON = "application/json"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_folder(settings, tmp_path):
    settings.PRIVATE_MEDIA_ROOT = tmp_path / "private"


@pytest.fixture
def home():
    return make_centre("H01")


@pytest.fixture
def manager(home):
    return make_user(Role.MANAGER, home)


@pytest.fixture
def api(client, manager):
    client.force_login(manager)
    return client


def run_jobs():
    obligations.run_due(kinds={jobs.OBLIGATION})


def send(api, data: bytes = b"", **fields):
    file = SimpleUploadedFile("register.xlsx", data or xlsx([HEADER, child()]))
    return api.post(URL, {"file": file, "kind": "children", "centre": "H01", "as_of": "2026-09-10", **fields})


def test_register_goes_in_and_out_again(api, home):
    sent = send(api, (REGISTERS / "children-messy.xlsx").read_bytes())
    assert sent.status_code == 201, sent.content
    one = f"{URL}{sent.json()['code']}/"
    run_jobs()
    told = api.get(one).json()
    assert told["state"] == "ready"
    assert told["report"]["rows_rejected_count"] == 16
    assert len(told["report"]["records"]) == 125
    assert told["report"]["file"] == "register.xlsx"

    refused = api.post(one + "confirm/", {}, content_type=JSON)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "rows_rejected")
    assert api.post(one + "confirm/", {"leave_out_rejected": True}, content_type=JSON).json()["state"] == "writing"
    run_jobs()
    assert api.get(one).json()["counts"]["created"] == 125
    undone = api.post(one + "undo/", {"reason": "wrong list"}, content_type=JSON)
    assert undone.json()["state"] == "undone"
    assert not Child.objects.exists()


def test_list_filters(api, home):
    send(api)
    assert api.get(URL).json()["count"] == 1
    assert api.get(URL + "?state=done").json()["count"] == 0
    assert api.get(URL + "?state=nonsense").status_code == 422


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": "x"}, "kind"),
        ({"centre": "H99"}, "centre"),
        ({"as_of": "x"}, "as_of"),
        ({"nonsense": "1"}, "nonsense"),
    ],
)
def test_wrong_field_is_named(api, home, fields, name):
    answer = send(api, **fields)

    assert answer.status_code == 422
    assert name in answer.json()["error"]["fields"]


def test_wrong_file_is_named(api, home):
    answer = send(api, b"<html></html>")

    assert answer.status_code == 422
    assert "file" in answer.json()["error"]["fields"]


def test_columns_rows_and_decisions(api, home):
    header = ["孩子" if title == "姓名" else title for title in HEADER]
    one = f"{URL}{send(api, xlsx([header, child()])).json()['code']}/"
    run_jobs()
    rows = api.get(one + "rows/?show=rejected").json()["results"]
    assert [issue["code"] for issue in rows[0]["issues"]] == ["name_missing"]
    assert api.get(one + "rows/?show=x").status_code == 422
    assert api.put(one + "columns/", {"columns": {"一班": {"B": "x"}}}, content_type=JSON).status_code == 422
    assert api.put(one + "columns/", {"columns": {"一班": {"B": "name"}}}, content_type=JSON).status_code == 200
    run_jobs()
    assert api.get(one + "rows/").json()["results"][0]["record"]["name"] == "崔静"
    assert api.post(one + "decide/", {"position": 0, "decision": "same"}, content_type=JSON).status_code == 422
    assert api.post(one + "decide/", {"position": 99}, content_type=JSON).status_code == 422


def test_supervisor_gets_places_without_values(api, client, home):
    one = f"{URL}{send(api, xlsx([HEADER, child(监护人电话='123')])).json()['code']}/"
    run_jobs()
    client.force_login(make_user(Role.SUPERVISOR, home))
    for answer in (client.get(URL), client.get(one), client.get(one + "rows/")):
        text = answer.content.decode()
        assert answer.status_code == 200
        for secret in ("崔静", national_id(), "register.xlsx", "10073900346", '"123"'):
            assert secret not in text
    assert client.get(one).json()["report"]["rejected"] == [{"at": "一班!N2", "code": "phone_invalid"}]
    assert client.post(one + "confirm/", {}, content_type=JSON).status_code == 403
    assert client.post(one + "undo/", {}, content_type=JSON).status_code == 403


@pytest.mark.parametrize("role", [Role.WORKER, Role.VOLUNTEER, Role.GUARDIAN, Role.COUNSELLOR, None])
def test_others_see_nothing(api, client, home, role):
    one = f"{URL}{send(api).json()['code']}/"
    client.force_login(make_user(role, home))

    assert client.get(URL).status_code == 403
    assert client.get(one).status_code in {403, 404}


def test_manager_of_another_home_sees_nothing(api, client, home):
    one = f"{URL}{send(api).json()['code']}/"
    client.force_login(make_user(Role.MANAGER, make_centre("H02")))

    assert client.get(URL).json()["count"] == 0
    assert client.get(one).status_code == 404
    assert client.post(one + "confirm/", {}, content_type=JSON).status_code == 404
    assert send(client).status_code == 422  # no such home for this person
