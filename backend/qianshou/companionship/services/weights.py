"""How a centre weighs a match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qianshou.centres.models import Centre
from qianshou.companionship.models import MatchingSettings
from qianshou.companionship.queries.snapshot import settings_of
from qianshou.companionship.rules import DEFAULT_WEIGHTS, MAX_WEIGHT
from qianshou.core import audit
from qianshou.core.errors import Invalid

from .permission import require

if TYPE_CHECKING:
    from qianshou.accounts.models import User

LIMITS: dict[str, tuple[int, int]] = {
    "session_minutes": (30, 180),
    "max_travel_minutes": (5, 240),
    "min_age_gap": (0, 40),
}
"""Lowest and highest value of each number."""

SESSION_STEP = 30


def validated(values: Mapping[str, Any], base: MatchingSettings) -> dict[str, Any]:
    """Return complete settings: the base's, with the given values put over them.

    Parameters
    ----------
    values
        Any of `weights` (term -> 0..100), `session_minutes`, `max_travel_minutes`, `min_age_gap`,
        `use_other_centres`.

    Raises
    ------
    Invalid
        With every field that is wrong; the names are those of the form and the API (`weight_interests`, ...).
    """
    wrong: dict[str, Any] = {}
    unknown = set(values) - {*LIMITS, "weights", "use_other_centres"}
    wrong.update({name: _("There is no such setting.") for name in sorted(unknown)})
    weights = dict(base.weights)
    given = values.get("weights", {})
    if not isinstance(given, Mapping):
        wrong["weights"] = _("Give a number from 0 to 100 for each term.")
        given = {}
    for term, weight in given.items():
        if term not in DEFAULT_WEIGHTS:
            wrong[f"weight_{term}"] = _("There is no such term.")
        elif not _is_whole(weight) or not 0 <= weight <= MAX_WEIGHT:
            wrong[f"weight_{term}"] = _("Give a whole number from 0 to 100.")
        else:
            weights[term] = weight
    if not wrong and not any(weights.values()):
        wrong["weights"] = _("At least one term must count.")
    settings: dict[str, Any] = {"weights": weights}
    for name, (low, high) in LIMITS.items():
        number = values.get(name, getattr(base, name))
        if not _is_whole(number) or not low <= number <= high:
            wrong[name] = _("Give a whole number from %(low)d to %(high)d.") % {"low": low, "high": high}
        settings[name] = number
    if "session_minutes" not in wrong and settings["session_minutes"] % SESSION_STEP:
        wrong["session_minutes"] = _("Meetings last whole half-hours: 30, 60, 90 minutes and so on.")
    settings["use_other_centres"] = bool(values.get("use_other_centres", base.use_other_centres))
    if wrong:
        raise Invalid(_("Some settings are not right."), fields=wrong)
    return settings


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def change_weights(centre: Centre, *, by: User, **values: Any) -> MatchingSettings:
    """Keep a centre's way of weighing for the runs to come.

    Raises
    ------
    NotAllowed, Invalid
    """
    require(by, "matching.run", centre)
    with transaction.atomic():
        Centre.objects.select_for_update().get(pk=centre.pk)
        kept = settings_of(centre)
        before = {name: getattr(kept, name) for name in (*LIMITS, "weights", "use_other_centres")}
        after = validated(values, kept)
        for name, value in after.items():
            setattr(kept, name, value)
        kept.save()
        changes = {name: [before[name], value] for name, value in after.items() if before[name] != value}
        if changes:
            audit.record("companionship.change_weights", by=by, subject=kept, changes=changes)
    return kept
