"""What the start page shows, told to it by the apps above: what is due, figures, quick ways, cards.

Each app registers functions in its `home.py`; core imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from . import access

Text = str | Promise
TONES = ("danger", "warning", "info", "neutral")


@dataclass(frozen=True, slots=True)
class Due:
    """A line of "What is due": a sentence, where to do it, and how pressing it is (one of `TONES`)."""

    text: Text
    url: str = ""
    icon: str = "clock"
    tone: str = "warning"


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure."""

    label: Text
    value: Any
    url: str = ""
    icon: str = ""
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A quick way."""

    label: Text
    url: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card of an app's own: a template and its context."""

    template: str
    context: Mapping[str, Any]


@dataclass(slots=True)
class Home:
    """Everything one person sees on the start page."""

    due: list[Due] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Source:
    kind: str
    key: str
    roles: frozenset[str]
    order: int
    give: Callable[[HttpRequest], Any]


_sources: dict[str, _Source] = {}


def _source(kind: str, roles: Iterable[str], order: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def keep(give: Callable[..., Any]) -> Callable[..., Any]:
        key = f"{give.__module__}.{give.__qualname__}"
        _sources[key] = _Source(kind, key, frozenset(str(role) for role in roles), order, give)
        return give

    return keep


def due(*, roles: Iterable[str] = (), order: int = 100) -> Callable[..., Any]:
    """Register a function that lists what is due (`Due`) for a person; no roles means everybody signed in."""
    return _source("due", roles, order)


def tiles(*, roles: Iterable[str] = (), order: int = 100) -> Callable[..., Any]:
    """Register a function that lists figures (`Tile`)."""
    return _source("tiles", roles, order)


def link(*, roles: Iterable[str] = (), order: int = 100) -> Callable[..., Any]:
    """Register a function that lists quick ways (`Link`); the first on the page is its primary action."""
    return _source("links", roles, order)


def card(template: str, *, roles: Iterable[str] = (), order: int = 100) -> Callable[..., Any]:
    """Register a function that gives the context of a card, or None where there is nothing to show."""

    def keep(give: Callable[..., Any]) -> Callable[..., Any]:
        def as_card(request: HttpRequest) -> list[Card]:
            context = give(request)
            return [] if context is None else [Card(template, context)]

        as_card.__module__, as_card.__qualname__ = give.__module__, give.__qualname__
        _source("cards", roles, order)(as_card)
        return give

    return keep


def home_for(request: HttpRequest) -> Home:
    """Collect what this person sees, in order; what is due comes most pressing first."""
    held = {str(role) for role in access.roles_of(request.user)}
    home = Home()
    for source in sorted(_sources.values(), key=lambda entry: (entry.order, entry.key)):
        if not source.roles or source.roles & held:
            getattr(home, source.kind).extend(source.give(request) or ())
    home.due.sort(key=lambda line: TONES.index(line.tone))
    return home
