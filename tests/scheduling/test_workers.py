"""Workers: whatever becomes of one, its caller goes on, and knows."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from scheduling.channel import Channel
from scheduling.faults import Fault, InvalidProblem
from scheduling.workers import Crew, Message, Worker, WorkerLost, memory_of

MIB = 2**20
BIG = ["x" * 1000] * 4000

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


def double(channel: Channel, number: int) -> int:
    return 2 * number


def echo(channel: Channel, data: object) -> object:
    return data


def where(channel: Channel) -> tuple[str, int, bool]:
    sys.stdout.write("a library that prints\n")
    os.system("echo a program that prints")
    return os.getcwd(), os.getpid(), "numpy" in sys.modules


def talk(channel: Channel, times: int) -> str:
    for number in range(times):
        channel.progress("step", number, None)
        channel.best({"value": number, "filler": BIG})
    return "said"


def raise_invalid(channel: Channel) -> None:
    raise InvalidProblem([Fault("$.a", "b", "c"), Fault("$.d", "e", "f")])


def raise_unportable(channel: Channel) -> None:
    class HomemadeError(Exception):
        pass

    raise HomemadeError("with words")


def until_asked(channel: Channel) -> str:
    channel.send("ready")
    while not channel.should_stop():
        time.sleep(0.005)
    return "the best so far"


def end_badly(channel: Channel, how: str) -> None:
    channel.best({"value": 7})
    if how == "exit":
        os._exit(3)
    if how == "system exit":
        sys.exit(4)
    if how == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "close":
        os.closerange(3, 64)
    time.sleep(600)


def take_memory(channel: Channel, heed: bool) -> str:
    held = []
    while not (heed and channel.should_stop()):
        held.append(bytearray(MIB if heed else 4 * MIB))
        time.sleep(0.01 if heed else 0.002)
    return "stopped in time"


def deaf(channel: Channel) -> None:
    """Hold the interpreter in one long call that hears nothing."""
    channel.send("ready", os.getpid())
    sum(range(10**12))


def parent_of_deaf(channel: Channel) -> None:
    with Crew() as crew:
        crew.start(f"{__name__}:deaf")
        ready = crew.receive()
        assert ready is not None
        channel.send("ready", ready.data)
        time.sleep(600)


def start(crew: Crew, function: Any, *arguments: object, **limits: Any) -> Worker:
    return crew.start(f"{__name__}:{function.__name__}", *arguments, **limits)


def result(crew: Crew) -> Any:
    while True:
        message = crew.receive(60)
        assert message is not None, "nothing in a minute"
        if message.kind == "done":
            return message.data


def run(function: Any, *arguments: object) -> Any:
    with Crew() as crew:
        start(crew, function, *arguments)
        return result(crew)


def test_function_runs_elsewhere_and_answers() -> None:
    assert run(double, 21) == 42


def test_worker_starts_fresh_and_what_it_prints_is_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scheduling.py").write_text("raise SystemExit('the wrong module')")
    monkeypatch.chdir(tmp_path)
    folder, pid, with_numpy = run(where)
    assert (folder, with_numpy) == (str(tmp_path), False)
    assert pid != os.getpid()
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "a library that prints" in shown.err
    assert "a program that prints" in shown.err


def test_large_messages_both_ways_never_block_one_another() -> None:
    data = {"lists": [BIG, list(range(100_000))], "none": None}
    assert run(echo, data) == data


def test_parent_that_listens_late_misses_nothing() -> None:
    with Crew() as crew:
        worker = start(crew, talk, 5)
        time.sleep(0.5)
        kinds = []
        while crew.running:
            message = crew.receive(60)
            assert message is not None
            kinds.append(message.kind)
        assert kinds == ["progress", "best"] * 5 + ["done"]
        assert worker.best["value"] == 4
        assert crew.receive(60) is None, "nobody is left to wait for"


def test_wrong_input_comes_through_whole() -> None:
    with pytest.raises(InvalidProblem) as raised:
        run(raise_invalid)
    assert raised.value.faults == (Fault("$.a", "b", "c"), Fault("$.d", "e", "f"))
    assert "raise_invalid" in raised.value.__notes__[0]


def test_exception_that_cannot_travel_is_told_in_words() -> None:
    with pytest.raises(RuntimeError, match="HomemadeError: with words"):
        run(raise_unportable)


def test_unknown_function_is_an_exception() -> None:
    with Crew() as crew:
        crew.start("scheduling.nowhere:nothing")
        with pytest.raises(ModuleNotFoundError):
            result(crew)


def test_worker_asked_to_stop_gives_its_best() -> None:
    with Crew() as crew:
        worker = start(crew, until_asked)
        assert crew.receive(60) == Message(worker, "ready", None)
        assert crew.receive(0.05) is None
        worker.ask_to_stop()
        assert result(crew) == "the best so far"


@pytest.mark.parametrize(
    ("how", "status", "number"),
    [("exit", 3, None), ("segfault", None, signal.SIGSEGV), ("close", None, signal.SIGKILL)],
)
def test_worker_that_dies_is_a_lost_worker_with_its_best(
    how: str, status: int | None, number: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduling.workers._LAST_WORDS", 0.2)
    with Crew() as crew:
        worker = start(crew, end_badly, how)
        with pytest.raises(WorkerLost) as raised:
            result(crew)
        lost = raised.value
        assert (lost.worker, lost.exit_status, lost.signal, lost.best) == (worker, status, number, {"value": 7})
        assert crew.running == []


def test_worker_that_exits_in_words_is_not_taken_for_an_exit_of_the_caller() -> None:
    with pytest.raises(RuntimeError, match="SystemExit: 4"):
        run(end_badly, "system exit")


def test_worker_killed_from_outside_is_lost() -> None:
    with Crew() as crew:
        worker = start(crew, until_asked)
        crew.receive(60)
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(WorkerLost, match="SIGKILL"):
            crew.receive(60)


def test_worker_killed_by_its_owner_is_not_heard_of_again() -> None:
    with Crew() as crew:
        first, second = start(crew, until_asked), start(crew, double, 4)
        first.kill()
        assert result(crew) == 8
        assert crew.running == []
        assert crew.receive(60) is None
        assert second.best is None


def test_several_workers_are_heard_as_they_speak() -> None:
    with Crew() as crew:
        workers = [start(crew, double, number) for number in range(4)]
        answers = {}
        while crew.running:
            message = crew.receive(60)
            assert message is not None
            answers[workers.index(message.worker)] = message.data
    assert answers == {0: 0, 1: 2, 2: 4, 3: 6}


def test_leaving_reaps_every_worker() -> None:
    with Crew() as crew:
        workers = [start(crew, until_asked), start(crew, end_badly, "sleep"), start(crew, double, 1)]
        before = threading.active_count()
        crew.receive(60)
    assert threading.active_count() < before
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker.pid, 0)


def test_worker_can_be_started_from_any_thread() -> None:
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(run(double, 5)))
    thread.start()
    thread.join()
    assert answers == [10]


def test_worker_outlives_the_thread_that_started_it() -> None:
    with Crew() as crew:
        thread = threading.Thread(target=lambda: start(crew, until_asked))
        thread.start()
        thread.join()
        assert crew.receive(60) is not None
        crew.ask_to_stop()
        assert result(crew) == "the best so far"


@linux
def test_worker_over_its_memory_is_asked_to_stop() -> None:
    with Crew() as crew:
        worker = start(crew, take_memory, True, memory_limit=100 * MIB)
        assert result(crew) == "stopped in time"
        assert worker.over_memory


@linux
def test_worker_that_takes_more_and_more_memory_is_killed() -> None:
    with Crew() as crew:
        start(crew, take_memory, False, memory_limit=100 * MIB)
        with pytest.raises(WorkerLost, match="SIGKILL, over its memory limit"):
            result(crew)


@linux
def test_memory_counts_a_worker_with_its_own_workers() -> None:
    with Crew() as crew:
        worker = start(crew, parent_of_deaf)
        inner = crew.receive(60)
        assert inner is not None
        assert memory_of(worker.pid) > memory_of(inner.data) > MIB
    assert memory_of(worker.pid) == 0


def run_in_daemon(answers: Any) -> None:
    answers.put(run(double, 6))


def test_daemon_that_may_have_no_children_can_have_workers() -> None:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    daemon = context.Process(target=run_in_daemon, args=(answers,), daemon=True)
    daemon.start()
    assert answers.get(timeout=60) == 12
    daemon.join(60)
    assert daemon.exitcode == 0


def gone(pid: int, seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat") as text:
                if text.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


@linux
@pytest.mark.parametrize("function", ["deaf", "until_asked", "parent_of_deaf"])
def test_worker_ends_with_its_parent_even_if_that_is_killed(function: str) -> None:
    code = (
        "from scheduling.workers import Crew\n"
        "with Crew() as crew:\n"
        f"    worker = crew.start('{__name__}:{function}')\n"
        "    message = crew.receive()\n"
        "    print(worker.pid, message.data or worker.pid, flush=True)\n"
        "    crew.receive()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert [gone(pid) for pid in pids] == [True, True]
