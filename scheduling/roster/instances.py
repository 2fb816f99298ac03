"""Seeded roster instances."""

from typing import Any

import numpy as np

from scheduling.roster.problem import WEEK

_DAY = 24 * 60
_SKILLS = {"first_aid": 0.3, "driver": 0.2, "sign": 0.1}
_WEIGHTS = {
    "uncovered": 1000,
    "missing_adult": 800,
    "missing_lead": 600,
    "missing_skill": 400,
    "load": 10,
    "wish": 1,
    "change": 50,
}


def instance(people: int, shifts: int, weeks: int, seed: int) -> dict[str, Any]:
    """Make a roster problem of afternoons, evenings and weekend days.

    Parameters
    ----------
    people, shifts, weeks : int
        How many; every week has its share of the shifts.
    seed : int
        The same seed gives the same instance.

    Returns
    -------
    dict
        Shifts of 2 to 4 hours for 2 to 4 people, at least two adults and a lead, 40 % with a skill wanted; people free
        on three days of four, 70 % adults, 40 % leads, 6 to 16 hours a week, rest of 0, 1 or 10 hours, wishes for one
        shift in twenty.
    """
    rng = np.random.default_rng(seed)
    return {
        "kind": "roster",
        "version": 1,
        "shifts": [_shift(rng, number, number % weeks) for number in range(shifts)],
        "people": [_person(rng, number, shifts, weeks) for number in range(people)],
        "fixed": [],
        "forbidden": [],
        "previous": [],
        "weights": dict(_WEIGHTS),
    }


def _shift(rng: np.random.Generator, number: int, week: int) -> dict[str, Any]:
    day = int(rng.integers(0, 7))
    length = int(rng.choice([120, 180, 240], p=[0.3, 0.5, 0.2]))
    hour = int(rng.integers(8, 18)) if day >= 5 else int(rng.choice([7, 11, 12, 16, 17, 18]))
    start = week * WEEK + day * _DAY + hour * 60 + int(rng.choice([0, 30]))
    return {
        "id": f"s{number}",
        "start": start,
        "end": start + length,
        "needs": int(rng.integers(2, 5)),
        "min_adults": 2,
        "min_leads": 1,
        "skills": {str(rng.choice(list(_SKILLS))): 1} if rng.random() < 0.4 else {},
    }


def _person(rng: np.random.Generator, number: int, shifts: int, weeks: int) -> dict[str, Any]:
    available = []
    for day in range(7 * weeks):
        if rng.random() < 0.75:
            begin = day * _DAY + int(rng.integers(7, 15)) * 60
            until = min(begin + int(rng.integers(6, 14)) * 60, day * _DAY + 22 * 60)
            available.append([begin, until])
    wished = rng.choice(shifts, size=max(1, shifts // 20), replace=False).tolist()
    return {
        "id": f"p{number}",
        "adult": bool(rng.random() < 0.7),
        "lead": bool(rng.random() < 0.4),
        "skills": [skill for skill, share in _SKILLS.items() if rng.random() < share],
        "available": available,
        "max_minutes_per_week": int(rng.choice([360, 480, 600, 960])),
        "max_shifts": None,
        "min_rest": int(rng.choice([0, 60, 600])),
        "wishes": {f"s{shift}": int(rng.integers(-3, 6)) for shift in wished},
    }


def cancelled(problem: dict[str, Any], solution: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the problem after the ``number``-th assignment of a solution was cancelled by its person."""
    entry = solution["assignments"][number % len(solution["assignments"])]
    return problem | {"previous": solution["assignments"], "forbidden": [*problem["forbidden"], dict(entry)]}
