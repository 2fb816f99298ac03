"""Each hard rule and each soft term alone, on facts made by hand."""

from __future__ import annotations

from datetime import time

import pytest

from qianshou.companionship.rules import HARD_RULES, SOFT_TERMS, ChildFacts, MatchOptions, VolunteerFacts, broken_rules
from qianshou.companionship.rules.rooming import Meeting, assign_rooms, keep_times
from qianshou.companionship.rules.timetable import (
    SLOTS,
    end_of,
    free_in,
    length_of,
    slot_of,
    slots_in,
    starts_in,
    taken_by,
    time_of,
    weekday_of,
)

WIDE = (1 << 26) - 1
WEDNESDAY = free_in([(3, time(16), time(18))])
CHILD = ChildFacts("C1", free=WEDNESDAY)
VOLUNTEER = VolunteerFacts("V1", sex="female", free=WEDNESDAY)
OPTIONS = MatchOptions(max_travel_minutes=60, min_age_gap=8)


def child(**values):
    return ChildFacts("C1", **{"free": WEDNESDAY, **values})


def volunteer(**values):
    return VolunteerFacts("V1", **{"sex": "female", "free": WEDNESDAY, **values})


def words(*items):
    return frozenset(items)


def test_two_who_break_no_rule_are_a_candidate():
    assert list(broken_rules(CHILD, VOLUNTEER, OPTIONS)) == []


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        ("eligibility", CHILD, volunteer(lacking=("training_expired",))),
        ("volunteer_full", CHILD, volunteer(places=0)),
        ("travel", CHILD, volunteer(minutes=61)),
        ("common_time", CHILD, volunteer(free=free_in([(3, time(17, 30), time(19))]))),
        ("common_time", CHILD, volunteer(free=free_in([(4, time(16), time(18))]))),
        ("age_gap", child(age=12), volunteer(age=19)),
        ("language", child(dialects=words("苗语")), volunteer(dialects=words("普通话"))),
        ("guardian_wish", child(wish="male"), VOLUNTEER),
        ("guardian_wish", child(wish="none"), VOLUNTEER),
        ("forbidden", child(forbidden=words("V1")), VOLUNTEER),
        ("already_paired", child(companions=words("V1")), VOLUNTEER),
        ("same_family", child(marks=words("a", "b")), volunteer(marks=words("b"))),
    ],
)
def test_a_hard_rule_excludes_alone_and_by_its_name(rule, one, other):
    assert list(broken_rules(one, other, OPTIONS)) == [rule]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CHILD, volunteer(minutes=60)),
        (CHILD, volunteer(minutes=None)),
        (child(age=10), volunteer(age=18)),
        (child(dialects=words("苗语", "普通话")), volunteer(dialects=words("普通话"))),
        (child(dialects=words("苗语")), volunteer(dialects=words("苗语"))),
        (child(dialects=words()), volunteer(dialects=words())),
        (child(wish="female"), VOLUNTEER),
        (child(former=words("V1")), VOLUNTEER),
        (CHILD, volunteer(free=free_in([(3, time(17), time(18))]))),
    ],
)
def test_at_the_edge_a_pair_is_allowed(one, other):
    assert list(broken_rules(one, other, OPTIONS)) == []


def fit(name, one, other):
    (term,) = [term for term in SOFT_TERMS if term.name == name]
    return term.fit(one, other, OPTIONS), term.evidence(one, other)


def test_shared_interests_count_by_share_and_know_words_for_one_pastime():
    one = child(interests=words("画画", "下棋", "跑步", "看书"))
    assert fit("interests", one, volunteer(interests=words("象棋"), skills=words("绘画"))) == (
        pytest.approx(2 / 3),
        {"shared": ["下棋", "画画"]},
    )
    assert fit("interests", one, volunteer(interests=words("象棋", "绘画", "阅读", "体育")))[0] == 1
    assert fit("interests", child(), volunteer(interests=words("象棋")))[0] == 0


def test_needs_are_met_by_skills():
    one = child(needs=words("数学", "作业", "理发"))
    assert fit("needs", one, volunteer(skills=words("辅导数学"))) == (
        pytest.approx(2 / 3),
        {"met": [{"need": "作业", "skill": "辅导数学"}, {"need": "数学", "skill": "辅导数学"}]},
    )
    assert fit("needs", one, volunteer(skills=words("舞蹈")))[0] == 0
    assert fit("needs", child(), volunteer(skills=words("舞蹈")))[0] == 0


def test_the_dialect_counts_and_mandarin_does_not():
    one = child(dialects=words("普通话", "苗语"))
    assert fit("dialect", one, volunteer(dialects=words("普通话", "苗语"))) == (1, {"dialects": ["苗语"]})
    assert fit("dialect", one, volunteer(dialects=words("普通话")))[0] == 0


def test_a_shorter_way_is_better_and_an_unknown_one_earns_nothing():
    assert fit("distance", CHILD, volunteer(minutes=0)) == (1, {"minutes": 0})
    near, far = fit("distance", CHILD, volunteer(minutes=12))[0], fit("distance", CHILD, volunteer(minutes=60))[0]
    assert 1 > near > far > 0
    assert fit("distance", CHILD, volunteer(minutes=None))[0] == 0


def test_former_companions_earn_continuity():
    assert fit("continuity", child(former=words("V1")), VOLUNTEER)[0] == 1
    assert fit("continuity", child(former=words("V2")), VOLUNTEER)[0] == 0


def test_spare_capacity_is_the_share_of_free_places():
    assert fit("spare_capacity", CHILD, volunteer(max_children=2, places=1)) == (0.5, {"left": 1, "of": 2})
    assert fit("spare_capacity", CHILD, volunteer(max_children=3, places=3))[0] == 1


@pytest.mark.parametrize(
    ("wish", "sex", "expected"), [("any", "female", 1), ("any", "male", 0), ("female", "male", 1), ("male", "male", 0)]
)
def test_the_wish_for_a_sex_or_else_the_same_sex(wish, sex, expected):
    assert fit("wish_sex", child(wish=wish, sex=sex), VOLUNTEER)[0] == expected


def test_every_rule_and_term_names_the_facts_that_it_reads():
    for judged in (*HARD_RULES, *SOFT_TERMS):
        assert set(judged.of_child) <= set(ChildFacts.__slots__)
        assert set(judged.of_volunteer) <= set(VolunteerFacts.__slots__)


class TestTimetable:
    def test_slots_go_from_monday_morning_to_sunday_evening(self):
        assert slot_of(1, time(8)) == 0
        assert slot_of(7, time(20, 30)) == SLOTS - 1
        assert [(weekday_of(s), time_of(s)) for s in (0, SLOTS - 1)] == [(1, time(8)), (7, time(20, 30))]
        assert end_of(slot_of(3, time(16, 30)), 3) == time(18)

    @pytest.mark.parametrize(("weekday", "at"), [(0, time(9)), (8, time(9)), (1, time(7, 59)), (1, time(21))])
    def test_outside_the_week_of_meetings_there_is_no_slot(self, weekday, at):
        with pytest.raises(ValueError, match="week of meetings"):
            slot_of(weekday, at)

    def test_free_time_keeps_whole_half_hours_and_taken_time_touches(self):
        span = [(1, time(16, 10), time(18, 20))]
        assert [time_of(slot) for slot in slots_in(free_in(span))] == [time(16, 30), time(17), time(17, 30)]
        touched = [time_of(slot) for slot in slots_in(taken_by(span))]
        assert (touched[0], touched[-1]) == (time(16), time(18))
        assert length_of(time(16, 10), time(18, 20)) == 5

    def test_time_outside_the_week_of_meetings_is_cut_off(self):
        assert free_in([(1, time(6), time(7))]) == 0
        assert len(list(slots_in(free_in([(1, time(6), time(9)), (1, time(20), time(23, 59))])))) == 4

    def test_a_meeting_does_not_cross_midnight(self):
        mask = free_in([(1, time(20), time(21)), (2, time(8), time(9))])
        assert [time_of(slot) for slot in slots_in(starts_in(mask, 2))] == [time(20), time(8)]
        assert starts_in(mask, 3) == 0


class TestRooms:
    def left(self, seats, *taken):
        return [seats - taken.count(slot) for slot in range(SLOTS)]

    def test_each_meeting_keeps_one_room_and_no_room_is_used_twice(self):
        meetings = [Meeting(key, start, 2) for key, start in (("a", 16), ("b", 16), ("c", 17), ("d", 18))]
        rooms = assign_rooms(meetings, {1: self.left(2), 2: self.left(1)})
        assert set(rooms) == {"a", "b", "c", "d"}
        for slot in range(16, 20):
            running = [rooms[m.key] for m in meetings if slot in m.slots]
            assert running.count(1) <= 2
            assert running.count(2) <= 1

    def test_a_gap_that_another_meeting_needs_is_kept_for_it(self):
        rooms = assign_rooms([Meeting("a", 17, 2), Meeting("b", 18, 2)], {1: self.left(1, 16), 2: self.left(1, 19)})
        assert rooms == {"a": 2, "b": 1}

    def test_a_meeting_without_one_room_for_its_whole_time_is_left_out(self):
        assert assign_rooms([Meeting("a", 17, 2)], {1: self.left(1, 17), 2: self.left(1, 18)}) == {}

    def test_a_meeting_keeps_the_room_it_had(self):
        rooms = {1: self.left(1), 2: self.left(1)}
        assert assign_rooms([Meeting("a", 16, 2, wished=2)], rooms) == {"a": 2}
        assert assign_rooms([Meeting("a", 16, 2), Meeting("b", 17, 2, wished=1)], rooms) == {"a": 2, "b": 1}

    def test_times_of_before_are_kept_where_people_and_rooms_allow(self):
        a, b, c = ("C1", "V1"), ("C2", "V2"), ("C3", "V3")
        now = {a: 18, b: 16, c: 20}
        free = dict.fromkeys(now, WIDE) | {c: 0b11 << 20}
        assert keep_times(now, {a: 16, b: 18, c: 16}, free, self.left(2), 2) == {a: 16, b: 18, c: 20}
        # One room: the two change places, which no single move could do.
        assert keep_times(now, {a: 16, b: 18}, free, self.left(1), 2) == {a: 16, b: 18, c: 20}
        # What had no time before makes way for what had one.
        moved = keep_times(now, {a: 16}, free, self.left(1), 2)
        assert (moved[a], moved[c]) == (16, 20)
        assert len({*moved.values()}) == 3
        # Nowhere to make way to: as many stay as can.
        narrow = dict.fromkeys(now, (1 << 22) - (1 << 16))
        assert keep_times(now, {a: 16, b: 16}, narrow, self.left(1), 2)[c] == 20
        both = {("C1", "V1"): 16, ("C2", "V1"): 18}
        apart = keep_times(both, {("C2", "V1"): 16}, dict.fromkeys(both, WIDE), self.left(2), 2)
        assert abs(apart["C1", "V1"] - apart["C2", "V1"]) >= 2
