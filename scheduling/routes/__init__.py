"""Who visits which households, in which order."""

from scheduling.routes.changes import helpful_changes
from scheduling.routes.check import check
from scheduling.routes.explain import forced_extra, why_here, why_not
from scheduling.routes.repair import repair
from scheduling.routes.solve import solve

__all__ = ["check", "forced_extra", "helpful_changes", "repair", "solve", "why_here", "why_not"]
