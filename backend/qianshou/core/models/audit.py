"""What happened: who did what to which object."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianshou.core import access, clock
from qianshou.core.codes import PublicCodeField


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Named reads of the audit."""

    def visible_to(self, user: Any) -> AuditEntryQuerySet:
        """Return the entries of centres whose audit the person may see; what belongs to no centre only house-wide."""
        scope = access.scope_filter(user, "audit.view")
        return self.none() if scope is None else self.filter(**scope)


class AuditEntry(models.Model):
    """One thing that happened: who did what to which object (never the values above "internal")."""

    code = PublicCodeField(prefix="A")
    at = models.DateTimeField(_("when"), default=clock.now, db_index=True)
    action = models.CharField(_("action"), max_length=80, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    centre = models.ForeignKey(
        "centres.Centre", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("centre")
    )
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    subject_code = models.CharField(_("object"), max_length=60, blank=True)
    changes = models.JSONField(_("changes"), default=dict)
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(max_length=40, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_code}"
