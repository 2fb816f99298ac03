"""From facts to proposals: small homes whose best answer is known by hand."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace
from datetime import date, time

import pytest

from qianshou.companionship.engine import Matching, SolverLost, matching
from qianshou.companionship.queries.snapshot import RoomFacts, Snapshot
from qianshou.companionship.rules import (
    DEFAULT_WEIGHTS,
    SOFT_TERMS,
    ChildFacts,
    MatchOptions,
    VolunteerFacts,
    broken_rules,
)
from qianshou.companionship.rules.timetable import SLOTS, free_in, slot_of
from scheduling import pairing

AFTERNOONS = free_in([(day, time(16), time(18)) for day in range(1, 8)])
WEDNESDAY = free_in([(3, time(16), time(18))])
WED_16 = slot_of(3, time(16))


def room(pk=1, seats=1, taken=()):
    return RoomFacts(pk, seats, tuple(seats - (slot in taken) for slot in range(SLOTS)))


def ask(children, volunteers, rooms=(), *, locks=(), weights=None, **options):
    facts = Snapshot(
        on=date(2026, 11, 23),
        options=MatchOptions(weights={**DEFAULT_WEIGHTS, **(weights or {})}, **options),
        children=tuple(children),
        volunteers=tuple(volunteers),
        rooms=tuple(rooms) or (room(),),
        opened=AFTERNOONS,
        locks=tuple(locks),
    )
    asked = Matching(facts)
    answer = asked.solve()
    assert pairing.check(answer.problem, answer.solution) == []
    return answer


def child(code, **values):
    return ChildFacts(code, **{"free": AFTERNOONS, **values})


def volunteer(code, **values):
    return VolunteerFacts(code, **{"free": WEDNESDAY, **values})


def pairs(answer):
    return {(one.child, one.volunteer) for one in answer.proposals}


def test_a_pair_gets_its_hour_its_room_and_reasons_that_add_up():
    kid = child("C1", interests=frozenset({"下棋"}), dialects=frozenset({"苗语", "普通话"}), sex="female")
    helper = volunteer("V1", interests=frozenset({"象棋"}), dialects=frozenset({"苗语"}), sex="female", minutes=12)
    (one,) = ask([kid], [helper]).proposals
    assert (one.child, one.volunteer, one.room, one.length) == ("C1", "V1", 1, 2)
    assert WED_16 <= one.start <= WED_16 + 2
    assert [reason.code for reason in one.reasons][:2] == ["interests", "dialect"]
    assert {r.code for r in one.reasons} == {"interests", "dialect", "distance", "spare_capacity", "wish_sex"}
    assert sum(reason.points for reason in one.reasons) == one.score


@pytest.mark.parametrize("term", [term.name for term in SOFT_TERMS])
def test_with_one_term_alone_its_points_are_the_score(term):
    kid = child(
        "C1",
        interests=frozenset({"下棋"}),
        needs=frozenset({"数学"}),
        dialects=frozenset({"苗语"}),
        former=frozenset({"V1"}),
        sex="male",
    )
    helper = volunteer(
        "V1", skills=frozenset({"象棋", "辅导数学"}), dialects=frozenset({"苗语"}), minutes=5, sex="male"
    )
    (one,) = ask([kid], [helper], weights=dict.fromkeys(DEFAULT_WEIGHTS, 0) | {term: 50}).proposals
    assert [reason.code for reason in one.reasons] == [term]
    assert one.reasons[0].points == one.score > 900


def test_matrices_say_what_the_rules_say_one_by_one():
    dice = random.Random(7)
    words = ["普通话", "苗语", "侗语"]
    some = lambda items: frozenset(item for item in items if dice.random() < 0.4)  # noqa: E731
    children = [
        child(
            f"C{n}",
            age=dice.randint(6, 16),
            wish=dice.choice(["any", "female", "male"]),
            dialects=some(words),
            interests=some(["下棋", "画画"]),
            free=dice.choice([AFTERNOONS, WEDNESDAY]),
            companions=some(["V1", "V2"]),
            forbidden=some(["V3"]),
            marks=some(["a"]),
        )
        for n in range(12)
    ]
    volunteers = [
        volunteer(
            f"V{n}",
            age=dice.randint(16, 60),
            sex=dice.choice(["female", "male"]),
            lacking=dice.choice([(), (), ("training_missing",)]),
            places=dice.randint(0, 2),
            max_children=2,
            minutes=dice.choice([None, 10, 90]),
            dialects=some(words),
            interests=some(["象棋"]),
            free=dice.choice([WEDNESDAY, free_in([(5, time(16), time(18))]), free_in([(5, time(9), time(12))])]),
            marks=some(["a"]),
        )
        for n in range(15)
    ]
    answer = ask(children, volunteers)
    listed = {(entry["child"], entry["volunteer"]): entry["score"] for entry in answer.problem["candidates"]}
    options = MatchOptions(weights=DEFAULT_WEIGHTS)
    total = sum(DEFAULT_WEIGHTS.values())
    for kid, helper in itertools.product(children, volunteers):
        broken = [rule for rule in broken_rules(kid, helper, options) if rule != "forbidden"]
        assert ((kid.code, helper.code) in listed) == (not broken)
        if not broken:
            fits = sum(DEFAULT_WEIGHTS[term.name] * term.fit(kid, helper, options) for term in SOFT_TERMS)
            assert listed[kid.code, helper.code] == pytest.approx(1000 * fits / total, abs=1)


def test_all_children_together_come_before_the_best_single_match():
    both = frozenset({"下棋"})
    kids = [child("C1", interests=both), child("C2", interests=both, free=WEDNESDAY, dialects=frozenset({"苗语"}))]
    helpers = [volunteer("V1", interests=frozenset({"象棋"}), dialects=frozenset({"苗语"})), volunteer("V2")]
    # C1 would rather have V1, but V1 alone speaks C2's language.
    assert pairs(ask(kids, helpers, [room(seats=2)])) == {("C1", "V2"), ("C2", "V1")}


def test_one_room_holds_one_pair_at_a_time():
    answer = ask([child("C1"), child("C2"), child("C3")], [volunteer("V1"), volunteer("V2"), volunteer("V3")])
    assert sorted(one.start for one in answer.proposals) == [WED_16, WED_16 + 2]
    (left,) = answer.left_over
    assert {"code": "room_full", "count": 1} in left.reasons
    room_help = [help_ for help_ in left.helps if help_["code"] == "one_more_room"]
    assert room_help[0]["data"]["weekday"] == 3


def test_hours_of_a_room_that_pairings_hold_are_not_given_again():
    taken = {WED_16, WED_16 + 1, WED_16 + 2}
    answer = ask([child("C1")], [volunteer("V1")], [room(taken=taken)])
    assert answer.proposals == ()
    assert answer.left_over[0].reasons[0]["code"] == "no_room"


def test_a_meeting_for_which_only_halves_of_two_rooms_are_left_is_not_proposed():
    rooms = [room(1, taken={WED_16, WED_16 + 2, WED_16 + 3}), room(2, taken={WED_16 + 1, WED_16 + 2, WED_16 + 3})]
    answer = ask([child("C1")], [volunteer("V1")], rooms)
    assert answer.proposals == ()
    assert answer.left_over[0].missing == 1


def test_next_best_names_others_and_what_they_cost():
    kid = child("C1", interests=frozenset({"下棋"}))
    answer = ask([kid], [volunteer("V1", interests=frozenset({"象棋"})), volunteer("V2")])
    (one,) = answer.proposals
    (other,) = one.alternatives
    assert (one.volunteer, other["volunteer"]) == ("V1", "V2")
    assert 0 <= other["at_least"] <= one.score - other["score"] + 1


def test_a_child_without_candidates_learns_which_checks_alone_keep_volunteers_away():
    lapsed = [volunteer(f"V{n}", lacking=("training_expired",)) for n in range(6)]
    (left,) = ask([child("C1")], lapsed).left_over
    assert left.reasons[0] == {"code": "no_candidate", "count": 0}
    assert left.helps[0] == {
        "code": "one_rule",
        "data": {
            "rule": "eligibility",
            "check": "training_expired",
            "count": 6,
            "volunteers": [f"V{n}" for n in range(6)],
        },
    }


def test_a_child_with_only_its_dialect_asks_for_a_volunteer_who_speaks_it():
    (left,) = ask([child("C1", dialects=frozenset({"苗语"}))], [volunteer("V1"), volunteer("V2")]).left_over
    assert {"code": "rule_language", "count": 2} in left.reasons
    wanted = [help_["data"] for help_ in left.helps if help_["code"] == "one_more_volunteer"]
    assert wanted[0]["dialects"] == ["苗语"]
    assert wanted[0]["weekday"] == 1


def test_volunteers_are_excluded_by_name_of_the_reason():
    out = ask(
        [child("C1")],
        [
            volunteer("V1"),
            volunteer("V2", lacking=("pledge_missing",)),
            volunteer("V3", places=0, minutes=70),
            volunteer("V4", free=free_in([(3, time(9), time(12))])),
        ],
    ).preview
    assert out.volunteers_in == ("V1",)
    assert {code: [entry["volunteer"] for entry in entries] for code, entries in out.volunteers_out.items()} == {
        "eligibility": ["V2"],
        "volunteer_full": ["V3"],
        "travel": ["V3"],
        "no_time": ["V4"],
    }


def test_children_who_want_none_or_have_enough_are_not_asked():
    preview = ask([child("C1"), child("C2", places=0), child("C3", wish="none")], [volunteer("V1")]).preview
    assert preview.children_in == ("C1",)
    assert preview.children_out == {"has_companions": ["C2"], "guardian_wishes_none": ["C3"]}


def test_a_lock_is_kept_even_when_another_pair_would_be_better():
    kid = child("C1", interests=frozenset({"下棋"}))
    helpers = [volunteer("V1", interests=frozenset({"象棋"})), volunteer("V2")]
    assert pairs(ask([kid], helpers)) == {("C1", "V1")}
    assert pairs(ask([kid], helpers, locks=[("C1", "V2")])) == {("C1", "V2")}


def test_a_lock_that_a_rule_forbids_is_named_and_left():
    helpers = [volunteer("V1", lacking=("pledge_missing",)), volunteer("V2")]
    answer = ask([child("C1")], helpers, locks=[("C1", "V1")])
    assert pairs(answer) == {("C1", "V2")}
    assert answer.broken_locks == ({"child": "C1", "volunteer": "V1", "rules": ["eligibility"]},)


def test_locks_that_contradict_each_other_give_way_and_are_named():
    helper = volunteer("V1", places=2, max_children=2, free=free_in([(3, time(16), time(17))]))
    answer = ask([child("C1"), child("C2")], [helper], [room(seats=2)], locks=[("C1", "V1"), ("C2", "V1")])
    assert pairs(answer) == {("C1", "V1")}
    assert answer.broken_locks == ({"child": "C2", "volunteer": "V1", "rules": ["locks_together"]},)


def test_a_forbidden_pair_is_not_proposed_and_is_a_reason():
    answer = ask([child("C1", forbidden=frozenset({"V1"}))], [volunteer("V1")])
    assert answer.proposals == ()
    assert {"code": "forbidden", "count": 1} in answer.left_over[0].reasons


def test_the_same_question_gets_the_same_answer_and_no_fact_beyond_hours_and_scores():
    kids = [child(f"C{n}", interests=frozenset({"下棋"}), marks=frozenset({"secret"})) for n in range(5)]
    helpers = [volunteer(f"V{n}", marks=frozenset({"mark"})) for n in range(6)]
    first, second = (ask(kids, helpers, [room(seats=3)]) for _ in range(2))
    assert first.proposals == second.proposals
    stored = json.dumps([first.problem, first.solution], ensure_ascii=False)
    assert not any(word in stored for word in ("下棋", "secret", "mark"))


def test_progress_is_told_and_a_stop_comes_out_unchanged():
    class Stop(Exception):
        pass

    def watch(stage, value, bound):
        raise Stop

    asked = Matching(
        replace(
            Snapshot(date(2026, 11, 23), MatchOptions(weights=DEFAULT_WEIGHTS), (), (), (room(),), AFTERNOONS),
            children=(child("C1"),),
            volunteers=(volunteer("V1"),),
        )
    )
    with pytest.raises(Stop):
        asked.solve(watch=watch)


def test_an_empty_home_has_an_empty_answer():
    answer = ask([], [])
    assert (answer.proposals, answer.left_over) == ((), ())


def _some():
    return [child(f"C{n}", free=AFTERNOONS) for n in range(3)], [volunteer(f"V{n}", free=AFTERNOONS) for n in range(3)]


def test_a_large_question_is_solved_elsewhere_with_the_same_answer(monkeypatch):
    here = ask(*_some())
    monkeypatch.setattr(matching, "WORKER_FROM", 0)
    monkeypatch.setattr(matching.pairing, "solve", None)
    assert {**ask(*_some()).solution, "run": {}} == {**here.solution, "run": {}}


def test_locks_that_contradict_each_other_give_way_elsewhere_too(monkeypatch):
    monkeypatch.setattr(matching, "WORKER_FROM", 0)
    test_locks_that_contradict_each_other_give_way_and_are_named()


def test_a_stop_ends_the_solver_elsewhere(monkeypatch):
    monkeypatch.setattr(matching, "WORKER_FROM", 0)

    class Stopped(Exception):
        pass

    def watch(stage, value, bound):
        raise Stopped

    children, volunteers = _some()
    facts = Snapshot(
        on=date(2026, 11, 23),
        options=MatchOptions(weights=dict(DEFAULT_WEIGHTS)),
        children=tuple(children),
        volunteers=tuple(volunteers),
        rooms=(room(),),
        opened=AFTERNOONS,
        locks=(),
    )
    with pytest.raises(Stopped):
        Matching(facts).solve(watch=watch)


def test_a_solver_that_dies_is_an_error_and_no_empty_answer(monkeypatch):
    monkeypatch.setattr(matching, "WORKER_FROM", 0)
    monkeypatch.setattr(matching, "MEMORY_LIMIT", 1)
    with pytest.raises(SolverLost, match="memory_limit"):
        ask(*_some())
