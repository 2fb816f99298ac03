"""A register that was imported on a past day, and taken back because it was the wrong file."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from qianshou.accounts.models import User
from qianshou.centres.models import Centre
from qianshou.core import clock, obligations
from qianshou.core.clock import SHANGHAI
from qianshou.reports.models import Import
from qianshou.reports.services import confirm_import, receive_register, undo_import

WRONG_FILE = "上学期登记表.csv"


def import_and_undo(home: Centre, *, manager: User, file: Path, day: date) -> Import:
    """Let the manager import a register in the morning and undo it before noon."""
    upload = SimpleUploadedFile(WRONG_FILE, file.read_bytes(), content_type="text/csv")
    morning = datetime.combine(day, time(8, 40), tzinfo=SHANGHAI)
    with clock.frozen(morning):
        found = receive_register(upload, kind="children", centre=home, by=manager)
        obligations.run_due(kinds={"core.run_job"})
    with clock.frozen(morning + timedelta(minutes=6)):
        found.refresh_from_db()
        confirm_import(found, leave_out_rejected=True, by=manager)
        obligations.run_due(kinds={"core.run_job"})
    with clock.frozen(morning + timedelta(hours=1)):
        found.refresh_from_db()
        return undo_import(found, by=manager, reason="选错了文件，这是上学期的登记表。")
