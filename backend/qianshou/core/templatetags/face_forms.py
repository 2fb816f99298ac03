"""Tags for forms: one way to show a field, its hint and its errors."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()

# Django's own sentence; our catalogue says it warmer.
REQUIRED = gettext_lazy("This field is required.")
OWN_OPTIONS = ("label", "hint", "cards", "optional_mark", "blank")
DJANGOS_BLANK = "---------"


def _kind_of(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checks"
    if isinstance(widget, forms.RadioSelect):
        return "radios"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, (forms.MultiWidget, forms.SelectDateWidget)):
        return "several"
    return "one"


def _native(widget: forms.Widget) -> forms.Widget:
    """Turn date and time inputs into the browser's own, which want ISO values in every language."""
    iso = (
        (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
        (forms.DateInput, "date", "%Y-%m-%d"),
        (forms.TimeInput, "time", "%H:%M"),
    )
    for kind, input_type, pattern in iso:
        if isinstance(widget, kind):
            widget = copy.copy(widget)
            widget.input_type, widget.format = input_type, pattern
            break
    return widget


def _with_words_for_nothing(bound: BoundField, words: Any) -> forms.Widget:
    """Give a select whose empty choice says something instead of Django's row of dashes."""
    widget = copy.copy(bound.field.widget)
    widget.choices = [(key, words if label == DJANGOS_BLANK else label) for key, label in bound.field.widget.choices]
    return widget


@register.simple_tag
def field(bound: BoundField, **options: Any) -> SafeString:
    """Show a field: label above, hint, error, control. Options beyond `label`, `hint`, `cards` become attributes."""
    if bound.is_hidden:
        return SafeString(str(bound))
    widget = _native(bound.field.widget)
    kind = _kind_of(widget)
    if type(widget) is forms.Select:
        widget = _with_words_for_nothing(bound, options.get("blank") or _("Please choose"))
    hint = options.get("hint", bound.help_text)
    base = bound.auto_id or bound.html_name
    described = [f"{base}-hint"] if hint else []
    if bound.errors:
        described.append(f"{base}-error")
    attrs = {name.replace("_", "-"): value for name, value in options.items() if name not in OWN_OPTIONS}
    if described and kind in ("one", "check", "several"):
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors and kind in ("one", "check"):
        attrs["aria-invalid"] = "true"
    context = {
        "bound": bound,
        "base": base,
        "kind": kind,
        "label": options.get("label") or bound.label,
        "hint": hint,
        "described": " ".join(described),
        "cards": options.get("cards", False),
        "optional": not bound.field.required and kind != "check" and options.get("optional_mark", True),
        "control": "" if kind in ("radios", "checks") else bound.as_widget(widget=widget, attrs=attrs),
        "select": isinstance(widget, forms.Select) and not isinstance(widget, forms.SelectMultiple),
    }
    return render_to_string("_partials/field.html", context)


@register.simple_tag
def fields(form: forms.BaseForm) -> SafeString:
    """Show every field of a form in its order, hidden ones included."""
    return SafeString("".join(field(bound) for bound in form))


def _named(label: Any, message: Any) -> str:
    return _("%(label)s: %(message)s") % {"label": label, "message": message}


def _entries(form: Any) -> list[dict[str, Any]]:
    """List the errors of a form or formset with the id to jump to."""
    if hasattr(form, "forms"):
        found = [{"target": "", "words": message} for message in form.non_form_errors()]
        for inner in form.forms:
            found += _entries(inner)
        return found
    found = [{"target": "", "words": message} for message in form.non_field_errors()]
    for bound in form:
        target = "" if bound.is_hidden else bound.id_for_label or bound.auto_id
        if isinstance(bound.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
            target = f"{bound.auto_id}_0"
        found += [
            {"target": target, "words": message if bound.is_hidden else _named(bound.label, message)}
            for message in bound.errors
        ]
    return found


@register.inclusion_tag("_partials/error_summary.html")
def field_error_summary(*forms_shown: Any) -> dict[str, Any]:
    """List what has to be put right, each with a link to its field; nothing where all is well."""
    entries: list[dict[str, Any]] = []
    for form in forms_shown:
        if form is not None and form.is_bound:
            entries += _entries(form)
    return {"entries": entries}


@register.simple_tag
def idempotency_key() -> SafeString:
    """Give the form a key of its own, so that sending it twice does the thing once."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid.uuid4())


@register.inclusion_tag("_partials/submit_row.html")
def submit_row(label: Any, **options: Any) -> dict[str, Any]:
    """Show the one primary button, sticky on phones; options `cancel` (address), `pending`, `kind`, `name`, `value`."""
    return {"label": label, "pending": options.pop("pending", _("Sending…")), **options}
