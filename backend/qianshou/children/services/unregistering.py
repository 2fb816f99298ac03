"""Children come out of the house again because the import that brought them was a mistake (S01)."""

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

from ..models import Child
from .authorising import authorise


@transaction.atomic
def unregister_many(ids: Collection[int], *, centre: Centre, by: User | None, reason: str) -> int:
    """Take children of one home out again, with guardians and relatives; returns how many were still there.

    Raises `Conflict` (`still_in_use`, `details["uses"]`: model -> rows) when anything stands on one of them.
    """
    authorise(by, "children.change", centre)
    children = list(Child.objects.select_for_update(of=("self",)).filter(pk__in=ids, centre=centre))
    AuditEntry.objects.bulk_create(
        [audit.entry("children.unregister_child", by=by, subject=child, reason=reason) for child in children],
        batch_size=1000,
    )
    try:
        Child.objects.filter(pk__in=[child.pk for child in children]).delete()
    except ProtectedError as error:
        uses = dict(Counter(used._meta.label_lower for used in error.protected_objects))
        raise Conflict(
            _("Something was built on these children."), code="still_in_use", details={"uses": uses}
        ) from error
    return len(children)
