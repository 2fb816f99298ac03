"""Files that are broken, disguised or made to do harm get one clear code and nothing else."""

import io
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qianshou.reports.registers.limits import FileRefused, Limits
from qianshou.reports.registers.xls import open_xls
from tests.reports.register_files import HEADER, VOLUNTEER_HEADER, child, codes, csv, read, repacked, xlsx

REGISTERS = Path(__file__).parents[2] / "fixtures" / "registers"
SHEET = "xl/worksheets/sheet1.xml"
GOOD = xlsx([HEADER, child()])
OLD = (REGISTERS / "children-old.xls").read_bytes()
ABORTING = OLD[:5038] + b"\xff\xff\xff\x7f" + OLD[5042:]
"""A length of gigabytes at which the unpacking library ends its process."""
HTML = "<html><table><tr><td>姓名</td><td>性别</td></tr></table></html>".encode()


def sheet_with(body: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<worksheet><sheetData>{body}</sheetData></worksheet>'.encode()


def bomb() -> bytes:
    row = '<row r="2"><c r="A2" t="inlineStr"><is><t>' + "0" * 40_000_000 + "</t></is></c></row>"
    return repacked(GOOD, {SHEET: sheet_with(row)})


ENTITIES = "".join(f'<!ENTITY {name} "{f"&{of};" * 10}">' for of, name in zip("abcdefgh", "bcdefghi", strict=True))
BILLION_LAUGHS = f'<!DOCTYPE x [<!ENTITY a "ha">{ENTITIES}]>'
GIANT_CELL = f"<row r='1'><c r='A1' t='str'><v>{'x' * 40_000}</v></c></row>"
LAUGHING_CELL = "<row r='1'><c r='A1'><v>&i;</v></c></row>"
LYING_SIZE = GOOD[:-200] + GOOD[-100:]
DIRECTORY = GOOD.index(b"PK\x05\x06") + 16
"""Where the end of an archive says at which byte its directory begins."""
BEFORE_THE_FILE = GOOD[:DIRECTORY] + b"\xff\xff\xff\x00" + GOOD[DIRECTORY + 4 :]
LZMA_THAT_IS_NONE = GOOD.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x08", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x0e")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"   \r\n ", "file_empty"),
        (xlsx([[None]]), "file_empty"),
        (xlsx([HEADER]), "no_data_rows"),
        (xlsx([["本文件为测试数据"]]), "no_data_rows"),
        (csv([HEADER]), "no_data_rows"),
        (HTML, "file_type_mismatch"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><p>x", "file_type_mismatch"),
        (b'<?xml version="1.0"?><Workbook/>', "file_type_mismatch"),
        (b"%PDF-1.7 ...", "file_type_mismatch"),
        (b"\x89PNG\r\n\x1a\n....", "file_type_mismatch"),
        (repacked(GOOD, {"[Content_Types].xml": None}), "file_type_mismatch"),
        (GOOD[: len(GOOD) // 2], "file_unreadable"),
        (LYING_SIZE, "file_unreadable"),
        (BEFORE_THE_FILE, "file_unreadable"),
        (LZMA_THAT_IS_NONE, "file_unreadable"),
        (b"PK\x03\x04" + b"\x00" * 100, "file_unreadable"),
        (OLD[:600], "file_unreadable"),
        (OLD[:6000], "file_unreadable"),
        (ABORTING, "file_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4000, "file_unreadable"),
        (bytes(range(256)) * 8, "file_unreadable"),
        ("姓名,性别\n王\x00小".encode(), "file_unreadable"),
        (repacked(GOOD, {SHEET: sheet_with(LAUGHING_CELL, BILLION_LAUGHS)}), "file_unreadable"),
        (repacked(GOOD, {SHEET: b"<worksheet><sheetData><row>"}), "file_unreadable"),
        (repacked(GOOD, {SHEET: None}), "file_unreadable"),
        (repacked(GOOD, {SHEET: sheet_with("<row r='1'><c r='A1' t='s'><v>99999</v></c></row>")}), "file_unreadable"),
        (repacked(GOOD, {SHEET: sheet_with("<row r='1'><c r='ZZZZ1'><v>1</v></c></row>")}), "file_unreadable"),
        (bomb(), "archive_too_large"),
        (repacked(GOOD, {SHEET: sheet_with(GIANT_CELL)}), "archive_too_large"),
        (csv([HEADER, child(备注="王" * 40_000)]), "archive_too_large"),
        (csv([HEADER, child(备注="王" * 140_000)]), "archive_too_large"),
        ((",".join(["姓名"] * 100_000) + "\n").encode(), "archive_too_large"),
        (csv([HEADER, *[["1", "王"]] * 20_001]), "archive_too_large"),
    ],
)
def test_file_is_refused_with_one_code(data, code):
    outcome = read(data)

    assert (outcome.file_error, outcome.rows_total, outcome.records) == (code, 0, [])


def test_the_archives_are_damaged_as_they_say():
    assert GOOD not in {BEFORE_THE_FILE, LZMA_THAT_IS_NONE}


def test_file_over_the_size_limit_is_refused():
    assert read(b"a," * 11 * 2**20).file_error == "archive_too_large"


def test_too_many_parts_are_refused():
    assert read(repacked(GOOD, {f"x/{n}": b"" for n in range(2_100)})).file_error == "archive_too_large"


def test_encrypted_workbooks_are_refused():
    # An .xlsx with a password is a compound file with this stream; the name of the directory entry tells.
    disguised = OLD.replace("Workbook".encode("utf-16-le"), "Xorkbook".encode("utf-16-le"))
    assert read(disguised).file_error == "file_type_mismatch"
    locked = bytearray(GOOD)
    for at in (GOOD.find(b"PK\x03\x04") + 6, GOOD.find(b"PK\x01\x02") + 8):
        locked[at] |= 1
    assert read(bytes(locked)).file_error == "file_unreadable"


def test_an_old_workbook_with_a_password_is_refused():
    position = OLD.find(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20  # after the first BOF record
    assert position > 20
    locked = OLD[:position] + b"\x2f\x00\x36\x00" + OLD[position + 4 :]

    assert read(locked).file_error == "file_unreadable"


def test_an_old_workbook_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr("qianshou.reports.registers.xls._PATIENCE", 0.0)

    assert read(OLD).file_error == "file_unreadable"


def test_the_process_that_unpacks_hears_no_secrets(monkeypatch):
    heard = {}

    def run(command, **options):
        heard.update(options["env"])
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setenv("QIANSHOU_SECRET_KEY", "not for others")
    monkeypatch.setattr("qianshou.reports.registers.xls.subprocess.run", run)

    assert read(OLD).file_error == "file_unreadable"
    assert "PATH" in heard
    assert "QIANSHOU_SECRET_KEY" not in heard


def test_an_old_workbook_that_unpacks_to_too_much_is_refused():
    with pytest.raises(FileRefused, match="archive_too_large"):
        open_xls(io.BytesIO(OLD), Limits(unpacked_bytes=1_000))


def test_type_is_told_by_content_whatever_the_name_says():
    assert codes(read(GOOD)) == codes(read(csv([HEADER, child()]))) == ([], [])


def test_formulas_in_texts_stay_texts():
    outcome = read(csv([HEADER, child(备注='=HYPERLINK("http://example.org")', 家庭住址="@SUM(1)")]))

    assert outcome.records[0][1]["remark"] == '=HYPERLINK("http://example.org")'
    assert codes(outcome) == ([], [])


def test_row_far_below_does_not_fill_the_report():
    data = xlsx([HEADER, child()])
    content = zipfile.ZipFile(io.BytesIO(data)).read(SHEET).decode()
    far = content.replace("</sheetData>", '<row r="1048576"><c r="B1048576" t="str"><v>王小</v></c></row></sheetData>')
    outcome = read(repacked(data, {SHEET: far.encode()}))

    assert outcome.rows_total == 2
    assert len(outcome.ignored) == 200


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_give_an_outcome(data):
    assert read(data).file_error is not None or data


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(OLD) - 1), st.binary(min_size=1, max_size=12))
def test_a_damaged_old_workbook_gives_an_outcome(at, noise):
    read(OLD[:at] + noise + OLD[at + len(noise) :])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=12))
def test_a_damaged_workbook_gives_an_outcome(at, noise):
    read(GOOD[:at] + noise + GOOD[at + len(noise) :])


cells = st.one_of(
    st.none(),
    st.text(max_size=30).filter(lambda text: "\x00" not in text),
    st.sampled_from(
        ["同上", "无", "—", "9.99999E+17", "2015.3", "15.3.7", "周一至", "#REF!", "小计", "=1+1", "（", "1" * 18]
    ),
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.lists(cells, min_size=len(HEADER), max_size=len(HEADER)), max_size=4),
    st.sampled_from(["children", "volunteers"]),
)
def test_any_cells_give_an_outcome_whose_rows_add_up(rows, kind):
    header = HEADER if kind == "children" else VOLUNTEER_HEADER
    outcome = read(csv([header, *rows], "utf-8").replace(b"\x1a", b""), kind)

    assert outcome.rows_total == outcome.status_counts.total()
    assert len(outcome.records) == outcome.status_counts["accepted"]
