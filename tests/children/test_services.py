"""What happens to children's files: one transaction, one audit entry, clear refusals (S01, S02)."""

import dataclasses
import datetime as dt
import time
from typing import Any

import pytest

from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre
from qianshou.children import queries, services
from qianshou.children.entries import GuardianEntry, RelativeEntry
from qianshou.children.models import Child, Guardian, Relative
from qianshou.core import clock
from qianshou.core.errors import Conflict, Invalid, NotAllowed
from qianshou.core.models import AuditEntry, ReadEntry
from tests.people import (
    TODAY,
    child_entry,
    make_centre,
    make_child,
    make_pairing,
    make_user,
    make_village,
    make_volunteer,
    national_id,
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


def audits(action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=action))


def test_register_writes_child_guardian_relatives_and_audit(centre: Centre, manager: Any) -> None:
    village = make_village()
    child = services.register_child(child_entry(name=" 廖 小 明 "), centre=centre, by=manager)
    child = Child.objects.get(pk=child.pk)
    assert child.name == "廖小明"
    assert child.name_sort == "liao xiao ming|liaoxiaoming|lxm"
    assert child.village == village
    assert child.is_left_behind
    assert child.illness_type == "哮喘"
    assert queries.present_guardian(child).phones == ["10042053921"]
    assert {row.kin: row.work_place for row in child.relatives.all()} == {"father": "广东东莞", "mother": "浙江义乌"}
    (entry,) = audits("children.register_child")
    assert (entry.actor, entry.subject_code, entry.centre) == (manager, child.code, centre)


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"name": "Tom"}, {"name": "name_invalid"}),
        ({"name": " "}, {"name": "name_missing"}),
        ({"national_id": "999999201606039478"}, {"national_id": "national_id_checksum"}),
        ({"national_id": "12345"}, {"national_id": "national_id_length"}),
        ({"national_id": "999999201613039476"}, {"national_id": "national_id_birth_date"}),
        ({"national_id": "", "birth_date": None}, {"birth_date": "birth_date_missing"}),
        ({"national_id": "", "birth_date": dt.date(2027, 1, 1)}, {"birth_date": "birth_date_future"}),
        ({"national_id": "", "birth_date": dt.date(2008, 11, 21)}, {"birth_date": "age_18_or_over"}),
        ({"national_id": "", "sex": ""}, {"sex": "sex_missing"}),
        ({"ethnicity": "火星族"}, {"ethnicity": "ethnicity_unknown"}),
        ({"situation": "elsewhere"}, {"situation": "not_a_choice"}),
        ({"companion_places": 9}, {"companion_places": "not_a_choice"}),
        ({"remark": "长" * 2001}, {"remark": "too_long"}),
        ({"guardian": GuardianEntry("廖国安", phones=("123",))}, {"guardian_phones": "phone_invalid"}),
        ({"relatives": (RelativeEntry("father", "甲", phones=("1",)),)}, {"father_phones": "phone_invalid"}),
    ],
)
def test_faults_are_named_by_field_and_nothing_is_written(
    centre: Centre, values: dict[str, Any], codes: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        services.register_child(child_entry(**values), centre=centre, by=None)
    assert caught.value.details["codes"] == codes
    assert set(caught.value.fields) == set(codes)
    assert not Child.objects.exists()
    assert not AuditEntry.objects.exists()


def test_id_against_birth_date_and_sex(centre: Centre) -> None:
    number = national_id(dt.date(2015, 1, 2), male=False)
    with pytest.raises(Invalid) as caught:
        services.register_child(child_entry(national_id=number), centre=centre, by=None)
    assert caught.value.details["codes"] == {"birth_date": "birth_date_id_conflict", "sex": "sex_id_conflict"}


def test_birth_date_and_sex_are_read_from_the_id(centre: Centre) -> None:
    number = national_id(dt.date(2015, 1, 2), male=False)
    child = services.register_child(
        dataclasses.replace(child_entry(national_id=number.lower()), birth_date=None, sex=""), centre=centre, by=None
    )
    assert (child.birth_date, child.sex, child.national_id) == (dt.date(2015, 1, 2), "female", number)


def test_second_child_with_the_id_is_refused_and_named_only_to_those_who_see_it(centre: Centre, manager: Any) -> None:
    other = make_centre("H02")
    known = make_child(other)
    entry = child_entry(name="廖大明", national_id=known.national_id)
    with pytest.raises(Conflict) as caught:
        services.register_child(entry, centre=centre, by=manager)
    assert caught.value.code == "child_exists"
    assert "廖小明" not in str(caught.value)
    assert "children" not in caught.value.details
    with pytest.raises(Conflict) as caught:
        services.register_child(entry, centre=other, by=make_user(Role.MANAGER, other))
    assert "廖小明" in str(caught.value)
    assert caught.value.details["children"] == [known.code]


def test_namesake_needs_a_yes(centre: Centre, manager: Any) -> None:
    known = make_child(centre)
    entry = child_entry()
    with pytest.raises(Conflict) as caught:
        services.register_child(entry, centre=centre, by=manager)
    assert (caught.value.code, caught.value.details["children"]) == ("same_name_and_birth_date", [known.code])
    assert services.register_child(entry, centre=centre, by=manager, confirmed=True).pk


def test_child_who_left_is_brought_back_not_registered_again(centre: Centre, manager: Any) -> None:
    child = make_child(centre)
    services.mark_left(child, by=manager, reason="转学到县城")
    with pytest.raises(Conflict) as caught:
        services.register_child(child_entry(national_id=child.national_id), centre=centre, by=manager)
    assert caught.value.code == "child_was_here"
    back = services.bring_back(child, by=manager)
    assert (back.status, back.left_on) == ("active", None)
    assert [entry.action for entry in AuditEntry.objects.order_by("id")][1:] == [
        "children.mark_left",
        "children.bring_back",
    ]


@pytest.mark.parametrize(
    "role", [Role.COUNSELLOR, Role.SUPERVISOR, Role.VOLUNTEER, Role.GUARDIAN, Role.ADMINISTRATOR, None]
)
def test_only_managers_and_workers_write(centre: Centre, role: Role | None) -> None:
    user, child = make_user(role, centre), make_child(centre)
    for call in (
        lambda: services.register_child(child_entry(), centre=centre, by=user),
        lambda: services.register_many([child_entry()], centre=centre, by=user),
        lambda: services.change_child(child, {"school": "x"}, by=user),
        lambda: services.set_guardian(child, GuardianEntry("甲"), by=user),
        lambda: services.mark_left(child, by=user, reason="x"),
        lambda: services.bring_back(child, by=user),
        lambda: services.link_guardian_account(child, user, by=user),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_a_manager_of_another_home_does_not_write(centre: Centre) -> None:
    stranger = make_user(Role.MANAGER, make_centre("H02"))
    with pytest.raises(NotAllowed):
        services.change_child(make_child(centre), {"school": "x"}, by=stranger)


def test_change_audits_names_of_fields_and_open_values_only(centre: Centre, manager: Any) -> None:
    child = make_child(centre)
    services.change_child(
        child, {"name": "廖明明", "companion_places": 2, "interests": ["画画"], "school": "青石坪小学"}, by=manager
    )
    child = Child.objects.get(pk=child.pk)
    assert (child.name, child.name_sort, child.interests) == ("廖明明", "liao ming ming|liaomingming|lmm", ["画画"])
    (entry,) = audits("children.change_child")
    assert entry.changes == {"name": True, "companion_places": [1, 2], "interests": [[], ["画画"]]}


def test_change_of_the_id_moves_the_blind_index(centre: Centre, manager: Any) -> None:
    child = make_child(centre)
    number = national_id(child.birth_date, serial=77)
    services.change_child(child, {"national_id": number}, by=manager)
    assert list(queries.by_national_id([number])) == [child]
    other = make_child(centre, name="王小花")
    with pytest.raises(Conflict):
        services.change_child(other, {"national_id": number}, by=manager)


def test_a_worker_does_not_change_what_a_worker_does_not_see(centre: Centre) -> None:
    worker, child = make_user(Role.WORKER, centre), make_child(centre)
    services.change_child(child, {"school_class": "四年级"}, by=worker)
    for name, value in (("national_id", ""), ("current_address", "x"), ("remark", "x")):
        with pytest.raises(NotAllowed) as caught:
            services.change_child(child, {name: value}, by=worker)
        assert caught.value.code == "field_not_seen"
    with pytest.raises(NotAllowed):
        services.change_child(child, {}, by=worker, relatives=[])


def test_old_faults_do_not_block_a_change_elsewhere(centre: Centre, manager: Any) -> None:
    child = make_child(centre)
    Child.objects.filter(pk=child.pk).update(birth_date=dt.date(2007, 1, 1), name="Tom")
    child.refresh_from_db()
    services.change_child(child, {"school": "云岭中学"}, by=manager)
    assert Child.objects.get(pk=child.pk).name == "Tom"


def test_relatives_are_replaced_as_a_whole(centre: Centre, manager: Any) -> None:
    child = make_child(centre)
    services.change_child(child, {}, by=manager, relatives=[RelativeEntry("father", "廖大强", work_place="福建泉州")])
    assert [(row.kin, row.work_place, row.phones) for row in child.relatives.all()] == [("father", "福建泉州", [])]
    assert audits("children.change_child")[0].changes == {"relatives": True}


def test_new_guardian_keeps_the_former_in_the_file(centre: Centre, manager: Any) -> None:
    child = make_child(centre)
    former = child.guardians.get()
    services.set_guardian(child, GuardianEntry("王桂英", "maternal_grandmother", phones=("10011112222",)), by=manager)
    assert list(child.guardians.filter(is_current=True).values_list("relation", flat=True)) == ["maternal_grandmother"]
    former.refresh_from_db()
    assert not former.is_current


def test_correcting_the_guardian_keeps_row_and_account(centre: Centre, manager: Any) -> None:
    child, user = make_child(centre), make_user(Role.GUARDIAN, centre)
    services.link_guardian_account(child, user, by=manager)
    services.set_guardian(child, GuardianEntry("廖国安", "paternal_grandfather", phones=("10099998888",)), by=manager)
    guardian = child.guardians.get()
    assert (guardian.user, guardian.phones) == (user, ["10099998888"])
    assert "10099998888" not in str(audits("children.change_guardian")[0].changes)


def test_a_worker_who_corrects_the_relation_keeps_the_unseen_phone(centre: Centre) -> None:
    child = make_child(centre)
    services.set_guardian(child, GuardianEntry("廖国安", "other", "舅爷"), by=make_user(Role.WORKER, centre))
    guardian = child.guardians.get()
    assert (guardian.relation, guardian.phones) == ("other", ["10042053921"])


def test_leaving_needs_a_reason_and_no_companion(centre: Centre, manager: Any) -> None:
    child = make_child(centre)
    with pytest.raises(Invalid):
        services.mark_left(child, by=manager, reason=" ")
    with pytest.raises(Invalid):
        services.mark_left(child, by=manager, reason="转学", on=TODAY + dt.timedelta(days=1))
    pairing = make_pairing(child, make_volunteer(centre))
    with pytest.raises(Conflict) as caught:
        services.mark_left(child, by=manager, reason="转学")
    assert caught.value.code == "has_companion"
    pairing.state = "ended"
    pairing.save()
    assert services.mark_left(child, by=manager, reason="转学").left_on == TODAY
    with pytest.raises(Conflict):
        services.mark_left(child, by=manager, reason="转学")


def test_companion_wishes(centre: Centre, manager: Any) -> None:
    child = make_child(centre)
    services.set_companion_wishes(child, by=manager, companion_wish="female", needs=["英语"])
    child.refresh_from_db()
    assert (child.companion_wish, child.companion_places, child.needs) == ("female", 1, ["英语"])
    with pytest.raises(Invalid):
        services.set_companion_wishes(child, by=manager, companion_wish="robot")


def test_reveal_needs_class_and_reason(centre: Centre, manager: Any) -> None:
    child = make_child(centre)
    with pytest.raises(Invalid):
        services.reveal_fields(child, "national_id", by=manager, reason=" ")
    with pytest.raises(Invalid):
        services.reveal_fields(child, "password", by=manager, reason="核对学籍")
    with pytest.raises(NotAllowed):
        services.reveal_fields(child, "national_id", by=make_user(Role.WORKER, centre), reason="核对学籍")
    assert not ReadEntry.objects.exists()
    services.reveal_fields(child, "national_id", by=manager, reason="核对学籍")
    read = ReadEntry.objects.get()
    assert (read.reader, read.fields, read.purpose, read.subject_code) == (
        manager,
        ["national_id"],
        "核对学籍",
        child.code,
    )


def test_register_many_is_all_or_none(centre: Centre, manager: Any) -> None:
    good = child_entry(name="王小花")
    with pytest.raises(Invalid) as caught:
        services.register_many([good, child_entry(name="Tom")], centre=centre, by=manager)
    assert caught.value.details["rows"] == [1]
    with pytest.raises(Conflict) as caught:
        services.register_many(
            [good, child_entry(name="李强", national_id=good.national_id)], centre=centre, by=manager
        )
    assert caught.value.details["rows"] == [1]
    assert not Child.objects.exists()
    assert len(services.register_many([good], centre=centre, by=manager, reason="导入 X")) == 1
    assert audits("children.register_child")[0].reason == "导入 X"


def test_register_many_five_thousand_in_seconds(centre: Centre) -> None:
    make_village()
    base = child_entry()
    entries = [
        dataclasses.replace(
            base,
            name=f"廖{chr(0x4E00 + number)}",
            birth_date=None,
            sex="",
            national_id=national_id(
                dt.date(2012, 1, 1) + dt.timedelta(days=number // 50),
                male=number % 2 == 0,
                serial=number % 50 * 2 + number % 2,
            ),
        )
        for number in range(5000)
    ]
    begun = time.process_time()
    children = services.register_many(entries, centre=centre, by=None)
    assert time.process_time() - begun < 12  # processor time; a few seconds on a quiet machine
    assert len({child.pk for child in children}) == 5000
    assert (Guardian.objects.count(), Relative.objects.count(), AuditEntry.objects.count()) == (5000, 10000, 5000)
    assert Child.objects.get(pk=children[4999].pk).current_address == base.current_address


@pytest.mark.race
def test_two_registrations_of_one_child_at_once(race: Any, transactional_db: None) -> None:
    home = make_centre("H09")
    entry = child_entry(national_id=national_id(dt.date(2016, 6, 3), serial=5))
    answers = race(*[lambda: services.register_child(entry, centre=home, by=None, confirmed=True)] * 4)
    assert sum(isinstance(answer, Child) for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 3


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("廖小明", True),
        ("廖 小", True),
        ("liaoxm", False),
        ("liaoxiao", True),
        ("xiao", True),
        ("LXM", True),
        ("lm", False),
        ("王", False),
    ],
)
def test_search_by_name_pinyin_and_initials(centre: Centre, manager: Any, typed: str, found: bool) -> None:
    make_child(centre)
    assert queries.search(queries.searchable(manager), typed).exists() is found


def test_look_up_by_id_only_for_those_who_see_ids(centre: Centre, manager: Any) -> None:
    child = make_child(centre)
    worker, stranger = make_user(Role.WORKER, centre), make_user(Role.MANAGER, make_centre("H02"))
    assert queries.find_by_number(manager, f" {child.national_id.lower()} ") == child
    for user in (worker, stranger):
        assert queries.find_by_number(user, child.national_id) is None
    assert queries.find_by_number(manager, "") is None
    assert not queries.search(queries.searchable(manager), child.national_id).exists()
    assert queries.search(queries.searchable(worker), child.code.lower()).exists()


def test_without_companion(centre: Centre, manager: Any) -> None:
    volunteer = make_volunteer(centre, sex="female")
    alone, accompanied = make_child(centre), make_child(centre, name="王小花")
    make_child(centre, name="李强", companion_wish="none")
    make_child(centre, name="赵敏", companion_places=0)
    make_pairing(accompanied, volunteer, "awaiting_consent")
    assert list(queries.children_without_companion(manager)) == [alone]
    assert list(queries.with_companion(Child.objects.all())) == [accompanied]


def test_field_class_follows_the_relation_not_the_title(centre: Centre) -> None:
    from qianshou.accounts.queries import field_class_for
    from qianshou.core.fieldclasses import FieldClass

    ward, other = make_child(centre), make_child(centre, name="王小花")
    guardian = make_user(Role.GUARDIAN, centre)
    services.link_guardian_account(ward, guardian, by=None)
    helper = make_user(Role.VOLUNTEER, centre)
    make_pairing(other, make_volunteer(centre, user=helper))
    assert field_class_for(guardian, ward) == FieldClass.PERSONAL
    assert field_class_for(guardian, other) is None
    assert field_class_for(helper, other) == FieldClass.INTERNAL
    assert field_class_for(helper, ward) is None
    assert list(Child.objects.visible_to(guardian)) == [ward]
    assert list(Child.objects.visible_to(helper)) == [other]
