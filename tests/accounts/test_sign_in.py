"""Coming in: password, lock-out, second factor, languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.utils import timezone

from qianshou.accounts.models import User
from qianshou.accounts.rules import Role
from qianshou.core import clock
from qianshou.core.models import AuditEntry
from tests.accounts.door import PASSWORD, sign_in


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_person_signs_in_with_user_name_and_password(client: Client, manager: User) -> None:
    page = client.get("/account/login/")
    assert page.status_code == 200
    assert "<form" in page.content.decode()
    answer = sign_in(client, manager)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert AuditEntry.objects.filter(action="accounts.sign_in", actor=manager).count() == 1


def test_wrong_password_and_unknown_name_get_the_same_answer(client: Client, manager: User) -> None:
    bodies = []
    for name in ("lin", "nobody"):
        answer = Client().post("/account/login/", {"login": name, "password": "not the right one"})
        assert answer.status_code == 422
        text = re.sub(r'(nonce|value)="[^"]*"', "", answer.content.decode())
        bodies.append(text)
    assert bodies[0] == bodies[1]


def test_nobody_signs_up(client: Client, db: None) -> None:
    assert client.get("/account/signup/").status_code == 404


def test_waits_grow_and_end(client: Client, manager: User) -> None:
    wrong = {"login": "LIN", "password": "not the right one"}  # capitals do not open a second account of failures
    start = timezone.now()
    with clock.frozen(start):
        assert [client.post("/account/login/", wrong).status_code for _ in range(5)] == [422] * 4 + [429]
        locked = sign_in(client, manager)
        assert locked.status_code == 429
        assert locked.headers["Retry-After"] == "60"
    with clock.frozen(start + timedelta(seconds=61)):
        assert client.post("/account/login/", wrong).status_code == 429
    with clock.frozen(start + timedelta(seconds=122)):
        assert sign_in(client, manager).status_code == 302


def test_a_stranger_elsewhere_does_not_lock_a_person_out(client: Client, manager: User) -> None:
    for _ in range(6):
        Client(REMOTE_ADDR="203.0.113.9").post("/account/login/", {"login": "lin", "password": "no no no no"})
    assert sign_in(client, manager).status_code == 302


def test_an_address_that_tries_many_names_waits_as_a_whole(manager: User) -> None:
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    answers = [
        stranger.post("/account/login/", {"login": f"name{n}", "password": "no no no no"}).status_code
        for n in range(61)
    ]
    assert answers[:59] == [422] * 59
    assert answers[60] == 429


def test_password_reset_tells_nobody_who_has_an_account(client: Client, manager: User) -> None:
    known = client.post("/account/password/reset/", {"email": "lin@example.org"})
    unknown = client.post("/account/password/reset/", {"email": "who@example.org"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [letter.to for letter in mail.outbox] == [["lin@example.org"]]
    link = re.search(r"http://testserver(/account/password/reset/key/\S+)", mail.outbox[0].body)
    assert link is not None
    page = client.get(link[1], follow=True)
    target = page.request["PATH_INFO"]
    too_short = client.post(target, {"password1": "short", "password2": "short"})
    assert too_short.status_code == 422
    assert client.post(target, {"password1": "a new long one", "password2": "a new long one"}).status_code == 302
    assert client.post("/account/login/", {"login": "lin", "password": "a new long one"}).status_code == 302


def test_second_factor_is_demanded_where_children_are_seen(
    client: Client, manager: User, settings: pytest.FixtureRequest
) -> None:
    settings.MFA_REQUIRED = True
    sign_in(client, manager)
    assert client.get("/").headers["Location"] == "/account/2fa/"
    assert client.get("/me/").status_code == 302
    refused = client.get("/api/v1/me/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "second_factor_needed")
    assert client.get("/account/2fa/").status_code == 200
    page = client.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert "data:image/svg+xml" in page.content.decode()
    wrong = client.post("/account/2fa/totp/activate/", {"code": "000000"})
    assert wrong.status_code == 422
    done = client.post("/account/2fa/totp/activate/", {"code": code_now(secret)})
    assert done.headers["Location"] == "/account/2fa/recovery-codes/"
    stored = Authenticator.objects.get(type="totp")
    assert secret not in str(stored.data)
    shown = client.get("/account/2fa/recovery-codes/").content.decode()
    codes = re.findall(r'<code class="num">(\d{8})</code>', shown)
    assert len(codes) == 10
    assert client.get("/").status_code == 200
    client.post("/account/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").exists()  # the last one stays

    other = Client()
    assert sign_in(other, manager).headers["Location"] == "/account/2fa/authenticate/"
    assert other.get("/").status_code == 302
    assert other.post("/account/2fa/authenticate/", {"code": "12345678"}).status_code == 422
    assert other.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    assert other.get("/").status_code == 200


def test_totp_code_works_once(client: Client, manager: User) -> None:
    sign_in(client, manager)
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    code = code_now(secret)
    client.post("/account/2fa/totp/activate/", {"code": code})
    other = Client()
    sign_in(other, manager)
    totp = TOTP(Authenticator.objects.get(type="totp"))
    assert totp.validate_code(code_now(secret)) in {True, False}
    used = other.post("/account/2fa/authenticate/", {"code": code})
    assert used.status_code == 422


def test_donor_needs_no_second_factor(
    client: Client, person: Callable[..., User], settings: pytest.FixtureRequest
) -> None:
    settings.MFA_REQUIRED = True
    sign_in(client, person("wang", Role.DONOR))
    assert client.get("/").status_code == 200


def test_language_of_door_goes_in_with_the_person(client: Client, manager: User) -> None:
    assert 'lang="zh-Hans"' in client.get("/account/login/").content.decode()
    assert 'lang="en"' in client.get("/account/login/", headers={"Accept-Language": "en"}).content.decode()
    answer = client.post("/me/preferences/", {"language": "en", "text_size": "elder", "next": "/account/login/"})
    assert answer.headers["Location"] == "/account/login/"
    page = client.get("/account/login/").content.decode()
    assert 'lang="en"' in page
    assert 'data-mode="elder"' in page
    sign_in(client, manager)
    manager.refresh_from_db()
    assert (manager.language, manager.text_size) == ("en", "elder")
    assert client.post("/me/preferences/", {"language": "xx"}).status_code == 400
    assert client.post("/me/preferences/", {"theme": "dark", "next": "//evil.example/"}).headers["Location"] == "/"


def test_closed_account_cannot_sign_in(client: Client, person: Callable[..., User]) -> None:
    user = person("gone", Role.MANAGER, is_active=False)
    answer = client.post("/account/login/", {"login": "gone", "password": PASSWORD}, follow=True)
    assert "_auth_user_id" not in client.session
    assert user.is_active is False
    assert answer.status_code in {200, 422}
