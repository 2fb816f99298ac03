"""Translations: found, kept in step without churn, complete."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import pytest

from qianshou.core.messages import catalogues, extraction

ROOT = Path(__file__).parents[2]
PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
A = _("Child")
# Translators: the month
B = pgettext("month", "May")
C = ngettext("%(n)s child", "%(n)s children", 3)
D = _(A)
"""
TEMPLATE = """{% load i18n %}
    {% if x %}
  <p title="{{ _("Hint")|default:_("None") }}">{% translate "It's 5 %" %}</p>
{% endif %}
{% blocktranslate trimmed count n=n %}
   One of {{ name }}
{% plural %}
   {{ n }} of {{ name }}
{% endblocktranslate %}
"""


@pytest.fixture
def house(tmp_path):
    app = tmp_path / "backend/qianshou/core"
    app.mkdir(parents=True)
    (app / "__init__.py").touch()
    (app / "models.py").write_text(PYTHON)
    (tmp_path / "frontend/templates/_partials").mkdir(parents=True)
    (tmp_path / "frontend/templates/_partials/_x.html").write_text(TEMPLATE)
    return tmp_path


def po(house):
    return house / "backend/qianshou/core/locale/zh_Hans/LC_MESSAGES/django.po"


def test_texts_are_found_in_python_and_templates(house):
    (app,) = extraction.find_apps(house)
    found = {(m.context, m.id) for m in extraction.extract(app, house) if m.id}
    assert found == {
        (None, "Child"), ("month", "May"), (None, ("%(n)s child", "%(n)s children")),
        (None, "Hint"), (None, "None"), (None, "It's 5 %%"),
        (None, ("One of %(name)s", "%(n)s of %(name)s")),
    }  # fmt: skip


def test_updating_twice_changes_nothing_and_keeps_translations(house):
    catalogues.update(house)
    text = po(house).read_text()
    assert not [line for line in text.splitlines() if "Date" in line or ":1" in line]
    po(house).write_text(text.replace('msgid "Child"\nmsgstr ""', 'msgid "Child"\nmsgstr "孩子"'))
    assert catalogues.update(house) == []
    assert 'msgid "Child"\nmsgstr "孩子"' in po(house).read_text()


def test_a_text_that_is_gone_becomes_obsolete(house):
    catalogues.update(house)
    po(house).write_text(po(house).read_text().replace('msgid "Child"\nmsgstr ""', 'msgid "Child"\nmsgstr "孩子"'))
    (house / "backend/qianshou/core/models.py").write_text("")
    assert ("no longer used", "Child") in [(f.what, f.text) for f in catalogues.check(house)]
    catalogues.update(house)
    assert '#~ msgid "Child"\n#~ msgstr "孩子"' in po(house).read_text()
    assert "Child" not in [f.text for f in catalogues.check(house)]


def test_every_kind_of_fault_is_named(house):
    catalogues.update(house)
    text = po(house).read_text()
    text = text.replace('msgid "Child"\nmsgstr ""', '#, fuzzy\nmsgid "Child"\nmsgstr "孩子"')
    text = text.replace('msgid "Hint"\nmsgstr ""\n', "")
    text = text.replace('"%(n)s of %(name)s"\nmsgstr[0] ""', '"%(n)s of %(name)s"\nmsgstr[0] "%(n)s 个"')
    po(house).write_text(text)
    faults = {fault.text: fault.what for fault in catalogues.check(house)}
    assert faults == {
        "Child": "fuzzy", "Hint": "not in the catalogue", "One of %(name)s": "placeholders differ",
        "May": "not translated", "%(n)s child": "not translated", "None": "not translated",
        "It's 5 %%": "not translated",
    }  # fmt: skip


def test_compiled_catalogues_are_read_by_gettext(house):
    catalogues.update(house)
    po(house).write_text(po(house).read_text().replace('msgid "Child"\nmsgstr ""', 'msgid "Child"\nmsgstr "孩子"'))
    (path,) = catalogues.compile_all(house)
    assert gettext.GNUTranslations(io.BytesIO(path.read_bytes())).gettext("Child") == "孩子"


def test_every_text_of_the_house_is_translated():
    assert [str(fault) for fault in catalogues.check(ROOT)] == []
