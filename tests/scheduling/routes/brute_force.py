"""Routes solved by trying everything: no code of the solver is used."""

import random
from functools import cache
from itertools import pairwise, permutations
from typing import Any

from tests.scheduling.routes.problems import problem_of, stop, team


def _distance_of(problem: dict[str, Any]) -> list[list[int]]:
    return problem["duration"] if problem["distance"] is None else problem["distance"]


def _in_time(problem: dict[str, Any], who: dict[str, Any], order: tuple[int, ...]) -> bool:
    """Tell whether an order works when nobody dawdles."""
    time, place = who["from"], who["start"]
    for index in order:
        there = problem["stops"][index]
        time += problem["duration"][place][there["place"]]
        starts = [max(time, low) for low, high in there["windows"] if time <= high]
        if not starts:
            return False
        time, place = min(starts) + there["service"], there["place"]
    return time + problem["duration"][place][who["end"]] <= who["to"]


def cheapest_route(problem: dict[str, Any], who: dict[str, Any], chosen: tuple[int, ...]) -> int | None:
    """Return the cost of the best order of a set of stops for a team, None where there is none."""
    if not chosen:
        return 0
    stops = [problem["stops"][index] for index in chosen]
    if any(set(there["skills"]) - set(who["skills"]) for there in stops):
        return None
    if sum(there["demand"] for there in stops) > who["capacity"]:
        return None
    if who["max_stops"] is not None and len(stops) > who["max_stops"]:
        return None
    best = None
    distance = _distance_of(problem)
    for order in permutations(chosen):
        if not _in_time(problem, who, order):
            continue
        way = [who["start"], *(problem["stops"][index]["place"] for index in order), who["end"]]
        cost = problem["team_cost"] + sum(distance[one][other] for one, other in pairwise(way))
        best = cost if best is None else min(best, cost)
    return best


def optimum(problem: dict[str, Any]) -> int | None:
    """Return the least value, None where not all required stops can be visited."""
    count = len(problem["stops"])
    costs = [
        {
            mask: cheapest_route(problem, who, tuple(i for i in range(count) if mask >> i & 1))
            for mask in range(1 << count)
        }
        for who in problem["teams"]
    ]

    @cache
    def best(number: int, left: int) -> int | None:
        """Return the least value of the stops left with the teams from a number on."""
        if number == len(costs):
            prizes = [problem["stops"][i]["prize"] for i in range(count) if left >> i & 1]
            return None if None in prizes else sum(prizes)
        found, part = None, left
        while True:
            cost, rest = costs[number][part], best(number + 1, left & ~part)
            if cost is not None and rest is not None:
                found = cost + rest if found is None else min(found, cost + rest)
            if not part:
                return found
            part = (part - 1) & left

    return best(0, (1 << count) - 1)


def random_problem(seed: int, stops: int = 5, teams: int = 3) -> dict[str, Any]:
    """Return a tiny problem with a bit of everything; about one in six cannot be solved."""
    rng = random.Random(seed)
    places = rng.randint(1, stops + 1)
    metric = rng.random() < 0.5
    diagonal = rng.random() < 0.3

    def matrix() -> list[list[int]]:
        if metric:
            spots = [(rng.randint(0, 30), rng.randint(0, 30)) for _ in range(places)]
            rows = [[abs(a[0] - b[0]) + abs(a[1] - b[1]) for b in spots] for a in spots]
        else:
            rows = [[rng.randint(0, 40) for _ in range(places)] for _ in range(places)]
        for i in range(places):
            rows[i][i] = rng.randint(0, 9) if diagonal else 0
        return rows

    def windows() -> list[list[int]]:
        if rng.random() < 0.3:
            return [[0, 300]]
        found = []
        for _ in range(rng.randint(1, 3)):
            low = rng.randint(0, 180)
            found.append([low, low + rng.choice([0, 5, 20, 60])])
        return found

    skills = ["dialect", "nurse"]
    crew = [
        team(
            f"t{number}",
            start=rng.randrange(places),
            end=rng.randrange(places),
            to=rng.choice([90, 150, 250, 400]),
            capacity=rng.choice([2, 4, 9]),
            max_stops=rng.choice([None, None, 0, 1, 3]),
            skills=[skill for skill in skills if rng.random() < 0.6],
            **{"from": rng.choice([0, 0, 20, 60])},
        )
        for number in range(rng.randint(0, teams) if rng.random() < 0.2 else teams)
    ]
    calls = [
        stop(
            f"h{number}",
            rng.randrange(places),
            windows=windows(),
            service=rng.randint(0, 15),
            demand=rng.randint(0, 3),
            prize=rng.choice([None, 0, 15, 40, 90]) if rng.random() < 0.8 else None,
            skills=[skill for skill in skills if rng.random() < 0.15],
        )
        for number in range(rng.randint(0, stops))
    ]
    distance = matrix() if rng.random() < 0.5 else None
    return problem_of(crew, calls, matrix(), distance=distance, team_cost=rng.choice([0, 0, 7, 50]))
