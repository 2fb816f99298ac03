"""Everything about routes that the command explains."""

from collections.abc import Mapping
from typing import Any

from scheduling.explaining import Asked, as_asked
from scheduling.routes.changes import told_changes
from scheduling.routes.explain import forced, why_here, why_not
from scheduling.stop import Progress

PAIR = (("stop", "stops"), ("team", "teams"))
"""What a pair is made of, and where its ids are."""


def explanation(
    problem: Mapping[str, Any], solution: Mapping[str, Any], asked: Asked, tell: Progress
) -> dict[str, Any]:
    """Explain routes.

    Parameters
    ----------
    problem, solution : mapping
        The two files, which `check` finds right.
    asked : Asked
        With a stop and a team, or no pair.
    tell : callable
        Hears of the stages ``forced`` and ``changes``.

    Returns
    -------
    dict
        ``without``: stops that nobody visits, as in the solution; ``pair``: as `why_not` tells it, ``here`` (what the
        stop costs where it is, as `why_here` tells it) and ``forced``, what forcing costs; ``changes`` as
        `helpful_changes` tells them.
    """
    found = as_asked(
        asked,
        tell,
        lambda stop, team: _pair(problem, solution, asked, stop, team),
        lambda: told_changes(problem, solution, asked.changes, None, asked.stop, asked.seed),
    )
    return {"without": solution["left_out"], **found}


def _pair(
    problem: Mapping[str, Any], solution: Mapping[str, Any], asked: Asked, stop: str, team: str
) -> dict[str, Any]:
    found = why_not(problem, solution, stop, team)
    here = why_here(problem, solution, stop)
    cost = forced(problem, stop, team, solution, asked.stop, asked.seed)
    del here["stop"], cost["stop"], cost["team"]
    return found | {"here": here, "forced": cost}
