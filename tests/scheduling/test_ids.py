"""An id that is not in the problem is named, whoever is asked about it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from scheduling import pairing, roster, routes
from scheduling.ids import index_of
from scheduling.pairing.candidates import Candidates, Rule, Term, compute_candidates
from tests.scheduling.problems import one_pair
from tests.scheduling.roster.problems import small as small_roster
from tests.scheduling.routes.problems import small as small_tours

NO_CHILD, NO_VOLUNTEER = (
    "'q' is not in this problem: 'q' is no child",
    "'q' is not in this problem: 'q' is no volunteer",
)


def refused(ask: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        ask()


def test_an_id_has_its_place() -> None:
    assert index_of(("a", "b"), "b", "child") == 1


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda explainer: explainer.pair("q", "x"), NO_CHILD),
        (lambda explainer: explainer.pair("a", "q"), NO_VOLUNTEER),
        (lambda explainer: explainer.next_best("q"), NO_CHILD),
        (lambda explainer: explainer.why_not_all().of("q"), NO_CHILD),
        (lambda explainer: explainer.forced_loss("q", "x"), NO_CHILD),
        (lambda explainer: explainer.forced_loss("a", "q"), NO_VOLUNTEER),
        (lambda explainer: explainer.forced_exactly("q", "x"), NO_CHILD),
        (lambda explainer: explainer.if_cancelled("q"), NO_VOLUNTEER),
        (lambda explainer: explainer.cancelled_exactly("x", "q"), NO_CHILD),
        (
            lambda explainer: explainer.blockers("q", some_candidates()),
            "'q' is not in these candidates: 'q' is no child",
        ),
    ],
)
def test_an_explainer_names_whom_it_does_not_know(ask: Callable[[pairing.Explainer], object], told: str) -> None:
    explainer = pairing.Explainer(one_pair(), pairing.solve(one_pair()))
    refused(lambda: ask(explainer), told)


def test_forcing_a_pair_names_whom_it_does_not_know() -> None:
    refused(lambda: pairing.forced_loss(one_pair(), "q", "x"), NO_CHILD)
    refused(lambda: pairing.forced_loss(one_pair(), "a", "q"), NO_VOLUNTEER)


def some_candidates() -> Candidates:
    nothing = [[False, False]]
    return compute_candidates(["a"], ["x", "y"], [Rule("near", nothing)], [Term("likes", 1, [[0.5, 0.5]])])


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda candidates: candidates.excluded_for("q"), "child"),
        (lambda candidates: candidates.sole_blockers("q"), "child"),
        (lambda candidates: candidates.sole_blocked("q", "near"), "child"),
        (lambda candidates: candidates.sole_blocked("a", "q"), "rule"),
        (lambda candidates: candidates.failing("a", "q"), "volunteer"),
        (lambda candidates: candidates.score("q", "x"), "child"),
        (lambda candidates: candidates.points("a", "q"), "volunteer"),
        (lambda candidates: candidates.scores_anyway("a", ["x", "q"]), "volunteer"),
    ],
)
def test_candidates_name_whom_they_do_not_know(ask: Callable[[Candidates], object], what: str) -> None:
    refused(lambda: ask(some_candidates()), f"'q' is not in these candidates: 'q' is no {what}")


def test_helpful_changes_name_a_child_that_the_candidates_do_not_know() -> None:
    problem = one_pair(candidates=[])
    solution = pairing.solve(problem)
    ask: dict[str, Any] = {"candidates": some_candidates()}
    refused(
        lambda: pairing.helpful_changes(problem, solution, **ask),
        "'b' is not in these candidates: 'b' is no child",
    )


def test_rosters_and_routes_name_whom_they_do_not_know() -> None:
    problem = small_roster()
    solution = roster.solve(problem)
    shift, person = problem["shifts"][0]["id"], problem["people"][0]["id"]
    refused(lambda: roster.why_not(problem, solution, "q", person), "'q' is not in this problem: 'q' is no shift")
    refused(lambda: roster.forced_extra(problem, shift, "q"), "'q' is not in this problem: 'q' is no person")
    refused(lambda: roster.if_cancelled(problem, solution, "q"), "'q' is not in this problem: 'q' is no person")
    tours = small_tours()
    stop = tours["stops"][0]["id"]
    refused(lambda: routes.why_here(tours, routes.solve(tours), "q"), "'q' is not in this problem: 'q' is no stop")
    refused(lambda: routes.forced_extra(tours, stop, "q"), "'q' is not in this problem: 'q' is no team")
