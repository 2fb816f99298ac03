"""Ready-made hard rules and soft terms over common attributes, for `scheduling.pairing.candidates`."""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scheduling.pairing.candidates import OfPairs, Rows
from scheduling.pairing.columns import starts
from scheduling.pairing.problem import NO_LIMIT, Bools, Ints

_NOTHING = -1


def within(children: ArrayLike, volunteers: ArrayLike, reach: float) -> Rows:
    """Return the rows of a rule: the two live at most ``reach`` apart.

    Parameters
    ----------
    children, volunteers : float arrays [people, 2]
        Places in the plane, in any one unit.
    reach : float
        In the same unit.
    """
    here, there = _points(children), _points(volunteers)

    def rows(part: slice) -> Bools:
        across = here[part, 0][:, None] - there[:, 0]
        along = here[part, 1][:, None] - there[:, 1]
        return np.asarray(across * across + along * along <= reach * reach)

    return rows


def closeness(children: ArrayLike, volunteers: ArrayLike, reach: float) -> OfPairs:
    """Return the fits of a term: 1 at the same place, falling evenly to 0 at ``reach`` and beyond.

    Parameters
    ----------
    children, volunteers : float arrays [people, 2]
        Places in the plane, in any one unit.
    reach : float
        In the same unit, more than 0.
    """
    here, there = _points(children), _points(volunteers)

    def fit(child: Ints, volunteer: Ints) -> NDArray[np.float64]:
        distance = np.hypot(*(here[child] - there[volunteer]).T)
        return np.asarray(np.clip(1.0 - distance / reach, 0.0, 1.0), dtype=np.float64)

    return OfPairs(fit)


def each_volunteer(allowed: ArrayLike) -> Rows:
    """Return the rows of a rule about volunteers alone, such as that they are vetted.

    Parameters
    ----------
    allowed : bool array [volunteers]
    """
    flags = np.asarray(allowed, dtype=np.bool_)

    def rows(part: slice) -> Bools:
        return np.broadcast_to(flags, (part.stop - part.start, len(flags)))

    return rows


def as_wished(wishes: Sequence[Hashable | None], values: Sequence[Hashable | None]) -> Rows:
    """Return the rows of a rule: the volunteer is what the child wishes, such as of its own sex.

    Parameters
    ----------
    wishes : sequence per child
        None where the child wishes nothing in particular.
    values : sequence per volunteer
        None (unknown) is nobody's wish.
    """
    wish, value = _numbered(wishes, values)

    def rows(part: slice) -> Bools:
        return np.asarray((wish[part] == _NOTHING)[:, None] | (wish[part][:, None] == value))

    return rows


def same(children: Sequence[Hashable | None], volunteers: Sequence[Hashable | None]) -> OfPairs:
    """Return the fits of a term: 1 where both have the same value, such as a dialect, else 0.

    Parameters
    ----------
    children, volunteers : sequence per person
        None (unknown) is like nothing.
    """
    hers, theirs = _numbered(children, volunteers)

    def fit(child: Ints, volunteer: Ints) -> NDArray[np.float64]:
        equal = (hers[child] == theirs[volunteer]) & (hers[child] != _NOTHING)
        return np.asarray(equal, dtype=np.float64)

    return OfPairs(fit)


def shared(wanted: Sequence[Iterable[Hashable]], offered: Sequence[Iterable[Hashable]]) -> Rows:
    """Return the rows of a rule: the two have something in common, such as a language.

    Parameters
    ----------
    wanted : sequence of tags per child
        A child without any may have everybody.
    offered : sequence of tags per volunteer
    """
    number: dict[Hashable, int] = {}
    want, offer = _tags(wanted, number), _tags(offered, number)
    hers, theirs = _marks(want, len(number)), _marks(offer, len(number))
    anybody = np.asarray(hers.sum(axis=1) == 0)

    def rows(part: slice) -> Bools:
        return np.asarray((hers[part] @ theirs.T > 0) | anybody[part][:, None])

    return rows


def gap_between(children: ArrayLike, volunteers: ArrayLike, least: float, most: float | None = None) -> Rows:
    """Return the rows of a rule: the volunteer is so much older than the child.

    Parameters
    ----------
    children, volunteers : arrays [people]
        Ages, in any one unit.
    least : float
    most : float, optional
        No limit if not given.
    """
    hers, theirs = np.asarray(children, dtype=np.float64), np.asarray(volunteers, dtype=np.float64)
    highest = np.inf if most is None else most

    def rows(part: slice) -> Bools:
        gap = theirs - hers[part][:, None]
        return np.asarray((gap >= least) & (gap <= highest))

    return rows


def load_within(loads: Sequence[int], limits: Sequence[int | None]) -> Rows:
    """Return the rows of a rule: the child's load alone does not exceed what the volunteer can carry.

    Parameters
    ----------
    loads : sequence of int per child
    limits : sequence per volunteer
        ``max_load``; None carries anything.
    """
    load = np.asarray(loads, dtype=np.int64)
    limit = np.array([NO_LIMIT if value is None else value for value in limits], dtype=np.int64)

    def rows(part: slice) -> Bools:
        return np.asarray((load[part][:, None] <= limit) | (limit == NO_LIMIT))

    return rows


def not_among(children: Sequence[str], volunteers: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Rows:
    """Return the rows of a rule: the pair is none of these, such as relatives.

    Parameters
    ----------
    children, volunteers : sequence of str
        Ids, in the order of the matrices.
    pairs : iterable of (child, volunteer)
        Pairs with an id that is not among these are passed over.
    """
    key = _keys(children, volunteers, pairs)

    def rows(part: slice) -> Bools:
        allowed = np.ones((part.stop - part.start, len(volunteers)), dtype=np.bool_)
        low, high = np.searchsorted(key, [part.start * len(volunteers), part.stop * len(volunteers)])
        allowed.ravel()[key[low:high] - part.start * len(volunteers)] = False
        return allowed

    return rows


def among(children: Sequence[str], volunteers: Sequence[str], pairs: Iterable[tuple[str, str]]) -> OfPairs:
    """Return the fits of a term: 1 for these pairs, such as those of the term before (continuity), else 0.

    Parameters
    ----------
    children, volunteers : sequence of str
        Ids, in the order of the matrices.
    pairs : iterable of (child, volunteer)
        Pairs with an id that is not among these are passed over.
    """
    key = _keys(children, volunteers, pairs)

    def fit(child: Ints, volunteer: Ints) -> NDArray[np.float64]:
        return np.isin(child * len(volunteers) + volunteer, key).astype(np.float64)

    return OfPairs(fit)


def common_time(
    child_free: Sequence[Iterable[int]],
    session_slots: Sequence[int],
    volunteer_free: Sequence[Iterable[int]],
    *,
    days: int,
    slots_per_day: int,
) -> Rows:
    """Return the rows of a rule: there is a run of the child's session length free for both.

    Parameters
    ----------
    child_free, volunteer_free : sequence of slots
        Free slots of each person.
    session_slots : sequence of int
        Session length of each child.
    days, slots_per_day : int
        The timetable; the rule means exactly what the solver means.
    """
    slots = days * slots_per_day
    kids, helpers = (_marks(list(map(list, free)), slots) > 0 for free in (child_free, volunteer_free))
    lengths = np.asarray(session_slots, dtype=np.int64)
    kid_starts = np.zeros_like(kids)
    helper_starts: dict[int, NDArray[np.float32]] = {}
    for length in np.unique(lengths).tolist():
        which = lengths == length
        kid_starts[which] = starts(kids[which], length, slots_per_day)
        helper_starts[length] = starts(helpers, length, slots_per_day).astype(np.float32)

    def rows(part: slice) -> Bools:
        result = np.zeros((len(lengths[part]), len(helpers)), dtype=np.bool_)
        for length, theirs in helper_starts.items():
            which = lengths[part] == length
            result[which] = kid_starts[part][which].astype(np.float32) @ theirs.T > 0
        return result

    return rows


def share_of_tags(wanted: Sequence[Iterable[str]], offered: Sequence[Iterable[str]]) -> Rows:
    """Return the rows of a term: the share of a child's tags that the volunteer offers, 0 where it wants none.

    Parameters
    ----------
    wanted : sequence of tags per child
    offered : sequence of tags per volunteer
    """
    number: dict[Hashable, int] = {}
    hers, theirs = _tags(wanted, number), _tags(offered, number)
    want, offer = _marks(hers, len(number)), _marks(theirs, len(number)).T
    share = want / np.maximum(want.sum(axis=1, keepdims=True), 1)

    def rows(part: slice) -> NDArray[np.float32]:
        return np.asarray(np.clip(share[part] @ offer, 0, 1), dtype=np.float32)

    return rows


def _points(places: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(places, dtype=np.float64).reshape(-1, 2)


def _numbered(first: Sequence[Hashable | None], second: Sequence[Hashable | None]) -> tuple[Ints, Ints]:
    """Give equal values equal numbers, None -1."""
    number: dict[Hashable | None, int] = {None: _NOTHING}
    both = []
    for values in (first, second):
        both.append(np.array([number.setdefault(value, len(number)) for value in values], dtype=np.int64))
    return both[0], both[1]


def _tags(people: Sequence[Iterable[Hashable]], number: dict[Hashable, int]) -> list[list[int]]:
    return [[number.setdefault(tag, len(number)) for tag in tags] for tags in people]


def _marks(people: list[list[int]], width: int) -> NDArray[np.float32]:
    marks = np.zeros((len(people), width), dtype=np.float32)
    for i, tags in enumerate(people):
        marks[i, tags] = 1.0
    return marks


def _keys(children: Sequence[str], volunteers: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Ints:
    """Return the places of pairs in the whole matrix, ascending."""
    hers = {name: i for i, name in enumerate(children)}
    theirs = {name: i for i, name in enumerate(volunteers)}
    known = [(hers[child], theirs[other]) for child, other in pairs if child in hers and other in theirs]
    return np.unique(np.array([child * len(volunteers) + other for child, other in known], dtype=np.int64))
