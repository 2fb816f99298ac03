"""The example registers give exactly the expected reports, whatever the time zone and language of the machine."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qianshou.reports.registers.reading import KINDS, read_register
from qianshou.reports.registers.report import as_report

REGISTERS = Path(__file__).parents[2] / "fixtures" / "registers"
CASES = [
    ("children-clean.xlsx", "children", "children-clean"),
    ("children-messy.xlsx", "children", "children-messy"),
    ("children.csv", "children", "children-csv"),
    ("children-old.xls", "children", "children-old"),
    ("volunteers.xlsx", "volunteers", "volunteers"),
]
TODAY = dt.date(2026, 11, 21)


def report_of(file: str, kind: str, as_of: dt.date | None = dt.date(2026, 9, 10)) -> dict:
    with (REGISTERS / file).open("rb") as stream:
        return as_report(read_register(stream, KINDS[kind], as_of, today=TODAY), file)


@pytest.mark.parametrize(("file", "kind", "expected"), CASES)
def test_report_is_exactly_the_expected_one(file, kind, expected):
    assert report_of(file, kind) == json.loads((REGISTERS / "expected" / f"{expected}.json").read_text("utf-8"))


@pytest.mark.parametrize("file", ["children-clean.xlsx", "children-messy.xlsx"])
def test_without_a_date_the_date_of_filing_counts(file):
    assert report_of(file, "children", None)["as_of"] == "2026-09-10"


def test_without_any_date_today_counts():
    assert report_of("children.csv", "children", None)["as_of"] == TODAY.isoformat()


def test_the_same_children_give_the_same_records_as_csv_and_as_xls():
    def without_place(report):
        return [{key: value for key, value in record.items() if key != "at"} for record in report["records"]]

    assert without_place(report_of("children.csv", "children")) == without_place(
        report_of("children-old.xls", "children")
    )


def test_homes_give_twelve_centres_with_their_codes():
    with (REGISTERS.parent / "places" / "homes.csv").open("rb") as stream:
        report = as_report(read_register(stream, KINDS["centres"], None, today=TODAY), "homes.csv")

    assert (report["rows_accepted"], report["rejected"], report["notices"]) == (12, [], [])
    assert [record["home_id"] for record in report["records"]] == [f"H{number:02d}" for number in range(1, 13)]
    assert report["records"][1]["open_term_weekend"] == [
        {"from": "08:30", "to": "11:30"},
        {"from": "14:00", "to": "17:00"},
    ]
    assert report["records"][0]["closed_days"] == [1]


@pytest.mark.parametrize(("zone", "language"), [("Pacific/Kiritimati", "C"), ("America/Los_Angeles", "de_DE.UTF-8")])
def test_same_report_in_another_zone_and_language(zone, language):
    program = (
        "import datetime as dt, json, sys; from qianshou.reports.registers.reading import KINDS, read_register;"
        "from qianshou.reports.registers.report import as_report; day = dt.date(2026, 9, 10);"
        "print(json.dumps([as_report(read_register(open(sys.argv[1] + f, 'rb'), KINDS[k], day, today=day), f)"
        " for f, k in (('children-old.xls', 'children'), ('children-messy.xlsx', 'children'))]))"
    )
    environment = os.environ | {"TZ": zone, "LANG": language, "LC_ALL": language, "PYTHONPATH": "backend"}
    done = subprocess.run(
        [sys.executable, "-c", program, f"{REGISTERS}/"],
        cwd=REGISTERS.parents[1],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    expected = [
        json.loads((REGISTERS / "expected" / f"children-{name}.json").read_text("utf-8")) for name in ("old", "messy")
    ]
    assert json.loads(done.stdout) == expected
