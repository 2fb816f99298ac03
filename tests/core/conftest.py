"""People and homes for the tests of core."""

from __future__ import annotations

import pytest

from qianshou.accounts.models import Membership, Role, User
from qianshou.centres.models import Centre


@pytest.fixture
def person(db):
    """Make a person with a role: `person("manager", home)`; without a home the role holds in the whole house."""

    def make(role="", centre=None, username=""):
        username = username or f"{role or 'nobody'}{User.objects.count()}"
        user = User.objects.create(username=username, display_name=username.title())
        if role:
            Membership.objects.create(user=user, role=Role(role), centre=centre)
        return user

    return make


@pytest.fixture
def home(db):
    return Centre.objects.create(code="H01", name="Home One")


@pytest.fixture
def other_home(db):
    return Centre.objects.create(code="H02", name="Home Two")
