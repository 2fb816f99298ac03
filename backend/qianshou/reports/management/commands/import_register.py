"""`import_register`: a register into the house, from the command line."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from qianshou.centres.models import Centre
from qianshou.core.errors import DomainError
from qianshou.reports.messages import message_for
from qianshou.reports.models import ImportKind
from qianshou.reports.services import import_file

IMPORTED, ROWS_REJECTED, FILE_UNUSABLE = 0, 1, 2


class Command(BaseCommand):
    """Import a register of homes, children or volunteers.

    Exit status: 0 imported (or would be), 1 rows rejected and nothing written, 2 file not usable.
    """

    help = "Import a register of homes, children or volunteers (.xlsx, .xls, .csv)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Describe the command line."""
        parser.add_argument("kind", choices=ImportKind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument("--centre", help="code of the home; needed for children and volunteers")
        parser.add_argument("--as-of", type=dt.date.fromisoformat, help="ages and checks are judged on this day")
        parser.add_argument("--dry-run", action="store_true", help="read and check, write nothing")
        parser.add_argument("--leave-out-rejected", action="store_true", help="write the good rows only")
        parser.add_argument("--report", type=Path, help="write the report as JSON to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, write, and say what happened."""
        path: Path = options["file"]
        centre = self._centre(options["kind"], options["centre"])
        try:
            with path.open("rb") as stream:
                loaded = import_file(
                    stream,
                    path.name,
                    kind=options["kind"],
                    centre=centre,
                    as_of=options["as_of"],
                    leave_out_rejected=options["leave_out_rejected"],
                    dry_run=options["dry_run"],
                )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=FILE_UNUSABLE) from error
        except DomainError as error:
            raise CommandError(str(error.message), returncode=ROWS_REJECTED) from error
        if options["report"]:
            text = json.dumps(loaded.report, ensure_ascii=False, indent=1)
            options["report"].write_text(text + "\n", encoding="utf-8")
        self._tell(loaded.report)
        if loaded.report["file_error"]:
            raise SystemExit(FILE_UNUSABLE)
        if loaded.found is None:
            self.stderr.write(_("Nothing was written. Correct the rows, or use --leave-out-rejected."))
            raise SystemExit(ROWS_REJECTED)
        self._tell_result(loaded.found.counts, dry_run=options["dry_run"])

    def _centre(self, kind: str, code: str | None) -> Centre | None:
        if kind == ImportKind.CENTRES:
            return None
        if code:
            centre = Centre.objects.filter(code__iexact=code).first()
            if centre is None:
                known = ", ".join(Centre.objects.values_list("code", flat=True)[:30]) or "-"
                message = _("There is no home with the code %(code)s. Known: %(known)s")
                raise CommandError(message % {"code": code, "known": known}, returncode=FILE_UNUSABLE)
            return centre
        centres = list(Centre.objects.filter(is_active=True)[:2])
        if len(centres) == 1:
            return centres[0]
        message = (
            _("Say into which home with --centre CODE.")
            if centres
            else _("There is no home yet. Import the homes first.")
        )
        raise CommandError(message, returncode=FILE_UNUSABLE)

    def _tell(self, report: dict[str, Any]) -> None:
        if report["file_error"]:
            message = message_for(report["file_error"])
            self.stderr.write(f"{report['file_error']}: {message.text} {message.expected}")
            return
        for found, rejected in ((report["rejected"], True), (report["warnings"], False)):
            for issue in found:
                message = message_for(issue["code"], rejected=rejected)
                write = self.stderr.write if rejected else self.stdout.write
                write(f"{issue['at']} {issue['code']}: {message.text} {message.expected}".rstrip())
        for notice in report["notices"]:
            self.stdout.write(f"{notice['at']} {notice['code']}: {message_for(notice['code']).text}")
        line = _("%(total)d rows: %(accepted)d accepted, %(rejected)d rejected, %(merged)d merged")
        self.stdout.write(
            line
            % {
                "total": report["rows_total"],
                "accepted": report["rows_accepted"],
                "rejected": report["rows_rejected_count"],
                "merged": report["rows_merged"],
            }
        )

    def _tell_result(self, counts: dict[str, int], *, dry_run: bool) -> None:
        if dry_run:
            line = _("%(new)d new, %(known)d known, %(undecided)d perhaps known. Nothing was written.")
        else:
            line = _("%(created)d registered, %(unchanged)d known and left as they were, %(left_out)d left out.")
        self.stdout.write(line % counts)
