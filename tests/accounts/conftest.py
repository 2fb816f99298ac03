"""People and homes for the tests of accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qianshou.accounts.models import Membership, User
from qianshou.accounts.rules import HOUSE_WIDE, Role
from qianshou.centres.models import Centre
from tests.accounts.door import PASSWORD


@pytest.fixture
def centre(db: None) -> Centre:
    return Centre.objects.create(code="H01", name="Lianhua home")


@pytest.fixture
def person(db: None, centre: Centre) -> Callable[..., User]:
    def make(username: str, *roles: Role, at: Any = centre, **fields: Any) -> User:
        user = User.objects.create_user(
            username, password=PASSWORD, email=f"{username}@example.org", **{"display_name": username, **fields}
        )
        for role in roles:
            Membership.objects.create(user=user, role=role, centre=None if role in HOUSE_WIDE else at)
        return user

    return make


@pytest.fixture
def admin(person: Callable[..., User]) -> User:
    return person("boss", Role.ADMINISTRATOR)


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("lin", Role.MANAGER)
