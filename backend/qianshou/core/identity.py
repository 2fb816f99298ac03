"""Who a person is on paper: names, citizen ids, telephone numbers and ethnic groups as people write them.

Pure functions, standard library only. Forms and register imports use the same ones, so a value that one
accepts the other accepts too. A value that cannot be used raises ``IdentityFault`` with a stable code.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

NAME_MAX_LENGTH = 50
PHONE_LENGTH = 11
NATIONAL_ID_LENGTH = 18

MALE = "male"
FEMALE = "female"

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK_DIGITS = "10X98765432"
_ID_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_PRECISION_LOST = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_APOSTROPHES = "'’‘`＇"

_NAME_DOTS = dict.fromkeys(map(ord, "•．・‧∙⋅･."), "·")
_HAN = (
    "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0002a6df\U0002a700-\U0002ebef\U0002ebf0-\U0002ee5f\U0002f800-\U0002fa1f\U00030000-\U000323af"
)
_PERSON_NAME = re.compile(f"[{_HAN}]+(?:·[{_HAN}]+)*")
_ANY_HAN = re.compile(f"[{_HAN}]")

_PRINTABLE_YET_UNSEEN = re.compile("[ \u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")

_PHONE_SEPARATORS = re.compile(r"[/／、,，;；\r\n]+")
_PHONE_FILLING = re.compile(r"[\s\-()（）.·—–－‐‑]+")
_COUNTRY_CODE = re.compile(r"(?:\+|00)?86(?=1[0-9]{10}$)")
_PHONE = re.compile(r"1[0-9]{10}")

_NONE_WORDS = frozenset(
    {"", "无", "没有", "暂无", "不详", "未知", "未填", "空", "n/a", "na", "none", "nil", "null"}
    | {"—", "——", "–", "-", "--", "―", "－", "─", "/", "／", "\\"}
)
_NO_ID_YET = frozenset(["未上户", "未上户口", "未登记", "未办", "未办理", "暂未办理"])

ETHNICITIES: tuple[str, ...] = tuple(
    """
    汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族
    满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 傣族 黎族 傈僳族
    佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族
    达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族
    塔吉克族 怒族 乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族 裕固族 京族 塔塔尔族
    独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族
    """.split()  # noqa: SIM905 -- 56 names read better as words than as a list
)
_ETHNICITY_BY_WORD = {name: name for name in ETHNICITIES} | {name.removesuffix("族"): name for name in ETHNICITIES}


class IdentityFault(ValueError):
    """A written name, number or group that cannot be used; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class NationalId:
    """A valid citizen id number and what it tells about its holder."""

    value: str
    birth_date: dt.date
    sex: str


def without_invisibles(text: str) -> str:
    """``text`` without spaces of any kind, control, format and variation-selector characters."""
    if text.isprintable() and not _PRINTABLE_YET_UNSEEN.search(text):
        return text  # the usual case, without a look at each character
    return "".join(ch for ch in text if not _is_invisible(ch))


def _is_invisible(ch: str) -> bool:
    if ch.isspace() or ch in "\u3000\u115f\u1160\u3164\uffa0":
        return True
    if "\ufe00" <= ch <= "\ufe0f" or "\U000e0100" <= ch <= "\U000e01ef":
        return True
    return unicodedata.category(ch) in {"Cf", "Cc", "Zs", "Zl", "Zp"}


def is_none_word(text: str) -> bool:
    """Whether ``text`` says that there is nothing (blank, 无, 不详, a dash, a slash)."""
    return without_invisibles(text).casefold() in _NONE_WORDS


# Names


def normalise_name(text: str) -> str:
    """A person's name without spaces and invisible characters and with one kind of dot (``·``).

    Characters of every Han plane stay as they are. Raises ``IdentityFault``: ``name_missing`` for nothing,
    ``name_invalid`` for what is no name (markup, formulas, digits, Latin letters, more than 50 characters).
    """
    name = without_invisibles(text).translate(_NAME_DOTS)
    if is_none_word(name):
        raise IdentityFault("name_missing")
    if len(name) > NAME_MAX_LENGTH or not _PERSON_NAME.fullmatch(name):
        raise IdentityFault("name_invalid")
    return name


def contains_han(text: str) -> bool:
    """Whether at least one character of ``text`` is a Han character."""
    return bool(_ANY_HAN.search(text))


# Citizen id numbers (GB 11643)


def check_digit(first_seventeen: str) -> str:
    """The eighteenth character of a citizen id number, by GB 11643 (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _ID_WEIGHTS, strict=True))
    return _ID_CHECK_DIGITS[total % 11]


def clean_national_id(text: str) -> str:
    """``text`` in upper case and half width, without spaces and a typed apostrophe; may be empty."""
    cleaned = without_invisibles(unicodedata.normalize("NFKC", text)).strip(_APOSTROPHES).upper()
    return "" if is_none_word(cleaned) or cleaned in _NO_ID_YET else cleaned


def read_national_id(text: str) -> NationalId:
    """The citizen id number written in ``text``.

    Area codes are not checked: a new or withdrawn area must not shut a child out. Raises ``IdentityFault``:
    ``national_id_missing``, ``national_id_precision_lost`` (shown as 9.99999E+17), ``national_id_length``,
    ``national_id_birth_date`` (no such day), ``national_id_checksum``.
    """
    value = clean_national_id(text)
    if not value:
        raise IdentityFault("national_id_missing")
    if _PRECISION_LOST.fullmatch(value):
        raise IdentityFault("national_id_precision_lost")
    if len(value) != NATIONAL_ID_LENGTH:
        raise IdentityFault("national_id_length")
    if not _ID_SHAPE.fullmatch(value):
        raise IdentityFault("national_id_checksum")
    try:
        birth_date = dt.date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        raise IdentityFault("national_id_birth_date") from None
    if value[17] != check_digit(value[:17]):
        raise IdentityFault("national_id_checksum")
    return NationalId(value, birth_date, sex_from_national_id(value))


def sex_from_national_id(value: str) -> str:
    """Male when the seventeenth digit is odd, else female."""
    return MALE if int(value[16]) % 2 else FEMALE


# Telephone numbers


def normalise_phone(text: str) -> str:
    """Eleven digits of the one mobile number in ``text``.

    Spaces, dashes, brackets, full-width digits and the country code are understood; no operator prefix is
    asked for. Raises ``IdentityFault``: ``phone_missing``, ``phone_invalid``.
    """
    plain = unicodedata.normalize("NFKC", text)
    if is_none_word(plain):
        raise IdentityFault("phone_missing")
    digits = _PHONE_FILLING.sub("", "".join(ch for ch in plain if unicodedata.category(ch) != "Cf")).strip(_APOSTROPHES)
    digits = _COUNTRY_CODE.sub("", digits)
    if not _PHONE.fullmatch(digits):
        raise IdentityFault("phone_invalid")
    return digits


def read_phones(text: str) -> list[str]:
    """Every mobile number in ``text``, in the order written; empty when it says there is none.

    Numbers are separated by a slash, comma, semicolon or line break. Raises ``IdentityFault``
    (``phone_invalid``) when a part is no number: digits were lost or added, and nobody but the writer knows which.
    """
    if is_none_word(text):
        return []
    phones: list[str] = []
    for part in _PHONE_SEPARATORS.split(text):
        if is_none_word(part):
            continue
        phone = normalise_phone(part)
        if phone not in phones:
            phones.append(phone)
    return phones


# Sex and ethnic group

_SEX_WORDS = {
    "男": MALE, "男性": MALE, "男孩": MALE, "M": MALE, "MALE": MALE,
    "女": FEMALE, "女性": FEMALE, "女孩": FEMALE, "F": FEMALE, "FEMALE": FEMALE,
}  # fmt: skip


def read_sex(text: str) -> str | None:
    """Male or female as written, or ``None`` when the word says neither."""
    return _SEX_WORDS.get(without_invisibles(unicodedata.normalize("NFKC", text)).upper())


def read_ethnicity(text: str) -> str | None:
    """The ethnic group named in ``text``, always with 族, or ``None`` when it is none of the 56."""
    return _ETHNICITY_BY_WORD.get(without_invisibles(text))
