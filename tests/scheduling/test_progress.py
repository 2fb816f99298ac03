"""What a person sees on standard error, and the table of measurements."""

import io

import pytest

from scheduling import benchmarks
from scheduling.progress import Meter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(out: io.StringIO, *steps: tuple[str, int | None, int | None]) -> str:
    meter = Meter(out)
    for step in steps:
        meter(*step)
    meter.close()
    return out.getvalue()


def test_file_gets_a_line_per_step_and_none_twice() -> None:
    text = shown(io.StringIO(), ("read", None, None), ("price", 5, 9), ("price", 5, 9), ("done", 9, 9))
    assert text == "read\nprice value 5 bound 9\ndone value 9 bound 9\n"


def test_terminal_gets_one_moving_bar() -> None:
    text = shown(Terminal(), ("read", None, None), ("price", 5, 10), ("integer", -3, 0), ("done", 10, 10))
    lines = text.split("\r\x1b[K")
    assert [line.count("#") for line in lines] == [0, 0, 12, 0, 24]
    assert lines[-1].endswith("done value 10 bound 10\n")


def test_benchmarks_write_a_table_with_ratios(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "--sizes", "12x15", "--rosters"])
    benchmarks.main()
    rows = [line.split("|") for line in capsys.readouterr().out.splitlines()]
    assert [row[3].strip() for row in rows[2:]] == ["engine", "greedy", "whole model"]
    assert rows[2][5:7] == rows[4][5:7]


def test_benchmarks_write_a_table_of_rosters(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "--sizes", "--rosters", "8x8x1"])
    benchmarks.main()
    rows = [[cell.strip() for cell in line.split("|")] for line in capsys.readouterr().out.splitlines() if line]
    assert [row[2] for row in rows[2:]] == ["engine", "greedy", "whole model", "repair"]
    assert rows[2][3] == rows[4][3]
    assert rows[2][4:6] == ["0.00%", "optimal"]
