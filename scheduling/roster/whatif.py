"""What a roster owes to a person, and what it would become with one fewer or one more: as data with codes."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from scheduling.ids import index_of
from scheduling.roster.explain import pairs_of, place_of
from scheduling.roster.parts import parts_of
from scheduling.roster.problem import WEEK, Bools, Problem
from scheduling.roster.reasons import first_reasons
from scheduling.roster.solve import solve
from scheduling.roster.standing import Reason, Standing

Record = dict[str, Any]


def why(problem: Mapping[str, Any], solution: Mapping[str, Any], shift: str, person: str) -> Record:
    """Say what a person is worth in a shift, all others staying where they are.

    Parameters
    ----------
    problem, solution : mapping
        The two files.
    shift, person : str

    Returns
    -------
    dict
        ``shift``, ``person``, ``fixed`` (whether that was decided beforehand), ``parts``: by how much each part of the
        value would rise if the person left (less than 0 where it would fall), and ``extra``, their sum.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        No such shift or person, or the person is not in the shift.
    """
    checked, pairs = pairs_of(problem, solution)
    at = place_of(checked, shift, person)
    if at not in pairs:
        raise ValueError(f"{person!r} is not in {shift!r}")
    now, then = parts_of(checked, sorted(pairs)), parts_of(checked, sorted(pairs - {at}))
    parts = {part: then[part] - now[part] for part in now}
    return {
        "shift": shift,
        "person": person,
        "fixed": at in checked.fixed,
        "parts": parts,
        "extra": sum(parts.values()),
    }


def if_cancelled(
    problem: Mapping[str, Any],
    solution: Mapping[str, Any],
    person: str,
    shift: str | None = None,
    *,
    time_limit: float | None = None,
    seed: int = 0,
) -> Record:
    """Mend the roster as if a person fell out of one shift, or of all.

    Parameters
    ----------
    problem, solution : mapping
        The two files.
    person : str
    shift : str, optional
    time_limit : float, optional
        Seconds.
    seed : int

    Returns
    -------
    dict
        ``cancelled``, ``dropped`` and ``added`` (assignments: those that fall out, others given up, new ones),
        ``parts``: by how much each part of the value rises, what changes cost aside, ``extra``, their sum, ``proven``
        (whether no mended roster has a lower value) and ``solution``, the mended roster of the changed problem.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        No such shift or person, or the person is not in the shift.
    """
    checked, pairs = pairs_of(problem, solution)
    index_of(checked.people, person, "person")
    if shift is not None and place_of(checked, shift, person) not in pairs:
        raise ValueError(f"{person!r} is not in {shift!r}")
    out = checked.shifts if shift is None else (shift,)
    before = [{"shift": checked.shifts[s], "person": checked.people[p]} for s, p in sorted(pairs)]
    forbidden = [{"shift": name, "person": person} for name in out]
    changed = {
        **problem,
        "fixed": [entry for entry in problem.get("fixed", []) if entry not in forbidden],
        "forbidden": [*problem.get("forbidden", []), *forbidden],
        "previous": before,
    }
    after = solve(changed, time_limit=time_limit, seed=seed)
    now = parts_of(checked, sorted(pairs))
    parts = {part: after["parts"][part] - now[part] for part in now if part != "change"}
    return {
        "cancelled": [entry for entry in before if entry in forbidden],
        "dropped": [entry for entry in before if entry not in after["assignments"] and entry not in forbidden],
        "added": [entry for entry in after["assignments"] if entry not in before],
        "parts": parts,
        "extra": sum(parts.values()),
        "proven": after["status"] == "optimal",
        "solution": after,
    }


def missing(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> list[Record]:
    """Say why shifts are short of adults, leads or people with a skill.

    Returns
    -------
    list of dict
        ``shift``, ``sort`` (``adult``, ``lead`` or ``skill``), ``skill`` (None but for skills), ``missing`` and
        ``reasons``: over all people of the sort, the first code that applies to each, with counts.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        The solution is not one of this problem.
    """
    checked, pairs = pairs_of(problem, solution)
    standing = Standing(checked, sorted(pairs))
    found = []
    for shift, there in enumerate(standing.people_of):
        for sort, skill, able, least in _sorts(checked, shift):
            short = least - int(able[there].sum())
            if short > 0:
                found.append(
                    {"shift": checked.shifts[shift], "sort": sort, "skill": skill, "missing": short}
                    | {"reasons": _reasons(standing, shift, able)}
                )
    return found


def _sorts(problem: Problem, shift: int) -> Iterator[tuple[str, str | None, Bools, int]]:
    yield "adult", None, problem.adult, int(problem.min_adults[shift])
    yield "lead", None, problem.lead, int(problem.min_leads[shift])
    for at, name in enumerate(problem.skills):
        yield "skill", name, problem.has_skill[:, at], int(problem.skill_needs[shift, at])


def _reasons(standing: Standing, shift: int, able: Bools) -> list[Record]:
    full = len(standing.people_of[shift]) >= int(standing.problem.needs[shift])
    codes, counts = tuple(Reason), dict.fromkeys(Reason, 0)
    for person in np.flatnonzero(able).tolist():
        code = codes[int(first_reasons(standing, np.array([shift]), person)[0])]
        counts[Reason.SHIFT_FULL if full and code is Reason.NOT_WORTH else code] += 1
    return [{"code": code.value, "count": count} for code, count in counts.items() if count]


def one_more(
    problem: Mapping[str, Any],
    solution: Mapping[str, Any],
    *,
    time_limit: float | None = None,
    seed: int = 0,
) -> list[Record]:
    """Say what one more person of each sort, free at all times, would be worth.

    Parameters
    ----------
    problem, solution : mapping
        The two files.
    time_limit : float, optional
        Seconds for each sort.
    seed : int

    Returns
    -------
    list of dict
        Best first: ``adult``, ``lead``, ``skills``, ``minutes`` (a week: the middle of what the others can), the
        ``shifts`` that the person would take, and ``at_least``, by how much the value would fall at least.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        The solution is not one of this problem.
    """
    checked, pairs = pairs_of(problem, solution)
    value = sum(parts_of(checked, sorted(pairs)).values())
    minutes = int(np.median(checked.max_minutes)) if len(checked.people) else WEEK
    name = "+" + max(checked.people, key=len, default="")
    found = []
    for lead, skills in [(False, []), (True, []), *((False, [s]) for s in checked.skills), (True, [*checked.skills])]:
        person = {"id": name, "adult": True, "lead": lead, "skills": skills, "min_rest": 0, "wishes": {}}
        person |= {"available": [[0, int(checked.end.max(initial=1))]], "max_minutes_per_week": minutes}
        more = {**problem, "people": [*problem["people"], person]}
        after = solve(more, time_limit=time_limit, seed=seed, start=solution)
        taken = [entry["shift"] for entry in after["assignments"] if entry["person"] == name]
        sort: Record = {"adult": True, "lead": lead, "skills": skills, "minutes": minutes, "shifts": taken}
        found.append(sort | {"at_least": value - after["value"]})
    found.sort(key=lambda entry: (-entry["at_least"], entry["lead"], len(entry["skills"]), entry["skills"]))
    return found
