"""Models of pairing problems, for tests that look inside the search."""

from typing import Any

from scheduling.pairing.columns import build_columns
from scheduling.pairing.load import load
from scheduling.pairing.relaxation import Model
from scheduling.pairing.rules import build_rows


def model_of(problem: dict[str, Any]) -> Model:
    """Return the columns, rows and gains of a problem, as the search begins with them."""
    checked = load(problem)
    columns = build_columns(checked)
    gain = (problem["place_value"] or 0) + checked.score[columns.candidate]
    return Model(checked, columns, build_rows(checked, columns, fill=False), gain)
