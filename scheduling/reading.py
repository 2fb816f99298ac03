"""Strict reading of JSON values: every fault is collected with its path, nothing is guessed."""

import gc
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any, TypeGuard

from scheduling.faults import Fault, InvalidProblem, quote, step

LARGEST = 10**9
"""Largest absolute value of any number in a problem, so that exact 64-bit proofs cannot overflow."""


UNREAD = LARGEST + 1
"""What a limit that cannot be read counts as while the rest of a wrong document is looked through."""

_CONTAINERS = frozenset((dict, list))
_SURROGATE = re.compile("[\ud800-\udfff]")


class TwiceNamed(dict[str, Any]):
    """A JSON object in which some keys were written more than once (a plain ``dict`` would drop all but the last)."""

    twice: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    seen: set[str] = set()
    twice = []
    for key, _ in pairs:
        if key in seen:
            twice.append(key)
        seen.add(key)
    marked = TwiceNamed(plain)
    marked.twice = tuple(dict.fromkeys(twice))
    return marked


@contextmanager
def _without_collection() -> Iterator[None]:
    """Hold the collector of circular garbage: it would walk again and again through what is being read."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _keys(document: object) -> int:
    """Count the keys of all objects of a document, a list of flat objects at a time."""
    found, todo = 0, [[document]]
    while todo:
        values = todo.pop()
        objects = [value for value in values if type(value) is dict]
        found += sum(map(len, objects))
        inner: list[list[Any]] = [value for value in values if type(value) is list]
        if not _CONTAINERS.isdisjoint(map(type, chain.from_iterable(map(dict.values, objects)))):
            inner += [list(value.values()) for value in objects]
        todo += [value for value in inner if not _CONTAINERS.isdisjoint(map(type, value))]
    return found


def parse_json(text: str | bytes) -> Any:
    """Parse JSON text.

    Raises
    ------
    InvalidProblem
        The text is not JSON; the fault names line and column.
    """
    try:
        with _without_collection():
            if not isinstance(text, str):
                text = text.decode("utf-8-sig")  # the parser would guess other encodings
            document = json.loads(text)
            # Every key has its colon. Where there are no more colons than keys, no key was lost as a repeated one.
            if text.count(":") == _keys(document):
                return document
            return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise InvalidProblem([Fault("$", "JSON", f"{error.msg} at line {error.lineno} column {error.colno}")]) from None
    except UnicodeDecodeError:
        raise InvalidProblem([Fault("$", "JSON in UTF-8", "bytes that are not UTF-8")]) from None
    except RecursionError:
        raise InvalidProblem([Fault("$", "JSON", "values nested too deeply")]) from None
    except ValueError:  # Python reads no longer ones
        raise InvalidProblem([Fault("$", "JSON", "a number of more digits than can be read")]) from None


def _named_twice(value: Mapping[Any, Any], path: str) -> list[Fault]:
    return [Fault(path + step(key), "each key once", "the key twice") for key in getattr(value, "twice", ())]


def repeated_keys(document: object) -> list[Fault]:
    """Return a fault for each key that stands twice in one object of a parsed document, however deep."""
    faults: list[Fault] = []
    todo = [("$", document)]
    while todo:
        path, value = todo.pop()
        inner: list[tuple[str, object]] = []
        if isinstance(value, dict):
            faults += _named_twice(value, path)
            inner = [(path + step(key), each) for key, each in value.items() if isinstance(each, (dict, list))]
        elif isinstance(value, list):
            inner = [(f"{path}[{number}]", each) for number, each in enumerate(value) if isinstance(each, (dict, list))]
        todo += reversed(inner)
    return faults


def is_integer(value: object) -> TypeGuard[int]:
    """Tell whether a JSON value is an integer (``true`` and ``1.0`` are not)."""
    return type(value) is int


class Reader:
    """Collects the faults of one document while its values are read."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, path: str, expected: str, found: object) -> None:
        """Note a fault; ``found`` is quoted as JSON."""
        self.faults.append(Fault(path, expected, quote(found)))

    def complaint(self, path: str, expected: str, found: str) -> None:
        """Note a fault whose finding is a phrase, not a value."""
        self.faults.append(Fault(path, expected, found))

    def once(self, value: Mapping[Any, Any], path: str) -> None:
        """Note the keys of an object that stand twice in it."""
        self.faults += _named_twice(value, path)

    def finish(self) -> None:
        """Raise `InvalidProblem` if anything was noted."""
        if self.faults:
            raise InvalidProblem(self.faults)

    def record(
        self, value: object, path: str, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Any] | None:
        """Read an object with known keys; missing, unknown and repeated keys are faults."""
        if not isinstance(value, dict):
            self.fault(path, "an object", value)
            return None
        known = ", ".join([*required, *optional])
        self.once(value, path)
        for key in value:
            if key not in required and key not in optional:
                self.complaint(path + step(key), f"one of the keys {known}", "an unknown key")
        for key in required:
            if key not in value:
                self.complaint(f"{path}.{key}", "a value", "nothing (the key is missing)")
        return value

    def items(self, value: object, path: str) -> list[Any]:
        """Read a list; anything else is a fault and reads as empty."""
        if isinstance(value, list | tuple):
            return list(value)
        self.fault(path, "a list", value)
        return []

    def integer(
        self, value: object, path: str, low: int = -LARGEST, high: int = LARGEST, *, instead: int | None = None
    ) -> int:
        """Read an integer from ``low`` to ``high``; a fault reads as ``instead``, or as ``low``."""
        if is_integer(value) and low <= value <= high:
            return value
        expected = f"an integer from {low} to {high}"
        if high == LARGEST and not (is_integer(value) and value > high):
            expected = "an integer" if low == -LARGEST else f"an integer, {low} or more"
        self.fault(path, expected, value)
        return low if instead is None else instead

    def identifier(self, value: object, path: str) -> str | None:
        """Read an id: a string that is not empty and can be written as UTF-8."""
        if isinstance(value, str) and value and (value.isascii() or not _SURROGATE.search(value)):
            return value
        self.fault(path, "an id (a string of Unicode text that is not empty)", value)
        return None

    def heading(self, document: Mapping[str, Any], kind: str) -> None:
        """Read ``kind`` and ``version`` of a problem."""
        if "kind" in document and document["kind"] != kind:
            self.fault("$.kind", f'"{kind}"', document["kind"])
        if "version" in document and (type(document["version"]) is not int or document["version"] != 1):
            self.fault("$.version", "1", document["version"])


class Lists:
    """Reads the lists of a document one by one.

    Parameters
    ----------
    reader : Reader
    document : mapping

    Notes
    -----
    A reference to an id that is in no list is a fault, unless the list cannot be read, or has entries whose ids cannot
    be read: each of these may be what one unknown id refers to. Where there are more unknown ids than such entries, all
    are told (`references`).
    """

    def __init__(self, reader: Reader, document: Mapping[str, Any]) -> None:
        self.reader, self.document = reader, document
        self.twice: dict[str, set[object]] = defaultdict(set)
        """Per list, the ids (or pairs) that stand twice, so that nobody knows which entry a reference means."""
        self._unread: set[str] = set()
        self._nameless: Counter[str] = Counter()
        self._unknown: dict[str, list[tuple[object, Fault]]] = defaultdict(list)

    def list(self, key: str) -> list[Any]:
        """Read a list."""
        value = self.document.get(key)
        if not isinstance(value, list | tuple):
            self._unread.add(key)
        return self.reader.items(value, f"$.{key}") if key in self.document else []

    def nameless(self, key: str) -> None:
        """Note that an entry of a list has no id that can be read."""
        self._nameless[key] += 1

    def id(self, key: str, record: Mapping[str, Any], path: str, seen: Mapping[str, int]) -> str | None:
        """Read the id of an entry of a list, new in that list."""
        name = self.reader.identifier(record["id"], f"{path}.id") if "id" in record else None
        if name is not None and name in seen:
            self.reader.fault(f"{path}.id", "an id not used before in this list", name)
            self.twice[key].add(name)
            name = None
        if name is None:
            self.nameless(key)
        return name

    def unknown(self, where: str, what: object, path: str, expected: str) -> None:
        """Note a reference to something that a list does not have; `references` tells whether it is a fault."""
        self._unknown[where].append((what, Fault(path, expected, quote(what))))

    def references(self) -> None:
        """Tell of all references to what is in no list, once all lists are read."""
        for where, found in self._unknown.items():
            if where not in self._unread and len({what for what, _ in found}) > self._nameless[where]:
                self.reader.faults += [fault for _, fault in found]

    def pair(
        self,
        record: Mapping[str, Any],
        path: str,
        *known: tuple[str, str, Mapping[str, int]],
    ) -> tuple[str, str] | None:
        """Read two references; each of ``known`` gives key, list and ids of one."""
        found: list[str] = []
        for key, where, ids in known:
            name = self.reader.identifier(record[key], f"{path}.{key}") if key in record else None
            if name is None:
                continue
            if name not in ids:
                self.unknown(where, name, f"{path}.{key}", f"the id of a {key}")
            found.append(name)
        return (found[0], found[1]) if len(found) == 2 else None

    def once(self, pairs: Mapping[tuple[str, str], tuple[Any, ...]], pair: tuple[str, str], path: str) -> bool:
        """Note a pair that stands twice; tell whether it is new."""
        if pair in pairs:
            self.reader.complaint(path, f"each pair once (it stands at {pairs[pair][0]})", f"{quote(list(pair))} again")
        return pair not in pairs
