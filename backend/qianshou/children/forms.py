"""Forms of the child's file: sections as on the register form F1, checked by the same functions as imports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qianshou.centres.models import Village
from qianshou.core import clock
from qianshou.core.errors import Invalid
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.identity import ETHNICITIES, is_none_word
from qianshou.core.masking import mask
from qianshou.core.wordlists import WordsField

from . import queries
from .entries import ChildEntry, GuardianEntry, RelativeEntry, cleaned
from .models import (
    Assessment,
    Child,
    CompanionWish,
    GuardianshipType,
    HealthStatus,
    Kin,
    Relation,
    Schooling,
    Sex,
    Situation,
)
from .rules import township_of

KEPT = _("Now: %(now)s. Leave it empty to keep it; write 无 to take it out.")
PARENTS = (Kin.FATHER, Kin.MOTHER)
HIDDEN_IN_FORMS = frozenset(
    {"national_id", "current_address", "hukou_address", "guardian_phones", "guardian_national_id", "guardian_address"}
    | {f"{kin}_{name}" for kin in ("father", "mother") for name in ("phones", "national_id")}
)
"""Values that a form never shows, even to those who may see them: they are revealed one by one, with a reason."""

SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("identity", _("Who the child is"), ("name", "sex", "birth_date", "national_id", "ethnicity", "hukou_registered")),
    ("home", _("Where the child lives"), ("village", "current_address", "hukou_address")),
    ("school", _("School"), ("school", "school_class", "schooling", "is_boarding")),
    (
        "parents",
        _("Parents and who is away"),
        (
            "situation", "father_name", "father_work_place", "father_phones", "father_national_id", "mother_name",
            "mother_work_place", "mother_phones", "mother_national_id", "income_sources", "aid_received",
        ),
    ),
    (
        "guardian",
        _("Who cares for the child now"),
        (
            "guardian_name", "guardian_relation", "guardian_relation_word", "guardian_phones", "guardian_address",
            "guardian_national_id", "has_entrusted_carer", "guardianship_type", "guardianship_assessment",
        ),
    ),
    ("health", _("Health"), ("health_status", "disability_category", "disability_grade", "illness_type")),
    (
        "companion",
        _("Companion"),
        ("companion_wish", "companion_places", "needs", "interests", "dialects"),
    ),
    ("form", _("The form"), ("confirmed_by", "visited_on", "filed_on", "remark")),
)  # fmt: skip


def _field_class(name: str) -> FieldClass:
    """Return the class of a form field; what is told of parents belongs to the relatives."""
    if name.startswith(("father_", "mother_")):
        name = "relatives"
    elif name == "guardian_relation_word":
        name = "guardian_relation"
    return Child.FIELD_CLASSES[name]


def _optional(choices: Any) -> list[tuple[str, Any]]:
    return [("", _("not recorded")), *choices.choices]


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not recorded."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[("", _("not recorded")), ("yes", _("yes")), ("no", _("no"))],
            coerce=lambda value: value == "yes",
            empty_value=None,
            required=False,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """Show a stored value as a choice."""
        return {True: "yes", False: "no", None: ""}.get(value, value)


class PhonesField(forms.CharField):
    """One or more mobile numbers in a line; checked with the rest of the entry."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
        super().__init__(required=False, widget=widget, **kwargs)


class ChildForm(forms.Form):
    """The whole file, section by section; fields above the writer's class are not in it."""

    name = forms.CharField(label=_("Name"), max_length=60)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, widget=forms.RadioSelect, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"), required=False, help_text=_("Read from the identity number if left empty.")
    )
    national_id = forms.CharField(
        label=_("Identity number"), required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    ethnicity = forms.ChoiceField(
        label=_("Ethnic group"),
        choices=[("", _("not recorded")), *((name, name) for name in ETHNICITIES)],
        required=False,
    )
    hukou_registered = YesNoField(label=_("In the household register"))
    village = forms.ModelChoiceField(
        label=_("Village"),
        queryset=Village.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("from the address"),
    )
    current_address = forms.CharField(label=_("Present address"), required=False, max_length=300)
    hukou_address = forms.CharField(label=_("Registered address"), required=False, max_length=300)
    school = forms.CharField(label=_("School"), required=False, max_length=80)
    school_class = forms.CharField(label=_("Class"), required=False, max_length=40)
    schooling = forms.ChoiceField(label=_("Schooling"), choices=_optional(Schooling), required=False)
    is_boarding = YesNoField(label=_("Boards at school"))
    situation = forms.ChoiceField(label=_("Who is away"), choices=_optional(Situation), required=False)
    father_name = forms.CharField(label=_("Father's name"), required=False, max_length=60)
    father_work_place = forms.CharField(
        label=_("Father works at"), required=False, max_length=80, help_text=_("Province and city; empty if at home.")
    )
    father_phones = PhonesField(label=_("Father's phone"))
    father_national_id = forms.CharField(label=_("Father's identity number"), required=False, max_length=40)
    mother_name = forms.CharField(label=_("Mother's name"), required=False, max_length=60)
    mother_work_place = forms.CharField(
        label=_("Mother works at"), required=False, max_length=80, help_text=_("Province and city; empty if at home.")
    )
    mother_phones = PhonesField(label=_("Mother's phone"))
    mother_national_id = forms.CharField(label=_("Mother's identity number"), required=False, max_length=40)
    income_sources = WordsField(label=_("Family income"))
    aid_received = WordsField(label=_("Aid received"))
    guardian_name = forms.CharField(label=_("Carer's name"), required=False, max_length=60)
    guardian_relation = forms.ChoiceField(label=_("Relation to the child"), choices=_optional(Relation), required=False)
    guardian_relation_word = forms.CharField(
        label=_("Relation in other words"), required=False, max_length=20, help_text=_("For example 舅爷.")
    )
    guardian_phones = PhonesField(label=_("Carer's phone"))
    guardian_address = forms.CharField(label=_("Carer's address"), required=False, max_length=300)
    guardian_national_id = forms.CharField(label=_("Carer's identity number"), required=False, max_length=40)
    has_entrusted_carer = YesNoField(label=_("Entrusted to somebody else"))
    guardianship_type = forms.ChoiceField(label=_("Type of care"), choices=_optional(GuardianshipType), required=False)
    guardianship_assessment = forms.ChoiceField(
        label=_("Care assessed as"), choices=_optional(Assessment), required=False
    )
    health_status = forms.ChoiceField(label=_("Health"), choices=_optional(HealthStatus), required=False)
    disability_category = forms.CharField(label=_("Disability"), required=False, max_length=60)
    disability_grade = forms.CharField(label=_("Grade of disability"), required=False, max_length=20)
    illness_type = forms.CharField(label=_("Illness"), required=False, max_length=100)
    companion_wish = forms.ChoiceField(
        label=_("The guardian wishes"), choices=CompanionWish.choices, widget=forms.RadioSelect, initial="any"
    )
    companion_places = forms.IntegerField(label=_("Companions wanted"), min_value=0, max_value=3, initial=1)
    needs = WordsField(label=_("What a companion could help with"))
    interests = WordsField(label=_("Interests"))
    dialects = WordsField(label=_("Languages and dialects"))
    confirmed_by = forms.CharField(label=_("Confirmed by (parent or carer)"), required=False, max_length=50)
    visited_on = forms.DateField(label=_("Household visited on"), required=False)
    filed_on = forms.DateField(label=_("Form filed on"), required=False)
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    confirmed = forms.BooleanField(label=_("Yes, this is another child"), required=False)

    def __init__(
        self, *args: Any, highest: FieldClass, child: Child | None = None, ask_namesake: bool = False, **kwargs: Any
    ) -> None:
        self.child = child
        if child is not None:
            kwargs["initial"] = {**initial_of(child), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if child is not None:
            # Creating writes down what lies on the desk; changing needs eyes that may see what is there.
            for name in list(self.fields):
                if name != "confirmed" and _field_class(name) > highest:
                    del self.fields[name]
            del self.fields["confirmed"]
            self._say_what_is_kept()
        elif not ask_namesake and not self.data.get("confirmed"):
            self.fields["confirmed"].widget = forms.HiddenInput()

    def _say_what_is_kept(self) -> None:
        for name in HIDDEN_IN_FORMS & self.fields.keys():
            now = masked_value(self.child, name)
            if now:
                self.fields[name].help_text = KEPT % {"now": now}

    def sections(self) -> Iterable[dict[str, Any]]:
        """Return the sections with their bound fields, for the template."""
        for key, title, names in SECTIONS:
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                yield {"key": key, "title": title, "fields": fields}

    def clean(self) -> dict[str, Any]:
        """Check the entry as a whole: id against birth date and sex, phones, names of relatives."""
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            cleaned(self.entry(), on=clock.today(), only=None if self.child is None else set(self.fields))
        except Invalid as error:
            for name, texts in error.fields.items():
                self.add_error(name if name in self.fields else None, [str(text) for text in texts])
        return data

    def entry(self) -> ChildEntry:
        """Return what was typed, on top of what the file holds, as an entry."""
        held = {} if self.child is None else _held(self.child)
        values = {**held, **self.values()}
        return ChildEntry(
            **{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()},
            guardian=self.guardian() or GuardianEntry(),
            relatives=tuple(self.relatives() or ()),
        )

    def _typed(self, name: str, held: str) -> str:
        """Return a typed value; of values that the form hides, empty means "as it was" and 无 means none."""
        text = str(self.cleaned_data.get(name) or "").strip()
        if name in HIDDEN_IN_FORMS and self.child is not None:
            if not text:
                return held
            return "" if is_none_word(text) else text
        return text

    def values(self) -> dict[str, Any]:
        """Return the child's own fields as services take them."""
        own: dict[str, Any] = {}
        for _key, _title, names in SECTIONS:
            for name in names:
                if name not in self.fields or name.startswith(("father_", "mother_", "guardian_")):
                    continue
                if name == "village":
                    village = self.cleaned_data.get("village")
                    own["village_id"] = village.pk if village else None
                elif name in HIDDEN_IN_FORMS:
                    own[name] = self._typed(name, getattr(self.child, name) if self.child else "")
                else:
                    own[name] = self.cleaned_data.get(name)
        if "sex" in own:
            own["sex"] = own["sex"] or ""
        for name in ("guardianship_type", "guardianship_assessment"):
            if name in self.fields:
                own[name] = self.cleaned_data.get(name) or ""
        return own

    def guardian(self) -> GuardianEntry | None:
        """Return the carer as typed; None when the form does not have the part."""
        if "guardian_name" not in self.fields:
            return None
        held = queries.present_guardian(self.child) if self.child is not None else None
        same = held is not None and held.name == self.cleaned_data.get("guardian_name", "").replace(" ", "")
        kept = held if same else None  # another carer does not inherit the phone of the one before
        phones = self._typed("guardian_phones", "、".join(kept.phones) if kept else "")
        return GuardianEntry(
            name=self.cleaned_data.get("guardian_name") or "",
            relation=self.cleaned_data.get("guardian_relation") or "",
            relation_word=self.cleaned_data.get("guardian_relation_word") or "",
            national_id=self._typed("guardian_national_id", kept.national_id if kept else ""),
            phones=(phones,) if phones else (),
            address=self._typed("guardian_address", kept.address if kept else ""),
        )

    def relatives(self) -> list[RelativeEntry] | None:
        """Return parents as typed and grandparents as they are; None when the form does not have the part."""
        if "father_name" not in self.fields:
            return None
        held = {row.kin: row for row in self.child.relatives.all()} if self.child is not None else {}
        made = [
            RelativeEntry(kin, row.name, row.birth_date, row.national_id, row.work_place, tuple(row.phones))
            for kin, row in held.items()
            if kin not in PARENTS
        ]
        for kin in PARENTS:
            row = held.get(kin)
            phones = self._typed(f"{kin}_phones", "、".join(row.phones) if row else "")
            entry = RelativeEntry(
                kin.value,
                self.cleaned_data.get(f"{kin}_name") or "",
                row.birth_date if row else None,
                self._typed(f"{kin}_national_id", row.national_id if row else ""),
                self.cleaned_data.get(f"{kin}_work_place") or "",
                (phones,) if phones else (),
            )
            made.append(entry)
        return made


def _held(child: Child) -> dict[str, Any]:
    """Return the file's own values, for checks that look at the whole."""
    names = {name for _key, _title, names in SECTIONS for name in names}
    own = {name for name in names if hasattr(child, name) and name != "village"}
    return {name: getattr(child, name) for name in own} | {"village_id": child.village_id}


def initial_of(child: Child) -> dict[str, Any]:
    """Return what stands in the form for a file; hidden values are left out."""
    shown = {name: value for name, value in _held(child).items() if name not in HIDDEN_IN_FORMS}
    shown["village"] = child.village.code if child.village else ""
    guardian = queries.present_guardian(child)
    if guardian is not None:
        shown |= {
            "guardian_name": guardian.name,
            "guardian_relation": guardian.relation,
            "guardian_relation_word": guardian.relation_word,
        }
    for row in child.relatives.all():
        if row.kin in PARENTS:
            shown |= {f"{row.kin}_name": row.name, f"{row.kin}_work_place": row.work_place}
    return shown


def masked_value(child: Child | None, name: str) -> str:
    """Return the masked form of a value that forms hide, empty when there is none."""
    if child is None:
        return ""
    if name.startswith("guardian_"):
        guardian = queries.present_guardian(child)
        value = getattr(guardian, name.removeprefix("guardian_")) if guardian else ""
    elif name.startswith(("father_", "mother_")):
        kin, part = name.split("_", 1)
        row = next((row for row in child.relatives.all() if row.kin == kin), None)
        value = getattr(row, part) if row else ""
    else:
        value = getattr(child, name)
    if isinstance(value, list):
        return "、".join(mask(phone, 3, 4) for phone in value)
    if name.endswith("national_id"):
        return mask(value, 4, 2)
    return f"{township_of(value)}…" if value else ""


class LeaveForm(forms.Form):
    """A child leaves the home."""

    left_on = forms.DateField(label=_("Last day in the home"), initial=clock.today)
    reason = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("For example: moved to the parents in the city.")
    )

    def clean_left_on(self) -> date:
        """Refuse a day to come."""
        day: date = self.cleaned_data["left_on"]
        if day > clock.today():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class LookupForm(forms.Form):
    """An identity number, looked up without leaving a trace in addresses and logs."""

    number = forms.CharField(
        label=_("Identity number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
