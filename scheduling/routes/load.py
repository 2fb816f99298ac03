"""From a parsed problem file to a `Problem`, with every fault named by its path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.reading import LARGEST, Lists, Reader, is_integer
from scheduling.routes.problem import NO_LIMIT, REQUIRED, Ints, Problem, Windows

_KEYS = ("kind", "version", "duration", "teams", "stops", "team_cost")
_OPTIONAL = ("distance",)
_TEAM = ("id", "start", "end", "from", "to", "capacity", "skills")
_STOP = ("id", "place", "windows", "service", "demand", "skills")
_MOST_PLACES = 10_000


def load(problem: object) -> Problem:
    """Read a routes problem.

    Parameters
    ----------
    problem : object
        The parsed JSON document.

    Raises
    ------
    InvalidProblem
        With every fault of form, reference and number.
    """
    reader = Reader()
    document = reader.record(problem, "$", _KEYS, _OPTIONAL)
    if document is None:
        reader.finish()
        raise AssertionError("a document that is no object is a fault")
    reader.heading(document, "routes")
    rows = document.get("duration")
    places = len(rows) if isinstance(rows, list | tuple) else None
    duration = distance = _matrix(reader, document, "duration", None)
    if document.get("distance") is not None:
        distance = _matrix(reader, document, "distance", places)
    lists = _Lists(reader, document, places)
    teams, stops = lists.teams(), lists.stops()
    team_cost = reader.integer(document["team_cost"], "$.team_cost", 0) if "team_cost" in document else 0
    reader.finish()
    if duration is None or distance is None:
        raise AssertionError("a matrix that cannot be read is a fault")
    return _arrange(duration, distance, teams, stops, team_cost)


@dataclass(slots=True)
class _Team:
    start: int
    end: int
    opens: int
    closes: int
    capacity: int
    max_stops: int
    skills: list[str]


@dataclass(slots=True)
class _Stop:
    place: int
    windows: Windows
    service: int
    demand: int
    prize: int
    skills: list[str]


def _matrix(reader: Reader, document: Mapping[str, Any], key: str, size: int | None) -> Ints | None:
    """Read a square matrix, of the given size where one is known; None after a fault."""
    if key not in document:
        return None
    path, before = f"$.{key}", len(reader.faults)
    rows = reader.items(document[key], path)
    if len(rows) > _MOST_PLACES:
        reader.complaint(path, f"at most {_MOST_PLACES} places", f"{len(rows)}")
        return None
    if size is not None and size != len(rows) and isinstance(document[key], list | tuple):
        reader.complaint(path, f"{size} rows, like $.duration", f"{len(rows)}")
    for i, row in enumerate(rows):
        _row(reader, row, f"{path}[{i}]", len(rows))
    if len(reader.faults) > before:
        return None
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(rows))


def _row(reader: Reader, row: object, path: str, size: int) -> None:
    if not isinstance(row, list | tuple):
        reader.fault(path, "a list", row)
        return
    if len(row) != size:
        reader.complaint(path, f"{size} numbers, one per place", f"{len(row)}")
    if all(map(is_integer, row)) and (not row or (min(row) >= 0 and max(row) <= LARGEST)):
        return
    for j, number in enumerate(row):
        reader.integer(number, f"{path}[{j}]", 0)


class _Lists(Lists):
    """Reads teams and stops; ``places`` is how many there are, None where that is not known."""

    def __init__(self, reader: Reader, document: Mapping[str, Any], places: int | None) -> None:
        super().__init__(reader, document)
        self._places = places

    def _whole(self, record: Mapping[str, Any], key: str, path: str) -> int:
        return self.reader.integer(record[key], f"{path}.{key}", 0) if key in record else 0

    def _place(self, record: Mapping[str, Any], key: str, path: str) -> int:
        if self._places is None:
            return self._whole(record, key, path)
        if key not in record:
            return 0
        value = record[key]
        if is_integer(value) and 0 <= value < self._places:
            return value
        expected = f"a place from 0 to {self._places - 1}" if self._places else "a place ($.duration has none)"
        self.reader.fault(f"{path}.{key}", expected, value)
        return 0

    def _or_null(self, record: Mapping[str, Any], key: str, path: str, null: int) -> int:
        return null if record.get(key) is None else self._whole(record, key, path)

    def teams(self) -> dict[str, _Team]:
        """Read the teams by id."""
        found: dict[str, _Team] = {}
        seen: dict[str, int] = {}
        for i, item in enumerate(self.list("teams")):
            path = f"$.teams[{i}]"
            record = self.reader.record(item, path, _TEAM, ("max_stops",))
            if record is None:
                continue
            name = self.id("teams", record, path, seen)
            start, end = self._place(record, "start", path), self._place(record, "end", path)
            before = len(self.reader.faults)
            opens, closes = self._whole(record, "from", path), self._whole(record, "to", path)
            if len(self.reader.faults) == before and {"from", "to"} <= record.keys() and closes < opens:
                self.reader.complaint(f"{path}.to", f"a time not before from ({opens})", str(closes))
            capacity = self._whole(record, "capacity", path)
            max_stops = self._or_null(record, "max_stops", path, NO_LIMIT)
            team = _Team(start, end, opens, closes, capacity, max_stops, self._skills(record, path))
            if name is not None:
                seen[name] = i
                found[name] = team
        return found

    def stops(self) -> dict[str, _Stop]:
        """Read the stops by id."""
        found: dict[str, _Stop] = {}
        seen: dict[str, int] = {}
        for i, item in enumerate(self.list("stops")):
            path = f"$.stops[{i}]"
            record = self.reader.record(item, path, _STOP, ("prize",))
            if record is None:
                continue
            name = self.id("stops", record, path, seen)
            place, windows = self._place(record, "place", path), self._windows(record, path)
            service, demand = self._whole(record, "service", path), self._whole(record, "demand", path)
            prize = self._or_null(record, "prize", path, REQUIRED)
            stop = _Stop(place, windows, service, demand, prize, self._skills(record, path))
            if name is not None:
                seen[name] = i
                found[name] = stop
        return found

    def _skills(self, record: Mapping[str, Any], path: str) -> list[str]:
        names: dict[str, int] = {}
        for i, item in enumerate(self.reader.items(record["skills"], f"{path}.skills") if "skills" in record else []):
            at = f"{path}.skills[{i}]"
            name = self.reader.identifier(item, at)
            if name is not None and name in names:
                self.reader.fault(at, "each skill once", name)
            elif name is not None:
                names[name] = i
        return list(names)

    def _windows(self, record: Mapping[str, Any], path: str) -> Windows:
        if "windows" not in record:
            return ()
        before = len(self.reader.faults)
        given = self.reader.items(record["windows"], f"{path}.windows")
        if not given and len(self.reader.faults) == before:
            self.reader.complaint(f"{path}.windows", "at least one window", "none")
        windows = []
        for i, item in enumerate(given):
            at = f"{path}.windows[{i}]"
            if not isinstance(item, list | tuple) or len(item) != 2:
                self.reader.fault(at, "a list of two times, from and to", item)
                continue
            so_far = len(self.reader.faults)
            low, high = (self.reader.integer(time, f"{at}[{k}]", 0) for k, time in enumerate(item))
            if len(self.reader.faults) == so_far and high < low:
                self.reader.complaint(f"{at}[1]", f"a time not before {low}", str(high))
            windows.append((low, high))
        return merged(windows)


def merged(windows: list[tuple[int, int]]) -> Windows:
    """Return windows in order, those that overlap or touch (times are whole numbers) as one."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(windows):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return tuple(joined)


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _arrange(
    duration: Ints, distance: Ints, teams: Mapping[str, _Team], stops: Mapping[str, _Stop], team_cost: int
) -> Problem:
    crew, visits = sorted(teams.items()), sorted(stops.items())
    skills = sorted({name for _, t in crew for name in t.skills} | {name for _, s in visits for name in s.skills})

    def table(rows: list[list[str]]) -> Any:
        found = np.zeros((len(rows), len(skills)), dtype=np.bool_)
        number = {name: k for k, name in enumerate(skills)}
        for i, names in enumerate(rows):
            found[i, [number[name] for name in names]] = True
        return found

    return Problem(
        teams=tuple(name for name, _ in crew),
        stops=tuple(name for name, _ in visits),
        skills=tuple(skills),
        duration=duration,
        distance=distance,
        start=_ints([t.start for _, t in crew]),
        end=_ints([t.end for _, t in crew]),
        opens=_ints([t.opens for _, t in crew]),
        closes=_ints([t.closes for _, t in crew]),
        capacity=_ints([t.capacity for _, t in crew]),
        max_stops=_ints([t.max_stops for _, t in crew]),
        has_skill=table([t.skills for _, t in crew]),
        place=_ints([s.place for _, s in visits]),
        service=_ints([s.service for _, s in visits]),
        demand=_ints([s.demand for _, s in visits]),
        prize=_ints([s.prize for _, s in visits]),
        windows=tuple(s.windows for _, s in visits),
        needs_skill=table([s.skills for _, s in visits]),
        team_cost=team_cost,
    )
