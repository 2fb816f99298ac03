"""The long work of imports, as jobs."""

from __future__ import annotations

from typing import Any

from qianshou.core import jobs
from qianshou.core.jobs import Job, Progress

from . import services
from .models import Import
from .services.receiving import READ_JOB
from .services.writing import WRITE_JOB


def _import_of(job: Job) -> Import:
    return Import.objects.select_related("centre", "file").get(code=job.payload["import"])


@jobs.kind(READ_JOB)
def read(job: Job, progress: Progress) -> dict[str, Any]:
    """Read the file of an import."""
    found = services.read_import(_import_of(job), progress)
    return {"url": found.get_absolute_url()}


@jobs.kind(WRITE_JOB)
def write(job: Job, progress: Progress) -> dict[str, Any]:
    """Write a confirmed import."""
    found = _import_of(job)
    try:
        found = services.write_import(found, by=job.by, progress=progress)
    except Exception:  # also a person who asked to stop: nothing was written, the preview is open again
        services.compare_again(found)
        raise
    return {"url": found.get_absolute_url()}
