"""The hand-solved instance, and one test for each hard rule of a pairing."""

from typing import Any

import pytest

from scheduling import pairing
from tests.scheduling.problems import one_pair, slot_free, small, small_answer


def solved(problem: dict[str, Any]) -> dict[str, Any]:
    solution = pairing.solve(problem)
    assert pairing.check(problem, solution) == []
    return solution


def names(solution: dict[str, Any]) -> list[str]:
    return [pair["child"] + pair["volunteer"] for pair in solution["pairs"]]


def reasons(solution: dict[str, Any], child: str) -> dict[str, int]:
    entry = next(entry for entry in solution["unplaced"] if entry["child"] == child)
    return {reason["code"]: reason["count"] for reason in entry["reasons"]}


def test_small_instance_has_the_answer_found_by_hand() -> None:
    solution = solved(small())
    assert solution.pop("run").keys() == {"seconds", "interrupted", "engine"}
    assert solution == small_answer()


def test_best_sum_wins_over_best_pair() -> None:
    problem = one_pair()
    problem["candidates"][1]["score"] = 45
    solution = solved(problem)
    assert names(solution) == ["ay", "bx"]
    assert (solution["value"], solution["score"], solution["placed"]) == (2075, 75, 2)


def test_child_has_at_most_its_places() -> None:
    problem = one_pair(each_child={"places": 1}, each_volunteer={"max_children": 2})
    problem["children"][0]["places"] = 0
    assert names(solved(problem)) == ["by"]


def test_companions_of_a_child_are_different_and_at_different_times() -> None:
    problem = one_pair(each_child={"places": 2}, each_volunteer={"max_children": 2})
    solution = solved(problem)
    assert names(solution) == ["ax", "ay", "bx", "by"]
    starts = {pair["child"] + pair["volunteer"]: pair["start"] for pair in solution["pairs"]}
    assert starts["ax"] != starts["ay"]
    assert starts["bx"] != starts["by"]


def test_child_cannot_be_in_two_sessions_at_once() -> None:
    problem = one_pair(each_child={"places": 2, "free": [0]}, each_volunteer={"max_children": 2})
    solution = solved(problem)
    assert solution["placed"] == 2
    assert reasons(solution, "a") == {"paired": 1, "volunteer_busy": 1}


def test_child_busy_is_named() -> None:
    problem = one_pair(each_child={"places": 2, "free": [0]}, each_volunteer={"max_children": 2})
    problem["children"] = problem["children"][:1]
    problem["candidates"] = problem["candidates"][:2]
    assert reasons(solved(problem), "a") == {"paired": 1, "child_busy": 1}


def test_volunteer_has_at_most_max_children() -> None:
    problem = one_pair()
    problem["volunteers"][1]["max_children"] = 0
    solution = solved(problem)
    assert names(solution) == ["bx"]
    assert reasons(solution, "a") == {"volunteer_full": 2}


def test_volunteer_has_at_most_max_load() -> None:
    problem = slot_free()
    problem["volunteers"] = [
        {"id": "x", "max_children": 5, "max_load": 3},
        {"id": "y", "max_children": 5, "max_load": 0},
    ]
    problem["candidates"][0]["load"] = 2
    problem["candidates"][2]["load"] = 2
    solution = solved(problem)
    assert names(solution) == ["bx"]
    assert reasons(solution, "a") == {"volunteer_load": 1, "volunteer_full": 1}


def test_load_left_by_fixed_pairs_counts_as_load() -> None:
    problem = slot_free(fixed=[{"child": "a", "volunteer": "x"}])
    problem["volunteers"] = [
        {"id": "x", "max_children": 5, "max_load": 1},
        {"id": "y", "max_children": 0, "max_load": None},
    ]
    solution = solved(problem)
    assert names(solution) == ["ax"]
    assert reasons(solution, "b") == {"volunteer_load": 1, "volunteer_full": 1}


def test_session_needs_consecutive_slots_of_one_day() -> None:
    problem = one_pair(each_child={"session_slots": 2, "free": [1, 2]})
    solution = solved(problem)
    assert solution["pairs"] == []
    assert reasons(solution, "a") == {"no_common_time": 2}


def test_session_longer_than_a_day_never_fits() -> None:
    assert solved(one_pair(each_child={"session_slots": 3}))["placed"] == 0


def test_session_needs_slots_free_for_both() -> None:
    problem = one_pair(each_volunteer={"free": [2]})
    problem["children"][0]["free"] = [0, 1, 3]
    solution = solved(problem)
    assert names(solution) == ["by"]
    assert solution["pairs"][0]["start"] == 2


def test_volunteer_cannot_be_in_two_sessions_at_once() -> None:
    problem = one_pair(each_volunteer={"max_children": 2, "free": [3]})
    problem["volunteers"][0]["free"] = []
    solution = solved(problem)
    assert names(solution) == ["by"]
    assert reasons(solution, "a") == {"no_common_time": 1, "volunteer_busy": 1}


def test_sessions_at_the_centre_need_rooms() -> None:
    problem = one_pair(centres=[{"id": "c", "rooms": [0, 1, 0, 0]}])
    solution = solved(problem)
    assert names(solution) == ["by"]
    assert solution["pairs"][0]["start"] == 1
    assert reasons(solution, "a") == {"volunteer_full": 1, "room_full": 1}


def test_no_room_is_named() -> None:
    solution = solved(one_pair(centres=[{"id": "c", "rooms": [0, 0, 0, 0]}]))
    assert reasons(solution, "a") == {"no_room": 2}


def test_sessions_at_home_need_no_room() -> None:
    solution = solved(one_pair(centres=[{"id": "c", "rooms": [0, 0, 0, 0]}], each_child={"meets": "home"}))
    assert solution["placed"] == 2


def test_longer_session_takes_a_room_in_each_of_its_slots() -> None:
    problem = one_pair(each_child={"session_slots": 2}, centres=[{"id": "c", "rooms": [1, 1, 1, 0]}])
    assert solved(problem)["placed"] == 1


def test_forbidden_pair_is_never_made_and_is_counted() -> None:
    problem = one_pair(forbidden=[{"child": "b", "volunteer": "y"}, {"child": "b", "volunteer": "x"}])
    solution = solved(problem)
    assert names(solution) == ["ay"]
    assert reasons(solution, "b") == {"forbidden": 2}


def test_fixed_pair_is_made_at_its_start() -> None:
    problem = one_pair(fixed=[{"child": "b", "volunteer": "x", "start": 3}])
    solution = solved(problem)
    assert names(solution) == ["ay", "bx"]
    assert solution["pairs"][1]["start"] == 3


def test_fixed_pair_stands_even_where_it_lowers_the_value() -> None:
    problem = one_pair(fixed=[{"child": "a", "volunteer": "x", "start": None}], place_value=0)
    problem["candidates"][0]["score"] = -500
    solution = solved(problem)
    assert names(solution) == ["ax", "by"]
    assert solution["value"] == -450


def test_pair_that_lowers_the_value_is_not_worth() -> None:
    problem = one_pair(place_value=0)
    for candidate in problem["candidates"][:2]:
        candidate["score"] = -1
    solution = solved(problem)
    assert names(solution) == ["by"]
    assert reasons(solution, "a") == {"volunteer_full": 1, "not_worth": 1}


def test_child_without_candidates_has_a_reason_of_its_own() -> None:
    problem = one_pair()
    problem["candidates"] = problem["candidates"][2:]
    assert reasons(solved(problem), "a") == {"no_candidate": 0}


def test_every_place_filled_maximises_the_score_alone() -> None:
    problem = one_pair(place_value=None)
    for candidate in problem["candidates"]:
        candidate["score"] -= 100
    solution = solved(problem)
    assert solution["status"] == "optimal"
    assert solution["value"] == solution["score"] == -140


def test_every_place_filled_is_refused_with_the_proof() -> None:
    problem = one_pair(place_value=None)
    problem["volunteers"][0]["max_children"] = 0
    solution = solved(problem)
    assert solution["status"] == "infeasible"
    assert (solution["value"], solution["bound"], solution["pairs"]) == (None, None, [])
    assert solution["why"]["code"] == "places_cannot_all_be_filled"
    assert (solution["why"]["places"], solution["why"]["most"]) == (2, 1)
    assert set(solution["why"]["bottleneck"]["volunteers"]) <= {"x", "y"}
    assert len(solution["unplaced"]) == 1


@pytest.mark.parametrize("empty", ["children", "volunteers", "candidates"])
def test_empty_lists_are_solved(empty: str) -> None:
    problem = one_pair(candidates=[]) | {empty: []}
    solution = solved(problem)
    assert solution["status"] == "optimal"
    assert solution["value"] == solution["bound"] == 0


def test_without_timetable_pairs_have_no_start() -> None:
    solution = solved(slot_free())
    assert names(solution) == ["ax", "by"]
    assert all("start" not in pair for pair in solution["pairs"])
