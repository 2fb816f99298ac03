"""Uploads: checked by content, kept private, opened through one permission view (design 3.10)."""

from qianshou.core.files.serving import may_open, permission
from qianshou.core.files.storing import delete_file, open_file, path_of, store_document, store_image
from qianshou.core.models.files import PrivateFile

__all__ = (
    "PrivateFile",
    "delete_file",
    "may_open",
    "open_file",
    "path_of",
    "permission",
    "store_document",
    "store_image",
)
