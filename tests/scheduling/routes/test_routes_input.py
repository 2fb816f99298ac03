"""Faulty problems: each fault is named by its JSON path, nothing is guessed, nothing is dropped."""

import json
import random
from typing import Any

import pytest

from scheduling import routes
from scheduling.faults import InvalidProblem
from scheduling.reading import parse_json
from scheduling.routes.load import load, merged
from tests.scheduling.routes.brute_force import random_problem
from tests.scheduling.routes.problems import line, problem_of, small, stop, team

MISSING = object()


def two_by_two() -> dict[str, Any]:
    return problem_of([team("a"), team("b")], [stop("x", 1), stop("y", 2, prize=5)], distance=line(3, 1))


def changed(problem: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the problem with one value replaced, added or (`MISSING`) removed; the path is written with dots."""
    problem = json.loads(json.dumps(problem))
    at: Any = problem
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        at = at[part]
    if value is MISSING:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return problem


def paths(problem: Any) -> list[str]:
    with pytest.raises(InvalidProblem) as raised:
        routes.solve(problem)
    return [fault.path for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("kind", "roster", "$.kind"),
        ("kind", MISSING, "$.kind"),
        ("version", "1", "$.version"),
        ("depots", [], "$.depots"),
        ("team_cost", -1, "$.team_cost"),
        ("team_cost", 1.0, "$.team_cost"),
        ("team_cost", MISSING, "$.team_cost"),
        ("duration", MISSING, "$.duration"),
        ("duration", None, "$.duration"),
        ("duration", {}, "$.duration"),
        ("duration.1", 7, "$.duration[1]"),
        ("duration.1", [1, 2], "$.duration[1]"),
        ("duration.1.2", -1, "$.duration[1][2]"),
        ("duration.1.2", None, "$.duration[1][2]"),
        ("duration.1.2", 1.5, "$.duration[1][2]"),
        ("duration.1.2", True, "$.duration[1][2]"),
        ("duration.1.2", 10**9 + 1, "$.duration[1][2]"),
        ("distance", [[0, 1], [1, 0]], "$.distance"),
        ("distance", 3, "$.distance"),
        ("distance.0", [0, 1, 2, 3], "$.distance[0]"),
        ("distance.2.0", "1", "$.distance[2][0]"),
        ("teams", MISSING, "$.teams"),
        ("teams", {}, "$.teams"),
        ("teams.0", None, "$.teams[0]"),
        ("teams.1.id", "a", "$.teams[1].id"),
        ("teams.1.id", "", "$.teams[1].id"),
        ("teams.1.id", 4, "$.teams[1].id"),
        ("teams.0.start", 3, "$.teams[0].start"),
        ("teams.0.start", -1, "$.teams[0].start"),
        ("teams.0.end", None, "$.teams[0].end"),
        ("teams.0.end", True, "$.teams[0].end"),
        ("teams.0.from", -5, "$.teams[0].from"),
        ("teams.0.from", 1001, "$.teams[0].to"),
        ("teams.0.to", MISSING, "$.teams[0].to"),
        ("teams.0.capacity", -1, "$.teams[0].capacity"),
        ("teams.0.capacity", None, "$.teams[0].capacity"),
        ("teams.0.max_stops", -1, "$.teams[0].max_stops"),
        ("teams.0.max_stops", "2", "$.teams[0].max_stops"),
        ("teams.0.skills", MISSING, "$.teams[0].skills"),
        ("teams.0.skills", "nurse", "$.teams[0].skills"),
        ("teams.0.skills", ["nurse", "nurse"], "$.teams[0].skills[1]"),
        ("teams.0.driver", 1, "$.teams[0].driver"),
        ("stops", None, "$.stops"),
        ("stops.0", [], "$.stops[0]"),
        ("stops.1.id", "x", "$.stops[1].id"),
        ("stops.0.place", 3, "$.stops[0].place"),
        ("stops.0.place", "1", "$.stops[0].place"),
        ("stops.0.windows", [], "$.stops[0].windows"),
        ("stops.0.windows", None, "$.stops[0].windows"),
        ("stops.0.windows", [[5, 4]], "$.stops[0].windows[0][1]"),
        ("stops.0.windows", [[5]], "$.stops[0].windows[0]"),
        ("stops.0.windows", [[0, 5], [-1, 3]], "$.stops[0].windows[1][0]"),
        ("stops.0.windows", [[0, None]], "$.stops[0].windows[0][1]"),
        ("stops.0.service", -1, "$.stops[0].service"),
        ("stops.0.service", MISSING, "$.stops[0].service"),
        ("stops.0.demand", -1, "$.stops[0].demand"),
        ("stops.0.prize", -1, "$.stops[0].prize"),
        ("stops.0.prize", "no", "$.stops[0].prize"),
        ("stops.0.skills", [0], "$.stops[0].skills[0]"),
        ("stops.0.window", [[0, 1]], "$.stops[0].window"),
    ],
)
def test_a_fault_is_named_by_its_path(path: str, value: Any, named: str) -> None:
    assert named in paths(changed(two_by_two(), path, value))


def test_every_fault_is_named() -> None:
    problem = changed(changed(changed(two_by_two(), "teams.0.to", -1), "stops.1.demand", None), "duration.0.1", -3)

    assert paths(problem) == ["$.duration[0][1]", "$.teams[0].to", "$.stops[1].demand"]


@pytest.mark.parametrize("document", [None, 3, "routes", [], [{}], {}, True])
def test_what_is_no_problem_is_refused(document: object) -> None:
    assert paths(document)[0].startswith("$")


def test_a_key_that_stands_twice_is_a_fault() -> None:
    text = json.dumps(two_by_two()).replace('"service": 0', '"service": 0, "service": 1', 1)

    assert paths(parse_json(text)) == ["$.stops[0].service"]


def test_what_may_be_null_may_be_left_out() -> None:
    problem = two_by_two()
    shorter = json.loads(json.dumps(problem))
    del shorter["teams"][0]["max_stops"], shorter["stops"][0]["prize"]

    assert load(shorter).prize.tolist() == load(problem).prize.tolist()
    del shorter["distance"]
    assert load(shorter).distance.tolist() == problem["duration"]


def test_windows_that_overlap_or_touch_are_one() -> None:
    assert merged([(50, 60), (0, 10), (5, 20), (21, 30)]) == ((0, 30), (50, 60))


def test_a_problem_with_nothing_in_it_is_solved() -> None:
    solution = routes.solve(problem_of([], [], []))

    assert (solution["status"], solution["value"], solution["routes"]) == ("optimal", 0, [])


def test_random_damage_is_named_or_solved_but_never_crashes() -> None:
    rng = random.Random(4)
    junk = [None, -1, 0, 1, 2.5, "x", "", [], {}, True, 10**30, [[]], [[0, 1]], ["nurse"], float("nan"), "\ud800"]
    faulty = 0
    for number in range(3000):
        problem = small() if number % 3 else random_problem(number)
        for _ in range(rng.randint(1, 3)):
            at: Any = problem
            while True:
                keys = list(at) if isinstance(at, dict) else list(range(len(at)))
                if not keys:
                    break
                key = rng.choice(keys)
                if not isinstance(at[key], dict | list) or rng.random() < 0.2:
                    if rng.random() < 0.2:
                        del at[key]
                    else:
                        at[key] = rng.choice(junk)
                    break
                at = at[key]
        lines = faults_of(problem)
        faulty += bool(lines)
        assert all(line.startswith("$") for line in lines)
    assert faulty > 2000


def faults_of(problem: Any) -> list[str]:
    try:
        load(problem)
    except InvalidProblem as invalid:
        return [str(fault) for fault in invalid.faults]
    return []
