"""Candidates from attributes: rules, scores whose parts add up, and what each rule alone prevents."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import pairing
from scheduling.pairing.attributes import common_time, share_of_tags
from scheduling.pairing.candidates import Candidates, Rule, Term, compute_candidates
from tests.scheduling.brute_force import random_problem, sessions

CHILDREN, VOLUNTEERS = ["k1", "k2"], ["v1", "v2", "v3"]
NEAR = [[True, True, False], [False, True, True]]
VETTED = [[True, False, True], [True, False, True]]


def example() -> Candidates:
    rules = [Rule("near", NEAR), Rule("vetted", lambda part: np.array(VETTED)[part])]
    terms = [Term("likes", 2, np.full((2, 3), 0.5)), Term("speech", 1, [[1, 0, 0], [0, 0, 1.0]])]
    return compute_candidates(CHILDREN, VOLUNTEERS, rules, terms)


def test_only_pairs_that_every_rule_allows_are_candidates() -> None:
    assert example().to_problem() == [
        {"child": "k1", "volunteer": "v1", "score": 667},
        {"child": "k2", "volunteer": "v3", "score": 667},
    ]


def test_points_of_the_terms_add_up_to_the_score() -> None:
    assert example().points("k1", "v1") == {"likes": 334, "speech": 333}
    assert example().score("k1", "v1") == 667


def test_pair_that_is_no_candidate_has_no_score() -> None:
    assert example().score("k1", "v2") is None
    assert example().points("k1", "v2") == {}


def test_each_rule_counts_what_it_excludes_and_what_it_alone_excludes() -> None:
    candidates = example()
    assert candidates.excluded == {"near": 2, "vetted": 2}
    assert candidates.excluded_for("k1") == {"near": 1, "vetted": 1}
    assert candidates.sole_blockers("k1") == {"near": 1, "vetted": 1}
    assert candidates.sole_blocked("k1", "near") == ["v3"]
    assert candidates.sole_blocked("k2", "vetted") == ["v2"]
    assert candidates.failing("k1", "v3") == ["near"]
    assert candidates.failing("k1", "v1") == []


def test_a_pair_two_rules_exclude_has_no_sole_blocker() -> None:
    none = [[False]]
    candidates = compute_candidates(["k"], ["v"], [Rule("one", none), Rule("two", none)], [])
    assert candidates.sole_blockers("k") == {"one": 0, "two": 0}
    assert candidates.failing("k", "v") == ["one", "two"]


def test_blocks_do_not_change_the_result() -> None:
    rng = np.random.default_rng(1)
    children, volunteers = [f"k{i}" for i in range(23)], [f"v{i}" for i in range(11)]
    rules = [Rule(name, rng.random((23, 11)) < 0.7) for name in ("one", "two", "three")]
    terms = [Term("fit", 3, rng.random((23, 11))), Term("wish", 1, rng.random((23, 11)))]
    whole, blocks = (compute_candidates(children, volunteers, rules, terms, block=size) for size in (1024, 5))
    assert whole.to_problem() == blocks.to_problem()
    assert (whole.parts == blocks.parts).all()
    assert (whole.excludes == blocks.excludes).all()
    assert (whole.alone == blocks.alone).all()


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 1_000_000), max_size=6))
def test_points_add_up_and_stay_within_the_scale(seed: int, weights: list[int]) -> None:
    rng = np.random.default_rng(seed)
    fits = [np.where(rng.random((3, 4)) < 0.3, rng.integers(0, 2, (3, 4)), rng.random((3, 4))) for _ in weights]
    terms = [Term(f"t{i}", weight, fit) for i, (weight, fit) in enumerate(zip(weights, fits, strict=True))]
    candidates = compute_candidates(list("abc"), list("wxyz"), [], terms)
    total = sum(weights)
    assert candidates.count == 12
    for at in range(12):
        child, volunteer = int(candidates.child[at]), int(candidates.volunteer[at])
        exact = sum(w * float(f[child, volunteer]) for w, f in zip(weights, fits, strict=True)) / max(total, 1) * 1000
        assert abs(int(candidates.scores[at]) - exact) <= 0.51
        assert int(candidates.parts[at].sum()) == int(candidates.scores[at])
        for part, fit in zip(candidates.parts[at], fits, strict=True):
            assert part >= 0
            assert part == 0 or fit[child, volunteer] > 0


@pytest.mark.parametrize(
    ("rules", "terms", "told"),
    [
        ([Rule("near", [[True]])], [], "rule near"),
        ([Rule("near", [[1, 0, 1], [0, 0, 1]])], [], "rule near"),
        ([Rule("near", NEAR), Rule("near", NEAR)], [], "rule 'near' stands twice"),
        ([], [Term("fit", -1, np.zeros((2, 3)))], "term fit"),
        ([], [Term("fit", 1, np.full((2, 3), 1.5))], "term fit"),
        ([], [Term("fit", 1, np.full((2, 3), np.nan))], "term fit"),
        ([], [Term("fit", 1, np.zeros((3, 2)))], "term fit"),
    ],
)
def test_faulty_rules_and_terms_are_named(rules: list[Rule], terms: list[Term], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        compute_candidates(CHILDREN, VOLUNTEERS, rules, terms)


def test_repeated_ids_are_refused() -> None:
    with pytest.raises(ValueError, match="child id 'k1' stands twice"):
        compute_candidates(["k1", "k1"], VOLUNTEERS, [], [])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_common_time_means_what_the_solver_means(seed: int) -> None:
    problem = random_problem(seed)
    if "grid" not in problem:
        return
    children, volunteers = problem["children"], problem["volunteers"]
    rule = common_time(
        [child["free"] for child in children],
        [child["session_slots"] for child in children],
        [volunteer["free"] for volunteer in volunteers],
        **problem["grid"],
    )
    matrix = np.asarray(rule(slice(0, len(children))))
    for i, child in enumerate(children):
        for k, volunteer in enumerate(volunteers):
            assert matrix[i, k] == bool(sessions(problem, {"child": child["id"], "volunteer": volunteer["id"]}))


def test_share_of_tags_is_the_part_of_the_wish_that_is_met() -> None:
    rows: Any = share_of_tags([{"chess", "songs"}, set()], [{"songs"}, {"chess", "songs", "maths"}, set()])
    assert np.asarray(rows(slice(0, 2))).tolist() == [[0.5, 1.0, 0.0], [0.0, 0.0, 0.0]]


def test_nobody_at_all_is_no_fault() -> None:
    rules, terms = [Rule("near", np.zeros((0, 3), dtype=bool))], [Term("fit", 1, np.zeros((0, 3)))]
    candidates = compute_candidates([], VOLUNTEERS, rules, terms)
    assert candidates.to_problem() == []
    assert candidates.excluded == {"near": 0}


def test_candidates_feed_the_solver() -> None:
    problem = {
        "kind": "pairing",
        "version": 1,
        "children": [{"id": name, "places": 1} for name in CHILDREN],
        "volunteers": [{"id": name, "max_children": 1, "max_load": None} for name in VOLUNTEERS],
        "candidates": example().to_problem(),
        "fixed": [],
        "forbidden": [],
        "place_value": 2000,
    }
    assert pairing.solve(problem)["value"] == 5334
