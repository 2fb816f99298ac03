"""Every random tiny problem is solved as by trying everything, and what is said to be proven is so."""

import random

import pytest

from scheduling import routes
from scheduling.routes.insertion import Insertion
from scheduling.routes.load import load
from scheduling.routes.proof import Prover
from scheduling.routes.search import Search
from scheduling.stop import Stop
from tests.scheduling.routes.brute_force import optimum, random_problem
from tests.scheduling.routes.problems import quiet


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_tiny_problems_are_solved_and_proven(start: int) -> None:
    for seed in range(start, start + 50):
        problem = random_problem(seed)
        solution, least = routes.solve(problem), optimum(problem)

        assert routes.check(problem, solution) == [], seed
        assert solution["value"] == least, seed
        assert solution["status"] == ("infeasible" if least is None else "optimal"), seed


def test_the_relaxation_bounds_and_proves_without_trying_all_routes() -> None:
    proven = 0
    for seed in range(400, 520):
        problem = random_problem(seed, stops=6)
        checked = load(problem)
        search = Search(checked, Stop(), 0, quiet)
        insertion = Insertion(search.grid, search.routes)
        left = insertion.insert(list(range(len(checked.stops))))
        if not checked.teams or not checked.stops or any(checked.required[stop] for stop in left):
            continue
        least = optimum(problem)
        prover = Prover(search.grid, search.able, search.pool, search.stop, 0)
        bound = prover.relax(insertion.routes)
        proof = prover.prove(insertion.routes)

        assert bound is not None, seed
        assert least is not None, seed
        assert bound <= least, seed
        assert proof.bound == least, seed
        assert proof.exact, seed
        proven += 1
    assert proven > 50


def test_a_bound_from_disturbed_prices_still_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)
    right = Prover._whole
    monkeypatch.setattr(Prover, "_whole", lambda self, prices: right(self, prices * rng.uniform(0.7, 1.2)))
    monkeypatch.setattr("scheduling.routes.proof._CHEAPER", 2**60)
    for seed in range(520, 600):
        problem = random_problem(seed)
        checked = load(problem)
        search = Search(checked, Stop(), 0, quiet)
        insertion = Insertion(search.grid, search.routes)
        left = insertion.insert(list(range(len(checked.stops))))
        if not checked.teams or not checked.stops or any(checked.required[stop] for stop in left):
            continue
        least = optimum(problem)
        bound = Prover(search.grid, search.able, search.pool, search.stop, 0).relax(insertion.routes)

        assert least is not None
        assert bound is not None
        assert bound <= least, seed


def test_the_search_without_proofs_finds_tiny_optima(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Search, "_settle", lambda self: False)
    monkeypatch.setattr(Search, "_prove", lambda self: False)
    monkeypatch.setattr("scheduling.routes.search._SLICE", 50)
    for seed in range(600, 612):
        problem = random_problem(seed)
        solution = routes.solve(problem)

        assert routes.check(problem, solution) == [], seed
        assert solution["value"] == optimum(problem), seed
