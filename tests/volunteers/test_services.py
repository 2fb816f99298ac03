"""What happens to volunteers' records: one transaction, one audit entry, clear refusals (S08, R-V)."""

import dataclasses
import datetime as dt
import time
from typing import Any

import pytest

from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre
from qianshou.core import clock
from qianshou.core.errors import Conflict, Invalid, NotAllowed
from qianshou.core.models import AuditEntry, ReadEntry
from qianshou.volunteers import queries, services
from qianshou.volunteers.entries import CheckEntry, SlotEntry, VolunteerEntry
from qianshou.volunteers.models import Check, Volunteer
from tests.people import (
    TODAY,
    make_centre,
    make_child,
    make_pairing,
    make_user,
    make_volunteer,
    national_id,
    volunteer_entry,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.frozen(TODAY):
        yield


@pytest.fixture
def centre() -> Centre:
    return make_centre()


@pytest.fixture
def manager(centre: Centre) -> Any:
    return make_user(Role.MANAGER, centre)


def test_register_writes_record_checks_week_and_audit(centre: Centre, manager: Any) -> None:
    volunteer = services.register_volunteer(volunteer_entry(), centre=centre, by=manager)
    volunteer = queries.with_checks(Volunteer.objects.all()).get(pk=volunteer.pk)
    assert queries.eligibility_of(volunteer, TODAY).is_eligible
    assert volunteer.name_sort.endswith("|ycm")
    assert [str(slot) for slot in volunteer.availability.all()] == ["6 08:00-12:00"]
    assert {check.recorded_by for check in volunteer.checks.all()} == {manager}
    assert AuditEntry.objects.get().action == "volunteers.register_volunteer"


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"name": "Tom"}, {"name": "name_invalid"}),
        ({"national_id": ""}, {"national_id": "national_id_missing"}),
        ({"phone": ""}, {"phone": "phone_missing"}),
        ({"phone": "1234"}, {"phone": "phone_invalid"}),
        ({"email": "nobody"}, {"email": "email_invalid"}),
        ({"birth_date": dt.date(2012, 11, 22)}, {"birth_date": "age_under_14"}),
        ({"status": "boss"}, {"status": "not_a_choice"}),
        ({"max_children": 0}, {"max_children": "not_a_choice"}),
        ({"joined_on": dt.date(2027, 1, 1)}, {"joined_on": "date_future"}),
        ({"availability": (SlotEntry(8, dt.time(8), dt.time(9)),)}, {"availability": "not_a_choice"}),
        ({"availability": (SlotEntry(1, dt.time(9), dt.time(9)),)}, {"availability": "dates_out_of_order"}),
        ({"checks": (CheckEntry("pledge", dt.date(2027, 1, 1)),)}, {"done_on": "date_future"}),
    ],
)
def test_faults_are_named_by_field_and_nothing_is_written(
    centre: Centre, values: dict[str, Any], codes: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        services.register_volunteer(volunteer_entry(**values), centre=centre, by=None)
    assert caught.value.details["codes"] == codes
    assert not Volunteer.objects.exists()


def test_one_record_per_identity_number(centre: Centre, manager: Any) -> None:
    known = make_volunteer(make_centre("H02"))
    with pytest.raises(Conflict) as caught:
        services.register_volunteer(volunteer_entry(national_id=known.national_id), centre=centre, by=manager)
    assert caught.value.code == "volunteer_exists"
    assert known.name not in str(caught.value)
    services.register_volunteer(volunteer_entry(), centre=centre, by=manager)  # a namesake is another person


def test_a_record_of_a_register_becomes_an_entry() -> None:
    entry = VolunteerEntry.from_mapping(
        {
            "at": "志愿者!B3",
            "name": "姚强",
            "skills": ["种植"],
            "availability": [{"days": [1, 3], "from": "16:00", "to": "18:00", "weeks": "odd"}],
            "record_inquiry_on": dt.date(2025, 10, 16),
            "record_inquiry_result": "not_clear",
            "pledge_signed_on": dt.date(2025, 10, 1),
            "trained_on": dt.date(2025, 10, 1),
            "training_valid_to": dt.date(2028, 1, 18),
        }
    )
    assert entry.availability == (
        SlotEntry(1, dt.time(16), dt.time(18), "odd"),
        SlotEntry(3, dt.time(16), dt.time(18), "odd"),
    )
    assert [(check.kind, check.result, check.valid_to) for check in entry.checks] == [
        ("record_inquiry", "not_clear", None),
        ("pledge", "clear", None),
        ("training", "clear", dt.date(2028, 1, 18)),
    ]


@pytest.mark.parametrize(
    "role", [Role.WORKER, Role.COUNSELLOR, Role.SUPERVISOR, Role.VOLUNTEER, Role.ADMINISTRATOR, None]
)
def test_only_managers_write(centre: Centre, role: Role | None) -> None:
    user, volunteer = make_user(role, centre), make_volunteer(centre)
    check = volunteer.checks.first()
    for call in (
        lambda: services.register_volunteer(volunteer_entry(), centre=centre, by=user),
        lambda: services.register_many([volunteer_entry()], centre=centre, by=user),
        lambda: services.change_volunteer(volunteer, {"skills": ()}, by=user),
        lambda: services.change_status(volunteer, "left", by=user, reason="x"),
        lambda: services.record_check(volunteer, CheckEntry("pledge", TODAY), by=user),
        lambda: services.withdraw_check(check, by=user, reason="x"),
        lambda: services.set_availability(volunteer, [], by=user),
        lambda: services.add_time_away(volunteer, TODAY, TODAY, by=user),
        lambda: services.link_account(volunteer, user, by=user),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_volunteers_keep_their_own_part(centre: Centre) -> None:
    user = make_user(Role.VOLUNTEER, centre)
    volunteer = make_volunteer(centre, user=user)
    services.change_volunteer(volunteer, {"phone": "100 0000 1111", "skills": ("书法",)}, by=user)
    services.set_availability(volunteer, [SlotEntry(1, dt.time(16), dt.time(18))], by=user, text="周一下午")
    away = services.add_time_away(volunteer, TODAY, TODAY + dt.timedelta(days=3), by=user, reason="出差")
    services.remove_time_away(away, by=user)
    volunteer = Volunteer.objects.get(pk=volunteer.pk)
    assert (volunteer.phone, volunteer.skills, volunteer.availability_text) == ("10000001111", ["书法"], "周一下午")
    assert queries.find_by_number(make_user(Role.MANAGER, centre), "100 0000 1111") == volunteer
    assert queries.find_by_number(make_user(Role.WORKER, centre), "10000001111") is None
    with pytest.raises(NotAllowed) as caught:
        services.change_volunteer(volunteer, {"name": "别人"}, by=user)
    assert caught.value.code == "field_not_own"
    with pytest.raises(NotAllowed):
        services.change_status(volunteer, "active", by=user)


def test_nobody_records_their_own_checks(centre: Centre) -> None:
    user = make_user(Role.MANAGER, centre)
    own = make_volunteer(centre, user=user)
    with pytest.raises(NotAllowed) as caught:
        services.record_check(own, CheckEntry("record_inquiry", TODAY), by=user)
    assert caught.value.code == "own_check"
    with pytest.raises(NotAllowed):
        services.withdraw_check(own.checks.first(), by=user, reason="错")
    colleague = make_user(Role.MANAGER, centre)
    services.record_check(own, CheckEntry("record_inquiry", TODAY, document_number="查字12号"), by=colleague)
    check = own.checks.order_by("-id").first()
    assert (check.recorded_by, check.document_number) == (colleague, "查字12号")
    assert "查字" not in str(AuditEntry.objects.order_by("-id").first().changes)


def test_checks_are_added_once_and_taken_back_with_a_reason(centre: Centre, manager: Any) -> None:
    volunteer = make_volunteer(centre, checks=())
    check = services.record_check(volunteer, CheckEntry("pledge", TODAY), by=manager)
    with pytest.raises(Conflict) as caught:
        services.record_check(volunteer, CheckEntry("pledge", TODAY), by=manager)
    assert caught.value.code == "check_known"
    for bad in (
        CheckEntry("magic", TODAY),
        CheckEntry("pledge", TODAY + dt.timedelta(days=1)),
        CheckEntry("training", TODAY, valid_to=TODAY - dt.timedelta(days=1)),
    ):
        with pytest.raises(Invalid):
            services.record_check(volunteer, bad, by=manager)
    with pytest.raises(Invalid):
        services.withdraw_check(check, by=manager, reason="")
    services.withdraw_check(check, by=manager, reason="写错了人")
    assert Check.objects.get(pk=check.pk).is_withdrawn
    with pytest.raises(Conflict):
        services.withdraw_check(check, by=manager, reason="写错了人")


def test_a_finding_is_taken_back_by_a_second_person_only(centre: Centre, manager: Any) -> None:
    volunteer = make_volunteer(centre, status="interview")
    check = services.record_check(volunteer, CheckEntry("record_inquiry", TODAY, "not_clear"), by=manager)
    with pytest.raises(Conflict) as conflict:
        services.change_status(volunteer, "active", by=manager)
    assert conflict.value.code == "record_inquiry_not_clear"
    with pytest.raises(NotAllowed) as caught:
        services.withdraw_check(check, by=manager, reason="写错了人")
    assert caught.value.code == "second_person_needed"
    services.withdraw_check(check, by=make_user(Role.MANAGER, centre), reason="写错了人")
    assert services.change_status(volunteer, "active", by=manager).status == "active"


def test_leaving_and_suspending_need_a_reason_and_no_pairing(centre: Centre, manager: Any) -> None:
    volunteer = make_volunteer(centre)
    with pytest.raises(Invalid):
        services.change_status(volunteer, "suspended", by=manager)
    pairing = make_pairing(make_child(centre), volunteer)
    with pytest.raises(Conflict) as caught:
        services.change_status(volunteer, "left", by=manager, reason="搬走")
    assert caught.value.code == "has_pairing"
    pairing.state = "ended"
    pairing.save()
    services.change_status(volunteer, "left", by=manager, reason="搬走")
    assert AuditEntry.objects.filter(action="volunteers.change_status").get().changes == {"status": ["active", "left"]}


def test_stretches_that_touch_are_joined(centre: Centre, manager: Any) -> None:
    volunteer = make_volunteer(centre, availability=())
    week = [
        SlotEntry(6, dt.time(10), dt.time(12)),
        SlotEntry(6, dt.time(8), dt.time(10)),
        SlotEntry(6, dt.time(9), dt.time(11), "odd"),
    ]
    services.set_availability(volunteer, week, by=manager)
    assert {(str(slot), slot.weeks) for slot in volunteer.availability.all()} == {
        ("6 08:00-12:00", "all"),
        ("6 09:00-11:00", "odd"),
    }


@pytest.mark.parametrize(("starts", "ends", "field"), [(3, 1, "ends_on"), (-9, -1, "ends_on"), (0, 400, "ends_on")])
def test_time_away_is_checked(centre: Centre, manager: Any, starts: int, ends: int, field: str) -> None:
    day = dt.timedelta(days=1)
    with pytest.raises(Invalid) as caught:
        services.add_time_away(make_volunteer(centre), TODAY + starts * day, TODAY + ends * day, by=manager)
    assert list(caught.value.fields) == [field]


def test_times_away_do_not_overlap(centre: Centre, manager: Any) -> None:
    volunteer = make_volunteer(centre)
    services.add_time_away(volunteer, TODAY, TODAY, by=manager)
    with pytest.raises(Conflict):
        services.add_time_away(volunteer, TODAY, TODAY, by=manager)


def test_reveal_is_logged_and_the_own_record_is_open(centre: Centre, manager: Any) -> None:
    volunteer = make_volunteer(centre)
    with pytest.raises(NotAllowed):
        services.reveal_fields(volunteer, "phone", by=make_user(Role.WORKER, centre), reason="联系")
    services.reveal_fields(volunteer, "phone", by=manager, reason="联系")
    assert ReadEntry.objects.get().fields == ["phone"]


def test_register_many_is_all_or_none_and_quick(centre: Centre, manager: Any) -> None:
    base = volunteer_entry()
    entries = [
        dataclasses.replace(
            base,
            birth_date=None,
            sex="",
            phone=f"100{number:08d}",
            national_id=national_id(dt.date(1980, 1, 1) + dt.timedelta(days=number // 50), serial=number % 50),
        )
        for number in range(1000)
    ]
    with pytest.raises(Conflict) as caught:
        services.register_many([*entries[:3], entries[1]], centre=centre, by=manager)
    assert caught.value.details["rows"] == [3]
    with pytest.raises(Invalid) as invalid:
        services.register_many([entries[0], dataclasses.replace(base, phone="1")], centre=centre, by=manager)
    assert invalid.value.details["rows"] == [1]
    assert not Volunteer.objects.exists()
    begun = time.process_time()
    services.register_many(entries, centre=centre, by=manager)
    assert time.process_time() - begun < 5
    assert (Volunteer.objects.count(), Check.objects.count(), AuditEntry.objects.count()) == (1000, 3000, 1000)
    assert queries.eligible(Volunteer.objects.all(), TODAY).count() == 1000
