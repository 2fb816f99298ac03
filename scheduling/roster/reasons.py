"""Why a shift has empty places."""

from typing import Any

import numpy as np

from scheduling.roster.parts import Pairs
from scheduling.roster.problem import NO_LIMIT, Ints, Problem
from scheduling.roster.standing import Reason, Standing

_CODES = tuple(Reason)
_WORTH = _CODES.index(Reason.NOT_WORTH)


def uncovered(problem: Problem, pairs: Pairs) -> list[dict[str, Any]]:
    """List the shifts with empty places.

    Returns
    -------
    list of dict
        ``shift``, ``missing`` and ``reasons``: codes of `Reason` in its order with counts that sum to the
        number of people.
    """
    standing = Standing(problem, pairs)
    missing = problem.needs - np.array([len(people) for people in standing.people_of], dtype=np.int64)
    short = np.flatnonzero(missing > 0)
    if not len(short):
        return []
    counts = np.zeros((len(short), len(_CODES)), dtype=np.int64)
    for person in range(len(problem.people)):
        counts[np.arange(len(short)), first_reasons(standing, short, person)] += 1
    entries = []
    for shift, empty, count in zip(short.tolist(), missing[short].tolist(), counts.tolist(), strict=True):
        reasons = [{"code": code.value, "count": count[at]} for at, code in enumerate(_CODES) if count[at]]
        entries.append({"shift": problem.shifts[shift], "missing": empty, "reasons": reasons})
    return entries


def first_reasons(standing: Standing, shifts: Ints, person: int) -> Ints:
    """Return for shifts with empty places the first rule that keeps a person from each, as its place in `Reason`.

    Notes
    -----
    The same as the first of `Standing.obstacles`, for many shifts at once.
    """
    problem = standing.problem
    mine = np.array(standing.shifts_of[person], dtype=np.int64)
    banned = np.array(standing.banned(person), dtype=np.int64)
    start, end, minutes, week = problem.start, problem.end, problem.minutes, problem.week
    rest, limit = int(problem.min_rest[person]), int(problem.max_shifts[person])
    taken = minutes[mine] @ (week[mine][:, None] == week[shifts])
    clash = (start[shifts] < end[mine][:, None] + rest) & (start[mine][:, None] < end[shifts] + rest)
    rules = {
        Reason.ASSIGNED: (shifts == mine[:, None]).any(axis=0),
        Reason.NOT_AVAILABLE: ~standing.covered(person)[shifts],
        Reason.FORBIDDEN: (shifts == banned[:, None]).any(axis=0),
        Reason.OVERLAP_OR_REST: clash.any(axis=0),
        Reason.WEEK_MINUTES: taken + minutes[shifts] > problem.max_minutes[person],
        Reason.MAX_SHIFTS: np.full(len(shifts), limit != NO_LIMIT and len(mine) >= limit),
    }
    found = np.full(len(shifts), _WORTH)
    for reason, applies in reversed(rules.items()):
        found[applies] = _CODES.index(reason)
    return found
