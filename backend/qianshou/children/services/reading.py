"""A child's file is opened: the entry in the read log stands in the transaction of the read (S02, R-P4, G5)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.accounts.queries import field_class_for
from qianshou.core import readlog
from qianshou.core.errors import Invalid, NotAllowed
from qianshou.core.fieldclasses import FieldClass

from ..models import Child

REVEALABLE = frozenset({"national_id", "current_address", "hukou_address", "guardian", "relatives", "health"})
SHORTEST_REASON = 2


def open_file(child: Child, *, by: User, fields: Iterable[str], purpose: str) -> None:
    """Write down that a person opens a child's file; call it inside the transaction in which the fields are read."""
    readlog.record_read(by=by, subject=child, fields=fields, purpose=purpose)


@transaction.atomic
def reveal_fields(child: Child, part: str, *, by: User, reason: str) -> None:
    """Let a person see one masked part of a file in full, with the reason in the read log (S40).

    Raises `Invalid` without a reason, `NotAllowed` where the class of the field is above the person's.
    """
    if part not in REVEALABLE:
        raise Invalid(_("There is nothing to show."), fields={"part": _("There is nothing to show.")})
    if (field_class_for(by, child) or FieldClass.PUBLIC) < FieldClass.SENSITIVE:
        raise NotAllowed(_("Your role does not show this. Ask the manager of the home."))
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(_("Say what you need it for."), fields={"reason": _("Say what you need it for.")})
    readlog.record_read(by=by, subject=child, fields=[part], purpose=reason.strip())
