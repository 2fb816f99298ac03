"""Explanations tell what is true of the roster, and their figures are those of solving again."""

from typing import Any

import pytest

from scheduling import roster
from scheduling.roster.trying import with_change
from tests.scheduling.roster.brute_force import best, random_problem
from tests.scheduling.roster.problems import pairs, person, shift, small, small_answer
from tests.scheduling.roster.problems import roster as problem_of


def codes(answer: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def test_every_rule_in_the_way_is_named_with_its_shifts() -> None:
    answer = roster.why_not(small(), small_answer(), "sat-pm", "mei")
    assert answer["reasons"] == [
        {"code": "overlap_or_rest", "shifts": ["sat-am"]},
        {"code": "max_shifts", "shifts": []},
        {"code": "shift_full", "shifts": []},
    ]
    assert (answer["possible"], answer["assigned"]) == (True, False)
    assert codes(roster.why_not(small(), small_answer(), "fri", "tao")) == ["not_available", "shift_full"]
    assert codes(roster.why_not(small(), small_answer(), "fri", "li")) == ["assigned"]


def test_swap_says_what_to_drop_and_what_it_costs() -> None:
    swap = roster.why_not(small(), small_answer(), "sun", "li")["swap"]
    assert swap["drop"] == pairs(("sat-pm", "li"))
    # sat-pm loses its person, who is its adult and wished for it; sun gains one
    assert swap["extra"] == 1000 + 800 + 3 - 1000
    exact = roster.forced_extra(small(), "sun", "li", solution=small_answer())
    assert exact == {"shift": "sun", "person": "li", "possible": True, "extra": 803, "exact": True}


def test_impossible_and_unknown() -> None:
    assert roster.why_not(small(), small_answer(), "fri", "tao")["swap"] is None
    assert roster.forced_extra(small(), "fri", "tao")["possible"] is False
    with pytest.raises(ValueError, match="'never' is not in this problem: 'never' is no shift"):
        roster.why_not(small(), small_answer(), "never", "li")


def test_fixed_assignments_are_not_dropped() -> None:
    problem = small() | {"fixed": pairs(("fri", "li"), ("sat-pm", "li"))}
    assert roster.why_not(problem, small_answer(), "sun", "li")["swap"] is None


def test_person_who_could_but_is_not_worth_it() -> None:
    problem = problem_of([shift("s", 0, 60)], [person("a", wishes={"s": -9})], weights={"uncovered": 5})
    answer = roster.why_not(problem, roster.solve(problem), "s", "a")
    assert (codes(answer), answer["swap"]) == (["not_worth"], {"drop": [], "extra": 4})


def test_helpful_changes_keep_their_promise() -> None:
    changes = roster.helpful_changes(small(), small_answer())
    assert [(c["code"], c["person"], c["minutes"], c["at_least"]) for c in changes] == [
        ("one_more_person", None, None, 1000),
        ("available", "tao", None, 990),
        ("more_minutes", "li", 120, 970),
    ]
    problem = small()
    problem["people"][0]["max_minutes_per_week"] += 120
    assert roster.solve(problem)["value"] == 1039 - 970


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"max_shifts": 1}, "more_shifts"),
        ({"min_rest": 90}, "less_rest"),
        ({"max_minutes_per_week": 60}, "more_minutes"),
    ],
)
def test_each_rule_that_one_change_would_lift(changed: dict[str, int], code: str) -> None:
    problem = problem_of([shift("s", 0, 60), shift("t", 120, 180)], [person("a", **changed)])
    solution = roster.solve(problem)
    assert code in [change["code"] for change in roster.helpful_changes(problem, solution)]


def test_a_ban_can_be_lifted_but_nobody_is_in_two_places() -> None:
    problem = problem_of([shift("s", 0, 60)], [person("a")], forbidden=pairs(("s", "a")))
    assert roster.helpful_changes(problem, roster.solve(problem), 9)[1]["code"] == "allowed"
    problem = problem_of([shift("s", 0, 60), shift("t", 30, 90)], [person("a")])
    assert [c["code"] for c in roster.helpful_changes(problem, roster.solve(problem))] == ["one_more_person"]


def test_a_full_shift_that_lacks_a_lead_is_helped_by_one_instead_of_another() -> None:
    shifts = [shift("s", 0, 60, needs=2, min_adults=1, min_leads=1)]
    people = [person("a", lead=False), person("b", adult=False, lead=False, wishes={"s": 9})]
    problem = problem_of(shifts, people)
    solution = roster.solve(problem)
    (change,) = roster.helpful_changes(problem, solution)
    assert (change["code"], change["wanted"], change["instead_of"]) == ("one_more_person", ["adult", "lead"], "a")
    problem["people"].append(person("new"))
    assert solution["value"] - roster.solve(problem)["value"] == change["at_least"] == 600


def test_nobody_who_is_fixed_gives_way() -> None:
    shifts = [shift("s", 0, 60, needs=1, min_leads=1)]
    problem = problem_of(shifts, [person("a", lead=False)], fixed=pairs(("s", "a")))
    assert roster.helpful_changes(problem, roster.solve(problem)) == []


@pytest.mark.parametrize("pair", [("nope", "a"), ("s", "nope")])
def test_forcing_somebody_unknown_is_an_error(pair: tuple[str, str]) -> None:
    problem = problem_of([shift("s", 0, 60)], [person("a")])
    with pytest.raises(ValueError, match=r"'nope' is not in this problem: 'nope' is no (shift|person)"):
        roster.forced_extra(problem, *pair)


def test_helpful_changes_are_tried_and_exactly_worth_what_they_say() -> None:
    helped = 0
    for seed in range(150):
        problem = random_problem(seed)
        least = best(problem)
        if least is None:
            continue
        told = roster.helpful_changes(problem, roster.solve(problem), count=50)
        for change in told:
            assert change["exact"]
            assert best(with_change(problem, change)) == least - change["at_least"], (seed, change)
        hoped = roster.helpful_changes(problem, roster.solve(problem), count=50, verify=0)
        assert not hoped or told[0]["at_least"] >= hoped[0]["at_least"]
        helped += bool(told)
    assert helped > 50


def test_a_change_is_worth_what_others_can_do_then() -> None:
    """With b in the one shift that a alone could take, a takes the other one, too."""
    free = {"available": [[0, 60]], "max_shifts": 1}
    problem = problem_of(
        [shift("s", 0, 60), shift("t", 0, 60)], [person("a", **free), person("b", **free, adult=False)]
    )
    problem["people"][1]["available"] = [[0, 59]]
    (change,) = [c for c in roster.helpful_changes(problem, roster.solve(problem)) if c["code"] == "available"]
    assert (change["person"], change["at_least"], change["exact"]) == ("b", 1000, True)
    assert roster.helpful_changes(problem, roster.solve(problem), verify=0)[0]["exact"] is False
