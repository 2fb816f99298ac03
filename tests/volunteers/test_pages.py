"""Pages of the volunteers' register: who sees what, checks, the week, the own record (S08, S40)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre
from qianshou.core import clock
from qianshou.core.models import ReadEntry
from qianshou.volunteers.entries import CheckEntry
from qianshou.volunteers.models import Volunteer
from tests.people import TODAY, make_centre, make_user, make_village, make_volunteer, national_id

pytestmark = pytest.mark.django_db
NUMBER = national_id(dt.date(1991, 5, 30), male=False, serial=41)
CANARIES = {
    "national_id": NUMBER,
    "phone": "10077778888",
    "address": "六组77号",
    "emergency": "10099990000",
    "emergency_name": "金丝雀姐姐",
    "political": "金丝雀党员",
    "remark": "金丝雀备注",
    "email": "canary@example.org",
    "document": "金丝雀文号",
}
PAGES = ("list", "create", "lookup", "detail", "edit", "status", "history", "reveal", "check_create", "check_withdraw",
         "availability", "away", "away_remove", "own")  # fmt: skip


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.frozen(TODAY):
        yield


@pytest.fixture
def centre() -> Centre:
    make_village()
    return make_centre()


@pytest.fixture
def volunteer(centre: Centre) -> Volunteer:
    made = make_volunteer(
        centre,
        national_id=NUMBER,
        phone=CANARIES["phone"],
        address="云坪镇青石坪村六组77号",
        emergency_contact_name=CANARIES["emergency_name"],
        emergency_contact_phone=CANARIES["emergency"],
        political_status=CANARIES["political"],
        remark=CANARIES["remark"],
        email=CANARIES["email"],
        checks=(
            CheckEntry("record_inquiry", TODAY - dt.timedelta(days=100), document_number=CANARIES["document"]),
            CheckEntry("pledge", TODAY - dt.timedelta(days=100)),
            CheckEntry("training", TODAY - dt.timedelta(days=100), valid_to=TODAY + dt.timedelta(days=300)),
        ),
    )
    made.exceptions.create(starts_on=TODAY, ends_on=TODAY)
    return made


def signed_in(user: Any, language: str = "zh-hans") -> Client:
    user.language = language
    user.save(update_fields=["language"])
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return response.content.decode()


def url(name: str, volunteer: Volunteer) -> str:
    if name in ("list", "create", "lookup", "own"):
        return reverse(f"volunteers:{name}")
    args: list[Any] = [volunteer.code]
    if name == "check_withdraw":
        args.append(volunteer.checks.order_by("id").first().code)
    if name == "away_remove":
        args.append(volunteer.exceptions.get().pk)
    address = reverse(f"volunteers:{name}", args=args)
    return address + "?part=phone" if name == "reveal" else address


def declared(**answers: int) -> dict[str, int]:
    return {name: answers.get(name, 403) for name in PAGES}


ALLOWED = {
    Role.MANAGER: dict.fromkeys(PAGES, 200) | {"own": 403},
    Role.WORKER: declared(list=200, detail=200, edit=404, availability=404, away=404, away_remove=404),
    Role.COUNSELLOR: declared(list=200, detail=200, edit=404, availability=404, away=404, away_remove=404),
    Role.SUPERVISOR: declared(list=200, detail=200, history=200, edit=404, availability=404, away=404, away_remove=404),
    Role.VOLUNTEER: declared(list=302, detail=404, edit=404, availability=404, away=404, away_remove=404, own=404),
    Role.ADMINISTRATOR: declared(history=404),
    Role.GUARDIAN: declared(),
}


@pytest.mark.parametrize("role", list(ALLOWED))
def test_every_page_answers_each_role_as_declared(centre: Centre, volunteer: Volunteer, role: Role) -> None:
    client = signed_in(make_user(role, None if role == Role.ADMINISTRATOR else centre))
    assert {name: client.get(url(name, volunteer)).status_code for name in PAGES} == ALLOWED[role]


def test_another_home_is_404(volunteer: Volunteer) -> None:
    client = signed_in(make_user(Role.MANAGER, make_centre("H02")))
    for name in PAGES[3:-1]:
        assert client.get(url(name, volunteer)).status_code == 404, name
    assert volunteer.name not in text(client.get(url("list", volunteer)))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", PAGES[:-1])
def test_pages_in_both_languages(centre: Centre, volunteer: Volunteer, name: str, language: str) -> None:
    response = signed_in(make_user(Role.MANAGER, centre), language).get(url(name, volunteer))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    page = text(response)
    assert "style=" not in page.replace("<style", "")
    assert volunteer.name not in page[page.index("<title>") : page.index("</title>")]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.MANAGER, {"political", "remark", "email", "emergency_name"}),
        (Role.WORKER, set()),
        (Role.COUNSELLOR, set()),
        (Role.SUPERVISOR, set()),
    ],
)
def test_no_page_gives_away_more_than_the_class_and_no_number_unmasked(
    centre: Centre, volunteer: Volunteer, role: Role, seen: set[str]
) -> None:
    client = signed_in(make_user(role, centre))
    found: set[str] = set()
    for name in PAGES:
        page = text(client.get(url(name, volunteer)))
        found |= {what for what, canary in CANARIES.items() if canary in page}
    assert found == seen


def test_the_own_record_is_open_to_its_owner_only(centre: Centre, volunteer: Volunteer) -> None:
    user = make_user(Role.VOLUNTEER, centre)
    Volunteer.objects.filter(pk=volunteer.pk).update(user=user)
    client = signed_in(user)
    assert {name: client.get(url(name, volunteer)).status_code for name in PAGES} == declared(
        list=302, detail=200, edit=200, availability=200, away=200, away_remove=200, own=200
    )
    page = text(client.get(url("own", volunteer)))
    assert CANARIES["phone"] in page
    assert client.get(url("detail", make_volunteer(centre))).status_code == 404


def test_the_panel_says_what_is_missing(centre: Centre) -> None:
    client = signed_in(make_user(Role.MANAGER, centre), "en")
    nobody = make_volunteer(centre, checks=(), status="interview")
    page = text(client.get(url("detail", nobody)))
    for words in ("May not be with children today", "no criminal-record inquiry yet", "not signed yet", "interview"):
        assert words in page
    soon = make_volunteer(
        centre,
        checks=(
            CheckEntry("record_inquiry", TODAY - dt.timedelta(days=360)),
            CheckEntry("pledge", TODAY),
            CheckEntry("training", TODAY),
        ),
    )
    assert "5 days left" in text(client.get(url("detail", soon)))


def test_register_record_a_check_take_it_back(centre: Centre, volunteer: Volunteer) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    data = {"name": "黎花梅", "sex": "female", "national_id": national_id(dt.date(1991, 4, 2), male=False),
            "phone": "100 3671 4926", "status": "interview", "max_children": "1", "skills": "手工，英语"}  # fmt: skip
    response = client.post(url("create", volunteer), data)
    assert response.status_code == 303
    made = Volunteer.objects.get(name="黎花梅")
    assert (made.phone, made.skills, made.birth_date) == ("10036714926", ["手工", "英语"], dt.date(1991, 4, 2))
    check = {"kind": "record_inquiry", "done_on": "2026-11-20", "result": "clear", "channel": "云坪派出所"}
    assert client.post(url("check_create", made), check).status_code == 303
    assert client.post(url("check_create", made), check).status_code == 409
    assert client.post(url("check_create", made), {**check, "done_on": "2026-11-22"}).status_code == 422
    assert client.post(url("check_withdraw", made), {"reason": ""}).status_code == 422
    assert client.post(url("check_withdraw", made), {"reason": "写错了人"}).status_code == 303
    assert made.checks.get().is_withdrawn


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Tom"}, "name"),
        ({"phone": "1"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"national_id": "1"}, "national_id"),
        ({"email": "x"}, "email"),
        ({"max_children": "9"}, "max_children"),
        ({"status": "left"}, "status"),
        ({"joined_on": "2027-01-01"}, "joined_on"),
    ],
)
def test_bad_input_names_the_field_and_keeps_what_was_typed(
    centre: Centre, volunteer: Volunteer, changes: dict[str, str], field: str
) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    data = {"name": "黎花梅", "sex": "female", "national_id": national_id(dt.date(1991, 4, 2), male=False),
            "phone": "10036714926", "status": "interview", "max_children": "1", "occupation": "乡村医生",
            **changes}  # fmt: skip
    response = client.post(url("create", volunteer), data)
    assert response.status_code == 422
    assert f'href="#id_{field}"' in text(response)
    assert "乡村医生" in text(response)
    assert Volunteer.objects.count() == 1


def test_edit_keeps_hidden_values(centre: Centre, volunteer: Volunteer) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    data = {"name": volunteer.name, "sex": "female", "birth_date": "1991-05-30", "national_id": "", "phone": "",
            "address": "", "skills": "书法", "max_children": "2", "emergency_contact_phone": "无"}  # fmt: skip
    response = client.post(url("edit", volunteer), data)
    assert response.status_code == 303, text(response)
    made = Volunteer.objects.get(pk=volunteer.pk)
    assert (made.national_id, made.phone, made.skills) == (NUMBER, CANARIES["phone"], ["书法"])
    assert made.emergency_contact_phone == ""


def test_volunteers_change_their_own_details_in_full_sight(centre: Centre, volunteer: Volunteer) -> None:
    user = make_user(Role.VOLUNTEER, centre)
    Volunteer.objects.filter(pk=volunteer.pk).update(user=user)
    client = signed_in(user)
    page = text(client.get(url("edit", volunteer)))
    assert CANARIES["phone"] in page
    assert 'name="national_id"' not in page
    data = {"phone": "10012341234", "email": "", "skills": "书法", "max_children": "1", "name": "别人"}
    response = client.post(url("edit", volunteer), data)
    assert response["Location"] == reverse("volunteers:own")
    made = Volunteer.objects.get(pk=volunteer.pk)
    assert (made.phone, made.name) == ("10012341234", volunteer.name)


def week(**rows: str) -> dict[str, str]:
    data = {"slots-TOTAL_FORMS": "3", "slots-INITIAL_FORMS": "0", "text": ""}
    for number in range(3):
        for name in ("weekday", "starts", "ends"):
            data[f"slots-{number}-{name}"] = ""
        data[f"slots-{number}-weeks"] = "all"
    return {**data, **{name.replace("__", "-"): value for name, value in rows.items()}}


def test_the_week_in_rows_without_script(centre: Centre, volunteer: Volunteer) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    good = week(slots__0__weekday="1", slots__0__starts="16:00", slots__0__ends="18:00", slots__0__weeks="odd")
    response = client.post(url("availability", volunteer), good)
    assert response.status_code == 303
    assert [(str(slot), slot.weeks) for slot in volunteer.availability.all()] == [("1 16:00-18:00", "odd")]
    for bad, field in (
        (week(slots__0__weekday="1", slots__0__starts="16:00"), "slots-0-ends"),
        (week(slots__0__weekday="1", slots__0__starts="16:00", slots__0__ends="15:00"), "slots-0-ends"),
        (week(slots__0__weekday="1", slots__0__starts="25:00", slots__0__ends="15:00"), "slots-0-starts"),
        (week(slots__0__weekday="9", slots__0__starts="14:00", slots__0__ends="15:00"), "slots-0-weekday"),
    ):
        response = client.post(url("availability", volunteer), bad)
        assert response.status_code == 422
        assert f'href="#id_{field}"' in text(response)
    assert volunteer.availability.count() == 1
    assert client.post(url("availability", volunteer), week()).status_code == 303
    assert not volunteer.availability.exists()


def test_own_words_are_read_into_the_rows_and_not_saved(centre: Centre, volunteer: Volunteer) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    before = list(volunteer.availability.values_list("pk", flat=True))
    response = client.post(url("availability", volunteer), {**week(), "text": "周一、三 16:00-18:00", "read": "1"})
    assert response.status_code == 200
    assert text(response).count('value="16:00"') == 2
    assert list(volunteer.availability.values_list("pk", flat=True)) == before
    typed = week(slots__0__weekday="5", slots__0__starts="09:15", slots__0__ends="10:00")
    response = client.post(url("availability", volunteer), {**typed, "text": "有空就来", "read": "1"})
    assert response.status_code == 422
    assert "有空就来" in text(response)
    assert "09:15" in text(response)


def test_days_away(centre: Centre, volunteer: Volunteer) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    assert client.post(url("away", volunteer), {"starts_on": "2026-12-01", "ends_on": "2026-11-30"}).status_code == 422
    assert client.post(url("away", volunteer), {"starts_on": "2026-12-01", "ends_on": "2026-12-02"}).status_code == 303
    assert volunteer.exceptions.count() == 2
    first = volunteer.exceptions.order_by("starts_on").first()
    assert client.post(reverse("volunteers:away_remove", args=[volunteer.code, first.pk])).status_code == 303
    assert volunteer.exceptions.count() == 1


def test_reveal_and_look_up(centre: Centre, volunteer: Volunteer) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    address = reverse("volunteers:reveal", args=[volunteer.code])
    assert CANARIES["phone"] in text(client.post(address, {"part": "phone", "reason": "contact"}))
    assert ReadEntry.objects.get().fields == ["phone"]
    assert (
        client.post(url("lookup", volunteer), {"number": "100 7777 8888"})["Location"] == volunteer.get_absolute_url()
    )
    assert client.post(url("lookup", volunteer), {"number": "10000000000"}).status_code == 422


def test_status_moves_with_a_reason(centre: Centre, volunteer: Volunteer) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    assert client.post(url("status", volunteer), {"status": "suspended", "reason": ""}).status_code == 422
    assert client.post(url("status", volunteer), {"status": "suspended", "reason": "投诉待查"}).status_code == 303


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "ycm"}, True), ({"q": "王"}, False), ({"eligible": "yes"}, True), ({"eligible": "no"}, False),
        ({"eligible": "lapsing"}, False), ({"lacks": "training"}, False), ({"weekday": "6"}, True),
        ({"weekday": "1"}, False), ({"skill": "种植"}, True), ({"skill": "植"}, False), ({"dialect": "普通话"}, True),
        ({"status": "active"}, True), ({"status": "all"}, True), ({"status": "left"}, False), ({"o": "-name"}, True),
        ({"centre": "H01"}, True),
    ],
)  # fmt: skip
def test_filters_in_the_address(centre: Centre, volunteer: Volunteer, query: dict[str, str], found: bool) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    response = client.get(url("list", volunteer), query)
    assert response.status_code == 200
    assert (volunteer.name in text(response)) is found
    part = client.get(url("list", volunteer), query, headers={"hx-request": "true"})
    assert text(part).strip() in text(response)


def test_queries_do_not_grow_with_rows(
    centre: Centre, volunteer: Volunteer, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    address = url("list", volunteer) + "?per=50"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(49):
        make_volunteer(
            centre,
            birth_date=dt.date(1980, 1, 1) + dt.timedelta(days=number),
            national_id=national_id(dt.date(1980, 1, 1) + dt.timedelta(days=number), male=False, serial=number),
        )
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many) <= 30
    for name in PAGES[1:-1]:
        with django_assert_max_num_queries(30):
            client.get(url(name, volunteer))
