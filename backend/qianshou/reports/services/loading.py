"""A register is imported in one go, without a person in between (the command)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction

from qianshou.accounts.models import User
from qianshou.centres.models import Centre
from qianshou.core import clock
from qianshou.core.errors import DomainError

from ..models import Import, ImportRow, ImportState, RowMatch, RowStatus
from ..registers.reading import KINDS, Outcome, RowResult, read_register
from ..registers.report import as_report
from .authorising import authorise
from .collecting import without_cycle_search
from .reading import BATCH, row_of
from .targets import target_of
from .writing import write_rows


@dataclass
class Loaded:
    """What became of a register: its report, and the import when something was (or would be) written."""

    report: dict[str, Any]
    found: Import | None = None
    problem: DomainError | None = None


@without_cycle_search()
def import_file(
    stream: BinaryIO,
    file_name: str,
    *,
    kind: str,
    centre: Centre | None,
    as_of: date | None = None,
    leave_out_rejected: bool = False,
    dry_run: bool = False,
    by: User | None = None,
) -> Loaded:
    """Read a register and write it at once: everybody who is new, nobody who is known.

    A person who may be known (same name and birth date, one identity number missing) is not written. Nothing is
    written while a row is rejected, unless rejected rows are left out.
    """
    authorise(by, kind, centre)
    found = Import(kind=kind, centre=centre, file_name=file_name[:200], given_as_of=as_of, created_by=by)
    rows: list[ImportRow] = []

    def keep(result: RowResult) -> None:
        rows.append(row_of(found, len(rows), result))

    outcome = read_register(stream, KINDS[kind], as_of, today=clock.today(), on_row=keep)
    report = as_report(outcome, file_name)
    if outcome.file_error or (report["rows_rejected_count"] and not leave_out_rejected):
        return Loaded(report)
    _describe(found, outcome, report, leave_out_rejected)
    _match(found, rows)
    if dry_run:
        return Loaded(report, found)
    with transaction.atomic():
        found.save()
        for row in rows:
            row.source = found
        write_rows(found, rows, by=by)
    return Loaded(report, found)


def _describe(found: Import, outcome: Outcome, report: dict[str, Any], leave_out_rejected: bool) -> None:
    found.as_of = outcome.as_of
    found.report = report | {"records": [], "file": ""}
    found.frame = outcome.frame
    found.leave_out_rejected = leave_out_rejected
    found.state = ImportState.WRITING
    names = ("rows_total", "rows_accepted", "rows_rejected_count", "rows_merged")
    found.counts = {name: report[name] for name in names}


def _match(found: Import, rows: list[ImportRow]) -> None:
    target = target_of(found)
    accepted = [row for row in rows if row.status == RowStatus.ACCEPTED]
    for start in range(0, len(accepted), BATCH):
        target.match(accepted[start : start + BATCH])
    counts = {
        match: sum(row.match == match for row in accepted) for match in (RowMatch.NEW, RowMatch.KNOWN, RowMatch.MAYBE)
    }
    found.counts |= {"new": counts[RowMatch.NEW], "known": counts[RowMatch.KNOWN], "undecided": counts[RowMatch.MAYBE]}
