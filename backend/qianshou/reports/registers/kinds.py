"""The table of what can be imported: columns with their headings, how each is read, and the rules of a row.

A new kind is a module with one ``Kind``: columns (heading synonyms, reader), groups of a two-row header, a function
that checks a row, and the keys its report shows. List it in ``reading.KINDS``.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qianshou.reports.registers.titles import plain_title

if TYPE_CHECKING:
    from qianshou.reports.registers.rowcheck import RowCheck

Record = dict[str, Any]
"""Normalised values of a row by identifier, ready for JSON (dates in ISO form)."""


@dataclass(frozen=True)
class Column:
    """A column that a kind knows.

    ``titles`` stand alone in a header; ``within`` are the short titles under a group of a two-row header
    (group -> titles). A column without identifier meaning (the running number) has ``is_data`` false.
    """

    identifier: str
    titles: tuple[str, ...] = ()
    within: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read: Callable[["RowCheck", str], Any] | None = None
    is_data: bool = True


@dataclass(frozen=True)
class Kind:
    """A register that can be imported."""

    name: str
    columns: tuple[Column, ...]
    groups: Mapping[str, str]
    check: Callable[["RowCheck"], None]
    report_record: Callable[[Record], Record]
    identity: str
    same_person: Callable[[Record], tuple[Any, ...]]
    counters: Mapping[str, Callable[[Record], bool]] = field(default_factory=dict)
    name_column: str = "name"
    least_columns: int = 3

    @cached_property
    def by_identifier(self) -> dict[str, Column]:
        """Identifier -> column."""
        return {column.identifier: column for column in self.columns}

    @cached_property
    def standing_alone(self) -> dict[str, str]:
        """Title -> identifier, for titles that need no group."""
        return {plain_title(title): column.identifier for column in self.columns for title in column.titles}

    @cached_property
    def under_group(self) -> dict[tuple[str, str], str]:
        """(Group, title) -> identifier."""
        return {
            (group, plain_title(title)): column.identifier
            for column in self.columns
            for group, titles in column.within.items()
            for title in titles
        }

    @cached_property
    def group_by_title(self) -> dict[str, str]:
        """Title of a group -> group."""
        return {plain_title(title): group for title, group in self.groups.items()}

    def identifier_of(self, group_title: str, title: str) -> str | None:
        """The column meant by a title under a group title (either may be empty); both already plain."""
        if not title:
            return self.standing_alone.get(group_title)
        group = self.group_by_title.get(group_title)
        if group is not None and (group, title) in self.under_group:
            return self.under_group[group, title]
        if group is not None and title in self.ambiguous_titles:
            return None
        return self.standing_alone.get(title) or self.standing_alone.get(group_title + title)

    @cached_property
    def ambiguous_titles(self) -> frozenset[str]:
        """Short titles that mean somebody else under each group and so never fall back to standing alone."""
        return frozenset(title for _, title in self.under_group)


def age_years(born: str, on: dt.date) -> int:
    """Completed years of somebody born on an ISO date."""
    day = dt.date.fromisoformat(born)
    return on.year - day.year - ((on.month, on.day) < (day.month, day.day))
