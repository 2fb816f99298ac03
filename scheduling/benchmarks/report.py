"""What the cases have in common: a table of runs, and a sentence of what was reached."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduling.benchmarks.runs import OURS, Run

NAMES = {
    OURS: "**this engine**",
    "pairing_greedy": "greedy",
    "pairing_highs": "HiGHS, whole model",
    "pairing_cp_sat": "CP-SAT, plain model, 8 workers",
    "roster_greedy": "greedy",
    "roster_highs": "HiGHS, whole model",
    "roster_cp_sat": "CP-SAT, plain model, 8 workers",
    "routes_pyvrp": "PyVRP alone",
    "routes_ortools": "OR-Tools routing",
}


@dataclass
class Report:
    """A case's table and verdict.

    Attributes
    ----------
    head : sequence of str
    rows : list of list of str
    reached : str
        What stands beside must and goal.
    """

    head: Sequence[str]
    rows: list[list[str]] = field(default_factory=list)
    reached: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return {"head": list(self.head), "rows": self.rows, "reached": self.reached}


def percent(share: float) -> str:
    """Write a share."""
    return f"{100 * share:.3f} %" if abs(share) < 0.1 else f"{100 * share:.0f} %"


def score_gap(value: int, bound: int, score: int) -> float:
    """Return how far a value is from a bound, as a share of the score (places, worth more, would hide it)."""
    return (bound - value) / max(abs(score), 1)


def seconds_of(run: Run) -> str:
    """Write wall seconds."""
    return f"{run.seconds:.2f}"


def times(run: Run, ours: Run) -> str:
    """Write how many times as long as ours a run took."""
    return f"{run.seconds / max(ours.seconds, 1e-9):.1f}"


def status(run: Run) -> str:
    """Say what a run ended with."""
    if run.faults:
        return f"wrong ({run.faults} faults)"
    return str(run.solution.get("status", "nothing"))
