"""Why a shift has empty places."""

from collections import Counter
from typing import Any

from scheduling.roster.parts import Pairs
from scheduling.roster.problem import Problem
from scheduling.roster.standing import Reason, Standing


def uncovered(problem: Problem, pairs: Pairs) -> list[dict[str, Any]]:
    """List the shifts with empty places.

    Returns
    -------
    list of dict
        ``shift``, ``missing`` and ``reasons``: codes of `Reason` in its order with counts that sum to the
        number of people.
    """
    standing = Standing(problem, pairs)
    entries = []
    for shift, needed in enumerate(problem.needs.tolist()):
        missing = needed - len(standing.people_of[shift])
        if missing <= 0:
            continue
        counts = Counter(first_reason(standing, shift, person) for person in range(len(problem.people)))
        reasons = [{"code": reason.value, "count": counts[reason]} for reason in Reason if counts[reason]]
        entries.append({"shift": problem.shifts[shift], "missing": missing, "reasons": reasons})
    return entries


def first_reason(standing: Standing, shift: int, person: int) -> Reason:
    """Return the first rule that keeps a person from a shift, or that it would not be worth it."""
    obstacles = standing.obstacles(shift, person)
    return obstacles[0].reason if obstacles else Reason.NOT_WORTH
