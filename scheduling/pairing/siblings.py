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
from functools import partial
from typing import Any

import numpy as np

from scheduling import __version__
from scheduling.engine import engine_version
from scheduling.offers import OnSolution
from scheduling.pairing.answer import answer_of
from scheduling.pairing.bound import Prices, price, rest_of_children
from scheduling.pairing.explain.solved import columns_of, model_of
from scheduling.pairing.highs import Floats, LinearProgram
from scheduling.pairing.load import load
from scheduling.pairing.problem import Ints, Problem
from scheduling.pairing.relaxation import Model, better_columns, first_columns
from scheduling.pairing.resolve import Decision, decide
from scheduling.pairing.rows import Entries, Rows
from scheduling.pairing.search import maximise
from scheduling.pairing.solve import solve_first
from scheduling.pairing.wishes import Wishes, settle_wishes
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
        With every fault of the problem, or of the wishes (paths ``$.siblings[0]`` and so on).
    """
    began = time.perf_counter()
    stop = Stop(time_limit, should_stop)
    tell: Progress = on_progress or (lambda stage, value, bound: None)
    checked = load(problem)
    asked = settle_wishes(checked, wishes)
    pairs = asked.siblings
    before = solve_first(problem, stop, seed, tell, on_solution)
    if before["status"] not in ("optimal", "feasible"):
        return before | {"wishes": None}
    plain = model_of(checked)
    start = columns_of(plain, before)
    again, on_time = _before(plain, asked.previous)
    model = replace(plain, gain=plain.gain + asked.pair_bonus * again + asked.start_bonus * on_time)
    links = _Links(model, pairs, asked.sibling_bonus)
    if links.count and asked.sibling_bonus:
        found = _decide_links(model, links, start, stop, seed, tell)
    else:
        plainly = maximise(model, start, stop, seed, lambda *step: tell("wishes", *step[1:]), margin=_MARGIN)
        found = Decision(plainly.chosen, plainly.value, plainly.bound)
    chosen = [column for column in found.chosen or start if column < plain.columns.count]
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


class _Links:
    """Columns that say that two siblings are together, and the rows that tie them to the sessions.

    A column u is a start s of one with a start t of the other that go together. For each s the sum of its columns is at
    most the sessions of the one at s, the same for each t; and at most one column of each pair of siblings is taken.
    """

    def __init__(self, model: Model, pairs: list[tuple[int, int]], bonus: int) -> None:
        self._model, self._pairs = model, pairs
        problem, columns = model.problem, model.columns
        self._child = problem.child[columns.candidate]
        self.pair: list[int] = []
        self.sessions: list[Ints] = []
        self.first: list[int] = []
        self.second: list[int] = []
        for number, (one, other) in enumerate(pairs):
            if self._same_place(one, other):
                self._join(number, one, other)
        self.gain = np.full(len(self.pair), bonus, dtype=np.int64)

    def _join(self, number: int, one: int, other: int) -> None:
        """Add the columns of a pair of siblings, and its sets of sessions that begin together."""
        start = self._model.columns.start
        hers, his = np.flatnonzero(self._child == one), np.flatnonzero(self._child == other)
        known: dict[tuple[int, int], int] = {}

        def sessions(of: Ints, at: int) -> int:
            key = (int(of[0]), at)
            if key not in known:
                known[key] = len(self.sessions)
                self.sessions.append(of[start[of] == at])
            return known[key]

        possible = frozenset(start[his].tolist())
        for at in np.unique(start[hers]).tolist():
            for with_it in self._beside(one, other, at):
                if with_it in possible:
                    self.pair.append(number)
                    self.first.append(sessions(hers, at))
                    self.second.append(sessions(his, with_it))

    @property
    def count(self) -> int:
        """Number of columns."""
        return len(self.pair)

    def _same_place(self, one: int, other: int) -> bool:
        problem = self._model.problem
        if problem.at_centre[one] != problem.at_centre[other]:
            return False
        return not problem.at_centre[one] or bool(problem.centre[one] == problem.centre[other])

    def _beside(self, one: int, other: int, start: int) -> list[int]:
        """Return the starts of the other that go with a start of the one."""
        problem = self._model.problem
        wanted = (start, start + int(problem.session[one]), start - int(problem.session[other]))
        day = start // problem.slots_per_day
        return sorted({slot for slot in wanted if slot >= 0 and slot // problem.slots_per_day == day})

    def taken(self, chosen: list[int]) -> dict[int, int]:
        """Return for each pair of siblings who are together a column that says so."""
        taken = np.zeros(self._model.columns.count, dtype=np.bool_)
        taken[chosen] = True
        begins = [bool(taken[sessions].any()) for sessions in self.sessions]
        found: dict[int, int] = {}
        for i, (number, first, second) in enumerate(zip(self.pair, self.first, self.second, strict=True)):
            if begins[first] and begins[second]:
                found.setdefault(number, i)
        return found

    def codes(self, chosen: list[int]) -> list[str]:
        """Return for each pair of siblings what keeps them apart, as if they were.

        ``different_places``, ``no_common_time`` (no two sessions of theirs go together), ``without_companion`` (one of
        them), or ``outweighed`` (by the sessions and points of others).
        """
        placed = set(self._child[chosen].tolist())
        possible = set(self.pair)
        codes = []
        for number, (one, other) in enumerate(self._pairs):
            if not self._same_place(one, other):
                codes.append("different_places")
            elif number not in possible:
                codes.append("no_common_time")
            elif one not in placed or other not in placed:
                codes.append("without_companion")
            else:
                codes.append("outweighed")
        return codes

    def largest(self, reduced: Ints) -> int:
        """Return the most that the columns can add: the best one of each pair of siblings."""
        best = np.zeros(len(self._pairs), dtype=np.int64)
        np.maximum.at(best, np.array(self.pair, dtype=np.int64), reduced)
        return sum(best.tolist())


def _tie(model: Model, links: _Links) -> Rows:
    """Return the rows of a model with those of its links."""
    own, sets = model.columns.count, len(links.sessions)
    link = np.arange(own, own + links.count)
    row = [np.full(len(sessions), i) for i, sessions in enumerate(links.sessions)]
    value = [np.full(len(sessions), -1) for sessions in links.sessions]
    pair = np.array(links.pair, dtype=np.int64)
    for which in (np.array(links.first), np.array(links.second), sets + pair):
        row.append(which)
        value.append(np.ones(links.count, dtype=np.int64))
    column = [*links.sessions, link, link, link]
    upper = np.concatenate([np.zeros(sets, dtype=np.int64), np.ones(int(pair.max()) + 1, dtype=np.int64)])
    entries = Entries(*(np.concatenate(part).astype(np.int64) for part in (row, column, value)))
    return model.rows.extended(entries, upper, np.zeros(len(upper), dtype=np.bool_), columns=own + links.count)


def _decide_links(model: Model, links: _Links, chosen: list[int], stop: Stop, seed: int, tell: Progress) -> Decision:
    """Find the best solution of a model with links, by column generation and reduced-cost fixing as without."""
    rows, gain = _tie(model, links), np.concatenate([model.gain, links.gain])
    start = chosen + sorted(model.columns.count + link for link in links.taken(chosen).values())
    value = int(gain[start].sum())

    def told(found: int, bound: int) -> None:
        tell("wishes", found, bound)

    program = LinearProgram(rows, gain, stop, seed)
    own = model.columns.count
    program.add(np.union1d(first_columns(model), np.array(start, dtype=np.int64)))
    program.add(np.arange(own, own + links.count))
    sessions = _sessions_of(rows, own)
    best = _price(model, links, rows, sessions, np.zeros(rows.count))
    while not stop.cut() and program.solve():
        prices = _price(model, links, rows, sessions, program.duals)
        if prices.total << best.shift <= best.total << prices.shift:
            best = prices
        told(value, max(best.bound, value))
        new = better_columns(model, prices, program)
        if not len(new):
            break
        program.add(new)
    ceiling = best.bound_with()
    return decide(rows, gain, ceiling, start, stop, seed, top=best.bound, margin=_MARGIN, report=told)


def _sessions_of(rows: Rows, own: int) -> Rows:
    """Return the rows over the columns of sessions alone."""
    last = int(rows.first[own])
    return replace(rows, first=rows.first[: own + 1], row=rows.row[:last], value=rows.value[:last])


def _price(model: Model, links: _Links, rows: Rows, sessions: Rows, duals: Floats) -> Prices:
    """Turn duals into proven prices of sessions and links."""
    prices = price(sessions, model.gain, duals, partial(rest_of_children, model.problem, model.columns))
    begin = int(sessions.first[-1])
    used = rows.value[begin:] * prices.row[rows.row[begin:]]
    cost = np.add.reduceat(used, rows.first[model.columns.count : -1] - begin)
    reduced = (links.gain << prices.shift) - cost
    total = prices.total + links.largest(reduced)
    return Prices(prices.shift, prices.row, np.concatenate([prices.reduced, reduced]), total)
