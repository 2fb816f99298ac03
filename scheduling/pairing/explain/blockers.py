"""What keeps volunteers from a child before any solution: the rules by which its candidates were computed."""

from typing import Any

from scheduling.pairing.candidates import Candidates


def blockers(child: str, candidates: Candidates) -> list[dict[str, Any]]:
    """Return the rules that exclude volunteers, see `scheduling.pairing.Explainer.blockers`."""
    excluded, sole = candidates.excluded_for(child), candidates.sole_blockers(child)
    order = sorted(excluded, key=lambda rule: -sole[rule])
    return [
        {
            "rule": rule,
            "excluded": excluded[rule],
            "sole": sole[rule],
            "volunteers": candidates.sole_blocked(child, rule) if sole[rule] else [],
        }
        for rule in order
        if excluded[rule]
    ]
