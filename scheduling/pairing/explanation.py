"""Everything about a pairing solution that the command explains."""

from collections.abc import Mapping
from typing import Any

from scheduling.explaining import Asked, as_asked
from scheduling.pairing.explain import Explainer, WhyNot, forced_loss, helpful_changes
from scheduling.stop import Progress

PAIR = (("child", "children"), ("volunteer", "volunteers"))
"""What a pair is made of, and where its ids are."""


_LEAST = 5
"""Changes looked for and solved again at least, however few are told, so that the first is the best of more."""


def explanation(
    problem: Mapping[str, Any], solution: Mapping[str, Any], asked: Asked, tell: Progress
) -> dict[str, Any]:
    """Explain a solution.

    Parameters
    ----------
    problem, solution : mapping
        The two files, which `check` finds right.
    asked : Asked
        With a child and a volunteer, or no pair.
    tell : callable
        Hears of the stages ``prices``, ``forced`` and ``changes``.

    Returns
    -------
    dict
        ``without``: children with an empty place (``child``, ``missing``, ``reasons`` as in the solution, and their
        ``candidates``, the cheapest to force first: ``volunteer``, ``code``, ``at_least``, ``start``; none where there
        is no solution); ``pair``: as `Explainer.pair` tells it, with the ``code`` why it does not stand, what forcing
        it loses ``at_least``, and ``forced``, what that loses exactly and the pairs then; ``changes`` as
        `helpful_changes` tells them, no more of them solved again than are told (5 at least).
    """
    solved = solution["status"] in ("optimal", "feasible")
    tell("prices", None, None)
    explainer = Explainer(problem, solution, **asked.limits()) if solved else None
    codes = None if explainer is None else explainer.why_not_all()
    without = [
        {**entry, "candidates": [] if codes is None else codes.of(entry["child"])} for entry in solution["unplaced"]
    ]

    def changes() -> list[dict[str, Any]]:
        known = None if explainer is None else explainer.solved
        count = max(asked.changes, _LEAST)
        found = helpful_changes(problem, solution, count=count, verify=count, solved=known, **asked.limits())
        return found[: asked.changes]

    def pair(child: str, volunteer: str) -> dict[str, Any]:
        return _pair(problem, solution, asked, child, volunteer, explainer, codes)

    return {"without": without, **as_asked(asked, tell, pair, changes)}


def _pair(
    problem: Mapping[str, Any],
    solution: Mapping[str, Any],
    asked: Asked,
    child: str,
    volunteer: str,
    explainer: Explainer | None,
    codes: WhyNot | None,
) -> dict[str, Any]:
    if explainer is None or codes is None:
        forced = forced_loss(problem, child, volunteer, solution=solution, seed=asked.seed)
        del forced["child"], forced["volunteer"]
        return {"child": child, "volunteer": volunteer, "paired": False, "forced": forced}
    forced = explainer.forced_exactly(
        child, volunteer, time_limit=asked.stop.remaining(), should_stop=asked.stop.wanted
    )
    del forced["child"], forced["volunteer"]
    mine = [entry for entry in codes.of(child) if entry["volunteer"] == volunteer]
    why = mine[0] if mine else {"code": "no_candidate", "at_least": None}
    found = explainer.pair(child, volunteer)
    return found | {"code": why["code"], "at_least": why["at_least"], "forced": forced}
