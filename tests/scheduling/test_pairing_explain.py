"""Explanations: prices add up, estimates never exceed what forcing a pair really loses."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.pairing.candidates import Rule, compute_candidates
from scheduling.pairing.instances import instance
from tests.scheduling.brute_force import BruteForce, random_problem, sessions
from tests.scheduling.problems import by_patterns, one_pair, small, solved

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


@pytest.mark.parametrize("loads", [False, True])
def test_price_parts_add_up_to_the_gain_of_every_pair(loads: bool) -> None:
    problem = instance(40, 45, 4, use_of_rooms=1.2)
    if loads:
        problem = with_loads(problem, 4)
    solution = pairing.solve(problem)
    explainer = pairing.Explainer(problem, solution)
    paired = {(pair["child"], pair["volunteer"]) for pair in solution["pairs"]}
    for candidate in problem["candidates"]:
        answer = explainer.pair(candidate["child"], candidate["volunteer"])
        if not answer["possible"]:
            assert answer["reason"] in ({"no_common_time", "volunteer_load"} if loads else {"no_common_time"})
            assert answer["parts"] == []
            continue
        assert sum(part["price"] for part in answer["parts"]) + answer["surplus"] == answer["gain"]
        assert answer["gain"] == 2000 + candidate["score"]
        assert answer["surplus"] <= 0.001
        assert answer["paired"] == ((candidate["child"], candidate["volunteer"]) in paired)
        for part in answer["parts"]:
            if "slots" in part:
                assert sum(slot["price"] for slot in part["slots"]) == part["price"]


def test_scarce_room_is_named_with_its_slot() -> None:
    problem = one_pair(centres=[{"id": "c", "rooms": [0, 1, 0, 0]}])
    answer = pairing.Explainer(problem, pairing.solve(problem)).pair("b", "y")
    assert [(part["code"], part.get("slots", [{}])[0].get("slot")) for part in answer["parts"]][-1] == ("rooms", 1)


def test_impossible_pairs_have_a_reason() -> None:
    problem = one_pair(forbidden=[{"child": "a", "volunteer": "x"}])
    problem["candidates"].pop()
    explainer = pairing.Explainer(problem, pairing.solve(problem))
    assert explainer.pair("a", "x")["reason"] == "forbidden"
    assert explainer.pair("b", "y")["reason"] == "no_candidate"
    assert explainer.forced_loss("a", "x")["possible"] is False


def test_next_best_are_other_volunteers_best_first() -> None:
    problem = instance(40, 45, 4, use_of_rooms=1.2)
    solution = pairing.solve(problem)
    explainer = pairing.Explainer(problem, solution)
    for child in problem["children"]:
        mine = {pair["volunteer"] for pair in solution["pairs"] if pair["child"] == child["id"]}
        options = explainer.next_best(child["id"])
        others = [option["volunteer"] for option in options]
        assert len(set(others)) == len(others) <= 3
        assert not mine & set(others)
        assert [option["at_least"] for option in options] == sorted(option["at_least"] for option in options)


@settings(max_examples=90, deadline=None)
@given(SEEDS, st.booleans())
def test_estimates_stay_below_the_exact_loss(seed: int, patterns: bool) -> None:
    with by_patterns(patterns):
        _estimates_stay_below_the_exact_loss(seed)


def _estimates_stay_below_the_exact_loss(seed: int) -> None:
    problem = random_problem(seed)
    solution = solved(problem)
    explainer = pairing.Explainer(problem, solution)
    fixed = {(entry["child"], entry["volunteer"]) for entry in problem["fixed"]}
    for candidate in problem["candidates"]:
        pair = {"child": candidate["child"], "volunteer": candidate["volunteer"]}
        exact = pairing.forced_loss(problem, **pair, solution=solution)
        about = explainer.forced_loss(**pair)
        best = None
        if tuple(pair.values()) not in fixed:
            best = BruteForce(problem | {"fixed": [*problem["fixed"], pair]}).best
            assert exact["possible"] == (best is not None)
        if best is not None:
            assert (exact["loss"], exact["exact"]) == (solution["value"] - best, True)
        if exact["possible"]:
            assert about["possible"]
            assert about["loss"] <= exact["loss"] + 0.01
            for option in explainer.next_best(candidate["child"], 9):
                if option["volunteer"] == candidate["volunteer"]:
                    assert option["at_least"] <= exact["loss"]


def test_many_forced_pairs_leave_the_explainer_as_it_was() -> None:
    problem = instance(40, 45, 4, use_of_rooms=1.2)
    solution = pairing.solve(problem)
    explainer = pairing.Explainer(problem, solution)
    pairs = [(c["child"], c["volunteer"]) for c in problem["candidates"][:40]]
    forth = [explainer.forced_loss(*pair)["loss"] for pair in pairs]
    back = [explainer.forced_loss(*pair)["loss"] for pair in reversed(pairs)]
    assert forth == pytest.approx(back[::-1], abs=1e-4)


def test_forced_pair_that_leaves_places_empty_is_impossible_where_all_must_be_filled() -> None:
    problem = one_pair(place_value=None)
    problem["candidates"].pop()
    assert pairing.forced_loss(problem, "a", "x")["reason"] == "places_cannot_all_be_filled"
    assert pairing.forced_loss(problem, "a", "y")["loss"] == 0


def test_forced_pair_beside_a_fixed_one_is_impossible() -> None:
    problem = one_pair(fixed=[{"child": "a", "volunteer": "y", "start": None}])
    answer = pairing.forced_loss(problem, "a", "x")
    assert (answer["possible"], answer["reason"]) == (False, "fixed_pairs")
    explainer = pairing.Explainer(problem, pairing.solve(problem))
    assert explainer.forced_loss("a", "x")["reason"] == "fixed_pairs"


def test_blockers_name_the_change_that_helps_most() -> None:
    rules = [Rule("time", [[False, False, True]]), Rule("vetted", [[True, True, False]]), Rule("near", [[True] * 3])]
    candidates = compute_candidates(["dan"], ["v1", "v2", "v3"], rules, [])
    problem = small()
    explainer = pairing.Explainer(problem, pairing.solve(problem))
    assert explainer.blockers("dan", candidates) == [
        {"rule": "time", "excluded": 2, "sole": 2, "volunteers": ["v1", "v2"]},
        {"rule": "vetted", "excluded": 1, "sole": 1, "volunteers": ["v3"]},
    ]


def test_foreign_solution_is_refused() -> None:
    problem = small()
    solution = pairing.solve(problem)
    with pytest.raises(ValueError, match="no pair of this problem"):
        pairing.Explainer(one_pair(), solution)


def hinders(problem: dict[str, Any], pairs: list[dict[str, Any]], candidate: dict[str, Any]) -> str:
    """Return the first reason why a candidate cannot simply be added, by trying its sessions one by one."""
    child = next(c for c in problem["children"] if c["id"] == candidate["child"])
    volunteer = next(v for v in problem["volunteers"] if v["id"] == candidate["volunteer"])
    pair = (child["id"], volunteer["id"])
    key = {"child": child["id"], "volunteer": volunteer["id"]}
    if key in problem["forbidden"]:
        return "forbidden"
    if pair in {(p["child"], p["volunteer"]) for p in pairs}:
        return "paired"
    length = child.get("session_slots", 0)
    indoors = child.get("meets") == "centre"

    def covered(start: int | None, size: int) -> set[int]:
        return set() if start is None else set(range(start, start + size))

    def busy(**who: str) -> set[int]:
        sizes = {c["id"]: c.get("session_slots", 0) for c in problem["children"]}
        mine = [p for p in pairs if all(p[k] == name for k, name in who.items())]
        return {slot for p in mine for slot in covered(p.get("start"), sizes[p["child"]])}

    options = [covered(start, length) for start in sessions(problem, candidate)]
    if not options:
        return "no_common_time"
    hers = [p for p in pairs if p["volunteer"] == volunteer["id"]]
    theirs = [p for p in pairs if p["child"] == child["id"]]
    loads = {(c["child"], c["volunteer"]): c.get("load", 1) for c in problem["candidates"]}
    rooms = next((c["rooms"] for c in problem.get("centres", []) if c["id"] == child.get("centre")), [])
    if indoors:
        options = [slots for slots in options if all(rooms[slot] > 0 for slot in slots)]
        if not options:
            return "no_room"
    limit = volunteer["max_load"]
    fixed = sum(loads[f["child"], f["volunteer"]] for f in problem["fixed"] if f["volunteer"] == volunteer["id"])
    if limit is not None and loads[pair] + fixed > limit:
        return "volunteer_load"
    if len(hers) >= volunteer["max_children"]:
        return "volunteer_full"
    if limit is not None and loads[pair] + sum(loads[p["child"], p["volunteer"]] for p in hers) > limit:
        return "volunteer_full"
    full = len(theirs) >= child["places"]
    options = [slots for slots in options if not slots & busy(volunteer=volunteer["id"])]
    if not options:
        return "volunteer_busy"
    options = [slots for slots in options if full or not slots & busy(child=child["id"])]
    if not options:
        return "child_busy"
    if indoors:
        used = Counter(
            slot
            for other in problem["children"]
            if other["meets"] == "centre" and other["centre"] == child["centre"]
            if not (full and other["id"] == child["id"])
            for p in pairs
            if p["child"] == other["id"]
            for slot in covered(p["start"], other["session_slots"])
        )
        if not any(all(used[slot] < rooms[slot] for slot in slots) for slots in options):
            return "room_full"
    if full:
        return "child_full"
    return "not_worth" if candidate["score"] + (problem["place_value"] or 0) <= 0 else "still_possible"


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_why_not_names_the_first_reason_of_every_candidate(seed: int) -> None:
    problem = random_problem(seed)
    solution = solved(problem)
    for pairs in (solution["pairs"], solution["pairs"][:1]):
        if problem["fixed"] and pairs != solution["pairs"]:
            continue
        answer = solution | {"pairs": pairs, "status": "feasible"}
        found = pairing.Explainer(problem, answer).why_not_all()
        for child in problem["children"]:
            mine = {c["volunteer"]: c for c in problem["candidates"] if c["child"] == child["id"]}
            told = found.of(child["id"])
            assert {entry["volunteer"]: entry["code"] for entry in told} == {
                volunteer: hinders(problem, pairs, candidate) for volunteer, candidate in mine.items()
            }
            costs = [entry["at_least"] for entry in told if entry["at_least"] is not None]
            assert costs == sorted(costs)
        assert sum(found.counts().values()) == len(problem["candidates"])
    reasons = {entry["child"]: {r["code"]: r["count"] for r in entry["reasons"]} for entry in solution["unplaced"]}
    everything = pairing.Explainer(problem, solution).why_not_all()
    for child, counts in reasons.items():
        codes = Counter(entry["code"] for entry in everything.of(child))
        assert counts == (dict(codes) or {"no_candidate": 0})


def test_why_not_of_a_small_problem_by_hand() -> None:
    problem = one_pair()
    found = pairing.Explainer(problem, pairing.solve(problem)).why_not_all()
    assert found.of("a") == [
        {"volunteer": "x", "code": "paired", "at_least": 0, "start": 0},
        {"volunteer": "y", "code": "volunteer_full", "at_least": 10, "start": 0},
    ]
    assert found.counts() == {"paired": 2, "volunteer_full": 2}


def test_what_the_solver_knows_is_not_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = instance(40, 45, 4, use_of_rooms=1.2)
    solution = pairing.solve(problem)
    before = pairing.Explainer(problem, solution)

    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError

    monkeypatch.setattr("scheduling.pairing.explain.solved.relax", never)
    again = pairing.Explainer(problem, solution, solved=before.solved)
    assert (again.why_not_all().at_least == before.why_not_all().at_least).all()
    child, volunteer = problem["candidates"][7]["child"], problem["candidates"][7]["volunteer"]
    assert again.pair(child, volunteer) == before.pair(child, volunteer)


def test_forcing_a_pair_exactly_returns_a_solution_with_it() -> None:
    problem = instance(40, 45, 4, use_of_rooms=1.2)
    solution = pairing.solve(problem)
    explainer = pairing.Explainer(problem, solution)
    for candidate in problem["candidates"][::60]:
        pair = {"child": candidate["child"], "volunteer": candidate["volunteer"]}
        answer = explainer.forced_exactly(**pair)
        if not answer["possible"]:
            continue
        fixed = problem | {"fixed": [pair]}
        again = pairing.solve(fixed)
        assert (answer["exact"], answer["loss"]) == (True, solution["value"] - again["value"])
        assert {(p["child"], p["volunteer"]) for p in answer["pairs"]} >= {tuple(pair.values())}
        assert pairing.check(fixed, again | {"pairs": answer["pairs"]}) == []


def test_forcing_a_pair_beside_a_fair_solution_may_gain() -> None:
    problem = one_pair(each_child={"free": [0]}, each_volunteer={"free": [0]})
    problem["candidates"] = [
        {"child": child, "volunteer": volunteer, "score": score}
        for child, volunteer, score in [("a", "x", 40), ("b", "y", 50), ("a", "y", 1000), ("b", "x", 10)]
    ]
    fair = pairing.solve_fair(problem)
    assert [pair["score"] for pair in fair["pairs"]] == [40, 50]
    explainer = pairing.Explainer(problem, fair)
    gained = 90 - 1010
    assert (explainer.forced_loss("a", "y")["loss"], explainer.forced_exactly("a", "y")["loss"]) == (gained, gained)
    best = pairing.Explainer(problem, pairing.solve(problem))
    assert best.forced_loss("a", "x")["loss"] == -gained
