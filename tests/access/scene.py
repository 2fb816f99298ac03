"""Two homes full of people whose every guarded field holds a value that is found nowhere else."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.test import Client

from qianshou.accounts.models import ApiToken, Membership, User
from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre, OpeningHours, Room, Village, Zone
from qianshou.children.models import Child, Guardian, Relative
from qianshou.companionship.models import LeftOver, MatchingRun, Pairing, PairRule, Proposal
from qianshou.core import audit, clock, readlog
from qianshou.core.fieldclasses import FieldClass
from qianshou.core.fields import EncryptedJSONField, EncryptedTextField, WordListField
from qianshou.core.models import HolidayRule, Job, Obligation, PrivateFile, Term
from qianshou.reports.models import Import, ImportRow
from qianshou.volunteers.models import AvailabilityException, AvailabilitySlot, Check, Volunteer

PASSWORD = make_password("three quiet lanterns")
ROLES = tuple(role for role in Role if role != Role.PARENT)
AT_A_CENTRE = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.WORKER, Role.COUNSELLOR, Role.VOLUNTEER, Role.GUARDIAN})
"""Actors whose role is held at the own home; administrator and donor serve the whole house."""


@dataclass(frozen=True)
class Canary:
    """A value that stands in one field of one record, as it could appear on a page."""

    text: str
    record: Any
    field: str
    level: FieldClass


@dataclass
class Place:
    """A home and what belongs to it."""

    name: str
    centre: Centre
    room: Room = field(init=False)
    child: Child = field(init=False)
    volunteer: Volunteer = field(init=False)
    guardian: Guardian = field(init=False)
    check: Check = field(init=False)
    run: MatchingRun = field(init=False)
    proposal: Proposal = field(init=False)
    pairing: Pairing = field(init=False)
    rule: PairRule = field(init=False)
    user: User = field(init=False)
    membership: Membership = field(init=False)
    more: dict[str, Any] = field(default_factory=dict)
    """What apps that come later add, by name."""


class Scene:
    """The own home of the actors, another one, and an actor for every role, current and expired."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.canaries: list[Canary] = []
        self.own = self._place("own", "H01")
        self.other = self._place("other", "H02")
        self.actors: dict[str, User | None] = {"anonymous": None}
        for role in ROLES:
            self.actors[role.value] = self._actor(role, expired=False)
            self.actors[f"{role.value}:expired"] = self._actor(role, expired=True)
        self._link(self.own.child, self.own.volunteer, "")
        token_owner = self.actors[Role.MANAGER]
        self.token = ApiToken.objects.create(
            user=token_owner, name="t", digest="d" * 64, expires_at=clock.now() + dt.timedelta(days=1)
        )
        self.clients = {name: _browser(user) for name, user in self.actors.items()}

    @property
    def places(self) -> tuple[Place, Place]:
        return self.own, self.other

    def _link(self, child: Child, volunteer: Volunteer, suffix: str) -> None:
        """Tie the actors volunteer and guardian to a child of the own home."""
        volunteer.user = self.actors[Role.VOLUNTEER + suffix]
        volunteer.save()
        child.guardians.update(user=self.actors[Role.GUARDIAN + suffix])

    def _actor(self, role: Role, *, expired: bool) -> User:
        name = role.value + ("_expired" if expired else "")
        email = f"{name}@example.org"
        user = User.objects.create(username=name, display_name=f"演员{name}", email=email, password=PASSWORD)
        today = clock.today()
        Membership.objects.create(
            user=user,
            role=role,
            centre=self.own.centre if role in AT_A_CENTRE else None,
            valid_from=today - dt.timedelta(days=100),
            valid_to=today - dt.timedelta(days=1) if expired else None,
        )
        return user

    def _place(self, name: str, code: str) -> Place:
        village = Village.objects.create(
            code=f"V{code}", name=f"{code}村", township="云坪镇", latitude=27.1, longitude=107.3
        )
        centre = Centre.objects.create(code=code, name=f"{code}儿童之家", village=village, phone="08515550000")
        place = Place(name, centre)
        place.room = Room.objects.create(centre=centre, zone=Zone.ACTIVITY, name="活动室", for_sessions=True)
        OpeningHours.objects.create(centre=centre, day_type="term_weekday", opens=dt.time(15), closes=dt.time(19))
        place.child, place.guardian = self.child(place, village)
        place.volunteer, place.check = self.volunteer(place, village)
        weekly = {"weekday": 3, "starts": dt.time(16), "ends": dt.time(17), "room": place.room}
        place.run = MatchingRun.objects.create(
            centre=centre, state="ready", as_of=clock.today(), finished_at=clock.now()
        )
        place.proposal = Proposal.objects.create(
            run=place.run, child=place.child, volunteer=place.volunteer, score=700, **weekly
        )
        lonely, _guardian = self.child(place, village)
        LeftOver.objects.create(run=place.run, child=lonely, reasons=[], helps=[])
        place.pairing = Pairing.objects.create(
            centre=centre, child=place.child, volunteer=place.volunteer, state="active", **weekly
        )
        free, _check = self.volunteer(place, village)
        place.rule = PairRule.objects.create(centre=centre, child=lonely, volunteer=free, kind="forbid")
        place.user = User.objects.create(username=f"somebody_{name}", display_name=f"somebody {name}")
        place.membership = Membership.objects.create(user=place.user, role=Role.WORKER, centre=centre)
        self._core(place)
        self._registers(place)
        return place

    def _core(self, place: Place) -> None:
        number = next(self.numbers)
        place.more["job"] = Job.objects.create(kind="test.nothing", title="job", by=place.user, centre=place.centre)
        place.more["obligation"] = Obligation.objects.create(
            kind="test.nothing", key=f"scene:{number}", due_at=clock.now()
        )
        place.more["file"] = PrivateFile.objects.create(
            kind="test",
            name="file",
            extension="csv",
            content_type="text/csv",
            sha256="0" * 64,
            size=1,
            owner=place.user,
        )
        day = dt.date(2027, 1, 1) + dt.timedelta(days=number)
        place.more["holiday"] = HolidayRule.objects.create(date=day, kind="public_holiday", name="day", year=2027)
        place.more["term"] = Term.objects.create(name="term", starts_on=day, ends_on=day + dt.timedelta(days=90))
        with transaction.atomic():
            audit.record("children.register_child", by=place.user, subject=place.child)
            readlog.record_read(by=place.user, subject=place.child, fields=["name"], purpose="test")

    def _registers(self, place: Place) -> None:
        today = clock.today()
        place.more["away"] = AvailabilityException.objects.create(
            volunteer=place.volunteer, starts_on=today, ends_on=today + dt.timedelta(days=7)
        )
        name = f"金丝雀{next(self.numbers):04d}.xlsx"
        found = Import.objects.create(
            kind="children", centre=place.centre, state="ready", as_of=today, file_name=name, created_by=place.user
        )
        place.more["import"] = found
        cell = f"金丝雀{next(self.numbers):04d}"
        ImportRow.objects.create(
            source=found,
            position=1,
            sheet="Sheet1",
            number=2,
            at="Sheet1!2",
            status="rejected",
            payload={"record": {"name": cell}, "cells": {"A": cell}, "issues": []},
        )
        # The values of a register are those of the children in it: who sees none of the child sees none of them.
        self.canaries += [Canary(text, place.child, "import", FieldClass.SENSITIVE) for text in (name, cell)]

    def child(self, place: Place, village: Village) -> tuple[Child, Guardian]:
        """Return a child whose guarded fields, and those of the family, are canaries."""
        child = Child(centre=place.centre, village=village, sex="female", situation="both_away", health_status="ill")
        self.fill(child, Child.FIELD_CLASSES, child)
        family = {name.removeprefix("guardian_"): level for name, level in Child.FIELD_CLASSES.items()}
        family["relation_word"] = family["relation"]
        guardian = Guardian(child=child, relation="paternal_grandmother")
        self.fill(guardian, {name: family.get(name, FieldClass.SENSITIVE) for name in _names(Guardian)}, child)
        relative = Relative(child=child, kin="father")
        self.fill(relative, dict.fromkeys(_names(Relative), FieldClass.SENSITIVE), child)
        return child, guardian

    def volunteer(self, place: Place, village: Village) -> tuple[Volunteer, Check]:
        """Return an active volunteer whose guarded fields are canaries."""
        volunteer = Volunteer(centre=place.centre, village=village, sex="female", status="active", max_children=3)
        self.fill(volunteer, Volunteer.FIELD_CLASSES, volunteer)
        check = Check(volunteer=volunteer, kind="record_inquiry", done_on=clock.today() - dt.timedelta(days=30))
        self.fill(check, {"document_number": FieldClass.SENSITIVE}, volunteer)
        for kind in ("identity", "pledge", "training"):
            Check.objects.create(volunteer=volunteer, kind=kind, done_on=clock.today() - dt.timedelta(days=30))
        AvailabilitySlot.objects.create(volunteer=volunteer, weekday=3, starts=dt.time(15), ends=dt.time(19))
        return volunteer, check

    def fill(self, row: models.Model, levels: dict[str, FieldClass], record: Any) -> None:
        """Write a canary into every guarded field of a row and save it."""
        planted: list[tuple[str, str, FieldClass]] = []
        for name, level in levels.items():
            if level <= FieldClass.INTERNAL or name not in _names(type(row)):
                continue
            column = row._meta.get_field(name)
            value, text = self._value(name, column)
            if text:
                planted.append((text, name, level))
            if value is not None:
                setattr(row, name, value)
        row.save()
        self.canaries.extend(Canary(text, record, name, level) for text, name, level in planted)

    def _value(self, name: str, column: models.Field[Any, Any]) -> tuple[Any, str]:
        if column.choices or column.is_relation or isinstance(column, models.BooleanField):
            return None, ""
        number = next(self.numbers)
        if isinstance(column, models.DateField):
            born = dt.date(2013, 1, 1) + dt.timedelta(days=number)
            return born, born.isoformat()
        if "phone" in name:
            text = f"139{number:08d}"
        elif "national_id" in name:
            text = f"52{number:016d}"
        elif name == "email":
            text = f"canary{number}@example.org"
        else:
            text = f"金丝雀{number:04d}"
        if isinstance(column, (EncryptedJSONField, WordListField)):
            return [text], text
        if isinstance(column, (models.CharField, models.TextField, EncryptedTextField)):
            return text, text
        return None, ""


def _names(model: type[models.Model]) -> set[str]:
    return {column.name for column in model._meta.concrete_fields if column.editable}


def _browser(user: User | None) -> Client:
    """Return the browser of an actor who has just signed in."""
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "password", "at": time.time(), "username": user.username, "reauthenticated": True}
        ]
        session.save()
    return client
