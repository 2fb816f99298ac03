"""Style sheets and scripts: named by their content, compressed once, nothing that nobody asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage

UNUSED = [*StaticFilesConfig.ignore_patterns, "*.map", "redoc", "LICENSE.txt", "*.md"]
"""Left out of the collection: source maps of others, and a second set of API documents (4.8 MB)."""

OF_OTHERS = {"drf_spectacular_sidecar", "rest_framework", "admin", "django_extensions"}
"""Folders of pages that only administrators and programmers open: an embedded home serves them as they are."""

_SOURCE_MAP = "sourceMappingURL"


class HomeStaticFiles(StaticFilesConfig):
    """Django's static files without what nobody asks for."""

    ignore_patterns = UNUSED


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed names (also in imports between our modules), Brotli and gzip beside each file; no source maps."""

    support_js_module_import_aggregation = True
    patterns = tuple(
        (
            extension,
            tuple(p for p in patterns if _SOURCE_MAP not in (p if isinstance(p, str) else p[0])),
        )
        for extension, patterns in CompressedManifestStaticFilesStorage.patterns
    )


class QuickHashedStaticFiles(HashedStaticFiles):
    """The same for an embedded home, in a tenth of the time: large files of others stay uncompressed."""

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """Compress our own files only."""
        yield from super().compress_files(path for path in paths if PurePosixPath(path).parts[0] not in OF_OTHERS)
