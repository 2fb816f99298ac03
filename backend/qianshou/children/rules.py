"""Rules about a child that need no database: age, left-behind status, the words of the registers.

Sources: R-L1, R-L2 (who is a left-behind child), S01.
"""

import datetime as dt
import re
import unicodedata

from qianshou.core.ages import age_on as age_on
from qianshou.core.identity import without_invisibles

LEFT_BEHIND_UNDER = 16
MINOR_UNDER = 18

BOTH_AWAY = "both_away"
FATHER_AWAY_MOTHER_INCAPABLE = "father_away_mother_incapable"
MOTHER_AWAY_FATHER_INCAPABLE = "mother_away_father_incapable"
FATHER_AWAY = "father_away"
MOTHER_AWAY = "mother_away"
NONE_AWAY = "none_away"
SITUATIONS: tuple[str, ...] = (
    BOTH_AWAY,
    FATHER_AWAY_MOTHER_INCAPABLE,
    MOTHER_AWAY_FATHER_INCAPABLE,
    FATHER_AWAY,
    MOTHER_AWAY,
    NONE_AWAY,
)
LEFT_BEHIND_SITUATIONS = frozenset({BOTH_AWAY, FATHER_AWAY_MOTHER_INCAPABLE, MOTHER_AWAY_FATHER_INCAPABLE})

RELATION_WORDS: dict[str, tuple[str, ...]] = {
    "paternal_grandfather": ("爷爷", "祖父"),
    "paternal_grandmother": ("奶奶", "祖母"),
    "maternal_grandfather": ("外公", "外祖父", "姥爷"),
    "maternal_grandmother": ("外婆", "外祖母", "姥姥"),
    "paternal_uncle": ("伯父", "大伯", "叔叔"),
    "paternal_aunt": ("姑姑", "姑妈"),
    "maternal_uncle": ("舅舅", "舅父"),
    "maternal_aunt": ("姨", "姨妈"),
}
OTHER_RELATION = "other"
RELATIONS: tuple[str, ...] = (*RELATION_WORDS, OTHER_RELATION)
_RELATION_BY_WORD = {word: code for code, words in RELATION_WORDS.items() for word in words}
# Longest first, so that 外祖父 is not read as 祖父 and 姨妈 not as 姨.
_RELATIONS_IN_TEXT = re.compile("|".join(sorted(_RELATION_BY_WORD, key=len, reverse=True)))
_BRACKETED = re.compile(r"[(\[{【〔][^)\]}】〕]*[)\]}】〕]?")
_PUNCTUATION = re.compile(r"[,，、;；.。:：/]+")

_SITUATION_BY_WORD = {
    "双出": BOTH_AWAY,
    "父母均外出": BOTH_AWAY,
    "父母双方外出": BOTH_AWAY,
    "父母双方同时外出": BOTH_AWAY,
    "父母都外出": BOTH_AWAY,
    "双方外出": BOTH_AWAY,
    "都外出": BOTH_AWAY,
    "都在家": NONE_AWAY,
    "父母都在家": NONE_AWAY,
    "父母均在家": NONE_AWAY,
    "父出母在家": FATHER_AWAY,
    "父亲外出母亲在家": FATHER_AWAY,
    "母出父在家": MOTHER_AWAY,
    "母亲外出父亲在家": MOTHER_AWAY,
}
_INCAPABLE = r"(?:残疾|重残|重病|患病|无监护能力)"
_FATHER_AWAY_MOTHER_INCAPABLE = re.compile(rf"父亲?(?:外出|出)母亲?{_INCAPABLE}")
_MOTHER_AWAY_FATHER_INCAPABLE = re.compile(rf"母亲?(?:外出|出)父亲?{_INCAPABLE}")
_ONE_AWAY_OTHER_INCAPABLE = frozenset({"一方外出另一方无监护能力", "父母一方外出另一方无监护能力"})


def is_left_behind(situation: str | None, birth_date: dt.date, on: dt.date) -> bool:
    """Both parents away, or one away and the other unable to care, and not yet 16 on ``on`` (R-L1, R-L2)."""
    return situation in LEFT_BEHIND_SITUATIONS and age_on(birth_date, on) < LEFT_BEHIND_UNDER


_TO_TOWNSHIP = re.compile(r".+?(?:街道|镇|乡)")


def township_of(address: str) -> str:
    """Return an address cut after its township (乡, 镇, 街道), empty when it names none: less must not be shown."""
    found = _TO_TOWNSHIP.match(address)
    return found.group() if found else ""


def _plain(text: str) -> str:
    return _BRACKETED.sub("", without_invisibles(unicodedata.normalize("NFKC", text)))


def read_relation(text: str) -> tuple[str, str, bool]:
    """A carer's relation code, the word it came from, and whether two persons were named (the first counts).

    A note in brackets is left out; a word that is not in the table gives ``other`` with the word kept.
    """
    word = _plain(text)
    if word in _RELATION_BY_WORD:
        return _RELATION_BY_WORD[word], word, False
    found = _RELATIONS_IN_TEXT.findall(word)
    if len(found) >= 2 and not _PUNCTUATION.sub("", _RELATIONS_IN_TEXT.sub("", word)).strip("和与及"):
        return _RELATION_BY_WORD[found[0]], found[0], True
    return OTHER_RELATION, word or text.strip(), False


def read_situation(text: str, incapable: str = "") -> str | None:
    """Who of the parents is away, from the words of a register; ``None`` when the words do not say it.

    ``incapable`` is the column 无监护能力者 (父亲 or 母亲) of the official form.
    """
    word = _PUNCTUATION.sub("", _plain(text))
    if word in SITUATIONS:
        return word
    if word in _SITUATION_BY_WORD:
        return _SITUATION_BY_WORD[word]
    if word in _ONE_AWAY_OTHER_INCAPABLE:
        who = _plain(incapable)[:1]
        return {"父": MOTHER_AWAY_FATHER_INCAPABLE, "母": FATHER_AWAY_MOTHER_INCAPABLE}.get(who)
    if _FATHER_AWAY_MOTHER_INCAPABLE.fullmatch(word):
        return FATHER_AWAY_MOTHER_INCAPABLE
    if _MOTHER_AWAY_FATHER_INCAPABLE.fullmatch(word):
        return MOTHER_AWAY_FATHER_INCAPABLE
    return None
