"""The outcome of a reading as the JSON that people and programs compare (``fixtures/registers/expected``)."""

from typing import Any

from qianshou.reports.registers.reading import ACCEPTED, MERGED, Outcome
from qianshou.reports.registers.rowcheck import REJECTED


def as_report(outcome: Outcome, file_name: str) -> dict[str, Any]:
    """The report of an outcome; its keys are described in the data's README."""
    kind = outcome.kind
    return {
        "file": file_name,
        "kind": kind.name,
        "as_of": outcome.as_of.isoformat(),
        "file_error": outcome.file_error,
        "rows_total": outcome.rows_total,
        "rows_accepted": outcome.status_counts[ACCEPTED],
        "rows_rejected_count": outcome.status_counts[REJECTED],
        "rows_merged": outcome.status_counts[MERGED],
        **{name: outcome.counters[name] for name in kind.counters},
        "rejected": [{"at": issue.at, "code": issue.code} for issue in outcome.rejected],
        "warnings": [{"at": issue.at, "code": issue.code} for issue in outcome.warnings],
        "duplicates": [{"at": twin.at, "of": twin.of, "kind": twin.kind} for twin in outcome.duplicates],
        "ignored": [{"at": at, "why": why} for at, why in outcome.ignored],
        "notices": [{"at": notice.at, "code": notice.code} for notice in outcome.notices],
        "records": [{"at": at, **kind.report_record(record)} for at, record in outcome.records],
    }
