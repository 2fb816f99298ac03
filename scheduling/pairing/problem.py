"""A pairing problem as arrays, in canonical order."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scheduling.ids import index_of

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NO_START = -1
"""Start of a pair whose start is not given, or that has none because there is no timetable."""

NO_LIMIT = -1
"""Load limit of a volunteer without one."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The week's timetable: ``days`` days of ``slots_per_day`` slots, numbered day by day."""

    days: int
    slots_per_day: int

    @property
    def slots(self) -> int:
        """Number of slots in all."""
        return self.days * self.slots_per_day


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A checked pairing problem; all lists are sorted by id, so that input order cannot matter.

    Attributes
    ----------
    grid : Grid or None
        The timetable; None pairs without one.
    place_value : int or None
        Worth of a filled place; None when every place must be filled.
    children, volunteers, centres : tuple of str
        Ids, sorted.
    places, session, centre : int64 arrays [children]
        Companions wanted, session length in slots, index of the centre (-1 without a timetable).
    at_centre : bool array [children]
        Whether the child's sessions take a room.
    child_free : bool array [children, slots]
    max_children, max_load : int64 arrays [volunteers]
        Limits; `NO_LIMIT` where there is no load limit.
    volunteer_free : bool array [volunteers, slots]
    rooms : int64 array [centres, slots]
    child, volunteer, score, load : int64 arrays [candidates]
        The candidates, sorted by child, then volunteer.
    forbidden, fixed : bool arrays [candidates]
    fixed_start : int64 array [candidates]
        Start a fixed pair must have, or `NO_START`.
    fixed_path : dict of int to str
        JSON path of the entry of ``fixed`` for each fixed candidate.
    """

    grid: Grid | None
    place_value: int | None
    children: tuple[str, ...]
    volunteers: tuple[str, ...]
    centres: tuple[str, ...]
    places: Ints
    session: Ints
    centre: Ints
    at_centre: Bools
    child_free: Bools
    max_children: Ints
    max_load: Ints
    volunteer_free: Bools
    rooms: Ints
    child: Ints
    volunteer: Ints
    score: Ints
    load: Ints
    forbidden: Bools
    fixed: Bools
    fixed_start: Ints
    fixed_path: dict[int, str] = field(default_factory=dict)

    @property
    def slots(self) -> int:
        """Number of slots; 0 without a timetable."""
        return self.grid.slots if self.grid else 0

    @property
    def slots_per_day(self) -> int:
        """Number of slots of one day; 0 without a timetable."""
        return self.grid.slots_per_day if self.grid else 0

    def candidate(self, child: str, volunteer: str) -> int | None:
        """Return the index of a candidate by its ids, None where the two are not listed.

        Raises
        ------
        ValueError
            No such child or volunteer.
        """
        c, v = index_of(self.children, child, "child"), index_of(self.volunteers, volunteer, "volunteer")
        low, high = np.searchsorted(self.child, [c, c + 1])
        at = int(low + np.searchsorted(self.volunteer[low:high], v))
        return at if at < high and self.volunteer[at] == v else None
