"""Explains one solution: prices, reasons, and what another choice would cost."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from scheduling.ids import index_of
from scheduling.pairing.answer import pairs_of
from scheduling.pairing.candidates import Candidates
from scheduling.pairing.columns import Reason
from scheduling.pairing.explain.blockers import blockers
from scheduling.pairing.explain.cancelled import Cancellation, ending_pairs, least_moved, unfixed
from scheduling.pairing.explain.forced import solve_with, why_impossible
from scheduling.pairing.explain.outcome import outcome
from scheduling.pairing.explain.solved import Solved, recall
from scheduling.pairing.explain.whatif import WhatIf
from scheduling.pairing.explain.whynot import WhyNot, first_of_best, why_not
from scheduling.pairing.problem import NO_START
from scheduling.pairing.rows import Kind
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


class Explainer:
    """Explains one solution by the prices of its problem's linear relaxation.

    Parameters
    ----------
    problem : mapping
        The problem file.
    solution : mapping
        Its solution, with pairs.
    seed : int
    solved : Solved, optional
        What the solver knows already; then nothing is read or solved again.
    time_limit : float, optional
        Seconds after which the prices found so far will do; what they prove is proven, only looser.
    should_stop : callable, optional
        Asked often; True ends the search for prices in the same way.

    Raises
    ------
    InvalidProblem
        The problem is wrong.
    ValueError
        The solution is not one of this problem.
    """

    def __init__(
        self,
        problem: Mapping[str, Any],
        solution: Mapping[str, Any],
        *,
        seed: int = 0,
        solved: Solved | None = None,
        time_limit: float | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> None:
        if solved is None:
            solved = recall(problem, solution, Stop(time_limit, should_stop), seed)
        self.solved = solved
        self._problem, self._columns = self.solved.problem, self.solved.columns
        self._model, self._prices = self.solved.model, self.solved.prices
        self._ceiling = self.solved.ceilings()
        self._optimal = solution.get("status") == "optimal"
        self._paired = self.solved.paired()
        self._value = self.solved.value
        self._seed = seed
        self._program: WhatIf | None = None

    @property
    def what_if(self) -> WhatIf:
        """The linear relaxation, made when it is first asked."""
        if self._program is None:
            self._program = WhatIf(self.solved, self._seed)
        return self._program

    def why_not_all(self) -> WhyNot:
        """Return, for every candidate at once, the first reason that applies and what forcing it loses at least."""
        return why_not(self.solved)

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
            and ``surplus``, with ``sum of prices + surplus == gain`` exactly. That of a chosen pair is about 0; that of
            another, with its sign turned, is what forcing it loses about (`why_not_all` tells what at least).

        Raises
        ------
        ValueError
            No such child or volunteer.
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
        mine = self._mine(candidate)
        return int(mine[first_of_best(self._ceiling[mine], self._prices.reduced[mine], np.zeros(1, dtype=np.int64))[0]])

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
            where it may be free, or gain beside a solution that is not the best).

        Raises
        ------
        ValueError
            No such child.
        """
        index = index_of(self._problem.children, child, "child")
        low, high = np.searchsorted(self._problem.child, [index, index + 1]).tolist()
        options = [self._best(i) for i in range(low, high) if len(self._columns.of(i)) and i not in self._paired]
        ceiling, reduced, candidate = self._ceiling, self._prices.reduced, self._columns.candidate
        options.sort(key=lambda j: (-ceiling[j], -reduced[j], -self._problem.score[candidate[j]], j))
        answer = []
        for column in options[:count]:
            at, start = candidate[column], int(self._columns.start[column])
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
        """Estimate what forcing a pair would lose, by linear relaxations.

        Returns
        -------
        dict
            ``child``, ``volunteer``, ``loss`` (float, about; None where impossible; below 0 where the solution is not
            the best, as a fair one, and forcing the pair gains), ``exact`` False, ``possible``, ``reason``.

        Raises
        ------
        ValueError
            No such child or volunteer.

        Notes
        -----
        A relaxation with the pair is worth no less than the best solution with it, so the estimate is at most the true
        loss (but for the engine's rounding): mostly equal to it, where loads bind somewhat less.
        """
        answer, candidate = self._forced_answer(child, volunteer)
        if candidate is None:
            return answer
        if candidate in self._paired:
            return answer | {"loss": 0.0}
        estimate = self.what_if.forced(self._mine(candidate))
        if estimate is None:
            return answer | {"possible": False, "reason": why_impossible(self.solved, candidate)}
        most = min(estimate.value, float(self._ceiling[self._mine(candidate)].max()))
        loss = self._value - most
        return answer | {"loss": max(0.0, loss) if self._optimal else loss}

    def forced_exactly(
        self,
        child: str,
        volunteer: str,
        *,
        time_limit: float | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> dict[str, Any]:
        """Find the best solution that has a pair and return what it loses.

        Returns
        -------
        dict
            ``child``, ``volunteer``, ``possible``, ``reason``, ``loss`` (points; None where impossible or unknown),
            ``exact`` (both solutions are proven optimal) and ``pairs`` of the solution found (None without one).

        Raises
        ------
        ValueError
            No such child or volunteer.
        """
        answer, candidate = self._forced_answer(child, volunteer)
        answer["pairs"] = None
        if candidate is None:
            return answer
        if candidate in self._paired:
            return answer | {
                "loss": 0,
                "exact": self._optimal,
                "pairs": pairs_of(self._problem, self._columns, self.solved.chosen),
            }
        stop, prices = Stop(time_limit, should_stop), self._prices
        if not stop.wanted():
            estimate = self.what_if.forced(self._mine(candidate))
            if estimate is None:
                return answer | {"possible": False, "reason": why_impossible(self.solved, candidate)}
            prices = estimate.prices
        decision = solve_with(self.solved, candidate, prices, stop, self._seed)
        if decision.impossible:
            return answer | {"possible": False, "reason": why_impossible(self.solved, candidate)}
        if decision.chosen is None:
            return answer
        return answer | {
            "loss": self._value - decision.value,
            "exact": self._optimal and decision.proven,
            "pairs": pairs_of(self._problem, self._columns, least_moved(self.solved, decision.chosen)),
        }

    def _forced_answer(self, child: str, volunteer: str) -> tuple[dict[str, Any], int | None]:
        """Return the answer's frame and the candidate, None where it can never meet."""
        candidate = self._problem.candidate(child, volunteer)
        reason = Reason.NO_CANDIDATE if candidate is None else self._columns.closed_reason(candidate)
        answer: dict[str, Any] = {"child": child, "volunteer": volunteer, "loss": None, "exact": False}
        if candidate is None or reason is not None:
            return answer | {"possible": False, "reason": reason.value if reason else None}, None
        return answer | {"possible": True, "reason": None}, candidate

    def _mine(self, candidate: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        mine = self._columns.of(candidate)
        return np.arange(mine.start, mine.stop, dtype=np.int64)

    def if_cancelled(self, volunteer: str, child: str | None = None) -> dict[str, Any]:
        """Tell what it would cost if a volunteer left, or if one pair ended, and who would step in.

        Returns
        -------
        dict
            ``ended`` (pairs), ``loss`` (points, if every other pair keeps its volunteer and its time; None where places
            stay empty that must be filled), ``stepping_in`` (the new pairs then), ``without`` (children with fewer
            companions than before) and ``about`` (float: the loss if everything may change, by the relaxation, so at
            most the true one; None where no solution is left). Losses may be negative where a fixed pair ends.

        Raises
        ------
        ValueError
            No such volunteer or child.
        """
        here, case = self._cancellation(volunteer, child)
        estimate = here.what_if.without(np.flatnonzero(case.gone))
        about = None if estimate is None else self._value - min(estimate.value, here.solved.most_without(case.gone))
        if about is not None and self._optimal and here is self:
            about = max(0.0, about)
        return outcome(here.solved, case, case.step_in(self._seed)) | {"about": about}

    def cancelled_exactly(
        self, volunteer: str, child: str | None = None, *, time_limit: float | None = None
    ) -> dict[str, Any]:
        """Find the best solution without a volunteer, or without one pair, where every other pair may change.

        Returns
        -------
        dict
            ``ended``, ``loss``, ``stepping_in`` and ``without`` as in `if_cancelled`, ``exact`` (both solutions are
            proven optimal), ``possible`` and ``changed`` (other pairs that end or move).

        Raises
        ------
        ValueError
            No such child or volunteer.
        """
        here, case = self._cancellation(volunteer, child)
        decision = case.start_again(here.what_if, Stop(time_limit), self._seed)
        if decision.chosen is None:
            answer = outcome(here.solved, case, case.step_in(self._seed))
            return answer | {"loss": None, "exact": False, "possible": not decision.impossible, "changed": 0}
        chosen = least_moved(here.solved, decision.chosen)
        return outcome(here.solved, case, chosen) | {
            "exact": self._optimal and decision.proven,
            "possible": True,
            "changed": len(set(case.others) - set(chosen)),
        }

    def _cancellation(self, volunteer: str, child: str | None) -> tuple["Explainer", Cancellation]:
        """Return the cancellation, and an explainer of the same solution in which what ends is not fixed."""
        index = None if child is None else index_of(self._problem.children, child, "child")
        other = index_of(self._problem.volunteers, volunteer, "volunteer")
        solved, here = unfixed(self.solved, ending_pairs(self._problem, other, index)), self
        if solved is not self.solved:
            status = {"status": "optimal" if self._optimal else "feasible"}
            here = Explainer({}, status, seed=self._seed, solved=solved)
        return here, Cancellation(solved, other, index)

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

        Raises
        ------
        ValueError
            The candidates know no such child.
        """
        return blockers(child, candidates)
