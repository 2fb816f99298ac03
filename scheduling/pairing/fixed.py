"""Pairs that the caller has decided: whether they can stand, alone and together."""

from dataclasses import replace

import numpy as np

from scheduling.faults import Fault, InvalidProblem, quote
from scheduling.pairing.columns import Columns, Reason, build_columns, starts
from scheduling.pairing.meetings import Meetings
from scheduling.pairing.problem import NO_LIMIT, Problem
from scheduling.reading import UNREAD
from scheduling.stop import Stop

_QUESTIONS = 40
"""Questions by which the few entries are looked for that one clashes with; many are not worth naming."""

Found = list[tuple[int, Fault]]
"""Faults, each with the candidate whose entry is at fault."""


def settle(problem: Problem, columns: Columns, stop: Stop | None = None) -> list[int]:
    """Give every fixed pair a column.

    Parameters
    ----------
    problem : Problem
    columns : Columns
    stop : Stop, optional
        Ends the look for what clashes with what.

    Returns
    -------
    list of int
        Columns that keep every hard rule together, ascending.

    Raises
    ------
    InvalidProblem
        With every fault of ``fixed`` (`broken`).
    """
    entries = sorted(np.flatnonzero(problem.fixed).tolist(), key=lambda i: _position(problem, i))
    if not entries:
        return []
    if all(columns.of(i) for i in entries):
        together = Meetings(problem, columns, stop or Stop()).of(entries)
        if together is not None:
            return together
    unknown = Fault("$.fixed", "pairs that can meet together", "no hours and rooms for all of them")
    raise InvalidProblem(broken(_only(problem, entries), stop) or [unknown])


def broken(problem: Problem, stop: Stop | None = None) -> list[Fault]:
    """Return every fault of fixed pairs.

    Parameters
    ----------
    problem : Problem
        With no candidates but the fixed pairs.
    stop : Stop, optional
        When it ends the look for what clashes, the entries not looked at by then are not named.

    Returns
    -------
    list of Fault
        In the order of ``fixed``. An entry is named for each limit that it and the entries before it exceed together,
        for hours that do not exist, and for not meeting together with the entries before it that can.
    """
    entries = sorted(range(len(problem.child)), key=lambda i: _position(problem, i))
    faults = _too_many(problem, entries)
    boundless = replace(
        problem,
        places=np.full_like(problem.places, UNREAD),
        max_children=np.full_like(problem.max_children, UNREAD),
        max_load=np.full_like(problem.max_load, NO_LIMIT),
    )
    columns = build_columns(boundless)
    faults += [(candidate, _alone(problem, columns, candidate)) for candidate in entries if not columns.of(candidate)]
    able = [candidate for candidate in entries if columns.of(candidate)]
    faults += _clashes(Meetings(boundless, columns, stop or Stop()), able)
    return [fault for _, fault in sorted(faults, key=lambda found: _position(problem, found[0]))]


def _only(problem: Problem, entries: list[int]) -> Problem:
    """Return a problem with no candidates but its fixed pairs."""
    kept = np.array(sorted(entries), dtype=np.int64)
    return replace(
        problem,
        child=problem.child[kept],
        volunteer=problem.volunteer[kept],
        score=problem.score[kept],
        load=problem.load[kept],
        forbidden=problem.forbidden[kept],
        fixed=problem.fixed[kept],
        fixed_start=problem.fixed_start[kept],
        fixed_path={new: problem.fixed_path[old] for new, old in enumerate(kept.tolist())},
    )


def _position(problem: Problem, candidate: int) -> int:
    path = problem.fixed_path[candidate]
    return int(path[path.index("[") + 1 : -1])


def _names(problem: Problem, candidate: int) -> str:
    child = problem.children[int(problem.child[candidate])]
    return quote([child, problem.volunteers[int(problem.volunteer[candidate])]])


def _too_many(problem: Problem, entries: list[int]) -> Found:
    """Name the entries beyond a child's places, a volunteer's children and a volunteer's load."""
    faults: Found = []
    places, children = problem.places.tolist(), problem.max_children.tolist()
    load = problem.max_load.tolist()
    for candidate in entries:
        child, volunteer = int(problem.child[candidate]), int(problem.volunteer[candidate])
        path, names = problem.fixed_path[candidate], _names(problem, candidate)
        places[child] -= 1
        if places[child] < 0:
            limit = int(problem.places[child])
            faults.append((candidate, Fault(path, f"at most {limit} fixed pairs of this child (its places)", names)))
        children[volunteer] -= 1
        if children[volunteer] < 0:
            limit = int(problem.max_children[volunteer])
            faults.append(
                (candidate, Fault(path, f"at most {limit} fixed pairs of this volunteer (max_children)", names))
            )
        if problem.max_load[volunteer] != NO_LIMIT:
            load[volunteer] -= int(problem.load[candidate])
            if load[volunteer] < 0:
                limit = int(problem.max_load[volunteer])
                faults.append((candidate, Fault(path, f"fixed pairs of this volunteer within max_load {limit}", names)))
    return faults


def _alone(problem: Problem, columns: Columns, candidate: int) -> Fault:
    """Return the fault of an entry that has no column of its own."""
    reason = columns.closed_reason(candidate)
    path, names = problem.fixed_path[candidate], _names(problem, candidate)
    if reason is Reason.NO_COMMON_TIME:
        return Fault(path, "a pair with a session that is free for both", names)
    if reason is Reason.NO_ROOM:
        return Fault(path, "a pair with a session for which the centre has a room", names)
    start = int(problem.fixed_start[candidate])
    return Fault(f"{path}.start", _start_expected(problem, candidate), f"{start} ({names})")


def _start_expected(problem: Problem, candidate: int) -> str:
    child, volunteer = int(problem.child[candidate]), int(problem.volunteer[candidate])
    length = int(problem.session[child])
    both = problem.child_free[[child]] & problem.volunteer_free[[volunteer]]
    if starts(both, length, problem.slots_per_day)[0, int(problem.fixed_start[candidate])]:
        return f"a start at which the centre has a room for {length} slots"
    return f"a start with {length} consecutive slots of one day free for both"


def _clashes(meetings: Meetings, entries: list[int]) -> Found:
    """Name each entry that cannot meet together with those before it, and what it clashes with if that is little."""
    problem = meetings.problem
    faults: Found = []
    standing: dict[int, list[int]] = {}
    columns: dict[int, list[int]] = {}
    group = _groups(problem, entries)
    for candidate in entries:
        if meetings.stop.cut():
            break
        rivals, known = standing.setdefault(group[candidate], []), columns.get(group[candidate], [])
        together = meetings.of([*rivals, candidate], known)
        if together is not None:
            rivals.append(candidate)
            columns[group[candidate]] = together
            continue
        if meetings.stop.cut():
            break
        core = _fewest(meetings, [candidate], rivals, meetings.asked + _QUESTIONS, grown=False)
        others = ", ".join(problem.fixed_path[i] for i in core) if core else "the fixed pairs before it"
        expected = f"a pair that can meet together with {others}"
        found = f"no hours and rooms for all of them ({_names(problem, candidate)})"
        faults.append((candidate, Fault(problem.fixed_path[candidate], expected, found)))
    return faults


def _groups(problem: Problem, entries: list[int]) -> dict[int, int]:
    """Number the groups of entries that have to do with each other, over people and rooms that they share."""
    leader: dict[tuple[str, int], tuple[str, int]] = {}

    def lead(node: tuple[str, int]) -> tuple[str, int]:
        while leader.setdefault(node, node) != node:
            leader[node] = node = leader[leader[node]]
        return node

    ends: dict[int, tuple[str, int]] = {}
    for candidate in entries:
        child = int(problem.child[candidate])
        ends[candidate] = "child", child
        shared = [("volunteer", int(problem.volunteer[candidate]))]
        if problem.at_centre[child] and problem.centre[child] >= 0:
            shared.append(("centre", int(problem.centre[child])))
        for node in shared:
            leader[lead(node)] = lead(ends[candidate])
    number: dict[tuple[str, int], int] = {}
    return {candidate: number.setdefault(lead(end), len(number)) for candidate, end in ends.items()}


def _fewest(meetings: Meetings, held: list[int], entries: list[int], most: int, *, grown: bool) -> list[int] | None:
    """Return entries of which none can be spared if they are not to meet together with those held.

    Returns
    -------
    list of int or None
        None where they are not found within so many questions in all.

    Notes
    -----
    Junker, "QuickXplain" (2004): halves are left out as long as that is possible, so that a few entries among many are
    found in few steps. ``grown`` tells whether more are held than when these were last seen to stand.
    """
    if grown and meetings.of(held) is None:
        return []
    if meetings.asked > most or meetings.stop.cut():
        return None
    if len(entries) == 1:
        return entries
    half = len(entries) // 2
    first, second = entries[:half], entries[half:]
    of_second = _fewest(meetings, [*held, *first], second, most, grown=bool(first))
    if of_second is None:
        return None
    of_first = _fewest(meetings, [*held, *of_second], first, most, grown=bool(of_second))
    return None if of_first is None else [*of_first, *of_second]
