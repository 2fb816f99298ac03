"""What is wished beside the contract's value, read strictly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduling.pairing.problem import Problem
from scheduling.reading import LARGEST, Reader

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


def settle_wishes(problem: Problem, wishes: Wishes | object) -> Settled:
    """Read wishes for a problem.

    Parameters
    ----------
    problem : Problem
    wishes : Wishes or object
        Or a parsed document with the same keys, each of which may be left out.

    Raises
    ------
    InvalidProblem
        With every fault of the wishes.
    """
    reader = Reader()
    if isinstance(wishes, Wishes):
        wishes = {key: getattr(wishes, key) for key in _KEYS}
    document = reader.record(wishes, "$", (), _KEYS) or {}
    bonus = {key: reader.integer(document.get(key, 0), f"$.{key}", 0, LARGEST) for key in _BONUSES}
    siblings = _siblings(reader, problem, document.get("siblings", ()))
    previous = _previous(reader, problem, document.get("previous", ()))
    reader.finish()
    return Settled(siblings, previous, **bonus)


def _siblings(reader: Reader, problem: Problem, value: object) -> list[tuple[int, int]]:
    """Return pairs of children by index, each pair once."""
    pairs = reader.items(value, "$.siblings")
    if pairs and problem.grid is None:
        reader.complaint("$.siblings", "a problem with a timetable", "one without")
    index = {name: i for i, name in enumerate(problem.children)}
    found: list[tuple[int, int]] = []
    for i, pair in enumerate(pairs):
        path = f"$.siblings[{i}]"
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            reader.fault(path, "the ids of two children", pair)
            continue
        unknown = [name for name in pair if not isinstance(name, str) or name not in index]
        for name in unknown:
            reader.fault(path, "the id of a child", name)
        if unknown:
            continue
        one, other = sorted((index[pair[0]], index[pair[1]]))
        if one == other:
            reader.fault(path, "two different children", list(pair))
        elif (one, other) in found:
            reader.fault(path, "a pair of siblings not named before", list(pair))
        else:
            found.append((one, other))
    return sorted(found)


def _previous(reader: Reader, problem: Problem, value: object) -> dict[int, int | None]:
    """Return the candidates of previous pairs and their starts; whoever is no candidate any more is passed over."""
    children = {name: i for i, name in enumerate(problem.children)}
    volunteers = {name: i for i, name in enumerate(problem.volunteers)}
    candidates = {
        pair: i for i, pair in enumerate(zip(problem.child.tolist(), problem.volunteer.tolist(), strict=True))
    }
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
        if child is None or volunteer is None:
            continue
        if (child, volunteer) in seen:
            expected = f"each pair once (it stands at {seen[child, volunteer]})"
            reader.fault(path, expected, [child, volunteer])
            continue
        seen[child, volunteer] = path
        candidate = candidates.get((children.get(child, -1), volunteers.get(volunteer, -1)))
        if candidate is not None:
            found[candidate] = start
    return dict(sorted(found.items()))
