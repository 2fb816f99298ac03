"""Why not this person in that shift, and what single change would help most: as data with codes, never sentences."""

from collections.abc import Callable, Mapping
from typing import Any

from scheduling.faults import InvalidProblem
from scheduling.ids import index_of
from scheduling.roster.fixed import refuse_broken
from scheduling.roster.load import load
from scheduling.roster.parts import parts_of
from scheduling.roster.problem import Problem
from scheduling.roster.solve import solve
from scheduling.roster.standing import Obstacle, Reason, Standing
from scheduling.roster.trying import improve
from scheduling.stop import Stop

Pair = tuple[int, int]

_TRIES, _LEAST = ((60, 20), (400, 4)), 5
"""Up to how many shifts times people how many times as many changes are tried as are asked for, or as 5."""

_NEVER = (Reason.NOT_AVAILABLE, Reason.FORBIDDEN)
_CHANGES = {
    Reason.NOT_AVAILABLE: "available",
    Reason.FORBIDDEN: "allowed",
    Reason.OVERLAP_OR_REST: "less_rest",
    Reason.WEEK_MINUTES: "more_minutes",
    Reason.MAX_SHIFTS: "more_shifts",
}
"""What would have to change, by the one rule that stands in the way."""


def why_not(problem: Mapping[str, Any], solution: Mapping[str, Any], shift: str, person: str) -> dict[str, Any]:
    """Say what keeps a person from a shift.

    Parameters
    ----------
    problem, solution : mapping
        The two files.
    shift, person : str

    Returns
    -------
    dict
        ``shift``, ``person``, ``assigned``, ``possible`` (whether the person could ever take it), ``reasons`` (every
        rule in the way: ``code`` and the person's ``shifts`` it concerns; ``not_worth`` where none is) and ``swap``:
        the plainest way to do it, ``drop`` and by how much the value would rise, ``extra``; None where there is none.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        No such shift or person, or the solution is not one of this problem.
    """
    checked, pairs = pairs_of(problem, solution)
    at = place_of(checked, shift, person)
    standing = Standing(checked, sorted(pairs))
    obstacles = standing.obstacles(*at)
    assigned = at in pairs
    possible = assigned or not any(o.reason in _NEVER for o in Standing(checked).obstacles(*at))
    reasons = [{"code": o.reason.value, "shifts": [checked.shifts[other] for other in o.shifts]} for o in obstacles]
    swap = None if assigned or not possible else _swap(checked, pairs, at)
    return {
        "shift": shift,
        "person": person,
        "assigned": assigned,
        "possible": possible,
        "reasons": reasons or [{"code": Reason.NOT_WORTH.value, "shifts": []}],
        "swap": swap,
    }


def pairs_of(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> tuple[Problem, set[Pair]]:
    """Read a problem and the assignments of a solution, by index.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        The solution names a shift or a person who is not in the problem.
    """
    checked = load(problem)
    refuse_broken(checked)
    pairs = {place_of(checked, entry["shift"], entry["person"]) for entry in solution["assignments"]}
    return checked, pairs


def place_of(problem: Problem, shift: str, person: str) -> Pair:
    """Return the indices of a shift and a person.

    Raises
    ------
    ValueError
        No such shift or person.
    """
    return index_of(problem.shifts, shift, "shift"), index_of(problem.people, person, "person")


def _value(problem: Problem, pairs: set[Pair]) -> int:
    return sum(parts_of(problem, sorted(pairs)).values())


def _swap(problem: Problem, pairs: set[Pair], wanted: Pair) -> dict[str, Any] | None:
    """Drop, one by one, the cheapest assignment that stands in the way."""
    shift, person = wanted
    left = set(pairs)
    while True:
        obstacles = Standing(problem, sorted(left)).obstacles(shift, person)
        if not obstacles:
            break
        options = sorted(pair for pair in _in_the_way(problem, left, wanted, obstacles[0]) if pair not in problem.fixed)
        if not options or (obstacles[0].reason is Reason.OVERLAP_OR_REST and len(options) < len(obstacles[0].shifts)):
            return None
        left.remove(min(options, key=lambda pair: (_value(problem, left - {pair}), pair)))
    extra = _value(problem, left | {wanted}) - _value(problem, pairs)
    gone = [{"shift": problem.shifts[s], "person": problem.people[p]} for s, p in sorted(pairs - left)]
    return {"drop": gone, "extra": extra}


def _in_the_way(problem: Problem, pairs: set[Pair], wanted: Pair, obstacle: Obstacle) -> list[Pair]:
    shift, person = wanted
    if obstacle.reason is Reason.SHIFT_FULL:
        return [pair for pair in pairs if pair[0] == shift]
    if obstacle.reason is Reason.MAX_SHIFTS:
        return [pair for pair in pairs if pair[1] == person]
    return [(other, person) for other in obstacle.shifts]


def forced_extra(
    problem: Mapping[str, Any],
    shift: str,
    person: str,
    *,
    solution: Mapping[str, Any] | None = None,
    time_limit: float | None = None,
    should_stop: Callable[[], bool] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Solve again with one assignment fixed: what forcing it costs.

    Parameters
    ----------
    problem : mapping
    shift, person : str
    solution : mapping, optional
        A solution of the problem, with which the search begins; else it is solved too.
    time_limit : float, optional
        Seconds for each solve.
    should_stop : callable, optional
        As for `solve`.
    seed : int

    Returns
    -------
    dict
        ``shift``, ``person``, ``possible``, ``extra`` (by how much the value rises; None where impossible, or
        where the search was cut short before it had a roster) and ``exact`` (whether both values are proven).

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        No such shift or person.
    """
    checked = load(problem)
    place_of(checked, shift, person)
    before = solution or solve(problem, time_limit=time_limit, should_stop=should_stop, seed=seed)
    answer: dict[str, Any] = {"shift": shift, "person": person}
    pair = {"shift": shift, "person": person}
    fixed = [*problem.get("fixed", [])]
    forced = {**problem, "fixed": fixed if pair in fixed else [*fixed, pair]}
    try:
        after = solve(forced, time_limit=time_limit, should_stop=should_stop, seed=seed, start=before)
    except InvalidProblem:
        return answer | {"possible": False, "extra": None, "exact": True}
    if before["value"] is None or after["value"] is None:
        return answer | {"possible": True, "extra": None, "exact": False}
    exact = before["status"] == after["status"] == "optimal"
    return answer | {"possible": True, "extra": after["value"] - before["value"], "exact": exact}


def helpful_changes(
    problem: Mapping[str, Any],
    solution: Mapping[str, Any],
    count: int = 5,
    *,
    verify: int | None = None,
    time_limit: float | None = None,
    should_stop: Callable[[], bool] | None = None,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """List the single changes of the problem that would help the roster most.

    Parameters
    ----------
    problem, solution : mapping
        The two files.
    count : int
        How many at most.
    verify : int, optional
        How many are tried at most, those first of which one more assignment lets hope most: the problem is solved again
        with the change. If not given, twenty times ``count`` (of less than 5, as of 5) where there are up to 60 shifts
        times people, four times up to 400, else none.
    time_limit : float, optional
        Seconds for all together.
    should_stop : callable, optional
        Asked often; True ends the work with what is known by then.
    seed : int

    Returns
    -------
    list of dict
        Best first: ``code`` (``available``, ``allowed``, ``less_rest``, ``more_minutes``, ``more_shifts`` of a person
        whom only that rule keeps from a shift with an empty place; ``one_more_person`` for the shift), ``shift``,
        ``person`` (None for one more), ``minutes`` (how many more a week; None elsewhere), ``rest`` (how much would be
        left of it; None elsewhere), ``wanted`` (``adult``, ``lead`` and skills the shift is short of), ``instead_of``
        (who would leave a full shift for one more person; None where a place is empty), ``at_least``, by how much the
        value would fall at least, and ``exact``: whether that is all, since both values are proven.
    """
    return told_changes(problem, solution, count, verify, Stop(time_limit, should_stop), seed)


def told_changes(
    problem: Mapping[str, Any], solution: Mapping[str, Any], count: int, verify: int | None, stop: Stop, seed: int
) -> list[dict[str, Any]]:
    """Do the work of `helpful_changes`; ``stop`` says afterwards whether it was cut short."""
    checked, pairs = pairs_of(problem, solution)
    standing = Standing(checked, sorted(pairs))
    changes = []
    for shift, needed in enumerate(checked.needs.tolist()):
        if len(standing.people_of[shift]) >= needed:
            changes += _replaced(checked, pairs, standing, shift)
            continue
        changes.append(_one_more(checked, standing, shift))
        lifted = [_lifted(checked, standing, shift, person) for person in range(len(checked.people))]
        changes += [change for change in lifted if change is not None]
    changes.sort(key=_rank)
    if solution["value"] is not None:
        cells = len(checked.shifts) * len(checked.people)
        some = next((times * max(count, _LEAST) for most, times in _TRIES if cells <= most), 0)
        for change in changes[: some if verify is None else verify]:
            improve(problem, solution, change, stop, seed)
    return sorted((change for change in changes if change["at_least"] > 0), key=_rank)[:count]


def _rank(change: Mapping[str, Any]) -> tuple[Any, ...]:
    return -change["at_least"], change["shift"], change["person"] or "", change["code"]


def _one_more(problem: Problem, standing: Standing, shift: int) -> dict[str, Any]:
    """Price a new person with all that the shift is short of."""
    weights, wanted = problem.weights, _wanted(problem, standing, shift)
    prices = {"adult": weights.missing_adult, "lead": weights.missing_lead}
    gain = weights.uncovered + sum(prices.get(kind, weights.missing_skill) for kind, _ in wanted)
    gain -= weights.change if problem.previous else 0
    return _change("one_more_person", problem, shift, None, None, wanted, gain)


def _replaced(problem: Problem, pairs: set[Pair], standing: Standing, shift: int) -> list[dict[str, Any]]:
    """Price a new person with all that a full shift is short of, in the place of whoever is missed least there."""
    if not _wanted(problem, standing, shift):
        return []
    before, found = _value(problem, pairs), []
    for person in sorted(standing.people_of[shift]):
        if (shift, person) in problem.fixed:
            continue
        left = pairs - {(shift, person)}
        change = _one_more(problem, Standing(problem, sorted(left)), shift)
        gain = change["at_least"] - (_value(problem, left) - before)
        found.append(change | {"instead_of": problem.people[person], "at_least": gain})
    found.sort(key=lambda change: (-change["at_least"], change["instead_of"]))
    return [change for change in found[:1] if change["at_least"] > 0]


def _lifted(problem: Problem, standing: Standing, shift: int, person: int) -> dict[str, Any] | None:
    """Price the lifting of the one rule that keeps a person from a shift."""
    obstacles = standing.obstacles(shift, person)
    if len(obstacles) != 1 or obstacles[0].reason not in _CHANGES:
        return None
    reason = obstacles[0].reason
    minutes = rest = None
    if reason is Reason.OVERLAP_OR_REST:
        rest = min(_between(problem, shift, other) for other in obstacles[0].shifts)
        if rest < 0:
            return None
    if reason is Reason.WEEK_MINUTES:
        length = problem.minutes
        taken = int(length[list(obstacles[0].shifts)].sum()) + int(length[shift])
        minutes = taken - int(problem.max_minutes[person])
    wanted = _wanted(problem, standing, shift)
    gain = -_added(problem, standing, shift, person, wanted)
    return _change(_CHANGES[reason], problem, shift, person, minutes, wanted, gain) | {"rest": rest}


def _between(problem: Problem, one: int, other: int) -> int:
    """Return the time between two shifts, below 0 where they overlap."""
    return int(max(problem.start[one] - problem.end[other], problem.start[other] - problem.end[one]))


def _wanted(problem: Problem, standing: Standing, shift: int) -> list[tuple[str, str]]:
    """List what a shift is short of, as (kind, name)."""
    there = standing.people_of[shift]
    wanted = []
    if int(problem.adult[there].sum()) < problem.min_adults[shift]:
        wanted.append(("adult", "adult"))
    if int(problem.lead[there].sum()) < problem.min_leads[shift]:
        wanted.append(("lead", "lead"))
    for skill, name in enumerate(problem.skills):
        if int(problem.has_skill[there, skill].sum()) < problem.skill_needs[shift, skill]:
            wanted.append(("skill", name))
    return wanted


def _added(problem: Problem, standing: Standing, shift: int, person: int, wanted: list[tuple[str, str]]) -> int:
    """Return what one more assignment would add to the value."""
    weights = problem.weights
    added = -weights.uncovered + weights.load * len(standing.shifts_of[person])
    added -= weights.wish * problem.wishes.get((shift, person), 0)
    for kind, name in wanted:
        if kind == "adult":
            added -= weights.missing_adult * int(problem.adult[person])
        elif kind == "lead":
            added -= weights.missing_lead * int(problem.lead[person])
        else:
            added -= weights.missing_skill * int(problem.has_skill[person, problem.skills.index(name)])
    if problem.previous:
        added += -weights.change if (shift, person) in problem.previous else weights.change
    return added


def _change(
    code: str,
    problem: Problem,
    shift: int,
    person: int | None,
    minutes: int | None,
    wanted: list[tuple[str, str]],
    gain: int,
) -> dict[str, Any]:
    return {
        "code": code,
        "shift": problem.shifts[shift],
        "person": None if person is None else problem.people[person],
        "minutes": minutes,
        "rest": None,
        "wanted": [name for _, name in wanted],
        "instead_of": None,
        "at_least": gain,
        "exact": False,
    }
