"""What a run reads of the tables: opening hours, weekly time, family ties, ways, rooms."""

from __future__ import annotations

from datetime import time

from django.db import connection
from django.test.utils import CaptureQueriesContext

from qianshou.accounts.models import User
from qianshou.companionship import services
from qianshou.companionship.queries.snapshot import opening_mask, options_from, rooms_of, snapshot
from qianshou.companionship.rules.timetable import free_in, slot_of
from qianshou.volunteers.models import AvailabilitySlot

from .conftest import TODAY


def read(home, **more):
    facts = snapshot(home.centre, options_from({}), on=TODAY, **more)
    return facts, {child.code: child for child in facts.children}, {one.code: one for one in facts.volunteers}


def test_the_home_is_open_in_term_but_for_its_closed_days(home):
    home.centre.closed_weekdays = [1]
    assert opening_mask(home.centre) == free_in([(day, time(16), time(18)) for day in range(2, 8)])


def test_odd_weeks_alone_are_no_weekly_time_odd_and_even_together_are(home):
    helper = home.volunteer(days=())
    AvailabilitySlot.objects.create(volunteer=helper, weekday=2, starts=time(16), ends=time(18), weeks="odd")
    assert read(home)[2][helper.code].free == 0
    AvailabilitySlot.objects.create(volunteer=helper, weekday=2, starts=time(17), ends=time(19), weeks="even")
    assert read(home)[2][helper.code].free == free_in([(2, time(17), time(18))])


def test_open_pairings_take_time_places_and_rooms(home):
    child, helper = home.child(companion_places=2), home.volunteer(max_children=3)
    services.record_pairing(
        child, helper, weekday=3, starts=time(16), ends=time(17), room=home.rooms[0], by=home.manager
    )
    _facts, children, volunteers = read(home)
    taken = free_in([(3, time(16), time(17))])
    assert (children[child.code].places, volunteers[helper.code].places) == (1, 2)
    assert not children[child.code].free & taken
    assert not volunteers[helper.code].free & taken
    assert children[child.code].companions == {helper.code}
    (room,) = rooms_of(home.centre)
    assert [room.left[slot_of(3, at)] for at in (time(16), time(16, 30), time(17))] == [0, 0, 1]


def test_a_relative_is_known_by_number_phone_or_account(home):
    account = User.objects.create(username="grandma", display_name="g")
    ties = (
        {"national_id": "999999195501010011"},
        {"phones": ["13900000001", "13900000002"]},
        {"user": account},
    )
    relatives = (
        home.volunteer(national_id="999999195501010011"),
        home.volunteer(phone="13900000002"),
        home.volunteer(user=account),
    )
    for tie, relative in zip(ties, relatives, strict=True):
        child = home.child()
        guardian = child.guardians.get()
        for name, value in tie.items():
            setattr(guardian, name, value)
        guardian.save()
        _facts, children, volunteers = read(home)
        related = {one.code for one in volunteers.values() if not children[child.code].marks.isdisjoint(one.marks)}
        assert related == {relative.code}


def test_ways_are_known_or_not_and_those_who_left_are_not_read(home):
    near, unknown, gone = home.volunteer(), home.volunteer(), home.volunteer(status="left")
    home.way(near, 12)
    home.child(status="left")
    facts, _children, volunteers = read(home)
    assert (volunteers[near.code].minutes, volunteers[unknown.code].minutes) == (12, None)
    assert gone.code not in volunteers
    assert facts.children == ()


def test_reading_takes_the_same_queries_for_few_and_for_many(home):

    def queries():
        with CaptureQueriesContext(connection) as caught:
            read(home)
        return len(caught)

    home.child()
    home.way(home.volunteer(), 10)
    few = queries()
    for _ in range(10):
        home.child()
        home.way(home.volunteer(), 10)
    assert queries() == few
