"""Forms of matching: the settings of a run, and the reason of a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from qianshou.centres.models import Centre

from .models import MatchingSettings
from .rules import DEFAULT_WEIGHTS, MAX_WEIGHT
from .sentences import TERM_HINTS, TERMS
from .services.weights import LIMITS, SESSION_STEP

WEIGHT = "weight_"


def _lengths() -> list[tuple[int, str]]:
    """Return how long a meeting may be, in the language of whoever asks."""
    shortest, longest = LIMITS["session_minutes"]
    lengths = range(shortest, longest + 1, SESSION_STEP)
    return [(minutes, _("%(n)d minutes") % {"n": minutes}) for minutes in lengths]


def _number(name: str, label: Any) -> forms.IntegerField:
    """Return the field of one of the numbers that have limits."""
    lowest, highest = LIMITS[name]
    return forms.IntegerField(label=label, min_value=lowest, max_value=highest)


class _Range(forms.NumberInput):
    """A slider; a number all the same."""

    input_type = "range"


class RunForm(forms.Form):
    """How one run judges; the services check the values, the form only reads them."""

    centre = forms.ModelChoiceField(
        label=_("Home"), queryset=Centre.objects.none(), to_field_name="code", empty_label=None
    )
    session_minutes = forms.TypedChoiceField(label=_("Length of a meeting"), choices=_lengths, coerce=int)
    max_travel_minutes = _number("max_travel_minutes", _("Longest way for a volunteer, in minutes"))
    min_age_gap = _number("min_age_gap", _("Years between volunteer and child at least"))
    use_other_centres = forms.BooleanField(
        label=_("Also ask volunteers of my other homes"),
        required=False,
        help_text=_("Only homes whose volunteers you may see."),
    )
    keep = forms.BooleanField(
        label=_("Keep these settings for this home"),
        required=False,
        help_text=_("Otherwise they hold for this run only."),
    )

    def __init__(self, *args: Any, centres: QuerySet[Centre], other_homes: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["centre"]
        field.queryset = centres
        for term in DEFAULT_WEIGHTS:
            self.fields[WEIGHT + term] = forms.IntegerField(
                label=str(TERMS[term]),
                help_text=str(TERM_HINTS[term]),
                min_value=0,
                max_value=MAX_WEIGHT,
                widget=_Range(attrs={"step": 5}),
            )
        if not other_homes:
            del self.fields["use_other_centres"]

    @staticmethod
    def initial_of(settings: MatchingSettings) -> dict[str, Any]:
        """Return what stands in the form for a home's settings."""
        names = ("session_minutes", "max_travel_minutes", "min_age_gap", "use_other_centres")
        return {
            "centre": settings.centre.code,
            **{name: getattr(settings, name) for name in names},
            **{WEIGHT + term: settings.weights[term] for term in DEFAULT_WEIGHTS},
        }

    def weight_fields(self) -> Iterator[forms.BoundField]:
        """Yield the weights, in the order of the terms."""
        for term in DEFAULT_WEIGHTS:
            yield self[WEIGHT + term]

    def values(self) -> dict[str, Any]:
        """Return the settings as the services take them."""
        return settings_from(self.cleaned_data)


def settings_from(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return cleaned fields as settings, the weights gathered under one key."""
    values = {name: cleaned[name] for name in ("session_minutes", "max_travel_minutes", "min_age_gap")}
    values["use_other_centres"] = cleaned.get("use_other_centres", False)
    values["weights"] = {term: cleaned[WEIGHT + term] for term in DEFAULT_WEIGHTS}
    return values


class ReasonForm(forms.Form):
    """Why, in the manager's own words."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only the staff of the home reads it."),
    )
