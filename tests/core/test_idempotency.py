"""One key, one write: for forms and for the API, also at the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from qianshou.accounts.models import User
from qianshou.core import clock, idempotency
from qianshou.core.models import HolidayRule, IdempotentAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.idempotency_urls")]
KEY = "11111111-2222-3333"


@pytest.fixture
def signed_in(client, person):
    client.force_login(person())
    return client


def post_api(client, text="a", key=KEY):
    return client.post("/api/", {"text": text}, content_type="application/json", headers={"Idempotency-Key": key})


def test_a_form_sent_twice_is_written_once(signed_in):
    answers = [signed_in.post("/page/", {"text": "a", "idempotency_key": KEY}) for _ in range(2)]
    assert [(a.status_code, a["Location"], a.get("Idempotent-Replay")) for a in answers] == [
        (303, "/done/0/", None),
        (303, "/done/0/", "true"),
    ]
    assert HolidayRule.objects.count() == 1


def test_a_new_csrf_token_is_the_same_form(signed_in):
    for token in ("one", "two"):
        data = {"text": "a", "idempotency_key": KEY, "csrfmiddlewaretoken": token}
        assert signed_in.post("/page/", data)["Location"] == "/done/0/"


def test_without_a_key_everything_is_written(signed_in):
    assert [signed_in.post("/page/", {"text": "a"})["Location"] for _ in range(2)] == ["/done/0/", "/done/1/"]


def test_the_same_key_with_another_form_shows_the_form_with_what_was_typed(signed_in):
    signed_in.post("/page/", {"text": "a", "idempotency_key": KEY})
    answer = signed_in.post("/page/", {"text": "changed", "idempotency_key": KEY})
    assert answer.status_code == 422
    assert b'value="changed"' in answer.content
    assert KEY.encode() not in answer.content
    assert HolidayRule.objects.count() == 1


def test_files_are_part_of_the_form(signed_in):
    def send(content):
        data = {"text": "a", "idempotency_key": KEY, "file": SimpleUploadedFile("a.csv", content)}
        return signed_in.post("/page/", data).status_code

    assert [send(b"1"), send(b"1"), send(b"2")] == [303, 303, 422]


@pytest.mark.parametrize(("text", "status"), [("wrong", 422), ("late", 409), ("", 422)])
def test_what_was_refused_may_be_put_right_under_its_key(signed_in, text, status):
    assert signed_in.post("/page/", {"text": text, "idempotency_key": KEY}).status_code == status
    assert signed_in.post("/page/", {"text": "a", "idempotency_key": KEY}).status_code == 303


def test_after_a_crash_nothing_is_kept(signed_in):
    signed_in.raise_request_exception = False
    assert signed_in.post("/page/", {"text": "crash", "idempotency_key": KEY}).status_code == 500
    assert not HolidayRule.objects.exists()
    assert not IdempotentAnswer.objects.exists()


def test_a_stored_answer_is_whole_and_not_readable_in_the_database(signed_in):
    first, second = (signed_in.post("/do/", {"text": "a", "idempotency_key": KEY}) for _ in range(2))
    assert first.content == second.content == "秘 0".encode()
    assert second["Content-Type"] == first["Content-Type"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM core_idempotentanswer")
        assert cursor.fetchone()[0].startswith("t1:")


def test_keys_of_two_people_do_not_meet(signed_in, person):
    signed_in.post("/page/", {"text": "a", "idempotency_key": KEY})
    other = Client()
    other.force_login(person())
    assert other.post("/page/", {"text": "b", "idempotency_key": KEY})["Location"] == "/done/1/"


@pytest.mark.parametrize("key", ["short", "x" * 101, "mit Leer zeichen"])
def test_what_is_no_key_is_refused(signed_in, key):
    assert post_api(signed_in, key=key).status_code == 422
    assert signed_in.post("/page/", {"text": "a", "idempotency_key": key}).status_code == 422
    assert not HolidayRule.objects.exists()


def test_the_api_answers_a_repeat_with_the_first_answer(signed_in):
    first, second = post_api(signed_in), post_api(signed_in)
    assert (first.status_code, first.json(), first["Location"]) == (201, {"number": 0}, "/there/")
    assert (second.status_code, second.json(), second["Location"]) == (201, {"number": 0}, "/there/")
    assert second["Content-Type"] == "application/json"
    assert HolidayRule.objects.count() == 1


def test_the_api_refuses_a_used_key_for_another_body(signed_in):
    post_api(signed_in)
    answer = post_api(signed_in, "b")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(("text", "status"), [("wrong", 422), ("late", 409), ("", 422)])
def test_the_api_keeps_no_refusal(signed_in, text, status):
    assert post_api(signed_in, text).status_code == status
    assert post_api(signed_in).status_code == 201


def test_old_answers_are_forgotten(signed_in):
    post_api(signed_in)
    with clock.frozen(clock.now() + idempotency.KEEP - timedelta(hours=1)):
        assert idempotency.forget_old() == 0
    with clock.frozen(clock.now() + idempotency.KEEP + timedelta(hours=1)):
        assert idempotency.forget_old() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment_is_written_once(race):
    user = User.objects.create(username="phone", display_name="Phone")

    def tap():
        client = Client()
        client.force_login(user)
        return post_api(client).json()

    assert race(*[tap] * 6) == [{"number": 0}] * 6
    assert HolidayRule.objects.count() == 1
