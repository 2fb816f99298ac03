"""One thing has one word: catalogues of all apps are merged when the program runs, and the first one wins."""

from collections import defaultdict

from babel.messages.pofile import read_po

from config.environment import ROOT


def test_an_english_text_has_one_chinese_text_in_all_apps():
    said = defaultdict(dict)
    for path in sorted((ROOT / "backend" / "qianshou").glob("*/locale/zh_Hans/LC_MESSAGES/django.po")):
        with path.open("rb") as stream:
            for message in read_po(stream):
                if message.id:
                    key = (message.context, message.id if isinstance(message.id, str) else message.id[0])
                    said[key][path.parents[3].name] = message.string
    # Where two meanings share an English word, one of them needs a context.
    assert {key: apps for key, apps in said.items() if len({str(text) for text in apps.values()}) > 1} == {}
