"""Any time, any order, any names, any process: the search keeps its promises."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from scheduling import routes
from scheduling.routes.convert import problem_from_solomon
from scheduling.routes.helper import Helper
from scheduling.routes.instances import instance
from tests.scheduling.routes.problems import FIXTURES, left, orders, small, without_run

ROOT = Path(__file__).parents[3]


def solomon(name: str, stops: int | None = None) -> dict[str, Any]:
    return problem_from_solomon((FIXTURES / "public" / "solomon" / f"{name}.txt").read_text(), stops)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search only a little."""
    monkeypatch.setattr("scheduling.routes.search._SLICE", 30)
    monkeypatch.setattr("scheduling.routes.search._PATIENCE", 2)


@pytest.mark.parametrize("limit", [0, 0.001, 0.05, 0.2, 0.5, 1.0])
def test_an_interrupted_search_returns_a_solution_in_time(limit: float) -> None:
    problem = instance(60, 15, 3)
    began = time.perf_counter()
    solution = routes.solve(problem, time_limit=limit)

    assert time.perf_counter() - began < limit + 1.5
    assert routes.check(problem, solution) == []
    assert solution["status"] == "feasible"
    assert solution["run"]["interrupted"] is True


def test_a_search_may_be_stopped_at_any_moment() -> None:
    problem = solomon("R112", 40)
    for calls in (0, 1, 2, 5, 30, 200):
        asked = iter(range(10**9))
        solution = routes.solve(problem, should_stop=lambda asked=asked, calls=calls: next(asked) >= calls)

        assert routes.check(problem, solution) == []
        assert solution["run"]["interrupted"] is True


def test_what_the_caller_raises_comes_out() -> None:
    class Enough(Exception):
        pass

    def raise_it(stage: str, value: int | None, bound: int | None) -> None:
        if stage == "search":
            raise Enough

    with pytest.raises(Enough):
        routes.solve(solomon("R112", 30), on_progress=raise_it)


def test_progress_falls_and_bounds_rise() -> None:
    told: list[tuple[str, int | None, int | None]] = []
    solution = routes.solve(solomon("R101", 50), on_progress=lambda *step: told.append(step))
    values = [value for stage, value, _ in told if value is not None]
    bounds = [bound for _, _, bound in told if bound is not None]

    assert [told[0][0], told[-1][0]] == ["read", "done"]
    assert values == sorted(values, reverse=True)
    assert bounds == sorted(bounds)
    assert told[-1] == ("done", solution["value"], solution["bound"])


@pytest.mark.parametrize(
    ("name", "stops", "optimum"),
    [("C101", 25, 1913), ("R101", 25, 6171), ("RC101", 25, 4611), ("C101", 50, 3624), ("R101", 50, 10440)],
)
def test_published_optima_are_found_and_proven(name: str, stops: int, optimum: int) -> None:
    problem = solomon(name, stops)
    solution = routes.solve(problem)

    assert routes.check(problem, solution) == []
    assert (solution["status"], solution["value"], solution["bound"]) == ("optimal", optimum, optimum)


@pytest.mark.parametrize("size", [(30, 8, 7), (24, 7, 5)], ids=["recombined", "proven"])
def test_the_order_of_the_lists_does_not_matter(quick: None, size: tuple[int, int, int]) -> None:
    problem = instance(*size)
    mixed = json.loads(json.dumps(problem))
    for key in ("teams", "stops"):
        random.Random(2).shuffle(mixed[key])
    for entry in mixed["stops"] + mixed["teams"]:
        entry["skills"].reverse()

    assert without_run(routes.solve(problem)) == without_run(routes.solve(mixed))


@pytest.mark.parametrize("size", [(30, 8, 7), (24, 7, 5)], ids=["recombined", "proven"])
def test_names_do_not_matter(quick: None, size: tuple[int, int, int]) -> None:
    problem = instance(*size)
    renamed = json.loads(json.dumps(problem))
    for entry in renamed["stops"] + renamed["teams"]:
        entry["id"] = f"第{entry['id']}"

    assert routes.solve(problem)["value"] == routes.solve(renamed)["value"]


def test_the_same_seed_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    script = (
        "import json, sys\n"
        "from scheduling import routes\n"
        "from scheduling.routes import search\n"
        "from scheduling.routes.instances import instance\n"
        "search._SLICE, search._PATIENCE = 40, 2\n"
        "solution = routes.solve(instance(40, 10, 7), seed=3)\n"
        "del solution['run']\n"
        "print(json.dumps(solution))\n"
    )
    texts = [
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert texts[0] == texts[1]
    assert len(texts[0]) > 1000


def test_a_helper_that_dies_is_missed_and_that_is_told(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = []
    begin = Helper.__init__

    def begin_and_die(self: Helper, *arguments: Any) -> None:
        begin(self, *arguments)
        pids.extend(worker.pid for worker in self._crew.running)
        os.kill(pids[-1], signal.SIGKILL)

    monkeypatch.setattr(Helper, "__init__", begin_and_die)
    problem = instance(30, 8, 5)

    solution = routes.solve(problem)
    assert routes.check(problem, solution) == []
    assert len(pids) == 1
    assert solution["run"]["interrupted"] == (solution["status"] != "optimal")


def test_no_helper_is_left_running(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = []
    begin = Helper.__init__

    def begin_and_tell(self: Helper, *arguments: Any) -> None:
        begin(self, *arguments)
        pids.extend(worker.pid for worker in self._crew.running)

    monkeypatch.setattr(Helper, "__init__", begin_and_tell)
    routes.solve(instance(30, 8, 5), time_limit=0.3)

    assert pids
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_seeds_differ_and_keep_their_rules(quick: None) -> None:
    problem = instance(36, 10, 11, tight=True)
    for seed in (-1, 0, 2**40):
        assert routes.check(problem, routes.solve(problem, seed=seed)) == []


def test_the_command_solves_and_checks(tmp_path: Path) -> None:
    out = tmp_path / "solution.json"
    problem = FIXTURES / "routes_small.json"

    def run(*words: str) -> int:
        command = [sys.executable, "-m", "scheduling", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode

    assert run("routes", str(problem), "--out", str(out)) == 0
    solution = json.loads(out.read_text())
    assert (orders(solution)["bo"], left(solution)) == (["dai", "feng"], ["he"])
    assert run("check", str(problem), str(out)) == 0
    out.write_text(json.dumps(solution | {"value": 11}))
    assert run("check", str(problem), str(out)) == 1
    broken = small()
    broken["stops"][0]["skills"] = ["sign"]
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    assert run("routes", str(tmp_path / "broken.json")) == 3
