"""What an import writes to: the same few questions answered by homes, children and volunteers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from django.db.models import Model

from qianshou.accounts.models import User

from ..models import Import, ImportRow


class Target(Protocol):
    """How rows of one kind meet the house."""

    def match(self, rows: Sequence[ImportRow]) -> None:
        """Set `match`, `matched_id` and `differences` of accepted rows; reads only."""

    def create(self, rows: Sequence[ImportRow], *, by: User | None) -> list[Model]:
        """Register the persons of rows that are new, in order, inside the transaction of the import."""

    def update(self, row: ImportRow, *, by: User | None) -> dict[str, Any]:
        """Change the ticked fields of the person a row is about; returns what was there before."""

    def compare(self, row: ImportRow) -> list[tuple[str, str, str]]:
        """Return (field, in the house, in the file) for each difference of a row, as text for people."""

    def describe(self, row: ImportRow) -> Any:
        """Return the known person a row is about, or None."""

    def built_on(self, found: Import, ids: Sequence[int]) -> dict[str, int]:
        """Return what stands on persons that an import brought: model label -> rows."""

    def remove(self, found: Import, ids: Sequence[int], *, by: User | None, reason: str) -> int:
        """Take persons that an import brought out again."""

    def restore(self, row: ImportRow, *, by: User | None) -> None:
        """Give a changed person back what was there before."""


def target_of(found: Import) -> Target:
    """Return the target of an import."""
    from .target_centres import CentreTarget
    from .target_children import ChildTarget
    from .target_volunteers import VolunteerTarget

    made: dict[str, type[Any]] = {"centres": CentreTarget, "children": ChildTarget, "volunteers": VolunteerTarget}
    target: Target = made[found.kind](found)
    return target
