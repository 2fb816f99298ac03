"""Every solution of a tiny pairing problem, for options whose best solution is not the contract's."""

from typing import Any

from tests.scheduling.brute_force import BruteForce

Chosen = list[tuple[dict[str, Any], int | None]]
"""Candidates with their starts."""


class EverySolution(BruteForce):
    """Collects all solutions in ``found``; ``best`` means nothing here."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.found: list[Chosen] = []
        super().__init__(problem)

    def _try(self, at: int, chosen: Chosen, value: int) -> None:
        if at < len(self.options):
            super()._try(at, chosen, value)
            return
        self.best = None  # so that any solution counts as better
        super()._try(at, chosen, value)
        if self.best is not None:
            self.found.append(chosen)
