"""May this person do this to this import? And: is the import in the state for it?"""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.accounts.queries import may
from qianshou.centres.models import Centre
from qianshou.core.errors import Conflict, NotAllowed

from ..models import Import
from ..rules import action_to_run


def authorise(by: User | None, kind: str, centre: Centre | int | None) -> None:
    """Raise `NotAllowed` unless the person may import a register of this kind here; `by=None` is the house itself."""
    if by is not None and not may(by, action_to_run(kind), centre):
        raise NotAllowed(_("Your role does not allow this at this home. Ask its manager."))


def locked(found: Import, states: Collection[str]) -> Import:
    """Lock and read again; raises `Conflict` when the import is not (any more) in one of the states."""
    fresh = Import.objects.select_for_update(of=("self",)).select_related("centre", "file").get(pk=found.pk)
    if fresh.state not in states:
        raise Conflict(_("The import is not at this step any more. Look at it again."), code="import_not_at_this_step")
    return fresh
