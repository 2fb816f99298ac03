"""Why this pair, why not that one, and what another choice would cost: as data with codes, never sentences."""

from scheduling.pairing.explain.explainer import Explainer
from scheduling.pairing.explain.helpful import helpful_changes
from scheduling.pairing.explain.loss import forced_loss
from scheduling.pairing.explain.solved import Solved
from scheduling.pairing.explain.whynot import WhyNot

__all__ = ["Explainer", "Solved", "WhyNot", "forced_loss", "helpful_changes"]
