"""Reads of roles and memberships; the answers are kept on the user object for one request."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, QuerySet

from qianshou.core import clock
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.models import AuditEntry

from . import rules
from .models import ApiToken, Membership, User
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


def centres_of(user: AnyUser) -> set[int]:
    """Return the ids of the centres at which a person holds a role today."""
    return {at for _, at in memberships_of(user) if at is not None}


def has_role(user: AnyUser, *roles: Role, centre: Centre | int | None = None) -> bool:
    """Tell whether a person holds one of the roles (at a centre, or anywhere)."""
    return not roles_of(user, centre).isdisjoint(roles)


def has_second_factor(user: User) -> bool:
    """Tell whether a person has set up an authenticator app or a passkey."""
    return bool(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def must_have_second_factor(user: User) -> bool:
    """Tell whether the house asks this person for a second factor."""
    return bool(settings.MFA_REQUIRED and rules.needs_second_factor(roles_of(user)))


def lacks_second_factor(user: AnyUser) -> bool:
    """Tell whether a person must still set up a second factor before anything else."""
    return user.is_authenticated and must_have_second_factor(user) and not has_second_factor(user)


def token_digest(secret: str) -> str:
    """Return what is kept of a token: its digest (the token itself is random and long)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def valid_token(secret: str) -> ApiToken | None:
    """Return the token with its person when it may be used now."""
    found = ApiToken.objects.select_related("user").filter(digest=token_digest(secret)).first()
    if found is None or found.revoked_at is not None or found.expires_at <= clock.now() or not found.user.is_active:
        return None
    return found


def valid_tokens_of(user: User) -> QuerySet[ApiToken]:
    """Return the tokens of a person that work now."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=clock.now())


def tokens_of(user: User) -> list[ApiToken]:
    """Return the tokens of a person, newest first, each with `works` set."""
    now = clock.now()
    rows = list(ApiToken.objects.filter(user=user)[:100])
    for row in rows:
        row.works = row.revoked_at is None and row.expires_at > now  # type: ignore[attr-defined]  # for the page
    return rows


def memberships_with_centres(user: User) -> QuerySet[Membership]:
    """Return the roles of a person today, with their centres."""
    return Membership.objects.current().filter(user=user).select_related("centre").order_by("role", "centre__code")


def past_memberships(user: User) -> QuerySet[Membership]:
    """Return the roles of a person that have ended or have not begun."""
    current = Membership.objects.current().filter(user=user).values("pk")
    return Membership.objects.filter(user=user).exclude(pk__in=current).select_related("centre").order_by("-valid_from")


PEOPLE_ORDERS = {
    "name": "display_name",
    "-name": "-display_name",
    "last_login": "last_login",
    "-last_login": "-last_login",
}


def people_with_roles(order: str = "") -> QuerySet[User]:
    """Return everybody with an account, with the roles they hold today as `roles_today`."""
    held = Membership.objects.current().select_related("centre").order_by("role")
    rows = User.objects.prefetch_related(Prefetch("memberships", queryset=held, to_attr="roles_today"))
    return rows.order_by(PEOPLE_ORDERS.get(order, "display_name"), "pk")


def session_count(user: User) -> int:
    """Return how many sessions of a person are known."""
    return int(UserSession.objects.filter(user=user).count())


def history_of(user: User) -> QuerySet[AuditEntry]:
    """Return what happened to an account, newest first."""
    return AuditEntry.objects.filter(subject_type="accounts.user", subject_id=user.pk).select_related("actor")[:50]
