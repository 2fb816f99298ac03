"""Seeded roster instances: a home's usual month, and families that strain one side of the engine each."""

from collections.abc import Callable
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

Record = dict[str, Any]


def instance(people: int, shifts: int, weeks: int, seed: int) -> Record:
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
    return _problem(
        [_shift(rng, number, number % weeks) for number in range(shifts)],
        [_person(rng, number, shifts, weeks) for number in range(people)],
    )


def _problem(shifts: list[Record], people: list[Record], **weights: int) -> Record:
    return {
        "kind": "roster",
        "version": 1,
        "shifts": shifts,
        "people": people,
        "fixed": [],
        "forbidden": [],
        "previous": [],
        "weights": _WEIGHTS | weights,
    }


def _shift(rng: np.random.Generator, number: int, week: int) -> Record:
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


def _person(rng: np.random.Generator, number: int, shifts: int, weeks: int) -> Record:
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


def nurses(people: int, weeks: int, seed: int) -> Record:
    """Make a ward: morning, evening and night every day, 8 to 12 hours, 11 hours of rest, about full time.

    The nights run over midnight, and the last of a week into the next.
    """
    rng = np.random.default_rng(seed)
    shifts: list[Record] = []
    share = people / 14
    for day in range(7 * weeks):
        for start, length, part in ((7 * 60, 480, 1.2), (14 * 60, 540, 1.0), (21 * 60, 600, 0.7)):
            begin = day * _DAY + start
            needs = max(1, round(share * part + float(rng.normal(0, 0.5))))
            skills = {"first_aid": 1} if rng.random() < 0.5 else {}
            shifts.append(
                {"id": f"s{len(shifts)}", "start": begin, "end": begin + length, "needs": needs}
                | {"min_adults": min(2, needs), "min_leads": 1, "skills": skills}
            )
    crew = []
    for number in range(people):
        away = rng.random(7 * weeks) < 0.1
        person = _person(rng, number, len(shifts), weeks)
        crew.append(
            person
            | {
                "available": _spans(~away),
                "max_minutes_per_week": int(rng.choice([1200, 1800, 2400], p=[0.2, 0.2, 0.6])),
                "max_shifts": int(rng.choice([5, 5, 5, 4])) * weeks,
                "min_rest": 660,
            }
        )
    return _problem(shifts, crew)


def _spans(free: Any) -> list[list[int]]:
    """Return the runs of free days as intervals; a night that begins on the last of them may end the next morning."""
    spans: list[list[int]] = []
    for day in np.flatnonzero(free).tolist():
        if spans and free[day - 1]:
            spans[-1][1] += _DAY
        else:
            spans.append([day * _DAY + (480 if spans else 0), (day + 1) * _DAY + 480])
    return spans


def changed(problem: Record, *, shifts: Record | None = None, people: Record | None = None, **weights: int) -> Record:
    """Return a problem with some values of every shift, of every person, and of the weights replaced."""
    return problem | {
        "shifts": [shift | (shifts or {}) for shift in problem["shifts"]],
        "people": [person | (people or {}) for person in problem["people"]],
        "weights": problem["weights"] | weights,
    }


def _wishing(problem: Record, seed: int, low: int, high: int) -> Record:
    """Return a problem in which everybody has a wish for half of the shifts."""
    rng = np.random.default_rng(seed)
    names = [shift["id"] for shift in problem["shifts"]]
    people = []
    for person in problem["people"]:
        wished = [name for name, yes in zip(names, rng.random(len(names)) < 0.5, strict=True) if yes]
        people.append(person | {"wishes": {name: int(rng.integers(low, high)) for name in wished}})
    return problem | {"people": people}


def twins(people: int, shifts: int, seed: int) -> Record:
    """Make a problem of three sorts of people and four sorts of shifts: all of a sort are alike but for their ids."""
    rng = np.random.default_rng(seed)
    kinds = [_shift(rng, number, 0) for number in range(4)]
    sorts = [_person(rng, number, shifts, 1) | {"wishes": {}} for number in range(3)]
    for sort in sorts:
        sort["available"] = [[0, WEEK]]
    return _problem(
        [kinds[number % 4] | {"id": f"s{number}"} for number in range(shifts)],
        [sorts[number % 3] | {"id": f"p{number}"} for number in range(people)],
    )


_ALWAYS = {"available": [[0, 60 * WEEK]]}

FAMILIES: dict[str, Callable[[int], Record]] = {
    "scarce": lambda seed: changed(instance(40, 160, 4, seed), people={"max_minutes_per_week": 300}),
    "scarce_large": lambda seed: changed(instance(200, 600, 4, seed), shifts={"needs": 6}),
    "plenty": lambda seed: instance(300, 100, 4, seed),
    "nurses": lambda seed: nurses(40, 4, seed),
    "nurses_large": lambda seed: nurses(120, 6, seed),
    "twins": lambda seed: twins(60, 80, seed),
    "capped": lambda seed: changed(instance(60, 120, 4, seed), people={"max_shifts": 3}),
    "capped_large": lambda seed: changed(instance(300, 600, 4, seed), people={"max_shifts": 4}),
    "no_load": lambda seed: changed(instance(50, 100, 4, seed), load=0),
    "much_load": lambda seed: changed(instance(50, 100, 4, seed), load=1000),
    "much_load_large": lambda seed: changed(instance(300, 600, 4, seed), load=1000),
    "cheap_places": lambda seed: changed(instance(50, 100, 4, seed), uncovered=1),
    "wishes": lambda seed: _wishing(changed(instance(50, 100, 4, seed), wish=50), seed, -20, 50),
    "wishes_large": lambda seed: _wishing(changed(instance(300, 600, 4, seed), wish=50), seed, -20, 50),
    "unwilling": lambda seed: _wishing(changed(instance(50, 100, 4, seed), wish=100), seed, -50, 0),
    "free_of_charge": lambda seed: instance(50, 100, 4, seed) | {"weights": dict.fromkeys(_WEIGHTS, 0)},
    "always": lambda seed: changed(instance(50, 100, 4, seed), people=_ALWAYS),
    "always_large": lambda seed: changed(instance(300, 600, 4, seed), people=_ALWAYS),
    "never": lambda seed: changed(instance(50, 100, 4, seed), people={"available": []}),
    "one_day": lambda seed: changed(instance(30, 12, 1, seed), shifts={"start": 600, "end": 780}),
    "one_shift": lambda seed: instance(50, 1, 1, seed),
    "one_week": lambda seed: instance(500, 200, 1, seed),
    "long_rest": lambda seed: changed(instance(80, 160, 4, seed), people=_ALWAYS | {"min_rest": 3 * _DAY}),
    "many_people": lambda seed: instance(1000, 300, 4, seed),
    "long_horizon": lambda seed: instance(60, 2000, 20, seed),
}
"""Families by name, each a function of the seed."""


def cancelled(problem: Record, solution: Record, number: int) -> Record:
    """Return the problem after the ``number``-th assignment of a solution was cancelled by its person."""
    entry = solution["assignments"][number % len(solution["assignments"])]
    return without(problem, solution, [dict(entry)])


def without(problem: Record, solution: Record, pairs: list[Record]) -> Record:
    """Return the problem after some pairs of shift and person fell out of a solution."""
    return problem | {"previous": solution["assignments"], "forbidden": [*problem["forbidden"], *pairs]}


def fallen_ill(problem: Record, solution: Record, people: list[str], since: int = 0) -> Record:
    """Return the problem after some people fell out of a solution for all shifts from a minute on."""
    shifts = [shift["id"] for shift in problem["shifts"] if shift["start"] >= since]
    return without(problem, solution, [{"shift": shift, "person": who} for who in people for shift in shifts])
