"""Larger rosters: the bound, the repair, determinism, interruption, the command."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scheduling import roster
from scheduling.roster import relaxation, search
from scheduling.roster.instances import cancelled, instance
from tests.scheduling.roster.problems import FIXTURES, assigned, small, small_answer

ROOT = Path(__file__).parents[3]


@pytest.fixture
def as_if_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaxation, "WHOLE_UP_TO", -1)
    monkeypatch.setattr(search, "WHOLE_UP_TO", -1)
    monkeypatch.setattr(search, "_EFFORT", 2_000)


def command(*arguments: str, stdin: str = "", hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scheduling", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def without_run(text: str) -> str:
    solution = json.loads(text)
    del solution["run"]
    return json.dumps(solution)


def gap(solution: dict[str, Any]) -> float:
    return float(solution["value"] - solution["bound"]) / abs(solution["value"])


def test_exact_proof_of_a_small_instance() -> None:
    problem = instance(20, 24, 2, 3)
    solution = roster.solve(problem)
    assert roster.check(problem, solution) == []
    assert solution["status"] == "optimal"


@pytest.mark.usefixtures("as_if_large")
def test_weeks_and_neighbourhoods_come_near_the_bound() -> None:
    problem = instance(40, 60, 4, 1)
    seen: list[tuple[str, int | None, int | None]] = []
    solution = roster.solve(problem, on_progress=lambda *step: seen.append(step))
    assert roster.check(problem, solution) == []
    assert gap(solution) < 0.03
    assert [step[0] for step in (*seen[:4], seen[-1])] == ["read", "model", "start", "price", "done"]
    assert all(bound <= value for _, value, bound in seen if value is not None and bound is not None)


@pytest.mark.usefixtures("as_if_large")
@pytest.mark.parametrize("number", [0, 40, 90])
def test_repair_of_one_cancellation_changes_little(number: int) -> None:
    problem = instance(40, 60, 4, 1)
    before = roster.solve(problem, seed=1)
    broken = cancelled(problem, before, number)
    after = roster.solve(broken)
    assert roster.check(broken, after) == []
    assert len(set(assigned(before)) - set(assigned(after))) <= 3
    assert after["value"] <= before["value"] + 1000 + 800 + 600 + 400 + 50
    assert gap(after) < 0.02


def test_command_writes_the_hand_solved_answer_and_check_accepts_it(tmp_path: Path) -> None:
    file, out = FIXTURES / "roster_small.json", tmp_path / "solution.json"
    done = command("roster", str(file))
    assert done.returncode == 0
    assert json.loads(without_run(done.stdout)) == small_answer()
    assert "done value 1039 bound 1039" in done.stderr
    out.write_text(done.stdout)
    assert command("check", str(file), str(out)).returncode == 0
    out.write_text(json.dumps(json.loads(done.stdout) | {"value": 1}))
    checked = command("check", str(file), str(out))
    assert (checked.returncode, checked.stdout.split(":")[0]) == (1, "$.value")


def test_wrong_input_exits_2_with_a_line_per_fault() -> None:
    problem = small() | {"surprise": 1}
    problem["people"][1]["min_rest"] = "two"
    done = command("roster", "-", stdin=json.dumps(problem))
    assert (done.returncode, done.stdout) == (2, "")
    lines = [line for line in done.stderr.splitlines() if line.startswith("$")]
    assert [line.split(":")[0] for line in lines] == ["$.surprise", "$.people[1].min_rest"]


def test_two_processes_with_different_hash_seeds_write_the_same_bytes() -> None:
    problem = json.dumps(instance(20, 30, 2, 5))
    first, second = (command("roster", "-", stdin=problem, hash_seed=seed) for seed in ("1", "4242"))
    assert first.returncode == 0
    assert without_run(first.stdout) == without_run(second.stdout)


@pytest.mark.usefixtures("as_if_large")
def test_the_search_of_large_rosters_is_repeatable() -> None:
    problem = instance(20, 30, 2, 5)
    first, second = (roster.solve(problem, seed=7) for _ in range(2))
    del first["run"], second["run"]
    assert first == second


def test_no_time_at_all_gives_a_feasible_roster() -> None:
    problem = instance(40, 60, 2, 5)
    solution = roster.solve(problem, time_limit=0.0)
    assert solution["run"]["interrupted"] is True
    assert roster.check(problem, solution) == []
    assert solution["assignments"]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("calls", [1, 2, 4, 9, 25])
def test_stopping_at_any_moment_gives_a_feasible_roster(
    calls: int, large: bool, request: pytest.FixtureRequest
) -> None:
    if large:
        request.getfixturevalue("as_if_large")
    problem = instance(30, 40, 2, 2)
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return asked >= calls

    solution = roster.solve(problem, should_stop=should_stop)
    assert roster.check(problem, solution) == []
    assert solution["run"]["interrupted"] or solution["status"] == "optimal"


def test_exception_of_the_caller_comes_out_unchanged() -> None:
    class CancelledByPersonError(Exception):
        pass

    def on_progress(stage: str, value: int | None, bound: int | None) -> None:
        if stage == "price":
            raise CancelledByPersonError

    with pytest.raises(CancelledByPersonError):
        roster.solve(small(), on_progress=on_progress)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_returns_the_best_so_far(number: signal.Signals, tmp_path: Path) -> None:
    problem = instance(200, 240, 4, 1)
    file, out = tmp_path / "problem.json", tmp_path / "solution.json"
    file.write_text(json.dumps(problem))
    process = subprocess.Popen(
        [sys.executable, "-m", "scheduling", "roster", str(file), "--out", str(out)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("start"):
            break
    process.send_signal(number)
    process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    solution = json.loads(out.read_text())
    assert roster.check(problem, solution) == []
    assert solution["run"]["interrupted"] is True
