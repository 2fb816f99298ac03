"""Small routes problems that tests begin from."""

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[3] / "fixtures" / "problems"


def small() -> dict[str, Any]:
    """Return the small problem, solved by hand in `small_answer`."""
    problem: dict[str, Any] = json.loads((FIXTURES / "routes_small.json").read_text())
    return problem


def small_answer() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((FIXTURES / "routes_small.answer.json").read_text())
    return answer


def team(name: str, **changes: Any) -> dict[str, Any]:
    """Return a team that starts and ends at place 0 and can do everything all day."""
    plain = {"id": name, "start": 0, "end": 0, "from": 0, "to": 1000, "capacity": 100, "max_stops": None, "skills": []}
    return plain | changes


def stop(name: str, place: int, **changes: Any) -> dict[str, Any]:
    """Return a stop that must be visited, at any time, in no time."""
    plain = {"id": name, "place": place, "windows": [[0, 1000]], "service": 0, "demand": 1, "prize": None, "skills": []}
    return plain | changes


def line(count: int, step: int = 10) -> list[list[int]]:
    """Return the matrix of places in a row."""
    return [[step * abs(one - other) for other in range(count)] for one in range(count)]


def problem_of(
    teams: list[dict[str, Any]], stops: list[dict[str, Any]], duration: list[list[int]] | None = None, **changes: Any
) -> dict[str, Any]:
    """Return a problem; the matrix is `line` where none is given."""
    if duration is None:
        places = [t[key] for t in teams for key in ("start", "end")] + [s["place"] for s in stops]
        duration = line(max(places, default=0) + 1)
    problem = {"kind": "routes", "version": 1, "duration": duration, "distance": None, "teams": teams, "stops": stops}
    return problem | {"team_cost": 0} | changes


def orders(solution: dict[str, Any]) -> dict[str, list[str]]:
    """Return the stops of each route."""
    return {route["team"]: [call["stop"] for call in route["stops"]] for route in solution["routes"]}


def left(solution: dict[str, Any]) -> list[str]:
    return [entry["stop"] for entry in solution["left_out"]]


def without_run(solution: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in solution.items() if key != "run"}


def quiet(stage: str, value: int | None, bound: int | None) -> None:
    """Hear of progress, and say nothing."""
