"""Which role may do what and see which class of field: the one table that pages, API, forms and exports obey."""

from __future__ import annotations

from collections.abc import Iterable

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
    "pairings.view": STAFF | {Role.SUPERVISOR, Role.VOLUNTEER, Role.GUARDIAN},
    "pairings.change": frozenset({Role.MANAGER}),
    "calendar.view": frozenset(Role),
    "calendar.change": frozenset({Role.ADMINISTRATOR}),
    "audit.view": frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.MANAGER}),
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
