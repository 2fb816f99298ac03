"""Who takes which shift."""

from scheduling.roster.check import check
from scheduling.roster.solve import solve

__all__ = ["check", "solve"]
