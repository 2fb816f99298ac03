"""Rules for pairs: kept together or never together, until somebody lifts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from qianshou.children.models import Child
from qianshou.companionship.models import Pairing, PairRule, PairRuleKind
from qianshou.core import audit, clock
from qianshou.core.errors import Conflict
from qianshou.volunteers.models import Volunteer

from .permission import require

if TYPE_CHECKING:
    from qianshou.accounts.models import User


def lock_pair(child: Child, volunteer: Volunteer, *, by: User, reason: str = "") -> PairRule:
    """Keep a pair together: every later run proposes it while the rules allow it.

    Raises
    ------
    NotAllowed
    """
    return _make(child, volunteer, PairRuleKind.LOCK, by=by, reason=reason)


def forbid_pair(child: Child, volunteer: Volunteer, *, by: User, reason: str = "") -> PairRule:
    """Never put these two together; a rule that kept them together ends.

    Raises
    ------
    NotAllowed
    Conflict
        When they are a pair now: that must be ended first, with its own reason.
    """
    if Pairing.objects.open().filter(child=child, volunteer=volunteer).exists():
        raise Conflict(
            _("The two are a pair now. Withdraw the pairing first, then mark them as never together."),
            code="already_paired",
        )
    return _make(child, volunteer, PairRuleKind.FORBID, by=by, reason=reason)


def _make(child: Child, volunteer: Volunteer, kind: PairRuleKind, *, by: User, reason: str) -> PairRule:
    require(by, "matching.run", child.centre_id)
    with transaction.atomic():
        standing = PairRule.objects.in_force().select_for_update().filter(child=child, volunteer=volunteer).first()
        if standing is not None and standing.kind == kind:
            return standing
        if standing is not None:
            _lift(standing, by=by)
        rule = PairRule(
            centre_id=child.centre_id,
            child=child,
            volunteer=volunteer,
            kind=kind,
            reason=" ".join(reason.split())[:200],
            made_by=by,
        )
        try:
            with transaction.atomic():
                rule.save()
        except IntegrityError as error:
            raise Conflict(
                _("Somebody else has just decided about these two. Load the page again."), code="decided_meanwhile"
            ) from error
        audit.record(
            f"companionship.{kind}_pair",
            by=by,
            subject=rule,
            changes={"child": child.code, "volunteer": volunteer.code},
            reason=rule.reason,
        )
    return rule


def lift_rule(rule: PairRule, *, by: User) -> PairRule:
    """End a rule for a pair; lifting it twice is no error.

    Raises
    ------
    NotAllowed
    """
    require(by, "matching.run", rule.centre_id)
    with transaction.atomic():
        rule = PairRule.objects.select_for_update().get(pk=rule.pk)
        if rule.lifted_at is None:
            _lift(rule, by=by)
    return rule


def _lift(rule: PairRule, *, by: User) -> None:
    rule.lifted_at, rule.lifted_by = clock.now(), by
    rule.save(update_fields=["lifted_at", "lifted_by"])
    audit.record("companionship.lift_rule", by=by, subject=rule, changes={"kind": rule.kind})
