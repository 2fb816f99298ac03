"""What a document is, told from its bytes; what could hurt is refused in words."""

from __future__ import annotations

import zipfile
from collections.abc import Set
from typing import IO

from django.utils.translation import gettext_lazy as _

from qianshou.core.errors import Invalid, Text, TooLarge

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
LARGEST_DOCUMENT = 20 * 1024 * 1024
#: What the members of a zip-based document may unpack to, together and per packed byte.
LARGEST_UNPACKED = 300 * 1024 * 1024
LARGEST_RATIO = 200
MOST_MEMBERS = 2000
_HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN_PART = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
#: UTF-16LE names of streams in the container of old and of encrypted office files.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))


def refuse(code: str, message: Text) -> Invalid:
    """Return the refusal of an upload, at the field that holds it."""
    return Invalid(message, code=code, fields={"file": message})


def sniff(stream: IO[bytes], size: int, allowed: Set[str]) -> str:
    """Return which of the allowed types the content is.

    Raises :class:`TooLarge` or :class:`Invalid` (`file_empty`, `file_is_html`, `file_encrypted`, `file_bomb`,
    `file_damaged`, `file_kind_not_allowed`).
    """
    if size > LARGEST_DOCUMENT:
        raise TooLarge(_("This file is larger than 20 MB. Please split it."), code="file_too_large")
    if size == 0:
        raise refuse("file_empty", _("This file is empty."))
    stream.seek(0)
    found = _kind_of(stream, stream.read(_HEAD))
    stream.seek(0)
    if found not in allowed:
        message = _("This kind of file is not taken here. Accepted: %(kinds)s.")
        raise refuse("file_kind_not_allowed", message % {"kinds": ", ".join(sorted(allowed))})
    return found


def _kind_of(stream: IO[bytes], head: bytes) -> str:
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(_OLE):
        return _kind_of_ole(stream)
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(stream)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head")):
        raise refuse(
            "file_is_html",
            _("This is a web page with the name of a table. Open it in Excel or WPS, save it as .xlsx, and try again."),
        )
    return "csv" if _is_text(head) else "unknown"


def _kind_of_ole(stream: IO[bytes]) -> str:
    stream.seek(0)
    content = stream.read(LARGEST_DOCUMENT)
    if _ENCRYPTED in content:
        raise refuse("file_encrypted", _("This file has a password. Save it without one, then try again."))
    return "xls" if any(name in content for name in _WORKBOOK) else "unknown"


def _kind_of_zip(stream: IO[bytes]) -> str:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise refuse("file_damaged", _("This file is damaged. Open it, save it anew, and try again.")) from error
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if len(members) > MOST_MEMBERS or unpacked > LARGEST_UNPACKED or unpacked / packed > LARGEST_RATIO:
        raise refuse("file_bomb", _("This file unpacks to far more than it should and was refused."))
    if any(member.flag_bits & 1 for member in members):
        raise refuse("file_encrypted", _("This file has a password. Save it without one, then try again."))
    names = {member.filename for member in members}
    return next((kind for kind, part in _MAIN_PART.items() if part in names), "unknown")


def _is_text(head: bytes) -> bool:
    """True for UTF-8, UTF-16 with a mark, or GB 18030 without control characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if any(byte < 32 and byte not in b"\t\r\n\x0c" for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the head may end inside a character
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False
