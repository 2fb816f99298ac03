"""Which volunteer accompanies which child, and when."""

from scheduling.pairing.check import check
from scheduling.pairing.solve import solve

__all__ = ["check", "solve"]
