"""Single changes of a problem: one more room, place, slot, volunteer or pair."""

from dataclasses import replace

import numpy as np

from scheduling.pairing.problem import NO_START, Ints, Problem


def with_rooms(problem: Problem, centre: int, slots: list[int]) -> Problem:
    """Give a centre one more room in some slots."""
    rooms = problem.rooms.copy()
    rooms[centre, slots] += 1
    return replace(problem, rooms=rooms)


def with_place(problem: Problem, volunteer: int) -> Problem:
    """Let a volunteer have one more child."""
    most = problem.max_children.copy()
    most[volunteer] += 1
    return replace(problem, max_children=most)


def with_load(problem: Problem, volunteer: int) -> Problem:
    """Let a volunteer carry one more unit of load."""
    most = problem.max_load.copy()
    most[volunteer] += 1
    return replace(problem, max_load=most)


def with_volunteer_slot(problem: Problem, volunteer: int, slot: int) -> Problem:
    """Let a volunteer be free in one more slot."""
    free = problem.volunteer_free.copy()
    free[volunteer, slot] = True
    return replace(problem, volunteer_free=free)


def with_child_slot(problem: Problem, child: int, slot: int) -> Problem:
    """Let a child be free in one more slot."""
    free = problem.child_free.copy()
    free[child, slot] = True
    return replace(problem, child_free=free)


def with_pair(problem: Problem, candidate: int) -> Problem:
    """Allow a forbidden pair."""
    forbidden = problem.forbidden.copy()
    forbidden[candidate] = False
    return replace(problem, forbidden=forbidden)


def with_candidate(problem: Problem, child: int, volunteer: int, score: int, load: int) -> Problem:
    """List one more candidate."""
    one = np.ones(1, dtype=np.int64)
    return _insert(problem, one * child, one * volunteer, one * score, one * load)


def with_volunteer_like(problem: Problem, volunteer: int) -> Problem:
    """Add a volunteer with the free slots, limits and candidates of another, behind all others."""
    mine = np.flatnonzero((problem.volunteer == volunteer) & ~problem.forbidden)
    number = len(problem.volunteers)
    larger = replace(
        problem,
        volunteers=(*problem.volunteers, problem.volunteers[volunteer]),
        max_children=np.append(problem.max_children, problem.max_children[volunteer]),
        max_load=np.append(problem.max_load, problem.max_load[volunteer]),
        volunteer_free=np.vstack([problem.volunteer_free, problem.volunteer_free[[volunteer]]]),
    )
    new = np.full(len(mine), number, dtype=np.int64)
    return _insert(larger, problem.child[mine], new, problem.score[mine], problem.load[mine])


def _insert(problem: Problem, child: Ints, volunteer: Ints, score: Ints, load: Ints) -> Problem:
    """Insert candidates at their places in the order of child and volunteer."""
    width = len(problem.volunteers)
    at = np.searchsorted(problem.child * width + problem.volunteer, child * width + volunteer)
    shift = np.cumsum(np.bincount(at, minlength=len(problem.child) + 1))
    return replace(
        problem,
        child=np.insert(problem.child, at, child),
        volunteer=np.insert(problem.volunteer, at, volunteer),
        score=np.insert(problem.score, at, score),
        load=np.insert(problem.load, at, load),
        forbidden=np.insert(problem.forbidden, at, False),
        fixed=np.insert(problem.fixed, at, False),
        fixed_start=np.insert(problem.fixed_start, at, NO_START),
        fixed_path={old + int(shift[old]): path for old, path in problem.fixed_path.items()},
    )
