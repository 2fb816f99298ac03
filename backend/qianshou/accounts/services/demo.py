"""The people of the demo home. They are invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qianshou.core import audit
from qianshou.core.errors import NotAllowed

from ..models import Membership, User
from ..rules import Role

if TYPE_CHECKING:
    from qianshou.centres.models import Centre

DEMO_PEOPLE: tuple[tuple[str, str, Role, bool], ...] = (
    ("admin", "方敏", Role.ADMINISTRATOR, False),
    ("supervisor", "周海英", Role.SUPERVISOR, False),
    ("manager", "林秀兰", Role.MANAGER, True),
    ("worker", "陈小琴", Role.WORKER, True),
    ("counsellor", "许文静", Role.COUNSELLOR, True),
    ("volunteer", "李晓晨", Role.VOLUNTEER, True),
    ("donor", "王建国", Role.DONOR, False),
    ("guardian", "张桂芳", Role.GUARDIAN, True),
)
"""User name, name shown, role, and whether the role belongs to the demo home's centre."""


@transaction.atomic
def create_demo_people(password: str, *, centre: Centre) -> dict[str, User]:
    """Make (or set back) the demo people with one known password and return them by user name.

    Raises
    ------
    NotAllowed
        Outside demo mode: a known password is a way in.
    """
    if not settings.DEMO_MODE:
        raise NotAllowed(_("Demo people exist in demo mode only."), code="not_in_demo_mode")
    hashed = make_password(password)  # slow by design, and the same for all: once is enough
    people: dict[str, User] = {}
    for username, name, role, at_centre in DEMO_PEOPLE:
        user, _made = User.objects.get_or_create(username=username, defaults={"display_name": name})
        user.display_name, user.is_active = name, True
        user.email = f"{username}@demo.invalid"
        user.password = hashed
        user.save()
        place = centre if at_centre else None
        if not Membership.objects.current().filter(user=user, role=role, centre=place).exists():
            Membership.objects.create(user=user, role=role, centre=place)
        people[username] = user
    audit.record("accounts.create_demo_people", by=None, changes={"people": len(people)})
    return people
