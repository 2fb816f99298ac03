"""Roles are given and end here."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qianshou.core import audit, clock
from qianshou.core.errors import Conflict, Invalid, NotAllowed

from .. import queries, rules
from ..models import Membership, User
from ..rules import Role

if TYPE_CHECKING:
    from qianshou.centres.models import Centre


def require_administrator(by: User | None) -> None:
    """Refuse anybody who may not manage people; None is the machine itself (commands).

    Raises
    ------
    NotAllowed
        When the person's roles do not allow it.
    """
    if by is not None and not queries.may(by, "members.change"):
        raise NotAllowed(_("Only an administrator gives and ends roles."))


@transaction.atomic
def grant_membership(
    user: User,
    role: Role,
    *,
    by: User | None,
    centre: Centre | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    reason: str = "",
) -> Membership:
    """Give a person a role at a centre (or in the whole house) for a time; `by=None` is a command.

    Raises
    ------
    NotAllowed
        When the actor may not give roles.
    Invalid
        When role and centre do not fit together, or the days are in the wrong order.
    Conflict
        When the person holds this role there in that time already.
    """
    require_administrator(by)
    valid_from = valid_from or clock.today()
    problem = rules.centre_problem(role, centre is not None)
    if problem == "needed":
        raise Invalid(_("This role belongs to a home."), fields={"centre": _("Choose the home of this role.")})
    if problem:
        raise Invalid(
            _("An administrator serves the whole house."),
            fields={"centre": _("Leave the home empty: an administrator serves the whole house.")},
        )
    if valid_to is not None and valid_to < valid_from:
        raise Invalid(_("The last day is before the first."), fields={"valid_to": _("Choose a later last day.")})
    User.objects.select_for_update().get(pk=user.pk)
    held = Membership.objects.filter(user=user, role=role, centre=centre, ended_at__isnull=True)
    held = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from))
    if valid_to is not None:
        held = held.filter(valid_from__lte=valid_to)
    if held.exists():
        raise Conflict(_("This person holds this role there in that time already."), code="membership_exists")
    made = Membership.objects.create(user=user, role=role, centre=centre, valid_from=valid_from, valid_to=valid_to)
    audit.record(
        "accounts.grant_membership",
        by=by,
        subject=user,
        centre=centre,
        changes={"role": role, "from": str(valid_from), "to": str(valid_to or "")},
        reason=reason,
    )
    return made


@transaction.atomic
def end_membership(membership: Membership, *, by: User | None, reason: str = "") -> Membership:
    """End a role now; what it opened is closed with the person's next request.

    Raises
    ------
    NotAllowed
        When the actor may not end roles.
    Conflict
        When it has ended already, or nobody would be left to administer the house.
    """
    require_administrator(by)
    row = Membership.objects.select_for_update(of=("self",)).select_related("user", "centre").get(pk=membership.pk)
    if row.ended_at is not None or (row.valid_to is not None and row.valid_to < clock.today()):
        raise Conflict(_("This role has ended already."), code="membership_ended")
    if row.role == Role.ADMINISTRATOR and not _other_administrators(row).exists():
        raise Conflict(_("Somebody must stay to administer the house."), code="last_administrator")
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    audit.record(
        "accounts.end_membership",
        by=by,
        subject=row.user,
        centre=row.centre,
        changes={"role": row.role},
        reason=reason,
    )
    return row


def _other_administrators(row: Membership) -> QuerySet[Membership]:
    current = (
        Membership.objects.select_for_update(of=("self",))
        .current()
        .filter(role=Role.ADMINISTRATOR, user__is_active=True)
    )
    return current.exclude(user_id=row.user_id)
