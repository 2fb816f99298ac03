"""How long a register of 5,000 children takes: read alone, checked, and written.

Run with `python backend/bench/import_bench.py [ROWS]`. Figures are only comparable within one run, so each is also
given as a ratio to reading the cells alone. The database is a fresh SQLite file in a temporary folder unless
DATABASE_URL names a server (its test database is made and dropped).
"""

from __future__ import annotations

import datetime as dt
import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "backend"), str(ROOT)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.testing")
ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
AS_OF = dt.date(2026, 9, 10)
HEADER = [
    *["序号", "姓名", "性别", "民族", "出生日期", "身份证号", "家庭住址", "父亲姓名", "父亲电话", "父亲务工地点"],
    *["母亲姓名", "母亲电话", "监护人", "与学生关系", "监护人电话", "父母外出情况"],
]


def register(rows: int) -> bytes:
    """Return a workbook with so many invented children, 15 columns and a running number."""
    import openpyxl

    from qianshou.core.identity import check_digit

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("花名册")
    sheet.append(HEADER)
    for number in range(rows):
        born = AS_OF - dt.timedelta(days=2200 + number % 2800)
        first = f"999999{born:%Y%m%d}{number // 2800 * 2 + 1:03d}"
        name = "王李张刘陈杨黄赵"[number % 8] + chr(0x4E00 + number % 3000)
        national_id, village = first + check_digit(first), f"云岭县云坪镇青石坪村{number % 40}组"
        phones = [f"100{number + shift:08d}" for shift in (0, 10_000, 20_000)]
        sheet.append(
            [
                *[number + 1, name, "男", "汉族", born.isoformat(), national_id, village],
                *[name + "父", phones[0], "广东省东莞市", name + "母", phones[1]],
                *[name + "奶", "奶奶", phones[2], "双出"],
            ]
        )
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds and result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main() -> None:
    """Measure and print."""
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner

    if not os.environ.get("DATABASE_URL"):
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(Path(tempfile.mkdtemp()) / "bench.sqlite3")
    runner = get_runner(settings)(verbosity=0, interactive=False)
    made = runner.setup_databases()
    try:
        measure()
    finally:
        runner.teardown_databases(made)


def measure() -> None:
    """Read, check, write, and write again."""
    from qianshou.centres.models import Centre
    from qianshou.reports.registers.reading import KINDS, read_register
    from qianshou.reports.registers.workbook import open_sheets
    from qianshou.reports.services import import_file

    data = register(ROWS)
    centre = Centre.objects.create(code="H01", name="H01")
    reading, cells = timed(lambda: sum(len(row) for _, row in open_sheets(io.BytesIO(data))[1][0].rows()))
    checking, outcome = timed(lambda: read_register(io.BytesIO(data), KINDS["children"], AS_OF, today=AS_OF))
    options: dict[str, Any] = {"kind": "children", "centre": centre, "as_of": AS_OF}
    writing, loaded = timed(lambda: import_file(io.BytesIO(data), "bench.xlsx", **options))
    again, second = timed(lambda: import_file(io.BytesIO(data), "bench.xlsx", **options))
    lines = [
        ("read the cells", reading, f"{cells} cells"),
        ("read and check", checking, f"{outcome.rows_total} rows, {outcome.status_counts['accepted']} accepted"),
        ("import", writing, f"{loaded.found.counts['created']} registered" if loaded.found else "refused"),
        ("import again", again, f"{second.found.counts['unchanged']} unchanged" if second.found else "refused"),
    ]
    for name, seconds, what in lines:
        sys.stdout.write(f"{name:16} {seconds:6.2f} s  {seconds / reading:5.1f} x reading  {what}\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"peak memory      {peak:6.0f} MB\n")


if __name__ == "__main__":
    main()
