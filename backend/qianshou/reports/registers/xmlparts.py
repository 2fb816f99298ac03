"""XML parts of a workbook, read as a stream of events; document types and entities are refused."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from qianshou.reports.registers.limits import FILE_UNREADABLE, FileRefused

_CHUNK = 1 << 16
ARCHIVE_PROBLEMS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises for a damaged archive: at a part that begins before the file, a ``ValueError``."""

Attributes = dict[str, str]
StartHandler = Callable[[str, Attributes], None]
EndHandler = Callable[[str], None]
TextHandler = Callable[[str], None]


def _no_document_type(*_args: object) -> None:
    raise FileRefused(FILE_UNREADABLE, "document type in a workbook")


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    try:
        with archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                yield chunk
    except KeyError as problem:
        raise FileRefused(FILE_UNREADABLE, f"no part {name}") from problem
    except ARCHIVE_PROBLEMS as problem:
        raise FileRefused(FILE_UNREADABLE, f"broken part {name}") from problem


def _local(handler: Callable[..., None]) -> Callable[..., None]:
    """Give element names without their prefix to ``handler``."""

    def with_local_name(name: str, *args: object) -> None:
        handler(name.rpartition(":")[2], *args)

    return with_local_name


def parse(
    archive: zipfile.ZipFile,
    name: str,
    start: StartHandler,
    end: EndHandler | None = None,
    text: TextHandler | None = None,
) -> Iterator[None]:
    """Feed a part to the handlers; yields after each chunk so that the caller can hand rows on."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_document_type
    parser.EntityDeclHandler = _no_document_type

    def root(name: str, attributes: Attributes) -> None:
        """Choose the handlers once: nearly every workbook writes its elements without a prefix."""
        prefixed = ":" in name
        parser.StartElementHandler = _local(start) if prefixed else start
        if end is not None:
            parser.EndElementHandler = _local(end) if prefixed else end
        parser.StartElementHandler(name, attributes)

    parser.StartElementHandler = root
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        for chunk in _chunks(archive, name):
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield
    except (expat.ExpatError, UnicodeError, LookupError) as problem:
        raise FileRefused(FILE_UNREADABLE, f"broken part {name}") from problem


def parse_whole(archive: zipfile.ZipFile, name: str, start: StartHandler, **handlers: Callable[[str], None]) -> None:
    """Feed a whole part to the handlers."""
    for _ in parse(archive, name, start, **handlers):
        pass


def whole_number(text: str) -> int:
    """A whole number of an attribute; raises ``FileRefused``."""
    if not text.isdigit() or len(text) > 9:
        raise FileRefused(FILE_UNREADABLE, "number expected")
    return int(text)
