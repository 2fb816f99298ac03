"""Branch and bound over patterns, on one warm linear program."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.pairing.decisions import Decisions
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.master import PatternModel
from scheduling.pairing.problem import Bools, Ints
from scheduling.pairing.relaxation import fractions
from scheduling.stop import Stop

_FRACTION = 1e-5
_TAKEN = (0.7, 0.9)
"""A dive takes patterns of so large a share at once, and always the largest."""
_FAILURES = 5
_TRIED_FIRST, _TRIED = 16, 1
"""How many decisions are tried at the root, as long as each is better than the one before, and below."""
_PLUNGE = 8
"""After so many nodes one goes down to a solution."""
_LEAST_LOSS = 1e-2
_SMALL = 0.2
"""What a decision costs is put down to no smaller share: it would promise too much for others."""


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """Patterns that may still be chosen, rows that must be used up, and what is known of the relaxation.

    Attributes
    ----------
    open : bool array [patterns]
    full : bool array [rows]
    bound : int
        Of all solutions of the node.
    loose : float
        The same before it was rounded down.
    values : float array [patterns] or None
        Of its relaxation, where it was solved.
    basis : object
        Of its relaxation.
    """

    open: Bools
    full: Bools
    bound: int
    loose: float
    values: Floats | None = None
    basis: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class _Result:
    """What the relaxation of a node gave.

    Attributes
    ----------
    node : _Node or None
        The node where something better may be in it.
    chosen : int64 array or None
        The patterns of a better solution.
    undecided : int
        Bound of what the engine could not solve; 0 where it did.
    """

    node: _Node | None = None
    chosen: Ints | None = None
    undecided: int = 0


class _Seat:
    """A linear program, and the node that it stands at.

    Parameters
    ----------
    model : PatternModel
    program : LinearProgram
        Of all patterns and rows.
    """

    def __init__(self, model: PatternModel, program: LinearProgram) -> None:
        self._model, self._program = model, program
        self._open = np.ones(model.count, dtype=np.bool_)
        self._full = np.zeros(model.rows.count, dtype=np.bool_)
        self._members = np.argsort(program.members, kind="stable")

    def solve(self, node: _Node, value: int, basis: Any = None) -> _Result:
        """Solve the relaxation of a node; only what is better than ``value`` counts."""
        program = self._program
        if basis is not None:
            program.return_to(basis)
        self._move(node)
        if not program.solve():
            return _Result(undecided=0 if program.infeasible else node.bound)
        prices = self._model.priced_within(program.duals, node.open, node.full)
        if prices.bound <= value:
            return _Result()
        values = program.values[self._members]
        if not len(fractions(values)):
            return _Result(chosen=np.flatnonzero(values > 0.5))
        open_ = node.open & (prices.bound_with() > value)
        loose = min(node.loose, prices.total / 2**prices.shift)
        return _Result(_Node(open_, node.full, min(node.bound, prices.bound), loose, values, program.basis()))

    def _move(self, node: _Node) -> None:
        """Make the program that of a node."""
        changed = np.flatnonzero(node.open != self._open)
        self._program.allow(self._members[changed], node.open[changed])
        rows = np.flatnonzero(node.full != self._full)
        self._program.demand(rows, node.full[rows])
        self._open, self._full = node.open, node.full


class Tree:
    """Branch and bound.

    Parameters
    ----------
    model : PatternModel
        Complete: a better solution than ``value`` has no other patterns.
    program : LinearProgram
        Of all its patterns and rows.
    decisions : Decisions
    value : int
        Only better solutions count.
    stop : Stop
    found : callable
        Called with the columns and the value of each better solution.

    Notes
    -----
    A decision is a set of patterns within a row of limit 1: either none of them is chosen, or one of them is. Then the
    row's other patterns are closed and the row is full. The decisions that raise the bound most on both sides are
    found by trying them (strong branching); how one did before tells whether it is worth trying again. The node with
    the highest bound comes first. What is proven of each node is computed in whole numbers. The two halves of a node
    are solved side by side, each by a program of its own, so that the answer does not depend on which ends first.
    """

    def __init__(
        self,
        model: PatternModel,
        program: LinearProgram,
        decisions: Decisions,
        value: int,
        stop: Stop,
        found: Callable[[list[int], int], None],
    ) -> None:
        self.value = value
        self._model, self._program, self._decisions = model, program, decisions
        self._stop, self._found = stop, found
        self._rates = np.full((2, decisions.count), np.nan)
        self._undecided = 0
        self._seat = _Seat(model, program)

    def dive(self) -> None:
        """Look for a good solution: round the relaxation up step by step, with a few steps back."""
        for share in _TAKEN:
            self._dive(share)
            if self._stop.cut():
                break

    def _dive(self, share: float) -> None:
        node, before = self._solve(self._root()), None
        failures = 0
        while not self._stop.cut():
            if node is None or node.values is None:
                failures += 1
                if before is None or before.values is None or failures > _FAILURES:
                    return
                # The largest share led nowhere: do without it.
                open_ = before.open.copy()
                open_[_largest(before.values)] = False
                node, before = self._solve(_Node(open_, before.full, before.bound, before.loose)), None
                continue
            taken = np.union1d(np.flatnonzero(node.values >= share), _largest(node.values))
            before, node = node, self._solve(self._with(node, taken))

    def decide(self) -> int:
        """Search until nothing better is left; return a proven bound of all solutions."""
        self._undecided = 0
        first = self._solve(self._root())
        if first is None:
            return max(self.value, self._undecided)
        with ThreadPoolExecutor(max_workers=1) as pool:
            return self._decide(first, pool, self._second_seat())

    def _decide(self, first: _Node, pool: Executor, second: _Seat) -> int:
        nodes, halves = [first], [first]
        tries, since = _TRIED_FIRST, 0
        while nodes:
            if self._stop.cut():
                return max(self.value, self._undecided, *(node.bound for node in nodes))
            # Mostly the node with the highest bound; now and then down from it to a solution.
            plunge = since >= _PLUNGE and bool(halves)
            among = halves if plunge else nodes
            node = max(among, key=lambda each: each.loose)
            since = since + 1 if plunge or since < _PLUNGE else 0
            nodes = [each for each in nodes if each is not node]
            halves = self._branch(node, tries, pool, second) if node.bound > self.value else []
            nodes += halves
            tries = _TRIED
        return max(self.value, self._undecided)

    def _second_seat(self) -> _Seat:
        model = self._model
        every = np.arange(model.count)
        return _Seat(model, self._program.narrowed(model.rows, model.gain, every, self._stop.silent()))

    def _root(self) -> _Node:
        open_ = np.ones(self._model.count, dtype=np.bool_)
        return _Node(open_, np.zeros(self._model.rows.count, dtype=np.bool_), 1 << 62, float(1 << 62))

    def _with(self, node: _Node, taken: Ints) -> _Node:
        """Return the node in which some patterns are chosen."""
        open_, full = node.open.copy(), node.full.copy()
        volunteer = self._model.patterns.volunteer
        chosen = np.zeros(len(full), dtype=np.bool_)
        chosen[volunteer[taken]] = True
        open_ &= ~chosen[volunteer]
        open_[taken] = True
        return _Node(open_, full | chosen, node.bound, node.loose)

    def _solve(self, node: _Node) -> _Node | None:
        return self._heard(self._seat.solve(node, self.value))

    def _heard(self, result: _Result) -> _Node | None:
        """Note what a relaxation gave; return the node where something better may be in it."""
        self._undecided = max(self._undecided, result.undecided)
        if result.chosen is not None:
            value = int(self._model.gain[result.chosen].sum())
            if value > self.value:
                self.value = value
                self._found(self._model.chosen(result.chosen), value)
        return result.node

    def _branch(self, node: _Node, tries: int, pool: Executor, second: _Seat) -> list[_Node]:
        """Return the halves of a node that may hold something better."""
        best: list[_Node] = []
        score = -1.0
        choices = self._choices(node)
        if not choices:
            self._undecided = max(self._undecided, node.bound)
        for decision, share in choices[:tries]:
            without, with_ = self._halves(node, decision)
            other = pool.submit(second.solve, with_, self.value, node.basis)
            results = [self._seat.solve(without, self.value, node.basis), other.result()]
            if self._stop.cut():
                return [node]
            halves = [self._heard(result) for result in results]
            losses = [node.loose - (self.value if half is None else half.loose) for half in halves]
            rated = max(min(losses), _LEAST_LOSS) * max(*losses, _LEAST_LOSS)
            self._rates[:, decision] = losses[0] / max(share, _SMALL), losses[1] / max(1 - share, _SMALL)
            kept = [half for half in halves if half is not None]
            if len(kept) < 2:
                return kept
            if rated <= score:
                break
            score, best = rated, kept
        return best

    def _halves(self, node: _Node, decision: int) -> tuple[_Node, _Node]:
        """Return the node without the patterns of a decision, and with one of them."""
        inside, others, row = self._decisions.sides(decision)
        without, with_, full = node.open.copy(), node.open.copy(), node.full.copy()
        without[inside] = False
        with_[others] = False
        full[row] = True
        return _Node(without, node.full, node.bound, node.loose), _Node(with_, full, node.bound, node.loose)

    def _choices(self, node: _Node) -> list[tuple[int, float]]:
        """Return decisions about broken shares, with these, the most promising first."""
        if node.values is None:
            return []
        share = self._decisions.shares(node.values)
        broken = np.flatnonzero((share > _FRACTION) & (share < 1 - _FRACTION))
        rates = self._rates[:, broken]
        known = ~np.isnan(rates[0])
        usual = np.median(rates[:, known], axis=1) if known.any() else np.ones(2)
        rates = np.where(known, rates, usual[:, None])
        down = np.maximum(rates[0] * share[broken], _LEAST_LOSS)
        up = np.maximum(rates[1] * (1 - share[broken]), _LEAST_LOSS)
        rated = down * up
        best = broken[np.lexsort((broken, -rated))]
        return list(zip(best.tolist(), share[best].tolist(), strict=True))


def _largest(values: Floats) -> int:
    broken = fractions(values)
    return int(broken[np.argmax(values[broken])])
