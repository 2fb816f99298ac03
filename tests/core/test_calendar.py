"""Terms, holidays, make-up workdays, festivals."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override

from qianshou.core import calendar, clock
from qianshou.core.calendar import DayKind, rules, services
from qianshou.core.errors import Conflict, Invalid
from qianshou.core.models import AuditEntry, HolidayRule, Term

NOTICE_2026 = """
国务院办公厅关于2026年部分节假日安排的通知
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
"""


@pytest.fixture
def loaded(db):
    call_command("load_holidays", verbosity=0)


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2026, 2, 14), DayKind.MAKEUP_WORKDAY),
        (date(2026, 2, 15), DayKind.HOLIDAY),
        (date(2026, 2, 23), DayKind.HOLIDAY),
        (date(2026, 2, 24), DayKind.WORKDAY),
        (date(2026, 10, 10), DayKind.MAKEUP_WORKDAY),
        (date(2026, 11, 21), DayKind.WEEKEND),
        (date(2025, 10, 8), DayKind.HOLIDAY),
        (date(2024, 2, 18), DayKind.MAKEUP_WORKDAY),
        (date(2027, 1, 1), DayKind.UNPUBLISHED),
        (date(2027, 3, 6), DayKind.UNPUBLISHED),
    ],
)
def test_the_kind_of_a_day(loaded, on, kind):
    assert calendar.day_kind(on) == kind


def test_the_file_agrees_with_the_text_of_the_notice(loaded):
    read = {(day.date, day.kind) for day in rules.parse_notice(NOTICE_2026, 2026)}
    assert read == set(HolidayRule.objects.filter(year=2026).values_list("date", "kind"))


def test_loading_again_changes_nothing_and_respects_what_people_wrote(loaded, capsys):
    HolidayRule.objects.filter(date="2026-01-04").update(name="Changed")
    before = HolidayRule.objects.count()
    call_command("load_holidays")
    assert HolidayRule.objects.count() == before
    assert HolidayRule.objects.get(date="2026-01-04").name == "Changed"
    assert "2026: 0 days added" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", ["", "[]", '{"years": [{"year": 2026}]}', '{"years": [{"year": 1, "source": "x", "holidays": []}]}']
)
def test_a_wrong_file_is_refused(db, tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(CommandError):
        call_command("load_holidays", tmp_path / "x.json")


def test_days_are_read_in_two_queries(loaded, django_assert_num_queries):
    with django_assert_num_queries(2):
        days = calendar.days_between(date(2026, 12, 1), date(2027, 1, 31))
        kinds = [days.kind(date(2026, 12, day)) for day in range(1, 32)]
    assert kinds.count(DayKind.WEEKEND) == 8
    assert days.kind(date(2027, 1, 4)) == DayKind.UNPUBLISHED


@pytest.mark.parametrize("text", ["", "nothing", "1月1日放假", "二、春节：放假", "元旦：1月1日至3日放假"])
def test_other_texts_hold_no_days(text):
    assert rules.parse_notice(text, 2026) == []


def test_a_date_that_does_not_exist_is_an_error():
    with pytest.raises(ValueError, match="day"):
        rules.parse_notice("一、元旦：2月30日放假。", 2026)


def test_a_notice_of_other_wording():
    days = rules.parse_notice(
        "一、元旦：1月1日放假，与周末连休。\n二、国庆节:9月30日至10月2日放假。9月14日(星期六)上班。", 2024
    )
    assert [(day.date.isoformat(), day.kind) for day in days] == [
        ("2024-01-01", "public_holiday"), ("2024-09-14", "makeup_workday"), ("2024-09-30", "public_holiday"),
        ("2024-10-01", "public_holiday"), ("2024-10-02", "public_holiday"),
    ]  # fmt: skip


def test_festivals_of_any_year():
    found = {festival.code: festival.date for festival in calendar.festivals(2027)}
    assert found == {
        "new_year": date(2027, 1, 1), "spring_festival": date(2027, 2, 6), "lantern": date(2027, 2, 20),
        "childrens_day": date(2027, 6, 1), "dragon_boat": date(2027, 6, 9), "mid_autumn": date(2027, 9, 15),
        "national_day": date(2027, 10, 1), "double_ninth": date(2027, 10, 8),
    }  # fmt: skip


def test_lunar_dates_in_words():
    with override("zh-hans"):
        assert calendar.lunar_text(date(2026, 9, 25)) == "农历八月十五"
        assert calendar.lunar_text(date(2026, 2, 17)) == "农历正月初一"
    with override("en"):
        assert calendar.lunar_text(date(2025, 7, 25)) == "day 1 of leap lunar month 6"


def test_terms_and_school_days(loaded, home, other_home):
    Term.objects.create(name="Autumn", starts_on="2026-09-01", ends_on="2027-01-20")
    own = Term.objects.create(name="Own", starts_on="2026-09-07", ends_on="2027-01-20", centre=home)
    assert calendar.term_on(date(2026, 9, 8), home) == own
    assert calendar.term_on(date(2026, 9, 8), other_home).name == "Autumn"
    days = {
        date(2026, 9, 1): True, date(2026, 9, 20): True, date(2026, 9, 25): False, date(2026, 9, 26): False,
        date(2026, 8, 31): False, date(2027, 1, 4): None, date(2027, 2, 1): False,
    }  # fmt: skip
    assert {on: calendar.is_school_day(on) for on in days} == days


def test_terms_do_not_overlap(db, home):
    services.save_term(None, by=None, name="A", starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 20))
    with pytest.raises(Conflict):
        services.save_term(None, by=None, name="B", starts_on=date(2027, 1, 20), ends_on=date(2027, 6, 1))
    with pytest.raises(Invalid):
        services.save_term(None, by=None, name="B", starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 1))
    services.save_term(None, by=None, name="C", starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 20), centre=home)


def test_the_year_page_shows_what_is_known_and_says_what_is_not(loaded, client, person):
    with clock.frozen(date(2026, 11, 21)):
        client.force_login(person("volunteer"))
        page = client.get(reverse("core:calendar"))
        assert page.status_code == 200
        assert "2月15日" in page.content.decode()
        assert "农历八月十五" in page.content.decode()
        assert page.context["published"]
        assert not client.get(reverse("core:calendar") + "?year=2027").context["published"]
        for year in ("x", "1999", "2101", "٢٠٢٦", "9" * 50):
            assert client.get(reverse("core:calendar"), {"year": year}).status_code == 404


def test_only_administrators_change_the_calendar(loaded, client, person, home):
    client.force_login(person("manager", home))
    rule = HolidayRule.objects.first()
    for name, args in (
        ("holiday_create", []), ("holiday_edit", [rule.code]), ("holiday_delete", [rule.code]),
        ("calendar_notice", []), ("term_create", []),
    ):  # fmt: skip
        assert client.get(reverse(f"core:{name}", args=args)).status_code == 403
        assert client.post(reverse(f"core:{name}", args=args), {}).status_code == 403


def test_an_administrator_adds_changes_and_deletes_a_day(client, person):
    client.force_login(person("administrator"))
    data = {"date": "2027-01-01", "kind": "public_holiday", "name": "元旦"}
    assert client.get(reverse("core:holiday_create")).status_code == 200
    assert client.post(reverse("core:holiday_create"), data)["Location"] == "/calendar/?year=2027"
    rule = HolidayRule.objects.get()
    again = client.post(reverse("core:holiday_create"), data)
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["date"])
    edit = reverse("core:holiday_edit", args=[rule.code])
    assert 'value="2027-01-01"' in client.get(edit).content.decode()
    assert client.post(edit, {**data, "name": "新年"}).status_code == 303
    rule.refresh_from_db()
    assert (rule.name, rule.year) == ("新年", 2027)
    delete = reverse("core:holiday_delete", args=[rule.code])
    assert "2027-01-01" in client.get(delete).content.decode()
    assert client.post(delete).status_code == 303
    assert not HolidayRule.objects.exists()
    assert client.get(edit).status_code == 404
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "core.save_holiday", "core.save_holiday", "core.delete_holiday",
    ]  # fmt: skip


def test_a_pasted_notice_is_shown_before_it_is_saved(client, person):
    client.force_login(person("administrator"))
    url = reverse("core:calendar_notice")
    data = {"year": 2026, "text": NOTICE_2026, "source": "Notice"}
    shown = client.post(url, data)
    assert (shown.status_code, len(shown.context["days"])) == (200, 39)
    assert not HolidayRule.objects.exists()
    assert client.post(url, {**data, "confirm": "1"}).status_code == 303
    assert HolidayRule.objects.count() == 39
    wrong = client.post(url, {"year": 2026, "text": "no days here"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["text"])
    assert "no days here" in wrong.content.decode()


def test_terms_are_edited(client, person):
    client.force_login(person("administrator"))
    data = {"name": "Autumn", "starts_on": "2026-09-01", "ends_on": "2027-01-20"}
    assert client.post(reverse("core:term_create"), data).status_code == 303
    term = Term.objects.get()
    assert client.get(reverse("core:term_edit", args=[term.code])).status_code == 200
    clash = client.post(reverse("core:term_create"), data)
    assert clash.status_code == 409
    assert 'value="Autumn"' in clash.content.decode()
    wrong = client.post(reverse("core:term_edit", args=[term.code]), {**data, "ends_on": "2026-01-01"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["ends_on"])
    assert client.post(reverse("core:term_delete", args=[term.code])).status_code == 303
    assert not Term.objects.exists()


def test_every_makeup_workday_of_the_file_is_a_weekend():
    file = json.loads((Path(__file__).parents[2] / "fixtures/holidays.json").read_text())
    days = [date.fromisoformat(day) for year in file["years"] for h in year["holidays"] for day in h["makeup_workdays"]]
    assert {day.weekday() >= 5 for day in days} == {True}


def test_a_festival_that_begins_its_holiday_is_one_line(loaded, client, person):
    with clock.frozen(date(2026, 11, 21)):
        client.force_login(person("worker"))
        months = client.get(reverse("core:calendar")).context["months"]
    lines = {
        month: [(entry.kind, entry.first.day, entry.lunar) for entry in months[month - 1].entries] for month in (2, 9)
    }
    assert lines[9] == [("makeup_workday", 20, ""), ("public_holiday", 25, "农历八月十五")]
    assert ("festival", 17, "农历正月初一") in lines[2]
