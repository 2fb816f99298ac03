"""Assignments that are decided: they must stand together, or each that cannot is named."""

from scheduling.faults import Fault, InvalidProblem
from scheduling.roster.load import load
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


def refuse(problem: object) -> None:
    """Refuse a problem file that is wrong, or whose fixed assignments break a hard rule.

    Raises
    ------
    InvalidProblem
        With every fault.
    """
    refuse_broken(load(problem))


def refuse_broken(problem: Problem) -> None:
    """Refuse fixed assignments that break a hard rule.

    Raises
    ------
    InvalidProblem
        Naming each entry of ``fixed`` that breaks a rule, by itself or beside the entries before it.
    """
    standing = Standing(problem)
    faults = []
    for (shift, person), path in problem.fixed.items():
        obstacles = standing.obstacles(shift, person)
        if obstacles:
            faults.append(Fault(path, _EXPECTED[obstacles[0].reason], _found(problem, person, obstacles[0])))
        else:
            standing.add(shift, person)
    if faults:
        raise InvalidProblem(faults)


def _found(problem: Problem, person: int, obstacle: Obstacle) -> str:
    beside = [problem.fixed[shift, person] for shift in obstacle.shifts if (shift, person) in problem.fixed]
    return obstacle.reason.value + (f" (see {', '.join(beside[:3])})" if beside else "")


def fixed_cells(model: Model) -> Ints:
    """Return the cells of the fixed assignments."""
    return model.cells_of(model.problem.fixed)
