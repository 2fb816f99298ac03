"""`check` on the command line: a problem that it can use, and a line for each fault of a solution."""

import json
from pathlib import Path
from typing import Any

import pytest

from scheduling import pairing
from tests.scheduling.problems import one_pair, small, small_answer
from tests.scheduling.test_command import SMALL, here


def test_check_wants_a_known_kind_and_two_readable_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert here("check", "-", "-", capsys=capsys)[0] == 2
    assert here("check", SMALL, str(tmp_path / "none"), capsys=capsys)[0] == 2
    status, out, told = here("check", "-", SMALL, stdin=b'{"kind": ["x"]}', capsys=capsys)
    assert (status, out) == (2, "")
    assert told == '$.kind: expected "pairing" or "roster" or "routes", found ["x"]\n'
    status, out, _ = here("check", SMALL, "-", stdin=b"nonsense", capsys=capsys)
    assert (status, out) == (1, "$: expected JSON, found Expecting value at line 1 column 1\n")


@pytest.mark.parametrize("verb", ["check", "explain"])
@pytest.mark.parametrize("problem", ["[]", "null", "5"])
def test_a_problem_that_is_no_object_is_told_so(verb: str, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, told = here(verb, "-", SMALL, stdin=problem.encode(), capsys=capsys)
    assert (status, out) == (2, "")
    assert told.splitlines()[-1] == f"$: expected an object, found {problem}"


def checked(problem: object, solution: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Check a solution, given as text."""
    files = [tmp_path / "problem.json", tmp_path / "solution.json"]
    files[0].write_text(json.dumps(problem))
    files[1].write_text(solution)
    return here("check", *map(str, files), capsys=capsys)


def test_check_says_of_a_key_that_stands_twice_that_nobody_knows_which_is_meant(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = json.dumps(small_answer() | {"run": {}})
    assert checked(small(), text, tmp_path, capsys)[0] == 0
    twice = text.replace('"start": ', '"start": 1, "start": ', 1).replace('"value"', '"value": 1, "value"', 1)
    status, out, _ = checked(small(), twice, tmp_path, capsys)
    assert (status, out.splitlines()) == (
        1,
        [
            "$.value: expected each key once, found the key twice",
            "$.pairs[0].start: expected each key once, found the key twice",
        ],
    )


def test_check_reads_as_deep_as_the_parser_does(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for deep in (100, 900, 980, 990, 995, 5000):
        text = json.dumps(small_answer() | {"run": 1}).replace('"run": 1', '"run": ' + "[" * deep + "]" * deep)
        assert checked(small(), text, tmp_path, capsys)[0] in (0, 1)


def test_check_refuses_a_problem_whose_fixed_pairs_cannot_stand(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    problem = one_pair(each_child={"free": [0]}, fixed=[{"child": name, "volunteer": "x"} for name in "ab"])
    status, out, err = checked(problem, json.dumps(small_answer()), tmp_path, capsys)
    assert (status, out) == (2, "")
    assert err.startswith("$.fixed[1]: expected")


def test_check_has_one_line_for_each_fault(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    odd = json.dumps(small_answer() | {"run": {}, "a\nb\u2028c": 1})
    status, out, _ = checked(small(), odd, tmp_path, capsys)
    assert (status, out) == (1, "$.a\\nb\\u2028c: unknown key\n")


@pytest.mark.parametrize("why", [{}, {"why": None}, {"why": {"places": 2}}, {"why": {"code": 3}}])
def test_check_wants_to_know_why_there_is_no_solution(
    why: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    problem = one_pair(place_value=None)
    problem["volunteers"][0]["free"] = []
    solution = pairing.solve(problem)
    assert checked(problem, json.dumps(solution), tmp_path, capsys)[0] == 0
    del solution["why"]
    status, out, _ = checked(problem, json.dumps(solution | why | {"placed": "x"}), tmp_path, capsys)
    assert status == 1
    assert out.splitlines() == [
        "$.placed: expected 0 without a solution",
        "$.why: expected an object with a code",
    ]
