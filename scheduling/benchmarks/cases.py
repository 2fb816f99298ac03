"""All cases, with what they must reach and what they should."""

from collections.abc import Callable
from dataclasses import dataclass

from scheduling.benchmarks import any_seed, other_cases, pairing_cases, roster_cases
from scheduling.benchmarks.report import Report
from scheduling.benchmarks.runs import Bench


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table of figures.

    Attributes
    ----------
    title, must, goal : str
    measure : callable
        Given the bench and whether to be quick.
    """

    title: str
    must: str
    goal: str
    measure: Callable[[Bench, bool], Report]


CASES = {
    "pairing-500": Case(
        "pairing, 500 x 800 x 84 slots with rooms and load limits",
        "proven in 3 s; 15x faster than CP-SAT, 8x than HiGHS",
        "1 s; 50x and 25x",
        pairing_cases.weekly,
    ),
    "pairing-seeds": Case(
        "pairing, 500 x 800 x 84 slots with rooms and load limits, 300 seeds",
        "any seed proven in 3 s; 15x faster than CP-SAT, 8x than HiGHS",
        "1 s; 50x and 25x",
        any_seed.many,
    ),
    "pairing-steps": Case(
        "pairing, 500 x 800, scores in steps of 20, 50 and 100",
        "no figure is asked",
        "as soon as the other",
        pairing_cases.stepped,
    ),
    "pairing-2000": Case(
        "pairing, 2000 x 3000", "gap <= 0.05 % of score in 15 s", "proven in 8 s", pairing_cases.larger
    ),
    "pairing-tight": Case(
        "pairing, 500 x 400 and 500 x 600", "gap <= 0.1 % of score in 20 s", "proven in 10 s", pairing_cases.tight
    ),
    "pairing-10000": Case(
        "pairing, 10 000 x 15 000 with timetable",
        "gap <= 1 % in 5 min, <= 3 GiB",
        "0.1 % in 2 min",
        pairing_cases.country,
    ),
    "assignment": Case(
        "generalised assignment, types D and E to 400 jobs, 5 s each",
        "mean gap <= 0.5 %",
        "0.2 %",
        pairing_cases.generalised,
    ),
    "roster-50": Case("roster, 50 x 100", "within 1 % in 10 s", "proven in 3 s", roster_cases.week),
    "roster-300": Case("roster, 300 x 600, four weeks", "gap <= 3 % in 20 s", "0.7 %", roster_cases.month),
    "repair": Case(
        "repair of one cancellation at 300 x 600",
        "2 s, <= 3 changes where possible",
        "1 s",
        roster_cases.repair,
    ),
    "routes": Case(
        "routes, Solomon's, 50 and 100 stops, 5 s",
        "mean gap <= 0.5 %",
        "0.05 %; never worse than PyVRP alone",
        other_cases.households,
    ),
    "why-not": Case("why-not for all candidates at 500 x 800", "0.2 s", "0.02 s", other_cases.why_not),
}
