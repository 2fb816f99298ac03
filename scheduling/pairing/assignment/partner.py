"""Two interpreters search at once: this one, and a worker with another seed."""

from collections.abc import Callable
from typing import Self

from scheduling.channel import Channel
from scheduling.pairing.assignment.groups import Exchange, Heat
from scheduling.pairing.assignment.tables import Tables
from scheduling.pairing.problem import Ints
from scheduling.stop import Stop
from scheduling.workers import Crew, WorkerLost

_FIRST_STEPS = 1_000
_GROWTH = 1.6
_LISTEN = 0.02
_OTHER_SEED = 1_000_003


def runs(rounds: int) -> list[int]:
    """Return the steps of each run; they become longer, so that an interruption loses little."""
    return [int(_FIRST_STEPS * _GROWTH**number) for number in range(rounds)]


def work(channel: Channel, laid: Tables, agent: Ints, seed: int, rounds: int) -> tuple[float, Ints]:
    """Search as a worker; tell every better solution and return the best one with its cost."""
    exchange = Exchange(laid, agent, seed)
    told = exchange.best_cost

    def cut() -> bool:
        nonlocal told
        if exchange.best_cost < told:
            told = exchange.best_cost
            channel.best((exchange.best_cost, exchange.best))
        return channel.should_stop()

    for steps in runs(rounds):
        if not exchange.run(steps, Heat(), cut):
            break
    return exchange.best_cost, exchange.best


class Partner:
    """A worker that searches from the same solution with another seed; use it in a ``with`` block."""

    def __init__(self, laid: Tables, agent: Ints, seed: int, rounds: int) -> None:
        self._crew = Crew()
        self._task = (laid, agent, seed + _OTHER_SEED, rounds)

    def __enter__(self) -> Self:
        self._worker = self._crew.start(f"{__name__}:work", *self._task)
        return self

    def __exit__(self, *reason: object) -> None:
        self._crew.close()

    def result(self, stop: Stop) -> tuple[float, Ints] | None:
        """Wait for the worker's best cost and solution; what it has told so far when the caller wants an end.

        Returns None where the worker has nothing to tell. That it was lost (killed, crashed, out of memory) is noted in
        ``stop``, and what it told before counts.
        """
        try:
            while not stop.cut():
                message = self._crew.receive(_LISTEN)
                if message is None and not self._crew.running:
                    break
                if message is not None and message.kind == "done":
                    cost, agent = message.data
                    return cost, agent
        except (WorkerLost, MemoryError):
            stop.helper_lost = True
        best: tuple[float, Ints] | None = self._worker.best
        return best


def search(exchange: Exchange, rounds: list[int], stop: Stop, tell: Callable[[], None]) -> None:
    """Run an exchange here, telling after each run."""
    for steps in rounds:
        if not exchange.run(steps, Heat(), stop.cut):
            break
        tell()
