"""Who may open the file of an import."""

from __future__ import annotations

from typing import Any

from qianshou.core.files import PrivateFile, permission

from .models import Import
from .queries import sees_values
from .services.receiving import FILE_KIND


@permission(FILE_KIND)
def may_open(user: Any, file: PrivateFile) -> bool:
    """Tell whether a person sees the import that the file belongs to, and the values in it."""
    found = Import.objects.visible_to(user).filter(file=file).first()
    return found is not None and sees_values(user, found)
