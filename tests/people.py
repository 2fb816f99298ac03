"""Homes, people and files for tests: plain functions, everything invented, nothing hidden."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from qianshou.accounts.models import Membership, User
from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre, Room, Village, Zone
from qianshou.children.entries import ChildEntry, GuardianEntry, RelativeEntry
from qianshou.children.models import Child
from qianshou.children.services import register_child
from qianshou.core.identity import check_digit
from qianshou.volunteers.entries import CheckEntry, SlotEntry, VolunteerEntry
from qianshou.volunteers.models import Volunteer
from qianshou.volunteers.services import register_volunteer

TODAY = dt.date(2026, 11, 21)
_numbers = itertools.count(100)


def national_id(birth_date: dt.date, *, male: bool = True, serial: int | None = None) -> str:
    """Return a valid identity number with the area code that belongs to no place."""
    number = next(_numbers) if serial is None else serial
    round_of_hundred = 0 if serial is not None else 1 + number // 100 % 4  # never the number of a test that names one
    sex_digit = (1 if male else 2) + 2 * round_of_hundred
    body = f"999999{birth_date:%Y%m%d}{number % 100:02d}{sex_digit % 10}"
    return body + check_digit(body)


def make_village(code: str = "V01", name: str = "青石坪村", township: str = "云坪镇") -> Village:
    """Return a village."""
    return Village.objects.create(code=code, name=name, township=township, latitude=27.1, longitude=107.3)


def make_centre(code: str = "H01", **values: Any) -> Centre:
    """Return a home with one room."""
    values.setdefault("name", f"{code}留守儿童之家")
    centre = Centre.objects.create(code=code, **values)
    Room.objects.create(centre=centre, name="活动室", zone=Zone.ACTIVITY, seats=2)
    return centre


def make_user(role: Role | None, centre: Centre | None = None, username: str = "") -> User:
    """Return a person with a role at a home (or house-wide)."""
    name = username or f"{role or 'nobody'}{next(_numbers)}"
    user = User.objects.create_user(name, password="x", display_name=f"测试{name}")
    if role is not None:
        Membership.objects.create(user=user, role=role, centre=centre, valid_from=dt.date(2020, 1, 1))
    return user


def child_entry(**values: Any) -> ChildEntry:
    """Return a whole form of one child."""
    born = values.setdefault("birth_date", dt.date(2016, 6, 3))
    sex = values.setdefault("sex", "male")
    values.setdefault("name", "廖小明")
    if "national_id" not in values:
        values["national_id"] = national_id(born, male=sex == "male")
    values.setdefault("situation", "both_away")
    values.setdefault("school", "青石坪小学")
    values.setdefault("school_class", "三年级")
    values.setdefault("current_address", "云岭县云坪镇青石坪村六组12号")
    values.setdefault("health_status", "ill")
    values.setdefault("illness_type", "哮喘")
    values.setdefault(
        "guardian",
        GuardianEntry("廖国安", "paternal_grandfather", "爷爷", "", ("10042053921",), "云坪镇青石坪村六组12号"),
    )
    values.setdefault(
        "relatives",
        (
            RelativeEntry("father", "廖大强", work_place="广东东莞", phones=("10069755309",)),
            RelativeEntry("mother", "王秀英", work_place="浙江义乌", phones=("10082118943",)),
        ),
    )
    return ChildEntry(**values)


def make_child(centre: Centre, **values: Any) -> Child:
    """Return a child registered by the house itself."""
    return register_child(child_entry(**values), centre=centre, by=None, confirmed=True)


def good_checks(on: dt.date = TODAY) -> tuple[CheckEntry, ...]:
    """Return checks that all hold on a day."""
    return (
        CheckEntry("record_inquiry", on - dt.timedelta(days=100)),
        CheckEntry("pledge", on - dt.timedelta(days=100)),
        CheckEntry("training", on - dt.timedelta(days=100), valid_to=on + dt.timedelta(days=300)),
    )


def volunteer_entry(**values: Any) -> VolunteerEntry:
    """Return a whole form of one volunteer, everything valid."""
    born = values.setdefault("birth_date", dt.date(1991, 5, 30))
    sex = values.setdefault("sex", "female")
    values.setdefault("name", "姚春梅")
    if "national_id" not in values:
        values["national_id"] = national_id(born, male=sex == "male")
    values.setdefault("phone", f"100{next(_numbers):08d}")
    values.setdefault("status", "active")
    values.setdefault("skills", ("种植", "英语"))
    values.setdefault("dialects", ("普通话",))
    values.setdefault("checks", good_checks())
    values.setdefault("availability", (SlotEntry(6, dt.time(8), dt.time(12)),))
    return VolunteerEntry(**values)


def make_volunteer(centre: Centre, **values: Any) -> Volunteer:
    """Return a volunteer registered by the house itself."""
    user = values.pop("user", None)
    volunteer = register_volunteer(volunteer_entry(**values), centre=centre, by=None)
    if user is not None:
        volunteer.user = user
        volunteer.save(update_fields=["user"])
    return volunteer


def make_pairing(child: Child, volunteer: Volunteer, state: str = "active") -> Any:
    """Return a pairing in a state, made past the matching."""
    from qianshou.companionship.models import Pairing

    return Pairing.objects.create(
        centre=child.centre,
        child=child,
        volunteer=volunteer,
        state=state,
        weekday=6,
        starts=dt.time(9),
        ends=dt.time(10),
    )
