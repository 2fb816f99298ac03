"""Short lists typed into one line: skills, interests, dialects."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_SEPARATORS = re.compile(r"[、，,;；/\n]+")
MOST_WORDS = 20
LONGEST_WORD = 20


def words_of(text: str) -> list[str]:
    """Return the words of a line, each once, in order; separators as in the registers."""
    words = (" ".join(word.split()) for word in _SEPARATORS.split(text))
    return list(dict.fromkeys(word for word in words if word))


class WordsField(forms.CharField):
    """A line of words; its value is a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", _("Several, with 、 or a comma between them."))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a list as a line."""
        return "、".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> list[str]:
        """Read the line."""
        return list(value) if isinstance(value, (list, tuple)) else words_of(super().to_python(value) or "")

    def validate(self, value: list[str]) -> None:
        """Refuse too many and too long words."""
        super().validate(value)
        if len(value) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in value):
            raise forms.ValidationError(
                _("At most %(most)s words of %(longest)s characters."),
                params={"most": MOST_WORDS, "longest": LONGEST_WORD},
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as lists."""
        return list(initial or []) != self.to_python(data)
