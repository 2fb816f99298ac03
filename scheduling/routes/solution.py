"""Routes written down as a solution file."""

from typing import Any

from scheduling.routes.problem import Problem, Routes
from scheduling.routes.reasons import impossible, left_out
from scheduling.routes.search import Found, Search
from scheduling.routes.travel import Travel


def answer_of(search: Search, found: Found) -> dict[str, Any]:
    """Return the solution file but for ``run``."""
    problem = search.problem
    if found.missing:
        return _none_found(search, found)
    visited = {stop for stops in found.routes for stop in stops}
    left = [stop for stop in range(len(problem.stops)) if stop not in visited]
    return {
        "kind": "routes",
        "status": "optimal" if found.bound is not None and found.bound >= found.value else "feasible",
        "value": found.value,
        "bound": found.bound,
        "routes": written(search.travel, found.routes),
        "left_out": left_out(search.grid, search.able, found.routes, left),
    }


def written(travel: Travel, routes: Routes) -> list[dict[str, Any]]:
    """Write down the routes of the teams that set out, with their times."""
    problem: Problem = travel.problem
    entries = []
    for team, stops in enumerate(routes):
        if not stops:
            continue
        calls = [
            {"stop": problem.stops[stop], "arrive": arrive, "start": start, "leave": leave}
            for stop, (arrive, start, leave) in zip(stops, travel.visits(team, stops), strict=True)
        ]
        entries.append({"team": problem.teams[team], "stops": calls, "distance": travel.distance(team, stops)})
    return entries


def _none_found(search: Search, found: Found) -> dict[str, Any]:
    """Say that not every required stop is visited, whether that is proven, and what stands in the way."""
    problem = search.problem
    proof = impossible(problem, search.able)
    if proof is None and found.impossible:
        proof = {"code": "required_stops_exclude_each_other", "stops": []}
    why = proof or {
        "code": "none_found_in_time" if search.stop.interrupted else "none_found",
        "stops": [problem.stops[stop] for stop in found.missing],
    }
    return {
        "kind": "routes",
        "status": "unknown" if proof is None else "infeasible",
        "value": None,
        "bound": None,
        "routes": [],
        "left_out": left_out(search.grid, search.able, found.routes, found.missing),
        "why": why,
    }
