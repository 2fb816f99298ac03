"""Routes of equal teams from one home, one window for each stop: the form of the public families."""

from typing import Any


class Routes:
    """A problem, refused where plain models would need more than the public families have."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.stops, self.teams = problem["stops"], problem["teams"]
        self.duration = problem["duration"]
        self.distance = problem["duration"] if problem["distance"] is None else problem["distance"]
        self.team_cost = problem["team_cost"]
        self.home = self.teams[0]["start"]
        kinds = {
            (t["start"], t["end"], t["from"], t["to"], t["capacity"], t["max_stops"], *t["skills"]) for t in self.teams
        }
        plain = all(len(s["windows"]) == 1 and s["prize"] is None and not s["skills"] for s in self.stops)
        if len(kinds) != 1 or self.teams[0]["start"] != self.teams[0]["end"] or not plain:
            raise SystemExit("only for equal teams from one home and stops with one window")

    def solution(self, tours: list[list[int]]) -> dict[str, Any]:
        """Write tours (numbers of stops) down, each begun as early as can be."""
        routes = []
        for team, tour in zip(self.teams, [tour for tour in tours if tour], strict=False):
            place, time, calls, length = self.home, team["from"], [], 0
            for number in tour:
                stop = self.stops[number]
                time += self.duration[place][stop["place"]]
                start = max(time, stop["windows"][0][0])
                calls.append({"stop": stop["id"], "arrive": time, "start": start, "leave": start + stop["service"]})
                length += self.distance[place][stop["place"]]
                place, time = stop["place"], start + stop["service"]
            length += self.distance[place][self.home]
            routes.append({"team": team["id"], "stops": calls, "distance": length})
        value = sum(route["distance"] for route in routes) + self.team_cost * len(routes)
        status = "feasible" if sum(map(len, tours)) == len(self.stops) else "unknown"
        if status == "unknown":
            return {
                "kind": "routes", "status": status, "value": None, "bound": None, "routes": [], "left_out": [],
                "why": {"code": "none_found_in_time"},
            }  # fmt: skip
        return {"kind": "routes", "status": status, "value": value, "bound": None, "routes": routes, "left_out": []}
