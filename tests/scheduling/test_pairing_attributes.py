"""Ready-made rules and terms: each by a case that can be read off."""

from typing import Any

import numpy as np
import pytest

from scheduling.pairing import attributes as ready
from scheduling.pairing.attributes import share_of_tags
from scheduling.pairing.candidates import OfPairs, Rule, Term, compute_candidates


def matrix(rule: Any, children: int) -> list[list[bool]]:
    return [[bool(cell) for cell in row] for row in np.asarray(rule(slice(0, children)))]


def fits(term: OfPairs, children: int, volunteers: int) -> list[list[float]]:
    child, volunteer = np.divmod(np.arange(children * volunteers), volunteers)
    found: list[list[float]] = np.asarray(term.fit(child, volunteer)).reshape(children, volunteers).tolist()
    return found


def test_within_is_a_circle_that_includes_its_edge() -> None:
    assert matrix(ready.within([(0, 0)], [(3, 4), (3, 4.1), (-5, 0)], 5), 1) == [[True, False, True]]


def test_closeness_falls_evenly() -> None:
    assert fits(ready.closeness([(0, 0)], [(0, 0), (3, 4), (30, 40)], 10), 1, 3) == [[1.0, 0.5, 0.0]]


def test_each_volunteer_is_the_same_for_all_children() -> None:
    assert matrix(ready.each_volunteer([True, False]), 2) == [[True, False], [True, False]]


def test_as_wished_lets_everybody_to_those_who_wish_nothing() -> None:
    rule = ready.as_wished(["f", None, "x"], ["f", "m", None])
    assert matrix(rule, 3) == [[True, False, False], [True, True, True], [False, False, False]]


def test_same_is_never_true_of_unknown() -> None:
    term = ready.same(["gan", None], ["gan", "min", None])
    assert fits(term, 2, 3) == [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_shared_needs_one_in_common() -> None:
    rule = ready.shared([{"a", "b"}, set()], [{"b"}, {"c"}, set()])
    assert matrix(rule, 2) == [[True, False, False], [True, True, True]]


def test_gap_between_counts_both_limits() -> None:
    assert matrix(ready.gap_between([10], [14, 15, 20, 21], 5, 10), 1) == [[False, True, True, False]]
    assert matrix(ready.gap_between([10], [14, 15, 99], 5), 1) == [[False, True, True]]


def test_load_within_is_no_limit_without_one() -> None:
    assert matrix(ready.load_within([2, 0], [1, 2, None]), 2) == [[False, True, True], [True, True, True]]


def test_not_among_and_among_pass_over_strangers() -> None:
    pairs = [("b", "y"), ("b", "stranger"), ("b", "y")]
    assert matrix(ready.not_among(["a", "b"], ["x", "y"], pairs), 2) == [[True, True], [True, False]]
    assert np.asarray(ready.not_among(["a", "b"], ["x", "y"], pairs)(slice(1, 2))).tolist() == [[True, False]]
    assert fits(ready.among(["a", "b"], ["x", "y"], pairs), 2, 2) == [[0.0, 0.0], [0.0, 1.0]]


def test_continuity_is_a_term_like_any_other() -> None:
    children, volunteers = ["a", "b"], ["x", "y"]
    terms = [
        Term("likes", 3, share_of_tags([{"chess"}, {"chess"}], [{"chess"}, {"songs"}])),
        Term("continuity", 1, ready.among(children, volunteers, [("a", "y")])),
    ]
    found = compute_candidates(children, volunteers, [Rule("near", ready.each_volunteer([True, True]))], terms)
    assert found.points("a", "y") == {"likes": 0, "continuity": 250}
    assert found.points("a", "x") == {"likes": 750, "continuity": 0}


def test_term_of_pairs_is_asked_only_for_what_the_rules_allow() -> None:
    asked: list[tuple[int, int]] = []

    def fit(child: Any, volunteer: Any) -> Any:
        asked.extend(zip(child.tolist(), volunteer.tolist(), strict=True))
        return np.ones(len(child))

    rule = Rule("some", [[True, False], [False, True]])
    found = compute_candidates(["a", "b"], ["x", "y"], [rule], [Term("fit", 1, OfPairs(fit))], block=1)
    assert asked == [(0, 0), (1, 1)]
    assert found.scores.tolist() == [1000, 1000]


def test_fits_of_another_number_of_pairs_are_a_fault() -> None:
    with pytest.raises(ValueError, match="term fit: the fits have shape"):
        compute_candidates(["a"], ["x"], [], [Term("fit", 1, OfPairs(lambda child, volunteer: [0.5, 0.5]))])


def test_score_of_an_excluded_pair_can_be_asked() -> None:
    terms = [Term("fit", 2, [[0.5, 1.0]]), Term("wish", 1, [[1.0, 0.0]])]
    found = compute_candidates(["a"], ["x", "y"], [Rule("near", [[True, False]])], terms)
    assert (found.score("a", "x"), found.score("a", "y")) == (667, None)
    assert found.scores_anyway("a", ["y", "x"]) == [667, 667]


def test_loads_of_children_go_into_the_problem() -> None:
    found = compute_candidates(["a", "b"], ["x"], [], [])
    assert [entry["load"] for entry in found.to_problem([2, 5])] == [2, 5]
