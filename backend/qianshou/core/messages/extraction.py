"""Finds the texts that people see, in Python and in templates, app by app."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "_": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
TEMPLATE_SUFFIXES = frozenset({".html", ".txt"})
#: Templates that override those of another package, and the app that answers for their words.
ADOPTED_TEMPLATES = {
    "account": "accounts",
    "allauth": "accounts",
    "mfa": "accounts",
    "socialaccount": "accounts",
    "usersessions": "accounts",
}


@dataclass(frozen=True, slots=True)
class AppTexts:
    """One app: its label, its folder, and the files in which its texts stand."""

    label: str
    folder: Path
    python: tuple[Path, ...]
    templates: tuple[Path, ...]

    def catalogue_path(self, locale: str) -> Path:
        """Return where the translations of one locale live."""
        return self.folder / "locale" / locale / "LC_MESSAGES" / "django.po"


def find_apps(root: Path) -> list[AppTexts]:
    """Return every app under ``root`` (the repository) with its files; core adopts what belongs to no app."""
    folders = {path.parent.name: path.parent for path in sorted((root / "backend/qianshou").glob("*/__init__.py"))}
    templates: dict[str, list[Path]] = {label: [] for label in folders}
    base = root / "frontend/templates"
    for path in sorted(base.rglob("*")):
        if path.suffix in TEMPLATE_SUFFIXES:
            first = path.relative_to(base).parts[0]
            label = ADOPTED_TEMPLATES.get(first, first)
            templates[label if label in folders else "core"].append(path)
    apps = []
    for label, folder in folders.items():
        python = [path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts]
        if label == "core":
            python += sorted((root / "backend/config").rglob("*.py"))
        apps.append(AppTexts(label, folder, tuple(python), tuple(templates[label])))
    return apps


def extract(app: AppTexts, root: Path) -> Catalog:
    """Return a catalogue of all texts of one app, without translations.

    Raises
    ------
    SyntaxError
        When a template cannot be read, with its name.
    """
    catalogue = Catalog(domain="django", charset="utf-8")
    for path in (*app.python, *app.templates):
        place = path.relative_to(root).as_posix()
        for message, context, comments in _texts(path, place):
            catalogue.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return catalogue


def _texts(path: Path, place: str) -> Iterator[tuple[str | tuple[str, ...], str | None, list[str]]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix in TEMPLATE_SUFFIXES:
        # The result only resembles Python: its indentation would not pass the tokenizer.
        source = "\n".join(line.lstrip() for line in templatize(source, origin=place).splitlines())
    stream = io.BytesIO(source.encode())
    found: Any = extract_python(stream, KEYWORDS, ("Translators:",), {})  # babel types its tuples too loosely
    for _line, function, arguments, comments in found:
        values = arguments if isinstance(arguments, tuple) else (arguments,)
        picked = _pick(function, values)
        if picked is not None:
            yield (*picked, comments)


def _pick(function: str, values: tuple[str | None, ...]) -> tuple[str | tuple[str, ...], str | None] | None:
    context = None
    message: list[str] = []
    for position in KEYWORDS[function] or (1,):
        index = position if isinstance(position, int) else position[0]
        if index > len(values):
            return None
        value = values[index - 1]
        if not isinstance(value, str) or not value:
            return None  # a name, not a text: it is marked where it is written
        if isinstance(position, tuple):
            context = value
        else:
            message.append(value)
    return (message[0] if len(message) == 1 else tuple(message)), context
