"""May this person do this to this child? Asked by every service, whatever page or program calls it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.accounts.queries import may
from qianshou.centres.models import Centre
from qianshou.core.errors import NotAllowed


def authorise(by: User | None, action: str, centre: Centre | int) -> None:
    """Raise `NotAllowed` unless the person may; `by=None` is the house itself (imports, demo data, tasks)."""
    if by is not None and not may(by, action, centre):
        raise NotAllowed(_("Your role does not allow this at this home. Ask its manager."))
