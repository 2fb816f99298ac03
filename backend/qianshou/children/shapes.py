"""What of a child's file one pair of eyes may see: the one place where pages and API shape it (S40, ui 12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from qianshou.accounts.queries import AnyUser, centres_where, everywhere, field_class_for, roles_of
from qianshou.accounts.rules import Role
from qianshou.core import names
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.masking import mask

from . import queries
from .models import Child, Guardian
from .rules import age_on, is_left_behind, township_of

OVERVIEW_FIELDS = (
    "name", "sex", "age", "birth_date", "ethnicity", "national_id", "current_address", "hukou_address", "village",
    "school", "school_class", "schooling", "is_boarding", "situation", "is_left_behind", "health_status",
    "disability_category", "disability_grade", "illness_type", "interests", "needs", "dialects", "companion_wish",
    "companion_places", "income_sources", "aid_received", "remark", "visited_on", "confirmed_by", "filed_on",
    "left_on", "left_reason",
)  # fmt: skip
FAMILY_FIELDS = (
    "situation", "guardian_name", "guardian_relation", "guardian_phones", "guardian_national_id", "guardian_address",
    "has_entrusted_carer", "guardianship_type", "guardianship_assessment", "relatives",
)  # fmt: skip
API_FIELDS = tuple(Child.FIELD_CLASSES)


def seen_fields(highest: FieldClass | None) -> frozenset[str]:
    """Return the names of the fields that somebody with a class sees."""
    if highest is None:
        return frozenset()
    return frozenset(name for name, needed in Child.FIELD_CLASSES.items() if needed <= highest)


def short_name(child: Child) -> str:
    """Return what volunteers call the child and what stands on shared screens: 王同学."""
    return _("%(surname)s (pupil)") % {"surname": names.surname(child.name)}


def shown_name(user: AnyUser, child: Child, highest: FieldClass | None) -> str:
    """Return the name under which a person meets the child; guardians read it on shared screens: surname only."""
    only_guardian = Role.GUARDIAN in roles_of(user, child.centre_id) and not queries.searchable(user).exists()
    if highest is None or highest < FieldClass.PERSONAL or only_guardian:
        return short_name(child)
    return child.name


def file_of(user: AnyUser, child: Child, *, unmasked: bool) -> dict[str, Any]:
    """Return every value of a file that a person may see; values above the class are not even read.

    Numbers and addresses come masked unless a purpose was given (`unmasked`), as on the pages.
    """
    seen = seen_fields(field_class_for(user, child))
    guardian = queries.present_guardian(child)
    told = {name: _value(child, guardian, name) for name in API_FIELDS if name in seen}
    if "name" not in told and seen:
        told["short_name"] = short_name(child)
    if not unmasked:
        _mask(told)
    return told


def _mask(told: dict[str, Any]) -> None:
    for name in ("national_id", "guardian_national_id"):
        if told.get(name):
            told[name] = mask(told[name], 4, 2)
    for name in ("current_address", "hukou_address", "guardian_address"):
        if told.get(name):
            told[name] = f"{township_of(told[name])}…"
    if told.get("guardian_phones"):
        told["guardian_phones"] = [mask(phone, 3, 4) for phone in told["guardian_phones"]]
    for row in told.get("relatives", ()):
        row["national_id"] = mask(row["national_id"], 4, 2)
        row["phones"] = [mask(phone, 3, 4) for phone in row["phones"]]


def _value(child: Child, guardian: Guardian | None, name: str) -> Any:
    if name.startswith("guardian_"):
        if guardian is None:
            return [] if name == "guardian_phones" else ""
        return getattr(guardian, name.removeprefix("guardian_"))
    if name == "centre":
        return child.centre.code
    if name == "village":
        return child.village.code if child.village else ""
    if name == "relatives":
        return [
            {
                "kin": row.kin,
                "name": row.name,
                "birth_date": row.birth_date,
                "national_id": row.national_id,
                "work_place": row.work_place,
                "phones": row.phones,
            }
            for row in child.relatives.all()
        ]
    return getattr(child, name)


ROW_COLUMNS = (
    "pk", "code", "centre_id", "centre__code", "status", "name", "sex", "birth_date", "school", "school_class",
    "situation", "village__code", "companions",
)  # fmt: skip


def row_of(values: dict[str, Any], highest: FieldClass, on: date) -> dict[str, Any]:
    """Return one row of the API's list from `values()`, with the fields of a class only."""
    row = {
        "code": values["code"],
        "centre": values["centre__code"],
        "status": values["status"],
        "sex": values["sex"],
        "age": age_on(values["birth_date"], on),
        "companions": values["companions"],
    }
    if highest < FieldClass.PERSONAL:
        return row | {"short_name": _("%(surname)s (pupil)") % {"surname": names.surname(values["name"])}}
    return row | {
        "name": values["name"],
        "birth_date": values["birth_date"],
        "school": values["school"],
        "school_class": values["school_class"],
        "situation": values["situation"],
        "is_left_behind": is_left_behind(values["situation"], values["birth_date"], on),
        "village": values["village__code"] or "",
    }


def rows_for(user: AnyUser, rows: Iterable[dict[str, Any]], on: date) -> list[dict[str, Any]]:
    """Return rows of the API's list, each as this person may see it."""
    homes = None if everywhere(user, "children.list") else centres_where(user, "children.list")
    wards = set(queries.ward_of(user).values_list("pk", flat=True)) if homes is not None else set()

    def highest(row: dict[str, Any]) -> FieldClass:
        personal = homes is None or row["centre_id"] in homes or row["pk"] in wards
        return FieldClass.PERSONAL if personal else FieldClass.INTERNAL

    return [row_of(row, highest(row), on) for row in rows]
