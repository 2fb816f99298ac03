"""What a change of a record is, and how much of it may stand in the audit (S02, S40)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import models

from qianshou.core.fieldclasses import FieldClass


def changed_values(instance: models.Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that differ from what the record holds."""
    return {name: value for name, value in values.items() if getattr(instance, name) != value}


def for_audit(instance: models.Model, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return field -> [old, new], or field -> True where the value is classed above "internal".

    Call it before the new values are set. A field without a class counts as sensitive.
    """
    classes: Mapping[str, FieldClass] = instance.FIELD_CLASSES  # type: ignore[attr-defined]
    told: dict[str, Any] = {}
    for name, value in changed.items():
        open_to_all = classes.get(name, FieldClass.SENSITIVE) <= FieldClass.INTERNAL
        told[name] = [_plain(getattr(instance, name)), _plain(value)] if open_to_all else True
    return told


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold; related objects by their code."""
    if isinstance(value, models.Model):
        return str(getattr(value, "code", value.pk))
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return value
