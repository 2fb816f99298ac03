"""What was done, in words: for the history of a pairing and the audit page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from qianshou.core.models import AuditEntry

ACTIONS: dict[str, Any] = {
    "companionship.start_run": _("started a matching run"),
    "companionship.finish_run": _("a matching run was finished"),
    "companionship.accept_proposal": _("accepted the proposal"),
    "companionship.decline_proposal": _("declined a proposal"),
    "companionship.lock_pair": _("wants a pair kept together"),
    "companionship.forbid_pair": _("marked a pair as never together"),
    "companionship.lift_rule": _("lifted a rule for a pair"),
    "companionship.change_weights": _("changed how the home weighs a match"),
    "companionship.withdraw_pairing": _("withdrew the pairing"),
    "companionship.record_pairing": _("wrote down a pairing that existed"),
}

ICONS = {
    "companionship.accept_proposal": "heart-handshake",
    "companionship.record_pairing": "heart-handshake",
    "companionship.withdraw_pairing": "unlink-2",
}


def history_lines(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Return audit entries as the lines of a timeline."""
    return [
        {
            "at": entry.at,
            "title": ACTIONS.get(entry.action, entry.action),
            "by": entry.actor,
            "text": entry.reason,
            "icon": ICONS.get(entry.action, ""),
        }
        for entry in entries
    ]
