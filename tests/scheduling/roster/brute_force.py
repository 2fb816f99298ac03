"""The optimum of tiny rosters by trying everything, and random problems to try it on."""

from itertools import combinations
from typing import Any

import numpy as np

from scheduling import roster

PARTS = ("uncovered", "missing_adult", "missing_lead", "missing_skill", "load", "wish", "change")


def plain(problem: dict[str, Any], chosen: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Return a solution file of some assignments, with the value left to the checker."""
    return {
        "kind": "roster",
        "status": "feasible",
        "value": 0,
        "bound": -(10**12),
        "assignments": [{"shift": shift, "person": person} for shift, person in chosen],
        "parts": dict.fromkeys(PARTS, 0),
        "uncovered": [],
        "run": {},
    }


def allowed(problem: dict[str, Any], chosen: tuple[tuple[str, str], ...]) -> bool:
    return not any(fault.startswith("$.assignments") for fault in roster.check(problem, plain(problem, chosen)))


def value(problem: dict[str, Any], chosen: tuple[tuple[str, str], ...]) -> int:
    """Price assignments, from the words of the contract alone."""
    weights, total = problem["weights"], 0
    people = {person["id"]: person for person in problem["people"]}
    for shift in problem["shifts"]:
        there = [people[who] for name, who in chosen if name == shift["id"]]
        total += weights["uncovered"] * (shift["needs"] - len(there))
        total += weights["missing_adult"] * max(0, shift["min_adults"] - sum(p["adult"] for p in there))
        total += weights["missing_lead"] * max(0, shift["min_leads"] - sum(p["lead"] for p in there))
        for skill, wanted in shift["skills"].items():
            total += weights["missing_skill"] * max(0, wanted - sum(skill in p["skills"] for p in there))
    for name, person in people.items():
        mine = [shift for shift, who in chosen if who == name]
        total += weights["load"] * len(mine) * (len(mine) - 1) // 2
        total -= weights["wish"] * sum(person["wishes"].get(shift, 0) for shift in mine)
    previous = {(entry["shift"], entry["person"]) for entry in problem["previous"]}
    return total + (weights["change"] * len(previous ^ set(chosen)) if previous else 0)


def best(problem: dict[str, Any]) -> int | None:
    """Return the optimum, None where the fixed assignments cannot stand."""
    everything = [(s["id"], p["id"]) for s in problem["shifts"] for p in problem["people"]]
    single = [pair for pair in everything if alone(problem, pair)]
    found: int | None = None
    for size in range(len(single) + 1):
        for chosen in combinations(single, size):
            worth = value(problem, chosen)
            if (found is None or worth < found) and allowed(problem, chosen):
                found = worth
    return found


def alone(problem: dict[str, Any], pair: tuple[str, str]) -> bool:
    return allowed(problem | {"fixed": []}, (pair,))


def random_problem(seed: int) -> dict[str, Any]:
    """Return a tiny problem with every feature switched on now and then."""
    rng = np.random.default_rng(seed)

    def whole(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    def often(share: float) -> bool:
        return bool(rng.random() < share)

    shifts = []
    for number in range(whole(1, 4)):
        start = whole(0, 12) * 30 + (10_080 - 180 if often(0.3) else 0)
        skills = {skill: whole(0, 2) for skill in ("x", "y") if often(0.3)}
        shifts.append({"id": f"s{number}", "start": start, "end": start + whole(1, 4) * 30, "needs": whole(0, 3)})
        shifts[-1] |= {"min_adults": whole(0, 2), "min_leads": whole(0, 1), "skills": skills}
    people: list[dict[str, Any]] = []
    for number in range(whole(1, 3)):
        intervals = [[0, 11_000]] if often(0.6) else [[low, low + whole(60, 400)] for low in (whole(0, 200), 9_900)]
        wishes = {shift["id"]: whole(-2000, 50) if often(0.1) else whole(-5, 9) for shift in shifts if often(0.4)}
        people.append({"id": f"p{number}", "adult": often(0.6), "lead": often(0.4), "available": intervals})
        people[-1] |= {"skills": [skill for skill in ("x", "y") if often(0.4)], "wishes": wishes}
        people[-1] |= {"max_minutes_per_week": whole(30, 400), "max_shifts": whole(0, 3) if often(0.3) else None}
        people[-1] |= {"min_rest": int(rng.choice([0, 0, 30, 200]))}
    lists: dict[str, list[dict[str, str]]] = {"fixed": [], "forbidden": [], "previous": []}
    for shift in shifts:
        for person in people:
            for key, share in (("fixed", 0.04), ("forbidden", 0.06), ("previous", 0.15)):
                if often(share):
                    lists[key].append({"shift": shift["id"], "person": person["id"]})
    weights = {part: int(rng.choice([0, 1, 10, 1000])) for part in PARTS}
    return {"kind": "roster", "version": 1, "shifts": shifts, "people": people, **lists, "weights": weights}
