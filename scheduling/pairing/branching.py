"""Branch and bound over patterns, on warm linear programs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduling.pairing.decisions import Decisions
from scheduling.pairing.master import PatternModel
from scheduling.pairing.seats import Node, Result, Seats
from scheduling.stop import Stop

_FRACTION = 1e-5
_HOPEFUL = 0.55
"""One goes down no farther than to this share of what lies between the best value and the bound."""
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
    plunge : int
        After so many nodes one goes down to a solution.
    most : int or None
        After so many relaxations the search ends, whatever is left.
    """

    tried_first: int
    tried: int
    rounds: int
    plunge: int
    most: int | None = None


PROOF = Care(tried_first=16, tried=5, rounds=1, plunge=8)
"""Few nodes, with time for each."""
GLANCE = Care(tried_first=4, tried=2, rounds=0, plunge=4, most=60)
"""Good solutions soon."""


class Tree:
    """Branch and bound.

    Parameters
    ----------
    model : PatternModel
        Complete: a better solution than ``value`` has no other patterns.
    seats : Seats
        Its linear programs.
    decisions : Decisions
    value : int
        Only better solutions count.
    stop : Stop
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
    again. The node with the highest bound comes first. What is proven of each node is computed in whole numbers. The
    two halves of a node are solved side by side (`scheduling.pairing.seats`).
    """

    def __init__(
        self,
        model: PatternModel,
        seats: Seats,
        decisions: Decisions,
        value: int,
        stop: Stop,
        found: Callable[[list[int], int], None],
        near: float,
        care: Care,
    ) -> None:
        self.value = value
        self._care, self._solved = care, 0
        self._model, self._decisions = model, decisions
        self._seats = seats
        self._stop, self._found, self._near = stop, found, near
        self._shuffled = np.random.default_rng(0).permutation(decisions.count)
        self._rates = np.full((2, decisions.count), np.nan)
        self._undecided = 0

    def decide(self) -> int:
        """Search until nothing better is left, or as long as it may; return a proven bound of all solutions."""
        care, first = self._care, self._first()
        nodes = halves = [] if first is None else [first]
        tries, since = care.tried_first, 0
        while nodes:
            if self._stop.cut() or (care.most is not None and self._solved >= care.most):
                return max(self.value, self._undecided, *(node.bound for node in nodes))
            # Mostly the node with the highest bound; now and then down from it to a solution, with less care.
            least = self.value + _HOPEFUL * (max(each.loose for each in nodes) - self.value)
            near = [half for half in halves if half.loose > least] if since >= care.plunge else []
            node = max(near or nodes, key=lambda each: each.loose)
            since = since + 1 if near or since < care.plunge else 0
            nodes = [each for each in nodes if each is not node]
            halves = []
            if node.bound > self.value:
                halves = self._branch(node, 1, 0) if near else self._branch(node, tries, care.rounds)
            nodes += halves
            tries = care.tried
        return max(self.value, self._undecided)

    def _first(self) -> Node | None:
        """Solve the relaxation of all."""
        open_, full = np.ones(self._model.count, dtype=np.bool_), np.zeros(self._model.rows.count, dtype=np.bool_)
        root = Node(open_, full, 1 << 62, float(1 << 62))
        return self._heard(self._seats.solve([root], self.value)[0])

    def _heard(self, result: Result) -> Node | None:
        """Note what a relaxation gave; return the node where something better may be in it."""
        self._undecided = max(self._undecided, result.undecided)
        if result.chosen is not None:
            value = int(self._model.gain[result.chosen].sum())
            if value > self.value:
                self.value = value
                self._found(self._model.chosen(result.chosen), value)
        return result.node

    def _branch(self, node: Node, tries: int, rounds: int) -> list[Node]:
        """Return the halves of a node that may hold something better.

        Parameters
        ----------
        node : Node
        tries : int
            So many decisions are tried at most.
        rounds : int
            So often cuts are looked for at the halves.
        """
        choices = self._choices(node)
        if not choices:
            self._undecided = max(self._undecided, node.bound)
        best: list[Node | None] = []
        score, enough = -1.0, (_ENOUGH * min(node.loose - self.value, self._near)) ** 2
        for decision, share in choices[:tries]:
            results = self._seats.solve(self._halves(node, decision), self.value)
            self._solved += len(results)
            if self._stop.cut():
                return [node]
            halves = [self._heard(result) for result in results]
            losses = [node.loose - (self.value if half is None else half.loose) for half in halves]
            rated = max(min(losses), _LEAST_LOSS) * max(*losses, _LEAST_LOSS)
            self._rates[:, decision] = losses[0] / max(share, _SMALL), losses[1] / max(1 - share, _SMALL)
            lost = any(half is None for half in halves)
            if lost or rated > score:
                score, best = rated, halves
            if lost or score >= enough:
                break
        return self._tightened(best, rounds)

    def _tightened(self, halves: list[Node | None], rounds: int) -> list[Node]:
        """Cut fractions off the relaxations of halves that were just solved."""
        for _ in range(rounds):
            results = self._seats.tighten(halves, self.value)
            if results is None or self._stop.cut():
                break
            halves = [self._heard(result) for result in results]
        return [half for half in halves if half is not None]

    def _halves(self, node: Node, decision: int) -> tuple[Node, Node]:
        """Return the node without the patterns of a decision, and with one of them."""
        inside, others, row = self._decisions.sides(decision)
        without, with_, full = node.open.copy(), node.open.copy(), node.full.copy()
        without[inside] = False
        with_[others] = False
        full[row] = True
        return (
            Node(without, node.full, node.bound, node.loose, basis=node.basis),
            Node(with_, full, node.bound, node.loose, basis=node.basis),
        )

    def _choices(self, node: Node) -> list[tuple[int, float]]:
        """Return decisions about broken shares, with these, the most promising first."""
        if node.values is None:
            return []
        share = self._decisions.shares(node.values)
        broken = np.flatnonzero((share > _FRACTION) & (share < 1 - _FRACTION))
        pairs = broken[self._decisions.kind[broken] == 0]
        broken = pairs if len(pairs) else broken
        rates = self._rates[:, broken]
        known = ~np.isnan(rates[0])
        usual = np.median(rates[:, known], axis=1) if known.any() else np.ones(2)
        rates = np.where(known, rates, usual[:, None])
        down = np.maximum(rates[0] * share[broken], _LEAST_LOSS)
        up = np.maximum(rates[1] * (1 - share[broken]), _LEAST_LOSS)
        rated = down * up
        best = broken[np.lexsort((self._shuffled[broken], -rated))]
        return list(zip(best.tolist(), share[best].tolist(), strict=True))
