"""What single change would help most: each gain is what solving the changed problem says."""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.faults import InvalidProblem
from scheduling.pairing.candidates import Rule, Term, compute_candidates
from scheduling.pairing.explain import helpful_changes
from scheduling.pairing.instances import instance
from tests.scheduling.brute_force import BruteForce, random_problem
from tests.scheduling.problems import one_pair, slot_free

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def by_id(problem: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in problem[key] if entry["id"] == name)
    return found


def changed(problem: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Make the change in the file."""
    after = deepcopy(problem)
    code = change["code"]
    if code == "one_more_room":
        rooms, per_day = by_id(after, "centres", change["centre"])["rooms"], after["grid"]["slots_per_day"]
        for slot in range(change["day"] * per_day, (change["day"] + 1) * per_day):
            rooms[slot] += 1
    elif code == "one_more_place":
        by_id(after, "volunteers", change["volunteer"])["max_children"] += 1
    elif code == "more_load":
        by_id(after, "volunteers", change["volunteer"])["max_load"] += 1
    elif code == "volunteer_free":
        by_id(after, "volunteers", change["volunteer"])["free"].append(change["slot"])
    elif code == "child_free":
        by_id(after, "children", change["child"])["free"].append(change["slot"])
    elif code == "pair_allowed":
        after["forbidden"].remove({"child": change["child"], "volunteer": change["volunteer"]})
    elif code == "rule_waived":
        after["candidates"].append({key: change[key] for key in ("child", "volunteer", "score")})
    else:
        assert code == "one_more_volunteer"
        after["volunteers"].append(by_id(after, "volunteers", change["like"]) | {"id": "new"})
        never = {(entry["child"], entry["volunteer"]) for entry in after["forbidden"]}
        after["candidates"] += [
            entry | {"volunteer": "new"}
            for entry in problem["candidates"]
            if entry["volunteer"] == change["like"] and (entry["child"], entry["volunteer"]) not in never
        ]
    return after


def most_places(problem: dict[str, Any]) -> int:
    points = [candidate | {"score": 0} for candidate in problem["candidates"]]
    best = BruteForce(problem | {"candidates": points, "place_value": 1}).best
    assert best is not None
    return best


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_gains_are_those_of_brute_force(seed: int) -> None:
    problem = random_problem(seed)
    try:
        solution = pairing.solve(problem)
    except InvalidProblem:
        return
    for change in helpful_changes(problem, solution, count=9, each=3):
        after = changed(problem, change)
        if solution["status"] == "infeasible":
            brought, unit = most_places(after) - most_places(problem), "places"
        else:
            best = BruteForce(after).best
            assert best is not None
            brought, unit = best - solution["value"], "points"
        assert (change["gain"], change["at_least"], change["at_most"]) == (brought, brought, brought)
        assert change["unit"] == unit
        assert brought > 0


def test_each_code_is_found_where_it_alone_helps() -> None:
    closed = one_pair(centres=[{"id": "c", "rooms": [0, 1, 0, 0]}])
    assert codes(closed)["one_more_room"] == {"centre": "c", "day": 0, "gain": 1010}
    busy = one_pair(each_volunteer={"max_children": 1, "free": []})
    busy["volunteers"][0]["free"] = [0, 1]
    assert codes(busy)["one_more_place"] == {"volunteer": "x", "gain": 1010}
    assert codes(busy)["volunteer_free"] == {"volunteer": "y", "slot": 0, "gain": 1030}
    away = one_pair(each_child={"free": []})
    assert codes(away)["child_free"]["gain"] == 1050
    never = one_pair(forbidden=[{"child": "a", "volunteer": name} for name in ("x", "y")])
    assert codes(never)["pair_allowed"] == {"child": "a", "volunteer": "x", "gain": 1010}
    light = slot_free()
    light["volunteers"] = [
        {"id": "x", "max_children": 2, "max_load": 1},
        {"id": "y", "max_children": 0, "max_load": None},
    ]
    assert codes(light)["more_load"] == {"volunteer": "x", "gain": 1010}


def codes(problem: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the best change of each code, without its bounds."""
    found: dict[str, dict[str, Any]] = {}
    for change in helpful_changes(problem, pairing.solve(problem), count=20, each=3):
        kept = {key: value for key, value in change.items() if key not in ("code", "at_least", "at_most", "unit")}
        found.setdefault(change["code"], kept)
    return found


def test_one_more_volunteer_is_like_one_who_is_scarce() -> None:
    problem = one_pair(each_volunteer={"max_children": 1})
    del problem["volunteers"][0]
    problem["candidates"] = [entry for entry in problem["candidates"] if entry["volunteer"] == "y"]
    assert codes(problem)["one_more_volunteer"] == {"like": "y", "gain": 1020}


def test_rule_is_waived_for_the_pair_that_gains_most() -> None:
    fits = np.array([[0.2, 0.9], [0.5, 0.5]])
    rules = [Rule("near", [[False, False], [True, True]]), Rule("vetted", [[True, True], [True, True]])]
    candidates = compute_candidates(["a", "b"], ["x", "y"], rules, [Term("likes", 1, fits)])
    problem = slot_free(candidates=candidates.to_problem())
    solution = pairing.solve(problem)
    found = helpful_changes(problem, solution, candidates=candidates)
    waived = [change for change in found if change["code"] == "rule_waived"]
    assert waived[0] == {
        "code": "rule_waived",
        "rule": "near",
        "child": "a",
        "volunteer": "y",
        "score": 900,
        "gain": 1900,
        "at_least": 1900,
        "at_most": 1900,
        "unit": "points",
    }


def test_nothing_helps_where_all_is_as_good_as_can_be() -> None:
    problem = slot_free(candidates=[{"child": "a", "volunteer": "x", "score": 10}])
    assert helpful_changes(problem, pairing.solve(problem)) == []


def test_gains_are_in_places_where_not_all_can_be_filled() -> None:
    problem = slot_free(place_value=None)
    problem["volunteers"].pop()
    problem["candidates"] = [entry for entry in problem["candidates"] if entry["volunteer"] == "x"]
    found = helpful_changes(problem, pairing.solve(problem))
    assert {(change["code"], change["gain"], change["unit"]) for change in found} == {
        ("one_more_place", 1, "places"),
        ("one_more_volunteer", 1, "places"),
    }


def test_unverified_changes_are_bounded_above_alone() -> None:
    problem = instance(40, 45, 4, use_of_rooms=1.2)
    solution = pairing.solve(problem)
    hoped = helpful_changes(problem, solution, verify=0)
    assert hoped
    assert all(change["at_least"] == 0 and change["gain"] is None for change in hoped)
    for change in hoped:
        assert pairing.solve(changed(problem, change))["value"] - solution["value"] <= change["at_most"]


@pytest.mark.parametrize("use", [0.6, 1.2])
def test_verified_gains_are_what_solving_again_gives(use: float) -> None:
    problem = instance(40, 45, 4, use_of_rooms=use)
    solution = pairing.solve(problem)
    found = helpful_changes(problem, solution, count=4)
    gains = [change["gain"] for change in found]
    assert gains == sorted(gains, reverse=True)
    for change in found:
        assert pairing.solve(changed(problem, change))["value"] - solution["value"] == change["gain"]


def _two_children(place: dict[str, int], loads: list[int], **more: Any) -> tuple[dict[str, Any], Any]:
    """Only u may take both; v is kept from b by a rule alone."""
    near = Rule("near", np.array([[True, True], [True, False]]))
    found = compute_candidates(["a", "b"], ["u", "v"], [near], [Term("liked", 1, np.ones((2, 2)))])
    problem = {
        "kind": "pairing",
        "version": 1,
        "children": [{"id": child, "places": 1} for child in "ab"],
        "volunteers": [{"id": "u", "max_children": 1, "max_load": 1}, {"id": "v", "max_children": 1} | place],
        "candidates": found.to_problem(loads),
        "place_value": 2000,
    }
    return problem | more, found


@pytest.mark.parametrize(("most", "waived"), [(2, False), (3, True)])
def test_a_waived_rule_lifts_no_load(most: int, waived: bool) -> None:
    problem, candidates = _two_children({"max_load": most}, [1, 3])
    found = helpful_changes(problem, pairing.solve(problem), candidates=candidates)
    assert [change["gain"] for change in found if change["code"] == "rule_waived"] == [3000] * waived


def test_a_waived_rule_tells_the_load_that_it_assumes() -> None:
    nothing = Rule("near", [[True], [False]])
    candidates = compute_candidates(["a", "b"], ["v"], [nothing], [Term("likes", 1, [[0.5], [0.5]])])
    problem = slot_free(candidates=candidates.to_problem([3, 1]))
    problem["volunteers"] = [{"id": "v", "max_children": 2, "max_load": 6}]
    found = helpful_changes(problem, pairing.solve(problem), candidates=candidates)
    assert [(c["child"], c["load"], c["gain"]) for c in found if c["code"] == "rule_waived"] == [("b", 3, 1500)]


def test_no_rule_is_waived_for_a_pair_that_is_forbidden_besides() -> None:
    forbidden = [{"child": "b", "volunteer": "v"}]
    problem, candidates = _two_children({"max_load": 3}, [1, 1], forbidden=forbidden)
    found = helpful_changes(problem, pairing.solve(problem), candidates=candidates)
    assert "rule_waived" not in [change["code"] for change in found]


def test_what_an_option_gives_away_is_nothing_that_a_change_brings() -> None:
    scores = {"au": 1000, "bv": 1000, "cw": 100, "av": 500, "bw": 500, "cu": 500}
    problem = slot_free() | {
        "children": [{"id": child, "places": 1} for child in "abc"],
        "volunteers": [{"id": volunteer, "max_children": 1} for volunteer in "uvw"],
        "candidates": [{"child": pair[0], "volunteer": pair[1], "score": score} for pair, score in scores.items()],
        "place_value": 2000,
    }
    fair = pairing.solve_fair(problem)
    assert fair["value"] == 7500 < pairing.solve(problem)["value"] == 8100
    assert helpful_changes(problem, fair) == helpful_changes(problem, pairing.solve(problem))


def _every_change(problem: dict[str, Any]) -> list[dict[str, Any]]:
    """List all single changes of the kinds that every problem has."""
    per_day, slots = problem["grid"]["slots_per_day"], len(problem["centres"][0]["rooms"])
    found: list[dict[str, Any]] = []
    for volunteer in problem["volunteers"]:
        name = volunteer["id"]
        found += [{"code": "one_more_place", "volunteer": name}, {"code": "one_more_volunteer", "like": name}]
        found += [{"code": "more_load", "volunteer": name}] if volunteer.get("max_load") is not None else []
        free = set(volunteer["free"])
        found += [{"code": "volunteer_free", "volunteer": name, "slot": t} for t in range(slots) if t not in free]
    for child in problem["children"]:
        free = set(child["free"])
        found += [{"code": "child_free", "child": child["id"], "slot": t} for t in range(slots) if t not in free]
    for centre in problem["centres"]:
        found += [{"code": "one_more_room", "centre": centre["id"], "day": day} for day in range(slots // per_day)]
    return found


@pytest.mark.parametrize("seed", range(8))
def test_in_small_problems_no_change_brings_more_than_the_first_that_is_told(seed: int) -> None:
    problem = with_loads(instance(5, 3, seed, use_of_rooms=0.6), seed)
    solution = pairing.solve(problem)
    told = helpful_changes(problem, solution)
    values = [pairing.solve(changed(problem, change))["value"] for change in _every_change(problem)]
    assert max(values) - solution["value"] == (told[0]["gain"] if told else 0)
