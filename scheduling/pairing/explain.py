"""Why this pair, why not that one, and what another choice would cost: as data with codes, never sentences."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scheduling.faults import InvalidProblem
from scheduling.pairing.candidates import Candidates
from scheduling.pairing.columns import Reason, build_columns
from scheduling.pairing.fixed import settle
from scheduling.pairing.load import load
from scheduling.pairing.problem import NO_START
from scheduling.pairing.relaxation import Model, better_columns, relax
from scheduling.pairing.rows import Kind, build_rows
from scheduling.pairing.solve import solve
from scheduling.stop import Stop

_PARTS = {
    Kind.CHILD_PLACE: "child_place",
    Kind.PAIR_ONCE: "pair_once",
    Kind.VOLUNTEER_PLACE: "volunteer_place",
    Kind.VOLUNTEER_LOAD: "volunteer_load",
    Kind.VOLUNTEER_HOURS: "volunteer_hours",
    Kind.CHILD_HOURS: "child_hours",
    Kind.ROOMS: "rooms",
}
_FIXED_PAIRS = "fixed_pairs"
"""Why a pair is impossible that could meet by itself: the fixed pairs leave it no room."""


class Explainer:
    """Explains one solution by the prices of its problem's linear relaxation.

    Parameters
    ----------
    problem : mapping
        The problem file.
    solution : mapping
        Its solution, with pairs.
    seed : int

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        The solution is not one of this problem.
    """

    def __init__(self, problem: Mapping[str, Any], solution: Mapping[str, Any], *, seed: int = 0) -> None:
        checked = load(problem)
        columns = build_columns(checked)
        settle(checked, columns)
        if solution.get("status") not in ("optimal", "feasible"):
            raise ValueError("there is no solution to explain")
        fill = checked.place_value is None
        gain = (checked.place_value or 0) + checked.score[columns.candidate]
        self._problem, self._columns = checked, columns
        self._model = Model(checked, columns, build_rows(checked, columns, fill=fill), gain)
        self._chosen = {self._column(pair) for pair in solution["pairs"]}
        self._paired = {int(columns.candidate[column]): column for column in self._chosen}
        self._value = self._model.value(sorted(self._chosen))
        self._relaxed = relax(self._model, sorted(self._chosen), Stop(), seed)
        self._prices = self._relaxed.prices

    def _column(self, pair: Mapping[str, Any]) -> int:
        candidate = self._problem.candidate(pair["child"], pair["volunteer"])
        start = pair.get("start", NO_START)
        for column in self._columns.of(candidate) if candidate is not None else ():
            if int(self._columns.start[column]) == start:
                return column
        raise ValueError(f"{pair['child']} with {pair['volunteer']} at {start} is no pair of this problem")

    def pair(self, child: str, volunteer: str) -> dict[str, Any]:
        """Take the price of a pair apart.

        Parameters
        ----------
        child, volunteer : str

        Returns
        -------
        dict
            ``child``, ``volunteer``, ``paired``, ``possible``, ``reason`` (why it can never meet, or None), ``score``,
            ``gain`` (place value and score), ``start`` (its slot, else the best one; None without a timetable),
            ``parts`` (``code``, ``price`` and, for hours and rooms, ``slots`` with their prices; only what is scarce)
            and ``surplus``, with ``sum of prices + surplus == gain`` exactly. The surplus of a chosen pair is about 0;
            that of another is, with its sign turned, what forcing it would lose at least.
        """
        candidate = self._problem.candidate(child, volunteer)
        reason = Reason.NO_CANDIDATE if candidate is None else self._columns.closed_reason(candidate)
        answer: dict[str, Any] = {"child": child, "volunteer": volunteer, "paired": False, "possible": False}
        answer["reason"] = reason.value if reason else None
        if candidate is None or reason is not None or not len(self._columns.of(candidate)):
            score = None if candidate is None else int(self._problem.score[candidate])
            return answer | {"score": score, "gain": None, "start": None, "surplus": None, "parts": []}
        column = self._paired.get(candidate, self._best(candidate))
        start = int(self._columns.start[column])
        return answer | {
            "paired": candidate in self._paired,
            "possible": True,
            "score": int(self._problem.score[candidate]),
            "gain": float(self._model.gain[column]),
            "start": None if start == NO_START else start,
            "surplus": float(self._prices.reduced[column] / 2.0**self._prices.shift),
            "parts": self._parts(column),
        }

    def _best(self, candidate: int) -> int:
        columns = self._columns.of(candidate)
        return columns.start + int(np.argmax(self._prices.reduced[columns.start : columns.stop]))

    def _parts(self, column: int) -> list[dict[str, Any]]:
        rows, scale = self._model.rows, 2.0**self._prices.shift
        totals: dict[Kind, float] = {}
        slots: dict[Kind, list[dict[str, Any]]] = {}
        for entry in range(int(rows.first[column]), int(rows.first[column + 1])):
            row = int(rows.row[entry])
            price = float(int(self._prices.row[row]) * int(rows.value[entry]) / scale)
            if not price:
                continue
            kind = Kind(int(rows.kind[row]))
            totals[kind] = totals.get(kind, 0.0) + price
            if rows.slot[row] >= 0:
                slots.setdefault(kind, []).append({"slot": int(rows.slot[row]), "price": price})
        parts: list[dict[str, Any]] = []
        for kind, code in _PARTS.items():
            if kind in totals:
                part: dict[str, Any] = {"code": code, "price": totals[kind]}
                parts.append(part | ({"slots": slots[kind]} if kind in slots else {}))
        return parts

    def next_best(self, child: str, count: int = 3) -> list[dict[str, Any]]:
        """Return the best options of a child outside the solution, by different volunteers.

        Returns
        -------
        list of dict
            ``volunteer``, ``start``, ``score`` and ``at_least``: points that forcing the pair loses at least (proven; 0
            where it may be free).
        """
        index = self._problem.children.index(child)
        low, high = np.searchsorted(self._problem.child, [index, index + 1]).tolist()
        options = [self._best(i) for i in range(low, high) if len(self._columns.of(i)) and i not in self._paired]
        reduced, candidate = self._prices.reduced, self._columns.candidate
        options.sort(key=lambda j: (-int(reduced[j]), -int(self._problem.score[candidate[j]]), j))
        ceiling = self._prices.bound_with()
        answer = []
        for column in options[:count]:
            at, start = int(candidate[column]), int(self._columns.start[column])
            answer.append(
                {
                    "volunteer": self._problem.volunteers[int(self._problem.volunteer[at])],
                    "start": None if start == NO_START else start,
                    "score": int(self._problem.score[at]),
                    "at_least": max(0, self._value - int(ceiling[column])),
                }
            )
        return answer

    def forced_loss(self, child: str, volunteer: str) -> dict[str, Any]:
        """Estimate what forcing a pair would lose, by the linear relaxation.

        Returns
        -------
        dict
            ``child``, ``volunteer``, ``loss`` (float, about; None where impossible), ``exact`` False, ``possible``,
            ``reason``.

        Notes
        -----
        The relaxation with the pair is worth no less than the best solution with it, so the estimate is at most the
        true loss (but for the engine's rounding), and mostly equal to it.
        """
        answer: dict[str, Any] = {"child": child, "volunteer": volunteer, "loss": None, "exact": False}
        candidate = self._problem.candidate(child, volunteer)
        reason = Reason.NO_CANDIDATE if candidate is None else self._columns.closed_reason(candidate)
        if candidate is None or reason is not None:
            return answer | {"possible": False, "reason": reason.value if reason else None}
        if candidate in self._paired:
            return answer | {"loss": 0.0, "possible": True, "reason": None}
        value = self._forced_value(candidate)
        if value is None:
            return answer | {"possible": False, "reason": _FIXED_PAIRS}
        return answer | {"loss": max(0.0, self._value - value), "possible": True, "reason": None}

    def _forced_value(self, candidate: int) -> float | None:
        """Return the value of the relaxation with a pair demanded, or None where that cannot be."""
        program = self._relaxed.program
        if program is None:
            return None
        mine = self._columns.of(candidate)
        program.add(np.arange(mine.start, mine.stop))
        program.force(np.arange(mine.start, mine.stop))
        try:
            solved = program.solve()
            if not solved:
                program.add(np.arange(self._columns.count))
                solved = program.solve()
            while solved:
                new = better_columns(self._model, self._model.price(program.duals), program)
                if not len(new):
                    return program.objective
                program.add(new)
                solved = program.solve()
            return None
        finally:
            program.release()

    def blockers(self, child: str, candidates: Candidates) -> list[dict[str, Any]]:
        """Return what keeps volunteers from a child, most helpful change first.

        Parameters
        ----------
        child : str
        candidates : Candidates
            What the problem's candidates were computed from.

        Returns
        -------
        list of dict
            ``rule``, ``excluded`` (volunteers it excludes), ``sole`` (those that it alone excludes) and ``volunteers``
            (the latter's ids); rules that exclude nobody are left out.
        """
        excluded, sole = candidates.excluded_for(child), candidates.sole_blockers(child)
        order = sorted(excluded, key=lambda rule: -sole[rule])
        return [
            {
                "rule": rule,
                "excluded": excluded[rule],
                "sole": sole[rule],
                "volunteers": candidates.sole_blocked(child, rule) if sole[rule] else [],
            }
            for rule in order
            if excluded[rule]
        ]


def forced_loss(
    problem: Mapping[str, Any],
    child: str,
    volunteer: str,
    *,
    time_limit: float | None = None,
    seed: int = 0,
    solution: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Solve again with a pair fixed and return what that loses.

    Parameters
    ----------
    problem : mapping
    child, volunteer : str
    time_limit : float, optional
        Seconds for each solve.
    seed : int
    solution : mapping, optional
        The problem's solution, if it is known already.

    Returns
    -------
    dict
        ``child``, ``volunteer``, ``loss`` (points; None where impossible or unknown), ``exact`` (both values are proven
        optimal), ``possible``, ``reason`` (a code where impossible).

    Raises
    ------
    InvalidProblem
        The problem itself is wrong.
    """
    before = solve(problem, time_limit=time_limit, seed=seed) if solution is None else solution
    answer: dict[str, Any] = {"child": child, "volunteer": volunteer, "loss": None, "exact": False}
    pair = {"child": child, "volunteer": volunteer}
    fixed = list(problem.get("fixed", []))
    if any(entry["child"] == child and entry["volunteer"] == volunteer for entry in fixed):
        return answer | {"loss": 0, "exact": True, "possible": True, "reason": None}
    checked = load(problem)
    candidate = checked.candidate(child, volunteer)
    reason = Reason.NO_CANDIDATE if candidate is None else build_columns(checked).closed_reason(candidate)
    if reason is not None:
        return answer | {"possible": False, "reason": reason.value}
    try:
        after = solve(dict(problem) | {"fixed": [*fixed, pair]}, time_limit=time_limit, seed=seed)
    except InvalidProblem:
        return answer | {"possible": False, "reason": _FIXED_PAIRS}
    if after["status"] == "infeasible":
        return answer | {"possible": False, "reason": "places_cannot_all_be_filled"}
    if after["value"] is None or before["value"] is None:
        return answer | {"possible": True, "reason": None}
    exact = before["status"] == after["status"] == "optimal"
    return answer | {"loss": before["value"] - after["value"], "exact": exact, "possible": True, "reason": None}
