"""Branch and bound over patterns, on warm linear programs."""

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from scheduling.pairing.decisions import Decisions
from scheduling.pairing.highs import Floats
from scheduling.pairing.master import PatternModel
from scheduling.pairing.problem import Ints
from scheduling.pairing.seats import Node, Result, Seat

_FRACTION = 1e-5
_ENOUGH = 0.05
"""A decision that costs both halves about this share of what is likely to be open is good enough."""
_LEAST_LOSS = 1e-2
_SMALL = 0.2
"""What a decision costs is put down to no smaller share: it would promise too much for others."""


@dataclass(frozen=True, slots=True)
class Care:
    """How a tree is searched.

    Attributes
    ----------
    tried_first, tried : int
        How many decisions are tried at the root and below, until one is good enough.
    rounds : int
        So often cuts are looked for at a node.
    stint : int
        So many relaxations a seat solves before the seats tell each other what they know.
    most : int or None
        After so many relaxations, and those of the nodes then at work, the search ends, whatever is left.
    """

    tried_first: int
    tried: int
    rounds: int
    stint: int
    most: int | None = None


PROOF = Care(tried_first=16, tried=5, rounds=1, stint=4)
"""Few nodes, with time for each."""
GLANCE = Care(tried_first=4, tried=2, rounds=0, stint=30, most=60)
"""Good solutions soon."""
LOOK = Care(tried_first=4, tried=2, rounds=1, stint=8, most=300)
"""Good solutions where many patterns are worth the same: hardly a decision tells, so it takes longer to find one."""


@dataclass(slots=True, eq=False)
class _Known:
    """What seats tell each other.

    Attributes
    ----------
    value : int
        Only better solutions count.
    rates : float array [2, decisions]
        What the halves of decisions lost, for each whole share; not a number where unknown.
    """

    value: int
    rates: Floats


@dataclass(slots=True, eq=False)
class _Stint:
    """What one seat does by itself, and what came of it.

    Attributes
    ----------
    seat : Seat
    decisions : Decisions
    known : _Known
        A copy of what all know, which grows.
    gain : int64 array [patterns]
    near : float
        As for `Tree`.
    order : int64 array [decisions]
        Which of decisions that promise the same comes first.
    care : Care
    left : list of Node
        Still to be decided.
    chosen : int64 array or None
        Patterns of the best solution found.
    undecided : int
        Bound of what nobody could decide.
    solved : int
        How many relaxations.
    rated : dict
        What the halves of decisions lost.
    score : float
        Of the best decision tried at one node alone.
    """

    seat: Seat
    decisions: Decisions
    known: _Known
    gain: Ints
    near: float
    order: Ints
    care: Care
    left: list[Node] = field(default_factory=list)
    chosen: Ints | None = None
    undecided: int = 0
    solved: int = 0
    rated: dict[int, tuple[float, float]] = field(default_factory=dict)
    score: float = -1.0

    def __post_init__(self) -> None:
        self.known = _Known(self.known.value, self.known.rates.copy())

    def work(self, node: Node, tries: int) -> None:
        """Decide about a node, then about the better of its halves, and so on down; then about the best one left."""
        self.left = halves = [node]
        while self.left and self.solved < self.care.stint and not self.seat.stop.cut():
            best = max(halves or self.left, key=lambda each: each.loose)
            self.left = [each for each in self.left if each is not best]
            halves = []
            if best.bound > self.known.value:
                halves = self.tightened(self.halves(best, self.choices(best), tries))
            self.left = self.left + halves
            tries = self.care.tried

    def halves(self, node: Node, choices: list[tuple[int, float]], tries: int) -> list[Node | None]:
        """Return the halves of the decision, of some, that costs them most; the node itself where interrupted."""
        if not choices:
            self.undecided = max(self.undecided, node.bound)
        best: list[Node | None] = []
        score, enough = -1.0, (_ENOUGH * min(node.loose - self.known.value, self.near)) ** 2
        for decision, share in choices[:tries]:
            halves = self._solved(node, decision, share)
            if self.seat.stop.cut():
                return [node]
            losses = [node.loose - (self.known.value if half is None else half.loose) for half in halves]
            rated = max(min(losses), _LEAST_LOSS) * max(*losses, _LEAST_LOSS)
            rates = losses[0] / max(share, _SMALL), losses[1] / max(1 - share, _SMALL)
            self.known.rates[:, decision] = self.rated[decision] = rates
            lost = any(half is None for half in halves)
            if lost or rated > score:
                score, best = float("inf") if lost else rated, halves
            if score >= enough:
                break
        self.score = score
        return best

    def tightened(self, halves: list[Node | None]) -> list[Node]:
        """Cut fractions off the relaxation of the higher of two halves; return those left."""
        open_ = [half for half in halves if half is not None]
        for _ in range(self.care.rounds):
            higher = max(open_, key=lambda each: each.loose, default=None)
            if higher is None or higher.loose - self.known.value < self.near:
                break  # what little is open is decided sooner than cut off
            result = self.seat.tighten(higher, self.known.value)
            if result is None or self.seat.stop.cut():
                break
            self.solved += 1
            node = self._heard(result)
            open_ = [half for half in open_ if half is not higher] + ([] if node is None else [node])
        return open_

    def _solved(self, node: Node, decision: int, share: float) -> list[Node | None]:
        """Solve both halves of a node, last the one that is likely to lose less."""
        inside, others, row = self.decisions.sides(decision)
        without, with_, full = node.open.copy(), node.open.copy(), node.full.copy()
        without[inside] = False
        with_[others] = False
        full[row] = True
        nodes = (
            Node(without, node.full, node.bound, node.loose, basis=node.basis),
            Node(with_, full, node.bound, node.loose, basis=node.basis),
        )
        rates = self.known.rates[:, decision]
        order = (0, 1) if rates[0] * share > rates[1] * (1 - share) else (1, 0)
        halves: list[Node | None] = [None, None]
        for side in order:
            halves[side] = self._heard(self.seat.solve(nodes[side], self.known.value))
            self.solved += 1
        return halves

    def _heard(self, result: Result) -> Node | None:
        """Note what a relaxation gave; return the node where something better may be in it."""
        self.undecided = max(self.undecided, result.undecided)
        if result.chosen is not None:
            value = int(self.gain[result.chosen].sum())
            if value > self.known.value:
                self.known.value, self.chosen = value, result.chosen
        return result.node

    def choices(self, node: Node) -> list[tuple[int, float]]:
        """Return decisions about broken shares, with these, the most promising first."""
        if node.values is None:
            return []
        share = self.decisions.shares(node.values)
        broken = np.flatnonzero((share > _FRACTION) & (share < 1 - _FRACTION))
        pairs = broken[self.decisions.kind[broken] == 0]
        broken = pairs if len(pairs) else broken
        rates = self.known.rates[:, broken]
        known = ~np.isnan(rates[0])
        usual = np.median(rates[:, known], axis=1) if known.any() else np.ones(2)
        rates = np.where(known, rates, usual[:, None])
        down = np.maximum(rates[0] * share[broken], _LEAST_LOSS)
        up = np.maximum(rates[1] * (1 - share[broken]), _LEAST_LOSS)
        best = broken[np.lexsort((self.order[broken], -(down * up)))]
        return list(zip(best.tolist(), share[best].tolist(), strict=True))


class Tree:
    """Branch and bound.

    Parameters
    ----------
    model : PatternModel
        Complete: a better solution than ``value`` has no other patterns.
    seats : sequence of Seat
        Two of them; the stop of the second is silent.
    decisions : Decisions
    value : int
        Only better solutions count.
    found : callable
        Called with the columns and the value of each better solution.
    near : float
        More than this is hardly open, however bad the best value still is: what patterns lose that are known at first.
    care : Care

    Notes
    -----
    A decision is a set of patterns within a row of limit 1: either none of them is chosen, or one of them is. Then the
    row's other patterns are closed and the row is full. Pairs are decided first, times when no pair is left open: the
    same pairs at other times are worth the same, so a time alone costs little on one side. The decisions that raise the
    bound on both sides are found by trying them (strong branching); how one did before tells whether it is worth trying
    again. The two nodes with the highest bounds are decided side by side, the second in a thread of its own; each seat
    goes on with the better half for a while. Then the seats tell each other what they found, so what each of them does
    does not depend on which is faster. What is proven of each node is computed in whole numbers.
    """

    def __init__(
        self,
        model: PatternModel,
        seats: Sequence[Seat],
        decisions: Decisions,
        value: int,
        found: Callable[[list[int], int], None],
        near: float,
        care: Care,
    ) -> None:
        self._model, self._decisions, self._seats = model, decisions, seats
        self._found, self._near, self._care = found, near, care
        self._order = np.random.default_rng(0).permutation(decisions.count)
        self._known = _Known(value, np.full((2, decisions.count), np.nan))
        self._undecided, self._solved = 0, 0

    @property
    def value(self) -> int:
        """The best value."""
        return self._known.value

    def decide(self) -> int:
        """Search until nothing better is left, or as long as it may; return a proven bound of all solutions."""
        care, stop = self._care, self._seats[0].stop
        with ThreadPoolExecutor(max_workers=1) as pool:
            nodes, tries = self._first(), care.tried_first
            while nodes:
                if stop.cut() or (care.most is not None and self._solved >= care.most):
                    return max(self.value, self._undecided, *(node.bound for node in nodes))
                nodes = sorted(nodes, key=lambda node: -node.loose)
                if len(nodes) > 1:
                    nodes = nodes[2:] + self._two(pool, nodes[0], nodes[1], tries)
                else:
                    nodes = self._one(pool, nodes[0], tries)
                nodes = [node for node in nodes if node.bound > self.value]
                tries = care.tried
        return max(self.value, self._undecided)

    def _first(self) -> list[Node]:
        """Solve the relaxation of all."""
        open_, full = np.ones(self._model.count, dtype=np.bool_), np.zeros(self._model.rows.count, dtype=np.bool_)
        stint = self._stint(0)
        root = stint._heard(self._seats[0].solve(Node(open_, full, 1 << 62, float(1 << 62)), self.value))
        self._tell([stint])
        return [] if root is None else [root]

    def _two(self, pool: Executor, one: Node, other: Node, tries: int) -> list[Node]:
        """Decide about two nodes side by side."""
        mine, theirs = self._stint(0), self._stint(1)
        done = pool.submit(theirs.work, other, tries)
        mine.work(one, tries)
        done.result()
        self._tell([mine, theirs])
        return mine.left + theirs.left

    def _one(self, pool: Executor, node: Node, tries: int) -> list[Node]:
        """Decide about a node, of which each seat tries every other decision."""
        mine, theirs = self._stint(0), self._stint(1)
        choices = mine.choices(node)
        few = -(-tries // 2)
        done = pool.submit(theirs.halves, node, choices[1::2], few) if len(choices) > 1 else None
        halves = [mine.halves(node, choices[::2], few)]
        if done is not None:
            halves.append(done.result())
        if self._seats[0].stop.cut():
            return [node]
        best = theirs if theirs.score > mine.score else mine
        left = best.tightened(halves[1] if best is theirs else halves[0])
        self._tell([mine, theirs])
        return left

    def _stint(self, seat: int) -> _Stint:
        care = self._care
        if care.most is not None:  # each seat takes half of what may still be solved
            care = replace(care, stint=min(care.stint, -(-(care.most - self._solved) // 2)))
        return _Stint(self._seats[seat], self._decisions, self._known, self._model.gain, self._near, self._order, care)

    def _tell(self, stints: list[_Stint]) -> None:
        """Let all know what each found."""
        for stint in stints:
            self._solved += stint.solved
            self._undecided = max(self._undecided, stint.undecided)
            for decision, rates in stint.rated.items():
                self._known.rates[:, decision] = rates
            if stint.chosen is not None and stint.known.value > self.value:
                self._known.value = stint.known.value
                self._found(self._model.chosen(stint.chosen), self.value)
        for seat, other in itertools.permutations(self._seats, 2):
            seat.learn(other)
