"""The log of reads of children's files and sealed records: a chain of hashes (design 3.5, G5)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianshou.core import access
from qianshou.core.codes import PublicCodeField


class ReadEntryQuerySet(models.QuerySet["ReadEntry"]):
    """Named reads of the read log."""

    def visible_to(self, user: Any) -> ReadEntryQuerySet:
        """Return the entries of centres where the person may look into the read log."""
        scope = access.scope_filter(user, "reads.view")
        return self.none() if scope is None else self.filter(**scope)


class ReadEntry(models.Model):
    """Who opened what, which fields, what for, when. Written once; each row seals the one before it."""

    code = PublicCodeField(prefix="L")
    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField(_("when"), db_index=True)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    centre = models.ForeignKey(
        "centres.Centre", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("centre")
    )
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_code = models.CharField(_("object"), max_length=60, blank=True)
    fields = models.JSONField(_("fields"), default=list)
    purpose = models.CharField(_("what for"), max_length=300)
    request_id = models.CharField(max_length=40, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = ReadEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("read")
        verbose_name_plural = _("read log")
        ordering = ("-sequence",)
        indexes = (models.Index(fields=["subject_type", "subject_id"]),)

    def __str__(self) -> str:
        return f"{self.sequence}: {self.subject_code}"


class ReadLogHead(models.Model):
    """The one row that knows how long the chain is and how it ends; whoever appends holds its lock."""

    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="read_log_head_is_one"),)

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"
