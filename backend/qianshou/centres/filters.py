"""Filters of the list of homes: the same for pages and API."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from .models import Centre


class CentreFilter(django_filters.FilterSet):
    """Which of the homes."""

    q = django_filters.CharFilter(
        method="filter_q",
        label=_("Name, code or township"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    o = django_filters.OrderingFilter(
        label=_("Order"),
        fields=[("code", "code"), ("name", "name"), ("capacity", "places")],
        widget=forms.HiddenInput,
    )

    class Meta:
        model = Centre
        fields: list[str] = []

    def filter_q(self, queryset: QuerySet[Centre], name: str, value: str) -> QuerySet[Centre]:
        """Find by name, code or township."""
        text: Any = value.strip()
        return queryset.filter(Q(name__icontains=text) | Q(code__iexact=text) | Q(township__icontains=text))
