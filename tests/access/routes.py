"""Lists every address of the house from the URL conf, with the methods that its view answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

HTTP = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """One pattern: its name with namespaces (or the pattern itself when it has none), and its methods."""

    name: str
    pattern: str
    parameters: tuple[str, ...]
    methods: frozenset[str] | None
    """None where the view is a function that decides by itself: the table says which it answers."""

    def path(self, arguments: dict[str, Any]) -> str:
        """Return the address with the parameters filled in."""
        text = self.pattern
        text = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda found: str(arguments[found[1]]), text)
        text = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(arguments[found[1]]), text)
        return "/" + re.sub(r"[\^$?]|\\Z", "", text).replace("\\.", ".").replace("\\", "")


def routes() -> list[Route]:
    """Return every route, in the order of the URL conf."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: Any, prefix: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    for entry in patterns:
        pattern = prefix + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from _walk(entry.url_patterns, pattern, inner)
        elif isinstance(entry, URLPattern):
            name = ":".join((*spaces, entry.name)) if entry.name else pattern
            parameters = tuple(re.findall(r"<(?:\w+:)?(\w+)>", pattern))
            yield Route(name, pattern, parameters, _methods(entry.callback))


def _methods(view: Any) -> frozenset[str] | None:
    actions = getattr(view, "actions", None)
    if actions:
        return frozenset(method for method in actions if method in HTTP)
    found = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if found is None:
        return None
    return frozenset(method for method in HTTP if hasattr(found, method) and method in found.http_method_names)
