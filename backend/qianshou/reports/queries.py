"""Named reads of imports and their rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from qianshou.accounts.queries import AnyUser, may, roles_of
from qianshou.centres.models import Centre

from . import rules
from .models import Import, ImportRow, RowMatch, RowStatus

ROW_FILTERS = ("all", "rejected", "warnings", "urgent", "undecided", "changed", "known", "new")


def for_list(imports: QuerySet[Import]) -> QuerySet[Import]:
    """Bring along what a row of the list shows."""
    return imports.select_related("centre", "created_by").defer("report", "columns", "frame")


def may_run(user: AnyUser, found: Import) -> bool:
    """Tell whether a person may decide about an import."""
    return may(user, rules.action_to_run(found.kind), found.centre_id)


def sees_values(user: AnyUser, found: Import) -> bool:
    """Tell whether a person may see the values in the cells of an import."""
    return rules.sees_values(found.kind, roles_of(user, found.centre_id))


def centres_to_import_into(user: AnyUser) -> QuerySet[Centre]:
    """Return the centres for which a person may import children and volunteers."""
    return Centre.objects.where_may(user, "imports.run").filter(is_active=True)


def rows_shown(found: Import, which: str) -> QuerySet[ImportRow]:
    """Return the rows of a filter of the preview, the urgent ones first."""
    rows = found.rows.order_by("-is_urgent", "position")
    conditions = {
        "rejected": Q(status=RowStatus.REJECTED),
        "warnings": Q(has_warnings=True),
        "urgent": Q(is_urgent=True),
        "undecided": Q(match=RowMatch.MAYBE, status=RowStatus.ACCEPTED),
        "changed": Q(status=RowStatus.ACCEPTED, has_differences=True),
        "known": Q(status=RowStatus.ACCEPTED, match__in=[RowMatch.KNOWN, RowMatch.SAME]),
        "new": Q(status=RowStatus.ACCEPTED, match__in=[RowMatch.NEW, RowMatch.DIFFERENT]),
    }
    return rows.filter(conditions[which]) if which in conditions else rows


def row_counts(found: Import) -> dict[str, int]:
    """Return how many rows each filter of the preview shows."""
    return {which: rows_shown(found, which).count() for which in ROW_FILTERS}


def undecided(found: Import) -> QuerySet[ImportRow]:
    """Return the rows about somebody who may be known, on which nobody has decided."""
    return rows_shown(found, "undecided").order_by("position")


def report_of(found: Import, *, with_records: bool) -> dict[str, Any]:
    """Return the report in its published shape; records only for those who may see values."""
    report = dict(found.report)
    if with_records:
        report["records"] = records_of(found.rows.filter(status=RowStatus.ACCEPTED).order_by("position"), found.kind)
        report["file"] = found.file_name
    return report


def records_of(rows: Iterable[ImportRow], kind: str) -> list[dict[str, Any]]:
    """Return the normalised values of rows as the report shows them."""
    from .registers.reading import KINDS

    shape = KINDS[kind].report_record
    return [{"at": row.at, **shape(row.payload["record"])} for row in rows]
