"""Readers of single cells, shared by the kinds. Each gives the normalised value and notes what is wrong."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping

from qianshou.core import identity
from qianshou.core.identity import IdentityFault, NationalId
from qianshou.core.written_dates import INCOMPLETE, DateFault, WrittenDate, read_date
from qianshou.reports.registers.rowcheck import RowCheck

Reader = Callable[[RowCheck, str], object]

TEXT_LENGTH = 200
REMARK_LENGTH = 2_000
LUNAR_DAYS = 60
_TRUE_WORDS = frozenset(["是", "住校", "寄宿", "√", "✓", "✔", "有", "已", "true", "yes", "y", "1"])
_FALSE_WORDS = frozenset(["否", "走读", "不", "×", "✗", "无", "未", "没有", "false", "no", "n", "0"])
_LIST_SEPARATORS = re.compile(r"[、，,/；;\s]+")
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")
_BRACKETED = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")


def text(length: int = TEXT_LENGTH) -> Reader:
    """Text up to ``length`` characters; a dash or 无 is nothing."""

    def read(row: RowCheck, identifier: str) -> str:
        written = row.text_or_none_word(identifier)
        if len(written) > length:
            row.reject(identifier, "text_too_long")
            return written[:length]
        return written

    return read


def remark(row: RowCheck, identifier: str) -> str:
    """Text kept as it is."""
    written = row.text(identifier)
    if len(written) > REMARK_LENGTH:
        row.reject(identifier, "text_too_long")
    return written[:REMARK_LENGTH]


def truth(row: RowCheck, identifier: str) -> bool | None:
    """Yes or no; blank is no (走读)."""
    word = identity.without_invisibles(unicodedata.normalize("NFKC", row.text(identifier))).lower()
    if word in _TRUE_WORDS:
        return True
    if word in _FALSE_WORDS or identity.is_none_word(word):
        return False
    row.warn(identifier, "choice_unknown")
    return None


def truth_or_unknown(row: RowCheck, identifier: str) -> bool | None:
    """Yes or no; blank is not known."""
    return truth(row, identifier) if row.text(identifier) else None


def choice(words: Mapping[str, str]) -> Reader:
    """One of the codes that ``words`` gives for the word in the cell; another word is a warning and left empty."""

    def read(row: RowCheck, identifier: str) -> str:
        word = identity.without_invisibles(row.text_or_none_word(identifier))
        if word and word not in words:
            row.warn(identifier, "choice_unknown")
        return words.get(word, "")

    return read


def word_list(row: RowCheck, identifier: str) -> list[str]:
    """Words split at the usual separators, each once, in their order."""
    words = (word for word in _LIST_SEPARATORS.split(row.text(identifier)) if not identity.is_none_word(word))
    return list(dict.fromkeys(word[:50] for word in words))


def phones(row: RowCheck, identifier: str) -> list[str]:
    """Every phone in the cell, in the order written."""
    try:
        return identity.read_phones(row.text(identifier))
    except IdentityFault as fault:
        row.reject(identifier, fault.code)
        return []


def first_phone(row: RowCheck, identifier: str) -> str:
    """The first phone in the cell; a second one is a warning, so that nothing is dropped in silence."""
    found = phones(row, identifier)
    if len(found) > 1:
        row.warn(identifier, "phone_second_dropped")
    return found[0] if found else ""


def email(row: RowCheck, identifier: str) -> str:
    """An e-mail address; anything else is a warning and left empty."""
    written = row.text_or_none_word(identifier)
    if written and (len(written) > 120 or not _EMAIL.fullmatch(written)):
        row.warn(identifier, "email_invalid")
        return ""
    return written


def past_day(row: RowCheck, identifier: str) -> str | None:
    """A day up to the filing in ISO form; a later one and what is no day are warnings and left empty."""
    found = any_day(row, identifier)
    if found is not None and found > row.as_of.isoformat():
        row.warn(identifier, "date_future")
        return None
    return found


def any_day(row: RowCheck, identifier: str) -> str | None:
    """A day in ISO form, also one that lies ahead; what is no day is a warning and left empty."""
    value = row.value(identifier)
    if value is None or identity.is_none_word(row.text(identifier)):
        return None
    try:
        return read_date(value).day.isoformat()
    except DateFault:
        row.warn(identifier, "date_unreadable")
        return None


def relatives_birth_date(row: RowCheck, identifier: str) -> str | None:
    """The birth date of a parent or grandparent: two digits of a year are of the last century where they must be."""
    value = row.value(identifier)
    if value is None or identity.is_none_word(row.text(identifier)):
        return None
    try:
        return read_date(value, latest=row.as_of).day.isoformat()
    except DateFault:
        row.warn(identifier, "date_unreadable")
        return None


def ethnicity(row: RowCheck, identifier: str) -> str:
    """One of the 56 groups, with 族; another word is a warning and left empty."""
    word = row.text_or_none_word(identifier)
    group = identity.read_ethnicity(word) if word else None
    if word and group is None:
        row.warn(identifier, "ethnicity_unknown")
    return group or ""


def other_persons_name(row: RowCheck, identifier: str) -> str:
    """The name of a carer or relative, without a note in brackets; what is no name is refused."""
    written = row.text_or_none_word(identifier)
    if not written:
        return ""
    for candidate in (written, _BRACKETED.sub("", written)):
        try:
            return identity.normalise_name(candidate)
        except IdentityFault:
            continue
    row.reject(identifier, "name_invalid")
    return ""


def other_persons_id(row: RowCheck, identifier: str) -> str | None:
    """The id number of a carer or relative; may be missing."""
    found = national_id(row, identifier)
    return found.value if found else None


def name(row: RowCheck, identifier: str) -> str | None:
    """The name of the person whom the row is about."""
    if identifier in row.unusable:
        return None
    try:
        return identity.normalise_name(row.text(identifier))
    except IdentityFault as fault:
        row.reject(identifier, fault.code)
        return None


def national_id(row: RowCheck, identifier: str) -> NationalId | None:
    """The id number of a column; a missing one is left to the caller."""
    value = row.value(identifier)
    if value is None or (isinstance(value, str) and not identity.clean_national_id(value)):
        return None
    if not isinstance(value, str):
        lost = isinstance(value, (int, float)) and abs(value) >= 10**15
        row.reject(identifier, "national_id_precision_lost" if lost else "national_id_length")
        return None
    try:
        return identity.read_national_id(value)
    except IdentityFault as fault:
        row.reject(identifier, fault.code)
        return None


def persons_id(row: RowCheck, identifier: str, *, required: bool) -> NationalId | None:
    """The id number of the person whom the row is about."""
    found = national_id(row, identifier)
    value = row.value(identifier)
    missing = value is None or (isinstance(value, str) and not identity.clean_national_id(value))
    if missing and identifier not in row.unusable:
        (row.reject if required else row.warn)(identifier, "national_id_missing")
    return found


def birth_date(row: RowCheck, identifier: str, number: NationalId | None, *, grown: bool) -> dt.date | None:
    """The date of birth from the cell, checked against the id number, which counts where they differ a little."""
    if identifier in row.unusable:
        return number.birth_date if number else None
    written = _written_birth_date(row, identifier, number, grown=grown)
    if written is None:
        return None
    found = written.day
    if written.two_digit_year:
        row.warn(identifier, "birth_year_two_digits")
    if number is not None and number.birth_date != found:
        if abs((number.birth_date - found).days) > LUNAR_DAYS:
            row.reject(identifier, "birth_date_id_conflict")
        else:
            row.warn(identifier, "birth_date_lunar_suspected")
            found = number.birth_date
    if found > row.as_of:
        row.reject(identifier, "birth_date_future")
    return found


def _written_birth_date(
    row: RowCheck, identifier: str, number: NationalId | None, *, grown: bool
) -> WrittenDate | None:
    value = row.value(identifier)
    try:
        return read_date("" if value is None else value, latest=row.as_of if grown else None)
    except DateFault as fault:
        if number is not None:
            row.warn(identifier, "birth_date_from_id")
            return WrittenDate(number.birth_date)
        row.reject(identifier, "birth_date_incomplete" if fault.reason == INCOMPLETE else "birth_date_unreadable")
        return None


def sex(row: RowCheck, identifier: str, number: NationalId | None) -> str | None:
    """The sex from the cell, else from the id number."""
    if identifier in row.unusable:
        return number.sex if number else None
    found = identity.read_sex(row.text(identifier))
    if found is None:
        if number is None:
            row.reject(identifier, "sex_missing")
            return None
        row.warn(identifier, "sex_from_id")
        return number.sex
    if number is not None and number.sex != found:
        row.reject(identifier, "sex_id_conflict")
    return found
