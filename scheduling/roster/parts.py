"""What a roster costs, one function per priced part; each returns units, of which the weight is the price."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from scheduling.roster.problem import Bools, Ints, Problem

Pairs = Sequence[tuple[int, int]]
"""Assignments as (shift, person), by index."""


def parts_of(problem: Problem, pairs: Pairs) -> dict[str, int]:
    """Return each weight's share of the value, with its sign."""
    weights = problem.weights
    return {
        "uncovered": weights.uncovered * uncovered_places(problem, pairs),
        "missing_adult": weights.missing_adult * missing(problem, pairs, problem.adult, problem.min_adults),
        "missing_lead": weights.missing_lead * missing(problem, pairs, problem.lead, problem.min_leads),
        "missing_skill": weights.missing_skill * missing_skills(problem, pairs),
        "load": weights.load * load_of(pairs),
        "wish": -weights.wish * wishes_granted(problem, pairs),
        "change": weights.change * changes(problem, pairs),
    }


def uncovered_places(problem: Problem, pairs: Pairs) -> int:
    """Count empty places."""
    return int(problem.needs.sum()) - len(pairs)


def missing(problem: Problem, pairs: Pairs, able: Bools, least: Ints) -> int:
    """Count the people of a sort that shifts are short of."""
    there = Counter(shift for shift, person in pairs if able[person])
    return sum(max(0, int(wanted) - there[shift]) for shift, wanted in enumerate(least))


def missing_skills(problem: Problem, pairs: Pairs) -> int:
    """Count the people with each skill that shifts are short of."""
    return sum(
        missing(problem, pairs, problem.has_skill[:, skill], problem.skill_needs[:, skill])
        for skill in np.flatnonzero(problem.skill_needs.any(axis=0)).tolist()
    )


def load_of(pairs: Pairs) -> int:
    """Sum n(n-1)/2 over people, n being a person's number of shifts."""
    return sum(n * (n - 1) // 2 for n in Counter(person for _, person in pairs).values())


def wishes_granted(problem: Problem, pairs: Pairs) -> int:
    """Sum the wishes for assignments that were made."""
    return sum(problem.wishes.get(pair, 0) for pair in pairs)


def changes(problem: Problem, pairs: Pairs) -> int:
    """Count assignments of the previous roster not kept and, where there is one, those made anew."""
    return len(problem.previous.symmetric_difference(pairs)) if problem.previous else 0
