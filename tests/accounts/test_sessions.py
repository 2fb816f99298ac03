"""Sessions end: after a rest, after the longest time, everywhere at once, and with the account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from qianshou.accounts import services
from qianshou.accounts.models import User
from qianshou.core import clock
from tests.accounts.door import sign_in


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_session_ends_after_a_rest(client: Client, manager: User, settings: pytest.FixtureRequest) -> None:
    settings.SESSION_IDLE_SECONDS = 1800
    start = timezone.now()
    with clock.frozen(start):
        sign_in(client, manager)
        assert is_in(client)
    for minutes in (25, 50):  # each visit starts the rest anew
        with clock.frozen(start + timedelta(minutes=minutes)):
            assert is_in(client)
    with clock.frozen(start + timedelta(minutes=81)):
        assert not is_in(client)


def test_session_ends_after_the_longest_time(client: Client, manager: User, settings: pytest.FixtureRequest) -> None:
    settings.SESSION_IDLE_SECONDS = settings.SESSION_LONGEST_SECONDS = 12 * 3600
    start = timezone.now()
    with clock.frozen(start):
        sign_in(client, manager)
        assert is_in(client)
    with clock.frozen(start + timedelta(hours=11, minutes=59)):
        assert is_in(client)
    with clock.frozen(start + timedelta(hours=12, minutes=1)):
        assert not is_in(client)


def test_signing_out_everywhere_ends_every_session(client: Client, manager: User) -> None:
    other = Client()
    sign_in(client, manager)
    sign_in(other, manager)
    assert is_in(client)
    assert is_in(other)
    assert len(client.get("/account/sessions/").context["sessions"]) == 2
    assert client.post("/me/sign-out-everywhere/").headers["Location"] == "/account/login/"
    assert not is_in(client)
    assert not is_in(other)
    assert sign_in(client, manager).status_code == 302
    assert is_in(client)


def test_closing_an_account_ends_its_sessions(client: Client, manager: User, admin: User) -> None:
    sign_in(client, manager)
    assert is_in(client)
    services.disable_person(manager, by=admin)
    assert not is_in(client)


def test_a_new_password_ends_the_other_sessions(client: Client, manager: User) -> None:
    other = Client()
    sign_in(client, manager)
    sign_in(other, manager)
    new = {"oldpassword": "three quiet lanterns", "password1": "seven blue kites", "password2": "seven blue kites"}
    assert client.post("/account/password/change/", new).status_code == 302
    assert is_in(client)
    assert not is_in(other)
