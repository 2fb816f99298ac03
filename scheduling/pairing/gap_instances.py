"""Seeded instances of the generalised assignment problem: the public families C, D and E after their recipes.

The recipes are those of Chu and Beasley (1997, families C and D) and of Laguna, Kelly, González-Velarde and Glover
(1995, family E), as the literature since Yagiura, Ibaraki and Glover (2004) uses them. In all three the agents together
can carry 0.8 times what the jobs would weigh on average, so that little is left over.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.pairing.problem import Ints

FAMILIES = ("C", "D", "E")
SIZES = ((5, 100), (10, 100), (20, 100), (5, 200), (10, 200), (20, 200), (10, 400), (20, 400), (40, 400))
"""The usual sizes: agents and jobs."""

_TIGHTNESS = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """Give every job to one agent at the least cost.

    Attributes
    ----------
    cost, load : int64 arrays [agents, jobs]
    capacity : int64 array [agents]
    """

    cost: Ints
    load: Ints
    capacity: Ints


def gap_instance(family: str, agents: int, jobs: int, seed: int) -> Gap:
    """Make an instance.

    Parameters
    ----------
    family : {"C", "D", "E"}
        C: cost and load are unrelated. D: what is cheap is heavy. E: the same, steeper, with a few very dear jobs.
    agents, jobs : int
    seed : int
        The same seed gives the same instance.

    Raises
    ------
    ValueError
        For another family.
    """
    rng = np.random.default_rng(seed)
    shape = (agents, jobs)
    if family == "C":
        load = rng.integers(5, 26, shape)
        cost = rng.integers(10, 51, shape)
    elif family == "D":
        load = rng.integers(1, 101, shape)
        cost = 111 - load + rng.integers(-10, 11, shape)
    elif family == "E":
        load = np.rint(1 - 10 * np.log(1 - rng.random(shape))).astype(np.int64)
        cost = np.rint(1000 / load - 10 * rng.random(shape)).astype(np.int64)
    else:
        raise ValueError(f"expected a family of {', '.join(FAMILIES)}, found {family!r}")
    capacity = np.floor(_TIGHTNESS * load.sum(axis=1) / agents).astype(np.int64)
    return Gap(cost, load, capacity)


def pairing_problem(gap: Gap) -> dict[str, Any]:
    """Write a generalised assignment problem as a pairing without a timetable.

    Returns
    -------
    dict
        Jobs are children with one place, agents are volunteers with a ``max_load``; the score is minus the cost, every
        place must be filled. Ids keep the order of the jobs and agents.
    """
    agents, jobs = gap.cost.shape
    children = [f"j{job:0{len(str(jobs))}}" for job in range(jobs)]
    volunteers = [f"a{agent:0{len(str(agents))}}" for agent in range(agents)]
    cost, load, capacity = gap.cost.tolist(), gap.load.tolist(), gap.capacity.tolist()
    return {
        "kind": "pairing",
        "version": 1,
        "children": [{"id": child, "places": 1} for child in children],
        "volunteers": [
            {"id": volunteer, "max_children": jobs, "max_load": capacity[agent]}
            for agent, volunteer in enumerate(volunteers)
        ],
        "candidates": [
            {"child": child, "volunteer": volunteer, "score": -cost[agent][job], "load": load[agent][job]}
            for job, child in enumerate(children)
            for agent, volunteer in enumerate(volunteers)
        ],
        "fixed": [],
        "forbidden": [],
        "place_value": None,
    }
