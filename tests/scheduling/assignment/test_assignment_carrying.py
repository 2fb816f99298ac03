"""Sets that volunteers can carry: knapsacks against every set, bounds against every solution, dives, interruption."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from scheduling import pairing
from scheduling.pairing.assignment import choosing, search
from scheduling.pairing.assignment.carrying import Carrying, applies
from scheduling.pairing.assignment.choosing import choose
from scheduling.pairing.assignment.packing import Packing
from scheduling.pairing.assignment.tables import Tables
from scheduling.pairing.gap_instances import gap_instance, pairing_problem
from scheduling.pairing.placement import Placement
from scheduling.pairing.relaxation import Model
from scheduling.pairing.search import greedy
from scheduling.stop import Stop
from tests.scheduling.assignment.problems import optimum, random_problem
from tests.scheduling.assignment.test_assignment_parts import laid_out, model_of

Laid = tuple[dict[str, Any], Model, Tables]


def laid_problems(seeds: range) -> list[Laid]:
    found = []
    for seed in seeds:
        problem = random_problem(seed) | {"fixed": [], "place_value": 1_000}
        model = model_of(problem)
        laid = laid_out(model, greedy(model, []))
        if laid is not None and laid.nobody:
            found.append((problem, model, laid))
    return found


def sets_of(laid: Tables, agent: int) -> list[tuple[int, ...]]:
    """Return every set of children that an agent can carry, as places in the list of children with places left."""
    first = laid.first()
    known = [child for child, place in enumerate(first) if np.isfinite(laid.price[agent, place])]
    return [
        some
        for size in range(len(known) + 1)
        for some in combinations(known, size)
        if laid.load[agent, first[list(some)]].sum() <= laid.capacity[agent] and size <= laid.most[agent]
    ]


def test_the_best_sets_are_the_best_of_all_sets() -> None:
    for seed, (_, _, laid) in enumerate(laid_problems(range(150))):
        packing = Packing(laid)
        rng = np.random.default_rng(seed)
        price = packing.scaled(rng.uniform(0, 1_400, len(packing.places)))
        agents = np.flatnonzero(rng.random(packing.agents) < 0.8)
        open_ = rng.random(len(price)) < 0.8
        packed = packing.pack(price, agents, open_)
        for place, agent in enumerate(agents.tolist()):
            above = ((packing.gain[agent] << packing.shift) - price).tolist()
            allowed = [some for some in sets_of(laid, agent) if all(open_[list(some)])]
            assert packed.worth[place] == max(sum(above[child] for child in some) for some in allowed)
            assert packed.worth[place] == sum(above[child] for child in np.flatnonzero(packed.sets[place]))
            assert tuple(np.flatnonzero(packed.sets[place])) in allowed


def test_prices_bound_every_solution_and_every_solution_with_a_pair() -> None:
    tight = 0
    for seed, (problem, model, laid) in enumerate(laid_problems(range(100))):
        packing = Packing(laid)
        carrying = Carrying(packing, Stop(), 0)
        carrying.begin(laid.price_of_empty(), model.value(greedy(model, [])))
        assert carrying.relax()
        rng = np.random.default_rng(seed)
        assert carrying.best is not None
        for price in (carrying.best.price, packing.scaled(rng.uniform(0, 1_400, len(packing.places)))):
            bound, with_ = packing.bound_with(price)
            columns = laid.of_columns(with_, model.count, bound)
            best = optimum(problem)
            assert best is not None
            assert bound >= best
            for column in range(model.count):
                candidate = model.columns.candidate[column]
                pair = problem["candidates"][_place(problem, model, int(candidate))]
                fixed = [{"child": pair["child"], "volunteer": pair["volunteer"]}]
                having = optimum(problem | {"fixed": fixed})
                assert having is None or columns[column] >= having
        tight += carrying.best.total >> packing.shift == best
    assert tight > 60  # of about 90; the rest has fractions left


def test_sets_near_the_best_are_listed_all_and_once() -> None:
    for seed, (_, _, laid) in enumerate(laid_problems(range(120))):
        packing = Packing(laid)
        rng = np.random.default_rng(seed)
        price = packing.scaled(rng.uniform(0, 1_400, len(packing.places)))
        gap = int(rng.integers(0, 800)) << packing.shift
        listed = packing.near(price, gap, 10_000, Stop())
        assert listed is not None
        agents, sets = listed
        found = sorted((agent, tuple(np.flatnonzero(each))) for agent, each in zip(agents.tolist(), sets, strict=True))
        wanted = []
        for agent in range(packing.agents):
            above = ((packing.gain[agent] << packing.shift) - price).tolist()
            worth = {some: sum(above[child] for child in some) for some in sets_of(laid, agent)}
            wanted += [(agent, some) for some, each in worth.items() if some and each >= max(worth.values()) - gap]
        assert found == sorted(wanted)
        if len(wanted) > 1:
            assert packing.near(price, gap, len(wanted) - 1, Stop()) is None


@pytest.mark.parametrize("most", [10_000, 6])
def test_the_best_choice_among_listed_sets_is_the_optimum(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Where all are listed; where only the nearest are, what is said of the others is true."""
    monkeypatch.setattr(choosing, "_MOST_SETS", most)
    parts = 0
    for problem, model, laid in laid_problems(range(100)):
        packing = Packing(laid)
        start = greedy(model, []) if most > 6 else []
        sets = laid.carried(laid.agents(start, model))
        assert laid.chosen(laid.placed(sets)) == start
        carrying = Carrying(packing, Stop(), 0)
        carrying.begin(laid.price_of_empty(), float(model.value(start)))
        carrying.relax()
        assert carrying.best is not None
        choice = choose(packing, carrying.best, model.value(start), sets, Stop(), 0, node_limit=300)
        if choice is None:
            assert most == 6
            continue
        columns = laid.chosen(laid.placed(choice.sets))
        assert Placement(model.problem, model.columns).take_all(columns)
        best = optimum(problem)
        assert best is not None
        assert model.value(start) <= model.value(columns) == choice.value <= best <= choice.bound
        if choice.whole:
            assert choice.value == choice.bound == best
        parts += not choice.whole
    assert (parts > 10) == (most == 6)


def test_few_sets_prove_what_an_integer_program_over_pairs_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "close", lambda *_: None)
    monkeypatch.setattr(search, "_ROUNDS", 3)
    problem = pairing_problem(gap_instance("C", 10, 60, 1))
    solution = pairing.solve(problem)
    assert pairing.check(problem, solution) == []
    assert solution["status"] == "optimal"
    assert solution["bound"] == solution["value"] == -911


def _place(problem: dict[str, Any], model: Model, candidate: int) -> int:
    child = problem["children"][model.problem.child[candidate]]["id"]
    volunteer = problem["volunteers"][model.problem.volunteer[candidate]]["id"]
    pairs = [(each["child"], each["volunteer"]) for each in problem["candidates"]]
    return pairs.index((child, volunteer))


def test_dives_end_at_solutions_that_keep_every_rule() -> None:
    good = total = 0
    for problem, model, laid in laid_problems(range(100)):
        packing = Packing(laid)
        carrying = Carrying(packing, Stop(), 0)
        carrying.begin(laid.price_of_empty(), 0.0)
        best = 0
        for sets in carrying.dives():
            chosen = laid.chosen(laid.placed(sets))
            assert Placement(model.problem, model.columns).take_all(chosen)
            assert model.value(chosen) == int(packing.gain[sets].sum())
            best = max(best, model.value(chosen))
        total += 1
        good += best == optimum(problem)
    assert good >= 0.9 * total


def test_a_large_family_is_bounded_closer_than_by_its_columns_and_solved_near_to_the_bound() -> None:
    model = model_of(pairing_problem(gap_instance("E", 20, 100, 1)) | {"place_value": 10_000})
    laid = laid_out(model, [])
    assert laid is not None
    packing = Packing(laid)
    assert applies(packing, laid.price_of_empty())
    carrying = Carrying(packing, Stop(), 0)
    carrying.begin(laid.price_of_empty(), 0.0)
    assert carrying.relax()
    assert carrying.best is not None
    bound, most = packing.bound_with(carrying.best.price)
    value = int(packing.gain[next(carrying.dives())].sum())
    assert 0 <= bound - value <= 0.001 * value
    assert np.count_nonzero(most[packing.candidates] > value) < 0.3 * np.count_nonzero(packing.candidates)


def test_the_same_again_gives_the_same() -> None:
    problem = pairing_problem(gap_instance("C", 10, 60, 2))
    first, second = ({key: value for key, value in pairing.solve(problem).items() if key != "run"} for _ in range(2))
    assert first == second


@pytest.mark.parametrize("asked", [0, 1, 5, 30, 110, 150, 300])
def test_an_interruption_loses_nothing_that_was_proven(asked: int) -> None:
    problem = pairing_problem(gap_instance("D", 10, 60, 1)) | {"place_value": 10_000}
    model = model_of(problem)
    start = greedy(model, [])
    laid = laid_out(model, start)
    assert laid is not None
    calls = [0]

    def wanted() -> bool:
        calls[0] += 1
        return calls[0] > asked

    stop = Stop(should_stop=wanted)
    carrying = Carrying(Packing(laid), stop, 0)
    carrying.begin(laid.price_of_empty(), float(model.value(start)))
    carrying.relax()
    solutions = list(carrying.dives())
    assert stop.interrupted
    assert (carrying.best is None) == (asked == 0)
    assert len(solutions) < 3


def test_large_knapsacks_and_large_sets_are_left_alone() -> None:
    def apply(agents: int, jobs: int, times: int = 1) -> bool:
        problem = pairing_problem(gap_instance("D", agents, jobs, 1)) | {"place_value": 10_000}
        for candidate in problem["candidates"]:
            candidate["load"] *= times
        for volunteer in problem["volunteers"]:
            volunteer["max_load"] *= times
        laid = laid_out(model_of(problem), [])
        assert laid is not None
        return applies(Packing(laid), laid.price_of_empty())

    assert apply(10, 60)
    assert not apply(5, 100)
    assert not apply(10, 60, times=10_000)


def test_what_dives_find_and_prove_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without exchanges and without an integer program."""
    monkeypatch.setattr(search, "run_here", lambda *_: None)
    monkeypatch.setattr(search, "close", lambda *_: None)
    monkeypatch.setattr(search, "_ROUNDS", 0)
    problem = pairing_problem(gap_instance("C", 10, 60, 1))
    fixed = [{"child": "j00", "volunteer": "a00"}]
    solution = pairing.solve(problem | {"fixed": fixed})
    assert pairing.check(problem | {"fixed": fixed}, solution) == []
    assert solution["placed"] == 60
    assert solution["bound"] - solution["value"] <= 0.01 * abs(solution["value"])
    assert {"child": "j00", "volunteer": "a00"} in [
        {"child": pair["child"], "volunteer": pair["volunteer"]} for pair in solution["pairs"]
    ]
