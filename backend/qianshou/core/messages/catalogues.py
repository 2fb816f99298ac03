"""Reads, updates, checks and compiles the `.po` files without needless change of lines."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from qianshou.core.messages.extraction import extract, find_apps

#: English is the language of the msgids; these are translated.
LOCALES = ("zh_Hans",)
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: Qianshou\\n"
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""
_PLACEHOLDERS = re.compile(r"%\((\w+)\)[sdif]|(?<!%)%[sdif]|\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a catalogue is not complete."""

    app: str
    locale: str
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.app} [{self.locale}]: {self.what}: {self.text!r}"


def read(path: Path, locale: str) -> Catalog:
    """Return the catalogue of a file, empty when there is none."""
    if not path.exists():
        return Catalog(locale=locale, domain="django")
    with path.open("rb") as stream:
        return read_po(stream, locale=locale, domain="django", abort_invalid=True)


def render(catalogue: Catalog, locale: str) -> bytes:
    """Return the file of a catalogue: sorted, without dates and line numbers, so that merges stay quiet."""
    stream = io.BytesIO()
    write_po(
        stream, catalogue, width=100, omit_header=True, sort_output=True, include_lineno=False, include_previous=False
    )
    body = stream.getvalue().decode().strip("\n")
    return f"{HEADER.format(locale=locale)}\n{body}\n".encode()


def update(root: Path) -> list[Path]:
    """Bring every catalogue in step with the texts; returns the files that changed.

    New texts come in empty, texts that are gone are kept as obsolete.
    """
    changed = []
    for app in find_apps(root):
        template = extract(app, root)
        for locale in LOCALES:
            path = app.catalogue_path(locale)
            if not len(template) and not path.exists():
                continue
            catalogue = read(path, locale)
            catalogue.update(template, no_fuzzy_matching=True)
            content = render(catalogue, locale)
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                changed.append(path)
    return changed


def check(root: Path) -> list[Fault]:
    """Return everything that keeps the catalogues from being complete and true."""
    faults: list[Fault] = []
    for app in find_apps(root):
        template = extract(app, root)
        for locale in LOCALES:
            catalogue = read(app.catalogue_path(locale), locale)
            found = list(_faults(template, catalogue))
            faults += [Fault(app.label, locale, what, text) for what, text in found]
    return faults


def _faults(template: Catalog, catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for wanted in template:
        if not wanted.id:
            continue
        message = catalogue.get(wanted.id, context=wanted.context)
        text = _first(wanted.id)
        if message is None:
            yield "not in the catalogue", text
        elif message.fuzzy:
            yield "fuzzy", text
        elif not _first(message.string):
            yield "not translated", text
        elif not _same_placeholders(message):
            yield "placeholders differ", text
    for message in catalogue:
        if message.id and template.get(message.id, context=message.context) is None:
            yield "no longer used", _first(message.id)


def _first(value: str | tuple[str, ...] | list[str] | None) -> str:
    return (value[0] if value else "") if isinstance(value, (tuple, list)) else (value or "")


def _same_placeholders(message: Message) -> bool:
    """Compare with the plural form, which names every value, also that of the one Chinese form."""
    source = message.id[-1] if isinstance(message.id, (tuple, list)) else message.id
    return sorted(_PLACEHOLDERS.findall(source)) == sorted(_PLACEHOLDERS.findall(_first(message.string)))


def compile_all(root: Path) -> list[Path]:
    """Write the `.mo` file beside every catalogue that changed (never committed); returns the files written."""
    written = []
    for path in sorted((root / "backend/qianshou").glob("*/locale/*/LC_MESSAGES/django.po")):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > path.stat().st_mtime_ns:
            continue
        stream = io.BytesIO()
        write_mo(stream, read(path, path.parts[-3]))
        draft = target.with_suffix(f".{os.getpid()}")  # several processes may compile at once
        draft.write_bytes(stream.getvalue())
        draft.replace(target)
        written.append(target)
    return written
