"""Seeded instances: rounds of visits to the households of mountain villages."""

from typing import Any

import numpy as np

_SKILLS = ("dialect", "nurse", "sign")
_MORNING, _NOON, _EVENING = (480, 720), (720, 840), (960, 1140)


def instance(stops: int, teams: int, seed: int, *, tight: bool = False, optional: float = 0.3) -> dict[str, Any]:
    """Make a routes problem of one day in the villages.

    Parameters
    ----------
    stops, teams : int
        How many.
    seed : int
        The same seed gives the same instance.
    tight : bool
        Windows of half an hour to an hour, where they are else parts of the day.
    optional : float
        The share of stops that may be left out.

    Returns
    -------
    dict
        Villages in valleys with a road between any two: slower uphill, so that there and back differ, and over passes;
        several households in a village, at least a minute apart. Teams start and end at one of three homes, some end at
        another; they differ in hours, capacity and skills. A third of the stops has two windows, one in ten wants a
        skill; distances are hectometres.
    """
    rng = np.random.default_rng(seed)
    villages = max(4, stops // 3)
    metres, minutes = _roads(rng, villages)
    names = len(str(max(stops, teams)))
    return {
        "kind": "routes",
        "version": 1,
        "duration": minutes,
        "distance": metres,
        "teams": [_team(rng, f"t{number:0{names}d}") for number in range(teams)],
        "stops": [_stop(rng, f"h{number:0{names}d}", villages, tight, optional) for number in range(stops)],
        "team_cost": 60,
    }


def _roads(rng: np.random.Generator, villages: int) -> tuple[list[list[int]], list[list[int]]]:
    """Return distances in hectometres and minutes between villages; between households of one village as well."""
    spot = rng.uniform(0, 25, (villages, 2))
    height = rng.uniform(400, 1400, villages)
    straight = np.hypot(*(spot[:, None, :] - spot[None, :, :]).transpose(2, 0, 1))
    length = straight * rng.uniform(1.2, 1.9, (villages, villages))
    length = (length + length.T) / 2
    climb = (height[None, :] - height[:, None]) / 100
    time = length * 2 + np.where(climb > 0, 2.2 * climb, -0.8 * climb)
    minutes = _shortest(np.maximum(1, np.rint(time)).astype(np.int64))
    hectometres = _shortest(np.maximum(1, np.rint(length * 10)).astype(np.int64))
    np.fill_diagonal(minutes, 1)
    np.fill_diagonal(hectometres, 1)
    return hectometres.tolist(), minutes.tolist()


def _shortest(matrix: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the lengths of the shortest ways: no direct way is longer than a detour."""
    for middle in range(len(matrix)):
        matrix = np.minimum(matrix, matrix[:, middle, None] + matrix[None, middle, :])
    return matrix


def _team(rng: np.random.Generator, name: str) -> dict[str, Any]:
    home = int(rng.integers(0, 3))
    begin = int(rng.choice([450, 480, 540]))
    return {
        "id": name,
        "start": home,
        "end": home if rng.random() < 0.8 else int(rng.integers(0, 3)),
        "from": begin,
        "to": begin + int(rng.choice([360, 480, 600, 690])),
        "capacity": int(rng.choice([12, 20, 30])),
        "max_stops": int(rng.integers(6, 12)) if rng.random() < 0.3 else None,
        "skills": [skill for skill in _SKILLS if rng.random() < 0.6],
    }


def _stop(rng: np.random.Generator, name: str, villages: int, tight: bool, optional: float) -> dict[str, Any]:
    return {
        "id": name,
        "place": int(rng.integers(0, villages)),
        "windows": _windows(rng, tight),
        "service": int(rng.choice([10, 15, 20, 30])),
        "demand": int(rng.integers(1, 4)),
        "prize": int(rng.integers(50, 400)) if rng.random() < optional else None,
        "skills": [str(rng.choice(_SKILLS))] if rng.random() < 0.1 else [],
    }


def _windows(rng: np.random.Generator, tight: bool) -> list[list[int]]:
    if tight:
        lows = sorted(int(low) for low in rng.integers(500, 1000, int(rng.integers(1, 3))))
        return [[low, low + int(rng.choice([30, 60]))] for low in lows]
    parts = [_MORNING, _NOON, _EVENING]
    if rng.random() < 0.3:
        return [list(parts[0]), list(parts[2])]
    if rng.random() < 0.3:
        return [[480, 1140]]
    return [list(parts[int(rng.integers(0, 3))])]
