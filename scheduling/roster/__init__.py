"""Who takes which shift."""

from scheduling.roster.check import check
from scheduling.roster.explain import forced_extra, helpful_changes, why_not
from scheduling.roster.solve import solve

__all__ = ["check", "forced_extra", "helpful_changes", "solve", "why_not"]
