"""A pairing problem without a timetable as dense tables, for the search that moves places between volunteers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.pairing.bound import Prices
from scheduling.pairing.problem import NO_LIMIT, Bools, Ints
from scheduling.pairing.relaxation import Model
from scheduling.pairing.rows import Kind

Floats = NDArray[np.floating]

_EXACT_IN_SINGLE = 2**22
_EXACT_IN_DOUBLE = 2**51
_MOST_ENTRIES = 16_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Who could take which place, at what cost.

    A place is one companion of one child; fixed pairs have left with what they use. Agents are the volunteers, then
    ``nobody`` (takes everything, costs nothing), then ``void`` (takes nothing).

    Attributes
    ----------
    child : int64 array [places]
        Index of the child of each place.
    column : int64 array [agents, children]
        The column of agent and child, -1 where there is none.
    cost, load, price : float arrays [agents, places]
        Minus the gain; load; what a pair costs above the prices of what it uses (never much below 0, infinite where
        the two are no candidates).
    capacity, most : float arrays [agents]
        Load and number of places that an agent can take.
    near : int64 array [places, few]
        The agents with the lowest prices.
    counted : bool
        Whether ``most`` can bind.
    doubled : bool
        Whether some child has several places.
    kept : list of int
        Columns of the fixed pairs.
    """

    child: Ints
    column: Ints
    cost: Floats
    load: Floats
    price: Floats
    capacity: Floats
    most: Floats
    near: Ints
    counted: bool
    doubled: bool
    kept: list[int]

    @property
    def nobody(self) -> int:
        """Index of the agent that stands for an empty place."""
        return len(self.capacity) - 2

    @property
    def places(self) -> int:
        """Number of places."""
        return len(self.child)

    def agents(self, chosen: list[int], model: Model) -> Ints:
        """Return the agent of each place in a solution."""
        kept = set(self.kept)
        free = np.array([column for column in chosen if column not in kept], dtype=np.int64)
        candidate = model.columns.candidate[free]
        child, volunteer = model.problem.child[candidate], model.problem.volunteer[candidate]
        first = np.searchsorted(self.child, np.arange(len(model.problem.children)))
        order = np.argsort(child, kind="stable")
        rank = np.arange(len(child)) - np.searchsorted(child[order], child[order])
        agent = np.full(self.places, self.nobody, dtype=np.int64)
        agent[first[child[order]] + rank] = volunteer[order]
        return agent

    def chosen(self, agent: Ints) -> list[int]:
        """Return the columns of a solution, ascending."""
        placed = np.flatnonzero(agent < self.nobody)
        columns: list[int] = self.column[agent[placed], self.child[placed]].tolist()
        return sorted(self.kept + columns)

    def first(self) -> Ints:
        """Return the first place of each child that has places left."""
        return np.flatnonzero(np.diff(self.child, prepend=-1))

    def price_of_empty(self) -> NDArray[np.float64]:
        """Return, for each child that has places left, the price of leaving one empty."""
        return np.asarray(self.price[self.nobody, self.first()], dtype=np.float64)

    def placed(self, sets: Bools) -> Ints:
        """Return the agent of each place; ``sets`` [agents, children with places left] are what the agents carry."""
        first = self.first()
        agent = np.full(self.places, self.nobody, dtype=np.int64)
        child, carrier = np.nonzero(sets.T)
        rank = np.arange(len(child)) - np.searchsorted(child, child)
        agent[first[child] + rank] = carrier
        return agent

    def carried(self, agent: Ints) -> Bools:
        """Return what the agents carry [agents, children with places left], given the agent of each place."""
        sets = np.zeros((len(self.capacity), len(self.first())), dtype=np.bool_)
        number = np.cumsum(np.diff(self.child, prepend=-1) > 0) - 1
        sets[agent, number] = True
        return sets[: self.nobody]

    def of_columns(self, numbers: Ints, columns: int, otherwise: int) -> Ints:
        """Return numbers [agents, children with places left] column by column, another one where there is none."""
        column = self.column[: self.nobody, self.child[self.first()]]
        result = np.full(columns, otherwise)
        result[column[column >= 0]] = numbers[column >= 0]
        return result


def tables(model: Model, prices: Prices, near: int = 10) -> Tables | None:
    """Lay a model out in tables.

    Parameters
    ----------
    model : Model
        Without a timetable.
    prices : Prices
        Of its linear relaxation.
    near : int
        Agents listed as near to each place.

    Returns
    -------
    Tables or None
        None where the tables would be too large or their numbers could not be exact.
    """
    problem, columns = model.problem, model.columns
    fixed = problem.fixed[columns.candidate]
    kept = np.flatnonzero(fixed)
    free = np.flatnonzero(~fixed)
    child, volunteer = problem.child[columns.candidate], problem.volunteer[columns.candidate]
    load = problem.load[columns.candidate]
    left = problem.places - np.bincount(child[kept], minlength=len(problem.children))
    left[np.bincount(child[free], minlength=len(left)) == 0] = 0
    left = np.minimum(left, np.bincount(child[free], minlength=len(left)))
    places = np.repeat(np.arange(len(left)), left)
    agents = len(problem.volunteers) + 2
    if not len(places) or agents * (len(places) + len(left)) > _MOST_ENTRIES:
        return None
    within = load[free].astype(np.float64)
    total = np.bincount(volunteer[free], within, minlength=agents)
    used = np.bincount(volunteer[kept], load[kept].astype(np.float64), minlength=agents - 2)
    largest = max(float(total.max()), float(np.abs(model.gain).max()) * 4)
    if largest > _EXACT_IN_DOUBLE:
        return None
    kind = np.float32 if largest < _EXACT_IN_SINGLE else np.float64
    capacity, most = total.copy(), np.full(agents, float(len(places)))
    limited = problem.max_load != NO_LIMIT
    capacity[:-2][limited] = np.minimum(total[:-2], problem.max_load - used)[limited]
    most[:-2] = np.minimum(most[:-2], problem.max_children - np.bincount(volunteer[kept], minlength=agents - 2))
    table = np.full((agents, len(left)), -1, dtype=np.int64)
    table[volunteer[free], child[free]] = free
    cost, weight = np.zeros(table.shape, dtype=kind), np.zeros(table.shape, dtype=kind)
    price = np.full(table.shape, np.inf, dtype=kind)
    cost[volunteer[free], child[free]] = -model.gain[free]
    weight[volunteer[free], child[free]] = load[free]
    price[volunteer[free], child[free]] = -prices.reduced[free] / 2.0**prices.shift
    price[-2] = 0.0
    of_child = model.rows.kind == Kind.CHILD_PLACE
    price[-2, model.rows.owner[of_child]] = prices.row[of_child] / 2.0**prices.shift
    price = price[:, places]
    few = min(near, agents - 1)
    return Tables(
        child=places,
        column=table,
        cost=cost[:, places],
        load=weight[:, places],
        price=price,
        capacity=capacity.astype(kind),
        most=most.astype(kind),
        near=np.argpartition(price, few - 1, axis=0)[:few].T.copy() if few else np.zeros((len(places), 0), np.int64),
        counted=bool((most[:-2] < _users(volunteer[free], agents - 2)).any()),
        doubled=bool((left > 1).any()),
        kept=kept.tolist(),
    )


def _users(volunteer: Ints, count: int) -> Ints:
    return np.bincount(volunteer, minlength=count).astype(np.int64)


def scale(price: Floats, places: int) -> float:
    """Return what a pair typically costs above its prices, among the three best of each place."""
    known = price[:-2][np.isfinite(price[:-2])]
    rank = min(3 * places, len(known)) - 1
    return max(float(np.partition(known, rank)[rank]), 1.0) if rank >= 0 else 1.0
