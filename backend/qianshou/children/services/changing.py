"""A child's file changes: what is written, who cares, whether the child is here (S02)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields as dataclass_fields
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.accounts.queries import field_class_for
from qianshou.centres.queries import places
from qianshou.centres.rules import guess_village
from qianshou.core import audit, clock, names
from qianshou.core.changes import changed_values, for_audit
from qianshou.core.errors import Conflict, Invalid, NotAllowed
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.identity_texts import text_of

from .. import queries
from ..entries import ChildEntry, GuardianEntry, RelativeEntry, cleaned, cleaned_guardian
from ..models import Child, ChildStatus, CompanionWish, Guardian
from .authorising import authorise
from .registering import LIST_FIELDS, PLAIN_FIELDS, _exists, guardian_of, relative_of, sees_number

CHANGEABLE = frozenset(PLAIN_FIELDS) | frozenset(LIST_FIELDS) | {"village_id"}
IDENTITY = {"national_id", "birth_date", "sex"}
"""Fields that must agree with each other."""

CLASS_NAMES = {"village_id": "village"}


def _locked(child: Child) -> Child:
    return Child.objects.select_for_update(of=("self",)).select_related("centre").get(pk=child.pk)


def _refuse_unseen(by: User | None, child: Child, fields: Iterable[str]) -> None:
    """Nobody changes what they may not see: they would overwrite it blindly."""
    if by is None:
        return
    highest = field_class_for(by, child)
    for name in fields:
        needed = Child.FIELD_CLASSES.get(CLASS_NAMES.get(name, name), FieldClass.SEALED)
        if highest is None or needed > highest:
            raise NotAllowed(_("Your role does not show this field, so it cannot change it."), code="field_not_seen")


@transaction.atomic
def change_child(
    child: Child,
    values: Mapping[str, Any],
    *,
    by: User | None,
    relatives: Iterable[RelativeEntry] | None = None,
    on: date | None = None,
) -> Child:
    """Change fields of a child's file; `relatives`, where given, replaces parents and grandparents.

    Raises `Invalid` with the field of every fault, `NotAllowed` for fields the person may not see, `Conflict` when
    the new identity number belongs to another child.
    """
    authorise(by, "children.change", child.centre_id)
    if values.keys() - CHANGEABLE:
        raise TypeError(f"not fields of a child: {sorted(values.keys() - CHANGEABLE)}")
    child = _locked(child)
    _refuse_unseen(by, child, [*values, *(["relatives"] if relatives is not None else [])])
    touched = set(values) | (IDENTITY if IDENTITY & values.keys() else set())
    made = cleaned(_entry_of(child, values, relatives or ()), on=on or clock.today(), only=touched)
    wanted = {name: _value_of(made, name) for name in values}
    for derived in ("birth_date", "sex", "disability_category", "disability_grade", "illness_type"):
        if {"national_id", "health_status"} & values.keys():
            wanted.setdefault(derived, getattr(made, derived))
    if "current_address" in wanted and not wanted.get("village_id", child.village_id):
        wanted["village_id"] = guess_village(made.current_address, places())
    changed = changed_values(child, wanted)
    told = for_audit(child, changed)
    if relatives is not None and _replace_relatives(child, made.relatives):
        told["relatives"] = True
    if "name" in changed:
        changed["name_sort"] = names.sort_key(changed["name"])
    if changed.get("national_id"):
        _refuse_taken(child, changed["national_id"], by)
    _save(child, changed)
    if told:
        audit.record("children.change_child", by=by, subject=child, changes=told)
    return child


@transaction.atomic
def change_file(
    child: Child,
    values: Mapping[str, Any],
    *,
    by: User | None,
    guardian: GuardianEntry | None = None,
    relatives: Iterable[RelativeEntry] | None = None,
) -> Child:
    """Change a file and who cares for the child at once, as the form of a page gives it: all or nothing."""
    child = change_child(child, values, by=by, relatives=relatives)
    if guardian is not None and not guardian.is_empty:
        set_guardian(child, guardian, by=by)
    return child


def _save(child: Child, changed: Mapping[str, Any]) -> None:
    if not changed:
        return
    for name, value in changed.items():
        setattr(child, name, value)
    names_ = set(changed) | ({"national_id_index"} if "national_id" in changed else set())
    try:
        with transaction.atomic():
            child.save(update_fields=list(names_))
    except IntegrityError as error:
        raise _exists(None) from error


def _value_of(entry: ChildEntry, name: str) -> Any:
    value = getattr(entry, name)
    return list(value) if isinstance(value, tuple) else value


def _entry_of(child: Child, values: Mapping[str, Any], relatives: Iterable[RelativeEntry]) -> ChildEntry:
    """Return the file as it would be: checks look at the whole, not at one field."""
    known = {one.name for one in dataclass_fields(ChildEntry)} - {"guardian", "relatives"}
    held = {name: getattr(child, name) for name in known}
    held.update(values)
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in held.items()}
    return ChildEntry(
        **plain,
        relatives=tuple(relatives),
    )


def _refuse_taken(child: Child, number: str, by: User | None) -> None:
    for known in queries.by_national_id([number]).filter(status=ChildStatus.ACTIVE).exclude(pk=child.pk):
        raise _exists(known if sees_number(known, by) else None)


def _replace_relatives(child: Child, entries: Iterable[RelativeEntry]) -> bool:
    """Write the relatives given, take out those not given; tells whether anything differs."""
    held = {row.kin: row for row in child.relatives.select_for_update()}
    differs = False
    for entry in entries:
        row = held.pop(entry.kin, None)
        fresh = relative_of(child, entry)
        if row is None:
            fresh.save()
            differs = True
            continue
        names_ = ("name", "birth_date", "national_id", "work_place", "phones")
        changed = changed_values(row, {name: getattr(fresh, name) for name in names_})
        for name, value in changed.items():
            setattr(row, name, value)
        if changed:
            row.save(update_fields=list(changed))
            differs = True
    for row in held.values():
        row.delete()
        differs = True
    return differs


@transaction.atomic
def set_guardian(child: Child, entry: GuardianEntry, *, by: User | None, reason: str = "") -> Guardian:
    """Write down who cares for the child from now on; the one before stays in the file as a former guardian.

    A correction of the same person (same name) changes the present row and keeps the account.
    """
    authorise(by, "children.change", child.centre_id)
    entry = cleaned_guardian(entry)
    child = _locked(child)
    present = child.guardians.select_for_update().filter(is_current=True).first()
    fresh = guardian_of(child, entry)
    names_ = ["name", "relation", "relation_word", "national_id", "phones", "address"]
    if by is not None and (field_class_for(by, child) or FieldClass.PUBLIC) < FieldClass.SENSITIVE and present:
        # What the person cannot see stays as it is unless the guardian is another one.
        names_ = ["name", "relation", "relation_word"] if present.name == entry.name else names_
    if present is not None and present.name == entry.name:
        changed = changed_values(present, {name: getattr(fresh, name) for name in names_})
        if not changed:
            return present
        for name, value in changed.items():
            setattr(present, name, value)
        present.save(update_fields=list(changed))
        audit.record(
            "children.change_guardian",
            by=by,
            subject=child,
            changes=dict.fromkeys((f"guardian_{name}" for name in changed), True),
            reason=reason,
        )
        return present
    if present is not None:
        present.is_current = False
        present.save(update_fields=["is_current"])
    fresh.save(force_insert=True)
    audit.record("children.set_guardian", by=by, subject=child, changes={"guardian_name": True}, reason=reason)
    return fresh


@transaction.atomic
def link_guardian_account(child: Child, user: User | None, *, by: User | None) -> Guardian:
    """Let the present guardian sign in and see the ward (`user=None` ends it); raises `Conflict` without guardian."""
    authorise(by, "children.change", child.centre_id)
    present = child.guardians.select_for_update().filter(is_current=True).first()
    if present is None:
        raise Conflict(_("Write down the guardian first."), code="guardian_missing")
    present.user = user
    present.save(update_fields=["user"])
    audit.record("children.link_guardian_account", by=by, subject=child, changes={"guardian_account": True})
    return present


@transaction.atomic
def set_companion_wishes(
    child: Child,
    *,
    by: User | None,
    companion_wish: str | None = None,
    companion_places: int | None = None,
    needs: Iterable[str] | None = None,
    interests: Iterable[str] | None = None,
    dialects: Iterable[str] | None = None,
) -> Child:
    """Write down what guardian and child wish of a companion; None leaves a value as it is (S12)."""
    if companion_wish is not None and companion_wish not in CompanionWish.values:
        raise Invalid(text_of("not_a_choice"), fields={"companion_wish": text_of("not_a_choice")})
    given = {
        "companion_wish": companion_wish,
        "companion_places": companion_places,
        "needs": None if needs is None else tuple(needs),
        "interests": None if interests is None else tuple(interests),
        "dialects": None if dialects is None else tuple(dialects),
    }
    return change_child(child, {name: value for name, value in given.items() if value is not None}, by=by)


@transaction.atomic
def mark_left(child: Child, *, by: User | None, reason: str, on: date | None = None) -> Child:
    """Write down that a child left the home; the file stays (R-L2).

    Raises `Conflict` while the child has a companion: the pairing ends first, with a farewell.
    """
    authorise(by, "children.change", child.centre_id)
    day = on or clock.today()
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Write in a few words why the child leaves.")})
    if day > clock.today():
        raise Invalid(text_of("date_future"), fields={"left_on": text_of("date_future")})
    child = _locked(child)
    if child.status == ChildStatus.LEFT:
        raise Conflict(_("This child has left already."), code="already_left")
    if child.pairings.filter(state__in=queries.OPEN_PAIRINGS).exists():
        raise Conflict(_("The child has a companion. End the pairing first, with a farewell."), code="has_companion")
    child.status, child.left_on, child.left_reason = ChildStatus.LEFT, day, reason.strip()[:200]
    child.save(update_fields=["status", "left_on", "left_reason"])
    audit.record(
        "children.mark_left",
        by=by,
        subject=child,
        changes={"status": [ChildStatus.ACTIVE.value, ChildStatus.LEFT.value], "left_on": [None, day.isoformat()]},
    )
    return child


@transaction.atomic
def bring_back(child: Child, *, by: User | None, reason: str = "") -> Child:
    """Write down that a child who left is here again."""
    authorise(by, "children.change", child.centre_id)
    child = _locked(child)
    if child.status == ChildStatus.ACTIVE:
        raise Conflict(_("This child is in the home."), code="already_here")
    if child.national_id:
        _refuse_taken(child, child.national_id, by)
    left_on = child.left_on.isoformat() if child.left_on else None
    _save(child, {"status": ChildStatus.ACTIVE, "left_on": None, "left_reason": ""})
    audit.record(
        "children.bring_back",
        by=by,
        subject=child,
        changes={"status": [ChildStatus.LEFT.value, ChildStatus.ACTIVE.value], "left_on": [left_on, None]},
        reason=reason,
    )
    return child
