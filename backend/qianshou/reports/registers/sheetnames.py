"""School and class from the title of a sheet, the line 学校： and the sheet's name."""

import re

_CLASS = re.compile(
    r"(?:[一二三四五六七八九]年级(?:[（(]?[0-9一二三四五六七八九十]+[)）]?班)?|[一二三四五六]{2,3}复式班|[大中小]班|初[一二三]|高[一二三])"
)
_SCHOOL = re.compile(r"[\u4e00-\u9fff]{2,20}?(?:小学|中学|学校|幼儿园|教学点)")


def school_and_class(sheet_name: str, title: str, school_line: str) -> dict[str, str]:
    """Identifier -> value for ``school`` and ``school_class`` as far as they are written around the table."""
    found: dict[str, str] = {}
    school = _SCHOOL.search(school_line) or _SCHOOL.search(title[:80]) or _SCHOOL.search(sheet_name)
    if school:
        found["school"] = school.group()
    school_class = _CLASS.search(title[:80]) or _CLASS.search(sheet_name)
    if school_class:
        found["school_class"] = school_class.group()
    return found
