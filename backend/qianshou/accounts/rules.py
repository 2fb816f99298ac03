"""Which role may do what and see which class of field: the one table that pages, API, forms and exports obey."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from qianshou.core.fieldclasses import FieldClass


class Role(TextChoices):
    """What a person is in the house (requirements, "Roles")."""

    ADMINISTRATOR = "administrator", _("Administrator")
    SUPERVISOR = "supervisor", _("Supervisor")
    MANAGER = "manager", _("Centre manager")
    WORKER = "worker", _("Centre worker")
    COUNSELLOR = "counsellor", _("Counsellor")
    VOLUNTEER = "volunteer", _("Volunteer")
    DONOR = "donor", _("Donor")
    GUARDIAN = "guardian", _("Guardian")
    PARENT = "parent", _("Parent")


STAFF = frozenset({Role.MANAGER, Role.WORKER, Role.COUNSELLOR})
"""Roles that work inside a centre."""

SEES_CHILDREN = STAFF | {Role.SUPERVISOR, Role.VOLUNTEER, Role.GUARDIAN}
"""Roles that can meet data about a child; they need a second factor in production (design 3.14)."""

ACTIONS: dict[str, frozenset[Role]] = {
    "centres.view": frozenset(Role),
    "centres.change": frozenset({Role.ADMINISTRATOR, Role.MANAGER}),
    "centres.add": frozenset({Role.ADMINISTRATOR}),
    "children.list": STAFF | {Role.SUPERVISOR},
    "children.view": STAFF | {Role.SUPERVISOR, Role.GUARDIAN, Role.VOLUNTEER},
    "children.change": frozenset({Role.MANAGER, Role.WORKER}),
    "children.reveal": frozenset({Role.MANAGER, Role.COUNSELLOR}),
    "volunteers.list": STAFF | {Role.SUPERVISOR},
    "volunteers.view": STAFF | {Role.SUPERVISOR, Role.VOLUNTEER},
    "volunteers.change": frozenset({Role.MANAGER}),
    "volunteers.reveal": frozenset({Role.MANAGER}),
    "volunteers.record_check": frozenset({Role.MANAGER}),
    "volunteers.change_own": frozenset({Role.VOLUNTEER}),
    "imports.view": frozenset({Role.MANAGER, Role.ADMINISTRATOR, Role.SUPERVISOR}),
    "imports.run": frozenset({Role.MANAGER}),
    "imports.run_centres": frozenset({Role.ADMINISTRATOR}),
    "matching.view": frozenset({Role.MANAGER, Role.WORKER, Role.SUPERVISOR}),
    "matching.run": frozenset({Role.MANAGER}),
    "pairings.list": STAFF | {Role.SUPERVISOR},
    "pairings.view": STAFF | {Role.SUPERVISOR, Role.VOLUNTEER, Role.GUARDIAN},
    "pairings.change": frozenset({Role.MANAGER}),
    "calendar.view": frozenset(Role),
    "calendar.change": frozenset({Role.ADMINISTRATOR}),
    "audit.view": frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.MANAGER}),
    "obligations.view": frozenset({Role.ADMINISTRATOR}),
    "jobs.view": frozenset({Role.ADMINISTRATOR, Role.MANAGER}),
    "reads.view": frozenset({Role.MANAGER, Role.SUPERVISOR}),
    "members.change": frozenset({Role.ADMINISTRATOR}),
}
"""Action -> roles that may do it, each inside the centres of its memberships."""

FIELD_ACCESS: dict[str, dict[Role, FieldClass]] = {
    "child": {
        Role.MANAGER: FieldClass.SENSITIVE,
        Role.COUNSELLOR: FieldClass.SENSITIVE,
        Role.WORKER: FieldClass.PERSONAL,
        Role.SUPERVISOR: FieldClass.PERSONAL,
        Role.GUARDIAN: FieldClass.PERSONAL,
        Role.VOLUNTEER: FieldClass.INTERNAL,
    },
    "volunteer": {
        Role.MANAGER: FieldClass.SENSITIVE,
        Role.WORKER: FieldClass.PERSONAL,
        Role.COUNSELLOR: FieldClass.PERSONAL,
        Role.SUPERVISOR: FieldClass.PERSONAL,
        Role.GUARDIAN: FieldClass.PUBLIC,
        Role.VOLUNTEER: FieldClass.INTERNAL,
    },
}
"""Kind of record -> role -> highest class of field it sees. A role that is not named sees nothing of it.

A volunteer sees the own record whole (`queries.field_class_for`); of others, and of a paired child, only what the
work together needs.
"""


def allows(roles: Iterable[Role], action: str) -> bool:
    """Tell whether any of the roles may do the action.

    Raises
    ------
    KeyError
        When the action is not in the table: a misspelt permission must not look like a refusal.
    """
    return not ACTIONS[action].isdisjoint(roles)


def highest_class(kind: str, roles: Iterable[Role]) -> FieldClass | None:
    """Return the highest class of field that the roles together see of a kind of record, or None for nothing."""
    table = FIELD_ACCESS[kind]
    return max((table[role] for role in roles if role in table), default=None)


HOUSE_WIDE = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.DONOR})
"""Roles that may be held without a centre; an administrator always is."""

NEEDS_SECOND_FACTOR = SEES_CHILDREN | {Role.ADMINISTRATOR}
"""Roles that must sign in with a second factor where `MFA_REQUIRED` is set: an administrator hands out roles."""

FAILURES_FREE = 4
FAILURE_MEMORY = timedelta(hours=24)
FAILURE_WAITS = ((5, timedelta(minutes=1)), (8, timedelta(minutes=5)), (11, timedelta(minutes=15)))
LONGEST_WAIT = timedelta(hours=1)
ADDRESS_FAILURES = 60
ADDRESS_WINDOW = timedelta(minutes=15)

SIGNED_IN_LATELY = timedelta(minutes=5)
"""Within this time after a sign-in a delicate step does not ask for the password once more."""

TOKEN_HOURS = 24
LONGEST_TOKEN = timedelta(days=365)


def wait_after_failures(failures: int) -> timedelta:
    """Return how long a name at an address waits after its n-th wrong password within `FAILURE_MEMORY`."""
    if failures <= FAILURES_FREE:
        return timedelta(0)
    if failures >= 14:
        return LONGEST_WAIT
    return max(wait for count, wait in FAILURE_WAITS if failures >= count)


def needs_second_factor(roles: Iterable[Role]) -> bool:
    """Tell whether a person with these roles needs a second factor where the house asks for one."""
    return not NEEDS_SECOND_FACTOR.isdisjoint(roles)


def centre_problem(role: Role, has_centre: bool) -> str:
    """Return `needed`, `not_possible` or an empty text: whether a role fits with or without a centre."""
    if role == Role.ADMINISTRATOR:
        return "not_possible" if has_centre else ""
    return "" if has_centre or role in HOUSE_WIDE else "needed"


def session_ended(now: float, *, started: float, seen: float, idle: int, longest: int) -> str:
    """Return `idle`, `longest` or an empty text: why a session has ended (all in seconds)."""
    if now - started > longest:
        return "longest"
    return "idle" if now - seen > idle else ""
