"""Volunteers come out of the house again because the import that brought them was a mistake (S08)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.centres.models import Centre
from qianshou.core import audit
from qianshou.core.errors import Conflict
from qianshou.core.models import AuditEntry

from ..models import Volunteer
from .authorising import authorise


@transaction.atomic
def unregister_many(ids: Collection[int], *, centre: Centre, by: User | None, reason: str) -> int:
    """Take volunteers of one home out again, with checks and free times; returns how many were still there.

    Raises `Conflict` (`still_in_use`, `details["uses"]`: model -> rows) when anything stands on one of them.
    """
    authorise(by, "volunteers.change", centre)
    volunteers = list(Volunteer.objects.select_for_update(of=("self",)).filter(pk__in=ids, centre=centre))
    AuditEntry.objects.bulk_create(
        [
            audit.entry("volunteers.unregister_volunteer", by=by, subject=volunteer, reason=reason)
            for volunteer in volunteers
        ],
        batch_size=1000,
    )
    try:
        Volunteer.objects.filter(pk__in=[volunteer.pk for volunteer in volunteers]).delete()
    except ProtectedError as error:
        uses = dict(Counter(used._meta.label_lower for used in error.protected_objects))
        raise Conflict(
            _("Something was built on these volunteers."), code="still_in_use", details={"uses": uses}
        ) from error
    return len(volunteers)
