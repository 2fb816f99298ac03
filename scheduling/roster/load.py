"""From a parsed problem file to a `Problem`, with every fault named by its path."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from scheduling.faults import quote, step
from scheduling.reading import LARGEST, UNREAD, Lists, Reader
from scheduling.roster.fixed import broken, refuse_broken
from scheduling.roster.problem import NO_LIMIT, Ints, Problem, Weights

_KEYS = ("kind", "version", "shifts", "people", "weights")
_OPTIONAL = ("fixed", "forbidden", "previous")
_SHIFT = ("id", "start", "end", "needs", "min_adults", "min_leads", "skills")
_PERSON = ("id", "adult", "lead", "skills", "available", "max_minutes_per_week", "min_rest")
_LAST_MINUTE = 10**7
_EXACT = 2**53
_WEIGHTS = tuple(field.name for field in fields(Weights))

Pairs = dict[tuple[str, str], tuple[str]]


def load(problem: object) -> Problem:
    """Read a roster problem.

    Parameters
    ----------
    problem : object
        The parsed JSON document.

    Raises
    ------
    InvalidProblem
        With every fault of form, reference and number, and then with every fault of ``fixed``, too; where nothing else
        is wrong, ``fixed`` entries that break a hard rule are left to `scheduling.roster.fixed.refuse_broken`.
    """
    reader = Reader()
    document = reader.record(problem, "$", _KEYS, _OPTIONAL)
    if document is None:
        reader.finish()
        raise AssertionError("a document that is no object is a fault")
    reader.heading(document, "roster")
    lists = _Lists(reader, document)
    shifts, people = lists.shifts(), lists.people()
    lists.wishes(shifts, people)
    sets = {key: lists.pairs(key, shifts, people) for key in _OPTIONAL}
    weights = _weights(reader, document)
    for pair, (path,) in sets["fixed"].items():
        if pair in sets["forbidden"]:
            expected = f"a pair that is not forbidden (see {sets['forbidden'][pair][0]})"
            reader.complaint(path, expected, quote(list(pair)))
    lists.references()
    if _worst(shifts, people, sets, weights) >= _EXACT:
        reader.complaint("$.weights", "weights and numbers whose worst roster costs less than 2^53", "more than that")
    if reader.faults:
        timeless = frozenset(name for name, shift in shifts.items() if not shift.timed)
        reader.faults += broken(_arrange(shifts, people, lists.decided(sets, shifts, people), weights), timeless)
        reader.finish()
    return _arrange(shifts, people, sets, weights)


def refuse(problem: object) -> None:
    """Refuse a problem file that is wrong, or whose fixed assignments break a hard rule.

    Raises
    ------
    InvalidProblem
        With every fault.
    """
    refuse_broken(load(problem))


@dataclass(slots=True)
class _Shift:
    start: int
    end: int
    timed: bool
    needs: int
    adults: int
    leads: int
    skills: dict[str, int]


@dataclass(slots=True)
class _Person:
    path: str
    adult: bool
    lead: bool
    skills: list[str]
    available: list[tuple[int, int]]
    minutes: int
    shifts: int
    rest: int
    found_wishes: object
    wishes: dict[str, int]


def _weights(reader: Reader, document: Mapping[str, Any]) -> Weights:
    record = reader.record(document["weights"], "$.weights", _WEIGHTS) if "weights" in document else None
    found = dict.fromkeys(_WEIGHTS, 0)
    for key in _WEIGHTS:
        if record is not None and key in record:
            found[key] = reader.integer(record[key], f"$.weights.{key}", 0)
    return Weights(**found)


class _Lists(Lists):
    """Reads shifts, people and the sets of pairs; what cannot be read limits nothing."""

    def _whole(self, record: Mapping[str, Any], key: str, path: str, high: int = LARGEST, instead: int = 0) -> int:
        if key not in record:
            return instead
        return self.reader.integer(record[key], f"{path}.{key}", 0, high, instead=instead)

    def _yes(self, record: Mapping[str, Any], key: str, path: str) -> bool:
        if key in record and not isinstance(record[key], bool):
            self.reader.fault(f"{path}.{key}", "true or false", record[key])
        return record.get(key) is True

    def shifts(self) -> dict[str, _Shift]:
        found: dict[str, _Shift] = {}
        seen: dict[str, int] = {}
        for i, item in enumerate(self.list("shifts")):
            path = f"$.shifts[{i}]"
            record = self.reader.record(item, path, _SHIFT)
            if record is None:
                self.nameless("shifts")
                continue
            name = self.id("shifts", record, path, seen)
            before = len(self.reader.faults)
            start = self._whole(record, "start", path, _LAST_MINUTE)
            end = self._whole(record, "end", path, _LAST_MINUTE)
            timed = len(self.reader.faults) == before and {"start", "end"} <= record.keys()
            if timed and end <= start:
                self.reader.complaint(f"{path}.end", f"a time after start ({start})", str(record["end"]))
                timed = False
            needs = self._whole(record, "needs", path, instead=UNREAD)
            adults, leads = self._whole(record, "min_adults", path), self._whole(record, "min_leads", path)
            skills = self._skill_needs(record, path)
            if name is not None:
                seen[name] = i
                found[name] = _Shift(start, end, timed, needs, adults, leads, skills)
        return found

    def _skill_needs(self, record: Mapping[str, Any], path: str) -> dict[str, int]:
        value = record.get("skills", {})
        if not isinstance(value, dict):
            self.reader.fault(f"{path}.skills", "an object of skills and numbers", value)
            return {}
        return self._numbers(value, f"{path}.skills", 0)

    def _numbers(self, value: Mapping[Any, Any], path: str, low: int | None) -> dict[str, int]:
        self.reader.once(value, path)
        numbers = {}
        for key, item in value.items():
            name = self.reader.identifier(key, path)
            at = path + step(key)
            number = self.reader.integer(item, at, -LARGEST if low is None else low, instead=0)
            if name is not None:
                numbers[name] = number
        return numbers

    def people(self) -> dict[str, _Person]:
        found: dict[str, _Person] = {}
        seen: dict[str, int] = {}
        for i, item in enumerate(self.list("people")):
            path = f"$.people[{i}]"
            record = self.reader.record(item, path, _PERSON, ("max_shifts", "wishes"))
            if record is None:
                self.nameless("people")
                continue
            name = self.id("people", record, path, seen)
            most = NO_LIMIT
            if record.get("max_shifts") is not None:
                most = self._whole(record, "max_shifts", path, instead=NO_LIMIT)
            person = _Person(
                path,
                self._yes(record, "adult", path),
                self._yes(record, "lead", path),
                self._skills(record, path),
                self._intervals(record, path),
                self._whole(record, "max_minutes_per_week", path, instead=UNREAD),
                most,
                self._whole(record, "min_rest", path),
                record.get("wishes", {}),
                {},
            )
            if name is not None:
                seen[name] = i
                found[name] = person
            elif not isinstance(person.found_wishes, dict):
                self.reader.fault(f"{path}.wishes", "an object of shifts and numbers", person.found_wishes)
        return found

    def _skills(self, record: Mapping[str, Any], path: str) -> list[str]:
        names: list[str] = []
        for i, item in enumerate(self.reader.items(record["skills"], f"{path}.skills") if "skills" in record else []):
            at = f"{path}.skills[{i}]"
            name = self.reader.identifier(item, at)
            if name is not None and name in names:
                self.reader.fault(at, "each skill once", name)
            elif name is not None:
                names.append(name)
        return names

    def _intervals(self, record: Mapping[str, Any], path: str) -> list[tuple[int, int]]:
        """Return the intervals of a person, all time there is where they cannot be read."""
        intervals = []
        so_far = len(self.reader.faults)
        given = self.reader.items(record["available"], f"{path}.available") if "available" in record else []
        for i, item in enumerate(given):
            at = f"{path}.available[{i}]"
            if not isinstance(item, list | tuple) or len(item) != 2:
                self.reader.fault(at, "a list of two times, from and to", item)
                continue
            before = len(self.reader.faults)
            low, high = (self.reader.integer(time, f"{at}[{k}]", 0) for k, time in enumerate(item))
            if len(self.reader.faults) == before and high <= low:
                self.reader.complaint(f"{at}[1]", f"a time after {low}", str(high))
            intervals.append((low, high))
        if "available" not in record or len(self.reader.faults) > so_far:
            return [(0, LARGEST)]
        return intervals

    def wishes(self, shifts: Mapping[str, _Shift], people: Mapping[str, _Person]) -> None:
        """Read every person's wishes, now that all shifts are known."""
        for person in people.values():
            path = f"{person.path}.wishes"
            if not isinstance(person.found_wishes, dict):
                self.reader.fault(path, "an object of shifts and numbers", person.found_wishes)
                continue
            for key, number in self._numbers(person.found_wishes, path, None).items():
                if key in shifts:
                    person.wishes[key] = number
                else:
                    self.unknown("shifts", key, path + step(key), "the id of a shift")

    def pairs(self, key: str, shifts: Mapping[str, _Shift], people: Mapping[str, _Person]) -> Pairs:
        pairs: Pairs = {}
        known_shifts, known_people = dict.fromkeys(shifts, 0), dict.fromkeys(people, 0)
        for i, item in enumerate(self.list(key)):
            path = f"$.{key}[{i}]"
            record = self.reader.record(item, path, ("shift", "person"))
            if record is None:
                continue
            pair = self.pair(record, path, ("shift", "shifts", known_shifts), ("person", "people", known_people))
            if pair is not None:
                if key != "forbidden":
                    self.once(pairs, pair, path)
                pairs.setdefault(pair, (path,))
        return pairs

    def decided(
        self, sets: Mapping[str, Pairs], shifts: Mapping[str, _Shift], people: Mapping[str, _Person]
    ) -> Mapping[str, Pairs]:
        """Return nothing but the fixed assignments of which shift and person are known, of a wrong document."""
        sure = (shifts.keys() - self.twice["shifts"], people.keys() - self.twice["people"])
        fixed = {pair: entry for pair, entry in sets["fixed"].items() if pair[0] in sure[0] and pair[1] in sure[1]}
        return {"fixed": fixed, "forbidden": {}, "previous": {}}


def _worst(
    shifts: Mapping[str, _Shift], people: Mapping[str, _Person], sets: Mapping[str, Pairs], weights: Weights
) -> int:
    """Return more than any roster can cost, so that no sum can leave what is computed exactly."""
    places = sum(shift.needs for shift in shifts.values() if shift.needs != UNREAD)
    return (
        weights.uncovered * places
        + weights.missing_adult * sum(shift.adults for shift in shifts.values())
        + weights.missing_lead * sum(shift.leads for shift in shifts.values())
        + weights.missing_skill * sum(sum(shift.skills.values()) for shift in shifts.values())
        + weights.load * len(people) * len(shifts) ** 2
        + weights.wish * sum(abs(wish) for person in people.values() for wish in person.wishes.values())
        + weights.change * (len(sets["previous"]) + len(people) * len(shifts))
    )


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _arrange(
    shifts: Mapping[str, _Shift], people: Mapping[str, _Person], sets: Mapping[str, Pairs], weights: Weights
) -> Problem:
    slots = sorted(shifts.items())
    crew = sorted(people.items())
    skills = sorted({name for _, s in slots for name in s.skills} | {name for _, p in crew for name in p.skills})
    shift_at = {name: i for i, (name, _) in enumerate(slots)}
    person_at = {name: i for i, (name, _) in enumerate(crew)}

    def indices(key: str) -> dict[tuple[int, int], str]:
        return {(shift_at[shift], person_at[person]): path for (shift, person), (path,) in sets[key].items()}

    def matrix(rows: list[Any]) -> Any:
        return np.array(rows).reshape(len(rows), len(skills))

    return Problem(
        shifts=tuple(shift_at),
        people=tuple(person_at),
        skills=tuple(skills),
        start=_ints([s.start for _, s in slots]),
        end=_ints([s.end for _, s in slots]),
        needs=_ints([s.needs for _, s in slots]),
        min_adults=_ints([s.adults for _, s in slots]),
        min_leads=_ints([s.leads for _, s in slots]),
        skill_needs=matrix([[s.skills.get(name, 0) for name in skills] for _, s in slots]).astype(np.int64),
        adult=np.array([p.adult for _, p in crew], dtype=np.bool_),
        lead=np.array([p.lead for _, p in crew], dtype=np.bool_),
        has_skill=matrix([[name in p.skills for name in skills] for _, p in crew]).astype(np.bool_),
        available=tuple(_ints([t for pair in p.available for t in pair]).reshape(-1, 2) for _, p in crew),
        max_minutes=_ints([p.minutes for _, p in crew]),
        max_shifts=_ints([p.shifts for _, p in crew]),
        min_rest=_ints([p.rest for _, p in crew]),
        wishes={
            (shift_at[shift], i): number for i, (_, p) in enumerate(crew) for shift, number in sorted(p.wishes.items())
        },
        fixed=indices("fixed"),
        forbidden=frozenset(indices("forbidden")),
        previous=frozenset(indices("previous")),
        weights=weights,
    )
