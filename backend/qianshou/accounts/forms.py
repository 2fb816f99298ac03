"""What people type on the pages of accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _

from qianshou.core import clock

from .models import TokenScope, User
from .rules import Role


class SignInForm(LoginForm):
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["login"].widget.attrs.update({"autocapitalize": "none", "spellcheck": "false"})
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class TokenForm(forms.Form):
    """A new token."""

    LIFETIMES = (
        ("1", _("1 day")),
        ("7", _("7 days")),
        ("30", _("30 days")),
        ("90", _("90 days")),
        ("365", _("1 year")),
    )

    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("For example: nightly copy of the statistics")
    )
    scope = forms.ChoiceField(label=_("What it may do"), choices=TokenScope.choices, widget=forms.RadioSelect)
    days = forms.ChoiceField(label=_("It ends after"), choices=LIFETIMES, initial="30")

    def lifetime(self) -> timedelta:
        """Return how long the token lives."""
        return timedelta(days=int(self.cleaned_data["days"]))


class PersonForm(forms.Form):
    """A new account."""

    display_name = forms.CharField(label=_("Name"), max_length=50)
    username = forms.CharField(
        label=_("User name"), max_length=150, help_text=_("What the person types to sign in: letters and digits")
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("For letters, and to set a new password when the old is lost")
    )
    language = forms.ChoiceField(label=_("Language"), choices=User._meta.get_field("language").choices)


class PersonChangeForm(forms.Form):
    """Name and address of an account."""

    display_name = forms.CharField(label=_("Name"), max_length=50)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("For letters, and to set a new password when the old is lost")
    )


class MembershipForm(forms.Form):
    """A role to give."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    centre = forms.ModelChoiceField(
        label=_("Children's home"),
        queryset=None,
        required=False,
        empty_label=_("The whole house"),
        to_field_name="code",
    )
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: without end"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("valid_from", clock.today())
        super().__init__(*args, **kwargs)
        self.fields["centre"].queryset = apps.get_model("centres", "Centre").objects.order_by("code")  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something ends."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Stays in the record of what happened")
    )
