"""The pages of imports: from upload to undo without script; who sees what; bad input."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from qianshou.accounts.rules import Role
from qianshou.children.models import Child
from qianshou.core import jobs, obligations
from qianshou.core.models import ReadEntry
from qianshou.reports import services
from qianshou.reports.models import Import
from tests.people import make_centre, make_pairing, make_user, make_volunteer
from tests.reports.register_files import HEADER, child, national_id, xlsx

REGISTERS = Path(__file__).parents[2] / "fixtures" / "registers"
CANARY = "云岭县金丝雀村88组"
HX = {"HX-Request": "true"}

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


@pytest.fixture
def signed_in(client, manager):
    client.force_login(manager)
    return client


def run_jobs():
    obligations.run_due(kinds={jobs.OBLIGATION})


def received(by, home, *rows) -> Import:
    data = xlsx([HEADER, *(rows or (child(家庭住址=CANARY),))])
    found = services.receive_register(SimpleUploadedFile("花名册.xlsx", data), kind="children", centre=home, by=by)
    run_jobs()
    found.refresh_from_db()
    return found


def upload(client, data: bytes, **fields):
    file = SimpleUploadedFile("register.xlsx", data)
    return client.post(reverse("reports:import_create"), {"file": file, "kind": "children", "centre": "H01", **fields})


def test_journey_from_upload_to_undo(signed_in, home):
    data = (REGISTERS / "children-messy.xlsx").read_bytes()
    sent = upload(signed_in, data, as_of="2026-09-10")
    found = Import.objects.get()
    assert (sent.status_code, sent["Location"]) == (303, found.get_absolute_url())
    waiting = signed_in.get(found.get_absolute_url()).content.decode()
    assert "hx-get" in waiting

    run_jobs()
    page = signed_in.get(found.get_absolute_url())
    text = page.content.decode()
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert 'id="confirm"' in text
    rejected = signed_in.get(found.get_absolute_url() + "?show=rejected").content.decode()
    assert "青石坪二年级!F14" in rejected
    assert "2014-12-23" in rejected
    assert len(re.findall(r'id="row-\d+"', rejected)) == 16

    refused = signed_in.post(reverse("reports:import_confirm", args=[found.code]), {}, follow=True)
    assert not Child.objects.exists()
    assert "16" in refused.content.decode()
    signed_in.post(reverse("reports:import_confirm", args=[found.code]), {"leave_out_rejected": "yes"})
    run_jobs()
    assert Child.objects.count() == 125
    assert "125" in signed_in.get(found.get_absolute_url()).content.decode()

    undo = reverse("reports:import_undo", args=[found.code])
    assert "125" in signed_in.get(undo).content.decode()
    assert signed_in.post(undo).status_code == 303
    assert not Child.objects.exists()


def test_first_rows_of_the_preview_are_children_without_a_guardian(signed_in, manager, home):
    alone = child(姓名="曹欣雨", 身份证号=national_id(serial="345"), 监护人=None, 与学生关系=None, 监护人电话=None)
    found = received(manager, home, child(), alone)
    text = signed_in.get(found.get_absolute_url()).content.decode()

    assert re.findall(r'id="row-(\d+)"', text) == ["1", "0"]


def test_opening_the_rows_is_in_the_read_log(signed_in, manager, home):
    found = received(manager, home)
    signed_in.get(found.get_absolute_url())

    entry = ReadEntry.objects.get()
    assert (entry.reader, entry.subject_code, entry.fields) == (manager, found.code, ["rows"])


def test_waiting_page_answers_its_part_and_reloads_when_it_is_over(signed_in, manager, home):
    upload(signed_in, xlsx([HEADER, child()]))
    found = Import.objects.get()
    part = signed_in.get(found.get_absolute_url(), headers=HX).content.decode()
    assert "<html" not in part
    assert "every 1500ms" in part
    run_jobs()
    assert signed_in.get(found.get_absolute_url(), headers=HX)["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    "fields", [{"kind": "nonsense"}, {"kind": "centres"}, {"centre": "H99"}, {"centre": ""}, {"as_of": "yesterday"}]
)
def test_bad_fields_answer_422_with_what_was_typed(signed_in, home, fields):
    answer = upload(signed_in, xlsx([HEADER, child()]), **fields)

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not Import.objects.exists()


@pytest.mark.parametrize("data", [b"<html></html>", b"\x89PNG\r\n\x1a\n"])
def test_bad_file_answers_422_at_the_field(signed_in, home, data):
    answer = upload(signed_in, data)

    assert answer.status_code == 422
    assert 'id="id_file-error"' in answer.content.decode()


def test_unreadable_file_is_explained_on_its_page(signed_in, manager, home):
    found = received(manager, home)
    Import.objects.filter(pk=found.pk).update(state="refused", file_error="no_data_rows")

    assert reverse("reports:import_create") in signed_in.get(found.get_absolute_url()).content.decode()


@pytest.mark.parametrize("query", ["?show=nonsense", "?page=0", "?page=x"])
def test_nonsense_in_the_address_is_404(signed_in, manager, home, query):
    found = received(manager, home)

    assert signed_in.get(found.get_absolute_url() + query).status_code == 404


NAMES = ("import", "columns", "people", "import_confirm", "read_again", "give_up", "import_undo", "rejected_file")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("who", ["other_manager", "worker", "volunteer", "guardian", "nobody"])
def test_what_may_not_be_seen_is_not_there(client, manager, home, name, who):
    found = received(manager, home)
    other = {
        "other_manager": lambda: make_user(Role.MANAGER, make_centre("H02")),
        "worker": lambda: make_user(Role.WORKER, home),
        "volunteer": lambda: make_user(Role.VOLUNTEER, home),
        "guardian": lambda: make_user(Role.GUARDIAN),
        "nobody": lambda: make_user(None),
    }[who]()
    client.force_login(other)
    url = reverse(f"reports:{name}", args=[found.code])
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code in {403, 404, 405}
        assert CANARY not in answer.content.decode()
        assert "崔静" not in answer.content.decode()
    found.refresh_from_db()
    assert found.state == "ready"


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_supervisor_and_administrator_see_places_but_no_values(client, manager, home, role):
    found = received(manager, home, child(家庭住址=CANARY, 监护人电话="123"))
    user = make_user(role, home if role == Role.SUPERVISOR else None)
    client.force_login(user)
    text = client.get(found.get_absolute_url()).content.decode()

    assert "一班!N2" in text
    for secret in (CANARY, "崔静", national_id(), "花名册", "10073900346", "“123”"):
        assert secret not in text
    assert client.get(reverse("reports:rejected_file", args=[found.code])).status_code == 404
    assert client.get(found.file.get_absolute_url()).status_code == 404
    assert client.post(reverse("reports:import_confirm", args=[found.code])).status_code == 403
    assert client.get(reverse("reports:people", args=[found.code])).status_code == 403
    assert not ReadEntry.objects.exists()


def test_supervisor_may_not_open_the_upload_form(client, home):
    client.force_login(make_user(Role.SUPERVISOR, home))

    assert client.get(reverse("reports:import_create")).status_code == 403


def test_list_shows_own_imports_only_and_asks_equally_often(signed_in, manager, home, django_assert_num_queries):
    received(manager, home)
    other_home = make_centre("H02")
    received(make_user(Role.MANAGER, other_home), other_home)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = reverse("reports:imports")
    signed_in.get(url)
    with CaptureQueriesContext(connection) as one:
        text = signed_in.get(url).content.decode()
    assert text.count('class="linkrow"') == 1
    for _ in range(3):
        received(manager, home)
    with CaptureQueriesContext(connection) as four:
        text = signed_in.get(url).content.decode()
    assert text.count('class="linkrow"') == 4
    assert len(one) == len(four)
    assert signed_in.get(url + "?state=nonsense").status_code == 422


def test_preview_asks_few_queries(signed_in, manager, home, django_assert_max_num_queries):
    data = (REGISTERS / "children-clean.xlsx").read_bytes()
    upload(signed_in, data)
    run_jobs()
    with django_assert_max_num_queries(30):
        signed_in.get(Import.objects.get().get_absolute_url())


def test_columns_can_be_corrected_on_the_page(signed_in, manager, home):
    header = ["孩子" if title == "姓名" else title for title in HEADER]
    sent = upload(signed_in, xlsx([header, child()]))
    run_jobs()
    found = Import.objects.get()
    assert sent.status_code == 303
    url = reverse("reports:columns", args=[found.code])
    page = signed_in.get(url).content.decode()
    names = re.findall(r'name="(c0-[A-Z]+)"', page)
    assert len(names) == len(HEADER)
    values = {f"c0-{one['letters']}": one["identifier"] or "" for one in found.columns["一班"]}

    twice = signed_in.post(url, values | {"c0-B": "sex"})
    assert twice.status_code == 422
    assert signed_in.post(url, values | {"c0-B": "nonsense"}).status_code == 422
    assert signed_in.post(url, values | {"c0-B": "name"}).status_code == 303
    run_jobs()
    found.refresh_from_db()
    assert found.counts["rows_accepted"] == 1


def test_namesakes_are_compared_side_by_side(signed_in, manager, home):
    first = received(manager, home, child(身份证号=None))
    services.confirm_import(first, leave_out_rejected=False, by=manager)
    run_jobs()
    second = received(manager, home, child(家庭住址="搬到镇上"))
    url = reverse("reports:people", args=[second.code])
    page = signed_in.get(url).content.decode()
    assert "搬到镇上" in page
    assert "云岭县竹溪镇4组" in page
    assert 'name="decision-0"' in page

    back = signed_in.post(url, {"seen-0": "1"})
    assert back["Location"] == url  # nobody decided: the question stays
    wrong = signed_in.post(url, {"seen-0": "1", "decision-0": "same", "tick-0": "nonsense"})
    assert wrong.status_code == 422
    done = signed_in.post(url, {"seen-0": "1", "decision-0": "same", "tick-0": ["current_address", "national_id"]})
    assert done["Location"] == second.get_absolute_url()
    signed_in.post(reverse("reports:import_confirm", args=[second.code]))
    run_jobs()
    assert Child.objects.get().current_address == "搬到镇上"


def test_undo_that_cannot_be_says_why(signed_in, manager, home):
    found = received(manager, home)
    services.confirm_import(found, leave_out_rejected=False, by=manager)
    run_jobs()
    make_pairing(Child.objects.get(), make_volunteer(home))
    answer = signed_in.post(reverse("reports:import_undo", args=[found.code]))

    assert answer.status_code == 409
    assert "1" in answer.content.decode()
    assert Child.objects.count() == 1


def test_rejected_rows_go_home_as_text_only(signed_in, manager, home):
    found = received(manager, home, child(姓名="王1"), child(监护人电话="1", 备注="=cmd|' /C calc'!A0"))
    answer = signed_in.get(reverse("reports:rejected_file", args=[found.code]))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]

    assert answer["Content-Disposition"] == f'attachment; filename="{found.code}-rejected.xlsx"'
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(str(cell.value).startswith(("=", "+", "-", "@")) for cell in cells)
    assert any("N3" in str(cell.value) for cell in cells)


@pytest.mark.parametrize("kind", ["children", "volunteers", "centres"])
def test_empty_register_is_understood_by_the_reader(signed_in, kind):
    from qianshou.reports.registers.reading import KINDS, survey

    answer = signed_in.get(reverse("reports:template", args=[kind]))
    columns = survey(io.BytesIO(answer.content), KINDS[kind]).mapping()[kind]

    assert [one.title for one in columns if one.identifier is None] == []
    assert signed_in.get("/imports/empty/nonsense.xlsx").status_code == 404


def test_same_form_sent_twice_is_one_import(signed_in, home):
    data = xlsx([HEADER, child()])
    for _ in range(2):
        upload(signed_in, data, idempotency_key="0123456789abcdef")

    assert Import.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_step_renders_in_both_languages(signed_in, manager, home, language):
    manager.language = language
    manager.save()
    found = received(manager, home)
    for name in ("import", "columns", "people", "give_up"):
        assert signed_in.get(reverse(f"reports:{name}", args=[found.code])).status_code == 200
    services.confirm_import(found, leave_out_rejected=False, by=manager)
    run_jobs()
    for name in ("import", "import_undo"):
        assert signed_in.get(reverse(f"reports:{name}", args=[found.code])).status_code == 200
    services.undo_import(Import.objects.get(), by=manager)
    assert signed_in.get(found.get_absolute_url()).status_code == 200
    assert signed_in.get(reverse("reports:import_create")).status_code == 200
