"""Filters of the list of imports, for pages and API."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from .models import Import, ImportKind, ImportState


class ImportFilter(django_filters.FilterSet):
    """What, and how far."""

    kind = django_filters.ChoiceFilter(choices=ImportKind, label=_("What is in it"), empty_label=_("All"))
    state = django_filters.ChoiceFilter(choices=ImportState, label=_("State"), empty_label=_("All"))
    centre = django_filters.CharFilter(field_name="centre__code", lookup_expr="iexact", label=_("Code of the home"))

    class Meta:
        model = Import
        fields = ("kind", "state", "centre")
