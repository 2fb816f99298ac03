"""A small children's home whose people are made one by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any

import pytest

from qianshou.accounts.models import Membership, User
from qianshou.centres.models import Centre, OpeningHours, Room, TravelTime, Village
from qianshou.children.models import Child, Guardian
from qianshou.companionship.models import MatchingRun, Proposal
from qianshou.companionship.services import record_pairing, solve_run, start_run
from qianshou.core import clock
from qianshou.volunteers.models import AvailabilitySlot, Check, Volunteer
from tests.companionship.pages import CANARIES

TODAY = date(2026, 11, 23)
_number = itertools.count(1)


@pytest.fixture(autouse=True)
def _a_monday_in_november() -> Iterator[None]:
    with clock.frozen(TODAY):
        yield


class Home:
    """A centre with a manager, open every day 16:00-18:00 in one room, and the means to add people."""

    def __init__(
        self, code: str = "H01", *, rooms: int = 1, weekdays: tuple[time, time] = (time(16), time(18))
    ) -> None:
        self.village = Village.objects.create(
            code=f"V{code}", name="青石坪村", township="云坪镇", latitude=27.1, longitude=107.3
        )
        self.centre = Centre.objects.create(code=code, name=f"{code}留守儿童之家", village=self.village)
        for day_type in ("term_weekday", "term_weekend"):
            OpeningHours.objects.create(centre=self.centre, day_type=day_type, opens=time(16), closes=time(18))
        self.rooms = [
            Room.objects.create(centre=self.centre, zone="library", name=f"阅览室{n}") for n in range(1, rooms + 1)
        ]
        self.manager = self.person("manager")

    def person(self, role: str) -> User:
        user = User.objects.create(username=f"{role}{next(_number)}", display_name=f"{role}")
        Membership.objects.create(user=user, role=role, centre=self.centre, valid_from=date(2026, 1, 1))
        return user

    def child(self, name: str = "", **values: Any) -> Child:
        number = next(_number)
        values = {"sex": "female", "birth_date": date(2016, 5, 4), **values}
        child = Child.objects.create(centre=self.centre, name=name or f"童{number}", **values)
        Guardian.objects.create(child=child, name=f"守护人{number}", relation="paternal_grandmother")
        return child

    def volunteer(self, name: str = "", *, days: Any = (3,), checked: bool = True, **values: Any) -> Volunteer:
        number = next(_number)
        hours = values.pop("hours", (time(16), time(18)))
        values = {"sex": "female", "birth_date": date(1990, 1, 1), "status": "active", **values}
        values.setdefault("national_id", f"99999919900101{number:04d}")
        values.setdefault("phone", f"100{number:08d}")
        volunteer = Volunteer.objects.create(centre=self.centre, name=name or f"志{number}", **values)
        for day in days:
            AvailabilitySlot.objects.create(volunteer=volunteer, weekday=day, starts=hours[0], ends=hours[1])
        if checked:
            for kind in ("record_inquiry", "pledge", "training"):
                Check.objects.create(volunteer=volunteer, kind=kind, done_on=date(2026, 9, 1))
        return volunteer

    def way(self, volunteer: Volunteer, minutes: int) -> None:
        village = Village.objects.create(
            code=f"W{next(_number)}", name="远村", township="云坪镇", latitude=27.2, longitude=107.4
        )
        volunteer.village = village
        volunteer.save()
        TravelTime.objects.create(origin=village.code, destination=self.centre.code, minutes=minutes)

    def run(self, **values: Any) -> MatchingRun:
        """A solved run."""
        return solved(start_run(self.centre, by=self.manager, values=values))

    def proposal(self) -> Proposal:
        """The only proposal of a fresh run."""
        (proposal,) = self.run().proposals.all()
        return proposal


def solved(run: MatchingRun) -> MatchingRun:
    """Solve a run as its job would."""
    return solve_run(run, watch=lambda stage, value, bound: None)


@pytest.fixture
def make_home(db: None) -> Callable[..., Home]:
    return Home


@pytest.fixture
def home(make_home: Callable[..., Home]) -> Home:
    return make_home()


@pytest.fixture
def scene(home):
    """A home with one of everything: proposals, a child left over, a volunteer out, rules, pairings."""
    home.kid = home.child(
        "陈小雨", interests=["下棋"], needs=["数学"], dialects=["普通话", "苗语"], school_class="三年级1班"
    )
    home.kid.illness_type, home.kid.national_id, home.kid.current_address = CANARIES[0], CANARIES[2], CANARIES[3]
    home.kid.save()
    Guardian.objects.filter(child=home.kid).update(is_current=True)
    home.helper = home.volunteer(
        "吴大勇",
        sex="male",
        interests=["象棋"],
        skills=["辅导数学"],
        dialects=["苗语"],
        phone=CANARIES[1],
        user=home.person("volunteer"),
    )
    home.way(home.helper, 12)
    home.volunteer("钱多多", checked=False)
    home.lonely = home.child("孙独自", dialects=["侗语"])
    home.match = home.run()
    home.proposal_ = home.match.proposals.get()
    return home


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def paired(scene):
    scene.pairing = record_pairing(
        scene.kid, scene.helper, weekday=3, starts=time(16), ends=time(17), room=scene.rooms[0], by=scene.manager
    )
    scene.grandmother = scene.person("guardian")
    Guardian.objects.filter(child=scene.kid).update(user=scene.grandmother)
    return scene
