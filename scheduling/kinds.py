"""The kinds of problems; each one's modules are imported when it is asked for, so that one costs nothing to another.

What takes the name of a kind or of an option raises ValueError for one that does not exist, and names those that do.
"""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

QUESTIONS: Mapping[str, str] = {
    "pairing": "which volunteer accompanies which child, and when",
    "roster": "who takes which shift",
    "routes": "who visits which households, in which order",
}
"""What each kind asks."""

OPTIONS: Mapping[str, tuple[str, str, str]] = {
    "fair": ("fairness", "solve_fair", "pairs of which the worst is as good as can be, and then the sum"),
    "siblings": ("siblings", "solve_wishes", "pairs with siblings together, last term's pairs and times kept"),
}
"""Options of pairing: module, function, what they ask."""

_REFUSE: Mapping[str, str] = {"pairing": "refuse", "roster": "refuse"}
"""What reads a problem and looks at what is decided beforehand, where a kind has that."""

_EMPTY: Mapping[str, Mapping[str, object]] = {
    "pairing": {"placed": 0, "score": 0, "pairs": [], "unplaced": []},
    "roster": {"assignments": [], "parts": {}, "uncovered": []},
    "routes": {"routes": [], "left_out": []},
}


def refuse_unknown(kind: str, option: str | None = None) -> None:
    """Refuse kinds and options that do not exist.

    Raises
    ------
    ValueError
        There is no such kind, or it has no such option; the message names those that there are.
    """
    if kind not in QUESTIONS:
        raise ValueError(f"{kind!r} is no kind of problem; expected {_or(QUESTIONS)}")
    if option is None:
        return
    if option not in OPTIONS:
        raise ValueError(f"{option!r} is no option of pairing; expected {_or(OPTIONS)}")
    if kind != "pairing":
        raise ValueError(f"{option!r} is an option of pairing, not of {kind}")


def _or(names: Mapping[str, object]) -> str:
    return " or ".join(map(repr, names))


def load(kind: str) -> Callable[[object], object]:
    """Return what reads a problem of a kind, and raises `InvalidProblem` for a wrong one."""
    found: Callable[[object], object] = _part(kind, "load")
    return found


def refuse(kind: str) -> Callable[[object], object]:
    """Return what raises `InvalidProblem` for a wrong problem, and for ``fixed`` entries that cannot stand."""
    found: Callable[[object], object] = _part(kind, "load", _REFUSE.get(kind, "load"))
    return found


def solve(kind: str) -> Callable[..., dict[str, Any]]:
    """Return what solves a problem of a kind."""
    found: Callable[..., dict[str, Any]] = _part(kind, "solve")
    return found


def solve_option(name: str) -> Callable[..., dict[str, Any]]:
    """Return what solves a pairing problem with an option."""
    refuse_unknown("pairing", name)
    module, function, _ = OPTIONS[name]
    found: Callable[..., dict[str, Any]] = _part("pairing", module, function)
    return found


def explanation(kind: str) -> Callable[..., dict[str, Any]]:
    """Return what explains a solution of a kind, as data."""
    found: Callable[..., dict[str, Any]] = _part(kind, "explanation")
    return found


def pair(kind: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return what two things an explanation of a kind is about, each with the problem's key of their list."""
    found: tuple[tuple[str, str], tuple[str, str]] = _part(kind, "explanation", "PAIR")
    return found


def check(kind: str) -> Callable[[Any, object], list[str]]:
    """Return what recomputes a solution of a kind."""
    found: Callable[[Any, object], list[str]] = _part(kind, "check")
    return found


def instance(kind: str) -> Callable[..., dict[str, Any]]:
    """Return what makes an instance of a kind."""
    found: Callable[..., dict[str, Any]] = _part(kind, "instances", "instance")
    return found


def converter(kind: str, name: str) -> Callable[..., dict[str, Any]]:
    """Return what turns the text of a public instance into a problem of a kind; it raises ValueError."""
    found: Callable[..., dict[str, Any]] = _part(kind, "convert", name)
    return found


def nothing_found(kind: str, code: str) -> dict[str, Any]:
    """Return the solution that says that none was found, and why; without ``run``."""
    refuse_unknown(kind)
    return {"kind": kind, "status": "unknown", "value": None, "bound": None, **_EMPTY[kind], "why": {"code": code}}


def _part(kind: str, module: str, name: str | None = None) -> Any:
    refuse_unknown(kind)
    return getattr(importlib.import_module(f"scheduling.{kind}.{module}"), name or module)
