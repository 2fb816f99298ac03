"""Which kinds of room there are and who may hear them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

MayJoin = Callable[[Any, str], bool]

_NAME = re.compile(r"^(?P<kind>[a-z_]{1,30}):(?P<code>[A-Za-z0-9_-]{1,60})$")
_kinds: dict[str, MayJoin] = {}


def room(kind: str) -> Callable[[MayJoin], MayJoin]:
    """Register who may hear rooms ``<kind>:<code>``: a function of (user, code), asked on join and on delivery."""

    def register(may: MayJoin) -> MayJoin:
        if kind in _kinds and _kinds[kind] is not may:
            raise RuntimeError(f"two answers for rooms of kind {kind!r}")
        _kinds[kind] = may
        return may

    return register


def may_join(user: Any, name: str) -> bool:
    """Tell whether a person may hear a room; an unknown room is heard by nobody."""
    match = _NAME.match(name)
    if match is None or match["kind"] not in _kinds:
        return False
    return bool(user.is_authenticated and user.is_active and _kinds[match["kind"]](user, match["code"]))
