"""Finding people again by their identity number: what children and volunteers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model

from qianshou.core.crypto import blind_index

from ..models import Import, ImportRow, RowMatch

IN_QUERY = 500


def indexes_of(rows: Iterable[ImportRow]) -> dict[int, str]:
    """Return position -> blind index of the identity number, for rows that have one."""
    numbers = ((row.position, row.payload["record"].get("national_id")) for row in rows)
    return {position: blind_index(number, "national_id") for position, number in numbers if number}


def by_index(model: type[Model], indexes: Iterable[str], related: Sequence[str]) -> dict[str, Any]:
    """Return identity index -> record; one who is here counts before one who left."""
    wanted = sorted(set(indexes))
    found: dict[str, Any] = {}
    for start in range(0, len(wanted), IN_QUERY):
        records = (
            model._default_manager.filter(national_id_index__in=wanted[start : start + IN_QUERY])  # type: ignore[misc]
            .prefetch_related(*related)
            .order_by("pk")
        )
        for record in records:
            known = found.get(record.national_id_index)  # type: ignore[attr-defined]
            if known is None or known.status == "left":
                found[record.national_id_index] = record  # type: ignore[attr-defined]
    return found


def set_known(found: Import, row: ImportRow, record: Any, differences: Sequence[str]) -> None:
    """Write into a row that the house knows the person; of another home nothing more is told."""
    if record.centre_id != found.centre_id:
        row.found_as(RowMatch.ELSEWHERE)
    else:
        row.found_as(RowMatch.KNOWN, record.pk, differences)


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that say something: what a register leaves empty never erases what the house knows."""
    return {name: value for name, value in values.items() if value not in (None, "", (), [])}


def as_text(value: Any) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "、".join(str(one) for one in value)
    return str(value)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
