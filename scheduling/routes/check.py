"""Check routes against their problem, from the two files alone.

Shares no code with the solver: feasibility and value are built again from the plain JSON values.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from scheduling.routes.check_unvisited import unvisited_faults

_KEYS = {"kind", "status", "value", "routes", "left_out", "run"}
_OPTIONAL = {"bound"}
_STATUSES = ("optimal", "feasible", "infeasible", "unknown")
_WITHOUT = ("infeasible", "unknown")


def check(problem: Mapping[str, Any], solution: object) -> list[str]:
    """Recompute a solution from scratch.

    Parameters
    ----------
    problem : mapping
        A valid problem.
    solution : object
        The parsed solution file. Any routes that keep the rules are right: a team may wait wherever it likes and leave
        as late as it can. ``bound`` may be missing, or null where the status is not ``optimal``.

    Returns
    -------
    list of str
        One line per fault; empty where the solution is feasible and says the truth about itself.
    """
    if not isinstance(solution, dict):
        return ["$: expected an object"]
    faults = [f"$.{key}: missing" for key in sorted(_KEYS - solution.keys())]
    known = _KEYS | _OPTIONAL
    if solution.get("status") in _WITHOUT:
        known = known | {"why"}
    if solution.get("kind") != "routes":
        faults.append('$.kind: expected "routes"')
    if solution.get("status") not in _STATUSES:
        faults.append(f"$.status: expected one of {', '.join(_STATUSES)}")
    beside = [f"$.{key}: unknown key" for key in sorted(solution.keys() - known, key=str)]
    if not isinstance(solution.get("run", {}), dict):
        beside.append("$.run: expected an object")
    if faults:
        return faults + beside
    if solution["status"] in _WITHOUT:
        return beside + unvisited_faults(problem, solution)
    checker = _Checker(problem)
    checker.routes(solution["routes"])
    checker.required()
    checker.left_out(solution["left_out"])
    checker.totals(solution)
    return beside + checker.faults


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class _Checker:
    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.faults: list[str] = []
        self.problem = problem
        self.duration = problem["duration"]
        self.distance = problem["duration"] if problem.get("distance") is None else problem["distance"]
        self.teams = {team["id"]: team for team in problem["teams"]}
        self.stops = {stop["id"]: stop for stop in problem["stops"]}
        self.visited: dict[str, str] = {}
        self.driven: dict[str, str] = {}
        self.used = 0
        self.length = 0

    def say(self, line: str) -> None:
        self.faults.append(line)

    def routes(self, routes: object) -> None:
        if not isinstance(routes, list):
            self.say("$.routes: expected a list")
            return
        for i, route in enumerate(routes):
            path = f"$.routes[{i}]"
            if not isinstance(route, dict) or route.keys() != {"team", "stops", "distance"}:
                self.say(f"{path}: expected an object with the keys distance, stops, team")
                continue
            name = route["team"]
            if not isinstance(name, str) or name not in self.teams:
                self.say(f"{path}.team: {name!r} is no team")
                continue
            if name in self.driven:
                self.say(f"{path}.team: {name!r} has a route already, {self.driven[name]}")
                continue
            self.driven[name] = path
            self.route(route, self.teams[name], path)

    def route(self, route: Mapping[str, Any], team: Mapping[str, Any], path: str) -> None:
        if not isinstance(route["stops"], list):
            self.say(f"{path}.stops: expected a list")
            return
        calls: list[Mapping[str, Any]] = []
        for k, call in enumerate(route["stops"]):
            at = f"{path}.stops[{k}]"
            if not isinstance(call, dict) or call.keys() != {"stop", "arrive", "start", "leave"}:
                self.say(f"{at}: expected an object with the keys arrive, leave, start, stop")
                return
            if not isinstance(call["stop"], str) or call["stop"] not in self.stops:
                self.say(f"{at}.stop: {call['stop']!r} is no stop")
                return
            wrong = [key for key in ("arrive", "start", "leave") if not _whole(call[key])]
            if wrong:
                self.faults += [f"{at}.{key}: expected an integer, found {call[key]!r}" for key in wrong]
                return
            self.once(call["stop"], at)
            calls.append(call)
        self.loads(team, calls, path)
        self.times(team, calls, path)
        length = self.length_of(team, calls)
        self.length += length
        self.used += bool(calls)
        if not _whole(route["distance"]) or route["distance"] != length:
            self.say(f"{path}.distance: expected {length}, found {route['distance']!r}")

    def once(self, name: str, path: str) -> None:
        if name in self.visited:
            self.say(f"{path}.stop: {name!r} is visited already, {self.visited[name]}")
        self.visited.setdefault(name, path)

    def loads(self, team: Mapping[str, Any], calls: list[Mapping[str, Any]], path: str) -> None:
        """Skills, capacity and number of stops."""
        stops = [self.stops[call["stop"]] for call in calls]
        for k, stop in enumerate(stops):
            missing = sorted(set(stop["skills"]) - set(team["skills"]))
            if missing:
                self.say(f"{path}.stops[{k}].stop: team {team['id']!r} lacks the skills {', '.join(missing)}")
        demand = sum(stop["demand"] for stop in stops)
        if demand > team["capacity"]:
            self.say(f"{path}.stops: demands add up to {demand}, capacity {team['capacity']}")
        most = team.get("max_stops")
        if most is not None and len(stops) > most:
            self.say(f"{path}.stops: {len(stops)} stops, max_stops {most}")

    def times(self, team: Mapping[str, Any], calls: list[Mapping[str, Any]], path: str) -> None:
        """Hours of the team, travel, windows and service."""
        place, ready, after = team["start"], team["from"], "from"
        for k, call in enumerate(calls):
            at, stop = f"{path}.stops[{k}]", self.stops[call["stop"]]
            soonest = ready + self.duration[place][stop["place"]]
            if call["arrive"] < soonest:
                self.say(f"{at}.arrive: {call['arrive']} is too early, travel after {after} {ready} ends at {soonest}")
            if call["start"] < call["arrive"]:
                self.say(f"{at}.start: {call['start']} is before arrive {call['arrive']}")
            if not any(low <= call["start"] <= high for low, high in stop["windows"]):
                self.say(f"{at}.start: {call['start']} is in no window of {stop['id']!r}")
            done = call["start"] + stop["service"]
            if call["leave"] != done:
                self.say(f"{at}.leave: expected {done}, the end of service, found {call['leave']}")
            place, ready, after = stop["place"], done, "leave"
        if calls:
            back = ready + self.duration[place][team["end"]]
            if back > team["to"]:
                self.say(f"{path}.stops: team {team['id']!r} is back at {back}, to {team['to']}")

    def length_of(self, team: Mapping[str, Any], calls: list[Mapping[str, Any]]) -> int:
        if not calls:
            return 0
        way = [team["start"], *(self.stops[call["stop"]]["place"] for call in calls), team["end"]]
        return sum(int(self.distance[one][other]) for one, other in pairwise(way))

    def required(self) -> None:
        for name, stop in sorted(self.stops.items()):
            if stop.get("prize") is None and name not in self.visited:
                self.say(f"$.routes: stop {name!r} must be visited")

    def left_out(self, left_out: object) -> None:
        if not isinstance(left_out, list):
            self.say("$.left_out: expected a list")
            return
        told: set[str] = set()
        for i, entry in enumerate(left_out):
            path = f"$.left_out[{i}]"
            if not isinstance(entry, dict) or entry.keys() != {"stop", "reasons"}:
                self.say(f"{path}: expected an object with the keys reasons, stop")
                continue
            name = entry["stop"]
            if not isinstance(name, str) or name not in self.stops:
                self.say(f"{path}.stop: {name!r} is no stop")
                continue
            if name in self.visited:
                self.say(f"{path}.stop: {name!r} is visited, {self.visited[name]}")
            if name in told:
                self.say(f"{path}.stop: {name!r} stands twice")
            told.add(name)
            self.reasons(entry["reasons"], f"{path}.reasons")
        for name in sorted(self.stops.keys() - self.visited.keys() - told):
            self.say(f"$.left_out: stop {name!r} is not visited and not listed")

    def reasons(self, reasons: object, path: str) -> None:
        if not isinstance(reasons, list):
            self.say(f"{path}: expected a list")
            return
        for i, reason in enumerate(reasons):
            if not isinstance(reason, dict) or not isinstance(reason.get("code"), str):
                self.say(f"{path}[{i}]: expected an object with a code")

    def totals(self, solution: Mapping[str, Any]) -> None:
        prizes = sum(stop.get("prize") or 0 for name, stop in self.stops.items() if name not in self.visited)
        value = self.length + self.problem["team_cost"] * self.used + prizes
        if not _whole(solution["value"]) or solution["value"] != value:
            self.say(f"$.value: expected {value}, found {solution['value']!r}")
        if "bound" not in solution:
            return
        bound = solution["bound"]
        if bound is not None and not _whole(bound):
            self.say(f"$.bound: expected an integer or null, found {bound!r}")
        elif bound is not None and bound > value:
            self.say(f"$.bound: {bound} is above the value {value}")
        elif solution["status"] == "optimal" and bound != value:
            self.say(f"$.status: 'optimal' is not proven by the bound {bound}, value {value}")
