"""Pages of the children's register: who sees what, in both languages, with every read written down (S01, S02, S40)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre
from qianshou.children import services
from qianshou.children.models import Child
from qianshou.core import clock
from qianshou.core.models import AuditEntry, ReadEntry
from tests.people import (
    TODAY,
    make_centre,
    make_child,
    make_pairing,
    make_user,
    make_village,
    make_volunteer,
    national_id,
)

pytestmark = pytest.mark.django_db
CANARIES = {
    "national_id": national_id(dt.date(2016, 6, 3), serial=37),
    "phone": "10042053921",
    "father_phone": "10069755309",
    "address": "六组12号",
    "illness": "金丝雀哮喘",
    "remark": "金丝雀备注",
    "income": "金丝雀收入",
    "work_place": "广东东莞",
}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.frozen(TODAY):
        yield


@pytest.fixture
def centre() -> Centre:
    make_village()
    return make_centre(phone="10032848319")


@pytest.fixture
def child(centre: Centre) -> Child:
    return make_child(
        centre,
        national_id=CANARIES["national_id"],
        illness_type=CANARIES["illness"],
        remark=CANARIES["remark"],
        income_sources=("金丝雀收入",),
        interests=("画画",),
    )


def signed_in(user: Any, language: str = "zh-hans") -> Client:
    user.language = language
    user.save(update_fields=["language"])
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return response.content.decode()


def new_child(**changes: Any) -> dict[str, Any]:
    """Return a filled-in form."""
    data = {
        "name": "王小花",
        "birth_date": "2015-03-07",
        "sex": "female",
        "national_id": national_id(dt.date(2015, 3, 7), male=False),
        "school_class": "四年级",
        "situation": "both_away",
        "current_address": "云坪镇青石坪村一组",
        "father_name": "王大强",
        "father_phones": "100 1111 2222 / 10033334444",
        "guardian_name": "李桂英",
        "guardian_relation": "maternal_grandmother",
        "guardian_phones": "10055556666",
        "health_status": "healthy",
        "companion_wish": "any",
        "companion_places": "1",
        "interests": "画画、唱歌",
    }
    return {**data, **changes}


PAGES = ("list", "create", "lookup", "detail", "family", "history", "reads", "edit", "reveal", "leave", "ward")


def url(name: str, child: Child) -> str:
    if name in ("list", "create", "lookup", "ward"):
        return reverse(f"children:{name}")
    address = reverse(f"children:{name}", args=[child.code])
    return address + "?part=national_id" if name == "reveal" else address


ALLOWED = {
    Role.MANAGER: dict.fromkeys(PAGES, 200),
    Role.WORKER: {"list": 200, "create": 200, "lookup": 403, "detail": 200, "family": 200, "history": 403, "reads": 403,
                  "edit": 200, "reveal": 403, "leave": 200, "ward": 200},
    Role.COUNSELLOR: {"list": 200, "create": 403, "lookup": 200, "detail": 200, "family": 200, "history": 403,
                      "reads": 403, "edit": 403, "reveal": 200, "leave": 403, "ward": 200},
    Role.SUPERVISOR: {"list": 200, "create": 403, "lookup": 403, "detail": 200, "family": 200, "history": 200,
                      "reads": 200, "edit": 403, "reveal": 403, "leave": 403, "ward": 200},
    Role.VOLUNTEER: {"list": 302, "create": 403, "lookup": 403, "detail": 404, "family": 404, "history": 403,
                     "reads": 403, "edit": 403, "reveal": 403, "leave": 403, "ward": 200},
    Role.GUARDIAN: {"list": 302, "create": 403, "lookup": 403, "detail": 404, "family": 404, "history": 403,
                    "reads": 403, "edit": 403, "reveal": 403, "leave": 403, "ward": 200},
    Role.ADMINISTRATOR: {"list": 403, "create": 403, "lookup": 403, "detail": 403, "family": 403, "history": 404,
                         "reads": 403, "edit": 403, "reveal": 403, "leave": 403, "ward": 200},
    Role.DONOR: dict.fromkeys(PAGES, 403) | {"ward": 200},
}  # fmt: skip


@pytest.mark.parametrize("role", list(ALLOWED))
def test_every_page_answers_each_role_as_declared(centre: Centre, child: Child, role: Role) -> None:
    client = signed_in(make_user(role, None if role == Role.ADMINISTRATOR else centre))
    assert {name: client.get(url(name, child)).status_code for name in PAGES} == ALLOWED[role]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.WORKER, Role.SUPERVISOR, Role.COUNSELLOR])
def test_another_home_is_404(child: Child, role: Role) -> None:
    client = signed_in(make_user(role, make_centre("H02")))
    for name in PAGES[3:-1]:
        assert client.get(url(name, child)).status_code in (403, 404)
    for name in ("detail", "family"):
        assert client.get(url(name, child)).status_code == 404
    assert child.name not in text(client.get(url("list", child)))


def test_signed_out_goes_to_the_door(child: Child) -> None:
    for name in PAGES:
        response = Client().get(url(name, child))
        assert response.status_code == 302
        assert "/account/" in response["Location"] or "login" in response["Location"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_in_both_languages(centre: Centre, child: Child, name: str, language: str) -> None:
    response = signed_in(make_user(Role.MANAGER, centre), language).get(url(name, child))
    assert response.status_code == 200
    page = text(response)
    assert f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in page
    assert "style=" not in page.replace("<style", "")
    assert "onclick" not in page
    assert child.name not in page[page.index("<title>") : page.index("</title>")]
    assert "no-store" in response["Cache-Control"]


def leaks(client: Client, child: Child) -> set[str]:
    found = set()
    for name in PAGES:
        page = text(client.get(url(name, child)))
        found |= {what for what, canary in CANARIES.items() if canary in page}
    return found


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.MANAGER, {"illness", "remark", "income", "work_place"}),
        (Role.COUNSELLOR, {"illness", "remark", "income", "work_place"}),
        (Role.WORKER, set()),
        (Role.SUPERVISOR, set()),
    ],
)
def test_no_page_gives_away_more_than_the_class_and_no_number_unmasked(
    centre: Centre, child: Child, role: Role, seen: set[str]
) -> None:
    assert leaks(signed_in(make_user(role, centre)), child) == seen


def test_a_companion_sees_the_surname_the_age_and_the_interests(centre: Centre, child: Child) -> None:
    user = make_user(Role.VOLUNTEER, centre)
    make_pairing(child, make_volunteer(centre, user=user))
    page = text(signed_in(user).get(url("detail", child)))
    assert child.name not in page
    assert "廖" in page
    assert "画画" in page
    assert child.school not in page
    assert leaks(signed_in(user), child) == set()


def test_a_guardian_sees_the_own_ward_by_surname(centre: Centre, child: Child) -> None:
    user = make_user(Role.GUARDIAN, centre)
    services.link_guardian_account(child, user, by=None)
    client = signed_in(user)
    other = make_child(centre, name="王小花")
    for name in ("ward", "detail"):
        page = text(client.get(url(name, child)))
        assert child.name not in page
        assert "廖" in page
    assert client.get(url("detail", other)).status_code == 404
    assert leaks(client, child) == set()
    assert ReadEntry.objects.filter(reader=user, subject_id=child.pk).count() >= 2


def test_masked_values_and_the_show_buttons(centre: Centre, child: Child) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    page = text(client.get(url("detail", child)))
    assert CANARIES["national_id"][:4] + "*" * 12 + CANARIES["national_id"][-2:] in page
    assert "?part=national_id" in page
    assert "云岭县云坪镇…" in page
    assert "100****3921" in text(client.get(url("family", child)))


def test_opening_a_file_is_written_down(centre: Centre, child: Child) -> None:
    manager = make_user(Role.MANAGER, centre)
    signed_in(manager).get(url("detail", child))
    entry = ReadEntry.objects.get()
    assert (entry.reader, entry.subject_code) == (manager, child.code)
    assert "national_id" in entry.fields
    signed_in(make_user(Role.WORKER, centre)).get(url("detail", child))
    assert "national_id" not in ReadEntry.objects.order_by("-sequence").first().fields


def test_reveal_asks_why_then_shows_once_and_writes_it_down(centre: Centre, child: Child) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    address = reverse("children:reveal", args=[child.code])
    response = client.post(address, {"part": "national_id", "reason": "other", "note": ""})
    assert response.status_code == 422
    assert CANARIES["national_id"] not in text(response)
    assert not ReadEntry.objects.exists()
    response = client.post(address, {"part": "national_id", "reason": "other", "note": "补办学籍"})
    assert response.status_code == 200
    assert CANARIES["national_id"] in text(response)
    assert "no-store" in response["Cache-Control"]
    assert "补办学籍" in ReadEntry.objects.get().purpose
    response = client.post(address, {"part": "guardian", "reason": "contact"})
    assert CANARIES["phone"] in text(response)
    assert client.post(address, {"part": "secrets", "reason": "contact"}).status_code == 404
    assert client.get(address).status_code == 404


def test_register_in_the_browser(centre: Centre, child: Child) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    response = client.post(url("create", child), new_child())
    made = Child.objects.get(name="王小花")
    assert response.status_code == 303
    assert response["Location"] == made.get_absolute_url()
    assert made.village.code == "V01"
    assert made.guardians.get().phones == ["10055556666"]
    assert made.relatives.get().phones == ["10011112222", "10033334444"]
    assert made.interests == ["画画", "唱歌"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "<script>"}, "name"),
        ({"national_id": "999999201503070011"}, "national_id"),
        ({"birth_date": "2015-13-07"}, "birth_date"),
        ({"birth_date": "2014-03-07"}, "birth_date"),
        ({"sex": "male"}, "sex"),
        ({"guardian_phones": "123"}, "guardian_phones"),
        ({"father_phones": "10011"}, "father_phones"),
        ({"companion_places": "7"}, "companion_places"),
        ({"situation": "moon"}, "situation"),
        ({"interests": "、".join("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌")}, "interests"),
    ],
)
def test_bad_input_names_the_field_and_keeps_what_was_typed(
    centre: Centre, child: Child, changes: dict[str, str], field: str, language: str
) -> None:
    client = signed_in(make_user(Role.MANAGER, centre), language)
    response = client.post(url("create", child), new_child(school="第二小学", **changes))
    assert response.status_code == 422
    page = text(response)
    assert f'id="id_{field}' in page
    assert f'href="#id_{field}' in page
    assert "第二小学" in page
    assert "10055556666" in page or field == "guardian_phones"
    assert Child.objects.count() == 1


def test_namesake_is_asked_about_then_registered(centre: Centre, child: Child) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    data = new_child(
        name=child.name, birth_date="2016-06-03", sex="male", national_id=national_id(dt.date(2016, 6, 3), serial=9)
    )
    response = client.post(url("create", child), data)
    assert response.status_code == 409
    assert child.get_absolute_url() in text(response)
    assert 'name="confirmed"' in text(response)
    assert client.post(url("create", child), {**data, "confirmed": "on"}).status_code == 303


def test_known_id_is_refused_at_the_field(centre: Centre, child: Child) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    data = new_child(name="廖大明", birth_date="2016-06-03", sex="male", national_id=CANARIES["national_id"])
    response = client.post(url("create", child), data)
    assert response.status_code == 409
    assert child.name in text(response)
    response = signed_in(make_user(Role.MANAGER, make_centre("H02"))).post(url("create", child), data)
    assert response.status_code == 409
    assert child.name not in text(response)


def test_edit_keeps_hidden_values_and_changes_the_rest(centre: Centre, child: Child) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    data = {
        "name": child.name, "birth_date": "2016-06-03", "sex": "male", "national_id": "", "current_address": "",
        "situation": "both_away", "school_class": "四年级", "health_status": "ill", "illness_type": "哮喘",
        "guardian_name": "廖国安", "guardian_relation": "paternal_grandfather", "guardian_phones": "",
        "father_name": "廖大强", "father_work_place": "福建泉州", "father_phones": "无", "mother_name": "王秀英",
        "mother_work_place": "浙江义乌", "companion_wish": "female", "companion_places": "1",
    }  # fmt: skip
    response = client.post(url("edit", child), data)
    assert response.status_code == 303, text(response)
    child = Child.objects.get(pk=child.pk)
    assert child.national_id == CANARIES["national_id"]
    assert CANARIES["address"] in child.current_address
    assert child.school_class == "四年级"
    assert child.guardians.get().phones == [CANARIES["phone"]]
    relatives = {row.kin: row for row in child.relatives.all()}
    assert (relatives["father"].work_place, relatives["father"].phones) == ("福建泉州", [])
    assert relatives["mother"].phones == ["10082118943"]
    told = str(list(AuditEntry.objects.values_list("changes", flat=True)))
    assert "泉州" not in told
    assert CANARIES["phone"] not in told


def test_a_worker_edits_without_seeing_or_losing_what_is_hidden(centre: Centre, child: Child) -> None:
    client = signed_in(make_user(Role.WORKER, centre))
    page = text(client.get(url("edit", child)))
    for name in ("national_id", "current_address", "guardian_phones", "father_name", "illness_type", "remark"):
        assert f'name="{name}"' not in page
    data = {"name": child.name, "birth_date": "2016-06-03", "sex": "male", "situation": "both_away",
            "school_class": "五年级", "guardian_name": "廖国安", "guardian_relation": "paternal_grandfather",
            "companion_wish": "any", "companion_places": "1", "national_id": "x", "remark": "y"}  # fmt: skip
    assert client.post(url("edit", child), data).status_code == 303
    child = Child.objects.get(pk=child.pk)
    assert (child.school_class, child.remark, child.illness_type) == ("五年级", CANARIES["remark"], CANARIES["illness"])
    assert child.guardians.get().phones == [CANARIES["phone"]]


def test_sending_the_form_twice_registers_once(centre: Centre, child: Child) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    data = new_child(idempotency_key="0123456789abcdef")
    first, second = (client.post(url("create", child), data) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    assert Child.objects.filter(name="王小花").count() == 1


def test_leave_and_return(centre: Centre, child: Child) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    assert client.post(url("leave", child), {"left_on": "2026-11-22", "reason": "转学"}).status_code == 422
    assert client.post(url("leave", child), {"left_on": "2026-11-20", "reason": "转学"}).status_code == 303
    assert child.name not in text(client.get(url("list", child)))
    assert child.name in text(client.get(url("list", child), {"status": "left"}))
    address = reverse("children:return", args=[child.code])
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 303
    assert Child.objects.get(pk=child.pk).status == "active"


def test_look_up_by_number_leaves_no_number_in_the_address(centre: Centre, child: Child) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    response = client.post(url("lookup", child), {"number": CANARIES["national_id"].lower()})
    assert response["Location"] == child.get_absolute_url()
    assert client.post(url("lookup", child), {"number": "1"}).status_code == 422


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "lxm"}, True), ({"q": "王"}, False), ({"sex": "male"}, True), ({"sex": "female"}, False),
        ({"left_behind": "yes"}, True), ({"left_behind": "no"}, False), ({"companion": "none"}, True),
        ({"companion": "has"}, False), ({"age_from": "10", "age_to": "10"}, True), ({"age_to": "9"}, False),
        ({"village": "V01"}, True), ({"school_class": "三年级"}, True), ({"situation": "none_away"}, False),
        ({"centre": "H01"}, True), ({"status": "all"}, True), ({"status": "left"}, False), ({"o": "-born"}, True),
    ],
)  # fmt: skip
def test_filters_in_the_address(centre: Centre, child: Child, query: dict[str, str], found: bool) -> None:
    client = signed_in(make_user(Role.MANAGER, centre))
    response = client.get(url("list", child), query)
    assert response.status_code == 200
    assert (child.name in text(response)) is found
    part = client.get(url("list", child), query, headers={"hx-request": "true"})
    assert text(part).strip().startswith('<div id="rows"')
    assert text(part).strip() in text(response)


@pytest.mark.parametrize("query", [{"sex": "x"}, {"age_from": "-1"}, {"village": "V99"}, {"centre": "H99"}, {"o": "x"}])
def test_filters_not_understood_are_422(centre: Centre, child: Child, query: dict[str, str]) -> None:
    assert signed_in(make_user(Role.MANAGER, centre)).get(url("list", child), query).status_code == 422


def test_queries_do_not_grow_with_rows(centre: Centre, child: Child, django_assert_max_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(make_user(Role.MANAGER, centre))
    address = url("list", child) + "?per=50"
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(address)
    for number in range(49):
        make_child(centre, name=f"廖{chr(0x4E00 + number)}", birth_date=dt.date(2014, 1, 1) + dt.timedelta(days=number))
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many) <= 30
    for name in ("detail", "family", "edit", "history", "reads"):
        with django_assert_max_num_queries(30):
            client.get(url(name, child))
