"""Forms of imports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.queries import AnyUser, may

from . import queries, rules
from .models import Import, ImportKind
from .registers.reading import KINDS

ACCEPT = ".xlsx,.xls,.csv"


def kinds_for(user: AnyUser) -> list[tuple[str, Any]]:
    """Return the kinds of register that a person may import somewhere."""
    return [(value, label) for value, label in ImportKind.choices if may(user, rules.action_to_run(value))]


class ReceiveForm(forms.Form):
    """A register to import."""

    file = forms.FileField(
        label=_("Register"),
        help_text=_(
            "An Excel workbook (.xlsx or .xls) or a .csv, at most 20 MB. Nothing is written before you say so."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )
    kind = forms.ChoiceField(label=_("What is in it"), widget=forms.RadioSelect)
    centre = forms.ModelChoiceField(
        label=_("Into which home"), queryset=None, to_field_name="code", required=False, empty_label=None
    )
    as_of = forms.DateField(
        label=_("Day of filing"),
        required=False,
        widget=forms.DateInput,
        help_text=_("Ages and checks are judged on this day. Left empty: the date in the file, else today."),
    )

    def __init__(self, *args: Any, user: AnyUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = kinds_for(user)
        centres = queries.centres_to_import_into(user)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["centre"].queryset = centres  # type: ignore[attr-defined]
        if len(kinds) == 1:
            self.fields["kind"].initial = kinds[0][0]
        elif any(value == ImportKind.CHILDREN for value, _label in kinds):
            self.fields["kind"].initial = ImportKind.CHILDREN
        if not any(value != ImportKind.CENTRES for value, _label in kinds):
            del self.fields["centre"]


class ColumnsForm(forms.Form):
    """What each column means; sheets with the same header share one answer."""

    def __init__(self, *args: Any, found: Import, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from .messages import label_of

        columns = KINDS[found.kind].columns
        choices = [("", _("leave this column out"))] + [(one.identifier, label_of(one.identifier)) for one in columns]
        self.groups: list[tuple[list[str], list[str]]] = []
        self.sheets_of: dict[str, tuple[list[str], str]] = {}
        for number, (sheets, described) in enumerate(_grouped(found)):
            names: list[str] = []
            for column in described:
                name = f"c{number}-{column['letters']}"
                hint = ""
                if column["suggestion"] and not column["identifier"]:
                    hint = _("Perhaps: %(label)s") % {"label": label_of(column["suggestion"])}
                self.fields[name] = forms.ChoiceField(
                    label=f"{column['letters']} · {column['title']}",
                    choices=choices,
                    required=False,
                    initial=column["identifier"] or "",
                    help_text=hint,
                )
                self.sheets_of[name] = (sheets, column["letters"])
                names.append(name)
            self.groups.append((sheets, names))

    def sections(self) -> list[tuple[list[str], list[forms.BoundField]]]:
        """Return (sheets, fields) for the page."""
        return [(sheets, [self[name] for name in names]) for sheets, names in self.groups]

    def clean(self) -> dict[str, Any]:
        """Refuse one meaning for two columns of a sheet."""
        cleaned = super().clean() or {}
        for _sheets, names in self.groups:
            used: dict[str, str] = {}
            for name in names:
                meaning = cleaned.get(name)
                if meaning and meaning in used:
                    self.add_error(name, _("Two columns cannot mean the same."))
                used[meaning or ""] = name
        return cleaned

    def corrections(self) -> dict[str, dict[str, str | None]]:
        """Return sheet -> letters -> identifier."""
        made: dict[str, dict[str, str | None]] = {}
        for name, (sheets, letters) in self.sheets_of.items():
            for sheet in sheets:
                made.setdefault(sheet, {})[letters] = self.cleaned_data[name] or None
        return made


def _grouped(found: Import) -> list[tuple[list[str], list[dict[str, Any]]]]:
    groups: dict[tuple[Any, ...], tuple[list[str], list[dict[str, Any]]]] = {}
    for sheet, columns in found.columns.items():
        key = tuple((column["letters"], column["title"], column["identifier"]) for column in columns)
        groups.setdefault(key, ([], columns))[0].append(sheet)
    return list(groups.values())


class ConfirmForm(forms.Form):
    """Write everything, or the good rows only."""

    leave_out_rejected = forms.BooleanField(
        label=_("Leave out the rows that cannot be imported"),
        help_text=_("They are listed in the result. Without this nothing is imported while a row is not right."),
        required=False,
    )
