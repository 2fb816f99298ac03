"""Changing the keys of encrypted fields while the house is open (G6).

A new key is put before the old one (`manage.py new_key`): from then on everything is written with it, and both are
read. `manage.py rotate_keys` writes the old rows anew, batch by batch; it may be stopped and started again. When it
says that no row needs the old key any more, the old key may go. The key of the blind index is another one: changing
it means computing every index anew (`rotate_keys --index`), with the house closed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models, transaction

from qianshou.core import crypto
from qianshou.core.fields import BlindIndexField, Ciphertext, EncryptedTextField

BATCH = 500
Report = Callable[[str, int], None]


@dataclass(slots=True)
class Rotated:
    """What one run did: rows written anew, and how many values each key still holds afterwards."""

    rows: int = 0
    held: Counter[str] = field(default_factory=Counter)


def encrypted_models() -> list[tuple[type[models.Model], list[EncryptedTextField[Any, Any]]]]:
    """Return every model with its encrypted fields."""
    found = []
    for model in apps.get_models():
        fields = [part for part in model._meta.concrete_fields if isinstance(part, EncryptedTextField)]
        if fields and not model._meta.proxy:
            found.append((model, fields))
    return found


def rotate(report: Report = lambda model, rows: None) -> Rotated:
    """Write every value anew that is not under the current key; `report` hears of each batch."""
    key_id, result = crypto.current_key_id(), Rotated()
    for model, fields in encrypted_models():
        stale = models.Q()
        for part in fields:
            under_other = ~models.Q(**{f"{part.name}__startswith": Ciphertext(f"{key_id}:")})
            stale |= ~models.Q(**{part.name: ""}) & under_other
        for batch in _batches(model, stale):
            with transaction.atomic():
                result.rows += sum(_rewrite(row, fields, key_id) for row in batch)
            report(model._meta.label, result.rows)
        result.held.update(_keys_held(model, fields))
    return result


def _batches(model: type[models.Model], wanted: models.Q) -> Iterator[list[Any]]:
    last = 0
    while True:
        batch = list(model._base_manager.filter(wanted, pk__gt=last).order_by("pk")[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1].pk


def _rewrite(row: models.Model, fields: list[EncryptedTextField[Any, Any]], key_id: str) -> int:
    """Write one row; a value that somebody changed meanwhile is under the new key already and stays."""
    written = 0
    for part in fields:
        old = row.__dict__[part.attname]
        if not old or old.startswith(f"{key_id}:"):
            continue
        context = part.context(row)
        new = Ciphertext(crypto.encrypt(crypto.decrypt(old, context), context))
        rows = type(row)._base_manager.filter(pk=row.pk, **{part.name: Ciphertext(old)})
        written += rows.update(**{part.name: new})
    return 1 if written else 0


def _keys_held(model: type[models.Model], fields: list[EncryptedTextField[Any, Any]]) -> Counter[str]:
    held: Counter[str] = Counter()
    for part in fields:
        for value in model._base_manager.exclude(**{part.name: ""}).values_list(part.name, flat=True).iterator():
            held[str(value).partition(":")[0]] += 1
    return held


def reindex(report: Report = lambda model, rows: None) -> int:
    """Compute every blind index anew with the present index key; returns how many rows changed."""
    changed = 0
    for model, _fields in encrypted_models():
        indexes = [part for part in model._meta.concrete_fields if isinstance(part, BlindIndexField)]
        for batch in _batches(model, models.Q()) if indexes else ():
            with transaction.atomic():
                for row in batch:
                    fresh = {part.name: crypto.blind_index(getattr(row, part.of), part.purpose) for part in indexes}
                    if any(getattr(row, name) != value for name, value in fresh.items()):
                        changed += model._base_manager.filter(pk=row.pk).update(**fresh)
            report(model._meta.label, changed)
    return changed
