"""From JSON values to a `Problem`, strictly."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from scheduling.faults import quote
from scheduling.pairing.problem import NO_LIMIT, NO_START, Bools, Grid, Ints, Problem
from scheduling.reading import LARGEST, Lists, Reader

_MOST_SLOTS = 20_160
_KEYS = ("kind", "version", "children", "volunteers", "candidates", "place_value")
_CHILD = ("id", "places")
_TIMED_CHILD = ("id", "centre", "places", "free", "session_slots", "meets")
_VOLUNTEER = ("id", "max_children")
_MEETS = ("centre", "home")
_CHILD_OF, _VOLUNTEER_OF, _SCORE_OF, _LOAD_OF = map(itemgetter, ("child", "volunteer", "score", "load"))


def load(problem: object) -> Problem:
    """Read a pairing problem.

    Parameters
    ----------
    problem : object
        The parsed JSON document.

    Returns
    -------
    Problem

    Raises
    ------
    InvalidProblem
        With every fault of form, reference and number; ``fixed`` entries that break a hard rule together are left to
        `scheduling.pairing.fixed.settle`.
    """
    reader = Reader()
    timed = isinstance(problem, dict) and "grid" in problem
    required = (*_KEYS, "grid", "centres") if timed else _KEYS
    document = reader.record(problem, "$", required, ("fixed", "forbidden"))
    if document is None:
        reader.finish()
        raise AssertionError("a document that is no object is a fault")
    reader.heading(document, "pairing")
    grid = _grid(reader, document.get("grid")) if timed else None
    place_value = document.get("place_value")
    if place_value is not None:
        place_value = reader.integer(place_value, "$.place_value")
    parts = _Parts(reader, document, timed, grid)
    centres, rooms = parts.centres()
    children = parts.children(centres)
    volunteers = parts.volunteers()
    candidates = parts.candidates(children.index, volunteers.index)
    fixed = parts.fixed(children.index, volunteers.index)
    forbidden = parts.forbidden(children.index, volunteers.index)
    _match(reader, candidates, fixed, forbidden, children.index, volunteers.index)
    reader.finish()
    return _arrange(grid, place_value, centres, rooms, children, volunteers, candidates, fixed, forbidden)


@dataclass(slots=True)
class _People:
    index: dict[str, int]
    rows: list[tuple[Any, ...]]


Pairs = dict[tuple[str, str], tuple[Any, ...]]


@dataclass(slots=True)
class Candidates:
    """The candidates in the order of the document; people are numbered in theirs."""

    child: Ints
    volunteer: Ints
    score: Ints
    load: Ints


def _plain_slots(value: list[Any], slots: int) -> bool:
    """Tell whether a list holds nothing but different slots."""
    if not value:
        return True
    return set(map(type, value)) == {int} and 0 <= min(value) <= max(value) < slots and len(set(value)) == len(value)


def _plain_candidates(
    items: list[Any], children: Mapping[str, int], volunteers: Mapping[str, int]
) -> Candidates | None:
    """Read all candidates at once where nothing at all is wrong with them; else return None.

    Ten times as fast as entry by entry, which is left to those documents that have faults to be named.
    """
    if not items or set(map(type, items)) != {dict} or not (size := set(map(len, items))) <= {3, 4}:
        return None
    try:
        child = list(map(children.__getitem__, map(_CHILD_OF, items)))
        volunteer = list(map(volunteers.__getitem__, map(_VOLUNTEER_OF, items)))
        score = list(map(_SCORE_OF, items))
        load = list(map(_LOAD_OF, items)) if size == {4} else [item.get("load", 1) for item in items]
        if any(set(map(type, values)) != {int} for values in (score, load)):
            return None
        found = Candidates(_whole(child), _whole(volunteer), _whole(score), _whole(load))
    except (KeyError, TypeError, OverflowError):
        return None
    if size == {3, 4} and sum("load" in item for item in items) != sum(len(item) == 4 for item in items):
        return None  # some other fourth key
    in_range = np.abs(found.score).max() <= LARGEST and 0 <= found.load.min() <= found.load.max() <= LARGEST
    pair = np.sort(found.child * len(volunteers) + found.volunteer)
    return found if in_range and (pair[1:] != pair[:-1]).all() else None


class _Parts(Lists):
    """Reads the lists of the document one by one."""

    def __init__(self, reader: Reader, document: Mapping[str, Any], timed: bool, grid: Grid | None) -> None:
        super().__init__(reader, document)
        self.timed, self.grid = timed, grid

    def _slots(self, value: object, path: str) -> list[int]:
        if type(value) is list and _plain_slots(value, self.grid.slots if self.grid else 0):
            return value
        slots = []
        seen: set[int] = set()
        high = self.grid.slots - 1 if self.grid else LARGEST
        for i, item in enumerate(self.reader.items(value, path)):
            slot = self.reader.integer(item, f"{path}[{i}]", 0, high)
            if type(item) is int and slot == item:
                if slot in seen:
                    self.reader.fault(f"{path}[{i}]", "each slot once", slot)
                seen.add(slot)
                slots.append(slot)
        return slots

    def centres(self) -> tuple[dict[str, int], list[list[int]]]:
        index: dict[str, int] = {}
        rooms: list[list[int]] = []
        for i, item in enumerate(self.list("centres") if self.timed else []):
            path = f"$.centres[{i}]"
            record = self.reader.record(item, path, ("id", "rooms"))
            if record is None:
                self.unsure.add("centres")
                continue
            name = self.id("centres", record, path, index)
            found = self.reader.items(record["rooms"], f"{path}.rooms") if "rooms" in record else []
            plain = set(map(type, found)) == {int} and 0 <= min(found) <= max(found) <= LARGEST
            numbers = found if plain else [self.reader.integer(n, f"{path}.rooms[{k}]", 0) for k, n in enumerate(found)]
            if "rooms" in record and self.grid and isinstance(record["rooms"], list) and len(found) != self.grid.slots:
                self.reader.complaint(
                    f"{path}.rooms", f"{self.grid.slots} numbers (days x slots_per_day)", f"{len(found)} numbers"
                )
            if name is not None:
                index[name] = len(rooms)
                rooms.append(numbers)
        return index, rooms

    def children(self, centres: Mapping[str, int]) -> _People:
        people = _People({}, [])
        for i, item in enumerate(self.list("children")):
            path = f"$.children[{i}]"
            record = (
                self.reader.record(item, path, _TIMED_CHILD)
                if self.timed
                else self.reader.record(item, path, _CHILD, ("centre",))
            )
            if record is None:
                self.unsure.add("children")
                continue
            name = self.id("children", record, path, people.index)
            places = self.reader.integer(record["places"], f"{path}.places", 0) if "places" in record else 0
            centre = self._centre(record, path, centres)
            free: list[int] = []
            length, meets = 1, "home"
            if self.timed:
                free = self._slots(record["free"], f"{path}.free") if "free" in record else []
                if "session_slots" in record:
                    length = self.reader.integer(record["session_slots"], f"{path}.session_slots", 1)
                if "meets" in record:
                    meets = record["meets"]
                    if meets not in _MEETS:
                        self.reader.fault(f"{path}.meets", '"centre" or "home"', meets)
            if name is not None:
                people.index[name] = len(people.rows)
                people.rows.append((name, places, centre, free, length, meets == "centre"))
        return people

    def _centre(self, record: Mapping[str, Any], path: str, centres: Mapping[str, int]) -> str | None:
        if "centre" not in record:
            return None
        centre = self.reader.identifier(record["centre"], f"{path}.centre")
        if self.timed and centre is not None and centre not in centres and "centres" not in self.unsure:
            self.reader.fault(f"{path}.centre", "the id of a centre", centre)
        return centre

    def volunteers(self) -> _People:
        people = _People({}, [])
        required = (*_VOLUNTEER, "free") if self.timed else _VOLUNTEER
        for i, item in enumerate(self.list("volunteers")):
            path = f"$.volunteers[{i}]"
            record = self.reader.record(item, path, required, ("max_load",))
            if record is None:
                self.unsure.add("volunteers")
                continue
            name = self.id("volunteers", record, path, people.index)
            most = (
                self.reader.integer(record["max_children"], f"{path}.max_children", 0)
                if "max_children" in record
                else 0
            )
            limit = record.get("max_load")
            limit = NO_LIMIT if limit is None else self.reader.integer(limit, f"{path}.max_load", 0)
            free = self._slots(record["free"], f"{path}.free") if self.timed and "free" in record else []
            if name is not None:
                people.index[name] = len(people.rows)
                people.rows.append((name, most, limit, free))
        return people

    def _pair(
        self,
        record: Mapping[str, Any],
        path: str,
        children: Mapping[str, int],
        volunteers: Mapping[str, int],
    ) -> tuple[str, str] | None:
        return self.pair(record, path, ("child", "children", children), ("volunteer", "volunteers", volunteers))

    def candidates(self, children: Mapping[str, int], volunteers: Mapping[str, int]) -> Candidates:
        items = self.list("candidates")
        plain = _plain_candidates(items, children, volunteers)
        if plain is not None:
            return plain
        pairs: Pairs = {}
        for i, item in enumerate(items):
            path = f"$.candidates[{i}]"
            record = self.reader.record(item, path, ("child", "volunteer", "score"), ("load",))
            if record is None:
                continue
            pair = self._pair(record, path, children, volunteers)
            score = self.reader.integer(record["score"], f"{path}.score") if "score" in record else 0
            load_ = self.reader.integer(record["load"], f"{path}.load", 0) if "load" in record else 1
            if pair is not None and pair[0] in children and pair[1] in volunteers:
                self.once(pairs, pair, path)
                pairs.setdefault(pair, (path, score, load_))
        return Candidates(
            child=_whole([children[child] for child, _ in pairs]),
            volunteer=_whole([volunteers[volunteer] for _, volunteer in pairs]),
            score=_whole([entry[1] for entry in pairs.values()]),
            load=_whole([entry[2] for entry in pairs.values()]),
        )

    def fixed(self, children: Mapping[str, int], volunteers: Mapping[str, int]) -> Pairs:
        pairs: Pairs = {}
        for i, item in enumerate(self.list("fixed")):
            path = f"$.fixed[{i}]"
            record = self.reader.record(item, path, ("child", "volunteer"), ("start",) if self.timed else ())
            if record is None:
                continue
            pair = self._pair(record, path, children, volunteers)
            start = record.get("start") if self.timed else None
            if start is not None:
                start = self.reader.integer(start, f"{path}.start", 0, self.grid.slots - 1 if self.grid else LARGEST)
            if pair is not None:
                self.once(pairs, pair, path)
                pairs.setdefault(pair, (path, NO_START if start is None else start))
        return pairs

    def forbidden(self, children: Mapping[str, int], volunteers: Mapping[str, int]) -> Pairs:
        pairs: Pairs = {}
        for i, item in enumerate(self.list("forbidden")):
            path = f"$.forbidden[{i}]"
            record = self.reader.record(item, path, ("child", "volunteer"))
            pair = self._pair(record, path, children, volunteers) if record is not None else None
            if pair is not None:
                pairs.setdefault(pair, (path,))
        return pairs


def _grid(reader: Reader, value: object) -> Grid | None:
    record = reader.record(value, "$.grid", ("days", "slots_per_day"))
    if record is None or "days" not in record or "slots_per_day" not in record:
        return None
    before = len(reader.faults)
    days = reader.integer(record["days"], "$.grid.days", 1)
    per_day = reader.integer(record["slots_per_day"], "$.grid.slots_per_day", 1)
    if len(reader.faults) > before:
        return None
    if days * per_day > _MOST_SLOTS:
        reader.complaint("$.grid", f"at most {_MOST_SLOTS} slots in all", f"{days * per_day} slots")
        return None
    return Grid(days, per_day)


def _match(
    reader: Reader,
    candidates: Candidates,
    fixed: Pairs,
    forbidden: Pairs,
    children: Mapping[str, int],
    volunteers: Mapping[str, int],
) -> None:
    if not fixed:
        return
    listed = set(zip(candidates.child.tolist(), candidates.volunteer.tolist(), strict=True))
    for pair, (path, _) in fixed.items():
        if (children.get(pair[0]), volunteers.get(pair[1])) not in listed:
            reader.complaint(path, "a pair listed among the candidates", quote(list(pair)))
        if pair in forbidden:
            reader.complaint(path, f"a pair that is not forbidden (see {forbidden[pair][0]})", quote(list(pair)))


def _slot_matrix(rows: list[list[int]], slots: int) -> Bools:
    matrix = np.zeros((len(rows), slots), dtype=np.bool_)
    for i, free in enumerate(rows):
        matrix[i, free] = True
    return matrix


def _whole(values: Collection[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64, count=len(values))


def _arrange(
    grid: Grid | None,
    place_value: int | None,
    centre_index: Mapping[str, int],
    rooms: list[list[int]],
    children: _People,
    volunteers: _People,
    candidates: Candidates,
    fixed: Pairs,
    forbidden: Pairs,
) -> Problem:
    slots = grid.slots if grid else 0
    centres = sorted(centre_index)
    centre_at = {name: i for i, name in enumerate(centres)}
    kids = sorted(children.rows, key=lambda row: row[0])
    helpers = sorted(volunteers.rows, key=lambda row: row[0])
    child_at = {row[0]: i for i, row in enumerate(kids)}
    volunteer_at = {row[0]: i for i, row in enumerate(helpers)}
    child = _whole([child_at[name] for name in children.index])[candidates.child]
    volunteer = _whole([volunteer_at[name] for name in volunteers.index])[candidates.volunteer]
    order = np.lexsort((volunteer, child))
    child, volunteer = child[order], volunteer[order]
    key = child * len(helpers) + volunteer
    fixed_start = np.full(len(key), NO_START, dtype=np.int64)
    is_fixed = np.zeros(len(key), dtype=np.bool_)
    is_forbidden = np.zeros(len(key), dtype=np.bool_)
    fixed_path = {}
    for (kid, helper), (path, start) in fixed.items():
        at = int(np.searchsorted(key, child_at[kid] * len(helpers) + volunteer_at[helper]))
        is_fixed[at], fixed_start[at], fixed_path[at] = True, start, path
    banned = _whole([child_at[kid] * len(helpers) + volunteer_at[helper] for kid, helper in forbidden])
    is_forbidden[np.isin(key, banned)] = True
    return Problem(
        grid=grid,
        place_value=place_value,
        children=tuple(child_at),
        volunteers=tuple(volunteer_at),
        centres=tuple(centres),
        places=_whole([row[1] for row in kids]),
        session=_whole([row[4] for row in kids]),
        centre=_whole([centre_at[row[2]] if grid else -1 for row in kids]),
        at_centre=np.array([row[5] for row in kids], dtype=np.bool_),
        child_free=_slot_matrix([row[3] for row in kids], slots),
        max_children=_whole([row[1] for row in helpers]),
        max_load=_whole([row[2] for row in helpers]),
        volunteer_free=_slot_matrix([row[3] for row in helpers], slots),
        rooms=np.array([rooms[centre_index[name]] for name in centres], dtype=np.int64).reshape(len(centres), slots),
        child=child,
        volunteer=volunteer,
        score=candidates.score[order],
        load=candidates.load[order],
        forbidden=is_forbidden,
        fixed=is_fixed,
        fixed_start=fixed_start,
        fixed_path=fixed_path,
    )
