"""A roster under construction: what stands in the way of one more assignment."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from scheduling.roster.problem import NO_LIMIT, Bools, Problem


class Reason(StrEnum):
    """Why a person does not take a shift; the first that applies, in this order."""

    ASSIGNED = "assigned"
    NOT_AVAILABLE = "not_available"
    FORBIDDEN = "forbidden"
    OVERLAP_OR_REST = "overlap_or_rest"
    WEEK_MINUTES = "week_minutes"
    MAX_SHIFTS = "max_shifts"
    SHIFT_FULL = "shift_full"
    NOT_WORTH = "not_worth"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A rule that an assignment would break.

    Attributes
    ----------
    reason : Reason
    shifts : tuple of int
        The person's shifts that are in the way.
    """

    reason: Reason
    shifts: tuple[int, ...] = ()


class Standing:
    """Who works when, one assignment after the other.

    Parameters
    ----------
    problem : Problem
    pairs : iterable of (shift, person)
        Assignments that stand.
    """

    def __init__(self, problem: Problem, pairs: Iterable[tuple[int, int]] = ()) -> None:
        self.problem = problem
        self.shifts_of: list[list[int]] = [[] for _ in problem.people]
        self.people_of: list[list[int]] = [[] for _ in problem.shifts]
        self._covered: dict[int, Bools] = {}
        self._banned: list[list[int]] | None = None
        for shift, person in pairs:
            self.add(shift, person)

    def add(self, shift: int, person: int) -> None:
        """Let a person take a shift."""
        self.shifts_of[person].append(shift)
        self.people_of[shift].append(person)

    def covered(self, person: int) -> Bools:
        """Tell for each shift whether one interval of the person covers it."""
        if person not in self._covered:
            self._covered[person] = self.problem.covered(person)
        return self._covered[person]

    def banned(self, person: int) -> list[int]:
        """List the shifts that are forbidden to a person."""
        if self._banned is None:
            self._banned = [[] for _ in self.problem.people]
            for shift, who in sorted(self.problem.forbidden):
                self._banned[who].append(shift)
        return self._banned[person]

    def obstacles(self, shift: int, person: int) -> list[Obstacle]:
        """List every rule that the person taking the shift would break, in the order of `Reason`."""
        problem, mine = self.problem, self.shifts_of[person]
        if shift in mine:
            return [Obstacle(Reason.ASSIGNED)]
        found = []
        if not self.covered(person)[shift]:
            found.append(Obstacle(Reason.NOT_AVAILABLE))
        if (shift, person) in problem.forbidden:
            found.append(Obstacle(Reason.FORBIDDEN))
        clashing = tuple(sorted(other for other in mine if problem.clash(person, shift, other)))
        if clashing:
            found.append(Obstacle(Reason.OVERLAP_OR_REST, clashing))
        week, minutes = problem.week, problem.minutes
        same = [other for other in mine if week[other] == week[shift]]
        if int(minutes[same].sum()) + int(minutes[shift]) > int(problem.max_minutes[person]):
            found.append(Obstacle(Reason.WEEK_MINUTES, tuple(sorted(same))))
        limit = int(problem.max_shifts[person])
        if limit != NO_LIMIT and len(mine) >= limit:
            found.append(Obstacle(Reason.MAX_SHIFTS))
        if len(self.people_of[shift]) >= int(problem.needs[shift]):
            found.append(Obstacle(Reason.SHIFT_FULL))
        return found
