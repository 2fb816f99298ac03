"""Why a child has nobody, and what stands in the way of filling every place."""

from collections import Counter
from typing import Any

import numpy as np

from scheduling.pairing.bound import Prices
from scheduling.pairing.columns import Columns, Reason
from scheduling.pairing.placement import Placement
from scheduling.pairing.problem import Problem
from scheduling.pairing.rows import Kind, Rows


def unplaced(problem: Problem, columns: Columns, chosen: list[int]) -> list[dict[str, Any]]:
    """List the children with places left.

    Returns
    -------
    list of dict
        ``child``, ``missing`` and ``reasons``: codes of `Reason` in its order with counts that sum to the number of the
        child's candidates; ``no_candidate`` with 0 where nobody is listed.
    """
    placement = Placement(problem, columns)
    placement.take_all(chosen)
    entries = []
    for child, missing in enumerate(placement.places_left):
        if missing <= 0:
            continue
        low, high = np.searchsorted(problem.child, [child, child + 1]).tolist()
        counts = Counter(placement.reason(candidate) for candidate in range(low, high))
        reasons = [{"code": reason.value, "count": counts[reason]} for reason in Reason if counts[reason]]
        if not reasons:
            reasons = [{"code": Reason.NO_CANDIDATE.value, "count": 0}]
        entries.append({"child": problem.children[child], "missing": missing, "reasons": reasons})
    return entries


def bottleneck(problem: Problem, rows: Rows, prices: Prices) -> dict[str, Any]:
    """Name who competes for what, from the prices of the program that fills the most places.

    Returns
    -------
    dict
        ``children`` whose place is worth less than a whole one, how many places they ``needed`` and how many are
        ``available`` to them at most, ``volunteers`` whose places or load are scarce, and the scarce ``slots`` of
        volunteers, children and centres' rooms.

    Notes
    -----
    The bound on all places, less what the prices allow all other children, bounds the places of these: where that is
    less than they need, they are the proof that not every place can be filled.
    """
    one = 1 << prices.shift
    places = rows.kind == Kind.CHILD_PLACE
    short = places & (prices.row < one) & (rows.upper > 0)
    others = places & ~short
    to_others = sum((prices.row[others] * rows.upper[others]).tolist())
    scarce = prices.row > 0
    people = np.isin(rows.kind, (Kind.VOLUNTEER_PLACE, Kind.VOLUNTEER_LOAD)) & scarce
    who = owners_of_slots(problem)
    slots: list[dict[str, Any]] = []
    for row in np.flatnonzero(scarce & (rows.slot >= 0)).tolist():
        key, names = who[Kind(int(rows.kind[row]))]
        slots.append({key: names[int(rows.owner[row])], "slot": int(rows.slot[row])})
    return {
        "children": [problem.children[int(owner)] for owner in rows.owner[short]],
        "needed": int(rows.upper[short].sum()),
        "available": (prices.total - to_others) >> prices.shift,
        "volunteers": [problem.volunteers[owner] for owner in sorted(set(rows.owner[people].tolist()))],
        "slots": slots,
    }


def owners_of_slots(problem: Problem) -> dict[Kind, tuple[str, tuple[str, ...]]]:
    """Return, for each kind of row that is about a slot, what its owner is called and the ids of such owners."""
    return {
        Kind.VOLUNTEER_HOURS: ("volunteer", problem.volunteers),
        Kind.CHILD_HOURS: ("child", problem.children),
        Kind.ROOMS: ("centre", problem.centres),
    }
