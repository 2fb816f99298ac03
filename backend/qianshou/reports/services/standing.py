"""What was built on the people whom an import brought."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Model

from qianshou.core.models import AuditEntry

from ..models import Import

CHANGED_LATER = "changed_later"
IN_QUERY = 500


def later_changes(found: Import, model: type[Model], ids: Sequence[int]) -> dict[str, int]:
    """Return how many of the records were worked on since the import was written."""
    changed: set[int | None] = set()
    for start in range(0, len(ids), IN_QUERY):
        entries = AuditEntry.objects.filter(
            pk__gt=found.audit_mark,
            subject_type=model._meta.label_lower,
            subject_id__in=ids[start : start + IN_QUERY],
        ).values_list("subject_id", flat=True)
        changed.update(pk for pk in entries if pk is not None)
    return {CHANGED_LATER: len(changed)} if changed else {}
