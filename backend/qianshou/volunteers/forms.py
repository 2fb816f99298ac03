"""Forms of a volunteer's record, of checks, and of the week (F16, S08)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qianshou.centres.models import Village
from qianshou.core import clock
from qianshou.core.errors import Invalid
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.identity import ETHNICITIES, is_none_word
from qianshou.core.identity_texts import text_of
from qianshou.core.masking import mask
from qianshou.core.wordlists import WordsField

from .availability import AvailabilityUnclear, read_availability
from .entries import CheckEntry, SlotEntry, VolunteerEntry, cleaned, slots_from
from .filters import WEEKDAYS
from .models import CheckKind, CheckResult, Sex, Volunteer, VolunteerStatus, Weeks

KEPT = _("Now: %(now)s. Leave it empty to keep it; write 无 to take it out.")
HIDDEN_IN_FORMS = frozenset({"national_id", "phone", "address", "emergency_contact_phone"})
"""Values that a manager's form never shows: they are revealed one by one, with a reason."""

SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (
        "identity",
        _("Who"),
        ("name", "sex", "birth_date", "id_type", "national_id", "ethnicity", "political_status", "status"),
    ),
    ("reach", _("How to reach"), ("phone", "email", "village", "address")),
    ("emergency", _("In an emergency call"), ("emergency_contact_name", "emergency_contact_phone")),
    (
        "offer",
        _("What the volunteer brings"),
        ("skills", "interests", "dialects", "service_interests", "max_children", "education", "occupation"),
    ),
    ("record", _("The record"), ("joined_on", "guardian_consent_on", "remark")),
)
OWN_SECTIONS = ("reach", "emergency", "offer")


class VolunteerForm(forms.Form):
    """The whole record; `own` leaves what volunteers keep up to date themselves."""

    name = forms.CharField(label=_("Name"), max_length=60)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, widget=forms.RadioSelect, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"), required=False, help_text=_("Read from the identity number if left empty.")
    )
    id_type = forms.CharField(label=_("Identity document"), required=False, max_length=30, initial="居民身份证")
    national_id = forms.CharField(
        label=_("Identity number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    ethnicity = forms.ChoiceField(
        label=_("Ethnic group"),
        choices=[("", _("not recorded")), *((name, name) for name in ETHNICITIES)],
        required=False,
    )
    political_status = forms.CharField(label=_("Political affiliation"), required=False, max_length=30)
    status = forms.ChoiceField(label=_("Status"), choices=VolunteerStatus.choices[:3], initial="interview")
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.CharField(label=_("E-mail"), required=False, max_length=120)
    village = forms.ModelChoiceField(
        label=_("Village"),
        queryset=Village.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("from the address"),
    )
    address = forms.CharField(label=_("Home address"), required=False, max_length=300)
    emergency_contact_name = forms.CharField(label=_("Name"), required=False, max_length=50)
    emergency_contact_phone = forms.CharField(
        label=_("Phone"), required=False, max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    skills = WordsField(label=_("Skills"))
    interests = WordsField(label=_("Interests"))
    dialects = WordsField(label=_("Languages and dialects"))
    service_interests = WordsField(label=_("Wishes to do"))
    max_children = forms.IntegerField(label=_("Children at most"), min_value=1, max_value=5, initial=1)
    education = forms.CharField(label=_("Education"), required=False, max_length=30)
    occupation = forms.CharField(label=_("Work"), required=False, max_length=80)
    joined_on = forms.DateField(label=_("Joined"), required=False)
    guardian_consent_on = forms.DateField(label=_("Guardian's consent (14 to 17 years)"), required=False)
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        volunteer: Volunteer | None = None,
        highest: FieldClass = FieldClass.SENSITIVE,
        own: bool = False,
        **kwargs: Any,
    ) -> None:
        self.volunteer, self.own = volunteer, own
        if volunteer is not None:
            kwargs["initial"] = {**self._shown(volunteer, own), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if volunteer is None:
            return
        del self.fields["status"]  # moved on in its own form, with a reason
        wanted = {name for key, _title, names in SECTIONS if not own or key in OWN_SECTIONS for name in names}
        for name in list(self.fields):
            needed = Volunteer.FIELD_CLASSES.get(name, FieldClass.SEALED)
            if name not in wanted or needed > highest or (own and name == "village"):
                del self.fields[name]
        if not own:
            self._say_what_is_kept(volunteer)

    @staticmethod
    def _shown(volunteer: Volunteer, own: bool) -> dict[str, Any]:
        names = {name for _key, _title, names in SECTIONS for name in names} - {"village", "status"}
        shown = {name: getattr(volunteer, name) for name in names if own or name not in HIDDEN_IN_FORMS}
        return shown | {"village": volunteer.village.code if volunteer.village else ""}

    def _say_what_is_kept(self, volunteer: Volunteer) -> None:
        for name in HIDDEN_IN_FORMS & self.fields.keys():
            now = masked_value(volunteer, name)
            if now:
                self.fields[name].help_text = KEPT % {"now": now}
                self.fields[name].required = False

    def sections(self) -> Iterable[dict[str, Any]]:
        """Return the sections with their bound fields, for the template."""
        for key, title, names in SECTIONS:
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                yield {"key": key, "title": title, "fields": fields}

    def clean(self) -> dict[str, Any]:
        """Check the entry as a whole: id against birth date and sex, phones, e-mail."""
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            cleaned(self.entry(), on=clock.today(), only=None if self.volunteer is None else set(self.fields))
        except Invalid as error:
            for name, texts in error.fields.items():
                self.add_error(name if name in self.fields else None, [str(text) for text in texts])
        return data

    def values(self) -> dict[str, Any]:
        """Return the fields as services take them."""
        made: dict[str, Any] = {}
        for name in self.fields:
            value = self.cleaned_data.get(name)
            if name == "village":
                made["village_id"] = value.pk if value else None
            elif name in HIDDEN_IN_FORMS and self.volunteer is not None and not self.own:
                text = str(value or "").strip()
                kept = getattr(self.volunteer, name)
                made[name] = kept if not text else "" if is_none_word(text) else text
            else:
                made[name] = value
        if "sex" in made:
            made["sex"] = made["sex"] or ""
        return made

    def entry(self) -> VolunteerEntry:
        """Return what was typed, on top of what the record holds, as an entry."""
        held: dict[str, Any] = {}
        if self.volunteer is not None:
            names = {name for _key, _title, names in SECTIONS for name in names} - {"village"}
            held = {name: getattr(self.volunteer, name) for name in names}
            held["village_id"] = self.volunteer.village_id
        values = {**held, **self.values()}
        return VolunteerEntry(
            **{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        )


def masked_value(volunteer: Volunteer, name: str) -> str:
    """Return the masked form of a value that forms hide, empty when there is none."""
    value = str(getattr(volunteer, name))
    if name == "national_id":
        return mask(value, 4, 2)
    if name == "address":
        return f"{volunteer.village.township}…" if value and volunteer.village else "…" if value else ""
    return mask(value, 3, 4)


class CheckForm(forms.Form):
    """One dated check."""

    kind = forms.ChoiceField(label=_("Which check"), choices=CheckKind.choices, widget=forms.RadioSelect)
    done_on = forms.DateField(label=_("Date"), help_text=_("An inquiry holds for 365 days from this day."))
    result = forms.ChoiceField(
        label=_("Result"), choices=CheckResult.choices, widget=forms.RadioSelect, initial=CheckResult.CLEAR
    )
    valid_to = forms.DateField(
        label=_("Valid to (last day)"), required=False, help_text=_("For a training; empty if it does not end.")
    )
    document_number = forms.CharField(label=_("Document number"), required=False, max_length=60)
    channel = forms.CharField(
        label=_("Asked at"), required=False, max_length=60, help_text=_("Police station or procuratorate.")
    )

    def clean(self) -> dict[str, Any]:
        """Dates in order and not to come."""
        data = super().clean() or {}
        done_on, valid_to = data.get("done_on"), data.get("valid_to")
        if done_on and done_on > clock.today():
            self.add_error("done_on", text_of("date_future"))
        if done_on and valid_to and valid_to < done_on:
            self.add_error("valid_to", text_of("dates_out_of_order"))
        return data

    def entry(self) -> CheckEntry:
        """Return the check as services take it."""
        data = self.cleaned_data
        return CheckEntry(
            data["kind"], data["done_on"], data["result"], data["valid_to"], data["document_number"], data["channel"]
        )


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("Why"), max_length=200)


class StatusForm(forms.Form):
    """Where a volunteer stands from now on."""

    status = forms.ChoiceField(label=_("Status"), choices=VolunteerStatus.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"), max_length=200, required=False, help_text=_("Needed for suspending and leaving.")
    )


class TimeAwayForm(forms.Form):
    """Days on which a volunteer cannot come."""

    starts_on = forms.DateField(label=_("First day away"))
    ends_on = forms.DateField(label=_("Last day away"))
    reason = forms.CharField(label=_("Why (if you like)"), max_length=100, required=False)


class LookupForm(forms.Form):
    """An identity or phone number, looked up without leaving a trace in addresses and logs."""

    number = forms.CharField(
        label=_("Identity or phone number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class SlotForm(forms.Form):
    """One row of the week; an empty row is left out."""

    weekday = forms.TypedChoiceField(
        label=_("Day"), choices=[("", "—"), *WEEKDAYS], coerce=int, empty_value=None, required=False
    )
    starts = forms.TimeField(label=_("Begins"), required=False)
    ends = forms.TimeField(label=_("Ends"), required=False)
    weeks = forms.ChoiceField(label=_("Weeks"), choices=Weeks.choices, initial="all", required=False)

    def clean(self) -> dict[str, Any]:
        """A row is whole or empty."""
        data = super().clean() or {}
        given = [data.get(name) for name in ("weekday", "starts", "ends")]
        if self.errors or not any(value is not None for value in given):
            return data
        for name in ("weekday", "starts", "ends"):
            if data.get(name) is None:
                self.add_error(name, _("Fill in day, from and to, or leave the row empty."))
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", text_of("dates_out_of_order"))
        return data

    def slot(self) -> SlotEntry | None:
        """Return the row, None when it is empty."""
        data = self.cleaned_data
        if data.get("weekday") is None:
            return None
        return SlotEntry(data["weekday"], data["starts"], data["ends"], data.get("weeks") or "all")


EMPTY_ROWS = 3
SlotFormSet = forms.formset_factory(SlotForm, extra=EMPTY_ROWS, max_num=30, absolute_max=40, validate_max=True)


def slot_initial(slots: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what stands in the rows for a week."""
    return [{"weekday": slot.weekday, "starts": slot.starts, "ends": slot.ends, "weeks": slot.weeks} for slot in slots]


class AvailabilityWordsForm(forms.Form):
    """The week in own words; read for certain or asked about, never guessed."""

    text = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=200,
        help_text=_(
            "For example: 周一至周五 16:00-18:00，周六上午. “Read it” fills the rows below; nothing is saved yet."
        ),
    )

    def slots(self) -> list[SlotEntry]:
        """Return the week that the words say; raises `AvailabilityUnclear`."""
        text = self.cleaned_data["text"]
        try:
            return sorted(slots_from(read_availability(text))) if text.strip() else []
        except AvailabilityUnclear:
            self.add_error("text", text_of("availability_unclear"))
            raise
