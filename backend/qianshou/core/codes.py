"""Public codes: what stands in addresses instead of names and sequential ids."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import models

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: read aloud over a bad line


def new_code(prefix: str = "", length: int = 8) -> str:
    """Return an unguessable code of `length` characters after `prefix` (31^8, about 39 bits, by default)."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


class PublicCodeField(models.CharField):  # type: ignore[type-arg]
    """A unique code that an object gets when it is made and keeps for life."""

    def __init__(self, *args: Any, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.setdefault("max_length", 24)
        kwargs["unique"] = True
        kwargs["editable"] = False
        kwargs["default"] = ""
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Describe the field for migrations."""
        name, path, args, kwargs = super().deconstruct()
        for key in ("unique", "editable", "default"):
            kwargs.pop(key, None)
        if self.prefix:
            kwargs["prefix"] = self.prefix
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Give the object its code at the first save."""
        value: str = getattr(model_instance, self.attname)
        if not value:
            value = new_code(self.prefix)
            setattr(model_instance, self.attname, value)
        return value
