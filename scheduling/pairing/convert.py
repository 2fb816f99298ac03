"""Public generalised assignment instances as pairing problems."""

from typing import Any

import numpy as np

from scheduling.faults import Fault, InvalidProblem
from scheduling.pairing.gap_instances import Gap, pairing_problem


def problem_from_gap(text: str, number: int | None = None) -> dict[str, Any]:
    """Return a pairing problem for an instance in the text format of the OR-Library.

    Parameters
    ----------
    text : str
        Whole numbers: perhaps how many problems follow, then for each the numbers of agents and of jobs, the costs
        agent by agent, the loads agent by agent, the capacities.
    number : int, optional
        Which problem of the text, from 1; needed where it has several.

    Raises
    ------
    InvalidProblem
        ``number`` is none of the text's problems, or is not given though it has several.
    ValueError
        The text is no such instance.

    Notes
    -----
    Source of the format: J. E. Beasley, OR-Library, "Generalised assignment problem"; the families stem from Chu and
    Beasley, "A genetic algorithm for the generalised assignment problem" (1997). Costs are minimised.
    """
    try:
        numbers = [int(word) for word in text.split()]
    except ValueError as error:
        raise ValueError(f"whole numbers are expected: {error}") from None
    for begin in (1, 0):  # a text that begins with how many problems follow, and could be read without, means that
        problems = _problems(numbers[begin:])
        if problems is not None and (begin == 0 or len(problems) == numbers[0]):
            return pairing_problem(problems[_position(number, len(problems))])
    raise ValueError("sizes, costs, loads and capacities do not fill it")


def _position(number: int | None, count: int) -> int:
    if number is None and count == 1:
        return 0
    if number is None or not 1 <= number <= count:
        expected = f"1 to {count}, as many problems as there are" if count > 1 else "1, as there is one problem"
        raise InvalidProblem([Fault("number", expected, "none" if number is None else str(number))])
    return number - 1


def _problems(numbers: list[int]) -> list[Gap] | None:
    """Cut a list of numbers into problems; None where they do not come out even."""
    found, at = [], 0
    while at < len(numbers):
        agents, jobs = (*numbers[at : at + 2], 0, 0)[:2]
        cells = agents * jobs
        body = np.array(numbers[at + 2 : at + 2 + 2 * cells + agents], dtype=np.int64)
        if agents <= 0 or jobs <= 0 or len(body) != 2 * cells + agents:
            return None
        shape = (agents, jobs)
        found.append(Gap(body[:cells].reshape(shape), body[cells : 2 * cells].reshape(shape), body[2 * cells :]))
        at += 2 + len(body)
    return found or None
