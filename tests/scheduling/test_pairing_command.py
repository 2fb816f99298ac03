"""The command: exit status, streams, determinism, interruption."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from scheduling import pairing
from scheduling.faults import InvalidProblem
from scheduling.pairing.instances import instance
from tests.scheduling.problems import FIXTURES, one_pair, small, small_answer

ROOT = Path(__file__).parents[2]


def command(*arguments: str, stdin: str = "", hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scheduling", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def without_run(text: str) -> str:
    solution = json.loads(text)
    del solution["run"]
    return json.dumps(solution)


def test_solution_is_all_that_stands_on_standard_output() -> None:
    done = command("pairing", str(FIXTURES / "pairing_small.json"))
    assert done.returncode == 0
    assert json.loads(without_run(done.stdout)) == small_answer()
    assert "done value 10000 bound 10000" in done.stderr


def test_problem_from_standard_input_and_solution_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "solution.json"
    done = command("pairing", "-", "--out", str(out), "--seed", "3", stdin=json.dumps(small()))
    assert (done.returncode, done.stdout) == (0, "")
    checked = command("check", str(FIXTURES / "pairing_small.json"), str(out))
    assert (checked.returncode, checked.stdout) == (0, "")


def test_wrong_input_exits_2_with_a_line_per_fault() -> None:
    problem = small() | {"surprise": 1}
    problem["children"][1]["places"] = "two"
    done = command("pairing", "-", stdin=json.dumps(problem))
    assert (done.returncode, done.stdout) == (2, "")
    lines = [line for line in done.stderr.splitlines() if line.startswith("$")]
    assert [line.split(":")[0] for line in lines] == ["$.surprise", "$.children[1].places"]


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2", "nul", '{"a": 1e400}', "\ud800".encode("utf-8", "replace").decode()]
)
def test_text_that_is_no_problem_exits_2(text: str) -> None:
    done = command("pairing", "-", stdin=text)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("$")


@pytest.mark.parametrize("arguments", [["pairing"], ["pairing", "-", "--time-limit", "-1"], ["nothing", "x"], []])
def test_wrong_arguments_exit_2(arguments: list[str]) -> None:
    assert command(*arguments, stdin="{}").returncode == 2


def test_missing_file_exits_2(tmp_path: Path) -> None:
    assert command("pairing", str(tmp_path / "none.json")).returncode == 2


def test_no_solution_exits_3_and_the_file_says_why() -> None:
    problem = one_pair(place_value=None, each_volunteer={"max_children": 0})
    done = command("pairing", "-", stdin=json.dumps(problem))
    assert done.returncode == 3
    solution = json.loads(done.stdout)
    assert solution["status"] == "infeasible"
    assert solution["why"]["most"] == 0


def test_check_exits_1_with_a_line_per_fault(tmp_path: Path) -> None:
    answer = small_answer() | {"run": {}, "value": 1, "placed": 9}
    file = tmp_path / "solution.json"
    file.write_text(json.dumps(answer))
    done = command("check", str(FIXTURES / "pairing_small.json"), str(file))
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["$.value", "$.placed"]


def test_two_processes_with_different_hash_seeds_write_the_same_bytes() -> None:
    problem = json.dumps(instance(40, 50, 5, use_of_rooms=1.2))
    first, second = (command("pairing", "-", stdin=problem, hash_seed=seed) for seed in ("1", "4242"))
    assert first.returncode == 0
    assert without_run(first.stdout) == without_run(second.stdout)


def test_no_time_at_all_gives_a_feasible_solution() -> None:
    problem = instance(40, 50, 5)
    solution = pairing.solve(problem, time_limit=0.0)
    assert solution["run"]["interrupted"] is True
    assert solution["status"] == "feasible"
    assert pairing.check(problem, solution) == []
    assert solution["placed"] > 0


def test_no_time_at_all_where_every_place_must_be_filled_is_unknown() -> None:
    problem = instance(40, 50, 5) | {"place_value": None}
    solution = pairing.solve(problem, time_limit=0.0)
    assert pairing.check(problem, solution) == []
    assert solution["status"] in ("unknown", "feasible")
    assert solution["run"]["interrupted"] is True


@pytest.mark.parametrize("calls", [1, 2, 3, 5, 8, 13, 40])
def test_stopping_at_any_moment_gives_a_feasible_solution(calls: int) -> None:
    problem = instance(60, 40, 2, use_of_rooms=1.3)
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return asked >= calls

    solution = pairing.solve(problem, should_stop=should_stop)
    assert pairing.check(problem, solution) == []
    assert solution["run"]["interrupted"] or solution["status"] == "optimal"


def test_exception_of_the_caller_comes_out_unchanged() -> None:
    class CancelledByPersonError(Exception):
        pass

    def on_progress(stage: str, value: int | None, bound: int | None) -> None:
        if stage == "price":
            raise CancelledByPersonError

    with pytest.raises(CancelledByPersonError):
        pairing.solve(small(), on_progress=on_progress)


def test_progress_never_shows_a_bound_below_the_value() -> None:
    seen: list[tuple[str, Any, Any]] = []
    pairing.solve(instance(60, 40, 2, use_of_rooms=1.3), on_progress=lambda *step: seen.append(step))
    assert [seen[0][0], seen[1][0], seen[-1][0]] == ["read", "columns", "done"]
    assert all(bound >= value for _, value, bound in seen if value is not None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_returns_the_best_so_far(number: signal.Signals, tmp_path: Path) -> None:
    problem = instance(400, 320, 1, use_of_rooms=0.9)
    file, out = tmp_path / "problem.json", tmp_path / "solution.json"
    file.write_text(json.dumps(problem))
    process = subprocess.Popen(
        [sys.executable, "-m", "scheduling", "pairing", str(file), "--out", str(out)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("columns"):
            break
    time.sleep(0.1)
    process.send_signal(number)
    process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 0
    solution = json.loads(out.read_text())
    assert pairing.check(problem, solution) == []
    assert solution["run"]["interrupted"] is True


def test_huge_numbers_are_refused_rather_than_rounded() -> None:
    problem = one_pair(place_value=10**30)
    with pytest.raises(InvalidProblem, match=r"\$\.place_value"):
        pairing.solve(problem)
