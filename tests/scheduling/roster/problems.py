"""Small roster problems that tests begin from."""

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[3] / "fixtures" / "problems"

WEIGHTS = {
    "uncovered": 1000,
    "missing_adult": 800,
    "missing_lead": 600,
    "missing_skill": 400,
    "load": 10,
    "wish": 1,
    "change": 50,
}


def small() -> dict[str, Any]:
    """Return the small problem, solved by hand in `small_answer`.

    Only li leads, so li takes both Fridays; mei is the only other person on the first. On Saturday morning only mei
    knows first aid, needs an hour's rest after it and has used both her shifts, so the afternoon is li's, and tao joins
    mei. That is all 300 minutes of li's week: the Sunday, which only li could take, stays empty.
    """
    problem: dict[str, Any] = json.loads((FIXTURES / "roster_small.json").read_text())
    return problem


def small_answer() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((FIXTURES / "roster_small.answer.json").read_text())
    return answer


def shift(name: str, start: int, end: int, **changes: Any) -> dict[str, Any]:
    plain = {"id": name, "start": start, "end": end, "needs": 1, "min_adults": 0, "min_leads": 0, "skills": {}}
    return plain | changes


def person(name: str, **changes: Any) -> dict[str, Any]:
    """Return a person who can do everything at any time."""
    free = {"available": [[0, 40_320]], "max_minutes_per_week": 10_080, "max_shifts": None, "min_rest": 0}
    return {"id": name, "adult": True, "lead": True, "skills": ["first_aid"], **free, "wishes": {}} | changes


def roster(shifts: list[dict[str, Any]], people: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Return a problem; ``weights`` in ``changes`` are changes of `WEIGHTS`."""
    weights = WEIGHTS | changes.pop("weights", {})
    lists: dict[str, Any] = {"fixed": [], "forbidden": [], "previous": []}
    problem = {"kind": "roster", "version": 1, "shifts": shifts, "people": people, **lists, "weights": weights}
    return problem | changes


def pairs(*entries: tuple[str, str]) -> list[dict[str, str]]:
    return [{"shift": name, "person": who} for name, who in entries]


def assigned(solution: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["shift"], entry["person"]) for entry in solution["assignments"]]
