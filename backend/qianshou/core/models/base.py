"""The bases that every model stands on."""

from __future__ import annotations

import uuid

from django.db import models

from qianshou.core import clock


class BaseModel(models.Model):
    """Knows when it was made and last changed."""

    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        """Stamp the change with the house's clock."""
        self.updated_at = clock.now()
        update_fields = kwargs.get("update_fields")
        if update_fields is not None:
            kwargs["update_fields"] = {*update_fields, "updated_at"}  # type: ignore[misc]
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class EncryptedModel(BaseModel):
    """A model with encrypted fields: `row_key` binds each ciphertext to its row."""

    row_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True
