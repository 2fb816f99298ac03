"""From JSON values to a `Problem`, strictly."""

from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any

import numpy as np

from scheduling.faults import quote
from scheduling.pairing.arrange import Candidates, Pairs, Parts, People, arrange, whole
from scheduling.pairing.columns import build_columns
from scheduling.pairing.fixed import broken, settle
from scheduling.pairing.problem import NO_LIMIT, NO_START, Grid, Problem
from scheduling.reading import LARGEST, UNREAD, Lists, Reader

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
        With every fault of form, reference and number, and then with every fault of ``fixed``, too; where nothing else
        is wrong, ``fixed`` entries that break a hard rule are left to `scheduling.pairing.fixed.settle`.
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
    lists = _Lists(reader, document, timed, grid)
    parts = lists.parts(grid, place_value)
    if reader.faults:
        reader.faults += broken(arrange(lists.decided(parts)))
        reader.finish()
    return arrange(parts)


def refuse(problem: object) -> None:
    """Refuse a problem file that is wrong, or whose fixed pairs cannot stand.

    Raises
    ------
    InvalidProblem
        With every fault.
    """
    checked = load(problem)
    if checked.fixed.any():
        settle(checked, build_columns(checked))


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
        found = Candidates(whole(child), whole(volunteer), whole(score), whole(load))
    except (KeyError, TypeError, OverflowError):
        return None
    if size == {3, 4} and sum("load" in item for item in items) != sum(len(item) == 4 for item in items):
        return None  # some other fourth key
    in_range = -LARGEST <= found.score.min() <= found.score.max() <= LARGEST
    in_range = in_range and 0 <= found.load.min() <= found.load.max() <= LARGEST
    pair = np.sort(found.child * len(volunteers) + found.volunteer)
    return found if in_range and (pair[1:] != pair[:-1]).all() else None


class _Lists(Lists):
    """Reads the lists of the document one by one; what cannot be read limits nothing."""

    def __init__(self, reader: Reader, document: Mapping[str, Any], timed: bool, grid: Grid | None) -> None:
        super().__init__(reader, document)
        self.timed, self.grid = timed, grid
        self._slot_count = grid.slots if grid else 0

    def parts(self, grid: Grid | None, place_value: int | None) -> Parts:
        """Read everything, in the order of the document, and then what refers to what."""
        centres, rooms = self.centres()
        children, volunteers = self.children(centres), self.volunteers()
        candidates = self.candidates(children.index, volunteers.index)
        fixed = self.fixed(children.index, volunteers.index)
        forbidden = self.forbidden(children.index, volunteers.index)
        parts = Parts(grid, place_value, centres, rooms, children, volunteers, candidates, fixed, forbidden)
        self._match(parts)
        self.references()
        return parts

    def _slots(self, value: object, path: str) -> list[int]:
        if type(value) is list and _plain_slots(value, self._slot_count):
            return value
        before = len(self.reader.faults)
        slots: list[int] = []
        seen: set[int] = set()
        high = self.grid.slots - 1 if self.grid else LARGEST
        for i, item in enumerate(self.reader.items(value, path)):
            slot = self.reader.integer(item, f"{path}[{i}]", 0, high)
            if type(item) is int and slot == item:
                if slot in seen:
                    self.reader.fault(f"{path}[{i}]", "each slot once", slot)
                seen.add(slot)
                slots.append(slot)
        return slots if len(self.reader.faults) == before and self.grid else list(range(self._slot_count))

    def centres(self) -> tuple[dict[str, int], list[list[int]]]:
        index: dict[str, int] = {}
        rooms: list[list[int]] = []
        for i, item in enumerate(self.list("centres") if self.timed else []):
            path = f"$.centres[{i}]"
            record = self.reader.record(item, path, ("id", "rooms"))
            if record is None:
                self.nameless("centres")
                continue
            name = self.id("centres", record, path, index)
            numbers = self._rooms(record, f"{path}.rooms")
            if name is not None:
                index[name] = len(rooms)
                rooms.append(numbers)
        return index, rooms

    def _rooms(self, record: Mapping[str, Any], path: str) -> list[int]:
        without_limit = [UNREAD] * self._slot_count
        if "rooms" not in record:
            return without_limit
        before = len(self.reader.faults)
        found = self.reader.items(record["rooms"], path)
        if set(map(type, found)) != {int} or not 0 <= min(found) <= max(found) <= LARGEST:
            for k, number in enumerate(found):
                self.reader.integer(number, f"{path}[{k}]", 0)
        if self.grid and isinstance(record["rooms"], list) and len(found) != self.grid.slots:
            self.reader.complaint(path, f"{self.grid.slots} numbers (days x slots_per_day)", f"{len(found)} numbers")
        return found if len(self.reader.faults) == before and self.grid else without_limit

    def children(self, centres: Mapping[str, int]) -> People:
        people = People({}, [])
        for i, item in enumerate(self.list("children")):
            path = f"$.children[{i}]"
            record = (
                self.reader.record(item, path, _TIMED_CHILD)
                if self.timed
                else self.reader.record(item, path, _CHILD, ("centre",))
            )
            if record is None:
                self.nameless("children")
                continue
            name = self.id("children", record, path, people.index)
            places = self._limit(record, "places", path)
            centre = self._centre(record, path, centres)
            free = list(range(self._slot_count))
            length, meets = 1, "home"
            if self.timed:
                free = self._slots(record["free"], f"{path}.free") if "free" in record else free
                if "session_slots" in record:
                    length = self.reader.integer(record["session_slots"], f"{path}.session_slots", 1)
                if "meets" in record:
                    meets = record["meets"]
                    if meets not in _MEETS:
                        self.reader.fault(f"{path}.meets", '"centre" or "home"', meets)
            if name is not None:
                people.index[name] = len(people.rows)
                people.rows.append((name, places, centre, free, length, meets == "centre" and centre is not None))
        return people

    def _limit(self, record: Mapping[str, Any], key: str, path: str) -> int:
        return self.reader.integer(record[key], f"{path}.{key}", 0, instead=UNREAD) if key in record else UNREAD

    def _centre(self, record: Mapping[str, Any], path: str, centres: Mapping[str, int]) -> str | None:
        """Return the child's centre, None where it is not known."""
        if "centre" not in record:
            return None
        centre = self.reader.identifier(record["centre"], f"{path}.centre")
        if not self.timed or centre is None or centre in centres:
            return None if centre in self.twice["centres"] else centre
        self.unknown("centres", centre, f"{path}.centre", "the id of a centre")
        return None

    def volunteers(self) -> People:
        people = People({}, [])
        required = (*_VOLUNTEER, "free") if self.timed else _VOLUNTEER
        for i, item in enumerate(self.list("volunteers")):
            path = f"$.volunteers[{i}]"
            record = self.reader.record(item, path, required, ("max_load",))
            if record is None:
                self.nameless("volunteers")
                continue
            name = self.id("volunteers", record, path, people.index)
            most = self._limit(record, "max_children", path)
            limit = record.get("max_load")
            limit = NO_LIMIT if limit is None else self.reader.integer(limit, f"{path}.max_load", 0, instead=NO_LIMIT)
            free = list(range(self._slot_count))
            if self.timed and "free" in record:
                free = self._slots(record["free"], f"{path}.free")
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
            pair = self._pair(record, path, children, volunteers) if record is not None else None
            if record is None:
                continue
            score = self.reader.integer(record["score"], f"{path}.score") if "score" in record else 0
            load_ = self.reader.integer(record["load"], f"{path}.load", 0) if "load" in record else 1
            if pair is not None and pair[0] in children and pair[1] in volunteers:
                if not self.once(pairs, pair, path):
                    self.twice["candidates"].add(pair)
                pairs.setdefault(pair, (path, score, load_))
        return Candidates(
            child=whole([children[child] for child, _ in pairs]),
            volunteer=whole([volunteers[volunteer] for _, volunteer in pairs]),
            score=whole([entry[1] for entry in pairs.values()]),
            load=whole([entry[2] for entry in pairs.values()]),
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
                last = self.grid.slots - 1 if self.grid else LARGEST
                start = self.reader.integer(start, f"{path}.start", 0, last, instead=NO_START)
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

    def _match(self, parts: Parts) -> None:
        """Look for fixed pairs that are no candidates, or forbidden."""
        if not parts.fixed:
            return
        children, volunteers = parts.children.index, parts.volunteers.index
        listed = set(zip(parts.candidates.child.tolist(), parts.candidates.volunteer.tolist(), strict=True))
        for pair, (path, _) in parts.fixed.items():
            at = children.get(pair[0]), volunteers.get(pair[1])
            if None not in at and at not in listed:
                self.unknown("candidates", pair, path, "a pair listed among the candidates")
            if pair in parts.forbidden:
                expected = f"a pair that is not forbidden (see {parts.forbidden[pair][0]})"
                self.reader.complaint(path, expected, quote(list(pair)))

    def decided(self, parts: Parts) -> Parts:
        """Return nothing but the fixed pairs of which both are known, as the only candidates, of a wrong document.

        Without a grid that can be read there is no timetable.
        """
        children, volunteers = parts.children.index, parts.volunteers.index
        sure = (children.keys() - self.twice["children"], volunteers.keys() - self.twice["volunteers"])
        fixed = {pair: entry for pair, entry in parts.fixed.items() if pair[0] in sure[0] and pair[1] in sure[1]}
        at = [(children[child], volunteers[volunteer]) for child, volunteer in fixed]
        listed = parts.candidates
        pairs = zip(listed.child.tolist(), listed.volunteer.tolist(), strict=True)
        loads = dict(zip(pairs, listed.load.tolist(), strict=True))
        unsure = self.twice["candidates"]
        load = [0 if pair in unsure else loads.get(where, 0) for pair, where in zip(fixed, at, strict=True)]
        numbers = whole([child for child, _ in at]), whole([volunteer for _, volunteer in at])
        only = Candidates(*numbers, np.zeros(len(at), dtype=np.int64), whole(load))
        if parts.grid is None:
            fixed = {pair: (path, NO_START) for pair, (path, _) in fixed.items()}
        return replace(parts, candidates=only, fixed=fixed, forbidden={})


def _grid(reader: Reader, value: object) -> Grid | None:
    keys = ("days", "slots_per_day")
    record = reader.record(value, "$.grid", keys) or {}
    before = len(reader.faults)
    sizes = [reader.integer(record[key], f"$.grid.{key}", 1) for key in keys if key in record]
    if len(reader.faults) > before or len(sizes) < len(keys):
        return None
    days, per_day = sizes
    if days * per_day > _MOST_SLOTS:
        reader.complaint("$.grid", f"at most {_MOST_SLOTS} slots in all", f"{days * per_day} slots")
        return None
    return Grid(days, per_day)
