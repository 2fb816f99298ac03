"""Every place must be filled, with a timetable: the best score, or a proof that it cannot be."""

import itertools
from typing import Any

import pytest

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.pairing import every_place
from scheduling.pairing.check import check
from scheduling.pairing.instances import instance
from scheduling.pairing.load import load
from tests.scheduling.problems import one_pair, to_be_filled

WHOLE_DAY = list(range(6))


def _chain() -> dict[str, Any]:
    """Return a problem in which the last place costs three others their good scores."""
    children, volunteers = "abcd", "wxyz"
    score = {"aw": 0, "bw": 1000, "bx": 0, "cx": 1000, "cy": 0, "dy": 1000, "dz": 0}
    child = {"centre": "c", "places": 1, "free": WHOLE_DAY, "session_slots": 1, "meets": "centre"}
    return {
        "kind": "pairing",
        "version": 1,
        "grid": {"days": 1, "slots_per_day": 6},
        "centres": [{"id": "c", "rooms": [4] * 6}],
        "children": [{"id": name} | child for name in children],
        "volunteers": [{"id": name, "max_children": 1, "max_load": None, "free": WHOLE_DAY} for name in volunteers],
        "candidates": [{"child": pair[0], "volunteer": pair[1], "score": points} for pair, points in score.items()],
        "fixed": [],
        "forbidden": [],
        "place_value": None,
    }


@pytest.mark.parametrize("loads", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_where_all_places_can_be_filled_the_best_score_is_that_of_any_worth_that_fills_them(
    seed: int, loads: bool
) -> None:
    problem, best = to_be_filled(seed, loads=loads)
    filled = pairing.solve(problem)
    assert (filled["status"], filled["placed"], filled["score"]) == ("optimal", best["placed"], best["score"])
    assert filled["value"] == filled["bound"] == filled["score"]
    assert not check(problem, filled)


@pytest.mark.parametrize("seed", range(3))
def test_one_place_too_many_is_proven_and_the_fewest_are_left_without(seed: int) -> None:
    problem = with_loads(instance(60, 45, seed, use_of_rooms=0.9), seed)
    best = pairing.solve(problem)
    told = pairing.solve(problem | {"place_value": None})
    assert told["status"] == "infeasible"
    assert told["why"]["most"] >= best["placed"]
    assert not told["run"]["interrupted"]
    missing = sum(entry["missing"] for entry in told["unplaced"])
    assert missing >= told["why"]["places"] - told["why"]["most"]
    assert missing <= sum(entry["missing"] for entry in best["unplaced"]) + 1


def test_a_place_that_costs_more_than_two_scores_is_filled_all_the_same() -> None:
    """The small worth of a place leaves one empty; the large one does not."""
    problem = _chain()
    worths = list(every_place._worths(load(problem).score, 4))
    small = pairing.solve(problem | {"place_value": worths[0]})
    assert small["placed"] == 3
    filled = pairing.solve(problem)
    assert (filled["status"], filled["placed"], filled["value"]) == ("optimal", 4, 0)


def test_what_is_told_counts_places_until_all_are_filled_and_scores_from_then_on() -> None:
    problem, best = to_be_filled(2)
    told: list[tuple[str, int | None, int | None]] = []
    offered: list[dict[str, Any]] = []
    pairing.solve(problem, on_progress=lambda *step: told.append(step), on_solution=offered.append)
    places = [(value, bound) for stage, value, bound in told if stage == "places"]
    assert places
    assert all(value is not None and value <= best["placed"] for value, _ in places)
    scores = [(value, bound) for stage, value, bound in told if stage not in ("places", "read", "columns")]
    assert all(value <= best["score"] <= bound for value, bound in scores if value is not None and bound is not None)
    assert all(solution["placed"] == best["placed"] for solution in offered)


@pytest.mark.parametrize("after", [1, 3, 10, 40, 150, 400])
def test_an_interrupted_search_says_nothing_that_is_not_so(after: int) -> None:
    problem, best = to_be_filled(1)
    asked = itertools.count()
    told = pairing.solve(problem, should_stop=lambda: next(asked) >= after)
    assert told["status"] in ("unknown", "feasible", "optimal")
    if told["status"] == "unknown":
        assert told["run"]["interrupted"]
        assert told["why"] == told["why"] | {"code": "none_found_in_time"}
    else:
        assert not check(problem, told)
        assert told["value"] <= best["score"] <= told["bound"]


def test_scores_so_large_that_a_place_cannot_be_worth_more_are_not_added_up_wrongly() -> None:
    problem = _chain()
    problem["candidates"] = [entry | {"score": entry["score"] * 1_000_000} for entry in problem["candidates"]]
    problem["candidates"][0]["score"] = -1_000_000_000
    filled = pairing.solve(problem)
    assert (filled["status"], filled["placed"], filled["value"]) == ("optimal", 4, -1_000_000_000)


def test_a_search_that_ends_at_once_tells_a_bound_of_scores_and_not_of_places() -> None:
    problem = one_pair(place_value=None)
    best = pairing.solve(problem)
    told = pairing.solve(problem, should_stop=lambda: True)
    assert (told["status"], told["placed"]) == ("feasible", 2)
    assert told["value"] <= best["value"] <= told["bound"]


def test_places_are_told_where_the_first_solution_fills_them_all() -> None:
    """The stage counts places: no score is told by its name, and no bound that is not proven."""
    problem = one_pair(place_value=None)
    told: list[tuple[str, int | None, int | None]] = []
    pairing.solve(problem, on_progress=lambda *step: told.append(step))
    assert {step[1:] for step in told if step[0] == "places"} == {(2, 2)}
