"""An import from upload to undo: what is written, what is asked, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre
from qianshou.children.models import Child, Guardian
from qianshou.children.services import change_child
from qianshou.core import jobs, obligations
from qianshou.core.errors import Conflict, Invalid, NotAllowed
from qianshou.core.files import may_open
from qianshou.core.models import AuditEntry
from qianshou.reports import services
from qianshou.reports.models import Import, ImportRow
from qianshou.volunteers.models import Volunteer
from tests.people import make_centre, make_child, make_pairing, make_user, make_volunteer
from tests.reports.register_files import AS_OF, HEADER, VOLUNTEER_HEADER, child, national_id, volunteer, xlsx

REGISTERS = Path(__file__).parents[2] / "fixtures" / "registers"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_folder(settings, tmp_path):
    settings.PRIVATE_MEDIA_ROOT = tmp_path / "private"


@pytest.fixture
def home():
    return make_centre("H01")


@pytest.fixture
def manager(home):
    return make_user(Role.MANAGER, home)


def run_jobs():
    obligations.run_due(kinds={jobs.OBLIGATION})


def send(by, home, data: bytes, kind: str = "children") -> Import:
    """A register that was received and read."""
    upload = SimpleUploadedFile("花名册.xlsx", data)
    found = services.receive_register(upload, kind=kind, centre=home, as_of=AS_OF, by=by)
    run_jobs()
    found.refresh_from_db()
    return found


def imported(by, home, data: bytes, kind: str = "children") -> Import:
    """A register that was received, read, confirmed and written."""
    found = send(by, home, data, kind)
    services.confirm_import(found, leave_out_rejected=True, by=by)
    run_jobs()
    found.refresh_from_db()
    return found


def two_children() -> bytes:
    return xlsx([HEADER, child(), child(姓名="许欣", 身份证号=national_id(serial="345"))])


def test_upload_is_read_and_nothing_written(manager, home):
    found = send(manager, home, (REGISTERS / "children-messy.xlsx").read_bytes())

    assert (found.state, found.as_of) == ("ready", AS_OF)
    assert found.counts["rows_rejected_count"] == 16
    assert found.counts["new"] == 125
    assert found.rows.count() == 142
    assert not Child.objects.exists()
    assert found.job.state == "done"
    assert found.job.result_url == found.get_absolute_url()


def test_rows_are_encrypted_and_the_file_is_private(manager, home):
    found = send(manager, home, two_children())
    stored = ImportRow.objects.filter(source=found).values_list("payload", flat=True)

    assert all("崔静" not in str(value) for value in stored)
    assert may_open(manager, found.file)
    assert not may_open(make_user(Role.SUPERVISOR, home), found.file)
    assert not may_open(make_user(Role.MANAGER, make_centre("H02")), found.file)


@pytest.mark.parametrize("content", [b"", b"<html><table></table></html>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_register_is_refused_at_the_door(manager, home, content):
    with pytest.raises(Invalid) as refused:
        services.receive_register(SimpleUploadedFile("x.xls", content), kind="children", centre=home, by=manager)
    assert "file" in refused.value.fields
    assert not Import.objects.exists()


def test_file_without_a_table_is_refused_after_reading(manager, home):
    found = send(manager, home, xlsx([["本文件为测试数据"]]))

    assert (found.state, found.file_error) == ("refused", "no_data_rows")


@pytest.mark.parametrize("role", [Role.WORKER, Role.SUPERVISOR, Role.VOLUNTEER, Role.COUNSELLOR, Role.GUARDIAN, None])
def test_others_may_not_import(home, role):
    with pytest.raises(NotAllowed):
        send(make_user(role, home), home, two_children())


def test_manager_of_another_home_may_not_import_here(home):
    with pytest.raises(NotAllowed):
        send(make_user(Role.MANAGER, make_centre("H02")), home, two_children())


def test_homes_are_imported_by_the_administrator_only(manager):
    data = (REGISTERS.parent / "places" / "homes.csv").read_bytes()
    with pytest.raises(NotAllowed):
        send(manager, None, data, "centres")
    found = imported(make_user(Role.ADMINISTRATOR), None, data, "centres")

    assert (found.state, found.counts["created"]) == ("done", 11)  # H01 is there already
    assert Centre.objects.count() == 12


def test_all_or_nothing_unless_rejected_rows_are_left_out(manager, home):
    found = send(manager, home, xlsx([HEADER, child(), child(姓名="", 身份证号=national_id(serial="345"))]))
    with pytest.raises(Conflict) as refused:
        services.confirm_import(found, leave_out_rejected=False, by=manager)
    assert refused.value.code == "rows_rejected"
    services.confirm_import(found, leave_out_rejected=True, by=manager)
    run_jobs()
    found.refresh_from_db()

    assert (found.state, found.counts["created"], found.counts["left_out"]) == ("done", 1, 1)
    assert AuditEntry.objects.get(action="reports.confirm_import").changes == {"left_out": ["一班!B3"]}


def test_children_come_with_guardian_relatives_and_audit(manager, home):
    found = imported(manager, home, two_children())
    one = Child.objects.get(name="崔静")

    assert found.state == "done"
    assert (one.centre, one.national_id, one.ethnicity) == (home, national_id(), "汉族")
    assert one.guardians.get().phones == ["10080107988"]
    assert {row.kin: row.phones for row in one.relatives.all()} == {
        "father": ["10073900346"],
        "mother": ["10027234884"],
    }
    entry = AuditEntry.objects.get(action="children.register_child", subject_id=one.pk)
    assert (entry.actor, entry.reason) == (manager, f"import {found.code}")
    assert "崔静" not in str(AuditEntry.objects.values_list("changes", flat=True))


def test_writing_twice_writes_once(manager, home):
    found = imported(manager, home, two_children())
    services.write_import(found, by=manager)

    assert Child.objects.count() == 2


def test_second_import_changes_nothing(manager, home):
    imported(manager, home, two_children())
    before = list(Child.objects.values_list("pk", "updated_at"))
    again = imported(manager, home, two_children())

    assert (again.counts["created"], again.counts["unchanged"]) == (0, 2)
    assert list(Child.objects.values_list("pk", "updated_at")) == before


def test_namesake_without_an_id_number_is_asked_about(manager, home):
    imported(manager, home, xlsx([HEADER, child(身份证号=None)]))
    found = send(manager, home, xlsx([HEADER, child()]))
    row = found.rows.get()
    assert (row.match, row.differences) == ("maybe", ["national_id"])
    with pytest.raises(Conflict) as refused:
        services.confirm_import(found, leave_out_rejected=False, by=manager)
    assert refused.value.code == "rows_undecided"

    services.decide_match(row, "same", by=manager, ticked=["national_id"])
    services.confirm_import(found, leave_out_rejected=False, by=manager)
    run_jobs()

    assert Child.objects.get().national_id == national_id()


def test_namesake_may_be_another_child(manager, home):
    imported(manager, home, xlsx([HEADER, child(身份证号=None)]))
    found = send(manager, home, xlsx([HEADER, child()]))
    services.decide_match(found.rows.get(), "different", by=manager)
    services.confirm_import(found, leave_out_rejected=False, by=manager)
    run_jobs()

    assert Child.objects.count() == 2


def test_two_id_numbers_are_two_children(manager, home):
    imported(manager, home, xlsx([HEADER, child()]))
    found = send(manager, home, xlsx([HEADER, child(身份证号=national_id(serial="345"))]))

    assert found.rows.get().match == "new"


def test_differences_are_taken_over_only_when_ticked(manager, home):
    imported(manager, home, xlsx([HEADER, child()]))
    changed = child(家庭住址="搬到镇上", 监护人电话="10080107989", 备注="转学")
    found = send(manager, home, xlsx([HEADER, changed]))
    row = found.rows.get()
    assert row.differences == ["current_address", "remark", "guardian"]
    services.decide_match(row, "", by=manager, ticked=["current_address", "guardian"])
    services.confirm_import(found, leave_out_rejected=False, by=manager)
    run_jobs()
    one = Child.objects.get()

    assert (one.current_address, one.remark) == ("搬到镇上", "")
    assert one.guardians.get(is_current=True).phones == ["10080107989"]


def test_what_the_file_leaves_empty_erases_nothing(manager, home):
    imported(manager, home, xlsx([HEADER, child()]))
    found = send(manager, home, xlsx([HEADER, child(家庭住址=None, 监护人=None, 与学生关系=None, 监护人电话=None)]))

    assert found.rows.get().differences == []


def test_undo_takes_out_whom_it_brought_and_gives_back_what_it_changed(manager, home):
    imported(manager, home, xlsx([HEADER, child()]))
    second = send(
        manager,
        home,
        xlsx(
            [
                HEADER,
                child(家庭住址="搬到镇上", 监护人电话="10080107989"),
                child(姓名="许欣", 身份证号=national_id(serial="345")),
            ]
        ),
    )
    services.decide_match(second.rows.get(position=0), "", by=manager, ticked=["current_address", "guardian"])
    services.confirm_import(second, leave_out_rejected=False, by=manager)
    run_jobs()
    second.refresh_from_db()
    services.undo_import(second, by=manager, reason="wrong file")
    second.refresh_from_db()
    one = Child.objects.get()

    assert second.state == "undone"
    assert (one.name, one.current_address) == ("崔静", "云岭县竹溪镇4组")
    assert one.guardians.get(is_current=True).phones == ["10080107988"]
    assert not second.rows.exists()
    assert AuditEntry.objects.get(action="reports.undo_import").reason == "wrong file"


def test_undone_import_can_be_made_again(manager, home):
    services.undo_import(imported(manager, home, two_children()), by=manager)
    assert not Child.objects.exists()
    assert not Guardian.objects.exists()

    assert imported(manager, home, two_children()).counts["created"] == 2


def test_undo_is_refused_once_a_child_has_a_companion(manager, home):
    found = imported(manager, home, two_children())
    make_pairing(Child.objects.first(), make_volunteer(home))
    with pytest.raises(Conflict) as refused:
        services.undo_import(found, by=manager)

    assert refused.value.code == "import_in_use"
    assert refused.value.details["uses"] == {"companionship.pairing": 1}
    assert Child.objects.count() == 2


def test_undo_is_refused_once_a_file_was_worked_on(manager, home):
    found = imported(manager, home, two_children())
    change_child(Child.objects.get(name="许欣"), {"school": "另一所学校"}, by=manager)
    with pytest.raises(Conflict) as refused:
        services.undo_import(found, by=manager)

    assert refused.value.details["uses"] == {"changed_later": 1}


def test_volunteers_are_imported_and_undone(manager, home):
    data = xlsx(
        [VOLUNTEER_HEADER, volunteer(), volunteer(姓名="王强", 性别="男", 证件号码=national_id("19800510", "125"))]
    )
    found = imported(manager, home, data, "volunteers")
    assert Volunteer.objects.count() == 2
    assert Volunteer.objects.get(name="王强").checks.count() == 3
    services.undo_import(found, by=manager)

    assert not Volunteer.objects.exists()


def test_homes_of_an_undone_import_are_closed_and_can_come_again():
    admin = make_user(Role.ADMINISTRATOR)
    data = (REGISTERS.parent / "places" / "homes.csv").read_bytes()
    services.undo_import(imported(admin, None, data, "centres"), by=admin)
    assert not Centre.objects.filter(is_active=True).exists()
    again = imported(admin, None, data, "centres")

    assert (again.counts["created"], Centre.objects.filter(is_active=True).count()) == (12, 12)


def test_homes_with_children_stay():
    admin = make_user(Role.ADMINISTRATOR)
    found = imported(admin, None, (REGISTERS.parent / "places" / "homes.csv").read_bytes(), "centres")
    make_child(Centre.objects.get(code="H03"))
    with pytest.raises(Conflict) as refused:
        services.undo_import(found, by=admin)

    assert refused.value.details["uses"] == {"children": 1}


def test_child_who_came_meanwhile_stops_the_writing_and_is_found_at_the_second_try(manager, home):
    found = send(manager, home, two_children())
    services.confirm_import(found, leave_out_rejected=False, by=manager)
    make_child(home, name="崔静", national_id=national_id(), birth_date=None, sex="")
    run_jobs()
    found.refresh_from_db()
    assert (found.state, found.job.state, found.job.error_code) == ("ready", "failed", "child_exists")
    assert Child.objects.count() == 1
    assert found.rows.get(position=0).match == "known"

    services.confirm_import(found, leave_out_rejected=False, by=manager)
    run_jobs()
    assert Child.objects.count() == 2


def test_correction_of_columns_reads_again(manager, home):
    header = ["孩子" if title == "姓名" else title for title in HEADER]
    found = send(manager, home, xlsx([header, child()]))
    assert found.counts["rows_rejected_count"] == 1
    assert next(one for one in found.columns["一班"] if one["letters"] == "B")["identifier"] is None
    services.correct_columns(found, {"一班": {"B": "name"}}, by=manager)
    run_jobs()
    found.refresh_from_db()

    assert found.counts["rows_accepted"] == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"一班": {"B": "nonsense"}},
        {"一班": {"ZZ": "name"}},
        {"别的": {"A": "name"}},
        {"一班": {"A": "name", "B": "name"}},
    ],
)
def test_impossible_corrections_are_refused(manager, home, columns):
    found = send(manager, home, two_children())
    with pytest.raises(Invalid):
        services.correct_columns(found, columns, by=manager)


def test_given_up_import_keeps_no_rows(manager, home):
    found = send(manager, home, two_children())
    services.give_up(found, by=manager)
    found.refresh_from_db()

    assert (found.state, found.rows.count()) == ("cancelled", 0)
    with pytest.raises(Conflict):
        services.confirm_import(found, leave_out_rejected=False, by=manager)
