"""Writes what happened, in the transaction in which it happened."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from .models import AuditEntry

if TYPE_CHECKING:
    from qianshou.accounts.models import User

_words: dict[str, Any] = {}

request_id: ContextVar[str] = ContextVar("qianshou_request_id", default="")


def entry(
    action: str,
    *,
    by: User | None,
    subject: models.Model | None = None,
    centre: models.Model | None = None,
    changes: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Return an unsaved audit entry (for services that write many at once)."""
    if centre is None and subject is not None:
        centre_id = subject.pk if subject._meta.label == "centres.Centre" else getattr(subject, "centre_id", None)
    else:
        centre_id = centre.pk if centre is not None else None
    return AuditEntry(
        action=action,
        actor=by,
        centre_id=centre_id,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        subject_code=str(getattr(subject, "code", "") or "") if subject is not None else "",
        changes=changes or {},
        reason=reason,
        request_id=request_id.get(),
    )


def record(
    action: str,
    *,
    by: User | None,
    subject: models.Model | None = None,
    centre: models.Model | None = None,
    changes: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write one audit entry inside the running transaction.

    Parameters
    ----------
    action
        `app.verb_noun`, for example `children.register_child`.
    changes
        Names of changed fields, and values only of fields classed "internal" or lower.

    Raises
    ------
    RuntimeError
        When no transaction is open: what happened and its audit must stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{action}: an audit entry needs the transaction of the action")
    made = entry(action, by=by, subject=subject, centre=centre, changes=changes, reason=reason)
    made.save(force_insert=True)
    return made


def describe(words: dict[str, Any]) -> None:
    """Say in words what actions are (`{"children.register_child": _("registered a child")}`); for the audit page."""
    _words.update(words)


def words_for(action: str) -> Any:
    """Return the words of an action, its code when nobody described it."""
    return _words.get(action, action)


def described() -> list[tuple[str, Any]]:
    """Return all actions that have words, for the filter of the audit page."""
    return sorted(_words.items(), key=lambda pair: str(pair[1]))
