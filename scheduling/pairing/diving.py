"""Diving: rounding a relaxation over patterns up, step by step, to a solution."""

import numpy as np

from scheduling.pairing.highs import Floats
from scheduling.pairing.master import PatternModel
from scheduling.pairing.problem import Ints
from scheduling.pairing.relaxation import fractions
from scheduling.pairing.seats import Node

_FAILURES = 5


class Dive:
    """Rounds a relaxation up step by step.

    Parameters
    ----------
    model : PatternModel
    node : Node or None
        Solved.
    share : float
        Patterns of so large a share are taken at once, and always the largest.

    Attributes
    ----------
    next : Node or None
        To be solved for the next step; None at the end.
    """

    def __init__(self, model: PatternModel, node: Node | None, share: float) -> None:
        self._model, self._share = model, share
        self._before: Node | None = None
        self._failures = 0
        self.next: Node | None = None
        self.step(node)

    def step(self, node: Node | None) -> None:
        """Hear what the relaxation of the node gave: None where nothing better is in it."""
        if node is not None and node.values is not None:
            taken = np.union1d(np.flatnonzero(node.values >= self._share), _largest(node.values))
            self._before, self.next = node, self._with(node, taken)
            return
        before, self._before, self.next = self._before, None, None
        self._failures += 1
        if before is not None and before.values is not None and self._failures <= _FAILURES:
            # The largest share led nowhere: do without it.
            open_ = before.open.copy()
            open_[_largest(before.values)] = False
            self.next = Node(open_, before.full, before.bound, before.loose)

    def _with(self, node: Node, taken: Ints) -> Node:
        """Return the node in which some patterns are chosen."""
        open_, full = node.open.copy(), node.full.copy()
        volunteer = self._model.patterns.volunteer
        chosen = np.zeros(len(full), dtype=np.bool_)
        chosen[volunteer[taken]] = True
        open_ &= ~chosen[volunteer]
        open_[taken] = True
        return Node(open_, full | chosen, node.bound, node.loose)


def _largest(values: Floats) -> int:
    broken = fractions(values)
    return int(broken[np.argmax(values[broken])])
