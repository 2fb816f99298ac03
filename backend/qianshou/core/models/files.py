"""Files that only some people may open."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qianshou.core.codes import PublicCodeField
from qianshou.core.fields import EncryptedTextField
from qianshou.core.models.base import EncryptedModel


class PrivateFile(EncryptedModel):
    """An upload that was checked by its content; the bytes lie under the private media folder."""

    code = PublicCodeField(prefix="F")
    #: What it belongs to (`import`, `child_photo`); decides who may open it.
    kind = models.CharField(max_length=40)
    #: The name it had with the person who sent it; such names hold children's names.
    name = EncryptedTextField(_("file name"))
    #: Relative to the private media folder; empty once the bytes are gone.
    path = models.CharField(max_length=100, blank=True)
    #: `xlsx`, `xls`, `csv`, `webp`: what the content is, not what the name says.
    extension = models.CharField(max_length=10)
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("size"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    centre = models.ForeignKey("centres.Centre", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("private file")
        verbose_name_plural = _("private files")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.code}.{self.extension}"

    def get_absolute_url(self) -> str:
        """Return the address at which those who may open it."""
        return reverse("core:file", args=[self.code])
