"""Converter for the text format of public vehicle-routing instances with time windows.

Source: M. M. Solomon, "Algorithms for the vehicle routing and scheduling problems with time window constraints",
Operations Research 35 (1987), and its extension by H. Gehring and J. Homberger (1999). Both collections are published
as text files with one line per customer.
"""

import math
import re
from typing import Any

from scheduling.faults import Fault, InvalidProblem

SCALE = 10
"""Distances are cut off after one decimal and given in tenths, as in the literature on exact methods."""

_COLUMNS = 7
_NUMBER = re.compile(r"[-+]?[.,]?[0-9]")
"""How a word begins that is meant as a number."""

_WHOLE = re.compile(r"-?[0-9]{1,1000}")
"""A whole number, no longer than what is read at once."""


def problem_from_solomon(text: str, stops: int | None = None) -> dict[str, Any]:
    """Return a routes problem for an instance in the text format.

    Parameters
    ----------
    text : str
        The file: its name, the number of vehicles and their capacity, then number, x, y, demand, ready time, due date
        and service time of the depot and of every customer.
    stops : int, optional
        Take only so many first customers, as the classes of 25 and 50 do.

    Returns
    -------
    dict
        A problem in tenths: times and distances are ten times those of the file, travel is cut off to a whole tenth.

    Raises
    ------
    InvalidProblem
        ``stops`` is below 0, or the text has fewer customers.
    ValueError
        The text is not in that format.
    """
    vehicles, capacity, rows = _read(text)
    if stops is not None and not 0 <= stops < len(rows):
        raise InvalidProblem([Fault("stops", f"0 to {len(rows) - 1}, as many customers as there are", str(stops))])
    rows = rows if stops is None else rows[: stops + 1]
    travel = [[_travel(one, other) for other in rows] for one in rows]
    depot = rows[0]
    width, names = len(str(len(rows) - 1)), len(str(vehicles))
    return {
        "kind": "routes",
        "version": 1,
        "duration": travel,
        "distance": None,
        "teams": [
            {
                "id": f"t{number:0{names}d}",
                "start": 0,
                "end": 0,
                "from": depot[4] * SCALE,
                "to": depot[5] * SCALE,
                "capacity": capacity,
                "max_stops": None,
                "skills": [],
            }
            for number in range(1, vehicles + 1)
        ],
        "stops": [
            {
                "id": f"c{place:0{width}d}",
                "place": place,
                "windows": [[row[4] * SCALE, row[5] * SCALE]],
                "service": row[6] * SCALE,
                "demand": row[3],
                "prize": None,
                "skills": [],
            }
            for place, row in enumerate(rows)
            if place
        ],
        "team_cost": 0,
    }


def _read(text: str) -> tuple[int, int, list[list[int]]]:
    """Return the vehicles, their capacity, and the rows of depot and customers."""
    lines = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    begin = next((at for at, (_, words) in enumerate(lines) if all(map(_WHOLE.fullmatch, words))), len(lines))
    rows = [_row(number, words) for number, words in lines[begin + 1 :] if _NUMBER.match(words[0])]
    if not rows or len(lines[begin][1]) != 2:
        raise ValueError("expected a line of vehicles and capacity, then lines of seven whole numbers")
    vehicles, capacity = map(int, lines[begin][1])
    if [row[0] for row in rows] != list(range(len(rows))):
        raise ValueError("expected customers numbered from 0, the depot, upwards")
    return vehicles, capacity, rows


def _row(number: int, words: list[str]) -> list[int]:
    """Return the numbers of a line of the depot or a customer, none of which is passed over."""
    if len(words) != _COLUMNS or not all(map(_WHOLE.fullmatch, words)):
        raise ValueError(f"expected seven whole numbers in line {number}")
    return [int(word) for word in words]


def _travel(one: list[int], other: list[int]) -> int:
    """Return the distance in tenths, cut off: exactly, by the whole root of a whole number."""
    square = (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2
    return math.isqrt(SCALE * SCALE * square)
