"""The engine as all parts run it: few interruptions, and no program that is begun again and again."""

import highspy
import numpy as np
import pytest

from scheduling.benchmarks.instances import in_steps
from scheduling.engine import Run
from scheduling.pairing.highs import LinearProgram
from scheduling.pairing.instances import instance
from scheduling.stop import Stop
from tests.scheduling.models import model_of


@pytest.mark.parametrize("perturbed", [False, True])
def test_a_program_of_many_steps_is_begun_twice_at_most(perturbed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(in_steps(instance(30, 30, 1), 100))
    runs = 0
    ran = Run._ran

    def counted(self: Run) -> highspy.HighsModelStatus:
        nonlocal runs
        runs += 1
        return ran(self)

    monkeypatch.setattr(Run, "_ran", counted)
    found = []
    for steps in (None, 10_000, 7):
        runs = 0
        program = LinearProgram(model.rows, model.gain, Stop(), 0, steps=steps, perturbed=perturbed)
        program.add(np.arange(model.count))
        for _ in range(2):  # what was changed for one run is put back after it
            assert program.solve()
        found.append((round(program.objective, 3), runs))
    objective = found[0][0]
    assert found == [(objective, 2), (objective, 2), (objective, 3)]


def test_a_program_of_many_steps_still_hears_that_it_is_to_end() -> None:
    model = model_of(instance(60, 60, 1))
    asked = 0

    def impatient() -> bool:
        nonlocal asked
        asked += 1
        return asked > 1

    stop = Stop(should_stop=impatient)
    program = LinearProgram(model.rows, model.gain, stop, 0, steps=7)
    program.add(np.arange(model.count))
    assert not program.solve()
    assert asked == 2
    assert stop.interrupted
