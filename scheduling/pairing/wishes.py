"""What is wished beside the contract's value, read strictly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduling.faults import Fault, InvalidProblem
from scheduling.pairing.columns import build_columns
from scheduling.pairing.fixed import settle
from scheduling.pairing.load import load
from scheduling.pairing.problem import Problem
from scheduling.reading import LARGEST, Reader
from scheduling.stop import Stop

_BONUSES = ("sibling_bonus", "pair_bonus", "start_bonus")
_KEYS = ("siblings", "sibling_bonus", "previous", "pair_bonus", "start_bonus")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wished and what each wish is worth.

    Attributes
    ----------
    siblings : sequence of (child, child)
        Children who want to be together.
    sibling_bonus : int
        Points for each pair of siblings together.
    previous : sequence of mapping
        Pairs of the term before with ``child``, ``volunteer`` and perhaps ``start``, each pair once; those that are no
        candidates any more are passed over.
    pair_bonus, start_bonus : int
        Points for each previous pair that stands again, and for each that begins in the same slot as before.
    """

    siblings: Sequence[tuple[str, str]] = ()
    sibling_bonus: int = 0
    previous: Sequence[Mapping[str, Any]] = ()
    pair_bonus: int = 0
    start_bonus: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """Wishes as they count for a problem.

    Attributes
    ----------
    siblings : list of (int, int)
        Pairs of children by index, sorted.
    previous : dict of int to int or None
        Candidates by index that were paired before, ascending, and the slot in which they began, if that is known.
    sibling_bonus, pair_bonus, start_bonus : int
    """

    siblings: list[tuple[int, int]] = field(default_factory=list)
    previous: dict[int, int | None] = field(default_factory=dict)
    sibling_bonus: int = 0
    pair_bonus: int = 0
    start_bonus: int = 0

    def told(self, problem: Problem) -> dict[str, Any]:
        """Return the wishes as data that is the same however they were written."""
        return {
            "siblings": [[problem.children[child] for child in pair] for pair in self.siblings],
            "sibling_bonus": self.sibling_bonus,
            "previous": [
                {
                    "child": problem.children[int(problem.child[candidate])],
                    "volunteer": problem.volunteers[int(problem.volunteer[candidate])],
                    "start": start,
                }
                for candidate, start in self.previous.items()
            ],
            "pair_bonus": self.pair_bonus,
            "start_bonus": self.start_bonus,
        }


def read_with_wishes(problem: object, wishes: Wishes | object, stop: Stop) -> tuple[Problem, Settled]:
    """Read a problem and wishes for it.

    Parameters
    ----------
    problem : object
        A parsed problem file.
    wishes : Wishes or object
        Or a parsed document with the same keys, each of which may be left out.
    stop : Stop
        Ends the look for fixed pairs that clash.

    Raises
    ------
    InvalidProblem
        With every fault of the problem and of the wishes; where the problem cannot be read, of the form of the wishes.
    """
    checked, faults = None, list[Fault]()
    try:
        checked = load(problem)
        if checked.fixed.any():  # solving asks again; here they are told of beside the wishes
            settle(checked, build_columns(checked), stop)
    except InvalidProblem as invalid:
        faults += invalid.faults
    reader = Reader()
    settled = _settled(reader, checked, wishes)
    faults += reader.faults
    if checked is None or faults:
        raise InvalidProblem(faults)
    return checked, settled


def _settled(reader: Reader, problem: Problem | None, wishes: Wishes | object) -> Settled:
    if isinstance(wishes, Wishes):
        wishes = {key: getattr(wishes, key) for key in _KEYS}
    document = reader.record(wishes, "$", (), _KEYS) or {}
    bonus = {key: reader.integer(document.get(key, 0), f"$.{key}", 0, LARGEST) for key in _BONUSES}
    siblings = _siblings(reader, problem, document.get("siblings", ()))
    previous = _previous(reader, problem, document.get("previous", ()))
    return Settled(siblings, previous, **bonus)


def _siblings(reader: Reader, problem: Problem | None, value: object) -> list[tuple[int, int]]:
    """Return pairs of children by index, each pair once; children of an unknown problem have none."""
    pairs = reader.items(value, "$.siblings")
    if pairs and problem is not None and problem.grid is None:
        reader.complaint("$.siblings", "a problem with a timetable", "one without")
    index = {} if problem is None else {name: i for i, name in enumerate(problem.children)}
    found: dict[frozenset[str], tuple[int, int]] = {}
    for i, pair in enumerate(pairs):
        path = f"$.siblings[{i}]"
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            reader.fault(path, "the ids of two children", pair)
            continue
        unknown = [name for name in pair if not isinstance(name, str) or (problem is not None and name not in index)]
        for name in unknown:
            reader.fault(path, "the id of a child", name)
        if unknown:
            continue
        both = frozenset(pair)
        if len(both) == 1:
            reader.fault(path, "two different children", list(pair))
        elif both in found:
            reader.fault(path, "a pair of siblings not named before", list(pair))
        else:
            one, other = sorted(index.get(name, -1) for name in pair)
            found[both] = one, other
    return sorted(found.values())


def _previous(reader: Reader, problem: Problem | None, value: object) -> dict[int, int | None]:
    """Return the candidates of previous pairs and their starts; whoever is no candidate any more is passed over."""
    candidates = {} if problem is None else _by_names(problem)
    seen: dict[tuple[str, str], str] = {}
    found: dict[int, int | None] = {}
    for i, entry in enumerate(reader.items(value, "$.previous")):
        path = f"$.previous[{i}]"
        record = reader.record(entry, path, ("child", "volunteer"), ("start", "score"))
        if record is None or not {"child", "volunteer"} <= record.keys():
            continue
        child = reader.identifier(record["child"], f"{path}.child")
        volunteer = reader.identifier(record["volunteer"], f"{path}.volunteer")
        start = record.get("start")
        if start is not None:
            start = reader.integer(start, f"{path}.start", 0)
        if "score" in record:
            reader.integer(record["score"], f"{path}.score")
        if child is None or volunteer is None:
            continue
        if (child, volunteer) in seen:
            expected = f"each pair once (it stands at {seen[child, volunteer]})"
            reader.fault(path, expected, [child, volunteer])
            continue
        seen[child, volunteer] = path
        candidate = candidates.get((child, volunteer))
        if candidate is not None:
            found[candidate] = start
    return dict(sorted(found.items()))


def _by_names(problem: Problem) -> dict[tuple[str, str], int]:
    """Return the candidates by the ids of child and volunteer."""
    pairs = zip(problem.child.tolist(), problem.volunteer.tolist(), strict=True)
    return {(problem.children[child], problem.volunteers[helper]): i for i, (child, helper) in enumerate(pairs)}
