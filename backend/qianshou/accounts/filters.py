"""How the list of people is narrowed."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from .models import Membership, User
from .queries import PEOPLE_ORDERS
from .rules import Role


class PeopleFilter(django_filters.FilterSet):
    """Name or user name, role today, open or closed."""

    q = django_filters.CharFilter(label=_("Search"), method="search")
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Role.choices, method="by_role")
    is_active = django_filters.ChoiceFilter(
        label=_("Account"), choices=[("true", _("can sign in")), ("false", _("closed account"))], method="by_state"
    )
    o = django_filters.ChoiceFilter(
        label=_("Order"),
        choices=[(name, name) for name in PEOPLE_ORDERS],
        method="already_ordered",
        widget=forms.HiddenInput,
    )

    class Meta:
        model = User
        fields: list[str] = []

    def search(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Find by name or user name."""
        return rows.filter(Q(display_name__icontains=value) | Q(username__icontains=value))

    def by_role(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Keep people who hold a role today."""
        return rows.filter(pk__in=Membership.objects.current().filter(role=value).values("user_id"))

    def by_state(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Keep open or closed accounts."""
        return rows.filter(is_active=value == "true")

    def already_ordered(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Leave the order to the query; the filter only knows which orders there are."""
        return rows
