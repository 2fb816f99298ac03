"""Titles of columns as they are compared: half width, no spaces, nothing in brackets."""

import re
import unicodedata
from functools import lru_cache

from qianshou.core.identity import without_invisibles

_BRACKETS = re.compile(r"[(\[{【〔〈《「][^)\]}】〕〉》」]*[)\]}】〕〉》」]")
_ORNAMENT = re.compile(r"[*※★:、,。．.!?;·]+")
MAX_TITLE = 40


@lru_cache(maxsize=4096)
def plain_title(text: str) -> str:
    """``text`` as a title is compared; empty for what is too long to be one."""
    plain = without_invisibles(unicodedata.normalize("NFKC", text[:400]))
    plain = _ORNAMENT.sub("", _BRACKETS.sub("", plain)).lower()
    return plain if len(plain) <= MAX_TITLE else ""
