"""Every read of a child's file or a sealed record leaves an entry in the transaction of the read (S02, S40, G5).

Entries form a chain: each carries the hash of the one before and a number without gaps. The head row holds the
last number and hash, so that a cut at the end shows too. An *anchor* (``number:hash``), kept elsewhere, shows even
a chain that was rewritten from the start together with its head.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from qianshou.core import audit, clock
from qianshou.core.codes import new_code
from qianshou.core.models.reads import ReadEntry, ReadLogHead

if TYPE_CHECKING:
    from qianshou.accounts.models import User

GENESIS = "0" * 64


def record_read(
    *, by: User | None, subject: models.Model, fields: Iterable[str], purpose: str, centre: models.Model | None = None
) -> ReadEntry:
    """Append one entry to the chain, inside the transaction of the read.

    ``fields`` are names, never values. Raises ``RuntimeError`` outside a transaction: a read and its entry must
    stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a read entry needs the transaction of the read")
    if not purpose.strip():
        raise ValueError("a read needs a purpose")
    head = _locked_head()
    entry = ReadEntry(
        code=new_code("L"),
        sequence=head.sequence,
        at=clock.now(),
        reader=by,
        centre_id=centre.pk if centre is not None else _centre_id(subject),
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_code=str(getattr(subject, "code", "") or ""),
        fields=sorted(set(fields)),
        purpose=purpose[:300],
        request_id=audit.request_id.get(),
        previous_hash=head.hash,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    ReadLogHead.objects.filter(pk=head.pk).update(hash=entry.hash)
    return entry


@contextmanager
def reading(subject: models.Model, *, by: User | None, fields: Iterable[str], purpose: str) -> Iterator[ReadEntry]:
    """Open a transaction, write the entry, and let the caller read and render inside it."""
    with transaction.atomic():
        yield record_read(by=by, subject=subject, fields=fields, purpose=purpose)


def _locked_head() -> ReadLogHead:
    # The UPDATE takes the row lock (PostgreSQL) or the write lock (SQLite) until the transaction ends.
    counted = ReadLogHead.objects.filter(pk=1).update(sequence=models.F("sequence") + 1)
    if not counted:
        ReadLogHead.objects.bulk_create([ReadLogHead(pk=1)], ignore_conflicts=True)
        ReadLogHead.objects.filter(pk=1).update(sequence=models.F("sequence") + 1)
    return ReadLogHead.objects.get(pk=1)


def _centre_id(subject: models.Model) -> int | None:
    if subject._meta.label == "centres.Centre":
        return int(subject.pk)
    found = getattr(subject, "centre_id", None)
    return None if found is None else int(found)


def hash_of(entry: ReadEntry) -> str:
    """Return the hash that seals an entry: SHA-256 over its canonical JSON, the previous hash included."""
    content: dict[str, Any] = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "centre": entry.centre_id,
        "code": entry.code,
        "fields": entry.fields,
        "previous": entry.previous_hash,
        "purpose": entry.purpose,
        "reader": entry.reader_id,
        "request": entry.request_id,
        "sequence": entry.sequence,
        "subject": [entry.subject_type, entry.subject_id, entry.subject_code],
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What the verifier found; ``bad_sequence`` names the first row at which the chain does not hold."""

    entries: int
    anchor: str
    bad_sequence: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """True when the whole chain holds."""
        return self.bad_sequence is None


def verify(*, anchors: Iterable[str] = ()) -> VerifyResult:
    """Walk the chain from its first row; finds edits, removals, insertions, changes of order and cuts at the end.

    ``anchors`` are ``number:hash`` pairs that earlier runs gave out.
    """
    wanted = dict(_parse_anchor(text) for text in anchors)
    # No transaction: on SQLite it would keep writers out. Rows up to this head are complete and do not move.
    head = _head()
    previous, count = GENESIS, 0
    rows = ReadEntry.objects.filter(sequence__lte=head.sequence).order_by("sequence")
    for entry in rows.iterator(chunk_size=2000):
        count += 1
        reason = _fault(entry, count, previous)
        if not reason and wanted.get(count, entry.hash) != entry.hash:
            reason = "differs from the anchor"
        if reason:
            return VerifyResult(count, "", count, reason)
        previous = entry.hash
    anchor = f"{count}:{previous}"
    if (head.sequence, head.hash) != (count, previous):
        return VerifyResult(count, anchor, count + 1, "the chain ends before its head: rows were removed")
    if max(wanted, default=0) > count:
        return VerifyResult(count, anchor, count + 1, "the chain ends before its anchor: rows were removed")
    last = ReadEntry.objects.aggregate(last=models.Max("sequence"))["last"] or 0
    if last > _head().sequence:
        return VerifyResult(count, anchor, last, "stands after the end of the chain")
    return VerifyResult(count, anchor)


def _head() -> ReadLogHead:
    return ReadLogHead.objects.filter(pk=1).first() or ReadLogHead(sequence=0, hash=GENESIS)


def _fault(entry: ReadEntry, expected: int, previous: str) -> str:
    if entry.sequence != expected:
        return f"missing: the next row is number {entry.sequence}"
    if entry.previous_hash != previous:
        return "does not follow from the row before"
    if entry.hash != hash_of(entry):
        return "was changed after it was written"
    return ""


def _parse_anchor(text: str) -> tuple[int, str]:
    number, _, digest = text.strip().partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise ValueError(f"not an anchor (number:hash): {text!r}")
    return int(number), digest
