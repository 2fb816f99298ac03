"""Damage to JSON documents: seeded, as values and as text, or at a certain place."""

import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

Mutation = Callable[[dict[str, Any]], None]

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 10**9, 10**9 + 1, -(10**9), 2**31, 2**53, 2**63, -(2**63) - 1, 10**40,
    0.0, 1.0, -0.5, 1e308, float("nan"), float("inf"), float("-inf"),
    "", " ", "0", "x", "c", "a", "centre", "home", "constructor", "\ud800", "\udc00x", "\x00", "日子", "e\u0301",
    [], {}, [[]], [None], [0], [0, 0], [1, 0], {"": 0}, {"id": "a"}, {"id": None}, [[[[{}]]]], [{"id": []}],
)  # fmt: skip
KEYS = ("id", "kind", "child", "places", "", "\ud800", "$", "a.b", "free", "skills", "windows", "version", "x" * 100)
LITERALS = (
    "NaN", "Infinity", "-Infinity", "nul", "1e999", "-0", "00", "1.", '"\\ud800"', '"\\x"', "'", "{", "}", "[", "]",
    ",", ":", '"', "\\", "\x00", "\ufeff", "9" * 5000, "[" * 3000, '{"a":' * 3000, '"id": "a", "id": "b",', "é",
)  # fmt: skip


def put(*path: Any, value: Any) -> Mutation:
    """Return what puts a value at a path of a document."""

    def mutate(document: dict[str, Any]) -> None:
        at: Any = document
        for part in path[:-1]:
            at = at[part]
        at[path[-1]] = value

    return mutate


def _places(document: Any) -> list[tuple[Any, Any]]:
    """List every value of a document as its container and key."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        container = waiting.pop()
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], dict | list):
                waiting.append(container[key])
    return found


def _change(rng: random.Random, document: Any) -> None:
    places = _places(document)
    if not places:
        return
    container, key = rng.choice(places)
    value = container[key]
    match rng.randrange(9):
        case 0 | 1:
            container[key] = deepcopy(rng.choice(STRANGE))
        case 2:
            del container[key]
        case 3 if isinstance(container, dict):
            container[rng.choice(KEYS)] = deepcopy(rng.choice(STRANGE))
        case 3:
            container.insert(key, deepcopy(rng.choice([value, rng.choice(STRANGE)])))
        case 4:
            other, at = rng.choice(places)
            container[key] = deepcopy(other[at])
        case 5 if type(value) is int:
            container[key] = value + rng.choice([-1, 1, 7, -100, 10**6])
        case 6 if isinstance(value, list):
            rng.shuffle(value)
        case 7 if isinstance(value, list):
            del value[rng.randrange(len(value) + 1) :]
        case 8 if isinstance(value, list) and value:
            value.append(deepcopy(value[0]))
        case _:
            container[key] = [value]


def _nudge(rng: random.Random, document: Any) -> None:
    """Change a number or a flag, shuffle or shorten a list: often the problem is still one."""
    places = [(c, k) for c, k in _places(document) if type(c[k]) in (int, bool, list)]
    if not places:
        return
    container, key = rng.choice(places)
    value = container[key]
    if isinstance(value, list):
        rng.shuffle(value)
        del value[rng.randrange(1 + len(value)) :]
    elif isinstance(value, bool):
        container[key] = not value
    else:
        container[key] = rng.choice((0, 1, 2, value + 1, value - 1, value * 3, 10**4, 10**9))


def damaged(rng: random.Random, document: Any) -> Any:
    """Return the document with one to four values changed, added, taken away, or put elsewhere."""
    if rng.random() < 0.01:
        return deepcopy(rng.choice(STRANGE))
    copy = deepcopy(document)
    change = _nudge if rng.random() < 0.4 else _change
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        change(rng, copy)
    return copy


def damaged_text(rng: random.Random, document: Any) -> bytes:
    """Return the document as bytes that were cut, overwritten, or mixed with what JSON does not know."""
    text = json.dumps(document)
    at = rng.randrange(len(text) + 1)
    match rng.randrange(6):
        case 0:
            return text[:at].encode()
        case 1:
            return (text[:at] + rng.choice(LITERALS) + text[at:]).encode("utf-8", "surrogatepass")
        case 2:
            return text.encode(rng.choice(("utf-16", "utf-32", "utf-8-sig", "utf-16-le")))[: rng.choice((10**9, at))]
        case 3:
            return (
                text[:at].encode() + bytes(rng.randrange(256) for _ in range(rng.randrange(1, 4))) + text[at:].encode()
            )
        case 4:
            until = rng.randrange(at, min(len(text), at + 40) + 1)
            return (text[:at] + text[until:]).encode()
        case _:
            until = rng.randrange(at, min(len(text), at + 40) + 1)
            return (text[:until] + text[at:]).encode()
