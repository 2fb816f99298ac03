"""What core must know of roles without knowing the app that keeps them.

`accounts` stands above core and fills this in when it starts (``access.provide`` in its ``AppConfig.ready``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from qianshou.core.fieldclasses import FieldClass


class _ScopeFilter(Protocol):
    def __call__(self, user: Any, action: str, field: str = "centre_id") -> dict[str, Any] | None: ...


class _May(Protocol):
    def __call__(self, user: Any, action: str, centre: Any = None) -> bool: ...


class _FieldClassFor(Protocol):
    def __call__(self, user: Any, record: Any) -> FieldClass | None: ...


class _RolesOf(Protocol):
    def __call__(self, user: Any) -> set[Any]: ...


@dataclass(frozen=True, slots=True)
class Provider:
    """The questions that `accounts.queries` answers."""

    scope_filter: _ScopeFilter
    may: _May
    field_class_for: _FieldClassFor
    roles_of: _RolesOf


_provider: Provider | None = None


def provide(provider: Provider) -> None:
    """Take the answers of the app that keeps roles."""
    global _provider
    _provider = provider


def _asked() -> Provider:
    if _provider is None:
        raise RuntimeError("no app provides roles: accounts must call access.provide() when it is ready")
    return _provider


def scope_filter(user: Any, action: str, field: str = "centre_id") -> dict[str, Any] | None:
    """Return filter arguments for rows of centres where the action is allowed; {} for all, None for no row."""
    return _asked().scope_filter(user, action, field)


def may(user: Any, action: str, centre: Any = None) -> bool:
    """Tell whether a person may do an action at a centre (or at any of their centres)."""
    return _asked().may(user, action, centre)


def field_class_for(user: Any, record: Any) -> FieldClass | None:
    """Return the highest class of field that a person sees of a record, None for nothing."""
    return _asked().field_class_for(user, record)


def roles_of(user: Any) -> set[Any]:
    """Return the roles a person holds today, anywhere (members of a `TextChoices`, equal to their values)."""
    return _asked().roles_of(user)
