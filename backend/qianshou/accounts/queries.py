"""Reads of roles and memberships; the answers are kept on the user object for one request."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser

from qianshou.core import clock
from qianshou.core.fieldclasses import FieldClass

from . import rules
from .models import Membership, User
from .rules import Role

if TYPE_CHECKING:
    from qianshou.centres.models import Centre

AnyUser = User | AnonymousUser


def memberships_of(user: AnyUser, on: date | None = None) -> list[tuple[Role, int | None]]:
    """Return (role, centre id) of each membership that holds on a day; one query per user object and day."""
    if not user.is_authenticated or not user.is_active:
        return []
    on = on or clock.today()
    kept: dict[date, list[tuple[Role, int | None]]] = user.__dict__.setdefault("_memberships", {})
    if on not in kept:
        rows = Membership.objects.filter(user=user).current(on).values_list("role", "centre_id")
        kept[on] = [(Role(role), centre_id) for role, centre_id in rows]
    return kept[on]


def roles_of(user: AnyUser, centre: Centre | int | None = None, on: date | None = None) -> set[Role]:
    """Return the roles a person holds: at one centre (house-wide roles count there too), or anywhere."""
    held = memberships_of(user, on)
    if centre is None:
        return {role for role, _ in held}
    centre_id = centre if isinstance(centre, int) else centre.pk
    return {role for role, at in held if at is None or at == centre_id}


def may(user: AnyUser, action: str, centre: Centre | int | None = None) -> bool:
    """Tell whether a person may do an action at a centre (or at any of their centres)."""
    return rules.allows(roles_of(user, centre), action)


def centres_where(user: AnyUser, action: str) -> set[int]:
    """Return the ids of the centres at which a person may do an action (see `everywhere` for house-wide roles)."""
    return {at for role, at in memberships_of(user) if at is not None and rules.allows([role], action)}


def everywhere(user: AnyUser, action: str) -> bool:
    """Tell whether a house-wide role allows the action at every centre."""
    return any(at is None and rules.allows([role], action) for role, at in memberships_of(user))


def scope_filter(user: AnyUser, action: str, field: str = "centre_id") -> dict[str, Any] | None:
    """Return filter arguments that keep rows of centres where the action is allowed; {} for all, None for no row."""
    if everywhere(user, action):
        return {}
    ids = centres_where(user, action)
    return {f"{field}__in": ids} if ids else None


def field_class_for(user: AnyUser, record: Any) -> FieldClass | None:
    """Return the highest class of field that a person sees of a child or a volunteer.

    A record names its kind in `RECORD_KIND`, its centre in `centre_id`, and in `is_own(user)` whether it is the
    person's own; the own record is seen up to "sensitive". `relevant_roles(user, roles)`, where a record has it, leaves
    out roles that do not count towards this one record (a guardian's towards another's child).
    """
    if getattr(record, "is_own", None) is not None and record.is_own(user):
        return FieldClass.SENSITIVE
    roles = roles_of(user, record.centre_id)
    if getattr(record, "relevant_roles", None) is not None:
        roles = record.relevant_roles(user, roles)
    return rules.highest_class(record.RECORD_KIND, roles)
