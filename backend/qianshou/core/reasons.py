"""Why somebody needs to see what is masked: one form for children and volunteers (S40)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RevealForm(forms.Form):
    """A reason from the list and, where none fits, in words."""

    REASONS = (
        ("contact", _("to reach the person or the family")),
        ("form", _("to fill in an official form")),
        ("check", _("to check the register")),
        ("visit", _("for a visit")),
        ("emergency", _("an emergency")),
        ("other", _("something else")),
    )

    reason = forms.ChoiceField(label=_("What for"), choices=REASONS, widget=forms.RadioSelect)
    note = forms.CharField(label=_("In your words"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """Ask for words when none of the reasons fits."""
        data = super().clean() or {}
        if data.get("reason") == "other" and not data.get("note", "").strip():
            self.add_error("note", _("Say what you need it for."))
        return data

    def purpose(self) -> str:
        """Return the reason as it goes into the read log."""
        words = str(dict(self.REASONS)[self.cleaned_data["reason"]])
        note = self.cleaned_data.get("note", "").strip()
        return f"{words}: {note}" if note else words
