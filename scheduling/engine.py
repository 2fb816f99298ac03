"""The engine, HiGHS, as every part of the package runs it: one thread, silent, repeatable, to be interrupted."""

from collections.abc import Callable
from typing import Any

import highspy

from scheduling.stop import Stop

INTEGRAL_GAP = 0.99
"""Values are integers, so a solution within less than 1 of the bound is optimal."""


def engine_version() -> str:
    """Return the name and version of the engine."""
    return f"HiGHS {new_engine(0).version()}"


class Run:
    """Runs HiGHS so that it can be interrupted, and lets the caller's exceptions out unchanged.

    Parameters
    ----------
    highs : highspy.Highs
    stop : Stop
    steps : int, optional
        So many steps of the simplex are taken before it is asked whether to stop. If not given it is asked all the
        time, which slows short runs down.
    questions : int, optional
        After so many questions whether to stop an integer program is given up: after so many rounds of cuts or nodes,
        say. They depend on the program alone, as seconds do not.
    """

    def __init__(
        self, highs: highspy.Highs, stop: Stop, steps: int | None = None, questions: int | None = None
    ) -> None:
        self._highs, self._stop, self._steps, self._questions = highs, stop, steps, questions
        self._error: BaseException | None = None
        self._calls = 0
        if steps is None:
            highs.cbSimplexInterrupt.subscribe(self._interrupt)
        else:
            highs.setOptionValue("simplex_iteration_limit", steps)
        highs.cbMipInterrupt.subscribe(self._interrupt)

    def _interrupt(self, event: Any) -> None:
        self._calls += 1
        if event.callback_type == highspy.cb.HighsCallbackType.kCallbackSimplexInterrupt:
            if self._calls % 64:
                return
        elif self._questions is not None:
            self._questions -= 1
        try:
            if self._error is not None or self._questions == 0 or self._stop.cut():
                event.interrupt()
        except BaseException as error:
            self._error = error
            event.interrupt()

    def guard(self, call: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return a callback whose exception ends the run and is raised by `run`."""

        def guarded(event: Any) -> None:
            try:
                call(event)
            except BaseException as error:
                self._error = error

        return guarded

    def run(self) -> highspy.HighsModelStatus:
        """Run and return the model status."""
        status = self._ran()
        if self._steps is not None and status == highspy.HighsModelStatus.kIterationLimit and not self._stop.cut():
            # A run of many steps is asked all the time from here on: begun again and again, it might never end.
            self._highs.cbSimplexInterrupt.subscribe(self._interrupt)
            self._highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
            try:
                status = self._ran()
            finally:
                self._highs.cbSimplexInterrupt.unsubscribe(self._interrupt)
                self._highs.setOptionValue("simplex_iteration_limit", self._steps)
        return status

    def _ran(self) -> highspy.HighsModelStatus:
        self._highs.run()
        if self._error is not None:
            raise self._error
        return self._highs.getModelStatus()


def new_engine(seed: int) -> highspy.Highs:
    """Return an empty engine."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # the library leaves its constructor untyped
    highs.setOptionValue("output_flag", False)
    # One thread: repeatable, and the engine's pool, which is one for the process, is never started.
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("parallel", "off")
    highs.setOptionValue("random_seed", seed % 2**31)
    return highs
