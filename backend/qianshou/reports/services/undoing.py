"""A whole import is taken back, as long as nothing was built on it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qianshou.accounts.models import User
from qianshou.core import audit, clock
from qianshou.core.errors import Conflict

from ..models import Import, ImportState, RowOutcome
from .authorising import authorise, locked
from .targets import target_of


@transaction.atomic
def undo_import(found: Import, *, by: User, reason: str = "") -> Import:
    """Take out whom an import brought and give back what it changed.

    Raises `Conflict` (`import_in_use`) with a sentence that names what stands on it.
    """
    authorise(by, found.kind, found.centre_id)
    found = locked(found, {ImportState.DONE})
    target = target_of(found)
    made = found.rows.filter(outcome=RowOutcome.CREATED).values_list("subject_id", flat=True)
    created = [pk for pk in made if pk is not None]
    updated = list(found.rows.filter(outcome=RowOutcome.UPDATED).order_by("position"))
    built = target.built_on(found, [*created, *(row.matched_id for row in updated if row.matched_id is not None)])
    if built:
        raise _in_use(built)
    try:
        with transaction.atomic():
            removed = target.remove(found, created, by=by, reason=f"undo of import {found.code}")
    except Conflict as conflict:
        raise _in_use(conflict.details.get("uses", {})) from conflict
    for row in updated:
        target.restore(row, by=by)
    found.rows.all().delete()  # what was read about people goes with them; counts and places stay
    found.state, found.undone_at, found.undone_by = ImportState.UNDONE, clock.now(), by
    found.save(update_fields=["state", "undone_at", "undone_by"])
    audit.record(
        "reports.undo_import",
        by=by,
        subject=found,
        changes={"removed": removed, "restored": len(updated)},
        reason=reason,
    )
    return found


def _in_use(built: dict[str, int]) -> Conflict:
    parts = [_part(label, count) for label, count in built.items()]
    sentence = _("This import cannot be undone any more: %(uses)s. Take that back first, or change the files singly.")
    return Conflict(sentence % {"uses": _(", ").join(parts)}, code="import_in_use", details={"uses": dict(built)})


def _part(label: str, count: int) -> str:
    texts = {
        "changed_later": ngettext(
            "%(count)d record was worked on since", "%(count)d records were worked on since", count
        ),
        "companionship.pairing": ngettext("%(count)d pairing stands on it", "%(count)d pairings stand on it", count),
        "companionship.proposal": ngettext(
            "%(count)d proposal of a matching stands on it", "%(count)d proposals of a matching stand on it", count
        ),
        "children": ngettext("%(count)d home has children", "%(count)d homes have children", count),
        "volunteers": ngettext("%(count)d home has volunteers", "%(count)d homes have volunteers", count),
        "memberships": ngettext("%(count)d home has staff", "%(count)d homes have staff", count),
    }
    fallback = ngettext("%(count)d other entry stands on it", "%(count)d other entries stand on it", count)
    return str(texts.get(label, fallback) % {"count": count})
