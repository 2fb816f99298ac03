"""What a person decides before anything is written: columns, who is who, or to give the import up."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.core import audit
from qianshou.core.errors import Invalid, Text

from ..models import Import, ImportRow, ImportState, RowMatch, RowStatus
from ..registers.reading import KINDS
from .authorising import authorise, locked
from .receiving import read_again

DECISIONS = (RowMatch.SAME, RowMatch.DIFFERENT)


@transaction.atomic
def correct_columns(found: Import, corrections: Mapping[str, Mapping[str, str | None]], *, by: User) -> Import:
    """Say what columns mean (sheet -> letters -> identifier or None) and read the file again.

    Raises `Invalid` with the place of each column that cannot mean that.
    """
    authorise(by, found.kind, found.centre_id)
    found = locked(found, {ImportState.READY, ImportState.REFUSED})
    kind = KINDS[found.kind]
    faults: dict[str, Text] = {}
    for sheet, columns in corrections.items():
        known = {column["letters"] for column in found.columns.get(sheet, ())}
        used: set[str] = set()
        for letters, identifier in columns.items():
            place = f"{sheet}!{letters}"
            if letters not in known:
                faults[place] = _("There is no such column.")
            elif identifier and identifier not in kind.by_identifier:
                faults[place] = _("Choose one of the list.")
            elif identifier and identifier in used:
                faults[place] = _("Two columns cannot mean the same.")
            used.add(identifier or "")
    if faults:
        raise Invalid(_("Some columns need another look."), fields=faults)
    found.corrections = {sheet: dict(columns) for sheet, columns in corrections.items()}
    found.save(update_fields=["corrections"])
    audit.record("reports.correct_columns", by=by, subject=found, changes={"sheets": sorted(corrections)})
    return read_again(found, by=by)


@transaction.atomic
def decide_match(row: ImportRow, decision: str, *, by: User, ticked: Collection[str] | None = None) -> ImportRow:
    """Say whether a row is about the person whom the house knows, and which differences to take over.

    Nothing is taken over unless it is ticked. Raises `Invalid` for what is no decision about this row.
    """
    authorise(by, row.source.kind, row.source.centre_id)
    found = locked(row.source, {ImportState.READY})
    row = ImportRow.objects.select_for_update(of=("self",)).select_related("source").get(pk=row.pk)
    open_question = row.match in {RowMatch.MAYBE, *DECISIONS}
    if (
        row.status != RowStatus.ACCEPTED
        or row.matched_id is None
        or row.match not in {RowMatch.KNOWN, RowMatch.MAYBE, *DECISIONS}
    ):
        raise Invalid(
            _("There is nothing to decide about this row."),
            fields={"decision": _("There is nothing to decide about this row.")},
        )
    if open_question:
        if decision not in DECISIONS:
            raise Invalid(
                _("Say whether it is the same person."), fields={"decision": _("Say whether it is the same person.")}
            )
        row.match = decision
    wanted = [] if row.match == RowMatch.DIFFERENT else [name for name in row.differences if name in (ticked or ())]
    if set(ticked or ()) - set(row.differences):
        raise Invalid(_("There is no such difference."), fields={"ticked": _("There is no such difference.")})
    row.ticked = wanted
    row.save(update_fields=["match", "ticked"])
    audit.record("reports.decide_match", by=by, subject=found, changes={"row": row.position, "decision": row.match})
    _count_again(found)
    return row


def _count_again(found: Import) -> None:
    matches = {
        "new": [RowMatch.NEW, RowMatch.DIFFERENT],
        "known": [RowMatch.KNOWN, RowMatch.SAME],
        "undecided": [RowMatch.MAYBE],
    }
    rows = ImportRow.objects.filter(source=found, status=RowStatus.ACCEPTED)
    found.counts |= {name: rows.filter(match__in=kinds).count() for name, kinds in matches.items()}
    found.save(update_fields=["counts"])


@transaction.atomic
def give_up(found: Import, *, by: User) -> Import:
    """Put an import away; nothing was written."""
    authorise(by, found.kind, found.centre_id)
    found = locked(found, {ImportState.READY, ImportState.REFUSED, ImportState.READING})
    found.state = ImportState.CANCELLED
    found.save(update_fields=["state"])
    found.rows.all().delete()
    audit.record("reports.give_up_import", by=by, subject=found)
    return found
