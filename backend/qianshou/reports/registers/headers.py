"""Finds the header of a sheet by its text and proposes what each column means."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from qianshou.reports.registers.cells import Cells, Merge, as_text, column_letters
from qianshou.reports.registers.kinds import Kind
from qianshou.reports.registers.titles import plain_title

CERTAIN = 1.0
SUGGESTION_FROM = 0.6

Corrections = Mapping[str, Mapping[str, str | None]]
"""Sheet -> column letters -> identifier, or None for a column to leave out (a person's correction)."""


@dataclass(frozen=True)
class ColumnProposal:
    """What a column seems to be. ``suggestion`` is a guess for a person to confirm, never used by itself."""

    index: int
    title: str
    identifier: str | None
    confidence: float
    suggestion: str | None = None
    is_hidden: bool = False

    @property
    def letters(self) -> str:
        """The column as the spreadsheet names it."""
        return column_letters(self.index)


@dataclass
class Header:
    """The header of one sheet."""

    first_row: int
    last_row: int
    columns: list[ColumnProposal] = field(default_factory=list)
    titles: frozenset[str] = frozenset()

    @property
    def by_identifier(self) -> dict[str, int]:
        """Identifier -> column index."""
        return {column.identifier: column.index for column in self.columns if column.identifier}

    def corrected(self, corrections: Mapping[str, str | None], kind: Kind) -> "Header":
        """The header with a person's corrections; an identifier given to one column is taken from any other."""
        wanted = dict(corrections)
        taken = {identifier for identifier in wanted.values() if identifier}
        columns = []
        for column in self.columns:
            identifier, confidence = column.identifier, column.confidence
            if column.letters in wanted:
                identifier, confidence = wanted[column.letters], CERTAIN
                if identifier is not None and identifier not in kind.by_identifier:
                    raise ValueError(identifier)
            elif identifier in taken:
                identifier = None
            columns.append(
                ColumnProposal(column.index, column.title, identifier, confidence, column.suggestion, column.is_hidden)
            )
        return Header(self.first_row, self.last_row, columns, self.titles)


def find_header(
    kind: Kind, rows: Sequence[tuple[int, Cells]], merges: Iterable[Merge], hidden: frozenset[int]
) -> Header | None:
    """The header among the first rows of a sheet, one or two rows high, or ``None``.

    The combination that explains the most columns wins; one row wins over two, an earlier over a later one.
    """
    texts = [(number, {index: as_text(value) for index, value in cells.items()}) for number, cells in rows]
    spans = _group_spans(merges)
    best: tuple[int, Header] | None = None
    for position, (number, titles) in enumerate(texts):
        candidates = [_header(kind, number, number, {}, titles, hidden)]
        if position + 1 < len(texts) and texts[position + 1][0] == number + 1:
            below = texts[position + 1][1]
            groups = _spread(titles, below, spans.get(number, {}))
            candidates.append(_header(kind, number, number + 1, groups, below, hidden))
        for header in candidates:
            score = sum(
                1 for column in header.columns if column.identifier and kind.by_identifier[column.identifier].is_data
            )
            if score >= kind.least_columns and (best is None or _is_better(score, header, *best)):
                best = (score, header)
    return best[1] if best else None


def _is_better(score: int, header: Header, best_score: int, best: Header) -> bool:
    """More columns explained; as many with the row above left out (it is a title, not a group)."""
    return score > best_score or (
        score == best_score and header.last_row == best.last_row and header.first_row > best.first_row
    )


def _group_spans(merges: Iterable[Merge]) -> dict[int, dict[int, int]]:
    """Row -> column -> first column of the merge above several columns."""
    spans: dict[int, dict[int, int]] = {}
    for merge in merges:
        if merge.right > merge.left and merge.right - merge.left < 1_000 and merge.top == merge.bottom:
            for column in range(merge.left, merge.right + 1):
                spans.setdefault(merge.top, {})[column] = merge.left
    return spans


def _spread(upper: Mapping[int, str], lower: Mapping[int, str], merged: Mapping[int, int]) -> dict[int, str]:
    """Group title of each column: its own, that of its merge, or (without merges) the nearest to the left."""
    spread: dict[int, str] = {}
    current = ""
    for column in range(max([*upper, *lower], default=-1) + 1):
        own = upper.get(column, "").strip()
        if own:
            current = own
        elif column in merged:
            current = upper.get(merged[column], "")
        elif not lower.get(column, "").strip():
            current = ""
        if current:
            spread[column] = current
    return spread


def _header(
    kind: Kind,
    first_row: int,
    last_row: int,
    groups: Mapping[int, str],
    titles: Mapping[int, str],
    hidden: frozenset[int],
) -> Header:
    columns: list[ColumnProposal] = []
    used: set[str] = set()
    for index in sorted({*groups, *titles}):
        group, title = groups.get(index, ""), titles.get(index, "")
        if not plain_title(group) and not plain_title(title) and not title.strip():
            continue
        identifier = kind.identifier_of(plain_title(group), plain_title(title))
        if identifier in used:
            identifier = None
        if identifier:
            used.add(identifier)
        columns.append(
            ColumnProposal(
                index=index,
                title=" / ".join(part.strip() for part in (group, title) if part.strip()),
                identifier=identifier,
                confidence=CERTAIN if identifier else 0.0,
                is_hidden=index in hidden,
            )
        )
    return Header(first_row, last_row, columns, frozenset(filter(None, map(plain_title, titles.values()))))


def with_suggestions(header: Header, kind: Kind) -> Header:
    """The header with a guess for each column that nobody knows, for the mapping page."""
    free = {
        title: identifier for title, identifier in kind.standing_alone.items() if identifier not in header.by_identifier
    }
    columns = []
    for column in header.columns:
        suggestion, confidence = None, column.confidence
        if column.identifier is None:
            title = plain_title(column.title.rpartition(" / ")[2])
            close = difflib.get_close_matches(title, free, n=1, cutoff=SUGGESTION_FROM) if title else []
            if close:
                suggestion = free[close[0]]
                confidence = difflib.SequenceMatcher(None, title, close[0]).ratio()
        columns.append(
            ColumnProposal(column.index, column.title, column.identifier, confidence, suggestion, column.is_hidden)
        )
    return Header(header.first_row, header.last_row, columns, header.titles)
