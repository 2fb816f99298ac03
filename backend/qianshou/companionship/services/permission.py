"""Who may write here: managers of the centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from qianshou.accounts.queries import may
from qianshou.core.errors import NotAllowed

if TYPE_CHECKING:
    from qianshou.accounts.models import User
    from qianshou.centres.models import Centre


def require(by: User, action: str, centre: Centre | int) -> None:
    """Refuse a person who may not do an action at a centre.

    Raises
    ------
    NotAllowed
    """
    if not may(by, action, centre):
        raise NotAllowed(_("Only the manager of this home may do that. Ask them."))
