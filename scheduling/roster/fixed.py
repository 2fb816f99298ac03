"""Assignments that are decided: they must stand together, or each that cannot is named."""

from collections.abc import Collection

from scheduling.faults import Fault, InvalidProblem
from scheduling.roster.model import Model
from scheduling.roster.problem import Ints, Problem
from scheduling.roster.standing import Obstacle, Reason, Standing

_EXPECTED = {
    Reason.NOT_AVAILABLE: "a person of whom one available interval covers the whole shift",
    Reason.OVERLAP_OR_REST: "no other fixed shift of the person that overlaps or lies nearer than min_rest",
    Reason.WEEK_MINUTES: "fixed shifts of at most max_minutes_per_week in one week",
    Reason.MAX_SHIFTS: "at most max_shifts fixed shifts of one person",
    Reason.SHIFT_FULL: "at most needs fixed people in a shift",
}
_COUNTED = frozenset((Reason.MAX_SHIFTS, Reason.SHIFT_FULL))
_OF_TIME = _EXPECTED.keys() - _COUNTED


def refuse_broken(problem: Problem) -> None:
    """Refuse fixed assignments that break a hard rule.

    Raises
    ------
    InvalidProblem
        With every fault of ``fixed`` (`broken`).
    """
    faults = broken(problem)
    if faults:
        raise InvalidProblem(faults)


def broken(problem: Problem, timeless: Collection[str] = ()) -> list[Fault]:
    """Return every fault of fixed assignments.

    Parameters
    ----------
    problem : Problem
    timeless : collection of str
        Shifts whose times are not known, so that no rule about time can be broken by them.

    Returns
    -------
    list of Fault
        In the order of ``fixed``: an entry is named for each rule that it breaks, by itself or together with the
        entries before it.
    """
    standing, timed = Standing(problem), Standing(problem)
    faults = []
    for (shift, person), path in problem.fixed.items():
        found = [each for each in standing.obstacles(shift, person) if each.reason in _COUNTED]
        if problem.shifts[shift] not in timeless:
            found += [each for each in timed.obstacles(shift, person) if each.reason in _OF_TIME]
            timed.add(shift, person)
        standing.add(shift, person)
        faults += [Fault(path, _EXPECTED[each.reason], _told(problem, person, each)) for each in found]
    return faults


def _told(problem: Problem, person: int, obstacle: Obstacle) -> str:
    beside = [problem.fixed[shift, person] for shift in obstacle.shifts if (shift, person) in problem.fixed]
    return obstacle.reason.value + (f" (see {', '.join(beside[:3])})" if beside else "")


def fixed_cells(model: Model) -> Ints:
    """Return the cells of the fixed assignments."""
    return model.cells_of(model.problem.fixed)
