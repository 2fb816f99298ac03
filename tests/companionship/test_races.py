"""Two managers at the same moment: exactly one pairing, and the other learns what happened (both databases)."""

from __future__ import annotations

from datetime import time

import pytest
from django.db import IntegrityError, transaction

from qianshou.companionship import services
from qianshou.companionship.models import HeldHour, MatchingRun, Pairing, Proposal
from qianshou.core import clock
from qianshou.core.errors import Conflict

from .conftest import TODAY, Home

pytestmark = pytest.mark.race


@pytest.fixture
def house(transactional_db):
    return Home(rooms=1)


def proposal(home, child, volunteer, *, weekday=3, run=None):
    run = run or MatchingRun.objects.create(centre=home.centre, as_of=TODAY, created_by=home.manager, state="ready")
    return Proposal.objects.create(
        run=run,
        child=child,
        volunteer=volunteer,
        weekday=weekday,
        starts=time(16),
        ends=time(17),
        room=home.rooms[0],
        score=500,
    )


def accept(one, by):
    def call():
        with clock.frozen(TODAY):  # each thread has a clock of its own
            return services.accept_proposal(one, by=by)

    return call


def one_won(answers):
    won = [answer for answer in answers if isinstance(answer, Pairing)]
    lost = [answer for answer in answers if isinstance(answer, Conflict)]
    assert (len(won), len(lost)) == (1, len(answers) - 1), answers
    assert Pairing.objects.open().count() == 1
    assert HeldHour.objects.count() == 2
    return {answer.code for answer in lost}


def test_the_same_proposal_accepted_by_two(race, house):
    one = proposal(house, house.child(), house.volunteer())
    colleague = house.person("manager")
    assert one_won(race(accept(one, house.manager), accept(one, colleague))) == {"proposal_accepted"}


def test_the_last_place_of_a_volunteer(race, house):
    helper = house.volunteer(days=(3, 4))
    ones = [proposal(house, house.child(), helper, weekday=day) for day in (3, 4)]
    assert one_won(race(*(accept(one, house.manager) for one in ones))) == {"volunteer_full"}


def test_the_last_place_of_a_child(race, house):
    child = house.child()
    ones = [proposal(house, child, house.volunteer(days=(day,)), weekday=day) for day in (3, 4)]
    assert one_won(race(*(accept(one, house.manager) for one in ones))) == {"child_full"}


def test_the_same_room_at_the_same_time(race, house):
    ones = [proposal(house, house.child(), house.volunteer()) for _ in range(3)]
    assert one_won(race(*(accept(one, house.manager) for one in ones))) == {"room_full"}


def test_crosswise_batches_neither_wait_for_each_other_for_ever_nor_book_twice(race, house):
    run = MatchingRun.objects.create(centre=house.centre, as_of=TODAY, created_by=house.manager, state="ready")
    children = [house.child(), house.child()]
    helpers = [house.volunteer(days=(2,)), house.volunteer(days=(3,))]
    ones = [proposal(house, children[n], helpers[n], weekday=2 + n, run=run) for n in (0, 1)]

    def batch(order):
        def call():
            with clock.frozen(TODAY):
                return services.accept_many(order, by=house.manager)

        return call

    answers = race(batch(ones), batch(ones[::-1]))
    outcomes = [outcome for answer in answers for outcome in answer]
    assert sum(outcome.pairing is not None for outcome in outcomes) == 2
    assert Pairing.objects.open().count() == 2


def test_withdrawn_by_two(race, house):
    one = proposal(house, house.child(), house.volunteer())
    pairing = services.accept_proposal(one, by=house.manager)

    def withdraw():
        return services.withdraw_pairing(pairing, by=house.manager, reason="不能来了")

    answers = race(withdraw, withdraw)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Pairing"]


def test_runs_started_by_two(race, house):
    def begin():
        return services.start_run(house.centre, by=house.manager)

    answers = race(begin, begin)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "MatchingRun"]


def test_the_guards_under_the_locks_hold_alone(house):
    """Whoever writes past the services still cannot book a place, an hour or a seat twice."""
    child, helper = house.child(companion_places=2), house.volunteer(max_children=2)
    first = services.record_pairing(
        child, helper, weekday=3, starts=time(16), ends=time(17), room=house.rooms[0], by=None
    )
    hour = first.hours.first()
    other = services.record_pairing(
        house.child(), house.volunteer(), weekday=4, starts=time(16), ends=time(17), room=None, by=None
    )
    base = {"pairing": other, "slot": hour.slot, "child": other.child, "volunteer": other.volunteer}
    for clash in (
        {"child": hour.child},
        {"volunteer": hour.volunteer},
        {"room": hour.room, "seat": hour.seat},
        {"room": hour.room, "seat": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            HeldHour.objects.create(**{**base, **clash})
    for clash in ({"volunteer": helper, "volunteer_place": 1}, {"child": child, "child_place": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Pairing.objects.filter(pk=other.pk).update(**clash)
