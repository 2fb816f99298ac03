"""What forcing a pair costs, exactly: solved again from what the first solution proved."""

from dataclasses import replace

import numpy as np

from scheduling.faults import InvalidProblem
from scheduling.pairing.bound import Prices
from scheduling.pairing.columns import build_columns
from scheduling.pairing.explain.anew import solve_anew
from scheduling.pairing.explain.solved import Solved
from scheduling.pairing.fixed import settle
from scheduling.pairing.placement import Placement
from scheduling.pairing.problem import Ints, Problem
from scheduling.pairing.relaxation import Model
from scheduling.pairing.resolve import Decision, append_row, decide
from scheduling.pairing.rules import build_rows
from scheduling.stop import Stop

FIXED_PAIRS = "fixed_pairs"
"""Why a pair is impossible that could meet by itself: the fixed pairs leave it no room."""

PLACES = "places_cannot_all_be_filled"
"""Why a pair is impossible where every place must be filled."""

_MARGIN, _WIDEST = 10, 40


def solve_with(solved: Solved, candidate: int, prices: Prices, stop: Stop, seed: int) -> Decision:
    """Find the best solution that has a pair.

    Parameters
    ----------
    solved : Solved
    candidate : int
        The pair; it has columns.
    prices : Prices
        Any prices of the model; those of the relaxation with the pair prove most.
    stop : Stop
    seed : int

    Notes
    -----
    With ``r`` the pair's largest reduced value, a solution with it is worth at most ``bound + r``, and one that has
    another column of reduced value ``s`` as well at most ``bound + r + s``. Where loads bind that is too far from the
    truth to leave few columns; there the problem is solved anew, by patterns.
    """
    model = solved.model
    mine = np.arange(solved.columns.first[candidate], solved.columns.first[candidate + 1])
    if solved.patterns:
        forced = _with_fixed(solved.problem, candidate)
        rows = build_rows(forced, solved.columns, fill=forced.place_value is None)
        start = _exchange(solved, mine, prices)
        return solve_anew(Model(forced, solved.columns, rows, model.gain), start, stop, seed)
    rows = append_row(model.rows, mine, 1, equal=True)
    below = np.minimum(prices.reduced, 0)
    with_pair = below + below[mine].max()
    with_pair[mine] = below[mine]
    ceiling = prices.bound_below(with_pair)
    start = _exchange(solved, mine, prices)
    known = start if start is not None and rows.keep(start) else None
    top = int(ceiling[mine].max())
    margin = _MARGIN + solved.bound - solved.value
    if known is not None and top - model.value(known) <= _WIDEST + margin:
        margin = top - model.value(known) - 1  # one program decides
    return decide(rows, model.gain, ceiling, known, stop, seed, top=top, margin=margin)


def _with_fixed(problem: Problem, candidate: int) -> Problem:
    """Return the problem with one more fixed pair."""
    fixed = problem.fixed.copy()
    fixed[candidate] = True
    path = {**problem.fixed_path, candidate: f"$.fixed[{len(problem.fixed_path)}]"}
    return replace(problem, fixed=fixed, fixed_path=path)


def _exchange(solved: Solved, mine: Ints, prices: Prices) -> list[int] | None:
    """Put the pair into the solution, drop what is in its way, and fill what that leaves empty."""
    problem, columns = solved.problem, solved.columns
    placement = Placement(problem, columns)
    fixed = problem.fixed[columns.candidate]
    kept = [column for column in solved.chosen if fixed[column]]
    others = [column for column in solved.chosen if not fixed[column]]
    placement.take_all(kept)
    for column in mine[np.argsort(-prices.reduced[mine], kind="stable")].tolist():
        if placement.fits(column):
            placement.take(column)
            break
    else:
        return None
    placement.take_all(sorted(others, key=lambda column: -int(prices.reduced[column])))
    dropped = [column for column in others if int(columns.candidate[column]) not in placement.taken]
    children = np.unique(problem.child[columns.candidate[dropped]]) if dropped else np.zeros(0, dtype=np.int64)
    again = np.flatnonzero(np.isin(problem.child, children) & (problem.score + (problem.place_value or 0) > 0))
    placement.fill(again[np.lexsort((again, -problem.score[again]))].tolist())
    return placement.chosen()


def why_impossible(solved: Solved, candidate: int) -> str:
    """Return why a pair that could meet by itself cannot be in any solution."""
    forced = _with_fixed(solved.problem, candidate)
    try:
        settle(forced, build_columns(forced))
    except InvalidProblem:
        return FIXED_PAIRS
    return PLACES
