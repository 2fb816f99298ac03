"""The second process of the assignment search: killed, crashed, or out of memory."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from scheduling import pairing
from scheduling.channel import Channel
from scheduling.pairing.assignment import search
from scheduling.pairing.gap_instances import gap_instance, pairing_problem
from scheduling.workers import Crew, Worker


def give_up(channel: Channel, laid: Any, agent: Any, seed: int, rounds: int) -> None:
    """Stand in for the partner's work, in the partner."""
    channel.best((float(laid.cost[agent, range(laid.places)].sum()), agent))
    raise MemoryError


def killed(start: Callable[..., Worker]) -> Callable[..., Worker]:
    def begin(self: Crew, target: str, *arguments: object, **more: Any) -> Worker:
        worker = start(self, target, *arguments, **more)
        os.kill(worker.pid, signal.SIGKILL)
        return worker

    return begin


def out_of_memory(start: Callable[..., Worker]) -> Callable[..., Worker]:
    def begin(self: Crew, target: str, *arguments: object, **more: Any) -> Worker:
        return start(self, f"{__name__}:give_up", *arguments, **more)

    return begin


@pytest.fixture(params=[killed, out_of_memory])
def lost(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Crew, "start", request.param(Crew.start))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """End the search soon, with nothing proven."""
    monkeypatch.setattr(search, "_ROUNDS", 4)
    monkeypatch.setattr(search, "close", lambda *_: None)
    monkeypatch.setattr(search, "choose", lambda *_, **__: None)


def unproven() -> dict[str, Any]:
    return pairing_problem(gap_instance("D", 10, 60, 1)) | {"place_value": 10_000}


@pytest.mark.usefixtures("short")
def test_a_whole_search_was_not_interrupted() -> None:
    solution = pairing.solve(unproven())
    assert (solution["status"], solution["run"]["interrupted"]) == ("feasible", False)


@pytest.mark.usefixtures("lost", "short")
@pytest.mark.parametrize("place_value", [10_000, None])
def test_a_lost_partner_is_told(place_value: int | None) -> None:
    problem = unproven() | {"place_value": place_value}
    solution = pairing.solve(problem)
    assert pairing.check(problem, solution) == []
    assert (solution["status"], solution["run"]["interrupted"]) == ("feasible", True)


@pytest.mark.usefixtures("lost")
def test_what_is_proven_all_the_same_was_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    # So that the partner is waited for before the integer program decides.
    monkeypatch.setattr(search, "_FEW", 0)
    problem = pairing_problem(gap_instance("C", 5, 40, 3))
    solution = pairing.solve(problem)
    assert pairing.check(problem, solution) == []
    assert (solution["status"], solution["run"]["interrupted"]) == ("optimal", False)


@pytest.mark.usefixtures("lost")
def test_options_that_begin_from_such_an_answer_tell_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "close", lambda *_: None)
    monkeypatch.setattr(search, "applies", lambda *_: False)  # dives would prove it
    problem = pairing_problem(gap_instance("C", 5, 40, 3))
    solution = pairing.solve_wishes(problem, pairing.Wishes())
    assert pairing.solve(problem)["status"] == "feasible"
    assert solution["run"]["interrupted"]
