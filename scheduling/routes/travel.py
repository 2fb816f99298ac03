"""What a route of a team means: its rules, its times and its distance."""

from collections.abc import Sequence
from enum import Enum

import numpy as np

from scheduling.routes.problem import NO_LIMIT, Bools, Ints, Problem, Routes, Windows


class Rule(Enum):
    """A hard rule that a route can break; the values are reason codes."""

    SKILLS = "no_team_with_skills"
    DEMAND = "demand_too_large"
    MAX_STOPS = "too_many_stops"
    WINDOW = "window_unreachable"


def first_start(windows: Windows, time: int) -> int | None:
    """Return the first time, not before the given one, at which service may begin."""
    for low, high in windows:
        if time <= high:
            return max(time, low)
    return None


def last_start(windows: Windows, time: int) -> int | None:
    """Return the last time, not after the given one, at which service may begin."""
    for low, high in reversed(windows):
        if low <= time:
            return min(time, high)
    return None


class Travel:
    """The numbers of a problem as plain lists, which are the quickest to walk along a route.

    Parameters
    ----------
    problem : Problem
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.duration: list[list[int]] = problem.duration.tolist()
        self.length: list[list[int]] = problem.distance.tolist()
        self.place: list[int] = problem.place.tolist()
        self.service: list[int] = problem.service.tolist()
        self.demand: list[int] = problem.demand.tolist()
        self.prize: list[int] = problem.prize.tolist()
        self.start: list[int] = problem.start.tolist()
        self.end: list[int] = problem.end.tolist()
        self.opens: list[int] = problem.opens.tolist()
        self.closes: list[int] = problem.closes.tolist()
        self.capacity: list[int] = problem.capacity.tolist()
        self.max_stops: list[int] = problem.max_stops.tolist()
        self.skilled: Bools = problem.skilled

    def distance(self, team: int, stops: Sequence[int]) -> int:
        """Return the distance of a team's route; 0 for a team that stays at home."""
        if not stops:
            return 0
        at, total = self.start[team], 0
        for stop in stops:
            total += self.length[at][self.place[stop]]
            at = self.place[stop]
        return total + self.length[at][self.end[team]]

    def value(self, routes: Routes) -> int:
        """Return distance, team costs and prizes of the stops left out; required ones that are missing cost nothing."""
        visited = {stop for stops in routes for stop in stops}
        left = sum(prize for stop, prize in enumerate(self.prize) if prize > 0 and stop not in visited)
        used = sum(1 for stops in routes if stops)
        return sum(map(self.distance, range(len(routes)), routes)) + self.problem.team_cost * used + left

    def has_skills(self, team: int, stops: Sequence[int]) -> bool:
        """Tell whether a team has all skills of all stops."""
        return bool(self.skilled[team, list(stops)].all())

    def within_capacity(self, team: int, stops: Sequence[int]) -> bool:
        """Tell whether the demands fit a team's capacity."""
        return sum(self.demand[stop] for stop in stops) <= self.capacity[team]

    def within_max_stops(self, team: int, stops: Sequence[int]) -> bool:
        """Tell whether a team may make so many stops."""
        return self.max_stops[team] == NO_LIMIT or len(stops) <= self.max_stops[team]

    def in_time(self, team: int, stops: Sequence[int]) -> bool:
        """Tell whether every stop can begin in one of its windows, and the team be back in time."""
        return self.earliest(team, stops, self.opens[team]) is not None

    def broken(self, team: int, stops: Sequence[int]) -> list[Rule]:
        """Return the hard rules that a route breaks."""
        rules = (
            (Rule.SKILLS, self.has_skills),
            (Rule.DEMAND, self.within_capacity),
            (Rule.MAX_STOPS, self.within_max_stops),
            (Rule.WINDOW, self.in_time),
        )
        return [rule for rule, keeps in rules if not keeps(team, stops)]

    def earliest(self, team: int, stops: Sequence[int], departure: int) -> list[int] | None:
        """Return when service begins at each stop if nobody dawdles; None where the route is not in time."""
        at, time, starts = self.start[team], departure, []
        for stop in stops:
            place = self.place[stop]
            begin = first_start(self.problem.windows[stop], time + self.duration[at][place])
            if begin is None:
                return None
            starts.append(begin)
            at, time = place, begin + self.service[stop]
        home = time + self.duration[at][self.end[team]]
        return starts if not stops or home <= self.closes[team] else None

    def departure(self, team: int, stops: Sequence[int]) -> int:
        """Return when a team should leave: as late as it can and still be back as early as it can."""
        starts = self.earliest(team, stops, self.opens[team])
        if not starts:
            raise ValueError("a route that is not in time has no departure")
        limit = starts[-1]
        for stop, following in zip(reversed(stops[:-1]), reversed(stops[1:]), strict=True):
            latest = limit - self.duration[self.place[stop]][self.place[following]] - self.service[stop]
            begin = last_start(self.problem.windows[stop], latest)
            if begin is None:
                raise AssertionError("a route that is in time has a latest start for each stop")
            limit = begin
        return limit - self.duration[self.start[team]][self.place[stops[0]]]

    def visits(self, team: int, stops: Sequence[int]) -> list[tuple[int, int, int]]:
        """Return arrival, start and end of service at each stop, with little waiting and an early return."""
        at, time = self.start[team], self.departure(team, stops)
        starts = self.earliest(team, stops, time)
        if starts is None:
            raise AssertionError("a later departure does not make a route late")
        times = []
        for stop, begin in zip(stops, starts, strict=True):
            arrival = time + self.duration[at][self.place[stop]]
            at, time = self.place[stop], begin + self.service[stop]
            times.append((arrival, begin, time))
        return times


def reachable(travel: Travel) -> Bools:
    """Tell for each team and stop whether nothing rules out that the team serves that stop, [teams, stops].

    Notes
    -----
    The quickest way to a stop may lead over other stops, where the direct one is slower. False is a proof that no route
    of that team serves the stop; where direct ways are quickest, True means that the team could serve it alone.
    """
    problem = travel.problem
    found = problem.skilled & (problem.demand[None, :] <= problem.capacity[:, None])
    found &= (problem.max_stops != 0)[:, None]
    halts = np.unique(problem.place)
    out = {place: _quickest(problem.duration, halts, place) for place in sorted(set(travel.start))}
    back = {place: _quickest(problem.duration.T, halts, place) for place in sorted(set(travel.end))}
    for team, stop in zip(*(axis.tolist() for axis in np.nonzero(found)), strict=True):
        place = travel.place[stop]
        begin = first_start(problem.windows[stop], travel.opens[team] + int(out[travel.start[team]][place]))
        home = int(back[travel.end[team]][place])
        found[team, stop] = begin is not None and begin + travel.service[stop] + home <= travel.closes[team]
    return found


def _quickest(duration: Ints, halts: Ints, start: int) -> Ints:
    """Return the least travel time from a place to each other, if need be over places of stops."""
    least: Ints = duration[start].copy()
    left = halts.copy()
    while len(left):
        nearest = int(least[left].argmin())
        at = int(left[nearest])
        left = np.delete(left, nearest)
        np.minimum(least, least[at] + duration[at], out=least)
    return least
