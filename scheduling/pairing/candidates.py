"""From people's attributes to candidates: named hard rules and named soft terms, supplied by the caller."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scheduling.ids import index_of
from scheduling.pairing.problem import Bools, Ints

BEST = 1000
"""Score of a pair that fits every term fully."""

_GRAIN = 1_000_000
_HEAVIEST = 1_000_000
_HERE = "these candidates"

Rows = Callable[[slice], ArrayLike]
"""Gives the matrix rows of some children, so that large matrices never stand in memory at once."""


@dataclass(frozen=True, slots=True)
class OfPairs:
    """The fits of a term, computed only for the pairs that every rule allows.

    Attributes
    ----------
    fit : callable
        From int64 arrays of children and of volunteers (indices, equally long) to their fits.
    """

    fit: Callable[[Ints, Ints], ArrayLike]


@dataclass(frozen=True, slots=True)
class Rule:
    """A hard rule.

    Attributes
    ----------
    name : str
        The caller's name for it; it comes back in all counts.
    allows : bool matrix [children, volunteers], or a function of a slice of children that gives those rows
        False excludes the pair.
    """

    name: str
    allows: ArrayLike | Rows


@dataclass(frozen=True, slots=True)
class Term:
    """A soft term of the score.

    Attributes
    ----------
    name : str
    weight : int
        Share of the score relative to the other terms, 0 or more.
    fit : float matrix [children, volunteers] of 0..1, or a function of a slice of children, or `OfPairs`
        How well the pair fits; what stands at pairs that a rule excludes does not matter.
    """

    name: str
    weight: int
    fit: ArrayLike | Rows | OfPairs


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Who may accompany whom, with what score, and which rule excludes the others.

    Attributes
    ----------
    children, volunteers : tuple of str
    rules : tuple of Rule
    terms : tuple of Term
    child, volunteer : int64 arrays [candidates]
        Indices, sorted by child, then volunteer.
    scores : int64 array [candidates]
        0 to `BEST`.
    parts : int64 array [candidates, terms]
        Points of each term; a row sums to the score.
    excludes : int64 array [children, rules]
        Volunteers each rule excludes for a child; several rules may exclude the same one.
    alone : int64 array [children, rules]
        Volunteers that only this rule excludes.
    """

    children: tuple[str, ...]
    volunteers: tuple[str, ...]
    rules: tuple[Rule, ...]
    terms: tuple[Term, ...]
    child: Ints
    volunteer: Ints
    scores: Ints
    parts: Ints
    excludes: Ints
    alone: Ints

    @property
    def count(self) -> int:
        """Number of candidates."""
        return len(self.child)

    @property
    def excluded(self) -> dict[str, int]:
        """Pairs that each rule excludes; a pair counts under every rule that excludes it."""
        return self._named(self.excludes.sum(axis=0))

    def excluded_for(self, child: str) -> dict[str, int]:
        """Return the volunteers that each rule excludes for a child.

        Raises
        ------
        ValueError
            No such child.
        """
        return self._named(self.excludes[self._child(child)])

    def sole_blockers(self, child: str) -> dict[str, int]:
        """Return, per rule, the volunteers that this rule alone keeps from a child: what a change would bring.

        Raises
        ------
        ValueError
            No such child.
        """
        return self._named(self.alone[self._child(child)])

    def sole_blocked(self, child: str, rule: str) -> list[str]:
        """Return the volunteers that one rule alone keeps from a child.

        Raises
        ------
        ValueError
            No such child or rule.
        """
        index = index_of([known.name for known in self.rules], rule, "rule", of=_HERE)
        fails = ~self._rules_of(child)
        only = fails[index] & (fails.sum(axis=0) == 1)
        return [self.volunteers[i] for i in np.flatnonzero(only)]

    def failing(self, child: str, volunteer: str) -> list[str]:
        """Return the names of the rules that exclude a pair; none for a candidate.

        Raises
        ------
        ValueError
            No such child or volunteer.
        """
        allowed = self._rules_of(child)[:, self._volunteer(volunteer)]
        return [rule.name for rule, ok in zip(self.rules, allowed, strict=True) if not ok]

    def score(self, child: str, volunteer: str) -> int | None:
        """Return the score of a pair, None where it is no candidate.

        Raises
        ------
        ValueError
            No such child or volunteer.
        """
        at = self._at(child, volunteer)
        return None if at is None else int(self.scores[at])

    def points(self, child: str, volunteer: str) -> dict[str, int]:
        """Return the points of each term, which sum to the score; empty where the pair is no candidate.

        Raises
        ------
        ValueError
            No such child or volunteer.
        """
        at = self._at(child, volunteer)
        if at is None:
            return {}
        return {term.name: int(points) for term, points in zip(self.terms, self.parts[at], strict=True)}

    def scores_anyway(self, child: str, volunteers: Sequence[str]) -> list[int]:
        """Return the scores of a child with some volunteers as if no rule excluded them.

        Raises
        ------
        ValueError
            No such child or volunteer.
        """
        at, others = self._child(child), np.array([self._volunteer(name) for name in volunteers], dtype=np.int64)
        one, row = slice(at, at + 1), np.zeros(len(others), dtype=np.int64)
        fits = [_fit(term, one, row, others, (1, len(self.volunteers))) for term in self.terms]
        scores: list[int] = _points(fits, _weights(self.terms), len(others)).sum(axis=1).tolist()
        return scores

    def to_problem(self, loads: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """Return the list ``candidates`` of a pairing problem.

        Parameters
        ----------
        loads : sequence of int, optional
            What each child counts against a volunteer's ``max_load``; 1 if not given.
        """
        listed: list[dict[str, Any]] = [
            {"child": self.children[child], "volunteer": self.volunteers[volunteer], "score": score}
            for child, volunteer, score in zip(
                self.child.tolist(), self.volunteer.tolist(), self.scores.tolist(), strict=True
            )
        ]
        if loads is not None:
            for entry, child in zip(listed, self.child.tolist(), strict=True):
                entry["load"] = int(loads[child])
        return listed

    def _named(self, counts: Ints) -> dict[str, int]:
        return {rule.name: int(count) for rule, count in zip(self.rules, counts, strict=True)}

    def _child(self, child: str) -> int:
        return index_of(self.children, child, "child", of=_HERE)

    def _volunteer(self, volunteer: str) -> int:
        return index_of(self.volunteers, volunteer, "volunteer", of=_HERE)

    def _at(self, child: str, volunteer: str) -> int | None:
        low, high = np.searchsorted(self.child, [self._child(child), self._child(child) + 1])
        wanted = self._volunteer(volunteer)
        at = int(low + np.searchsorted(self.volunteer[low:high], wanted))
        return at if at < high and self.volunteer[at] == wanted else None

    def _rules_of(self, child: str) -> Bools:
        """Return the rows of one child under all rules, [rules, volunteers]."""
        at = self._child(child)
        one = slice(at, at + 1)
        rows = [_allowed(rule, one, 1, len(self.volunteers))[0] for rule in self.rules]
        return np.array(rows, dtype=np.bool_).reshape(len(self.rules), len(self.volunteers))


def compute_candidates(
    children: Sequence[str],
    volunteers: Sequence[str],
    rules: Sequence[Rule],
    terms: Sequence[Term],
    *,
    block: int = 1024,
) -> Candidates:
    """Apply the rules and score what is left.

    Parameters
    ----------
    children, volunteers : sequence of str
        Ids, in the order of the matrices.
    rules : sequence of Rule
    terms : sequence of Term
    block : int
        Children per step.

    Returns
    -------
    Candidates

    Raises
    ------
    ValueError
        A repeated id or name, a weight below 0, a matrix of another shape, or a fit of a candidate outside 0..1; the
        rule or term is named.

    Notes
    -----
    ``score = round(1000 * sum(weight * fit) / sum(weight))``, or 0 where all weights are 0. Fits count to a millionth.
    Points are rounded down and the rest goes to the largest remainders, so they sum to the score exactly and a term
    that does not fit at all never gets a point.
    """
    _distinct("child id", children)
    _distinct("volunteer id", volunteers)
    _distinct("rule", [rule.name for rule in rules])
    _distinct("term", [term.name for term in terms])
    for term in terms:
        if type(term.weight) is not int or not 0 <= term.weight <= _HEAVIEST:
            raise ValueError(
                f"term {term.name}: the weight is {term.weight!r}, expected an integer of 0 to {_HEAVIEST}"
            )
    found: list[tuple[Ints, Ints, Ints]] = []
    excludes, alone = [], []
    for low in range(0, len(children), block):
        part = slice(low, min(low + block, len(children)))
        shape = (part.stop - part.start, len(volunteers))
        allowed, excluded, sole = _apply(rules, part, shape)
        excludes.append(excluded)
        alone.append(sole)
        child, volunteer = (index.astype(np.int64) for index in np.nonzero(allowed))
        fits = [_fit(term, part, child, volunteer, shape) for term in terms]
        found.append((child + low, volunteer, _points(fits, _weights(terms), len(child))))
    nothing = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, len(terms)), dtype=np.int64))
    child, volunteer, parts = (np.concatenate(arrays) for arrays in zip(nothing, *found, strict=True))
    none = np.zeros((0, len(rules)), dtype=np.int64)
    return Candidates(
        children=tuple(children),
        volunteers=tuple(volunteers),
        rules=tuple(rules),
        terms=tuple(terms),
        child=child,
        volunteer=volunteer,
        scores=parts.sum(axis=1, dtype=np.int64),
        parts=parts,
        excludes=np.concatenate([none, *excludes]),
        alone=np.concatenate([none, *alone]),
    )


def _distinct(what: str, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} {name!r} stands twice")
        seen.add(name)


def _weights(terms: Sequence[Term]) -> Ints:
    return np.array([term.weight for term in terms], dtype=np.int64)


def _rows(what: str, source: ArrayLike | Rows, part: slice, size: int, width: int) -> NDArray[Any]:
    matrix = np.asarray(source(part)) if callable(source) else np.asarray(source)[part]
    if matrix.shape != (size, width):
        raise ValueError(f"{what}: the matrix rows have shape {matrix.shape}, expected {(size, width)}")
    return matrix


def _allowed(rule: Rule, part: slice, size: int, width: int) -> Bools:
    matrix = _rows(f"rule {rule.name}", rule.allows, part, size, width)
    if matrix.dtype != np.bool_:
        raise ValueError(f"rule {rule.name}: the matrix holds {matrix.dtype}, expected true and false")
    return matrix


def _apply(rules: Sequence[Rule], part: slice, shape: tuple[int, int]) -> tuple[Bools, Ints, Ints]:
    """Return what all rules allow [children, volunteers] and what each excludes, and excludes alone [children, rules].

    Notes
    -----
    Eight pairs to a byte: who fails one rule, who fails two, and who fails one but not two.
    """
    size, width = shape
    failing = [~np.packbits(_allowed(rule, part, size, width), axis=1) for rule in rules]
    once = np.zeros((size, (width + 7) // 8), dtype=np.uint8)
    twice = once.copy()
    padding = ~np.packbits(np.ones((1, width), dtype=np.bool_), axis=1)
    for fails in failing:
        fails &= ~padding
        twice |= once & fails
        once |= fails
    allowed = np.unpackbits(~once, axis=1, count=width).view(np.bool_)
    return allowed, _per_child(failing, size), _per_child([fails & ~twice for fails in failing], size)


def _per_child(packed: list[NDArray[np.uint8]], size: int) -> Ints:
    """Count the bits of each child under each rule."""
    counts = np.zeros((size, len(packed)), dtype=np.int64)
    for i, bits in enumerate(packed):
        np.sum(np.bitwise_count(bits), axis=1, dtype=np.int64, out=counts[:, i])
    return counts


def _fit(term: Term, part: slice, child: Ints, volunteer: Ints, shape: tuple[int, int]) -> Ints:
    """Return the fits of some pairs in millionths; children count from the begin of the part."""
    what = f"term {term.name}"
    if isinstance(term.fit, OfPairs):
        fits = np.asarray(term.fit.fit(child + part.start, volunteer), dtype=np.float64)
        if fits.shape != child.shape:
            raise ValueError(f"{what}: the fits have shape {fits.shape}, expected {child.shape}")
    else:
        fits = _rows(what, term.fit, part, *shape)[child, volunteer].astype(np.float64)
    if fits.size and not (np.min(fits) >= 0.0 and np.max(fits) <= 1.0):
        raise ValueError(f"{what}: fits reach from {np.min(fits)} to {np.max(fits)}, expected 0 to 1")
    return np.rint(fits * _GRAIN).astype(np.int64)


def _points(fits: list[Ints], weights: Ints, count: int) -> Ints:
    """Share the score among the terms, [candidates, terms]."""
    whole = int(weights.sum()) * _GRAIN
    if not fits or whole == 0:
        return np.zeros((count, len(fits)), dtype=np.int64)
    exact = np.stack(fits, axis=1) * weights * BEST
    points = exact // whole
    rest = exact - points * whole
    left = (2 * rest.sum(axis=1) + whole) // (2 * whole)
    rank = np.argsort(np.argsort(-rest, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(points + (rank < left[:, None]), dtype=np.int64)
