"""Which volunteer accompanies which child, and when."""

from scheduling.pairing.check import check
from scheduling.pairing.explain import Explainer, forced_loss
from scheduling.pairing.solve import solve

__all__ = ["Explainer", "check", "forced_loss", "solve"]
