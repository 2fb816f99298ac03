"""Tokens of programs."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from qianshou.accounts import services
from qianshou.accounts.models import ApiToken, TokenScope, User
from qianshou.core import clock
from qianshou.core.errors import Invalid, NotAllowed
from tests.accounts.door import sign_in

ME = "/api/v1/me/"


def ask(secret: str, method: str = "get") -> Any:
    return getattr(Client(), method)(ME, headers={"Authorization": f"Token {secret}"})


def make(user: User, scope: TokenScope = TokenScope.READ, **lifetime: float) -> tuple[ApiToken, str]:
    return services.create_token(user, by=user, name="test", scope=scope, lifetime=timedelta(**lifetime or {"days": 1}))


def test_command_prints_a_token_that_works_for_a_day(manager: User) -> None:
    out = StringIO()
    start = timezone.now()
    with clock.frozen(start):
        call_command("create_token", "lin", stdout=out)
    secret = out.getvalue().strip()
    assert re.fullmatch(r"\S+", secret)
    with clock.frozen(start + timedelta(hours=23)):
        answer = ask(secret)
        assert answer.status_code == 200
        assert answer.json()["username"] == "lin"
        assert answer.json()["roles"][0]["role"] == "manager"
    with clock.frozen(start + timedelta(hours=25)):
        assert ask(secret).status_code == 401
    assert not ApiToken.objects.filter(digest=secret).exists()
    assert ApiToken.objects.get().scope == TokenScope.WRITE


@pytest.mark.parametrize("arguments", [("nobody",), ("lin", "--hours", "0"), ("lin", "--hours", "9000")])
def test_command_refuses(manager: User, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("create_token", *arguments)


def test_unknown_revoked_and_closed_are_401(manager: User, admin: User) -> None:
    token, secret = make(manager)
    assert ask("qst_wrong").status_code == 401
    assert ask("").status_code == 401
    assert ask(secret).status_code == 200
    services.revoke_token(token, by=manager)
    assert ask(secret).status_code == 401
    _other, second = make(manager)
    services.disable_person(manager, by=admin)
    assert ask(second).status_code == 401
    services.enable_person(manager, by=admin)
    assert ask(second).status_code == 401


def test_read_token_does_not_write(manager: User) -> None:
    _token, secret = make(manager)
    answer = ask(secret, "post")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "token_read_only")
    _token, writing = make(manager, TokenScope.WRITE)
    assert ask(writing, "post").status_code == 405


def test_use_is_noted_once_a_minute(manager: User) -> None:
    token, secret = make(manager)
    start = timezone.now()
    for seconds, noted in ((0, 0), (30, 0), (61, 61)):
        with clock.frozen(start + timedelta(seconds=seconds)):
            assert ask(secret).status_code == 200
        token.refresh_from_db()
        assert token.last_used_at == start + timedelta(seconds=noted)


def test_token_needs_the_second_factor_where_it_is_demanded(manager: User, settings: pytest.FixtureRequest) -> None:
    _token, secret = make(manager)
    settings.MFA_REQUIRED = True
    with pytest.raises(NotAllowed, match=r"second factor|两步验证"):
        make(manager)
    assert ask(secret).status_code == 403


def test_lifetime_has_limits(manager: User) -> None:
    for days in (0, 366):
        with pytest.raises(Invalid):
            make(manager, days=days)


def test_nobody_makes_tokens_of_others(manager: User, admin: User) -> None:
    with pytest.raises(NotAllowed):
        services.create_token(manager, by=admin, name="x", lifetime=timedelta(days=1))


def test_page_shows_a_new_token_once(client: Client, manager: User) -> None:
    sign_in(client, manager)
    bad = client.post("/me/tokens/", {"name": "", "scope": "read", "days": "30"})
    assert bad.status_code == 422
    page = client.post("/me/tokens/", {"name": "copy", "scope": "read", "days": "30"})
    secret = re.search(r'id="secret">(\S+?)<', page.content.decode())
    assert secret is not None
    assert ask(secret[1]).status_code == 200
    listed = client.get("/me/tokens/").content.decode()
    assert "copy" in listed
    assert secret[1] not in listed
    code = ApiToken.objects.get().code
    assert Client().post(f"/me/tokens/{code}/revoke/").status_code == 302
    assert client.post(f"/me/tokens/{code}/revoke/").status_code == 302
    assert ask(secret[1]).status_code == 401
