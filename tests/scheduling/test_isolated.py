"""Solving in a worker: the same answer, and an answer whatever happens to the worker."""

import sys
import time
from typing import Any

import pytest

from scheduling import isolated, kinds, pairing, roster
from scheduling.channel import Channel
from scheduling.faults import InvalidProblem
from scheduling.offers import Offers
from scheduling.pairing.gap_instances import gap_instance, pairing_problem
from scheduling.pairing.instances import instance
from tests.scheduling.problems import small, small_answer
from tests.scheduling.roster import problems as rosters

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


def work_badly(channel: Channel, kind: str, problem: Any, deadline: float | None, seed: int) -> Any:
    from scheduling import kinds
    from tests.scheduling import stub_kinds

    kinds.solve = lambda kind: stub_kinds.solve  # type: ignore[assignment]  # in the worker alone
    return isolated.work(channel, kind, problem, deadline, seed)


@pytest.fixture
def bad_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    start = isolated.Crew.start

    def start_bad(self: Any, target: str, *arguments: object, **more: Any) -> Any:
        return start(self, f"{__name__}:work_badly", *arguments, **more)

    monkeypatch.setattr(isolated.Crew, "start", start_bad)
    monkeypatch.setattr(isolated, "_GRACE", 0.3)


def without_run(solution: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in solution.items() if key != "run"}


def test_answer_is_that_of_the_kind_itself() -> None:
    assert without_run(isolated.solve("pairing", small())) == small_answer()
    problem = rosters.small()
    assert without_run(isolated.solve("roster", problem)) == without_run(roster.solve(problem))


def test_limits_that_do_not_bind_change_nothing() -> None:
    problem = instance(30, 40, 2)
    solution = isolated.solve("pairing", problem, time_limit=600, memory_limit=2**34, seed=3)
    assert without_run(solution) == without_run(pairing.solve(problem, seed=3))
    assert solution["run"]["interrupted"] is False


def test_bytes_are_parsed_by_the_worker_and_faults_come_back() -> None:
    with pytest.raises(InvalidProblem, match=r"\$: expected JSON"):
        isolated.solve("pairing", b"{")
    with pytest.raises(InvalidProblem) as raised:
        isolated.solve("pairing", b'{"kind": "pairing", "kind": "pairing", "version": 2}')
    assert [fault.path for fault in raised.value.faults][:2] == ["$.kind", "$.children"]


def test_progress_is_told_here_and_its_exception_ends_the_work() -> None:
    class CancelledByPersonError(Exception):
        pass

    def cancel(stage: str, value: int | None, bound: int | None) -> None:
        raise CancelledByPersonError(stage)

    with pytest.raises(CancelledByPersonError, match="read"):
        isolated.solve("pairing", small(), on_progress=cancel)


def test_no_time_gives_a_feasible_solution() -> None:
    problem = instance(40, 50, 5)
    solution = isolated.solve("pairing", problem, time_limit=0)
    assert solution["run"]["interrupted"] is True
    assert pairing.check(problem, solution) == []


@pytest.mark.usefixtures("bad_worker")
class TestBadWorker:
    def test_deaf_engine_is_killed_and_its_last_solution_returned(self) -> None:
        began = time.monotonic()
        solution = isolated.solve("pairing", {"say": True, "way": "deaf"}, time_limit=1.0)
        assert time.monotonic() - began < 5
        assert (solution["value"], solution["bound"], solution["status"]) == (5, 9, "feasible")
        assert (solution["run"]["interrupted"], solution["run"]["cut_by"]) == (True, "time_limit")

    def test_deaf_engine_without_a_solution_is_unknown_and_says_why(self) -> None:
        solution = isolated.solve("roster", {"say": False, "way": "deaf"}, time_limit=0.5)
        assert (solution["kind"], solution["status"], solution["value"]) == ("roster", "unknown", None)
        assert solution["why"] == {"code": "time_limit"}
        assert solution["assignments"] == []

    def test_caller_hears_the_last_step_again_while_nothing_new_happens(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(isolated, "_HEARTBEAT", 0.05)
        seen: list[str] = []
        isolated.solve(
            "pairing",
            {"say": True, "way": "heed"},
            on_progress=lambda stage, value, bound: seen.append(stage),
            should_stop=lambda: seen.count("found") > 3,
        )
        assert list(dict.fromkeys(seen))[-2:] == ["read", "found"]

    def test_wish_to_stop_is_passed_on_and_heeded(self) -> None:
        seen: list[str] = []
        solution = isolated.solve(
            "pairing",
            {"say": True, "way": "heed"},
            on_progress=lambda stage, value, bound: seen.append(stage),
            should_stop=lambda: "found" in seen,
        )
        assert (solution["value"], solution["run"]["engine"]) == (6, "stub")

    def test_wish_to_stop_that_is_not_heeded_ends_the_worker(self) -> None:
        seen: list[str] = []
        solution = isolated.solve(
            "pairing",
            {"say": True, "way": "deaf"},
            on_progress=lambda stage, value, bound: seen.append(stage),
            should_stop=lambda: "found" in seen,
        )
        assert (solution["value"], solution["run"]["cut_by"]) == (5, "should_stop")

    def test_dead_worker_leaves_its_last_solution(self) -> None:
        solution = isolated.solve("pairing", {"say": True, "way": "die"})
        assert (solution["value"], solution["run"]["cut_by"]) == (5, "worker_lost")

    @linux
    def test_swelling_worker_leaves_its_last_solution(self) -> None:
        solution = isolated.solve("pairing", {"say": True, "way": "swell"}, memory_limit=150 * 2**20)
        assert (solution["value"], solution["run"]["cut_by"]) == (5, "memory_limit")

    def test_worker_without_memory_leaves_its_last_solution(self) -> None:
        solution = isolated.solve("pairing", {"say": False, "way": "out of memory"})
        assert (solution["status"], solution["why"]["code"]) == ("unknown", "memory_limit")


@pytest.mark.parametrize("kind", list(kinds.QUESTIONS))
def test_what_a_search_hands_out_is_a_solution_with_an_honest_bound(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduling.offers._PAUSE", 0.0)
    monkeypatch.setattr("scheduling.offers._SHARE", 0)
    size = {"pairing": (60, 40), "roster": (12, 14, 2), "routes": (12, 4)}[kind]
    problem = kinds.instance(kind)(*size, 2)
    handed: list[dict[str, Any]] = []
    best = kinds.solve(kind)(problem, on_solution=handed.append)
    assert len(handed) > 1
    sign = 1 if kind == "pairing" else -1
    for solution in handed:
        assert kinds.check(kind)(problem, solution | {"run": {}}) == []
        assert sign * solution["value"] <= sign * best["value"]
        assert solution["bound"] is None or sign * best["value"] <= sign * solution["bound"]


@pytest.mark.parametrize("place_value", [None, 5000])
def test_assignment_hands_out_its_exchanges(place_value: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduling.offers._PAUSE", 0.0)
    monkeypatch.setattr("scheduling.offers._SHARE", 0)
    problem = pairing_problem(gap_instance("D", 5, 60, 1)) | {"place_value": place_value}
    handed: list[dict[str, Any]] = []
    best = pairing.solve(problem, time_limit=1.5, on_solution=handed.append)
    assert len(handed) > 2
    for solution in handed:
        assert pairing.check(problem, solution | {"run": {}}) == []
        assert solution["value"] <= best["value"] <= solution["bound"]


@pytest.mark.parametrize("kind", list(kinds.QUESTIONS))
def test_nothing_found_stands_before_the_checker_only_where_the_search_was_cut(kind: str) -> None:
    problem = kinds.instance(kind)(*{"pairing": (4, 4), "roster": (4, 4, 1), "routes": (4, 2)}[kind], 1)
    if kind == "routes":
        problem["stops"] = [stop | {"prize": 9} for stop in problem["stops"]]
    nothing = kinds.nothing_found(kind, "worker_lost")
    assert kinds.check(kind)(problem, nothing | {"run": {"interrupted": True}}) == []
    assert kinds.check(kind)(problem, nothing | {"run": {"interrupted": False}}) != []
    assert kinds.check(kind)(problem, nothing | {"run": {"interrupted": True}, "value": 3}) != []


def test_offers_are_made_at_once_and_then_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("scheduling.offers.time.monotonic", lambda: now)
    written: list[int] = []
    offers = Offers(lambda solution: written.append(solution["value"]))
    for number, moment in enumerate((100.0, 100.5, 100.9, 101.1, 101.2, 103.0)):
        now = moment
        offers.offer(lambda number=number: {"value": number})  # type: ignore[misc]  # bound at once
    assert written == [0, 3, 5]
