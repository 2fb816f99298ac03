"""The command's edges: signals at any moment, streams that close, places that cannot be written to, other verbs."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from scheduling import command, pairing, roster
from scheduling.interruption import Interruption
from scheduling.pairing.instances import instance
from scheduling.routes.load import _MOST_PLACES
from tests.scheduling.problems import FIXTURES, small, small_answer

ROOT = Path(__file__).parents[2]
SMALL = str(FIXTURES / "pairing_small.json")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a problem that takes a while to prove."""
    file = tmp_path_factory.mktemp("problems") / "large.json"
    file.write_text(json.dumps(instance(400, 320, 1, use_of_rooms=0.9)))
    return file


def begin(*arguments: str, **more: Any) -> "subprocess.Popen[str]":
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.Popen([sys.executable, "-m", "scheduling", *arguments], cwd=ROOT, text=True, **streams)


def run(*arguments: str, **more: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "scheduling", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **more,
    )


def here(*arguments: str, stdin: bytes = b"", capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run in this process."""
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
    try:
        status = command.main(list(arguments))
    finally:
        sys.stdin = before
    return status, *capsys.readouterr()


# ---- signals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wait", [0.1, 0.25, 0.4, 0.6, 1.0])
@pytest.mark.parametrize("limit", [[], ["--time-limit", "600"]])
def test_signal_at_any_moment_gives_the_best_so_far(wait: float, limit: list[str], large: Path, tmp_path: Path) -> None:
    out = tmp_path / "solution.json"
    process = begin("pairing", str(large), "--out", str(out), *limit)
    time.sleep(wait)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    problem, solution = json.loads(large.read_text()), json.loads(out.read_text())
    assert pairing.check(problem, solution) == []
    assert solution["run"]["interrupted"] or solution["status"] == "optimal"


def test_signal_to_the_whole_group_reaches_the_worker_through_its_parent(large: Path) -> None:
    process = begin("pairing", str(large), "--memory-limit", "4096", start_new_session=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("columns"):
            break
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert pairing.check(json.loads(large.read_text()), json.loads(out)) == []


def test_signals_while_nothing_but_input_is_awaited_end_the_wait() -> None:
    process = begin("pairing", "-", stdin=subprocess.PIPE)
    for _ in range(2):
        time.sleep(0.4)
        process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 2
    out, told = process.communicate()
    assert (out, told) == ("", "$: expected a problem on standard input, found an interruption\n")


def test_one_signal_leaves_a_pipe_its_time(tmp_path: Path) -> None:
    process = begin("pairing", "-", stdin=subprocess.PIPE)
    time.sleep(0.4)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    out, _ = process.communicate(json.dumps(small()), timeout=60)
    assert process.returncode == 0
    assert pairing.check(small(), json.loads(out)) == []


def test_signals_are_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    interruption = Interruption()
    interruption.listen()
    signal.raise_signal(signal.SIGINT)
    assert interruption.asked()
    interruption.close()
    assert signal.getsignal(signal.SIGINT) is before


# ---- streams and files -----------------------------------------------------------------------------------------------


def test_place_that_cannot_be_written_to_is_known_before_the_work(tmp_path: Path) -> None:
    for place in (tmp_path / "none" / "out.json", tmp_path):
        done = run("pairing", SMALL, "--out", str(place))
        assert done.returncode == 2
        assert done.stderr.startswith("--out: expected a file that can be written, found ")
        assert "read" not in done.stderr.split("\n")


def test_old_solution_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    out = tmp_path / "solution.json"
    out.write_text("old")
    assert run("pairing", "-", "--out", str(out), input="{").returncode == 2
    assert out.read_text() == "old"
    assert run("pairing", SMALL, "--out", str(out)).returncode == 0
    assert json.loads(out.read_text())["value"] == small_answer()["value"]
    assert os.listdir(tmp_path) == ["solution.json"]


def test_solution_goes_through_a_link_to_the_file_behind_it(tmp_path: Path) -> None:
    place, link = tmp_path / "real.json", tmp_path / "link.json"
    link.symlink_to(place)
    assert run("pairing", SMALL, "--out", str(link)).returncode == 0
    assert link.is_symlink()
    assert json.loads(place.read_text())["status"] == "optimal"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_solution_that_cannot_be_stored_is_not_lost() -> None:
    done = run("pairing", SMALL, "--out", "/dev/full")
    assert done.returncode == 2
    assert json.loads(done.stdout)["value"] == small_answer()["value"]
    assert "--out: expected a file that can be written, found No space left on device" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize(
    ("end", "status"), [("2>&-", 0), ("2>/dev/full", 0), (">&-", 2), ("<&-", 2), (">/dev/full", 2)]
)
def test_streams_that_are_closed_or_full(end: str, status: int) -> None:
    name = "-" if end == "<&-" else SMALL
    shell = f"exec {sys.executable} -m scheduling pairing {name} {end}"
    done = subprocess.run(["sh", "-c", shell], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    if status == 0:
        assert json.loads(done.stdout)["status"] == "optimal"


class _Sips(io.RawIOBase):
    """A stream that takes a few bytes at a time, as an unbuffered pipe may, and at last no more."""

    def __init__(self, most: int) -> None:
        self.taken, self._most = b"", most

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int | None:
        count = min(7, len(data), self._most - len(self.taken))
        self.taken += bytes(data[:count])
        return count or None


def _unbuffered(raw: io.RawIOBase) -> io.TextIOWrapper:
    """Return a text stream without a buffer, as Python makes its own with `-u`; its stubs know only buffered ones."""
    return io.TextIOWrapper(raw, write_through=True)  # type: ignore[type-var]


def test_a_stream_that_takes_a_little_at_a_time_gets_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    sips = _Sips(10**6)
    monkeypatch.setattr(sys, "stdout", _unbuffered(sips))
    assert command.main(["pairing", SMALL]) == 0
    assert json.loads(sips.taken)["status"] == "optimal"


def test_a_stream_that_takes_no_more_is_no_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", _unbuffered(_Sips(40)))
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    assert command.main(["pairing", SMALL]) == 2
    assert "standard output: expected a reader" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
def test_standard_output_by_its_path_may_be_a_pipe() -> None:
    done = run("pairing", SMALL, "--out", "/dev/stdout")
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "optimal"


def test_standard_input_that_is_closed_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert command.main(["pairing", "-"]) == 2
    assert capsys.readouterr().err == "$: expected an open standard input, found a closed one\n"


def test_who_listened_before_goes_on_listening(capsys: pytest.CaptureFixture[str]) -> None:
    before, interruption = signal.getsignal(signal.SIGTERM), Interruption()
    interruption.listen()
    try:
        assert command.main(["pairing", SMALL], interruption=interruption) == 0
        os.kill(os.getpid(), signal.SIGTERM)
        assert interruption.asked()
    finally:
        interruption.close()
    assert signal.getsignal(signal.SIGTERM) is before


def test_reader_that_leaves_early_is_no_crash() -> None:
    process = begin("pairing", SMALL)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 2
    assert process.stderr is not None
    told = process.stderr.read()
    process.stderr.close()
    assert told.endswith("standard output: expected a reader, found Broken pipe\n")


def test_file_in_a_folder_that_takes_no_new_ones_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(os, "replace", None)
    out = tmp_path / "solution.json"
    out.write_text("old " * 10_000)
    assert here("pairing", SMALL, "--out", str(out), capsys=capsys)[0] == 0
    assert json.loads(out.read_text())["status"] == "optimal"


# ---- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [["--time-limit", "nan"], ["--time-limit", "inf"], ["--memory-limit", "0"], ["--memory-limit", "1.5"]]
)
def test_wrong_limits_exit_2(arguments: list[str]) -> None:
    assert run("pairing", SMALL, *arguments).returncode == 2


def test_limits_that_do_not_bind_give_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    plain = json.loads(here("pairing", SMALL, capsys=capsys)[1])
    status, out, told = here("pairing", SMALL, "--time-limit", "60", "--memory-limit", "8192", capsys=capsys)
    assert status == 0
    assert json.loads(out) | {"run": {}} == plain | {"run": {}}
    assert told.splitlines()[-1] == "done value 10000 bound 10000"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_too_little_memory_says_so(large: Path) -> None:
    done = run("pairing", str(large), "--memory-limit", "20")
    assert done.returncode == 3
    solution = json.loads(done.stdout)
    assert (solution["status"], solution["why"]) == ("unknown", {"code": "memory_limit"})
    assert done.stderr.endswith("no solution: memory_limit\n")


# ---- other verbs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "size"), [("pairing", "12x15"), ("roster", "6x6"), ("roster", "6x8x2"), ("routes", "6x2")]
)
def test_generated_instances_are_repeatable_and_can_be_solved(
    kind: str, size: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem, solution = tmp_path / "problem.json", tmp_path / "solution.json"
    assert here("generate", kind, "--size", size, "--seed", "4", "--out", str(problem), capsys=capsys)[0] == 0
    assert here("generate", kind, "--size", size, "--seed", "4", capsys=capsys)[1] == problem.read_text()
    assert here(kind, str(problem), "--out", str(solution), capsys=capsys)[:2] == (0, "")
    assert here("check", str(problem), str(solution), capsys=capsys)[:2] == (0, "")


@pytest.mark.parametrize("arguments", [["--size", "12"], ["--size", "axb"], ["--size", "1x1", "--seed", "-1"]])
def test_wrong_sizes_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, told = here("generate", "pairing", *arguments, capsys=capsys)
    assert (status, out) == (2, "")
    assert told.startswith("--s")


@pytest.mark.parametrize(
    ("kind", "size", "expected"),
    [
        ("roster", "1x1x0", "PEOPLExSHIFTS or PEOPLExSHIFTSxWEEKS with 1 week or more"),
        ("roster", "1x0", "PEOPLExSHIFTS or PEOPLExSHIFTSxWEEKS with 1 shift or more where there are people"),
        ("roster", "1" * 5000 + "x1", "PEOPLExSHIFTS or PEOPLExSHIFTSxWEEKS, each 100000 at most"),
        ("pairing", "1x100001", "CHILDRENxVOLUNTEERS, each 100000 at most"),
        ("routes", "10001x1", "STOPSxTEAMS with 10000 stops at most"),
    ],
)
def test_sizes_that_no_instance_has_exit_2(
    kind: str, size: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, told = here("generate", kind, "--size", size, capsys=capsys)
    assert (status, out) == (2, "")
    assert told.startswith(f'--size: expected {expected}, found "1')
    assert len(told.splitlines()) == 1


def test_numbers_of_a_size_may_begin_with_zeros(capsys: pytest.CaptureFixture[str]) -> None:
    plain, padded = (here("generate", "routes", "--size", size, capsys=capsys) for size in ("3x1", "0000003x01"))
    assert plain == padded
    assert plain[0] == 0


def test_no_more_stops_are_made_than_a_problem_may_have_places() -> None:
    assert command._MOST_STOPS == _MOST_PLACES


def test_a_wrong_size_and_a_wrong_seed_are_told_together(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, told = here("generate", "routes", "--size", "12", "--seed", "-1", capsys=capsys)
    assert (status, out) == (2, "")
    assert told.splitlines() == [
        '--size: expected STOPSxTEAMS, found "12"',
        "--seed: expected a number, 0 or more, found -1",
    ]


def test_public_instances_are_converted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (FIXTURES / "public" / "solomon" / "R101.txt").read_bytes()
    status, out, _ = here("convert", "solomon", "-", "--stops", "5", stdin=text, capsys=capsys)
    assert status == 0
    assert len(json.loads(out)["stops"]) == 5
    status, out, told = here("convert", "solomon", "-", stdin=b"no such thing", capsys=capsys)
    assert (status, out) == (2, "")
    assert told.startswith("$: expected an instance in the format solomon, found ")


def test_one_kind_does_not_pay_for_another() -> None:
    code = (
        "import sys; from scheduling.command import main; main(['pairing', sys.argv[1], '--out', '/dev/null']);"
        "print(*sorted(m for m in sys.modules if m.startswith('scheduling.r') or m == 'pyvrp'))"
    )
    done = subprocess.run([sys.executable, "-c", code, SMALL], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["scheduling.reading"]


def test_roster_from_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    text = (FIXTURES / "roster_small.json").read_bytes()
    status, out, told = here("roster", "-", stdin=text, capsys=capsys)
    assert status == 0
    assert roster.check(json.loads(text), json.loads(out)) == []
    assert told.splitlines()[0] == "read"


# ---- reading ---------------------------------------------------------------------------------------------------------
