"""`import_register`: what it writes, what it leaves, how it ends."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from qianshou.centres.models import Centre
from qianshou.children.models import Child
from qianshou.core.models import AuditEntry
from qianshou.reports.models import Import
from qianshou.volunteers.models import Check, Volunteer
from tests.people import make_centre
from tests.reports.register_files import HEADER, child, national_id, xlsx

FIXTURES = Path(__file__).parents[2] / "fixtures"
REGISTERS = FIXTURES / "registers"
AS_OF = "--as-of=2026-09-10"

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit status, output, errors."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_register", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    except CommandError as ended:
        return ended.returncode, out.getvalue(), str(ended)
    return 0, out.getvalue(), err.getvalue()


def test_clean_register_is_written_whole():
    centre = make_centre()
    status, out, _ = run("children", REGISTERS / "children-clean.xlsx", "--centre=h01")

    assert status == 0, out
    assert Child.objects.filter(centre=centre).count() == 60
    first = Child.objects.get(name="廖小")
    assert first.national_id == "999999201606039479"
    assert first.situation == "both_away"
    assert first.relatives.count() == 6
    assert first.guardians.get().name == "肖国安"
    assert first.guardians.get().phones == ["10042053921"]
    assert AuditEntry.objects.filter(action="children.register_child").count() == 60
    assert Import.objects.get().counts["created"] == 60


def test_second_import_of_the_same_file_changes_nothing():
    make_centre()
    run("children", REGISTERS / "children-clean.xlsx")
    before = list(Child.objects.order_by("pk").values_list("pk", "updated_at"))
    audited = AuditEntry.objects.filter(subject_type="children.child").count()
    status, _, _ = run("children", REGISTERS / "children-clean.xlsx")

    assert status == 0
    assert list(Child.objects.order_by("pk").values_list("pk", "updated_at")) == before
    assert AuditEntry.objects.filter(subject_type="children.child").count() == audited
    newest = Import.objects.first()
    assert (newest.counts["created"], newest.counts["unchanged"], newest.counts["known"]) == (0, 60, 60)
    assert not newest.rows.filter(has_differences=True).exists()


def test_rejected_rows_keep_everything_out(tmp_path):
    make_centre()
    report = tmp_path / "report.json"
    status, _, err = run("children", REGISTERS / "children-messy.xlsx", AS_OF, f"--report={report}")

    assert status == 1
    assert not Child.objects.exists()
    assert not Import.objects.exists()
    assert "青石坪二年级!F14 national_id_birth_date" in err
    assert json.loads(report.read_text("utf-8")) == expected("children-messy")


def test_rejected_rows_can_be_left_out_and_are_named():
    make_centre()
    status, _, _ = run("children", REGISTERS / "children-messy.xlsx", AS_OF, "--leave-out-rejected")

    assert status == 0
    assert Child.objects.count() == 125
    written = Import.objects.get()
    assert written.counts["left_out"] == 16
    assert written.rows.filter(outcome="left_out").count() == 16
    assert written.rows.filter(outcome="merged").count() == 1


def test_second_messy_import_creates_nobody_even_without_id_numbers():
    make_centre()
    for _ in range(2):
        run("children", REGISTERS / "children-messy.xlsx", AS_OF, "--leave-out-rejected")

    assert Child.objects.count() == 125


def test_dry_run_writes_nothing(tmp_path):
    make_centre()
    report = tmp_path / "report.json"
    status, _, _ = run("children", REGISTERS / "children.csv", AS_OF, "--dry-run", f"--report={report}")

    assert status == 0
    assert not Child.objects.exists()
    assert not Import.objects.exists()
    assert json.loads(report.read_text("utf-8")) == expected("children-csv")


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"%PDF-1.7", b"PK\x03\x04broken"])
def test_unusable_file_ends_with_two(tmp_path, content):
    make_centre()
    path = tmp_path / "register.xls"
    path.write_bytes(content)
    report = tmp_path / "report.json"

    assert run("children", path, f"--report={report}")[0] == 2
    assert json.loads(report.read_text("utf-8"))["file_error"]


def test_missing_file_ends_with_two(tmp_path):
    make_centre()

    assert run("children", tmp_path / "none.xlsx")[0] == 2


def test_home_must_be_named_where_there_are_several():
    assert run("children", REGISTERS / "children.csv")[0] == 2
    make_centre("H01")
    make_centre("H02")
    status, _, err = run("children", REGISTERS / "children.csv")

    assert status == 2
    assert "--centre" in err
    assert run("children", REGISTERS / "children.csv", "--centre=H99")[0] == 2


def test_volunteers_come_with_their_checks_and_free_times():
    make_centre()
    status, _, _ = run("volunteers", REGISTERS / "volunteers.xlsx", AS_OF, "--leave-out-rejected")

    assert status == 0
    assert Volunteer.objects.count() == 84
    one = Volunteer.objects.get(name="贺春思")
    assert one.skills == ["绘画", "急救", "音乐", "乒乓球"]
    assert [(slot.weekday, f"{slot.starts:%H:%M}", f"{slot.ends:%H:%M}") for slot in one.availability.all()] == [
        (6, "08:00", "18:00"),
        (7, "08:00", "18:00"),
    ]
    assert {check.kind for check in one.checks.all()} == {"record_inquiry", "pledge", "training"}
    assert Check.objects.get(volunteer__name="姚强", kind="record_inquiry").result == "not_clear"


def test_homes_keep_their_codes_and_a_second_list_changes_nothing():
    assert run("centres", FIXTURES / "places" / "homes.csv")[0] == 0
    assert sorted(Centre.objects.values_list("code", flat=True)) == [f"H{number:02d}" for number in range(1, 13)]
    home = Centre.objects.get(code="H02")
    assert home.rooms.count() == 4
    assert home.opening_hours.filter(day_type="term_weekend").count() == 2
    assert Centre.objects.get(code="H01").closed_weekdays == [1]

    assert run("centres", FIXTURES / "places" / "homes.csv")[0] == 0
    assert Import.objects.first().counts["unchanged"] == 12


def test_child_of_another_home_is_neither_written_nor_told(tmp_path):
    make_centre("H01")
    make_centre("H02")
    path = tmp_path / "one.xlsx"
    path.write_bytes(xlsx([HEADER, child()]))
    run("children", path, "--centre=H01")
    status, _, _ = run("children", path, "--centre=H02")

    assert status == 0
    assert Child.objects.count() == 1
    assert Import.objects.first().counts["elsewhere"] == 1


def test_known_child_is_not_changed_by_a_newer_list(tmp_path):
    make_centre()
    path = tmp_path / "one.xlsx"
    path.write_bytes(xlsx([HEADER, child()]))
    run("children", path)
    path.write_bytes(
        xlsx(
            [
                HEADER,
                child(家庭住址="搬家了", 监护人电话="10080107989"),
                child(姓名="许欣", 身份证号=national_id(serial="345")),
            ]
        )
    )
    run("children", path)

    newest = Import.objects.first()
    assert (newest.counts["created"], newest.counts["unchanged"]) == (1, 1)
    assert newest.rows.get(match="known").differences == ["current_address", "guardian"]
    assert Child.objects.get(name="崔静").current_address == "云岭县竹溪镇4组"


def expected(name: str) -> dict:
    return json.loads((REGISTERS / "expected" / f"{name}.json").read_text("utf-8"))
