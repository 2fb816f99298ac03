"""What a file is, told by its content and never by its name."""

import enum
import zipfile
from typing import BinaryIO

from qianshou.reports.registers.limits import (
    ARCHIVE_TOO_LARGE,
    FILE_EMPTY,
    FILE_TYPE_MISMATCH,
    FILE_UNREADABLE,
    FileRefused,
    Limits,
)
from qianshou.reports.registers.xmlparts import ARCHIVE_PROBLEMS

_HEAD_BYTES = 4096
_OTHER_MAGIC = (
    *(b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf", b"MZ", b"\x7fELF"),
)


class FileType(enum.Enum):
    """The types that can be read."""

    XLSX = "xlsx"
    XLS = "xls"
    DELIMITED = "csv"


def file_type(file: BinaryIO, limits: Limits) -> FileType:
    """The type of ``file`` by its content. Raises ``FileRefused``."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileRefused(FILE_EMPTY)
    if size > limits.file_bytes:
        raise FileRefused(ARCHIVE_TOO_LARGE, "file")
    if head.startswith(b"PK"):
        return _type_of_archive(file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return FileType.XLS
    if head.startswith(_OTHER_MAGIC):
        raise FileRefused(FILE_TYPE_MISMATCH, "another kind of file")
    _refuse_markup_and_binary(head)
    return FileType.DELIMITED


def _type_of_archive(file: BinaryIO) -> FileType:
    try:
        with zipfile.ZipFile(file) as archive:
            names = {name.lstrip("/").lower() for name in archive.namelist()}
    except ARCHIVE_PROBLEMS as problem:
        raise FileRefused(FILE_UNREADABLE, "broken archive") from problem
    finally:
        file.seek(0)
    if "[content_types].xml" in names and any(name.startswith("xl/") and name.endswith(".xml") for name in names):
        return FileType.XLSX
    raise FileRefused(FILE_TYPE_MISMATCH, "an archive that is no workbook")


def _refuse_markup_and_binary(head: bytes) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(
        (b"<!doctype", b"<html", b"<head", b"<table", b"<?xml", b"<!--", b"<style", b"<meta", b"<script")
    ):
        raise FileRefused(FILE_TYPE_MISMATCH, "markup")
    if b"<html" in start or b"<table" in start:
        raise FileRefused(FILE_TYPE_MISMATCH, "markup")
    control = sum(1 for byte in head if byte < 32 and byte not in b"\t\r\n\x0b\x0c\x1a\x1b")
    if control:
        raise FileRefused(FILE_UNREADABLE, "binary")
