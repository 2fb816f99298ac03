"""Two seats that share nothing: either goes on from what the other found, and which is faster changes nothing."""

import random
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from scheduling import pairing
from scheduling.benchmarks.instances import with_loads
from scheduling.pairing import pattern_search, rounding, seats
from scheduling.pairing.check import check
from scheduling.pairing.instances import instance
from scheduling.pairing.rows import Kind
from scheduling.pairing.seats import Node, Seat, two_seats
from scheduling.stop import Stop
from tests.scheduling.models import relaxed_over_patterns

PROBLEMS = [with_loads(instance(60, 45, seed, use_of_rooms=0.9), seed) for seed in range(6)]


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search by patterns however small the problem is, with cuts however many columns they touch, at nodes alone."""
    monkeypatch.setattr(pattern_search, "_LEAST_COLUMNS", 0)
    monkeypatch.setattr(pattern_search, "_ROUNDS", 0)
    monkeypatch.setattr(rounding, "_DENSE", 1.0)
    monkeypatch.setattr(rounding, "_ROWS", 1.0)


def pairs_of_seats() -> Iterator[tuple[Seat, Seat, Node]]:
    """Yield fresh seats that begin with half of the patterns, and the node of all solutions, solved at the first."""
    for problem in PROBLEMS:
        program, known = relaxed_over_patterns(problem)
        model = known.model
        everything, rows = np.arange(model.count), np.arange(model.rows.count)
        inside = np.zeros(model.count, dtype=np.bool_)
        inside[::2] = True
        inside[program.in_use()] = True
        most = np.full(model.count, 1 << 62)
        one, other = two_seats(model, program, everything, rows, most, Stop(), inside)
        full = np.zeros(model.rows.count, dtype=np.bool_)
        solved = one.solve(Node(np.ones(model.count, dtype=np.bool_), full, 1 << 62, float(1 << 62)), 0)
        if solved.node is not None:
            yield one, other, solved.node


def without_its_largest(node: Node) -> Node:
    """Return the node without the pattern of the largest broken share."""
    assert node.values is not None
    broken = np.where(np.abs(node.values - np.rint(node.values)) > 1e-5, node.values, 0)
    open_ = node.open.copy()
    open_[int(np.argmax(broken))] = False
    return Node(open_, node.full, node.bound, node.loose, basis=node.basis)


def test_a_basis_of_one_seat_leads_to_the_same_bound_at_the_other() -> None:
    tried = cut = 0
    for one, other, node in pairs_of_seats():
        for seat, told in (one, other), (other, one), (one, other), (other, one):
            solved = seat.solve(without_its_largest(node), 0).node
            if solved is not None:
                node = (seat.tighten(solved, 0) or seats.Result(solved)).node or solved
            told.learn(seat)
            seat.learn(told)
        cut += one.model.rows.count - len(node.full)
        kept = [sorted(seat.model.rows.upper[seat.model.rows.kind == Kind.CUT].tolist()) for seat in (one, other)]
        assert kept[0] == kept[1]
        child = without_its_largest(node)
        found = [
            seat.solve(Node(child.open, child.full, 1 << 62, float(1 << 62), basis=basis), 0)
            for seat in (one, other)
            for basis in (node.basis, None)
        ]
        loose = [each.node.loose for each in found if each.node is not None]
        assert len(loose) in (0, 4)
        assert loose == pytest.approx(loose[:1] * len(loose), abs=0.01)
        tried += len(loose)
    assert tried >= 8
    assert cut > 5


def test_names_of_cuts_are_never_the_same_at_two_seats() -> None:
    names = 0
    for one, other, node in pairs_of_seats():
        for seat in (one, other):
            solved = seat.solve(without_its_largest(node), 0).node
            if solved is not None:
                seat.tighten(solved, 0)
                node = Node(node.open, node.full, node.bound, node.loose, node.values)
        mine, theirs = ({name for name, _ in seat._made} for seat in (one, other))
        assert not mine & theirs
        names += len(mine) + len(theirs)
        one.learn(other)
        one.learn(other)  # nothing is known twice
        assert len(set(one._names.tolist())) == len(one._names) == one.model.rows.count
    assert names > 3


def test_which_seat_is_faster_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    solve, slow = Seat.solve, random.Random(1)

    def told(problem: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        steps: list[Any] = []
        solution = pairing.solve(problem, on_progress=lambda *step: steps.append(step))
        assert solution["status"] == "optimal"
        assert not check(problem, solution)
        return solution["pairs"], steps

    def late(seat: Seat, node: Node, value: int) -> seats.Result:
        time.sleep(slow.random() / 200)
        return solve(seat, node, value)

    before = [told(problem) for problem in PROBLEMS]
    monkeypatch.setattr(Seat, "solve", late)
    for _ in range(2):
        assert [told(problem) for problem in PROBLEMS] == before


def test_what_is_thrown_at_either_seat_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    solve = Seat.solve
    for number in (0, 1):
        thrown: list[int] = []

        def broken(
            seat: Seat, node: Node, value: int, number: int = number, thrown: list[int] = thrown
        ) -> seats.Result:
            if seat._number == number and node.basis is not None:
                thrown.append(number)
                raise ArithmeticError(number)
            return solve(seat, node, value)

        monkeypatch.setattr(Seat, "solve", broken)
        for problem in PROBLEMS:
            before = len(thrown)
            try:
                pairing.solve(problem)
            except ArithmeticError:
                assert len(thrown) > before
            else:
                assert len(thrown) == before
        assert thrown
