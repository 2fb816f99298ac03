"""`/jobs/`: long work, how far it is, and its result."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse

from qianshou.core import jobs
from qianshou.core.filters import JobFilter
from qianshou.core.models import Job
from qianshou.core.pages.base import ActionPage, DetailPage, ListPage


class JobsPage(ListPage):
    """The jobs a person started, and those of the centres that the person manages."""

    template_name = "core/jobs.html"
    partial_template_name = "core/_jobs.html"
    filterset_class = JobFilter

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the visible jobs with their people."""
        return Job.objects.visible_to(self.request.user).select_related("by", "centre")


class JobPage(DetailPage):
    """One job: step, progress, cancel, result. The part that moves asks again by itself until the job has ended."""

    template_name = "core/job.html"
    partial_template_name = "core/_job.html"
    context_object_name = "job"

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the visible jobs."""
        return Job.objects.visible_to(self.request.user).select_related("by", "centre")

    def get_context(self, **extra: Any) -> dict[str, Any]:
        """Add where to ask again and where to stop it."""
        job: Job = self.object
        stopping = job.cancel_requested_at is not None
        cancel = "" if stopping or not job.is_open else reverse("core:job_cancel", args=[job.code])
        return super().get_context(url=job.get_absolute_url(), cancel_url=cancel, stopping=stopping, **extra)


class CancelJobPage(ActionPage):
    """Ask a job to stop."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the visible jobs."""
        return Job.objects.visible_to(self.request.user)

    def perform(self) -> str:
        """Ask, and go back to the job."""
        return jobs.request_cancel(self.object, by=self.request.user).get_absolute_url()  # type: ignore[arg-type]
