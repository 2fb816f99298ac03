"""Long work that a person started and may walk away from."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qianshou.core import access
from qianshou.core.codes import PublicCodeField
from qianshou.core.models.base import BaseModel


class JobState(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", _("waiting its turn")
    RUNNING = "running", _("under way")
    DONE = "done", _("finished")
    FAILED = "failed", _("not finished: something went wrong")
    CANCELLED = "cancelled", _("stopped")


OPEN_STATES = (JobState.QUEUED, JobState.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    """Named reads of jobs."""

    def visible_to(self, user: Any) -> JobQuerySet:
        """Return the jobs a person started, and those of the centres that the person manages."""
        if not user.is_authenticated:
            return self.none()
        scope = access.scope_filter(user, "jobs.view")
        if scope == {}:
            return self.all()
        own = models.Q(by=user)
        return self.filter(own | models.Q(**scope) if scope else own)


class Job(BaseModel):
    """One run of long work: its state is here, its survival is an obligation."""

    code = PublicCodeField(prefix="J")
    kind = models.CharField(max_length=80)
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("state"), max_length=12, choices=JobState, default=JobState.QUEUED)
    stage = models.CharField(_("step"), max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    payload: models.JSONField[Any, Any] = models.JSONField(default=dict)
    result: models.JSONField[Any, Any] = models.JSONField(default=dict)
    error_code = models.CharField(max_length=60, blank=True)
    #: The sentence of a domain error; other errors have only their code.
    error_message = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    centre = models.ForeignKey(
        "centres.Centre", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("centre")
    )
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-created_at", "-pk")
        constraints = (models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="job_state_known"),)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page of the job."""
        return reverse("core:job", args=[self.code])

    @property
    def is_open(self) -> bool:
        """True while something may still happen."""
        return self.state in OPEN_STATES

    @property
    def percent(self) -> int | None:
        """How much of the present step is done, None when it is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def result_url(self) -> str:
        """Where the result can be seen; the runner of the job names it as ``url``."""
        url = self.result.get("url", "") if isinstance(self.result, dict) else ""
        return url if isinstance(url, str) and url.startswith("/") and not url.startswith("//") else ""
