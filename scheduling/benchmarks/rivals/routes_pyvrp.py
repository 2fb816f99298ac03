"""PyVRP alone, one run with one seed."""

from pyvrp import Model
from pyvrp.stop import MaxRuntime

from scheduling.benchmarks.rivals.files import arguments, write
from scheduling.benchmarks.rivals.routes_plain import Routes


def tours_of(routes: Routes, seconds: float) -> list[list[int]]:
    """Return the tours that PyVRP finds."""
    model, team = Model(), routes.teams[0]
    # Coordinates play no part: every edge is given.
    home = model.add_depot(model.add_location(0, 0))
    for stop in routes.stops:
        low, high = stop["windows"][0]
        model.add_client(
            model.add_location(0, 0),
            delivery=stop["demand"],
            service_duration=stop["service"],
            tw_early=low,
            tw_late=high,
        )
    model.add_vehicle_type(
        len(routes.teams),
        capacity=team["capacity"],
        start_depot=home,
        end_depot=home,
        fixed_cost=routes.team_cost,
        tw_early=team["from"],
        tw_late=team["to"],
    )
    places = [routes.home, *(stop["place"] for stop in routes.stops)]
    for i, one in zip(model.locations, places, strict=True):
        for j, other in zip(model.locations, places, strict=True):
            if i is not j:
                model.add_edge(i, j, routes.distance[one][other], routes.duration[one][other])
    best = model.solve(MaxRuntime(seconds), seed=0, display=False).best
    if not best.is_feasible():
        return []
    return [[activity.idx for activity in route if activity.is_client()] for route in best.routes()]


if __name__ == "__main__":
    problem, out, seconds = arguments()
    plain = Routes(problem)
    write(out, plain.solution(tours_of(plain, seconds)), "PyVRP alone")
