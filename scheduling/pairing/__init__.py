"""Which volunteer accompanies which child, and when."""

from scheduling.pairing.check import check
from scheduling.pairing.explain import Explainer, forced_loss, helpful_changes
from scheduling.pairing.fairness import solve_fair
from scheduling.pairing.siblings import solve_wishes
from scheduling.pairing.solve import solve
from scheduling.pairing.wishes import Wishes

__all__ = ["Explainer", "Wishes", "check", "forced_loss", "helpful_changes", "solve", "solve_fair", "solve_wishes"]
