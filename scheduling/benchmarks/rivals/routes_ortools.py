"""OR-Tools routing: cheapest insertion, then guided local search."""

from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from scheduling.benchmarks.rivals.files import arguments, write
from scheduling.benchmarks.rivals.routes_plain import Routes


def tours_of(routes: Routes, seconds: float) -> list[list[int]]:
    """Return the tours that OR-Tools finds."""
    team = routes.teams[0]
    places = [routes.home, *(stop["place"] for stop in routes.stops)]
    service = [0, *(stop["service"] for stop in routes.stops)]
    demand = [0, *(stop["demand"] for stop in routes.stops)]
    manager: Any = pywrapcp.RoutingIndexManager(len(places), len(routes.teams), 0)
    routing: Any = pywrapcp.RoutingModel(manager)

    def distance(one: int, other: int) -> int:
        return int(routes.distance[places[manager.IndexToNode(one)]][places[manager.IndexToNode(other)]])

    def duration(one: int, other: int) -> int:
        i, j = manager.IndexToNode(one), manager.IndexToNode(other)
        return int(routes.duration[places[i]][places[j]] + service[i])

    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitCallback(distance))
    routing.SetFixedCostOfAllVehicles(routes.team_cost)
    load = routing.RegisterUnaryTransitCallback(lambda index: demand[manager.IndexToNode(index)])
    routing.AddDimensionWithVehicleCapacity(load, 0, [team["capacity"]] * len(routes.teams), True, "load")
    horizon = team["to"]
    routing.AddDimension(routing.RegisterTransitCallback(duration), horizon, horizon, False, "time")
    times = routing.GetDimensionOrDie("time")
    for number, stop in enumerate(routes.stops):
        times.CumulVar(manager.NodeToIndex(number + 1)).SetRange(*stop["windows"][0])
    for vehicle in range(len(routes.teams)):
        times.CumulVar(routing.Start(vehicle)).SetRange(team["from"], horizon)
        times.CumulVar(routing.End(vehicle)).SetRange(team["from"], horizon)
    search: Any = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(int(seconds * 1000))
    found = routing.SolveWithParameters(search)
    return [] if found is None else [_tour(routing, manager, found, vehicle) for vehicle in range(len(routes.teams))]


def _tour(routing: Any, manager: Any, found: Any, vehicle: int) -> list[int]:
    tour, index = [], found.Value(routing.NextVar(routing.Start(vehicle)))
    while not routing.IsEnd(index):
        tour.append(manager.IndexToNode(index) - 1)
        index = found.Value(routing.NextVar(index))
    return tour


if __name__ == "__main__":
    problem, out, seconds = arguments()
    plain = Routes(problem)
    write(out, plain.solution(tours_of(plain, seconds)), "OR-Tools routing")
