"""What is wrong with an input, and where."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input file.

    Attributes
    ----------
    path : str
        JSON path of the faulty value, ``$.children[3].places``.
    expected : str
        What should stand there.
    found : str
        What stands there, shortened.
    """

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


class InvalidProblem(ValueError):
    """The input is wrong; nothing was guessed and nothing was solved.

    Parameters
    ----------
    faults : iterable of Fault
        Every fault that was found, mostly in the order of the file; what needs several of its places comes after.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type["InvalidProblem"], tuple[tuple[Fault, ...]], dict[str, object]]:
        """Let it travel from a worker with all its faults."""
        return type(self), (self.faults,), self.__dict__


def step(key: object) -> str:
    """Return the step of a JSON path to a key: ``.places``, or ``["odd key"]`` where the key is no plain name."""
    if isinstance(key, str) and key.isascii() and key.isidentifier():
        return f".{key}" if len(key) <= _LONGEST_QUOTE else f".{key[: _LONGEST_QUOTE - 3]}..."
    return f"[{quote(key)}]"


def quote(value: object) -> str:
    """Return a short JSON rendering of a found value for a fault."""
    try:
        text = json.dumps(value, ensure_ascii=True, default=lambda other: type(other).__name__)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 3] + "..."
