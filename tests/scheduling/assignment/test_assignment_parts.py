"""The parts of the assignment search: tables, exchanges, the worker, instances and the converter."""

from typing import Any

import numpy as np
import pytest

from scheduling.pairing.assignment.groups import Exchange, Heat
from scheduling.pairing.assignment.partner import Partner, runs
from scheduling.pairing.assignment.tables import Tables, tables
from scheduling.pairing.columns import build_columns
from scheduling.pairing.gap_instances import FAMILIES, Gap, gap_instance, pairing_problem
from scheduling.pairing.load import load
from scheduling.pairing.placement import Placement
from scheduling.pairing.relaxation import Model, relax
from scheduling.pairing.rules import build_rows
from scheduling.pairing.search import greedy
from scheduling.stop import Stop
from tests.scheduling.assignment.problems import random_problem


def model_of(problem: dict[str, Any]) -> Model:
    checked = load(problem)
    columns = build_columns(checked)
    gain = (checked.place_value or 1_000) + checked.score[columns.candidate]
    return Model(checked, columns, build_rows(checked, columns, fill=False), gain)


def laid_out(model: Model, start: list[int]) -> Tables | None:
    return tables(model, relax(model, start, Stop(), 0).prices)


def test_a_solution_survives_the_way_into_the_tables_and_back() -> None:
    for seed in range(100):
        problem = random_problem(seed) | {"fixed": []}
        model = model_of(problem)
        start = greedy(model, [])
        laid = laid_out(model, start)
        if laid is not None:
            assert laid.chosen(laid.agents(start, model)) == start


def test_exchanges_keep_every_rule_and_never_lose_the_best() -> None:
    for seed in range(150):
        model = model_of(random_problem(seed, children=9, volunteers=6, listed=60) | {"fixed": []})
        start = greedy(model, [])
        laid = laid_out(model, start)
        if laid is None:
            continue
        exchange = Exchange(laid, laid.agents(start, model), seed)
        before = exchange.best_cost
        assert exchange.run(60, Heat(first=2.0, last=0.5), lambda: False)
        found = laid.chosen(exchange.best)
        assert Placement(model.problem, model.columns).take_all(found)
        assert exchange.best_cost <= before
        assert model.value(found) == -round(exchange.best_cost)


def test_a_cycle_of_three_is_one_exchange() -> None:
    """Each job sits one agent too far; only all three moves together keep the capacities."""
    cost = np.array([[9, 0, 5], [5, 9, 0], [0, 5, 9]])
    gap = Gap(cost, np.full((3, 3), 10), np.full(3, 10))
    model = model_of(pairing_problem(gap))
    start = [0, 4, 8]
    laid = laid_out(model, start)
    assert laid is not None
    exchange = Exchange(laid, laid.agents(start, model), 0)
    for _ in range(20):
        exchange.step(0.0, 0.0)
    assert model.value(laid.chosen(exchange.best)) == 3_000


def test_a_run_can_be_cut() -> None:
    model = model_of(pairing_problem(gap_instance("D", 5, 20, 1)))
    start = greedy(model, [])
    laid = laid_out(model, start)
    assert laid is not None
    assert not Exchange(laid, laid.agents(start, model), 0).run(100, Heat(), lambda: True)


def test_tables_too_large_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduling.pairing.assignment.tables._MOST_ENTRIES", 10)
    model = model_of(pairing_problem(gap_instance("D", 5, 20, 1)))
    assert laid_out(model, greedy(model, [])) is None


def test_a_partner_searches_on_its_own_and_can_be_cut() -> None:
    model = model_of(pairing_problem(gap_instance("D", 5, 30, 1)))
    start = greedy(model, [])
    laid = laid_out(model, start)
    assert laid is not None
    agent = laid.agents(start, model)
    with Partner(laid, agent, 0, 1) as partner:
        result = partner.result(Stop())
    assert result is not None
    assert result[0] <= float(laid.cost[agent, np.arange(laid.places)].sum())
    with Partner(laid, agent, 0, 20) as partner:
        assert partner.result(Stop(time_limit=0)) is None


def test_runs_become_longer() -> None:
    lengths = runs(5)
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


@pytest.mark.parametrize("family", FAMILIES)
def test_instances_follow_their_recipe(family: str) -> None:
    gap = gap_instance(family, 10, 100, 1)
    assert gap.cost.shape == gap.load.shape == (10, 100)
    assert gap.load.min() >= 1
    assert np.array_equal(gap.capacity, gap.load.sum(axis=1) * 8 // 100)
    if family == "D":
        assert np.abs(gap.cost + gap.load - 111).max() == 10
    again = gap_instance(family, 10, 100, 1)
    assert np.array_equal(gap.cost, again.cost)


def test_an_unknown_family_is_named() -> None:
    with pytest.raises(ValueError, match="C, D, E"):
        gap_instance("F", 5, 10, 0)
