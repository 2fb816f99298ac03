"""What the frame of every page needs to know, told to it by the apps above: navigation, roles, centres.

Apps register in `AppConfig.ready()`. Core imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.functional import _StrPromise

PHONE_PLACES = 4


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place in the navigation. No `roles` means everybody who is signed in."""

    url_name: str
    label: str | _StrPromise
    icon: str
    roles: frozenset[str] = frozenset()
    order: int = 100
    on_phone: bool = False


@dataclass(frozen=True, slots=True)
class NavLink:
    """A navigation item as one person sees it on one page."""

    url: str
    label: str | _StrPromise
    icon: str
    current: bool
    on_bar: bool


@dataclass(frozen=True, slots=True)
class HomeName:
    """The home a person works in, as the frame of every page names it."""

    code: str
    name: str


_items: dict[str, NavItem] = {}
_roles_of: Callable[[Any], Iterable[str]] | None = None
_home_of: Callable[[HttpRequest], HomeName | None] | None = None


def register(*items: NavItem) -> None:
    """Add places to the navigation; registering the same URL name again replaces it."""
    for item in items:
        _items[item.url_name] = item


def use_roles(source: Callable[[Any], Iterable[str]]) -> None:
    """Tell the navigation how to read the current roles of a user."""
    global _roles_of
    _roles_of = source


def use_home(source: Callable[[HttpRequest], HomeName | None]) -> None:
    """Tell the navigation how to find the home that a person works in."""
    global _home_of
    _home_of = source


def roles_for(request: HttpRequest | None) -> frozenset[str]:
    """Give the current roles of the person who asks."""
    if request is None or _roles_of is None or not _is_signed_in(request):
        return frozenset()
    return frozenset(_roles_of(request.user))


def home_for(request: HttpRequest | None) -> HomeName | None:
    """Give the home to name on this page, or None when the person has none or several."""
    if request is None or _home_of is None or not _is_signed_in(request):
        return None
    return _home_of(request)


def links_for(request: HttpRequest | None) -> list[NavLink]:
    """List the places this person may go to, in order, the current one marked, at most four for the phone's bar."""
    if request is None or not _is_signed_in(request):
        return []
    roles = roles_for(request)
    places: list[tuple[str, NavItem]] = []
    for item in sorted(_items.values(), key=lambda entry: (entry.order, entry.url_name)):
        if item.roles and not item.roles & roles:
            continue
        try:
            places.append((reverse(item.url_name), item))
        except NoReverseMatch:
            continue
    current = _longest_match(request.path, [url for url, _ in places])
    wanted = [item.url_name for _, item in places if item.on_phone]
    on_bar = set(wanted[:PHONE_PLACES])
    return [
        NavLink(url, item.label, item.icon, current=url == current, on_bar=item.url_name in on_bar)
        for url, item in places
    ]


def _is_signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user is not None and user.is_authenticated)


def _longest_match(path: str, urls: Iterable[str]) -> str | None:
    """Find the place that the path lies under; the start page matches only itself."""
    hits = [url for url in urls if path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))]
    return max(hits, key=len, default=None)
