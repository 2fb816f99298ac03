"""One test per hard rule and per priced part."""

from typing import Any

from scheduling import routes
from tests.scheduling.routes.problems import left, orders, problem_of, small, small_answer, stop, team, without_run


def solve(problem: dict[str, Any]) -> dict[str, Any]:
    solution = routes.solve(problem)
    assert routes.check(problem, solution) == []
    return solution


def test_the_small_problem_is_solved_as_by_hand() -> None:
    assert without_run(solve(small())) == small_answer()


def test_a_stop_is_visited_by_a_team_with_its_skills() -> None:
    near, far = team("near", start=1, end=1), team("far", skills=["nurse", "sign"])
    solution = solve(problem_of([near, far], [stop("x", 1, skills=["nurse", "sign"]), stop("y", 1)]))

    assert "x" in orders(solution)["far"]
    assert solution["value"] == 20


def test_service_begins_in_a_window_and_waiting_is_free() -> None:
    solution = solve(problem_of([team("a")], [stop("x", 1, windows=[[0, 5], [300, 310]]), stop("y", 2)]))
    calls = {call["stop"]: call for call in solution["routes"][0]["stops"]}

    assert calls["x"]["start"] == 300
    assert solution["value"] == 40


def test_the_bounds_of_a_window_are_inside() -> None:
    exact = problem_of([team("a", **{"from": 7, "to": 40})], [stop("x", 1, windows=[[17, 17]], service=13)])
    late = problem_of([team("a", **{"from": 8, "to": 40})], [stop("x", 1, windows=[[17, 17]], service=13)])

    assert solve(exact)["routes"][0]["stops"] == [{"stop": "x", "arrive": 17, "start": 17, "leave": 30}]
    assert solve(late)["status"] == "infeasible"


def test_a_team_is_back_in_time() -> None:
    hours = {"from": 100, "to": 160}
    solution = solve(problem_of([team("a", **hours)], [stop("x", 2, service=20, prize=99), stop("y", 2, prize=98)]))

    assert left(solution) == []
    assert left(solve(problem_of([team("a", **hours)], [stop("x", 2, service=21, prize=99)]))) == ["x"]


def test_a_team_leaves_as_late_as_it_can() -> None:
    solution = solve(problem_of([team("a", end=3)], [stop("x", 1), stop("y", 2, windows=[[500, 600]])]))

    assert [(call["arrive"], call["start"]) for call in solution["routes"][0]["stops"]] == [(490, 490), (500, 500)]


def test_demands_fit_the_capacity() -> None:
    teams = [team("a", capacity=3), team("b", capacity=2, start=9, end=9)]
    solution = solve(problem_of(teams, [stop("x", 1, demand=2), stop("y", 1, demand=1), stop("z", 1, demand=2)]))

    assert sorted(len(order) for order in orders(solution).values()) == [1, 2]


def test_a_team_makes_at_most_max_stops() -> None:
    stops = [stop(name, 1, prize=10**6) for name in "xyz"]

    assert len(left(solve(problem_of([team("a", max_stops=2)], stops)))) == 1
    assert left(solve(problem_of([team("a", max_stops=0)], stops))) == ["x", "y", "z"]


def test_a_tour_may_end_elsewhere() -> None:
    solution = solve(problem_of([team("a", end=3)], [stop("x", 1), stop("y", 2)]))

    assert (orders(solution), solution["value"]) == ({"a": ["x", "y"]}, 30)


def test_there_and_back_may_differ() -> None:
    duration = [[0, 1, 9], [9, 0, 1], [1, 9, 0]]

    assert orders(solve(problem_of([team("a")], [stop("x", 1), stop("y", 2)], duration))) == {"a": ["x", "y"]}


def test_distance_is_paid_and_duration_is_kept() -> None:
    duration = [[0, 5, 50], [5, 0, 50], [50, 50, 0]]
    distance = [[0, 100, 1], [100, 0, 1], [1, 1, 0]]
    stops = [stop("x", 1, windows=[[0, 20]]), stop("y", 2)]
    solution = solve(problem_of([team("a")], stops, duration, distance=distance))

    assert (orders(solution), solution["value"]) == ({"a": ["x", "y"]}, 102)


def test_the_way_between_two_stops_at_one_place_counts() -> None:
    duration = [[0, 5], [5, 4]]
    solution = solve(problem_of([team("a", to=14)], [stop("x", 1), stop("y", 1)], duration))

    assert solution["value"] == 14
    assert solve(problem_of([team("a", to=13)], [stop("x", 1), stop("y", 1)], duration))["status"] == "infeasible"


def test_the_way_from_home_to_a_stop_at_home_counts() -> None:
    assert solve(problem_of([team("a")], [stop("x", 0)], [[3]]))["value"] == 6


def test_a_detour_may_be_the_only_way_in_time() -> None:
    duration = [[0, 1, 90], [1, 0, 1], [1, 1, 0]]
    solution = solve(problem_of([team("a")], [stop("x", 1), stop("y", 2, windows=[[0, 10]])], duration))

    assert orders(solution) == {"a": ["x", "y"]}


def test_every_team_that_sets_out_costs() -> None:
    teams = [team("a"), team("b", start=4, end=4)]
    stops = [stop("x", 1), stop("y", 3)]

    assert solve(problem_of(teams, stops, team_cost=10))["value"] == 60
    assert solve(problem_of(teams, stops, team_cost=30))["value"] == 90


def test_a_stop_is_left_out_for_its_prize() -> None:
    assert left(solve(problem_of([team("a")], [stop("x", 5, prize=101)]))) == []
    solution = solve(problem_of([team("a")], [stop("x", 5, prize=99)]))

    assert (solution["value"], solution["routes"]) == (99, [])
    assert solution["left_out"] == [{"stop": "x", "reasons": [{"code": "prize_below_cost", "count": 1, "extra": 100}]}]


def test_several_windows_of_an_optional_stop_cost_one_prize() -> None:
    problem = problem_of([team("a", to=20)], [stop("x", 5, prize=7, windows=[[0, 9], [20, 30], [40, 50]])])

    assert solve(problem)["value"] == 7


def test_a_required_stop_that_nobody_can_serve_is_named() -> None:
    problem = problem_of([team("a")], [stop("x", 1), stop("y", 1, skills=["nurse"])])
    solution = solve(problem)

    assert (solution["status"], solution["value"], solution["routes"]) == ("infeasible", None, [])
    assert solution["why"] == {"code": "no_team_can_serve", "stops": ["y"]}
    assert solution["left_out"] == [{"stop": "y", "reasons": [{"code": "no_team_with_skills", "count": 1}]}]


def test_too_little_capacity_is_named() -> None:
    teams = [team("a", capacity=3), team("b", capacity=3, skills=["nurse"])]
    stops = [stop("x", 1, demand=2, skills=["nurse"]), stop("y", 1, demand=2, skills=["nurse"]), stop("z", 1)]
    solution = solve(problem_of(teams, stops))

    assert solution["status"] == "infeasible"
    assert solution["why"] == {
        "code": "not_enough_capacity",
        "needed": 4,
        "available": 3,
        "stops": ["x", "y"],
        "teams": ["b"],
    }


def test_too_few_stops_allowed_are_named() -> None:
    solution = solve(problem_of([team("a", max_stops=1), team("b", max_stops=1)], [stop(name, 1) for name in "xyz"]))

    assert (solution["why"]["code"], solution["why"]["available"]) == ("not_enough_stops_allowed", 2)


def test_without_teams_every_stop_is_left_out() -> None:
    solution = solve(problem_of([], [stop("x", 0, prize=4)], [[0]]))

    assert (solution["value"], solution["status"]) == (4, "optimal")
    assert solution["left_out"] == [{"stop": "x", "reasons": [{"code": "no_team", "count": 0}]}]


def test_numbers_may_be_as_large_as_they_come() -> None:
    huge = 10**9
    duration = [[0, huge], [huge, 0]]
    team_ = team("a", **{"from": 0, "to": huge, "capacity": huge})
    stops = [stop("x", 1, prize=huge, demand=huge), stop("y", 0, prize=huge, windows=[[huge, huge]], service=0)]
    solution = solve(problem_of([team_], stops, duration, distance=[[0, 1], [1, 0]], team_cost=huge - 1))

    assert solution["value"] == 2 * huge - 1
