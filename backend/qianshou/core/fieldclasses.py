"""How sensitive a field is. Which role sees which class stands in `accounts.rules`."""

from __future__ import annotations

from enum import IntEnum


class FieldClass(IntEnum):
    """Classes in rising order of harm when a value reaches the wrong eyes (S40)."""

    PUBLIC = 0
    INTERNAL = 1
    PERSONAL = 2
    SENSITIVE = 3
    SEALED = 4
