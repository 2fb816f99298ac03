"""Names of people: how they sort, how they are found, how they are shortened for eyes that may not see them."""

from __future__ import annotations

import functools
import unicodedata

from pypinyin import Style, lazy_pinyin

#: Surnames that are read otherwise than the same character in a word.
SURNAME_READINGS = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "任": "ren", "盖": "ge",
    "朴": "piao", "翟": "zhai", "覃": "qin", "缪": "miao", "乐": "yue", "尉": "wei", "晁": "chao", "冼": "xian",
    "洗": "xian", "那": "na", "员": "yun", "折": "she", "祭": "zhai", "繁": "po", "秘": "bi", "种": "chong",
    "重": "chong", "长": "chang", "都": "du", "黑": "he", "句": "gou", "召": "shao", "牟": "mou", "贾": "jia",
    "华": "hua", "宁": "ning", "葛": "ge", "万": "wan", "石": "shi", "贲": "ben", "干": "gan", "藏": "zang",
}  # fmt: skip
COMPOUND_SURNAMES = {
    "欧阳": ("ou", "yang"), "司马": ("si", "ma"), "上官": ("shang", "guan"), "诸葛": ("zhu", "ge"),
    "东方": ("dong", "fang"), "皇甫": ("huang", "fu"), "尉迟": ("yu", "chi"), "公孙": ("gong", "sun"),
    "慕容": ("mu", "rong"), "长孙": ("zhang", "sun"), "宇文": ("yu", "wen"), "司徒": ("si", "tu"),
    "夏侯": ("xia", "hou"), "令狐": ("ling", "hu"), "端木": ("duan", "mu"), "独孤": ("du", "gu"),
    "南宫": ("nan", "gong"), "万俟": ("mo", "qi"), "澹台": ("tan", "tai"), "司空": ("si", "kong"),
    "轩辕": ("xuan", "yuan"), "申屠": ("shen", "tu"), "呼延": ("hu", "yan"), "赫连": ("he", "lian"),
}  # fmt: skip


@functools.lru_cache(maxsize=8192)
def syllables(name: str) -> tuple[str, ...]:
    """Return the reading of a name, syllable by syllable, without tones; what has no reading stays as it is."""
    compound = COMPOUND_SURNAMES.get(name[:2]) if len(name) > 2 else None
    if compound:
        return (*compound, *_read(name[2:]))
    if len(name) > 1 and name[0] in SURNAME_READINGS and "·" not in name:
        # A word of two such characters keeps the word's reading: the rest is read without the surname.
        return (SURNAME_READINGS[name[0]], *_read(name[1:]))
    return tuple(_read(name))


def _read(text: str) -> list[str]:
    read = lazy_pinyin(text.replace("·", ""), style=Style.NORMAL, v_to_u=False, errors=list)
    return [part.casefold() for part in read if part.strip()]


def sort_key(name: str) -> str:
    """Return what a name sorts and is found by: `chong qing|chongqing|cq`.

    Syllables stand apart, so that Li Wei sorts before Lian; the written-together form and the initials follow
    for the search.
    """
    read = syllables(name)
    return "|".join((" ".join(read), "".join(read), "".join(part[0] for part in read)))[:400] if read else ""


def search_key(text: str) -> str:
    """Return the form in which typed letters are looked for in sort keys; empty when there are no letters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(ch for ch in plain if ch.isalnum())
    return letters if letters.isascii() and letters.isalpha() else ""


def surname(name: str) -> str:
    """Return the surname; of a name that has none (with a dot), its first character: less must not be shown."""
    if len(name) > 2 and name[:2] in COMPOUND_SURNAMES:
        return name[:2]
    return name[:1]
