"""Fairness: as many places, the worst as good as can be, then the sum; against every solution of tiny problems."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.faults import InvalidProblem
from scheduling.pairing.fairness import solve_fair
from scheduling.pairing.instances import instance
from tests.scheduling.brute_force import random_problem
from tests.scheduling.every_solution import Chosen, EverySolution
from tests.scheduling.problems import by_patterns, one_pair, slot_free, small

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def plain(solution: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in solution.items() if key != "fairness"}


def fairest(problem: dict[str, Any], places: int, levels: int) -> tuple[list[tuple[int, int]], int]:
    """Return threshold and number of pairs at it of each level, and the best sum after them."""
    fixed = {(entry["child"], entry["volunteer"]) for entry in problem["fixed"]}

    def scores(chosen: Chosen) -> list[int]:
        return sorted(c["score"] for c, _ in chosen if (c["child"], c["volunteer"]) not in fixed)

    left = [chosen for chosen in EverySolution(problem).found if len(chosen) == places]
    settled = 0
    steps: list[tuple[int, int]] = []
    for level in range(levels):
        if len(scores(left[0])) <= settled:
            break
        threshold = max(scores(chosen)[settled] for chosen in left)
        left = [chosen for chosen in left if scores(chosen)[settled] == threshold]
        if level + 1 < levels:
            fewest = min(scores(chosen).count(threshold) for chosen in left)
            left = [chosen for chosen in left if scores(chosen).count(threshold) == fewest]
            steps.append((threshold, fewest))
            settled += fewest
        else:
            steps.append((threshold, -1))
    return steps, max(sum(c["score"] for c, _ in chosen) for chosen in left)


@settings(max_examples=300, deadline=None)
@given(SEEDS, st.integers(1, 4), st.booleans())
def test_fair_solution_is_the_fairest_of_all(seed: int, levels: int, patterns: bool) -> None:
    with by_patterns(patterns):
        _fair_solution_is_the_fairest_of_all(seed, levels)


def _fair_solution_is_the_fairest_of_all(seed: int, levels: int) -> None:
    problem = random_problem(seed)
    try:
        solution = solve_fair(problem, levels=levels)
    except InvalidProblem:
        return
    if solution["status"] == "infeasible":
        assert solution["fairness"] is None
        return
    assert pairing.check(problem, solution) == []
    fairness = solution["fairness"]
    assert fairness["proven"]
    steps, best = fairest(problem, solution["placed"], levels)
    assert [level["threshold"] for level in fairness["levels"]] == [threshold for threshold, _ in steps]
    for level, (_, pairs) in zip(fairness["levels"], steps, strict=True):
        assert pairs in (-1, level["pairs"])
    assert solution["score"] == best
    assert fairness["score"]["after"] == solution["score"]
    assert fairness["value"]["after"] == solution["value"] <= fairness["value"]["before"]


@pytest.mark.parametrize("seed", [2, 3])
def test_patterns_and_columns_find_the_same_levels(seed: int) -> None:
    problem = with_loads(instance(26, 22, seed), seed)
    with by_patterns(True):
        one = solve_fair(problem, levels=3)
    other = solve_fair(problem, levels=3)
    assert pairing.check(problem, one) == []
    assert one["fairness"]["proven"]
    assert one["fairness"]["levels"] == other["fairness"]["levels"]


def test_worst_is_raised_and_the_price_told() -> None:
    problem = slot_free(
        candidates=[
            {"child": "a", "volunteer": "x", "score": 100},
            {"child": "a", "volunteer": "y", "score": 300},
            {"child": "b", "volunteer": "x", "score": 290},
            {"child": "b", "volunteer": "y", "score": 500},
        ]
    )
    solution = solve_fair(problem)
    assert [(pair["child"], pair["volunteer"]) for pair in solution["pairs"]] == [("a", "y"), ("b", "x")]
    assert (solution["status"], solution["value"], solution["bound"]) == ("feasible", 2590, 2600)
    assert solution["fairness"] == {
        "levels": [{"threshold": 290, "pairs": 1, "score": 590, "proven": True}],
        "lowest": {"before": 100, "after": 290},
        "score": {"before": 600, "after": 590},
        "value": {"before": 2600, "after": 2590},
        "proven": True,
    }


def test_no_place_is_given_up_for_fairness() -> None:
    problem = slot_free(
        candidates=[{"child": "a", "volunteer": "x", "score": 0}, {"child": "b", "volunteer": "y", "score": 900}]
    )
    solution = solve_fair(problem, levels=2)
    assert solution["placed"] == 2
    assert [level["threshold"] for level in solution["fairness"]["levels"]] == [0, 900]


def test_fixed_pairs_are_as_they_are() -> None:
    problem = one_pair(fixed=[{"child": "a", "volunteer": "x", "start": None}])
    solution = solve_fair(problem)
    assert solution["fairness"]["lowest"] == {"before": 50, "after": 50}


def test_small_problem_stays_as_it_is() -> None:
    assert plain(solve_fair(small(), levels=3))["pairs"] == pairing.solve(small())["pairs"]


def test_levels_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="levels is 0"):
        solve_fair(one_pair(), levels=0)


def test_wrong_problem_is_refused_with_its_faults() -> None:
    with pytest.raises(InvalidProblem, match=r"\$\.place_value"):
        solve_fair(one_pair(place_value="much"))


@pytest.mark.parametrize("patterns", [False, True])
def test_interruption_leaves_as_many_places_and_says_so(patterns: bool) -> None:
    with by_patterns(patterns):
        _interruption_leaves_as_many_places_and_says_so()


def _interruption_leaves_as_many_places_and_says_so() -> None:
    problem = instance(60, 50, 1, use_of_rooms=1.2)
    whole = solve_fair(problem)
    assert whole["fairness"]["lowest"]["after"] > whole["fairness"]["lowest"]["before"]
    for patience in (0, 1, 5, 20, 100, 400):
        asked = 0

        def impatient(patience: int = patience) -> bool:
            nonlocal asked
            asked += 1
            return asked > patience

        solution = solve_fair(problem, should_stop=impatient)
        assert pairing.check(problem, solution) == []
        if solution["run"]["interrupted"]:
            assert not solution["fairness"]["proven"]
        else:
            assert plain(solution) | {"run": 0} == plain(whole) | {"run": 0}


def test_same_problem_and_seed_give_the_same_bytes() -> None:
    problem = instance(60, 50, 1, use_of_rooms=1.2)
    shuffled = problem | {"candidates": problem["candidates"][::-1], "children": problem["children"][::-1]}
    first, second = solve_fair(problem, levels=2), solve_fair(shuffled, levels=2)
    assert first | {"run": 0} == second | {"run": 0}
