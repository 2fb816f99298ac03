"""Putting bytes away and finding them again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qianshou.core import audit, clock
from qianshou.core.codes import new_code
from qianshou.core.errors import Gone
from qianshou.core.files.documents import TYPES, sniff
from qianshou.core.files.images import reencode
from qianshou.core.models.files import PrivateFile

if TYPE_CHECKING:
    from qianshou.accounts.models import User
    from qianshou.centres.models import Centre

LONGEST_NAME = 200


def store_document(
    upload: UploadedFile[Any],
    *,
    by: User,
    kinds: Set[str] = frozenset({"xlsx", "xls", "csv"}),
    kind: str = "document",
    centre: Centre | None = None,
) -> PrivateFile:
    """Keep a document whose content is one of `kinds`; raises `Invalid` (field `file`) or `TooLarge`."""
    extension = sniff(upload, upload.size or 0, kinds)
    return _store(upload.chunks(), upload.name or "", kind, extension, TYPES[extension], by, centre)


def store_image(
    upload: UploadedFile[Any], *, by: User, kind: str = "image", centre: Centre | None = None, longest_side: int = 1600
) -> PrivateFile:
    """Keep a picture, written anew as WebP without metadata; raises `Invalid` (field `file`) or `TooLarge`."""
    content = reencode(upload, upload.size or 0, longest_side=longest_side)
    return _store([content], upload.name or "", kind, "webp", "image/webp", by, centre)


def _store(
    chunks: Iterable[bytes],
    name: str,
    kind: str,
    extension: str,
    content_type: str,
    by: User,
    centre: Centre | None,
) -> PrivateFile:
    code = new_code("F", 12)
    path = f"{code[1:3].lower()}/{code}.{extension}"
    digest, size = _write(Path(settings.PRIVATE_MEDIA_ROOT) / path, chunks)
    try:
        with transaction.atomic():
            file = PrivateFile(code=code, kind=kind, path=path, extension=extension, content_type=content_type)
            file.sha256, file.size, file.owner, file.centre = digest, size, by, centre
            file.name = os.path.basename(name.replace("\\", "/"))[:LONGEST_NAME]
            file.save()
            audit.record("core.store_file", by=by, subject=file, changes={"kind": kind, "size": size})
    except BaseException:
        (Path(settings.PRIVATE_MEDIA_ROOT) / path).unlink(missing_ok=True)
        raise
    return file


def _write(path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


def path_of(file: PrivateFile) -> Path:
    """Return where the bytes are; raises `Gone` once they were deleted."""
    if file.deleted_at is not None or not file.path:
        raise Gone(_("This file has been deleted."), code="file_deleted")
    return Path(settings.PRIVATE_MEDIA_ROOT) / file.path


def open_file(file: PrivateFile) -> IO[bytes]:
    """Open the bytes for reading; raises `Gone` once they were deleted."""
    return path_of(file).open("rb")


def delete_file(file: PrivateFile, *, by: User | None, reason: str = "") -> None:
    """Delete the bytes; the row stays as the memory that there was a file."""
    with transaction.atomic():
        path = path_of(file)
        file.deleted_at, file.path, file.name = clock.now(), "", ""
        file.save()
        audit.record("core.delete_file", by=by, subject=file, reason=reason)
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def orphans() -> Iterator[Path]:
    """Yield files on disk that no row knows (a process died between the two)."""
    root = Path(settings.PRIVATE_MEDIA_ROOT)
    known = set(PrivateFile.objects.exclude(path="").values_list("path", flat=True))
    for path in root.glob("*/F*.*"):
        if path.relative_to(root).as_posix() not in known:
            yield path
