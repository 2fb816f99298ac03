"""A child comes into the home, alone or with a whole register (S01)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from qianshou.accounts.models import User
from qianshou.accounts.queries import may
from qianshou.centres.models import Centre
from qianshou.centres.queries import places
from qianshou.centres.rules import Place, guess_village
from qianshou.core import audit, clock, crypto, names
from qianshou.core.errors import Conflict, Invalid, Text
from qianshou.core.models import AuditEntry

from .. import queries
from ..entries import ChildEntry, GuardianEntry, RelativeEntry, cleaned
from ..models import Child, ChildStatus, Guardian, Relative
from .authorising import authorise

BATCH = 1000
PLAIN_FIELDS = (
    "name", "sex", "birth_date", "national_id", "ethnicity", "hukou_registered", "hukou_address", "current_address",
    "school", "school_class", "schooling", "is_boarding", "health_status", "disability_category", "disability_grade",
    "illness_type", "situation", "has_entrusted_carer", "guardianship_type", "guardianship_assessment",
    "confirmed_by", "visited_on", "filed_on", "companion_wish", "companion_places", "remark",
)  # fmt: skip
LIST_FIELDS = ("income_sources", "aid_received", "interests", "needs", "dialects")


@transaction.atomic
def register_child(
    entry: ChildEntry, *, centre: Centre, by: User | None, confirmed: bool = False, on: date | None = None
) -> Child:
    """Register one child.

    Raises
    ------
    Invalid
        With the field of every fault.
    Conflict
        `child_exists` when an active child has the same identity number, `child_was_here` when the child left this
        home before, `same_name_and_birth_date` when somebody must first say that it is another child (`confirmed`).
        `details["children"]` has the codes of those whose number, or name, the person may see.
    """
    authorise(by, "children.change", centre)
    entry = cleaned(entry, on=on or clock.today())
    _refuse_known(entry, centre, by)
    if not confirmed:
        _ask_about_namesakes(entry, by)
    child = _child(entry, centre, places())
    try:
        with transaction.atomic():
            child.save(force_insert=True)
    except IntegrityError as error:  # somebody registered the same child at the same moment
        raise _exists(None) from error
    _write_people([(child, entry)])
    audit.record("children.register_child", by=by, subject=child, changes={"status": [None, child.status]})
    return child


@transaction.atomic
def register_many(
    entries: Sequence[ChildEntry],
    *,
    centre: Centre,
    by: User | None,
    reason: str = "",
    on: date | None = None,
) -> list[Child]:
    """Register the children of a whole register: all or none, in the order given.

    Whoever calls has looked for children known already (`queries.by_national_id`, `queries.namesakes`) and left them
    out. Raises `Invalid` or `Conflict` with the place of each faulty entry in `details["rows"]`.
    """
    authorise(by, "children.change", centre)
    day = on or clock.today()
    rows: list[int] = []
    made: list[ChildEntry] = []
    for place, entry in enumerate(entries):
        try:
            made.append(cleaned(entry, on=day))
        except Invalid:
            rows.append(place)
    if rows:
        raise Invalid(_("Some children cannot be registered as written."), details={"rows": rows})
    _refuse_known_many(made)
    villages = places()
    children = [_child(entry, centre, villages) for entry in made]
    try:
        with transaction.atomic():
            Child.objects.bulk_create(children, batch_size=BATCH)
    except IntegrityError as error:
        raise _exists(None) from error
    _write_people(list(zip(children, made, strict=True)))
    AuditEntry.objects.bulk_create(
        [
            audit.entry(
                "children.register_child", by=by, subject=child, changes={"status": [None, child.status]}, reason=reason
            )
            for child in children
        ],
        batch_size=BATCH,
    )
    return children


def _child(entry: ChildEntry, centre: Centre, villages: Iterable[Place]) -> Child:
    child = Child(centre=centre, name_sort=names.sort_key(entry.name))
    for name in PLAIN_FIELDS:
        setattr(child, name, getattr(entry, name))
    for name in LIST_FIELDS:
        setattr(child, name, list(getattr(entry, name)))
    child.village_id = entry.village_id or guess_village(entry.current_address, villages)
    return child


def _write_people(pairs: Sequence[tuple[Child, ChildEntry]]) -> None:
    Relative.objects.bulk_create(
        [relative_of(child, one) for child, entry in pairs for one in entry.relatives], batch_size=BATCH
    )
    Guardian.objects.bulk_create(
        [guardian_of(child, entry.guardian) for child, entry in pairs if not entry.guardian.is_empty],
        batch_size=BATCH,
    )


def relative_of(child: Child, entry: RelativeEntry) -> Relative:
    """Return the unsaved row of a relative."""
    return Relative(
        child=child,
        kin=entry.kin,
        name=entry.name,
        birth_date=entry.birth_date,
        national_id=entry.national_id,
        work_place=entry.work_place,
        phones=list(entry.phones),
    )


def guardian_of(child: Child, entry: GuardianEntry) -> Guardian:
    """Return the unsaved row of a guardian who cares from now on."""
    return Guardian(
        child=child,
        name=entry.name,
        relation=entry.relation,
        relation_word=entry.relation_word,
        national_id=entry.national_id,
        phones=list(entry.phones),
        address=entry.address,
    )


def _refuse_known(entry: ChildEntry, centre: Centre, by: User | None) -> None:
    if not entry.national_id:
        return
    for known in queries.by_national_id([entry.national_id]):
        if known.status == ChildStatus.ACTIVE:
            raise _exists(known if sees_number(known, by) else None)
        if known.centre_id == centre.pk:
            message = _("This child was here before and left. Open that file and bring the child back.")
            raise Conflict(
                message,
                code="child_was_here",
                fields={"national_id": message},
                details={"children": [known.code]} if sees_number(known, by) else {},
            )


def sees_number(child: Child, by: User | None) -> bool:
    """Tell whether a person may see the child's identity number; others learn only that it is taken.

    A name in the answer would tell those who may not see numbers whose number it is (G2).
    """
    return by is None or may(by, "children.reveal", child.centre_id)


def _exists(known: Child | None) -> Conflict:
    if known is None:
        message: Text = _("A child with this identity number is registered already. Ask your supervisor.")
        return Conflict(message, code="child_exists", fields={"national_id": message})
    message = _("%(name)s of %(centre)s has this identity number already.") % {
        "name": known.name,
        "centre": known.centre,
    }
    return Conflict(message, code="child_exists", fields={"national_id": message}, details={"children": [known.code]})


def _refuse_known_many(entries: Sequence[ChildEntry]) -> None:
    indexes = [crypto.blind_index(entry.national_id, "national_id") for entry in entries]
    wanted = [index for index in indexes if index]
    known: set[str] = set()
    for start in range(0, len(wanted), BATCH):
        known |= set(
            Child.objects.in_home()
            .filter(national_id_index__in=wanted[start : start + BATCH])
            .values_list("national_id_index", flat=True)
        )
    rows: list[int] = []
    for place, index in enumerate(indexes):
        if index and index in known:
            rows.append(place)
        known.add(index)
    if rows:
        raise Conflict(_("Some of these children are registered already."), code="child_exists", details={"rows": rows})


def _ask_about_namesakes(entry: ChildEntry, by: User | None) -> None:
    if entry.birth_date is None:
        return
    alike = queries.namesakes(entry.name, entry.birth_date)
    if by is not None:
        alike = alike.filter(pk__in=queries.searchable(by).values("pk"))
    codes = [child.code for child in alike[:5]]
    if codes:
        message = _("A child of this name and date of birth is registered already. Is it another child?")
        raise Conflict(message, code="same_name_and_birth_date", fields={"name": message}, details={"children": codes})
