"""Ten thousand broken problems and more: each is refused with its paths, or solved rightly. Nothing crashes."""

import io
import json
import random
import sys
from collections.abc import Callable
from typing import Any

import pytest

from scheduling import command, kinds
from scheduling.faults import Fault, InvalidProblem
from scheduling.pairing.instances import instance as pairing_instance
from scheduling.reading import parse_json
from scheduling.roster.instances import instance as roster_instance
from scheduling.routes.instances import instance as routes_instance
from tests.scheduling import problems
from tests.scheduling.mutation import damaged, damaged_text
from tests.scheduling.roster import problems as rosters
from tests.scheduling.routes import problems as rounds

BATCHES, DOCUMENTS, TEXTS, MOST_SOLVED = 4, 1000, 300, 250
COMMANDS = 60


def bases(kind: str) -> list[Any]:
    """Return valid problems of a kind, tiny ones and one with a bit of everything."""
    if kind == "roster":
        return [rosters.small(), roster_instance(3, 3, 1, 1)]
    if kind == "routes":
        return [rounds.small(), routes_instance(4, 2, 1)]
    timed = problems.one_pair(
        fixed=[{"child": "a", "volunteer": "x", "start": None}], forbidden=[{"child": "b", "volunteer": "x"}]
    )
    return [
        problems.small(),
        timed,
        problems.slot_free(),
        pairing_instance(4, 5, 1),
        problems.one_pair(place_value=None),
    ]


def faults_of(call: Callable[[], object]) -> tuple[Fault, ...]:
    """Return the faults for which the input of a call is refused, none where it is not; each with path and words."""
    try:
        call()
    except InvalidProblem as invalid:
        found = invalid.faults
    else:
        return ()
    assert found, "a refusal names a fault"
    for fault in found:
        assert fault.path.startswith("$")
        assert fault.expected
        assert fault.found
        assert len(str(fault)) < 1000
        assert "\n" not in str(fault)
        str(fault).encode()
    return found


def refused(kind: str, problem: object) -> bool:
    """Read a problem; tell whether it was refused."""
    return bool(faults_of(lambda: kinds.load(kind)(problem)))


def solved_rightly(kind: str, problem: Any) -> None:
    """Solve what was read; what comes out must stand before the checker."""
    solutions: list[Any] = []
    if not faults_of(lambda: solutions.append(kinds.solve(kind)(problem, time_limit=10))):
        assert kinds.check(kind)(problem, json.loads(json.dumps(solutions[0]))) == []


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize("kind", list(kinds.QUESTIONS))
def test_damaged_documents_are_refused_or_solved(kind: str, batch: int) -> None:
    rng = random.Random(f"{kind} {batch}")
    valid = bases(kind)
    accepted = refusals = 0
    for _ in range(DOCUMENTS):
        problem = damaged(rng, rng.choice(valid))
        if refused(kind, problem):
            refusals += 1
        elif accepted < MOST_SOLVED:
            accepted += 1
            solved_rightly(kind, problem)
    assert refusals > DOCUMENTS // 3, "much damage is damage"
    assert accepted > DOCUMENTS // 10, "some of it leaves a problem"


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize("kind", list(kinds.QUESTIONS))
def test_damaged_texts_are_refused_or_read(kind: str, batch: int) -> None:
    rng = random.Random(f"{kind} {batch} text")
    valid = bases(kind)
    for _ in range(TEXTS):
        text, documents = damaged_text(rng, rng.choice(valid)), []
        if not faults_of(lambda text=text, documents=documents: documents.append(parse_json(text))):
            refused(kind, documents[0])


@pytest.mark.parametrize("kind", list(kinds.QUESTIONS))
def test_command_refuses_in_lines_with_paths(
    kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(f"{kind} command")
    valid = bases(kind)
    for _ in range(COMMANDS):
        base = rng.choice(valid)
        text = damaged_text(rng, base) if rng.random() < 0.5 else json.dumps(damaged(rng, base)).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        status = command.main([kind, "-"])
        out, told = capsys.readouterr()
        lines = [line for line in told.splitlines() if line.startswith("$")]
        assert status in (0, 2, 3)
        assert bool(lines) == (status == 2)
        assert (out == "") == (status == 2)


@pytest.mark.parametrize("kind", list(kinds.QUESTIONS))
def test_checker_refuses_damaged_solutions_in_lines(kind: str) -> None:
    rng = random.Random(f"{kind} check")
    problem = bases(kind)[0]
    solution = kinds.solve(kind)(problem)
    for _ in range(DOCUMENTS):
        lines = kinds.check(kind)(problem, damaged(rng, solution))
        assert all(line.startswith("$") for line in lines)
