"""Faults of every sort in one document are told at once; what cannot be read hides nothing and invents nothing."""

import random
from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import kinds
from scheduling.faults import InvalidProblem
from tests.scheduling.brute_force import random_problem as random_pairing
from tests.scheduling.problems import one_pair, slot_free
from tests.scheduling.roster import problems as rosters
from tests.scheduling.roster.brute_force import random_problem as random_roster
from tests.scheduling.routes import problems as rounds

Entries = list[dict[str, Any]]


def faults(problem: Any) -> list[str]:
    """Return the paths of all faults of a problem."""
    try:
        kinds.refuse(problem["kind"])(problem)
    except InvalidProblem as invalid:
        return [fault.path for fault in invalid.faults]
    return []


def fix(*entries: tuple[str, str] | tuple[str, str, int]) -> Entries:
    return [{"child": e[0], "volunteer": e[1], "start": e[2] if len(e) > 2 else None} for e in entries]


def by_id(entries: Entries) -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for entry in entries}


def sessions(problem: dict[str, Any], entry: dict[str, Any]) -> list[tuple[int, ...]]:
    """Return all sessions of a fixed pair that are free for both and for which the centre has a room."""
    child = by_id(problem["children"])[entry["child"]]
    volunteer = by_id(problem["volunteers"])[entry["volunteer"]]
    rooms = by_id(problem["centres"])[child["centre"]]["rooms"]
    grid, length = problem["grid"], child["session_slots"]
    found = []
    for day in range(grid["days"]):
        for begin in range(grid["slots_per_day"] - length + 1):
            slots = tuple(range(day * grid["slots_per_day"] + begin, day * grid["slots_per_day"] + begin + length))
            free = set(slots) <= set(child["free"]) & set(volunteer["free"])
            if free and (child["meets"] == "home" or all(rooms[slot] for slot in slots)):
                found.append(slots)
    start = entry.get("start")
    return [slots for slots in found if start in (None, slots[0])]


def meet(problem: dict[str, Any], entries: Entries) -> bool:
    """Tell whether there are sessions in which all these pairs can meet."""
    children = by_id(problem["children"])
    rooms = {(c["id"], slot): number for c in problem["centres"] for slot, number in enumerate(c["rooms"])}
    for chosen in product(*(sessions(problem, entry) for entry in entries)):
        used: Counter[tuple[str, str, int]] = Counter()
        for entry, slots in zip(entries, chosen, strict=True):
            child = children[entry["child"]]
            for slot in slots:
                used["child", entry["child"], slot] += 1
                used["volunteer", entry["volunteer"], slot] += 1
                if child["meets"] == "centre":
                    used["room", child["centre"], slot] += 1
        limit = {key: rooms[key[1:]] if key[0] == "room" else 1 for key in used}
        if all(used[key] <= limit[key] for key in used):
            return True
    return False


def broken_pairs(problem: dict[str, Any]) -> set[str]:
    """Return the paths of the entries of ``fixed`` that cannot stand, by every rule of the contract in turn."""
    listed = {(c["child"], c["volunteer"]): c.get("load", 1) for c in problem["candidates"]}
    forbidden = {(f["child"], f["volunteer"]) for f in problem["forbidden"]}
    places = {child["id"]: child["places"] for child in problem["children"]}
    most = {v["id"]: v["max_children"] for v in problem["volunteers"]}
    carry = {v["id"]: v["max_load"] for v in problem["volunteers"]}
    found, standing = set(), []
    for i, entry in enumerate(problem["fixed"]):
        pair, so_far = (entry["child"], entry["volunteer"]), problem["fixed"][: i + 1]
        hers = [e for e in so_far if e["child"] == pair[0]]
        theirs = [e for e in so_far if e["volunteer"] == pair[1]]
        load = sum(listed.get((e["child"], e["volunteer"]), 0) for e in theirs)
        wrong = pair not in listed or pair in forbidden or len(hers) > places[pair[0]] or len(theirs) > most[pair[1]]
        if wrong or (carry[pair[1]] is not None and load > carry[pair[1]]):
            found.add(f"$.fixed[{i}]")
        if "grid" in problem:
            if not sessions(problem, entry):
                anywhere = sessions(problem, entry | {"start": None})
                found.add(f"$.fixed[{i}]" if entry["start"] is None or not anywhere else f"$.fixed[{i}].start")
            elif meet(problem, [*standing, entry]):
                standing.append(entry)
            else:
                found.add(f"$.fixed[{i}]")
    return found


def with_fixed_pairs(seed: int) -> dict[str, Any]:
    """Return a random problem with a few pairs fixed without any thought."""
    rng = random.Random(seed)
    problem = random_pairing(seed)
    every = [(c["id"], v["id"]) for c in problem["children"] for v in problem["volunteers"]]
    chosen = rng.sample(every, min(len(every), rng.randint(1, 5)))
    slots = problem["grid"]["days"] * problem["grid"]["slots_per_day"] if "grid" in problem else 0
    starts = [{"start": rng.choice([None, None, rng.randrange(slots)])} if slots else {} for _ in chosen]
    problem["fixed"] = [
        {"child": child, "volunteer": volunteer} | start
        for (child, volunteer), start in zip(chosen, starts, strict=True)
    ]
    return problem


def elsewhere(problem: dict[str, Any], rng: random.Random) -> tuple[dict[str, Any], set[str]]:
    """Return the problem with faults that say nothing about ``fixed``, and their paths."""

    def odd(key: str) -> tuple[dict[str, Any], str]:
        at = rng.randrange(len(problem[key]))
        return {key: [e | {"odd": 1} if i == at else e for i, e in enumerate(problem[key])]}, f"$.{key}[{at}].odd"

    child, count = problem["children"][0]["id"], len(problem["candidates"])
    unknown = {"child": child, "volunteer": "nobody", "score": 1}
    changes = [
        ({"place_value": "much"}, "$.place_value"),
        ({"odd": 1}, "$.odd"),
        ({"version": 3}, "$.version"),
        odd("children"),
        odd("volunteers"),
        ({"candidates": [*problem["candidates"], unknown]}, f"$.candidates[{count}].volunteer"),
        (
            {"forbidden": [*problem["forbidden"], {"child": child}]},
            f"$.forbidden[{len(problem['forbidden'])}].volunteer",
        ),
    ]
    named = set()
    for change, path in rng.sample(changes, rng.randint(1, 5)):
        problem, named = problem | change, named | {path}
    return problem, named


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_fixed_pair_that_cannot_stand_is_named_whatever_else_is_wrong(seed: int) -> None:
    problem = with_fixed_pairs(seed)
    expected = broken_pairs(problem)
    assert set(faults(problem)) == expected
    worse, named = elsewhere(problem, random.Random(seed))
    assert set(faults(worse)) == expected | named


def broken_assignments(problem: dict[str, Any]) -> set[str]:
    """Return the paths of the entries of ``fixed`` that cannot stand, by every rule of the contract in turn."""
    shifts, people = by_id(problem["shifts"]), by_id(problem["people"])
    found = set()
    for i, entry in enumerate(problem["fixed"]):
        shift, person = shifts[entry["shift"]], people[entry["person"]]
        before = problem["fixed"][:i]
        mine = [shifts[e["shift"]] for e in before if e["person"] == entry["person"]]
        week = [s for s in [*mine, shift] if s["start"] // 10_080 == shift["start"] // 10_080]
        rest, most = person["min_rest"], person["max_shifts"]
        if (
            {"shift": entry["shift"], "person": entry["person"]} in problem["forbidden"]
            or not any(low <= shift["start"] and shift["end"] <= high for low, high in person["available"])
            or any(s["start"] < shift["end"] + rest and shift["start"] < s["end"] + rest for s in mine)
            or sum(s["end"] - s["start"] for s in week) > person["max_minutes_per_week"]
            or (most is not None and len(mine) >= most)
            or sum(e["shift"] == entry["shift"] for e in before) >= shift["needs"]
        ):
            found.add(f"$.fixed[{i}]")
    return found


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_fixed_assignment_that_cannot_stand_is_named_whatever_else_is_wrong(seed: int) -> None:
    rng = random.Random(seed)
    problem = random_roster(seed)
    every = rosters.pairs(*((s["id"], p["id"]) for s in problem["shifts"] for p in problem["people"]))
    problem["fixed"] = rng.sample(every, min(len(every), rng.randint(1, 5)))
    expected = broken_assignments(problem)
    assert set(faults(problem)) == expected
    shifts, people = problem["shifts"], problem["people"]
    changes: list[tuple[dict[str, Any], str]] = [
        ({"odd": 1}, "$.odd"),
        ({"weights": problem["weights"] | {"load": -1}}, "$.weights.load"),
        ({"shifts": [*shifts[:-1], shifts[-1] | {"min_leads": "no"}]}, f"$.shifts[{len(shifts) - 1}].min_leads"),
        ({"people": [people[0] | {"wishes": {"never": 3}}, *people[1:]]}, "$.people[0].wishes.never"),
        ({"previous": [{"shift": shifts[0]["id"], "person": "nobody"}]}, "$.previous[0].person"),
    ]
    named = set()
    for change, path in rng.sample(changes, rng.randint(1, 5)):
        problem, named = problem | change, named | {path}
    assert set(faults(problem)) == expected | named


TIMED = one_pair(each_volunteer={"max_children": 2}, fixed=fix(("a", "x", 1), ("b", "x", 1), ("a", "y", 9)))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, ["$.fixed[1]", "$.fixed[2]", "$.fixed[2].start"]),
        ({"grid": {"days": 2, "slots_per_day": "2"}}, ["$.fixed[2]", "$.grid.slots_per_day"]),
        ({"grid": {"days": 0}}, ["$.fixed[2]", "$.grid.days", "$.grid.slots_per_day"]),
        (
            {"children": [TIMED["children"][0] | {"places": "1"}, TIMED["children"][1]]},
            ["$.children[0].places", "$.fixed[1]", "$.fixed[2].start"],
        ),
        (
            {"children": [TIMED["children"][0] | {"free": [7]}, TIMED["children"][1]]},
            ["$.children[0].free[0]", "$.fixed[1]", "$.fixed[2]", "$.fixed[2].start"],
        ),
    ],
)
def test_what_cannot_be_read_limits_nothing(changes: dict[str, Any], named: list[str]) -> None:
    assert sorted(faults(TIMED | changes)) == named


def test_an_unknown_id_may_be_that_of_an_entry_whose_id_cannot_be_read() -> None:
    problem = slot_free()
    nameless = problem | {"volunteers": [{**problem["volunteers"][0], "id": 7}, problem["volunteers"][1]]}
    assert faults(nameless) == ["$.volunteers[0].id"]
    more = nameless | {"forbidden": [{"child": "a", "volunteer": "z"}]}
    told = ["$.volunteers[0].id", "$.candidates[0].volunteer", "$.candidates[2].volunteer", "$.forbidden[0].volunteer"]
    assert faults(more) == told, "one entry has not two ids"
    unread = problem | {"fixed": fix(("a", "x"))[:1], "candidates": [{"child": "a", "score": 1}]}
    del unread["fixed"][0]["start"]
    assert faults(unread) == ["$.candidates[0].volunteer", "$.fixed[0]"], "it is not listed, whatever is"
    assert faults(unread | {"candidates": []}) == ["$.fixed[0]"]


def test_fixed_pairs_of_an_id_that_stands_twice_are_not_judged() -> None:
    problem = slot_free(fixed=[{"child": "a", "volunteer": "x"}, {"child": "a", "volunteer": "y"}])
    assert faults(problem) == ["$.fixed[1]"]
    assert faults(problem | {"children": [*problem["children"], {"id": "a", "places": 2}]}) == ["$.children[2].id"]


@pytest.mark.parametrize(
    ("of_shift", "of_person", "named"),
    [
        ({}, {}, ["$.fixed[1]"] * 3),
        ({"start": "0"}, {}, ["$.fixed[1]", "$.shifts[0].start"]),
        ({"end": 0}, {}, ["$.fixed[1]", "$.shifts[0].end"]),
        ({}, {"max_shifts": "1"}, ["$.fixed[1]"] * 2 + ["$.people[0].max_shifts"]),
        ({}, {"max_minutes_per_week": -1}, ["$.fixed[1]"] * 2 + ["$.people[0].max_minutes_per_week"]),
        ({}, {"min_rest": None}, ["$.fixed[1]"] * 2 + ["$.people[0].min_rest"]),
        ({}, {"available": [[0]]}, ["$.fixed[1]"] * 3 + ["$.people[0].available[0]"]),
        ({}, {"available": []}, ["$.fixed[0]"] + ["$.fixed[1]"] * 4),
    ],
)
def test_fixed_assignments_are_judged_by_what_can_be_read(
    of_shift: dict[str, Any], of_person: dict[str, Any], named: list[str]
) -> None:
    shifts = [rosters.shift("s", 0, 60) | of_shift, rosters.shift("t", 60, 120)]
    limits = {"max_shifts": 1, "min_rest": 1, "max_minutes_per_week": 119} | of_person
    problem = rosters.roster(shifts, [rosters.person("a", **limits)], fixed=rosters.pairs(("s", "a"), ("t", "a")))
    assert sorted(faults(problem)) == named


def test_an_unread_number_of_people_costs_nothing() -> None:
    problem = rosters.small()
    problem["shifts"][0]["needs"] = None
    problem["weights"]["uncovered"] = 10**9
    assert faults(problem) == ["$.shifts[0].needs"]


def test_places_are_known_where_a_duration_cannot_be_read() -> None:
    problem = rounds.small()
    problem["duration"][0][1] = "far"
    problem["stops"][0]["place"] = len(problem["duration"])
    problem["distance"] = [[0]]
    assert faults(problem) == ["$.duration[0][1]", "$.distance", "$.stops[0].place"]
