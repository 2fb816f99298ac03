"""What an explanation of a solution is made of, whatever its kind: the frame that each kind fills in."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scheduling import __version__
from scheduling.stop import Progress, Stop


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about a solution.

    Attributes
    ----------
    pair : tuple of (str, str) or None
        Whom to explain together: child and volunteer, shift and person, stop and team.
    changes : int
        How many helpful changes to tell.
    stop : Stop
        Ends the work with what is known by then.
    seed : int
    """

    pair: tuple[str, str] | None
    changes: int
    stop: Stop
    seed: int

    def limits(self) -> dict[str, Any]:
        """Return what is left of the time, as the functions that solve again take it."""
        return {"time_limit": self.stop.remaining(), "should_stop": self.stop.wanted, "seed": self.seed}


Explanation = Callable[[Mapping[str, Any], Mapping[str, Any], Asked, Progress], dict[str, Any]]
"""Takes a problem, a solution of it, what is asked and whom to tell of the stages; returns ``without``, ``pair`` and
``changes``."""


def as_asked(
    asked: Asked,
    tell: Progress,
    pair: Callable[[str, str], dict[str, Any]],
    changes: Callable[[], list[dict[str, Any]]],
) -> dict[str, Any]:
    """Return the ``pair`` and the ``changes`` of an explanation, each only where it is asked for.

    Parameters
    ----------
    asked : Asked
    tell : callable
        Hears of the stages ``forced`` and ``changes``.
    pair, changes : callable
        Find them.
    """
    found: dict[str, Any] = {"pair": None, "changes": []}
    if asked.pair is not None:
        tell("forced", None, None)
        found["pair"] = pair(*asked.pair)
    if asked.changes:
        tell("changes", None, None)
        found["changes"] = changes()
    return found


def explain(
    kind: str,
    explanation: Explanation,
    problem: Mapping[str, Any],
    solution: Mapping[str, Any],
    asked: Asked,
    tell: Progress,
) -> dict[str, Any]:
    """Explain a solution as data with codes.

    Returns
    -------
    dict
        ``kind``; ``without``: what is not filled, visited or covered, and why; ``pair``: the pair that was asked for,
        or None; ``changes``: the single changes of the problem that would help most; ``run`` as in a solution.
    """
    began = time.perf_counter()
    found = explanation(problem, solution, asked, tell)
    tell("done", None, None)
    run = {
        "seconds": round(time.perf_counter() - began, 3),
        "interrupted": asked.stop.cut(),
        "engine": f"scheduling {__version__}",
    }
    return {"kind": kind, **found, "run": run}
