"""The living style page: every component in every state, with invented people; demo mode only."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qianshou.core import clock
from qianshou.core.templatetags.face_page import TEXT_SIZES, THEMES
from qianshou.core.templatetags.face_parts import KIND_ICONS

TEXT_NEEDS, LINE_NEEDS = 4.5, 3.0

# What stands on what; the test of the tokens holds the same pairs in both themes.
TEXT_PAIRS = (
    ("text", "page"),
    ("text", "surface"),
    ("text", "sunken"),
    ("muted", "page"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("link", "page"),
    ("link", "surface"),
    ("link", "sunken"),
    ("on-primary", "primary"),
    ("on-primary", "primary-strong"),
    ("on-primary-soft", "primary-soft"),
    ("on-accent-soft", "accent-soft"),
    ("on-danger", "danger"),
    ("on-danger-soft", "danger-soft"),
    ("on-danger-soft", "surface"),
    ("on-danger-soft", "page"),
    ("on-warning-soft", "warning-soft"),
    ("on-success-soft", "success-soft"),
    ("on-info-soft", "info-soft"),
    ("on-neutral-soft", "neutral-soft"),
    ("on-bubble-own", "bubble-own"),
    *((f"on-tone-{place}", f"tone-{place}") for place in range(1, 7)),
)
LINE_PAIRS = (
    ("border-input", "page"),
    ("border-input", "surface"),
    ("focus", "page"),
    ("focus", "surface"),
    ("focus", "sunken"),
    ("primary", "page"),
    ("primary", "surface"),
    ("primary", "neutral-soft"),
    ("accent", "surface"),
    ("danger", "page"),
)


def read_tokens() -> dict[str, dict[str, str]]:
    """Read the colours of the light and the dark theme from the style sheet."""
    css = Path(str(finders.find("css/tokens.css"))).read_text(encoding="utf-8")
    light = re.search(r":root \{(.*?)\n  \}", css, flags=re.S)
    dark = re.search(r':root\[data-theme="dark"\] \{(.*?)\n  \}', css, flags=re.S)
    if light is None or dark is None:
        raise ValueError("css/tokens.css has lost one of its themes")
    pattern = re.compile(r"--([\w-]+): (#[0-9A-Fa-f]{6});")
    first = dict(pattern.findall(light.group(1)))
    return {"light": first, "dark": {**first, **dict(pattern.findall(dark.group(1)))}}


def luminance(colour: str) -> float:
    """Give the relative luminance of `#rrggbb` (WCAG 2)."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=50, help_text=gettext_lazy("As in the school register.")
    )
    phone = forms.RegexField(
        r"^\d{11}$",
        label=gettext_lazy("Mobile number"),
        error_messages={"invalid": gettext_lazy("A mobile number has 11 digits.")},
    )
    born = forms.DateField(label=gettext_lazy("Date of birth"))
    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"), choices=[("", "—"), ("3", gettext_lazy("Grade 3")), ("4", gettext_lazy("Grade 4"))]
    )
    living = forms.ChoiceField(
        label=gettext_lazy("Who is away"),
        widget=forms.RadioSelect,
        choices=[
            ("both", gettext_lazy("Both parents")),
            ("father", gettext_lazy("The father")),
            ("mother", gettext_lazy("The mother")),
        ],
    )
    likes = forms.MultipleChoiceField(
        label=gettext_lazy("Likes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("reading", gettext_lazy("Reading")),
            ("drawing", gettext_lazy("Drawing")),
            ("football", gettext_lazy("Football")),
            ("chess", gettext_lazy("Chess")),
        ],
    )
    register = forms.FileField(label=gettext_lazy("Register (.xlsx, .xls, .csv)"), required=False)
    note = forms.CharField(label=gettext_lazy("Remark"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label=gettext_lazy("The guardian has agreed in writing"))


def _people() -> list[dict[str, Any]]:
    names = ["林小满", "陈知秋", "吴一诺", "Dolkar Tsering", "赵青禾", "周星野", "阿依古丽·买买提", "孙念安"]
    states = [
        ("success", _("Paired")),
        ("warning", _("Check expires")),
        ("neutral", _("Waiting")),
        ("danger", _("Suspended")),
        ("info", _("On trial")),
    ]
    return [
        {
            "name": name,
            "code": f"C{place:04d}",
            "sub": _("Grade %(grade)d") % {"grade": 2 + place % 4},
            "age": 8 + place % 5,
            "kind": states[place % 5][0],
            "state": states[place % 5][1],
            "hours": place,
        }
        for place, name in enumerate(names)
    ]


def _history() -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "at": now - timedelta(minutes=12),
            "title": _("Pairing accepted"),
            "by": "苏岚",
            "icon": "heart-handshake",
            "kind": "success",
        },
        {
            "at": now - timedelta(hours=5),
            "title": _("Guardian agreed"),
            "by": "何奶奶",
            "text": _("On the phone, noted by the home."),
        },
        {"at": now - timedelta(days=9), "title": _("Registered by the home"), "by": "苏岚", "icon": "file-text"},
    ]


def _jobs() -> list[dict[str, Any]]:
    title = _("Import of children.xlsx")
    return [
        {"code": "J1", "state": "running", "stage": _("Reading rows"), "done": 1820, "total": 5000, "title": title},
        {"code": "J2", "state": "queued", "stage": "", "done": 0, "total": 0, "title": title},
        {"code": "J3", "state": "done", "title": title},
        {"code": "J4", "state": "failed", "title": title},
    ]


def _tokens() -> list[dict[str, Any]]:
    themes = read_tokens()
    pairs = [(*pair, TEXT_NEEDS) for pair in TEXT_PAIRS] + [(*pair, LINE_NEEDS) for pair in LINE_PAIRS]
    return [
        {
            "front": front,
            "back": back,
            "need": need,
            "light": f"{contrast(themes['light'][front], themes['light'][back]):.1f}",
            "dark": f"{contrast(themes['dark'][front], themes['dark'][back]):.1f}",
            "front_colour": themes["light"][front],
            "back_colour": themes["light"][back],
            "front_dark": themes["dark"][front],
            "back_dark": themes["dark"][back],
        }
        for front, back, need in pairs
    ]


def _icon_names() -> list[str]:
    folder = Path(str(finders.find("vendor/lucide/LICENSE"))).parent
    return sorted(path.stem for path in folder.glob("*.svg"))


def style_page(request: HttpRequest) -> HttpResponse:
    """Show the style page in the language, theme and text size of the query."""
    if not settings.DEMO_MODE:
        raise Http404
    language = request.GET.get("lang", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    choices = {"theme": request.GET.get("theme", "auto"), "text_size": request.GET.get("size", "normal")}
    wrong = SampleForm({"name": "林小满", "phone": "1380", "likes": ["reading"]})
    with translation.override(language):
        return render(
            request,
            "style/page.html",
            {
                "style_choices": choices,
                "language": language,
                "themes": THEMES,
                "sizes": TEXT_SIZES,
                "kinds": list(KIND_ICONS),
                "people": _people(),
                "page": Paginator(range(120), 20).page(2),
                "form": SampleForm(),
                "wrong": wrong,
                "history": _history(),
                "jobs": _jobs(),
                "tokens": _tokens(),
                "icons": _icon_names(),
                "steps": [_("Upload"), _("Name the columns"), _("Preview"), _("Import")],
                "villages": [("青石村", 23), ("柳树湾", 17), ("大坪村", 9), ("石门坎", 3)],
                "months": [31, 34, 33, 40, 44, 41, 52],
                "week": [(0, 16, 18), (2, "16:30", "18:00"), (5, 9, 12), (5, 14, 17)],
                "other_week": [(0, 17, 20), (2, 8, 12), (5, 10, 16), (6, 9, 11)],
                "at": datetime(2026, 11, 23, 0, 30, tzinfo=UTC),
                "until": datetime(2026, 11, 23, 3, 30, tzinfo=UTC),
                "other_year": date(2025, 9, 1),
            },
        )
