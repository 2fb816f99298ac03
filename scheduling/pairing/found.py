"""What a search for the best solution is asked and returns, and the same search where all gains share a divisor."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Protocol

import numpy as np

from scheduling.pairing.bound import Prices
from scheduling.pairing.problem import Ints
from scheduling.pairing.relaxation import Model
from scheduling.stop import Stop

Report = Callable[[str, int, int], None]
"""Called with stage, value and bound."""

Offer = Callable[[list[int], int, int], None]
"""Called with the columns of a feasible solution, its value and a proven bound."""

_A_FEW = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best solution found.

    Attributes
    ----------
    chosen : list of int
        Its columns, ascending.
    value, bound : int
        Its gain, and a proven upper bound on every gain.
    prices : Prices
        Row prices of the linear relaxation.
    """

    chosen: list[int]
    value: int
    bound: int
    prices: Prices

    @property
    def proven(self) -> bool:
        """Whether nothing better exists."""
        return self.bound <= self.value


def nobody(chosen: list[int], value: int, bound: int) -> None:
    """Hear of solutions and do nothing with them."""


class Maximise(Protocol):
    """A search for a solution of the largest gain."""

    def __call__(
        self,
        model: Model,
        start: list[int],
        stop: Stop,
        seed: int,
        report: Report,
        *,
        margin: int,
        offer: Offer = nobody,
    ) -> Found:
        """Find a solution of the largest gain."""


def unit_of(gain: Ints) -> int:
    """Return the largest whole number that divides all of these; 1 where there are none or all are 0."""
    unit = np.gcd.reduce(gain[:_A_FEW])
    return max(int(unit if unit == 1 else np.gcd.reduce(gain)), 1)


def in_units(search: Maximise) -> Maximise:
    """Let a search count in units of what divides all gains, and tell points.

    Notes
    -----
    Where all gains are multiples of ten, so is every value: one that is less than ten below a bound is the best. A
    search that counts single points would go on to look for nine better ones, for longer than all the rest takes.
    """

    @wraps(search)
    def counting(
        model: Model,
        start: list[int],
        stop: Stop,
        seed: int,
        report: Report,
        *,
        margin: int,
        offer: Offer = nobody,
    ) -> Found:
        unit = unit_of(model.gain)
        if unit == 1:
            return search(model, start, stop, seed, report, margin=margin, offer=offer)

        def told(stage: str, value: int, bound: int) -> None:
            report(stage, value * unit, bound * unit)

        def offered(chosen: list[int], value: int, bound: int) -> None:
            offer(chosen, value * unit, bound * unit)

        few = replace(model, gain=model.gain // unit)
        found = search(few, start, stop, seed, told, margin=-(-margin // unit), offer=offered)
        prices = model.price(found.prices.row / (2.0**found.prices.shift / unit))
        return Found(found.chosen, found.value * unit, found.bound * unit, prices)

    return counting
