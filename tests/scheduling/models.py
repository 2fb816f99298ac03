"""Models of pairing problems, for tests that look inside the search."""

from typing import Any

import numpy as np

from scheduling.pairing.columns import build_columns
from scheduling.pairing.highs import LinearProgram
from scheduling.pairing.load import load
from scheduling.pairing.master import Master
from scheduling.pairing.relaxation import Model, relax
from scheduling.pairing.rules import build_rows
from scheduling.stop import Stop


def model_of(problem: dict[str, Any]) -> Model:
    """Return the columns, rows and gains of a problem, as the search begins with them."""
    checked = load(problem)
    columns = build_columns(checked)
    gain = (problem["place_value"] or 0) + checked.score[columns.candidate]
    return Model(checked, columns, build_rows(checked, columns, fill=False), gain)


def relaxed_over_patterns(problem: dict[str, Any]) -> tuple[LinearProgram, Master]:
    """Return the relaxation over patterns, solved, with patterns a good way off the bound."""
    model, stop = model_of(problem), Stop()
    relaxed = relax(model, [], stop, 0)
    known = Master(model, stop, 0)
    solved = known.solve(relaxed.prices.reduced, int(np.abs(relaxed.prices.reduced).max()) // 8)
    assert solved is not None
    return solved[0], known
