"""Check a solution file that says that not every required stop can be visited, from the two files alone.

Shares no code with the solver. That no routes exist cannot be recomputed in all cases; routes that refute it can be
looked for, and are, for a while.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scheduling.listing import cut_short, listing_faults, why_faults

_LOOKS = 200_000
"""So many routes are looked at, at most: about two seconds."""

_PROOFS = ("no_team_can_serve", "not_enough_capacity", "not_enough_stops_allowed")

Order = list[Mapping[str, Any]]


def unvisited_faults(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> list[str]:
    """Return a line per fault of a solution file without a solution.

    Parameters
    ----------
    problem : mapping
        A valid problem.
    solution : mapping
        With all keys of a solution file and the status ``infeasible`` or ``unknown``.
    """
    faults, proven = [], solution["status"] == "infeasible"
    required = [stop for stop in problem["stops"] if stop.get("prize") is None]
    if not required and (proven or not cut_short(solution)):
        faults.append(f"$.status: {solution['status']!r} is impossible where every stop may be left out")
    if solution["routes"] != []:
        faults.append("$.routes: expected none without a solution")
    faults += why_faults(solution) or _why(problem, solution["why"])
    for key in ("value", "bound"):
        if solution.get(key) is not None:
            faults.append(f"$.{key}: expected null without a solution")
    known = {stop["id"]: stop for stop in problem["stops"]}
    faults += listing_faults(solution["left_out"], "$.left_out", "stop", known, counted=False)
    if faults:
        return faults
    for i, entry in enumerate(solution["left_out"]):
        if known[entry["stop"]].get("prize") is not None:
            faults.append(f"$.left_out[{i}].stop: {entry['stop']!r} need not be visited")
    if proven and not solution["left_out"]:
        faults.append("$.left_out: expected the stops that cannot all be visited")
    if proven and not faults and Visitor(problem).visits_all(required):
        faults.append(f"$.status: 'infeasible' is wrong, all {len(required)} required stops can be visited")
    return faults


def _why(problem: Mapping[str, Any], why: Mapping[str, Any]) -> list[str]:
    """Add up a proof that not all required stops can be visited; the codes of other programs mean what they like."""
    if why["code"] not in _PROOFS:
        return []
    counts = why["code"] != "no_team_can_serve"
    required = {stop["id"]: stop for stop in problem["stops"] if stop.get("prize") is None}
    teams = {team["id"]: team for team in problem["teams"]}
    faults = _names(why.get("stops"), "$.why.stops", "stops that must be visited", required)
    faults += _names(why.get("teams"), "$.why.teams", "teams", teams) if counts else []
    if faults or not counts:
        return faults
    who = [teams[name] for name in why["teams"]]
    if why["code"] == "not_enough_capacity":
        needed = sum(required[name]["demand"] for name in why["stops"])
        available = sum(team["capacity"] for team in who)
    else:
        if any(team.get("max_stops") is None for team in who):
            return ["$.why.teams: expected teams with max_stops"]
        needed, available = len(why["stops"]), sum(team["max_stops"] for team in who)
    for key, right in (("needed", needed), ("available", available)):
        told = why.get(key)
        if type(told) is not int or told != right:
            faults.append(f"$.why.{key}: expected {right}, found {told!r}")
    if needed <= available:
        faults.append(f"$.why: {needed} needed and {available} available are no proof")
    return faults


def _names(value: object, path: str, what: str, known: Collection[str]) -> list[str]:
    """Return a line where a value is no list of ids, or none at all."""
    right = isinstance(value, list) and value and all(isinstance(name, str) and name in known for name in value)
    if right and isinstance(value, list) and len(set(value)) == len(value):
        return []
    return [f"{path}: expected ids of {what}, one or more, each once"]


@dataclass(frozen=True, slots=True)
class _Way:
    """How far the teams up to this one have come.

    Attributes
    ----------
    team : int
    last : int
        The stop that the team has visited last, -1 before its first.
    time : int
        When it is ready to go on.
    load, count : int
        Demands and number of its stops.
    mine, done : int
        The stops of this team, and of all so far, as bits.
    """

    team: int
    last: int
    time: int
    load: int
    count: int
    mine: int
    done: int


class Visitor:
    """Looks for routes that visit some stops, for a while.

    Parameters
    ----------
    problem : mapping
        A valid problem.

    Notes
    -----
    First stops are put into routes one by one, always one that has fewest teams, and taken out again where one fits
    nowhere. That misses routes in which a detour over another stop is the quicker way; so then routes are driven in the
    order of time, team by team, each next stop any that is not visited yet.
    """

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self._duration, self._teams = problem["duration"], problem["teams"]
        self._stops: Order = problem["stops"]
        self._orders: list[Order] = [[] for _ in self._teams]
        self._looks = 0

    def visits_all(self, stops: Order) -> bool:
        """Tell whether routes were found that visit all these stops."""
        return not stops or self._inserted(stops) or self._driven(stops)

    def _inserted(self, stops: Order) -> bool:
        """Tell whether all these stops could be put into routes one by one."""
        path = [self._next(stops)]
        while path:
            choice = next(path[-1], None) if self._looks < _LOOKS else None
            if choice is None:
                path.pop()
                continue
            team, order, left = choice
            if not left:
                return True
            path.append(self._with(team, order, left))
        return False

    def _with(self, team: int, order: Order, left: Order) -> Iterator[tuple[int, Order, Order]]:
        """Give the choices that follow on a choice, which stands as long as they last."""
        before, self._orders[team] = self._orders[team], order
        yield from self._next(left)
        self._orders[team] = before

    def _next(self, stops: Order) -> Iterator[tuple[int, Order, Order]]:
        """Return team, its new order and the stops that are left, for the stop that has fewest of these."""
        choices = [[(team, order) for team in range(len(self._teams)) for order in self._added(team, s)] for s in stops]
        scarcest = min(range(len(stops)), key=lambda at: len(choices[at]))
        left = [stop for at, stop in enumerate(stops) if at != scarcest]
        return iter([(team, order, left) for team, order in choices[scarcest]])

    def _added(self, team: int, stop: Mapping[str, Any]) -> list[Order]:
        """Return the orders of a team with one more stop that keep all rules, soonest back first."""
        who, order = self._teams[team], self._orders[team]
        if not self._serves(who, stop, sum(other["demand"] for other in order), len(order)):
            return []
        longer = [[*order[:at], stop, *order[at:]] for at in range(len(order) + 1)]
        back = [(self._back(who, one), at) for at, one in enumerate(longer)]
        return [longer[at] for time, at in sorted(back) if time <= who["to"]]

    def _back(self, who: Mapping[str, Any], order: Order) -> float:
        """Return when a team is back that never dawdles; never where it comes too late to a stop."""
        self._looks += 1
        time, place = who["from"], who["start"]
        for stop in order:
            time += self._duration[place][stop["place"]]
            begins = [max(time, low) for low, high in stop["windows"] if time <= high]
            if not begins:
                return float("inf")
            time, place = min(begins) + stop["service"], stop["place"]
        return float(time + self._duration[place][who["end"]])

    def _driven(self, stops: Order) -> bool:
        """Tell whether teams that drive one after the other, over any stops, come to all of these."""
        if not all(any(self._serves(who, stop, 0, 0) for who in self._teams) for stop in stops):
            return False
        wanted = {stop["id"] for stop in stops}
        goal = sum(1 << at for at, stop in enumerate(self._stops) if stop["id"] in wanted)
        soonest: dict[tuple[int, int, int, int], int] = {}
        path = [iter([self._out(0, 0)])]
        while path:
            way = next(path[-1], None) if self._looks < _LOOKS else None
            if way is None:
                path.pop()
                continue
            if way.done & goal == goal and self._is_back(way):
                return True
            # Whoever has come to the same stop over the same stops sooner has all the ways on, and found none.
            same = way.team, way.last, way.mine, way.done
            if same not in soonest or way.time < soonest[same]:
                soonest[same] = way.time
                path.append(self._onward(way, goal))
        return False

    def _out(self, team: int, done: int) -> _Way:
        return _Way(team, -1, self._teams[team]["from"], 0, 0, 0, done)

    def _serves(self, who: Mapping[str, Any], stop: Mapping[str, Any], load: int, count: int) -> bool:
        """Tell whether a team with this load and number of stops may have one more."""
        most = who.get("max_stops")
        able = set(stop["skills"]) <= set(who["skills"]) and (most is None or count < most)
        return able and load + stop["demand"] <= who["capacity"]

    def _is_back(self, way: _Way) -> bool:
        """Tell whether a team may end its way here."""
        who = self._teams[way.team]
        if way.last < 0:
            return True
        return bool(way.time + self._duration[self._stops[way.last]["place"]][who["end"]] <= who["to"])

    def _onward(self, way: _Way, goal: int) -> Iterator[_Way]:
        """Give the ways on: to each stop not visited yet, those of the goal first and soonest; then the next team."""
        further = [on for at in range(len(self._stops)) if not way.done >> at & 1 for on in self._to(way, at)]
        yield from sorted(further, key=lambda on: (not goal >> on.last & 1, on.time))
        if way.team + 1 < len(self._teams) and self._is_back(way):
            yield self._out(way.team + 1, way.done)

    def _to(self, way: _Way, at: int) -> Iterator[_Way]:
        """Give the way on to a stop, if there is one."""
        self._looks += 1
        who, stop = self._teams[way.team], self._stops[at]
        place = who["start"] if way.last < 0 else self._stops[way.last]["place"]
        time = way.time + self._duration[place][stop["place"]]
        begins = [max(time, low) for low, high in stop["windows"] if time <= high]
        if begins and self._serves(who, stop, way.load, way.count):
            leave, bit = min(begins) + stop["service"], 1 << at
            if leave <= who["to"]:
                load = way.load + stop["demand"]
                yield _Way(way.team, at, leave, load, way.count + 1, way.mine | bit, way.done | bit)
