"""Answers kept so that a request that is sent twice is done once (design 3.8)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianshou.core.fields import EncryptedTextField
from qianshou.core.models.base import EncryptedModel


class IdempotentAnswer(EncryptedModel):
    """What was answered to one key of one person; written in the transaction of the write itself."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    #: SHA-256 of method, path and body: the same key with something else is a mistake of the client.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    #: Headers that matter (content type, location), as JSON.
    headers = models.JSONField(default=dict)
    #: The body may hold personal data, therefore encrypted.
    body = EncryptedTextField()

    class Meta:
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="idempotent_answer_once"),)
        indexes = (models.Index(fields=["created_at"]),)

    def __str__(self) -> str:
        return self.key
