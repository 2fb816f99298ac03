"""May this person do this to this record? Asked by every service, whatever page or program calls it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.accounts.queries import may
from qianshou.centres.models import Centre
from qianshou.core.errors import NotAllowed

from ..models import Volunteer

OWN_FIELDS = frozenset(
    {
        "phone", "email", "address", "skills", "interests", "dialects", "service_interests", "max_children",
        "emergency_contact_name", "emergency_contact_phone", "occupation", "education",
    }
)  # fmt: skip
"""What volunteers keep up to date themselves; who they are and what was checked is the manager's to write."""


def authorise(by: User | None, action: str, centre: Centre | int) -> None:
    """Raise `NotAllowed` unless the person may; `by=None` is the house itself (imports, demo data, tasks)."""
    if by is not None and not may(by, action, centre):
        raise NotAllowed(_("Your role does not allow this at this home. Ask its manager."))


def authorise_change(by: User | None, volunteer: Volunteer) -> bool:
    """Raise `NotAllowed` unless the person may change the record; tells whether it is only as its owner."""
    if by is None or may(by, "volunteers.change", volunteer.centre_id):
        return False
    if volunteer.is_own(by) and may(by, "volunteers.change_own"):
        return True
    raise NotAllowed(_("Your role does not allow this at this home. Ask its manager."))
