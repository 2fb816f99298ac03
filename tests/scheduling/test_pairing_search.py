"""The search for the best solution of a model whose rows say more than the rules of a problem."""

import numpy as np
import pytest

from scheduling.benchmarks.instances import with_loads
from scheduling.pairing.explain.solved import model_of
from scheduling.pairing.instances import instance
from scheduling.pairing.load import load
from scheduling.pairing.resolve import append_row, decide
from scheduling.pairing.search import maximise
from scheduling.stop import Stop
from tests.scheduling.problems import by_patterns


@pytest.mark.parametrize("patterns", [True, False])
@pytest.mark.parametrize("loads", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_best_solution_keeps_rows_that_are_no_rules_of_the_problem(seed: int, loads: bool, patterns: bool) -> None:
    problem = instance(24, 26, seed)
    model = model_of(load(with_loads(problem, seed) if loads else problem))
    some = np.flatnonzero(np.random.default_rng(seed).random(model.count) < 0.5)
    free = maximise(model, [], Stop(), 0, lambda *step: None, margin=5)
    most = np.isin(free.chosen, some).sum() // 2
    few = model.with_rows(append_row(model.rows, some, int(most), equal=False))
    with by_patterns(patterns):
        found = maximise(few, [], Stop(), 0, lambda *step: None, margin=5)
    top = few.price(np.zeros(few.rows.count))
    best = decide(few.rows, few.gain, top.bound_with(), [], Stop(), 0, top=top.bound)
    assert few.rows.keep(found.chosen)
    assert (found.value, found.bound) == (best.value, best.bound)
    assert found.value < free.value
