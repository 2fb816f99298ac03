"""Rows that cut fractions off the relaxation, proven in whole numbers for every column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol

import numpy as np

from scheduling.pairing.bound import Prices
from scheduling.pairing.cliques import Conflicts, violated_cliques
from scheduling.pairing.combination import Rounded
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.knapsacks import Knapsacks
from scheduling.pairing.relaxation import Model, P, Priced, Relaxation, fractions, generate
from scheduling.pairing.rounding import Rounding
from scheduling.pairing.rows import Cut, Rows
from scheduling.stop import Stop

_ROUNDS = 30
_TRIED = 60
"""Rows of the basis that are tried for cuts of patterns: more of them find the same."""
_PROGRESS, _SHARE = 1.0, 0.02
"""A round that brings the bound down by less, or by less than this share of what all did, is idle."""
_IDLE = 2
"""So many idle rounds one after the other are the end."""


class Cutter(Protocol):
    """Finds cuts of one model, which grows by them."""

    def violated(self, program: LinearProgram, relaxed: Relaxation) -> Sequence[Cut]:
        """Return cuts that the present values break."""

    def add(self, cuts: Sequence[Cut], rows: Rows) -> None:
        """Note cuts that were put behind the rows, which are ``rows`` now."""


class ColumnCutter:
    """Finds cuts of a model of single columns.

    Parameters
    ----------
    model : Model

    Notes
    -----
    Three kinds: cliques are sets of columns that exclude each other pair by pair (`scheduling.pairing.cliques`);
    knapsacks join a volunteer's load and number of children (`scheduling.pairing.knapsacks`); rounded rows come from
    the basis and from halves (`scheduling.pairing.rounding`).
    """

    def __init__(self, model: Model) -> None:
        self._conflicts = Conflicts(model.problem, model.columns)
        self._knapsacks = Knapsacks(model.problem, model.columns)
        self._rounding = Rounding(model.rows)

    def violated(self, program: LinearProgram, relaxed: Relaxation) -> Sequence[Cut]:
        """Return cuts that the present values break."""
        values = relaxed.values
        cliques = violated_cliques(self._conflicts, values, relaxed.prices.reduced)
        cuts = [Cut(clique, np.ones(len(clique), dtype=np.int64), 1) for clique in cliques]
        return [*cuts, *self._knapsacks.violated(values), *self._rounding.violated(program, values)]

    def add(self, cuts: Sequence[Cut], rows: Rows) -> None:
        """Note cuts that were put behind the rows."""
        self._rounding.add(cuts, rows)


class PatternCutter:
    """Finds cuts of a model of patterns, which need no others than rounded rows.

    Parameters
    ----------
    model : Priced

    Attributes
    ----------
    cuts : list of Rounded
        All that were added.
    """

    def __init__(self, model: Priced) -> None:
        self._rounding = Rounding(model.rows, _TRIED)
        self.cuts: list[Rounded] = []

    def violated(self, program: LinearProgram, relaxed: Relaxation) -> Sequence[Cut]:
        """Return cuts that the present values break."""
        return self._rounding.violated(program, relaxed.values)

    def add(self, cuts: Sequence[Cut], rows: Rows) -> None:
        """Note cuts that were put behind the rows."""
        self._rounding.add(cuts, rows)
        self.cuts += [cut for cut in cuts if isinstance(cut, Rounded)]


@dataclass(frozen=True, slots=True, eq=False)
class Tightened(Generic[P]):
    """A relaxation with cuts.

    Attributes
    ----------
    model : Priced
        With the cuts behind its rows.
    relaxed : Relaxation
    whole : bool
        Whether its values are whole: then they are a solution of the problem.
    """

    model: P
    relaxed: Relaxation
    whole: bool

    def chosen(self) -> list[int]:
        """Return the columns at 1."""
        return np.flatnonzero(self.relaxed.values > 0.5).tolist()


def tighten(
    model: P,
    relaxed: Relaxation,
    cutter: Cutter,
    enough: Callable[[], int],
    stop: Stop,
    on_round: Callable[[Prices], None],
    *,
    rounds: int = _ROUNDS,
) -> Tightened[P]:
    """Cut fractions off a solved relaxation as long as that brings its bound down.

    Parameters
    ----------
    model : Priced
    relaxed : Relaxation
        Complete, with its program.
    cutter : Cutter
    enough : callable
        Returns the best known value: a bound that meets it needs no more cuts.
    stop : Stop
    on_round : callable
        Called with the prices after each round.
    rounds : int
        At most.
    """
    program = relaxed.program
    if program is None:
        return Tightened(model, relaxed, True)
    first, idle = _height(relaxed), 0
    for _ in range(rounds):
        if is_whole(relaxed.values) or relaxed.prices.bound <= enough() or stop.cut():
            break
        cuts = cutter.violated(program, relaxed)
        if not cuts:
            break
        model = model.with_rows(model.rows.with_cuts(cuts))
        cutter.add(cuts, model.rows)
        program.extend(model.rows)
        after = generate(model, program, stop)
        if not after.complete:
            break
        dropped = _height(relaxed) - _height(after)
        relaxed = after
        on_round(relaxed.prices)
        idle = 0 if dropped >= max(_PROGRESS, _SHARE * (first - _height(relaxed))) else idle + 1
        if idle == _IDLE:
            break
    return Tightened(model, relaxed, relaxed.complete and is_whole(relaxed.values))


def _height(relaxed: Relaxation) -> float:
    return float(relaxed.prices.total / 2**relaxed.prices.shift)


def is_whole(values: Floats) -> bool:
    """Tell whether all values are 0 or 1."""
    return not len(fractions(values))
