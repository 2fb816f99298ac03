"""Wishes worth points beside the contract's value: siblings together, last term's pairs and times kept.

Notes
-----
Two siblings are **together** when each has a session such that both are on the same day and at the same place (both
meet at the same centre, or both at home) and either begin in the same slot or one begins in the slot right after the
other's last. A pair of siblings counts once, however many of their sessions are together.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from scheduling import __version__
from scheduling.engine import engine_version
from scheduling.offers import OnSolution
from scheduling.pairing.answer import answer_of
from scheduling.pairing.explain.solved import columns_of, model_of
from scheduling.pairing.links import Links
from scheduling.pairing.problem import Ints, Problem
from scheduling.pairing.relaxation import Model
from scheduling.pairing.search import maximise, nothing
from scheduling.pairing.solve import solve_first
from scheduling.pairing.wishes import Wishes, read_with_wishes
from scheduling.stop import Progress, Stop

_MARGIN = 25


def solve_wishes(
    problem: Mapping[str, Any],
    wishes: Wishes | Mapping[str, Any],
    *,
    time_limit: float | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_solution: OnSolution | None = None,
) -> dict[str, Any]:
    """Find the pairs with the largest value of the contract plus points of the wishes.

    Parameters
    ----------
    problem : mapping
        A problem file.
    wishes : Wishes or mapping
        Or a parsed document with the keys of `Wishes`, each of which may be left out.
    time_limit, seed, on_progress, should_stop, on_solution
        As for `scheduling.pairing.solve`; values of the stage ``wishes`` include the points.

    Returns
    -------
    dict
        A solution whose ``value`` and ``bound`` are those of the contract, with ``wishes`` besides: ``value`` and
        ``bound`` with the points, ``proven``, ``price`` (what the wishes cost of the contract's value), ``together``
        and ``apart`` (pairs of siblings; the latter with a ``code``), ``kept_pairs`` and ``kept_starts``, and
        ``asked``, the wishes themselves, by which `scheduling.pairing.check` recomputes all that.

    Raises
    ------
    InvalidProblem
        With every fault of the problem and of the wishes (paths ``$.siblings[0]`` and so on).
    """
    began = time.perf_counter()
    stop = Stop(time_limit, should_stop)
    tell: Progress = on_progress or (lambda stage, value, bound: None)
    checked, asked = read_with_wishes(problem, wishes, stop)
    pairs = asked.siblings
    before = solve_first(problem, stop, seed, tell, on_solution)
    if before["status"] not in ("optimal", "feasible"):
        tell("done", before["value"], before["bound"])
        return before | {"wishes": None}
    plain = model_of(checked)
    start = columns_of(plain, before)
    again, on_time = _before(plain, asked.previous)
    model = replace(plain, gain=plain.gain + asked.pair_bonus * again + asked.start_bonus * on_time)
    links = Links(model, pairs, asked.sibling_bonus)
    searched, bringing = (links.tied, links.with_links) if links.count and asked.sibling_bonus else (model, nothing)

    def report(stage: str, value: int, bound: int) -> None:
        tell("wishes", value, bound)

    found = maximise(searched, start, stop, seed, report, margin=_MARGIN, bringing=bringing)
    chosen = [column for column in found.chosen if column < plain.columns.count]
    answer = answer_of(checked, plain.columns, chosen, before["bound"])
    answer["run"] = {
        "seconds": round(time.perf_counter() - began, 3),
        "interrupted": stop.interrupted or before["run"]["interrupted"],
        "engine": f"scheduling {__version__}, {engine_version()}",
    }
    together = links.taken(chosen)
    value = model.value(chosen) + asked.sibling_bonus * len(together)
    answer["wishes"] = {
        "value": value,
        "bound": max(found.bound, value),
        "proven": found.bound <= value,
        "price": before["value"] - answer["value"],
        "together": [_names(checked, pairs[number]) for number in sorted(together)],
        "apart": [
            {"children": _names(checked, pair), "code": code}
            for number, (pair, code) in enumerate(zip(pairs, links.codes(chosen), strict=True))
            if number not in together
        ],
        "kept_pairs": int(again[chosen].sum()),
        "kept_starts": int(on_time[chosen].sum()),
        "asked": asked.told(checked),
    }
    tell("done", answer["value"], answer["bound"])
    return answer


def _names(problem: Problem, pair: tuple[int, int]) -> list[str]:
    return [problem.children[child] for child in pair]


def _before(model: Model, previous: Mapping[int, int | None]) -> tuple[Ints, Ints]:
    """Mark the columns of previous pairs, and those among them with the previous start."""
    columns = model.columns
    again, on_time = np.zeros(columns.count, dtype=np.int64), np.zeros(columns.count, dtype=np.int64)
    for candidate, start in previous.items():
        mine = columns.of(candidate)
        again[mine.start : mine.stop] = 1
        if model.problem.grid is not None and start is not None:
            on_time[mine.start : mine.stop] = columns.start[mine.start : mine.stop] == start
    return again, on_time
