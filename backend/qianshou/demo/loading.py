"""Fills an empty database with the demo county: twelve homes, one of them full, a year of history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction

from qianshou.accounts.models import Membership, User
from qianshou.accounts.rules import Role
from qianshou.accounts.services import create_demo_people
from qianshou.children.models import Child, CompanionWish, Guardian
from qianshou.companionship.models import Pairing
from qianshou.core import audit, names
from qianshou.core.models import AuditEntry
from qianshou.volunteers.models import CheckKind, Volunteer

from .children import Family, invent_families, write_families
from .companions import Companionships
from .imports import import_and_undo
from .invention import Invention
from .places import County, load_county
from .terms import load_terms
from .volunteers import Helper, invent_helpers, write_helpers

FULL_HOME = "H01"
FULL_CHILDREN, FULL_VOLUNTEERS = 60, 90
SUPERVISED = ("H01", "H02", "H03", "H04", "H05", "H06")
NEAR, WALKABLE, FAR = 30, 40, 75


@dataclass(frozen=True, slots=True)
class Counts:
    """What was made."""

    homes: int
    children: int
    volunteers: int
    pairings: int


@transaction.atomic
def load(*, fixtures: Path, seed: int, as_of: date, password: str) -> Counts:
    """Invent the county in one transaction; all or nothing."""
    invention = Invention(
        seed=seed,
        as_of=as_of,
        words=fixtures / "demo" / "words.json",
        registers=sorted((fixtures / "registers" / "expected").glob("*.json")),
    )
    county = load_county(fixtures / "places")
    full = county.homes[FULL_HOME]
    load_terms(as_of)
    people = _people(password, county, as_of)
    families: dict[str, list[Family]] = {}
    helpers: dict[str, list[Helper]] = {}
    for code, home in county.homes.items():
        is_full = home == full
        children = FULL_CHILDREN if is_full else invention.chance.randint(4, 8)
        volunteers = FULL_VOLUNTEERS if is_full else invention.chance.randint(5, 9)
        families[code] = invent_families(invention, home, county.near(code, NEAR), children)
        around = county.near(code, WALKABLE) * 5 + county.near(code, FAR)  # most live near, some far
        helpers[code] = invent_helpers(invention, home, around, volunteers)
    _demo_volunteer(people["volunteer"], helpers[FULL_HOME])
    _demo_guardian(people["guardian"], families[FULL_HOME])
    write_families([family for each in families.values() for family in each])
    _sign(helpers[FULL_HOME], people["manager"])
    write_helpers([helper for each in helpers.values() for helper in each])
    _history(people["manager"], families[FULL_HOME], helpers[FULL_HOME])
    _pair(invention, county, people, families, helpers)
    register = fixtures / "registers" / "children.csv"
    import_and_undo(full, manager=people["manager"], file=register, day=as_of - timedelta(days=52))
    return Counts(
        homes=len(county.homes),
        children=sum(map(len, families.values())),
        volunteers=sum(map(len, helpers.values())),
        pairings=Pairing.objects.count(),
    )


def _people(password: str, county: County, as_of: date) -> dict[str, User]:
    people = create_demo_people(password, centre=county.homes[FULL_HOME])
    began = as_of - timedelta(days=400)
    Membership.objects.filter(user__in=people.values()).update(valid_from=began)
    # The county's supervisor looks after half of the homes, so that it can be seen where the sight ends.
    Membership.objects.filter(user=people["supervisor"]).delete()
    Membership.objects.bulk_create(
        Membership(user=people["supervisor"], role=Role.SUPERVISOR, centre=county.homes[code], valid_from=began)
        for code in SUPERVISED
    )
    manager = people["manager"]
    manager.display_name = county.homes[FULL_HOME].manager_name
    manager.save(update_fields=["display_name"])
    return people


def _demo_volunteer(user: User, helpers: Sequence[Helper]) -> None:
    """Give the demo volunteer's account to a vetted volunteer who can come on several afternoons."""
    helper = max((one for one in helpers if one.story == "valid"), key=lambda one: (len(one.slots), one.volunteer.code))
    volunteer: Volunteer = helper.volunteer
    volunteer.user = user
    volunteer.name, volunteer.name_sort = user.display_name, names.sort_key(user.display_name)
    volunteer.status, volunteer.max_children = "active", 2


def _demo_guardian(user: User, families: Sequence[Family]) -> None:
    """Give the demo guardian's account to a grandmother whose grandchild may have any companion."""
    family = next(
        one
        for one in families
        if one.guardian.relation_word == "奶奶"
        and one.child.companion_wish == CompanionWish.ANY
        and "普通话" in one.child.dialects
    )
    guardian: Guardian = family.guardian
    guardian.user = user
    guardian.name = user.display_name
    for relative in family.relatives:
        if relative.national_id == guardian.national_id:
            relative.name = user.display_name


def _sign(helpers: Sequence[Helper], manager: User) -> None:
    for helper in helpers:
        for check in helper.checks:
            check.recorded_by = manager


def _pair(
    invention: Invention,
    county: County,
    people: dict[str, User],
    families: dict[str, list[Family]],
    helpers: dict[str, list[Helper]],
) -> None:
    """Write companionships: a year of them in the full home, a few in the others."""
    manager = people["manager"]
    for code, home in county.homes.items():
        companions = Companionships(county, invention, home, manager, families[code], helpers[code])
        if code != FULL_HOME:
            companions.begin(2, fewest_days_ago=20, most_days_ago=60)
            continue
        companions.end(
            companions.begin(4, fewest_days_ago=200, most_days_ago=330), fewest_days_ago=90, most_days_ago=150
        )
        own = next(one for one in helpers[code] if one.volunteer.user_id)
        ward = next(one for one in families[code] if one.guardian.user_id)
        if companions.pair(ward, [own], invention.ago(60, 60)) is None:
            raise RuntimeError("the demo volunteer and the demo guardian's grandchild do not fit; change the seed")
        companions.begin(6, fewest_days_ago=45, most_days_ago=80)
        companions.match(days_ago=24, accepted=9, begun=6)


def _history(manager: User, families: Sequence[Family], helpers: Sequence[Helper]) -> None:
    """Write who registered and checked whom in the full home, as its services would have."""
    entries = [
        *_entries("children.register_child", manager, [(one.child, one.child.created_at) for one in families]),
        *_entries("volunteers.register_volunteer", manager, [(h.volunteer, h.volunteer.created_at) for h in helpers]),
        *_entries(
            "volunteers.record_check",
            manager,
            [(c.volunteer, c.created_at) for h in helpers for c in h.checks if c.kind == CheckKind.RECORD_INQUIRY],
        ),
    ]
    AuditEntry.objects.bulk_create(sorted(entries, key=lambda entry: entry.at), batch_size=300)


def _entries(
    action: str, manager: User, subjects: Sequence[tuple[Child | Volunteer, datetime]]
) -> Iterator[AuditEntry]:
    for subject, at in subjects:
        entry = audit.entry(action, by=manager, subject=subject)
        entry.at = at
        yield entry
