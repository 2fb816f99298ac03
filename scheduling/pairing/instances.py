"""Seeded pairing instances."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DAYS, SLOTS_PER_DAY, SESSION = 7, 12, 2
_REACH = 12.0
_MEAN_USE_OF_ROOMS = 0.55


@dataclass(frozen=True, slots=True)
class _Village:
    """Where people live, what they speak and what they wish."""

    child_at: NDArray[np.float64]
    volunteer_at: NDArray[np.float64]
    centre: NDArray[np.int64]


def instance(children: int, volunteers: int, seed: int, *, use_of_rooms: float = _MEAN_USE_OF_ROOMS) -> dict[str, Any]:
    """Make a pairing problem of villages round towns.

    Parameters
    ----------
    children, volunteers : int
        How many; about one centre for 40 children.
    seed : int
        The same seed gives the same instance.
    use_of_rooms : float
        Share of the rooms' hours that all sessions together would take; higher is tighter.

    Returns
    -------
    dict
        A problem with 84 slots, sessions of 2; 93 % of the volunteers vetted, 30 % of the children wish their own sex,
        three dialects, capacity 1 to 3, 10 % of the children want 2 or 3 companions, 25 % meet at home.
    """
    rng = np.random.default_rng(seed)
    village = _place(rng, children, volunteers)
    places = np.where(rng.random(children) < 0.1, rng.integers(2, 4, children), 1)
    home = rng.random(children) < 0.25
    child_free, volunteer_free = _hours(rng, children, after=6), _hours(rng, volunteers, after=5)
    allowed, score = _fit(rng, village)
    rooms = _rooms(rng, village.centre, places, home, use_of_rooms)
    most = rng.integers(1, 4, volunteers)
    return {
        "kind": "pairing",
        "version": 1,
        "grid": {"days": DAYS, "slots_per_day": SLOTS_PER_DAY},
        "centres": [{"id": f"c{i}", "rooms": row.tolist()} for i, row in enumerate(rooms)],
        "children": [
            {
                "id": f"k{i}",
                "centre": f"c{village.centre[i]}",
                "places": int(places[i]),
                "free": np.flatnonzero(child_free[i]).tolist(),
                "session_slots": SESSION,
                "meets": "home" if home[i] else "centre",
            }
            for i in range(children)
        ],
        "volunteers": [
            {
                "id": f"v{i}",
                "max_children": int(most[i]),
                "max_load": None,
                "free": np.flatnonzero(volunteer_free[i]).tolist(),
            }
            for i in range(volunteers)
        ],
        "candidates": [
            {"child": f"k{c}", "volunteer": f"v{v}", "score": int(score[c, v])}
            for c, v in zip(*np.nonzero(allowed), strict=True)
        ],
        "fixed": [],
        "forbidden": [],
        "place_value": 2000,
    }


def _place(rng: np.random.Generator, children: int, volunteers: int) -> _Village:
    towns = max(1, children // 40)
    side = 10.0 * np.sqrt(towns)
    town = rng.random((towns, 2)) * side
    centre = rng.integers(0, towns, children)
    child_at = town[centre] + rng.normal(0, 3.0, (children, 2))
    volunteer_at = town[rng.integers(0, towns, volunteers)] + rng.normal(0, 4.0, (volunteers, 2))
    return _Village(child_at, volunteer_at, centre)


def _hours(rng: np.random.Generator, count: int, *, after: int) -> NDArray[np.bool_]:
    """Make free slots: a few runs of afternoons and weekend days."""
    free = np.zeros((count, DAYS, SLOTS_PER_DAY), dtype=np.bool_)
    for person in range(count):
        for day in rng.choice(DAYS, size=int(rng.integers(2, 5)), replace=False):
            weekend = day >= DAYS - 2
            begin = int(rng.integers(0, SLOTS_PER_DAY - 3)) if weekend else int(rng.integers(after, SLOTS_PER_DAY - 2))
            free[person, day, begin : begin + int(rng.integers(2, 5))] = True
    return free.reshape(count, DAYS * SLOTS_PER_DAY)


def _fit(rng: np.random.Generator, village: _Village) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    children, volunteers = len(village.child_at), len(village.volunteer_at)
    gap = village.child_at[:, None, :] - village.volunteer_at[None, :, :]
    distance = np.sqrt((gap**2).sum(axis=2))
    child_sex, volunteer_sex = rng.integers(0, 2, children), rng.integers(0, 2, volunteers)
    wish = rng.random(children) < 0.3
    vetted = rng.random(volunteers) < 0.93
    same_dialect = rng.integers(0, 3, children)[:, None] == rng.integers(0, 3, volunteers)[None, :]
    child_likes, volunteer_likes = rng.random((children, 12)) < 0.3, rng.random((volunteers, 12)) < 0.3
    shared = child_likes.astype(np.int64) @ volunteer_likes.T.astype(np.int64)
    allowed = (distance <= _REACH) & vetted[None, :]
    allowed &= ~wish[:, None] | (child_sex[:, None] == volunteer_sex[None, :])
    score = 300 * same_dialect + 120 * np.minimum(shared, 4) + 220 * (1 - np.minimum(distance / _REACH, 1))
    return allowed, np.clip(np.rint(score), 0, 1000).astype(np.int64)


def _rooms(
    rng: np.random.Generator,
    centre: NDArray[np.int64],
    places: NDArray[np.int64],
    home: NDArray[np.bool_],
    use: float,
) -> NDArray[np.int64]:
    towns = int(centre.max(initial=0)) + 1
    wanted = np.bincount(centre, weights=places * ~home * SESSION, minlength=towns)
    afternoon = np.arange(DAYS * SLOTS_PER_DAY) % SLOTS_PER_DAY >= 6
    weekend = np.arange(DAYS * SLOTS_PER_DAY) >= (DAYS - 2) * SLOTS_PER_DAY
    hours = afternoon | weekend
    mean = wanted / use / hours.sum()
    rooms = np.floor(mean[:, None] + rng.random((towns, len(hours))))
    return np.where(hours[None, :], np.maximum(rooms, 0), 0).astype(np.int64)
