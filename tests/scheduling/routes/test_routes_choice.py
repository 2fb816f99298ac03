"""Routes that were come across are looked at once, put together within limits, and heard of from the second search."""

import itertools
import random
from typing import Any

import pytest

from scheduling import routes
from scheduling.routes.helper import Helper, Told
from scheduling.routes.instances import instance
from scheduling.routes.load import load
from scheduling.routes.local_search import LocalSearch
from scheduling.routes.master import Column, Effort, Master, best_of
from scheduling.routes.pool import Pool, Pooled
from scheduling.routes.problem import Problem
from scheduling.routes.search import Search
from scheduling.routes.translation import Translation
from scheduling.stop import Stop
from tests.scheduling.routes.problems import quiet

TEAMS = 3


def random_columns(seed: int, stops: int, count: int) -> list[Column]:
    rng = random.Random(seed)
    found: dict[tuple[int, ...], int] = {(stop,): rng.randint(20, 40) for stop in range(stops)}
    while len(found) < count:
        chosen = tuple(sorted(rng.sample(range(stops), rng.randint(2, 3))))
        found[chosen] = rng.randint(10, 30) + 5 * len(chosen)
    return [Column(0, stops, cost) for stops, cost in found.items()]


def cheapest(problem: Problem, columns: list[Column]) -> int | None:
    """Try all choices of at most `TEAMS` routes."""
    values = []
    for size in range(TEAMS + 1):
        for chosen in itertools.combinations(columns, size):
            visited = [stop for column in chosen for stop in column.stops]
            left = set(range(len(problem.stops))) - set(visited)
            if len(visited) == len(set(visited)) and not any(problem.required[stop] for stop in left):
                paid = sum(int(problem.prize[stop]) for stop in left)
                values.append(sum(column.cost for column in chosen) + paid)
    return min(values, default=None)


def small_problem(seed: int) -> Problem:
    document = instance(7, TEAMS, seed)
    for number, stop in enumerate(document["stops"]):
        stop["prize"] = 35 if number % 2 else None
    return load(document)


def choice(problem: Problem, columns: list[Column], below: int | None, **given: Any) -> tuple[int | None, bool]:
    def make(some: list[Column]) -> Master:
        master = Master(problem, [TEAMS], Stop(), 0)
        master.add(some)
        return master

    chosen, proven = best_of(make, columns, [], below, **given)
    if chosen is None:
        return None, proven
    visited = {stop for number in chosen for stop in columns[number].stops}
    left = set(range(len(problem.stops))) - visited
    return sum(columns[k].cost for k in chosen) + sum(int(problem.prize[stop]) for stop in left), proven


@pytest.mark.parametrize("first", [2, 500])
def test_a_choice_is_the_best_or_nothing_below_the_limit(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduling.routes.master._FIRST_CHOICE", first)
    found = 0
    for seed in range(40):
        problem, columns = small_problem(seed), random_columns(seed, 7, 22)
        least = cheapest(problem, columns)

        assert choice(problem, columns, None) == (least, True), seed
        if least is None:
            continue
        assert choice(problem, columns, least) == (None, True), seed
        assert choice(problem, columns, least + 1) == (least, True), seed
        found += 1
    assert found > 20


def test_an_effort_that_ends_early_proves_nothing() -> None:
    for seed in range(10):
        problem, columns = small_problem(seed), random_columns(seed, 7, 22)
        least = cheapest(problem, columns)
        few, proven = choice(problem, columns, None, effort=Effort(1, 4))

        assert few is None or least is None or few >= least
        assert not proven or few == least


def test_no_routes_are_no_choice() -> None:
    problem = load(instance(3, 1, 0))

    assert Master(problem, [1], Stop(), 0).choose() == (None, True)


def test_an_integer_program_is_given_up_after_some_questions() -> None:
    problem = load(instance(40, 10, 1))
    rng = random.Random(0)
    columns = [Column(0, (stop,), 100) for stop in range(40)]
    columns += [Column(0, tuple(sorted(rng.sample(range(40), 4))), rng.randint(90, 130)) for _ in range(500)]

    def ended(questions: int) -> tuple[list[int] | None, bool]:
        master = Master(problem, [40], Stop(), 0)
        master.add(columns)
        return master.choose(None, Effort(questions))

    first = ended(2)

    assert not first[1]
    assert ended(2) == first


def test_a_route_is_given_to_the_pool_once(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(load(instance(20, 8, 1)), Stop(), 0, quiet)
    given: list[tuple[int, tuple[int, ...]]] = []
    add = Pool.add

    def noted(self: Pool, team: int, stops: tuple[int, ...], distance: int) -> None:
        given.append((team, stops))
        add(self, team, stops, distance)

    monkeypatch.setattr(Pool, "add", noted)
    translation = Translation(search.travel, search.able)
    LocalSearch(translation, search.pool, Stop(), 0, lambda routes: None).run(200)

    assert len(given) > 20
    assert len(set(given)) == len(given)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduling.routes.local_search._MOST_GIVEN", 10)
    search = Search(load(instance(20, 8, 1)), Stop(), 0, quiet)
    local = LocalSearch(Translation(search.travel, search.able), search.pool, Stop(), 0, lambda routes: None)
    local.run(100)

    assert len(local._given) <= 10 + 8
    assert len(search.pool) > 10


def test_better_routes_of_the_helper_are_taken_over() -> None:
    problem = load(instance(12, 12, 2))
    search, other = (Search(problem, Stop(), seed, quiet) for seed in (0, 1))
    other._insert()

    assert not other.missing
    assert search._hear(Told([Pooled(0, (1,), 7)], other.routes))
    assert search.value == other.value
    assert len(search.pool) == 1
    assert not search._hear(Told([], other.routes))
    assert not search._hear(Told())


def test_a_search_looks_at_no_ways_before_it_proves() -> None:
    search = Search(load(instance(30, 10, 1)), Stop(), 0, quiet)
    search._insert()

    assert not search.prover._graphs


def test_a_search_among_many_stops_goes_on_and_waits_with_what_is_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduling.routes.search._FEW", 0)
    monkeypatch.setattr("scheduling.routes.search._SLICE", 20)
    monkeypatch.setattr("scheduling.routes.search._PATIENCE", 8)
    monkeypatch.setattr(Search, "_settle", lambda self: False)
    monkeypatch.setattr(Search, "_prove", lambda self: False)
    monkeypatch.setattr(Helper, "slice", lambda self: Told())  # its slices are longer
    called = {"recombine": 0, "anew": 0, "slices": 0, "proofs": 0}

    def counted(owner: type, name: str, key: str) -> None:
        right = getattr(owner, name)

        def call(self: Any, *given: Any) -> Any:
            called[key] += 1
            return right(self, *given)

        monkeypatch.setattr(owner, name, call)

    counted(Pool, "recombine", "recombine")
    counted(LocalSearch, "anew", "anew")
    counted(LocalSearch, "run", "slices")
    counted(Search, "_prove", "proofs")
    problem = instance(40, 12, 3)
    solution = routes.solve(problem)

    assert routes.check(problem, solution) == []
    assert called["anew"] == 0
    assert called["slices"] >= 8
    assert called["recombine"] < called["slices"]
    assert 1 <= called["proofs"] < called["slices"]
