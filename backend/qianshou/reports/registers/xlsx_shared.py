"""What the sheets of a workbook share: relations between parts, texts, and which styles show a day."""

import posixpath
import re
import zipfile

from qianshou.reports.registers.cells import unescape
from qianshou.reports.registers.limits import ARCHIVE_TOO_LARGE, FileRefused, Limits
from qianshou.reports.registers.xmlparts import Attributes, parse_whole, whole_number

_DATE_FORMAT_IDS = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)})
_FORMAT_NOISE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def is_date_format(code: str) -> bool:
    """Whether a number format shows a day (and not only a time of day)."""
    plain = _FORMAT_NOISE.sub("", code).lower().split(";")[0]
    if plain.strip() in {"", "general", "standard", "@"}:
        return False
    return "y" in plain or "d" in plain or "年" in plain


def workbook_part(archive: zipfile.ZipFile) -> str:
    """The name of the part that lists the sheets."""
    found: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            found.append(attributes.get("Target", "").lstrip("/"))

    if "_rels/.rels" in archive.namelist():
        parse_whole(archive, "_rels/.rels", start)
    return found[0] if found else "xl/workbook.xml"


def relations_of(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> (kind, part name)."""
    folder, _, name = part.rpartition("/")
    relations: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            relations[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path)

    parse_whole(archive, f"{folder}/_rels/{name}.rels".lstrip("/"), start)
    return relations


def shared_strings(archive: zipfile.ZipFile, part: str, limits: Limits) -> list[str]:
    """The texts that cells refer to by number."""
    strings: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "phonetic": False}

    def start(tag: str, _attributes: Attributes) -> None:
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["phonetic"] = True
        elif tag == "t":
            state["text"] = not state["phonetic"]

    def text(piece: str) -> None:
        if state["text"]:
            pieces.append(piece)

    def end(tag: str) -> None:
        if tag == "t":
            state["text"] = False
        elif tag == "rPh":
            state["phonetic"] = False
        elif tag == "si":
            whole = unescape("".join(pieces))
            if len(whole) > limits.cell_characters:
                raise FileRefused(ARCHIVE_TOO_LARGE, "cell")
            strings.append(whole)
            if len(strings) > limits.cells:
                raise FileRefused(ARCHIVE_TOO_LARGE, "texts")

    parse_whole(archive, part, start, end=end, text=text)
    return strings


def date_styles(archive: zipfile.ZipFile, part: str) -> frozenset[int]:
    """The cell styles whose number format shows a day."""
    formats: dict[int, str] = {}
    styles: list[int] = []
    state = {"in_cell_styles": False}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "numFmt":
            formats[whole_number(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            state["in_cell_styles"] = True
        elif tag == "xf" and state["in_cell_styles"]:
            styles.append(whole_number(attributes.get("numFmtId", "0")))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            state["in_cell_styles"] = False

    parse_whole(archive, part, start, end=end)
    return frozenset(
        index
        for index, format_id in enumerate(styles)
        if (is_date_format(formats[format_id]) if format_id in formats else format_id in _DATE_FORMAT_IDS)
    )
