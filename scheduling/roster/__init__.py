"""Who takes which shift."""

from scheduling.roster.check import check
from scheduling.roster.explain import forced_extra, helpful_changes, why_not
from scheduling.roster.solve import solve
from scheduling.roster.whatif import if_cancelled, missing, one_more, why

__all__ = ["check", "forced_extra", "helpful_changes", "if_cancelled", "missing", "one_more", "solve", "why", "why_not"]
