"""What happens in matching and pairing: one function per event, each one transaction with its audit (S12)."""

from .pairings import record_pairing, withdraw_pairing
from .proposals import Outcome, accept_many, accept_proposal, decline_proposal, forbid_proposal
from .rules import forbid_pair, lift_rule, lock_pair
from .runs import end_run, follow_job, preview, solve_again, solve_run, start_run
from .weights import change_weights

__all__ = (
    "Outcome",
    "accept_many",
    "accept_proposal",
    "change_weights",
    "decline_proposal",
    "end_run",
    "follow_job",
    "forbid_pair",
    "forbid_proposal",
    "lift_rule",
    "lock_pair",
    "preview",
    "record_pairing",
    "solve_again",
    "solve_run",
    "start_run",
    "withdraw_pairing",
)
