"""What makes a pair possible and what makes it good: pure functions on facts without names (S12)."""

from .facts import MANDARIN, ChildFacts, MatchOptions, VolunteerFacts
from .hard import HARD_RULES, OWN_RULES, HardRule, broken_rules
from .soft import DEFAULT_WEIGHTS, MAX_WEIGHT, SOFT_TERMS, SoftTerm

__all__ = (
    "DEFAULT_WEIGHTS",
    "HARD_RULES",
    "MANDARIN",
    "MAX_WEIGHT",
    "OWN_RULES",
    "SOFT_TERMS",
    "ChildFacts",
    "HardRule",
    "MatchOptions",
    "SoftTerm",
    "VolunteerFacts",
    "broken_rules",
)
