"""What of a child's file one pair of eyes may see: the one place where pages and API shape it (S40, ui 12)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from qianshou.accounts.queries import AnyUser, field_class_for, roles_of
from qianshou.accounts.rules import Role
from qianshou.core import names
from qianshou.core.fieldclasses import FieldClass

from . import queries
from .models import Child, Guardian

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


def file_of(user: AnyUser, child: Child) -> dict[str, Any]:
    """Return every value of a file that a person may see, in full; values above the class are not even read."""
    seen = seen_fields(field_class_for(user, child))
    guardian = queries.present_guardian(child)
    return {name: _value(child, guardian, name) for name in API_FIELDS if name in seen}


def _value(child: Child, guardian: Guardian | None, name: str) -> Any:
    if name.startswith("guardian_"):
        if guardian is None:
            return [] if name == "guardian_phones" else ""
        return getattr(guardian, name.removeprefix("guardian_"))
    if name == "centre":
        return child.centre.code
    if name == "village":
        return child.village.name if child.village else ""
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
    "code", "centre__code", "status", "name", "sex", "birth_date", "school", "school_class", "situation",
    "village__name", "companions",
)  # fmt: skip


def row_of(values: dict[str, Any], highest: FieldClass, on: Any) -> dict[str, Any]:
    """Return one row of the API's list from `values()`, with the fields of a class only."""
    from . import rules

    row = {
        "code": values["code"],
        "centre": values["centre__code"],
        "status": values["status"],
        "sex": values["sex"],
        "age": rules.age_on(values["birth_date"], on),
        "companions": values["companions"],
    }
    if highest >= FieldClass.PERSONAL:
        row |= {
            "name": values["name"],
            "birth_date": values["birth_date"],
            "school": values["school"],
            "school_class": values["school_class"],
            "situation": values["situation"],
            "is_left_behind": rules.is_left_behind(values["situation"], values["birth_date"], on),
            "village": values["village__name"] or "",
        }
    else:
        row["name"] = _("%(surname)s (pupil)") % {"surname": names.surname(values["name"])}
    return row
