"""The file of an import becomes rows; rows are compared with what the house knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol, cast

from django.db import transaction
from django.utils.translation import gettext as _

from qianshou.core import audit, clock
from qianshou.core.files import open_file

from ..models import Import, ImportRow, ImportState, RowMatch, RowStatus
from ..registers.headers import ColumnProposal
from ..registers.limits import FileRefused
from ..registers.reading import KINDS, Examination, Outcome, RowResult, survey
from ..registers.report import as_report
from .targets import target_of

BATCH = 500
URGENT_CODES = frozenset({"guardian_missing"})


class Progress(Protocol):
    """What a long work reports through (`core.jobs.Progress`)."""

    def report(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say where the work stands."""


class Silent:
    """Reports to nobody."""

    def report(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say nothing."""


def read_import(found: Import, progress: Progress | None = None) -> Import:
    """Read the stored file of an import and make its preview; safe to run again from the start."""
    if found.file is None:
        raise LookupError(f"import {found.code} has no file")
    with open_file(found.file) as stream:
        return read_stream(found, cast(BinaryIO, stream), progress or Silent())


def read_stream(found: Import, stream: BinaryIO, progress: Progress) -> Import:
    """Read a register row by row into an import; at most a batch of rows is held at a time."""
    progress.report(_("Looking at the file"))
    ImportRow.objects.filter(source=found).delete()
    kind = KINDS[found.kind]
    try:
        seen = survey(stream, kind, found.corrections or None)
        found.as_of = found.given_as_of or seen.filed_on or clock.today()
        found.columns = {sheet: [_column(one) for one in columns] for sheet, columns in seen.mapping().items()}
        examination = Examination(seen, found.as_of, keep_records=False)
        with _batches(found) as add:
            for position, result in enumerate(examination):
                add(row_of(found, position, result))
                if position % BATCH == 0:
                    progress.report(_("Reading rows"), position)
        outcome = examination.outcome
    except FileRefused as refusal:
        ImportRow.objects.filter(source=found).delete()
        found.as_of = found.given_as_of or found.as_of or clock.today()
        outcome = Outcome(kind, found.as_of, file_error=refusal.code)
    return _finish(found, outcome)


def _column(proposal: ColumnProposal) -> dict[str, object]:
    return {
        "letters": proposal.letters,
        "title": proposal.title[:100],
        "identifier": proposal.identifier,
        "suggestion": proposal.suggestion,
        "confidence": round(proposal.confidence, 2),
        "is_hidden": proposal.is_hidden,
    }


def row_of(found: Import, position: int, result: RowResult) -> ImportRow:
    """Return the unsaved row of an import for a row that was read."""
    codes = [issue.code for issue in result.issues]
    return ImportRow(
        source=found,
        position=position,
        sheet=result.sheet[:80],
        number=result.number,
        at=result.at[:120],
        status=result.status,
        has_warnings=any(issue.level == "warning" for issue in result.issues),
        is_urgent=not URGENT_CODES.isdisjoint(codes),
        codes=codes,
        payload={
            "record": result.record,
            "cells": result.cells,
            "issues": [
                {
                    "at": issue.at,
                    "code": issue.code,
                    "level": issue.level,
                    "identifier": issue.identifier,
                    "found": issue.found,
                }
                for issue in result.issues
            ],
            "twin": result.duplicate.of if result.duplicate else "",
        },
    )


@contextmanager
def _batches(found: Import) -> Iterator[Callable[[ImportRow], None]]:
    """Collect rows, compare and keep them a batch at a time."""
    waiting: list[ImportRow] = []
    target = target_of(found)

    def flush() -> None:
        accepted = [row for row in waiting if row.status == RowStatus.ACCEPTED]
        target.match(accepted)
        with transaction.atomic():
            ImportRow.objects.bulk_create(waiting, batch_size=BATCH)
        waiting.clear()

    def add(row: ImportRow) -> None:
        waiting.append(row)
        if len(waiting) >= BATCH:
            flush()

    yield add
    if waiting:
        flush()


@transaction.atomic
def _finish(found: Import, outcome: Outcome) -> Import:
    found.report = as_report(outcome, "") | {"records": []}
    found.file_error = outcome.file_error or ""
    found.frame = outcome.frame
    found.state = ImportState.REFUSED if outcome.file_error else ImportState.READY
    found.counts = {
        name: found.report[name] for name in ("rows_total", "rows_accepted", "rows_rejected_count", "rows_merged")
    }
    found.counts |= {
        name: ImportRow.objects.filter(source=found, match=match).count()
        for name, match in (("new", RowMatch.NEW), ("known", RowMatch.KNOWN), ("undecided", RowMatch.MAYBE))
    }
    found.save(update_fields=["as_of", "columns", "report", "file_error", "frame", "state", "counts"])
    audit.record("reports.read_register", by=None, subject=found, changes={"rows": outcome.rows_total})
    return found
