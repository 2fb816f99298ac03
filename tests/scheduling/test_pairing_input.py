"""Faulty problems: each fault is named by its JSON path, nothing is guessed, nothing is dropped."""

import json
from typing import Any

import pytest

from scheduling import pairing
from scheduling.faults import InvalidProblem
from scheduling.pairing.load import load
from scheduling.reading import parse_json
from tests.scheduling.problems import one_pair, slot_free, small

MISSING = object()


def changed(problem: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the problem with one value replaced, added or (`MISSING`) removed; the path is written with dots."""
    problem = json.loads(json.dumps(problem))
    at: Any = problem
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        at = at[part]
    if value is MISSING:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return problem


def paths(problem: Any) -> list[str]:
    with pytest.raises(InvalidProblem) as raised:
        pairing.solve(problem)
    return [fault.path for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("kind", "roster", "$.kind"),
        ("kind", MISSING, "$.kind"),
        ("version", 2, "$.version"),
        ("version", True, "$.version"),
        ("version", "1", "$.version"),
        ("place_value", MISSING, "$.place_value"),
        ("place_value", 1.5, "$.place_value"),
        ("place_value", "2000", "$.place_value"),
        ("weights", {}, "$.weights"),
        ("odd\nkey", {}, '$["odd\\nkey"]'),
        ("grid", None, "$.grid"),
        ("grid.days", 0, "$.grid.days"),
        ("grid.days", 100_000, "$.grid"),
        ("grid.slots_per_day", 2.0, "$.grid.slots_per_day"),
        ("grid.weeks", 1, "$.grid.weeks"),
        ("centres", MISSING, "$.centres"),
        ("centres", {}, "$.centres"),
        ("centres.0", 7, "$.centres[0]"),
        ("centres.0.id", "", "$.centres[0].id"),
        ("centres.0.rooms", [1, 1], "$.centres[0].rooms"),
        ("centres.0.rooms", 2, "$.centres[0].rooms"),
        ("centres.0.rooms.3", -1, "$.centres[0].rooms[3]"),
        ("centres.0.rooms.3", True, "$.centres[0].rooms[3]"),
        ("centres.1", {"id": "c", "rooms": [1, 1, 1, 1]}, "$.centres[1].id"),
        ("children", None, "$.children"),
        ("children.1.id", "a", "$.children[1].id"),
        ("children.0.centre", "nowhere", "$.children[0].centre"),
        ("children.0.id", "\ud800", "$.children[0].id"),
        ("children.0.centre", MISSING, "$.children[0].centre"),
        ("children.0.places", -1, "$.children[0].places"),
        ("children.0.places", None, "$.children[0].places"),
        ("children.0.places", MISSING, "$.children[0].places"),
        ("children.0.free", MISSING, "$.children[0].free"),
        ("children.0.free.0", 4, "$.children[0].free[0]"),
        ("children.0.free.0", -1, "$.children[0].free[0]"),
        ("children.0.free.1", 0, "$.children[0].free[1]"),
        ("children.0.session_slots", 0, "$.children[0].session_slots"),
        ("children.0.meets", "school", "$.children[0].meets"),
        ("children.0.meets", ["centre"], "$.children[0].meets"),
        ("children.0.name", "An", "$.children[0].name"),
        ("volunteers.0.id", "y", "$.volunteers[1].id"),
        ("volunteers.0.max_children", -1, "$.volunteers[0].max_children"),
        ("volunteers.0.max_children", MISSING, "$.volunteers[0].max_children"),
        ("volunteers.0.max_load", -1, "$.volunteers[0].max_load"),
        ("volunteers.0.max_load", "none", "$.volunteers[0].max_load"),
        ("volunteers.0.free", "0123", "$.volunteers[0].free"),
        ("candidates.0.score", 12.0, "$.candidates[0].score"),
        ("candidates.0.score", MISSING, "$.candidates[0].score"),
        ("candidates.0.score", 10**12, "$.candidates[0].score"),
        ("candidates.0.load", -1, "$.candidates[0].load"),
        ("candidates.0.load", None, "$.candidates[0].load"),
        ("candidates.0.child", "z", "$.candidates[0].child"),
        ("candidates.0.child", 3, "$.candidates[0].child"),
        ("candidates.0.volunteer", MISSING, "$.candidates[0].volunteer"),
        ("candidates.0.start", 1, "$.candidates[0].start"),
        ("candidates.0.volunteer", "y", "$.candidates[1]"),
        ("candidates.2", [], "$.candidates[2]"),
        ("fixed", {"child": "a", "volunteer": "x"}, "$.fixed"),
        ("fixed.0", {"child": "a", "volunteer": "q", "start": None}, "$.fixed[0].volunteer"),
        ("fixed.0", {"child": "a", "volunteer": "x", "start": 4}, "$.fixed[0].start"),
        ("fixed.0", {"child": "a", "volunteer": "x", "begin": 1}, "$.fixed[0].begin"),
        ("forbidden.0", {"child": "a"}, "$.forbidden[0].volunteer"),
        ("forbidden.0", {"child": "q", "volunteer": "x"}, "$.forbidden[0].child"),
        ("forbidden.0", {"child": "a", "volunteer": "x", "start": None}, "$.forbidden[0].start"),
    ],
)
def test_each_fault_is_named_by_its_path(path: str, value: Any, named: str) -> None:
    assert paths(changed(one_pair(), path, value)) == [named]


@pytest.mark.parametrize("document", [None, [], "pairing", 7, True])
def test_document_that_is_no_object(document: Any) -> None:
    assert paths(document) == ["$"]


def test_all_faults_are_named_in_one_pass() -> None:
    problem = changed(changed(changed(small(), "children.1.places", "x"), "volunteers.0.free.2", 99), "grid.days", -3)
    assert paths(problem)[0] == "$.grid.days"
    assert "$.children[1].places" in paths(problem)
    assert len(paths(changed(problem, "grid.days", 2))) == 2


@pytest.mark.parametrize("key", ["free", "session_slots", "meets"])
def test_timetable_keys_without_a_timetable_are_unknown(key: str) -> None:
    assert paths(changed(slot_free(), f"children.0.{key}", 1)) == [f"$.children[0].{key}"]


def test_centres_and_starts_without_a_timetable_are_unknown() -> None:
    problem = slot_free(centres=[], fixed=[{"child": "a", "volunteer": "x", "start": None}])
    assert paths(problem) == ["$.centres", "$.fixed[0].start"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("$.kind", '{"kind": "pairing", "kind": "pairing", '),
        ("$.children[0].id", '{"children": [{"id": "a", "id": "b"}], '),
    ],
)
def test_key_written_twice_is_a_fault_not_a_choice(path: str, text: str) -> None:
    assert path in paths(parse_json(text + '"version": 1}'))


def test_optional_keys_may_be_left_out() -> None:
    problem = one_pair()
    full = pairing.solve(problem)
    for key in ("fixed", "forbidden"):
        del problem[key]
    for volunteer in problem["volunteers"]:
        del volunteer["max_load"]
    assert pairing.solve(problem)["pairs"] == full["pairs"]


def fix(*entries: tuple[str, str] | tuple[str, str, int]) -> list[dict[str, Any]]:
    return [{"child": e[0], "volunteer": e[1], "start": e[2] if len(e) > 2 else None} for e in entries]


def test_fixed_pair_must_be_a_candidate() -> None:
    problem = one_pair(fixed=fix(("a", "x")))
    problem["candidates"] = problem["candidates"][1:]
    assert paths(problem) == ["$.fixed[0]"]


def test_fixed_pair_must_not_be_forbidden() -> None:
    problem = one_pair(fixed=fix(("a", "x")), forbidden=[{"child": "a", "volunteer": "x"}])
    assert paths(problem) == ["$.fixed[0]"]


def test_pair_fixed_twice() -> None:
    assert paths(one_pair(fixed=fix(("a", "x"), ("a", "x", 1)))) == ["$.fixed[1]"]


def test_fixed_pairs_beyond_the_places_of_a_child() -> None:
    assert paths(one_pair(fixed=fix(("a", "x"), ("a", "y")))) == ["$.fixed[1]"]


def test_fixed_pairs_beyond_max_children() -> None:
    assert paths(one_pair(fixed=fix(("a", "x"), ("b", "x")))) == ["$.fixed[1]"]


def test_fixed_pairs_beyond_max_load() -> None:
    problem = one_pair(fixed=fix(("a", "x"), ("b", "x")), each_volunteer={"max_children": 2, "max_load": 1})
    assert paths(problem) == ["$.fixed[1]"]


def test_fixed_pair_without_a_common_time() -> None:
    problem = one_pair(fixed=fix(("b", "y"), ("a", "x")))
    problem["children"][0]["free"] = []
    assert paths(problem) == ["$.fixed[1]"]


def test_fixed_pair_without_a_room() -> None:
    assert paths(one_pair(fixed=fix(("a", "x")), centres=[{"id": "c", "rooms": [0] * 4}])) == ["$.fixed[0]"]


def test_fixed_start_that_is_not_free() -> None:
    problem = one_pair(fixed=fix(("a", "x", 1)), each_child={"free": [0, 2, 3]})
    assert paths(problem) == ["$.fixed[0].start"]


def test_fixed_start_that_runs_over_the_end_of_the_day() -> None:
    assert paths(one_pair(fixed=fix(("a", "x", 1)), each_child={"session_slots": 2})) == ["$.fixed[0].start"]


def test_fixed_start_without_a_room() -> None:
    problem = one_pair(fixed=fix(("a", "x", 1)), centres=[{"id": "c", "rooms": [1, 0, 1, 1]}])
    assert paths(problem) == ["$.fixed[0].start"]


def test_fixed_starts_that_clash() -> None:
    problem = one_pair(fixed=fix(("a", "x", 1), ("b", "x", 1)), each_volunteer={"max_children": 2})
    assert paths(problem) == ["$.fixed[1]"]


def test_each_fixed_pair_that_finds_no_hours_is_named_with_its_rivals() -> None:
    problem = one_pair(
        fixed=fix(("a", "y"), ("b", "y"), ("a", "x"), ("b", "x")),
        each_child={"places": 2, "free": [0, 1]},
        each_volunteer={"max_children": 2},
        centres=[{"id": "c", "rooms": [1, 1, 1, 1]}],
    )
    with pytest.raises(InvalidProblem) as raised:
        pairing.solve(problem)
    assert [fault.path for fault in raised.value.faults] == ["$.fixed[2]", "$.fixed[3]"]
    assert "$.fixed[0], $.fixed[1]" in raised.value.faults[0].expected


def test_fixed_pairs_that_need_thought_are_arranged() -> None:
    """Greedy takes the first slot; a and b at x, a and b at y fit only if they alternate."""
    problem = one_pair(
        fixed=fix(("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")),
        each_child={"places": 2, "free": [0, 1]},
        each_volunteer={"max_children": 2, "free": [0, 1]},
    )
    solution = pairing.solve(problem)
    assert pairing.check(problem, solution) == []
    assert solution["placed"] == 4


def test_a_fault_is_one_line_of_plain_text() -> None:
    problem = one_pair()
    problem["children"][0]["centre"] = "x\ny\u2028" * 50
    with pytest.raises(InvalidProblem) as raised:
        pairing.solve(problem)
    assert len(str(raised.value).splitlines()) == 1
    assert len(str(raised.value)) < 200


def test_problem_is_not_changed_by_solving() -> None:
    problem = small()
    before = json.dumps(problem)
    pairing.solve(problem)
    assert json.dumps(problem) == before


def test_some_candidates_may_tell_their_load_and_others_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether candidates are read all at once or one by one, the load that is not told is 1."""
    problem = changed(one_pair(), "candidates.1.load", 3)
    at_once = load(problem)
    monkeypatch.setattr("scheduling.pairing.load._plain_candidates", lambda items, children, volunteers: None)
    one_by_one = load(problem)
    assert at_once.load.tolist() == one_by_one.load.tolist() == [1, 3, 1, 1]
    assert at_once.score.tolist() == one_by_one.score.tolist()


@pytest.mark.parametrize("others", [{}, {"load": 2}])
def test_a_fourth_key_that_is_no_load_is_named(others: dict[str, int]) -> None:
    problem = one_pair()
    problem["candidates"] = [entry | others for entry in problem["candidates"]]
    problem["candidates"][2].pop("load", None)
    problem["candidates"][2]["weight"] = 2
    assert paths(problem) == ["$.candidates[2].weight"]
