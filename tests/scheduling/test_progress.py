"""What a person sees on standard error."""

import io

from scheduling.progress import Meter
from scheduling.stop import Stop


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


def test_value_without_a_bound_is_shown_all_the_same() -> None:
    assert shown(io.StringIO(), ("search", 7, None), ("search", 7, 5)) == "search value 7\nsearch value 7 bound 5\n"


def test_reader_that_leaves_does_not_end_the_work() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    assert shown(Closed(), ("read", None, None), ("done", 1, 1)) == ""
    meter = Meter(None)
    meter("read", None, None)
    meter.close()


def test_a_silent_stop_ends_with_the_other_and_never_asks_the_caller() -> None:
    asked: list[str] = []

    def should_stop() -> bool:
        asked.append("asked")
        return True

    stop = Stop(None, should_stop)
    silent = stop.silent()
    assert not silent.cut()
    assert not asked
    assert stop.cut()
    assert silent.cut()
    assert asked == ["asked"]
    assert Stop(0.0).silent().cut()
