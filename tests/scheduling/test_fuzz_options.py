"""Damage to what the command's further verbs read: wishes, and solutions that are to be explained or checked."""

import io
import json
import random
import sys
from typing import Any

import pytest

from scheduling import command, kinds, pairing
from scheduling.faults import InvalidProblem
from tests.scheduling.mutation import damaged
from tests.scheduling.problems import FIXTURES, one_pair, slot_free

DOCUMENTS = 400
EXPLAINED = 150


def fixture(kind: str) -> dict[str, Any]:
    problem: dict[str, Any] = json.loads((FIXTURES / f"{kind}_small.json").read_text())
    return problem


def unsolvable(kind: str) -> dict[str, Any]:
    """Return a problem without a solution, or whose search has no time for one."""
    problem = fixture(kind)
    if kind == "pairing":
        problem["place_value"] = None
    if kind == "routes":
        problem["stops"][-1]["prize"] = None
    return problem


def wishes() -> dict[str, Any]:
    previous = [{"child": "a", "volunteer": "x", "start": 3}, {"child": "b", "volunteer": "y"}]
    return {"siblings": [["b", "a"]], "sibling_bonus": 7, "previous": previous, "pair_bonus": 5, "start_bonus": 2}


def asked(problem: dict[str, Any], document: Any) -> tuple[list[str], Any]:
    """Return the paths of the faults, or none and the solution."""
    try:
        return [], pairing.solve_wishes(problem, document)
    except InvalidProblem as invalid:
        return [fault.path for fault in invalid.faults], None


def test_damaged_wishes_are_refused_or_granted() -> None:
    rng = random.Random("wishes")
    granted = 0
    for _ in range(DOCUMENTS):
        document = damaged(rng, wishes())
        problem = rng.choice([one_pair(), slot_free()])
        faults, solution = asked(problem, document)
        assert all(path.startswith("$") for path in faults)
        if not faults:
            granted += 1
            assert pairing.check(problem, json.loads(json.dumps(solution))) == []
    assert DOCUMENTS // 20 < granted < DOCUMENTS


@pytest.mark.parametrize("option", ["fairness", "wishes"])
def test_checker_refuses_damaged_options_in_lines(option: str) -> None:
    rng = random.Random(option)
    problem = one_pair()
    solution = (
        pairing.solve_fair(problem, levels=2) if option == "fairness" else pairing.solve_wishes(problem, wishes())
    )
    found = 0
    for _ in range(DOCUMENTS):
        lines = pairing.check(problem, solution | {option: damaged(rng, solution[option])})
        assert all(line.startswith(f"$.{option}") for line in lines)
        found += bool(lines)
    assert found > DOCUMENTS * 3 // 4


@pytest.mark.parametrize("solvable", [True, False])
@pytest.mark.parametrize("kind", list(kinds.QUESTIONS))
def test_damaged_solutions_are_explained_or_refused_in_lines(
    kind: str, solvable: bool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(f"{kind} {solvable}")
    problem = fixture(kind) if solvable else unsolvable(kind)
    solution = kinds.solve(kind)(problem) if solvable or kind != "roster" else kinds.nothing_found(kind, "time_limit")
    solution.setdefault("run", {"interrupted": True})
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(problem))
    pair = [problem[where][-1]["id"] for _, where in kinds.pair(kind)]
    for number in range(EXPLAINED):
        text = json.dumps(damaged(rng, solution) if number else solution)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        status = command.main(["explain", str(file), "-", "--pair", *pair, "--changes", "2"])
        out, told = capsys.readouterr()
        lines = [line for line in told.splitlines() if line.startswith("$")]
        assert status in ((0, 2) if number else (0,)), told
        assert bool(lines) == (status == 2)
        assert (out == "") == (status == 2)
