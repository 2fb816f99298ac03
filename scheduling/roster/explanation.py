"""Everything about a roster that the command explains."""

from collections.abc import Mapping
from typing import Any

from scheduling.explaining import Asked, as_asked
from scheduling.roster.explain import forced_extra, told_changes, why_not
from scheduling.roster.whatif import missing, why
from scheduling.stop import Progress

PAIR = (("shift", "shifts"), ("person", "people"))
"""What a pair is made of, and where its ids are."""


def explanation(
    problem: Mapping[str, Any], solution: Mapping[str, Any], asked: Asked, tell: Progress
) -> dict[str, Any]:
    """Explain a roster.

    Parameters
    ----------
    problem, solution : mapping
        The two files, which `check` finds right.
    asked : Asked
        With a shift and a person, or no pair.
    tell : callable
        Hears of the stages ``forced`` and ``changes``.

    Returns
    -------
    dict
        ``without``: shifts with empty places, as in the solution, and what they are ``short`` of as `missing` tells it;
        ``pair``: as `why_not` tells it, ``why`` (what the person is worth there, None where it is not assigned) and
        ``forced``, what forcing costs; ``changes`` as `helpful_changes` tells them.
    """
    found = as_asked(
        asked,
        tell,
        lambda shift, person: _pair(problem, solution, asked, shift, person),
        lambda: told_changes(problem, solution, asked.changes, None, asked.stop, asked.seed),
    )
    return {"without": _without(problem, solution), **found}


def _without(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the shifts that lack somebody, those with empty places first."""
    found = {entry["shift"]: {**entry, "short": []} for entry in solution["uncovered"]}
    for entry in missing(problem, solution):
        shift = entry.pop("shift")
        found.setdefault(shift, {"shift": shift, "missing": 0, "reasons": [], "short": []})["short"].append(entry)
    return list(found.values())


def _pair(
    problem: Mapping[str, Any], solution: Mapping[str, Any], asked: Asked, shift: str, person: str
) -> dict[str, Any]:
    found = why_not(problem, solution, shift, person)
    known = solution if solution["value"] is not None else None
    forced = forced_extra(problem, shift, person, solution=known, **asked.limits())
    here = why(problem, solution, shift, person) if found["assigned"] else None
    for part in (forced, here):
        if part is not None:
            del part["shift"], part["person"]
    return found | {"why": here, "forced": forced}
