"""Errors of the domain: raised by services, which know nothing of HTTP; pages and API translate them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise

Text = str | Promise


class DomainError(Exception):
    """Something that a rule of the house does not allow, in words for the person who tried.

    Parameters
    ----------
    message
        A sentence that says what happened and what to do.
    code
        Stable identifier for programs, `lower_snake_case`.
    fields
        Messages by field name; a value may be one message or several.
    """

    default_code = "not_possible"

    def __init__(
        self,
        message: Text,
        *,
        code: str = "",
        fields: Mapping[str, Text | Iterable[Text]] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.details = dict(details or {})
        self.fields: dict[str, list[Text]] = {}
        for name, texts in (fields or {}).items():
            self.fields[name] = [texts] if isinstance(texts, (str, Promise)) else list(texts)

    def __str__(self) -> str:
        return str(self.message)


class Invalid(DomainError):
    """A value is wrong; `fields` names where."""

    default_code = "invalid"


class NotAllowed(DomainError):
    """This person may not do this."""

    default_code = "not_allowed"


class Conflict(DomainError):
    """Somebody was faster, or the state does not allow it any more."""

    default_code = "conflict"


class Gone(DomainError):
    """It was there once and has ended."""

    default_code = "gone"


class TooLarge(DomainError):
    """More than the house accepts at once."""

    default_code = "too_large"
