"""Homes, rooms, hours, villages: what happens to them and who may (S18)."""

import datetime as dt
from typing import Any

import pytest

from qianshou.accounts.rules import Role
from qianshou.centres import queries, rules, services
from qianshou.centres.models import Centre, Room, TravelTime, Village
from qianshou.core.errors import Conflict, Invalid, NotAllowed
from qianshou.core.models import AuditEntry
from tests.people import make_centre, make_child, make_pairing, make_user, make_volunteer

pytestmark = pytest.mark.django_db
MORNING = (dt.time(8, 30), dt.time(11, 30))
AFTERNOON = (dt.time(14), dt.time(17))


@pytest.fixture
def admin() -> Any:
    return make_user(Role.ADMINISTRATOR)


def test_open_a_home_with_rooms_and_hours(admin: Any) -> None:
    centre = services.open_centre(
        code="h01",
        name="青石坪留守儿童之家",
        by=admin,
        rooms=[{"zone": "library", "name": "图书室"}, {"zone": "activity", "name": "活动室", "seats": 3}],
        opening_hours={"term_weekday": [AFTERNOON], "holiday": [AFTERNOON, MORNING]},
        closed_weekdays=[1],
        phone="100 3284 8319",
        capacity=60,
    )
    centre = Centre.objects.get(pk=centre.pk)
    assert (centre.code, centre.phone, centre.closed_weekdays) == ("H01", "10032848319", [1])
    assert queries.hours_by_day(centre) == {"term_weekday": [AFTERNOON], "holiday": [MORNING, AFTERNOON]}
    assert AuditEntry.objects.get().action == "centres.open_centre"
    with pytest.raises(Conflict) as caught:
        services.open_centre(code="H01", name="另一个", by=admin)
    assert caught.value.code == "code_taken"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "青石"}, "code"),
        ({"name": "  "}, "name"),
        ({"phone": "12"}, "phone"),
        ({"latitude": 91.0}, "latitude"),
        ({"opening_hours": {"holiday": [(dt.time(9), dt.time(8))]}}, "holiday"),
        ({"opening_hours": {"holiday": [MORNING, (dt.time(11), dt.time(12))]}}, "holiday"),
        ({"opening_hours": {"holiday": [(dt.time(3), dt.time(6))]}}, "holiday"),
        ({"closed_weekdays": [8]}, "closed_weekdays"),
    ],
)
def test_faults_name_the_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        services.open_centre(**{"code": "H01", "name": "之家", "by": None, **values})
    assert list(caught.value.fields) == [field]


def test_only_manager_of_the_home_and_administrator_change_it(admin: Any) -> None:
    centre = make_centre()
    for user in (make_user(Role.MANAGER, make_centre("H02")), make_user(Role.WORKER, centre), make_user(None)):
        for call in (
            lambda user=user: services.change_centre(centre, {"capacity": 1}, by=user),
            lambda user=user: services.set_opening_hours(centre, {}, closed_weekdays=[], by=user),
            lambda user=user: services.add_room(centre, name="x", zone="library", by=user),
            lambda user=user: services.change_room(centre.rooms.get(), {"seats": 2}, by=user),
            lambda user=user: services.close_room(centre.rooms.get(), by=user),
        ):
            with pytest.raises(NotAllowed):
                call()
    services.change_centre(centre, {"capacity": 45}, by=make_user(Role.MANAGER, centre))
    services.change_centre(centre, {"capacity": 46}, by=admin)
    assert [entry.changes for entry in AuditEntry.objects.order_by("id")] == [
        {"capacity": [30, 45]},
        {"capacity": [45, 46]},
    ]


def test_rooms_are_added_changed_and_closed(admin: Any) -> None:
    centre = make_centre()
    room = services.add_room(centre, name="图书室", zone="library", by=admin)
    with pytest.raises(Invalid) as caught:
        services.add_room(centre, name="图书室", zone="library", by=admin)
    assert list(caught.value.fields) == ["name"]
    services.change_room(room, {"seats": 3, "name": "图书室"}, by=admin)
    assert Room.objects.get(pk=room.pk).seats == 3
    pairing = make_pairing(make_child(centre), make_volunteer(centre))
    pairing.room = room
    pairing.save()
    with pytest.raises(Conflict) as caught:
        services.close_room(room, by=admin)
    assert caught.value.code == "room_in_use"
    pairing.state = "ended"
    pairing.save()
    assert not services.close_room(room, by=admin).is_active
    assert services.reopen_room(room, by=admin).is_active


def test_villages_and_travel_times_are_written_again_without_doubles() -> None:
    rows = [
        {
            "code": "V01",
            "name": "青石坪村",
            "township": "云坪镇",
            "latitude": 27.1,
            "longitude": 107.3,
            "households": 335,
        }
    ]
    services.record_villages(rows, by=None)
    services.record_villages([{**rows[0], "households": 336}], by=None)
    assert Village.objects.get().households == 336
    services.record_travel_times([("H01", "V01", 12), ("V01", "H01", 15)], by=None)
    services.record_travel_times([("H01", "V01", 13)], by=None)
    assert TravelTime.objects.count() == 2
    assert queries.minutes_between("H01", "V01") == 13


PLACES = [
    rules.Place(1, "青石坪村", "云坪镇"),
    rules.Place(2, "上青石坪村", "云坪镇"),
    rules.Place(3, "桥头村", "云坪镇"),
    rules.Place(4, "桥头村", "石桥乡"),
]


@pytest.mark.parametrize(
    ("address", "village"),
    [
        ("云岭县云坪镇青石坪村六组", 1),
        ("云坪镇 上青石坪村 3号", 2),
        ("桥头村一组", None),
        ("石桥乡桥头村一组", 4),
        ("青石坪村与桥头村交界", None),
        ("县城", None),
        ("", None),
    ],
)
def test_a_village_is_guessed_only_when_there_is_one(address: str, village: int | None) -> None:
    assert rules.guess_village(address, PLACES) == village


@pytest.mark.parametrize(
    ("day", "in_term", "works", "open_"),
    [
        (dt.date(2026, 11, 24), True, True, [AFTERNOON]),
        (dt.date(2026, 11, 23), True, True, []),  # Monday, closed
        (dt.date(2026, 11, 28), True, False, [MORNING]),
        (dt.date(2026, 11, 28), True, True, [AFTERNOON]),  # a make-up workday
        (dt.date(2026, 7, 28), False, True, [MORNING, AFTERNOON]),
    ],
)
def test_hours_of_a_day(day: dt.date, in_term: bool, works: bool, open_: list[Any]) -> None:
    hours = {"term_weekday": [AFTERNOON], "term_weekend": [MORNING], "holiday": [AFTERNOON, MORNING]}
    assert rules.hours_on(day, hours, [1], in_term=in_term, works=works) == open_
