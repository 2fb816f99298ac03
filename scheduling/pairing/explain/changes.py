"""What single change would help most: ranked by prices, the first ones proven by solving again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from scheduling.pairing.candidates import Candidates
from scheduling.pairing.explain import edits
from scheduling.pairing.explain.solved import Solved
from scheduling.pairing.explain.worth import Hours, Tables, blocks, eligible, tables
from scheduling.pairing.highs import Floats
from scheduling.pairing.problem import NO_LIMIT, Ints, Problem
from scheduling.pairing.rules import whole_loads

LEAST = 0.5
_MOST_CHILDREN = 100


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A change of a problem.

    Attributes
    ----------
    code : str
    data : dict
        Who and where, by ids.
    worth : float
        What it could bring at most, by the prices.
    apply : callable
        Makes the changed problem.
    """

    code: str
    data: dict[str, Any]
    worth: float
    apply: Callable[[Problem], Problem]


@dataclass(frozen=True, slots=True)
class Waivable:
    """For whom a rule might be waived.

    Attributes
    ----------
    candidates : Candidates
        What the problem's candidates were computed from.
    children : list of str
    forbidden : set of (str, str)
        Pairs that would stay forbidden, whatever rule is waived.
    """

    candidates: Candidates
    children: list[str]
    forbidden: frozenset[tuple[str, str]]


def possible_changes(
    solved: Solved, each: int, waivable: Waivable | None = None, *, least: float = LEAST
) -> list[Change]:
    """List the changes that are worth something by the prices, the best first, at most ``each`` of a code.

    Parameters
    ----------
    solved : Solved
    each : int
    least : float
        What a change must be worth by the prices; they may see nothing where the relaxation is far from the truth.
    waivable : Waivable, optional
    """
    prices = tables(solved)
    found: list[Change] = []
    makers = [_volunteers(solved, prices, least), _places(solved, prices, least), _loads(solved, prices, least)]
    makers.append(_pairs(solved, prices, least))
    if solved.problem.grid is not None:
        hours = Hours(solved, prices)
        makers += [_rooms(solved, prices, hours, least), *_slots(solved, prices, hours, least)]
    if waivable is not None:
        makers.append(_waived(solved, prices, waivable, least))
    for maker in makers:
        found += sorted(maker, key=lambda change: -change.worth)[:each]
    return sorted(found, key=lambda change: -change.worth)


def _largest(worth: Floats, least: float) -> Iterator[tuple[int, ...]]:
    """Yield the places of a table that are worth something."""
    yield from (tuple(place) for place in np.argwhere(worth > least).tolist())


def _volunteers(solved: Solved, prices: Tables, least: float) -> Iterator[Change]:
    """One more volunteer like one who is scarce: free, limited and liked as that one is."""
    problem = solved.problem
    limit = whole_loads(problem, np.where(problem.max_load == NO_LIMIT, 0, problem.max_load))
    worth = problem.max_children * prices.volunteer + limit * prices.load + prices.volunteer_hours.sum(axis=1)
    for (volunteer,) in _largest(worth, least):
        yield Change(
            "one_more_volunteer",
            {"like": problem.volunteers[volunteer]},
            float(worth[volunteer]),
            partial(edits.with_volunteer_like, volunteer=volunteer),
        )


def _places(solved: Solved, prices: Tables, least: float) -> Iterator[Change]:
    """One more child for a volunteer."""
    for (volunteer,) in _largest(prices.volunteer, least):
        yield Change(
            "one_more_place",
            {"volunteer": solved.problem.volunteers[volunteer]},
            float(prices.volunteer[volunteer]),
            partial(edits.with_place, volunteer=volunteer),
        )


def _loads(solved: Solved, prices: Tables, least: float) -> Iterator[Change]:
    """One more unit of load for a volunteer, where whole loads can use it."""
    problem = solved.problem
    more = whole_loads(problem, problem.max_load + 1) - whole_loads(problem, problem.max_load)
    worth = np.where((more > 0) & (problem.max_load != NO_LIMIT), prices.load * more, -np.inf)
    for (volunteer,) in _largest(worth, least):
        yield Change(
            "more_load",
            {"volunteer": solved.problem.volunteers[volunteer]},
            float(worth[volunteer]),
            partial(edits.with_load, volunteer=volunteer),
        )


def _best(solved: Solved, prices: Tables, child: Ints, volunteer: Ints, gain: Ints, load: Ints) -> Floats:
    """Return the most that pairs which could be allowed are worth beyond what they use."""
    worth = prices.surplus(child, volunteer, gain, load)
    if solved.problem.grid is None or not len(child):
        return worth
    hours = Hours(solved, prices)
    meets = hours.free(child, volunteer) & hours.roomy(child)
    return np.asarray(worth - np.where(meets, hours.cost(child, volunteer), np.inf).min(axis=1, initial=np.inf))


def _pairs(solved: Solved, prices: Tables, least: float) -> Iterator[Change]:
    """A forbidden pair allowed."""
    problem = solved.problem
    which = np.flatnonzero(problem.forbidden).astype(np.int64)
    child, volunteer = problem.child[which], problem.volunteer[which]
    worth = _best(solved, prices, child, volunteer, _gain(solved, problem.score[which]), problem.load[which])
    for (i,) in _largest(worth, least):
        yield Change(
            "pair_allowed",
            {"child": problem.children[int(child[i])], "volunteer": problem.volunteers[int(volunteer[i])]},
            float(worth[i]),
            partial(edits.with_pair, candidate=int(which[i])),
        )


def _gain(solved: Solved, score: Ints) -> Ints:
    """Return what pairs of these scores add to the value that the solved model counts."""
    problem, columns = solved.problem, solved.columns
    if not columns.count:
        return score + (problem.place_value or 0)
    return score + int(solved.model.gain[0] - problem.score[columns.candidate[0]])


def _rooms(solved: Solved, prices: Tables, hours: Hours, least: float) -> Iterator[Change]:
    """One more room at a centre for a day."""
    problem = solved.problem
    days = (len(problem.centres), problem.slots // problem.slots_per_day)
    worth = prices.rooms.reshape(*days, problem.slots_per_day).sum(axis=2)
    opened = np.zeros(days)
    for block in blocks(eligible(solved)):
        block = block[problem.at_centre[problem.child[block]]]
        child, volunteer = problem.child[block], problem.volunteer[block]
        closed = hours.free(child, volunteer) & ~hours.roomy(child)
        pair, slot = np.nonzero(closed)
        surplus = prices.surplus(child, volunteer, _gain(solved, problem.score[block]), problem.load[block])
        more = (surplus[:, None] - hours.cost(child, volunteer))[pair, slot]
        np.maximum.at(opened, (problem.centre[child[pair]], slot // problem.slots_per_day), more)
    worth = worth + opened
    for centre, day in _largest(worth, least):
        slots = list(range(day * problem.slots_per_day, (day + 1) * problem.slots_per_day))
        yield Change(
            "one_more_room",
            {"centre": problem.centres[centre], "day": day},
            float(worth[centre, day]),
            partial(edits.with_rooms, centre=centre, slots=slots),
        )


def _slots(solved: Solved, prices: Tables, hours: Hours, least: float) -> Iterator[Iterator[Change]]:
    """One more free slot of a volunteer, or of a child, who lacks only that one for a session."""
    problem = solved.problem
    of_volunteer = np.full((len(problem.volunteers), problem.slots), -np.inf)
    of_child = np.full((len(problem.children), problem.slots), -np.inf)
    for block in blocks(eligible(solved)):
        child, volunteer = problem.child[block], problem.volunteer[block]
        surplus = prices.surplus(child, volunteer, _gain(solved, problem.score[block]), problem.load[block])
        more = surplus[:, None] - hours.cost(child, volunteer)
        for table, person, gap in (
            (of_volunteer, volunteer, hours.volunteer_gap(child, volunteer)),
            (of_child, child, hours.child_gap(child, volunteer)),
        ):
            pair, start = np.nonzero((gap >= 0) & (more > least))
            np.maximum.at(table, (person[pair], gap[pair, start]), more[pair, start])
    yield (
        Change(
            "volunteer_free",
            {"volunteer": problem.volunteers[volunteer], "slot": slot},
            float(of_volunteer[volunteer, slot]),
            partial(edits.with_volunteer_slot, volunteer=volunteer, slot=slot),
        )
        for volunteer, slot in _largest(of_volunteer, least)
    )
    yield (
        Change(
            "child_free",
            {"child": problem.children[child], "slot": slot},
            float(of_child[child, slot]),
            partial(edits.with_child_slot, child=child, slot=slot),
        )
        for child, slot in _largest(of_child, least)
    )


def _waived(solved: Solved, prices: Tables, waivable: Waivable, least: float) -> Iterator[Change]:
    """A rule waived for one pair that it alone excludes."""
    problem, candidates, children = solved.problem, waivable.candidates, waivable.children
    child_at = {name: i for i, name in enumerate(problem.children)}
    volunteer_at = {name: i for i, name in enumerate(problem.volunteers)}
    for name in [name for name in children if name in child_at][:_MOST_CHILDREN]:
        for rule, count in candidates.sole_blockers(name).items():
            blocked = [other for other in candidates.sole_blocked(name, rule) if other in volunteer_at] if count else []
            blocked = [other for other in blocked if problem.candidate(name, other) is None]
            blocked = [other for other in blocked if (name, other) not in waivable.forbidden]
            load = _load_of(problem, child_at[name])
            assumed = {} if (problem.child == child_at[name]).any() or (problem.load == 1).all() else {"load": load}
            scores = np.array(candidates.scores_anyway(name, blocked), dtype=np.int64)
            volunteer = np.array([volunteer_at[other] for other in blocked], dtype=np.int64)
            child = np.full(len(blocked), child_at[name], dtype=np.int64)
            worth = _best(solved, prices, child, volunteer, _gain(solved, scores), np.full_like(scores, load))
            for (i,) in _largest(worth, least):
                yield Change(
                    "rule_waived",
                    {"rule": rule, "child": name, "volunteer": blocked[i], "score": int(scores[i])} | assumed,
                    float(worth[i]),
                    partial(
                        edits.with_candidate,
                        child=child_at[name],
                        volunteer=int(volunteer[i]),
                        score=int(scores[i]),
                        load=load,
                    ),
                )


def _load_of(problem: Problem, child: int) -> int:
    """Return what a child weighs: the most that it does for anybody, or where it has nobody, that any child does."""
    mine = problem.load[problem.child == child]
    return int((mine if len(mine) else problem.load).max(initial=1))
