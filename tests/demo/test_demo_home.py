"""The demo county: invented, lively, and never in a real home."""

import datetime as dt
import json
import stat
import time
from collections import Counter

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from qianshou.accounts.models import Membership, User
from qianshou.accounts.queries import roles_of
from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre, TravelTime, Village
from qianshou.children.models import Child, Guardian, Relative
from qianshou.companionship.models import Pairing, PairingState, Proposal
from qianshou.core import clock
from qianshou.core.identity import read_national_id
from qianshou.core.models import AuditEntry, Term
from qianshou.demo import loading
from qianshou.demo.invention import AREA, PHONE_PREFIX, Invention
from qianshou.reports.models import Import
from qianshou.volunteers.models import Volunteer
from qianshou.volunteers.queries import eligibility_of

FIXTURES = django_settings.BASE_DIR / "fixtures"
TODAY = dt.date(2026, 11, 21)


@pytest.fixture
def demo(db, settings):
    settings.DEMO_MODE = True
    with clock.frozen(TODAY):
        started = time.perf_counter()
        counts = loading.load(fixtures=FIXTURES, seed=20261121, as_of=TODAY, password="village tea house")
        assert time.perf_counter() - started < 30
        yield counts


def test_the_county_is_whole_and_invented(demo):
    assert (Centre.objects.count(), Village.objects.count(), TravelTime.objects.count()) == (12, 60, 72 * 71)
    full = Centre.objects.get(code="H01")
    assert Term.objects.filter(starts_on__lte=TODAY, ends_on__gte=TODAY).count() == 1
    assert full.children.count() == 60
    assert full.volunteers.count() == 90
    assert min(home.children.count() for home in Centre.objects.all()) >= 4
    assert Centre.objects.filter(children__isnull=True).count() == 0

    for person in (*Child.objects.all(), *Volunteer.objects.all(), *Relative.objects.all(), *Guardian.objects.all()):
        assert person.national_id.startswith(AREA)
        read = read_national_id(person.national_id)
        assert read.birth_date == getattr(person, "birth_date", read.birth_date)
    listed = " ".join(path.read_text(encoding="utf-8") for path in (FIXTURES / "registers" / "expected").glob("*.json"))
    assert not [child for child in Child.objects.all() if child.national_id in listed]
    phones = [phone for one in (*Relative.objects.all(), *Guardian.objects.all()) for phone in one.phones]
    phones += list(Volunteer.objects.values_list("code", flat=True)) and [one.phone for one in Volunteer.objects.all()]
    assert {phone[:3] for phone in phones} == {PHONE_PREFIX}

    people = {user.username: user for user in User.objects.order_by("pk")}
    assert list(people) == ["admin", "supervisor", "manager", "worker", "counsellor", "volunteer", "donor", "guardian"]
    assert all(user.check_password("village tea house") for user in people.values())
    assert {name: roles_of(user) for name, user in people.items()}["manager"] == {Role.MANAGER}
    supervised = Membership.objects.filter(user=people["supervisor"]).values_list("centre__code", flat=True)
    assert sorted(supervised) == ["H01", "H02", "H03", "H04", "H05", "H06"]
    assert Child.objects.visible_to(people["manager"]).count() == 60
    assert 60 < Child.objects.visible_to(people["supervisor"]).count() < Child.objects.count()
    assert not Child.objects.visible_to(people["admin"]).exists()

    volunteer = people["volunteer"].volunteer
    assert eligibility_of(volunteer, on=TODAY).is_eligible
    pairing = Pairing.objects.get(volunteer=volunteer, state=PairingState.ACTIVE)
    assert list(Child.objects.visible_to(people["volunteer"])) == [pairing.child]
    assert list(Child.objects.visible_to(people["guardian"])) == [pairing.child]

    assert list(Import.objects.values_list("centre__code", "state")) == [("H01", "undone")]
    states = Counter(Pairing.objects.filter(centre=full).values_list("state", flat=True))
    assert states[PairingState.ACTIVE] >= 10
    assert states[PairingState.ENDED] >= 3
    assert states[PairingState.AWAITING_CONSENT] >= 2
    assert Proposal.objects.filter(state="proposed").count() >= 20
    assert not Pairing.objects.filter(created_at__gt=clock.now()).exists()
    assert AuditEntry.objects.filter(centre=full, action="children.register_child").count() >= 60
    assert AuditEntry.objects.filter(at__lt=clock.now() - dt.timedelta(days=180)).exists()
    verdicts = [eligibility_of(one, on=TODAY) for one in full.volunteers.all()]
    assert 55 <= sum(verdict.is_eligible for verdict in verdicts) <= 75
    assert {code for verdict in verdicts for code in verdict.missing} >= {
        "record_inquiry_expired",
        "record_inquiry_pending",
        "record_inquiry_not_clear",
        "training_expired",
        "pledge_missing",
        "under_18",
        "status_interview",
    }


def test_the_same_seed_and_day_invent_the_same_people():
    def sample():
        invention = Invention(seed=7, as_of=TODAY, words=FIXTURES / "demo" / "words.json")
        born = invention.born(6, 15)
        return [invention.name("girl"), invention.national_id(born, is_male=False), invention.code("C")]

    assert sample() == sample()


def test_outside_demo_mode_nothing_is_loaded(db, settings, tmp_path):
    settings.QIANSHOU_HOME = tmp_path
    with pytest.raises(CommandError, match="demo mode only"):
        call_command("load_demo")
    assert not Centre.objects.exists()


def test_a_home_with_people_of_its_own_is_left_alone(db, settings, tmp_path):
    settings.DEMO_MODE = True
    settings.QIANSHOU_HOME = tmp_path
    User.objects.create_user("real", password="x")
    with pytest.raises(CommandError, match="people of its own"):
        call_command("load_demo")
    assert not (tmp_path / "demo.json").exists()


def test_loading_twice_changes_nothing_and_prints_the_same_password(db, settings, tmp_path, capsys):
    settings.DEMO_MODE = True
    settings.QIANSHOU_HOME = tmp_path
    call_command("load_demo")
    first = capsys.readouterr().out
    children = Child.objects.count()
    call_command("load_demo")
    second = capsys.readouterr().out
    assert Child.objects.count() == children
    mark = tmp_path / "demo.json"
    password = json.loads(mark.read_text())["password"]
    assert password in first
    assert password in second
    assert "admin, supervisor, manager, worker, counsellor, volunteer, donor, guardian" in second
    assert stat.S_IMODE(mark.stat().st_mode) == 0o600
    assert User.objects.get(username="manager").check_password(password)
