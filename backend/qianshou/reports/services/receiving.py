"""A register arrives: kept privately, and read as a job."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from qianshou.accounts.models import User
from qianshou.centres.models import Centre
from qianshou.core import audit, jobs
from qianshou.core.errors import Invalid
from qianshou.core.files import store_document

from ..models import Import, ImportKind, ImportState
from .authorising import authorise, locked

FILE_KIND = "import"
READ_JOB = "reports.read_import"


@transaction.atomic
def receive_register(
    upload: UploadedFile[Any], *, kind: str, centre: Centre | None, as_of: date | None = None, by: User
) -> Import:
    """Keep the file and begin to read it; nothing is written about anybody yet.

    Raises `Invalid` (fields `file`, `centre`, `kind`), `TooLarge`, `NotAllowed`.
    """
    if kind not in ImportKind.values:
        raise Invalid(_("Choose one of the list."), fields={"kind": _("Choose one of the list.")})
    if kind == ImportKind.CENTRES:
        centre = None
    elif centre is None:
        raise Invalid(_("Choose the home."), fields={"centre": _("Choose the home.")})
    authorise(by, kind, centre)
    file = store_document(upload, by=by, kinds=frozenset({"xlsx", "xls", "csv"}), kind=FILE_KIND, centre=centre)
    found = Import.objects.create(
        kind=kind, centre=centre, file=file, file_name=(upload.name or "")[:200], given_as_of=as_of, created_by=by
    )
    audit.record("reports.receive_register", by=by, subject=found, changes={"kind": kind})
    _start_reading(found, by)
    return found


@transaction.atomic
def read_again(found: Import, *, by: User) -> Import:
    """Read the file once more: after a correction, or after a reading that did not end."""
    authorise(by, found.kind, found.centre_id)
    found = locked(found, {ImportState.READY, ImportState.READING, ImportState.REFUSED, ImportState.WRITING})
    is_busy = found.state in {ImportState.READING, ImportState.WRITING}
    if is_busy and found.job is not None and found.job.is_open:
        return found
    found.state = ImportState.READING
    found.save(update_fields=["state"])
    _start_reading(found, by)
    return found


def _start_reading(found: Import, by: User) -> None:
    found.job = jobs.start(
        READ_JOB,
        by=by,
        centre=found.centre,
        payload={"import": found.code},
        title=_("Reading register %(code)s") % {"code": found.code},
    )
    found.save(update_fields=["job"])
