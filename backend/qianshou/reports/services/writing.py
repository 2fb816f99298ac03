"""An import is confirmed and written: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from qianshou.accounts.models import User
from qianshou.core import audit, clock, jobs
from qianshou.core.errors import Conflict
from qianshou.core.models import AuditEntry

from ..models import (
    KNOWN_ALREADY,
    WRITTEN_AS_NEW,
    Import,
    ImportRow,
    ImportState,
    RowMatch,
    RowOutcome,
    RowStatus,
)
from .authorising import authorise, locked
from .collecting import without_cycle_search
from .reading import Progress, Silent
from .targets import target_of

WRITE_JOB = "reports.write_import"
BATCH = 500


def refusal(found: Import, *, leave_out_rejected: bool) -> Conflict | None:
    """Return why an import cannot be written as it stands, or None."""
    rejected = found.counts.get("rows_rejected_count", 0)
    if rejected and not leave_out_rejected:
        return Conflict(
            _("%(count)d rows cannot be imported. Correct them in the file, or leave them out by name.")
            % {"count": rejected},
            code="rows_rejected",
        )
    undecided = ImportRow.objects.filter(source=found, status=RowStatus.ACCEPTED, match=RowMatch.MAYBE).count()
    if undecided:
        return Conflict(
            _("%(count)d rows may be about people whom the house knows. Say of each whether it is the same person.")
            % {"count": undecided},
            code="rows_undecided",
        )
    return None


@transaction.atomic
def confirm_import(found: Import, *, leave_out_rejected: bool, by: User) -> Import:
    """Begin to write an import as a job.

    Raises `Conflict`: `rows_rejected`, `rows_undecided`, `import_not_at_this_step`.
    """
    authorise(by, found.kind, found.centre_id)
    found = locked(found, {ImportState.READY})
    refused = refusal(found, leave_out_rejected=leave_out_rejected)
    if refused is not None:
        raise refused
    found.state, found.leave_out_rejected = ImportState.WRITING, leave_out_rejected
    left_out = list(found.rows.filter(status=RowStatus.REJECTED).values_list("at", flat=True)[:500])
    audit.record("reports.confirm_import", by=by, subject=found, changes={"left_out": left_out})
    found.job = jobs.start(
        WRITE_JOB,
        by=by,
        centre=found.centre,
        payload={"import": found.code},
        title=_("Importing register %(code)s") % {"code": found.code},
    )
    found.save(update_fields=["state", "leave_out_rejected", "job"])
    return found


@without_cycle_search()
def write_import(found: Import, *, by: User | None, progress: Progress | None = None) -> Import:
    """Write a confirmed import; a second call finds it done and changes nothing.

    Raises a `DomainError` when the house changed meanwhile; then call `compare_again`.
    """
    report = progress or Silent()
    rows = list(ImportRow.objects.filter(source=found).order_by("position"))
    for number, row in enumerate(rows):
        row.payload  # noqa: B018 -- decrypts now, while the progress can be seen
        if number % BATCH == 0:
            report.report(_("Preparing rows"), number, len(rows))
    report.report(_("Writing"), 0, len(rows))
    with transaction.atomic():
        found = locked(found, {ImportState.WRITING, ImportState.DONE})
        return found if found.state == ImportState.DONE else write_rows(found, rows, by=by)


@transaction.atomic
def compare_again(found: Import) -> None:
    """Bring an import back to its preview, every open row compared with the house as it is now."""
    found = Import.objects.select_for_update(of=("self",)).select_related("centre").get(pk=found.pk)
    if found.state != ImportState.WRITING:
        return
    rows = list(found.rows.filter(status=RowStatus.ACCEPTED).exclude(match__in=[RowMatch.SAME, RowMatch.DIFFERENT]))
    target = target_of(found)
    for start in range(0, len(rows), BATCH):
        target.match(rows[start : start + BATCH])
    ImportRow.objects.bulk_update(rows, ["match", "matched_id", "differences", "has_differences"], batch_size=BATCH)
    found.state = ImportState.READY
    found.save(update_fields=["state"])


def write_rows(found: Import, rows: list[ImportRow], *, by: User | None) -> Import:
    """Write rows inside the running transaction and remember what each became."""
    target = target_of(found)
    new = [row for row in rows if row.status == RowStatus.ACCEPTED and row.match in WRITTEN_AS_NEW]
    if new:
        for row, made in zip(new, target.create(new, by=by), strict=True):
            row.outcome, row.subject_id = RowOutcome.CREATED, made.pk
    for row in rows:
        if row.outcome != RowOutcome.CREATED:
            _settle(row, target, by)
    if rows and rows[0].pk is not None:
        _save_outcomes(rows)
    else:
        ImportRow.objects.bulk_create(rows, batch_size=BATCH)
    outcomes = Counter(row.outcome for row in rows)
    found.counts = found.counts | {
        "created": outcomes[RowOutcome.CREATED],
        "unchanged": outcomes[RowOutcome.UNCHANGED],
        "updated": outcomes[RowOutcome.UPDATED],
        "left_out": outcomes[RowOutcome.LEFT_OUT],
        "elsewhere": outcomes[RowOutcome.ELSEWHERE],
    }
    found.state, found.written_at, found.written_by = ImportState.DONE, clock.now(), by
    told: dict[str, Any] = {name: found.counts[name] for name in ("created", "unchanged", "updated", "left_out")}
    audit.record("reports.write_import", by=by, subject=found, changes=told)
    found.audit_mark = AuditEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0
    found.save()
    return found


def _settle(row: ImportRow, target: Any, by: User | None) -> None:
    if row.status == RowStatus.REJECTED:
        row.outcome = RowOutcome.LEFT_OUT
    elif row.status == RowStatus.MERGED:
        row.outcome = RowOutcome.MERGED
    elif row.match == RowMatch.ELSEWHERE:
        row.outcome = RowOutcome.ELSEWHERE
    elif row.match in KNOWN_ALREADY and row.ticked:
        row.before = target.update(row, by=by)
        row.outcome, row.subject_id = RowOutcome.UPDATED, row.matched_id
    else:
        row.outcome, row.subject_id = RowOutcome.UNCHANGED, row.matched_id


def _save_outcomes(rows: list[ImportRow]) -> None:
    """One UPDATE per kind of outcome; rows that have a subject or a past of their own are written singly."""
    by_outcome: dict[str, list[int]] = {}
    for row in rows:
        if row.before:
            row.save(update_fields=["outcome", "subject_id", "before"])
        elif row.outcome != RowOutcome.CREATED:
            by_outcome.setdefault(row.outcome, []).append(row.pk)
    for outcome, keys in by_outcome.items():
        for start in range(0, len(keys), BATCH):
            ImportRow.objects.filter(pk__in=keys[start : start + BATCH]).update(outcome=outcome)
    created = [row for row in rows if row.outcome == RowOutcome.CREATED]
    ImportRow.objects.bulk_update(created, ["outcome", "subject_id"], batch_size=200)
