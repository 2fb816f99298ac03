"""The command's verbs beside the contract's: explain, fair, siblings, and the conversion of generalised assignment."""

import io
import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from scheduling import command, isolated, kinds, pairing
from scheduling.interruption import Interruption
from scheduling.pairing.instances import instance
from tests.scheduling.problems import FIXTURES, one_pair, slot_free

SCHEDULING = Path(__file__).parents[2] / "scheduling"
SMALL = {kind: str(FIXTURES / f"{kind}_small.json") for kind in kinds.QUESTIONS}
SOLOMON = FIXTURES / "public" / "solomon" / "R101.txt"
PAGE = (SCHEDULING / "docs" / "pairing-explained.md").read_text(encoding="utf-8")
TOLD, WISHES, GRANTED = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))


def here(*arguments: str, stdin: object = "", capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run in this process; what is no text goes in as JSON."""
    text = stdin if isinstance(stdin, str) else json.dumps(stdin)
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
    try:
        status = command.main(list(arguments))
    finally:
        sys.stdin = before
    return status, *capsys.readouterr()


def write(file: Path, document: object) -> str:
    file.write_text(json.dumps(document))
    return str(file)


def example() -> Any:
    readme = (SCHEDULING / "README.md").read_text(encoding="utf-8")
    return json.loads(re.findall(r"```json\n(.*?)```", readme, re.DOTALL)[0])


# ---- explain ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = write(tmp_path / "problem.json", example())
    solution = pairing.solve(example())
    status, out, _ = here("explain", problem, "-", "--pair", "an", "v2", stdin=solution, capsys=capsys)
    told = json.loads(out)
    assert (status, told.pop("run")["interrupted"]) == (0, False)
    assert told == TOLD


def test_children_without_are_told_with_every_candidate(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    solution = pairing.solve(json.loads(Path(SMALL["pairing"]).read_text()))
    out = tmp_path / "explanation.json"
    arguments = ["explain", SMALL["pairing"], "-", "--out", str(out), "--changes", "1"]
    status, text, progress = here(*arguments, stdin=solution, capsys=capsys)
    assert (status, text) == (0, "")
    assert progress.split() == ["read", "prices", "changes", "done"]
    told = json.loads(out.read_text())
    never = {"code": "no_common_time", "at_least": None, "start": None}
    assert told["without"] == [
        {
            "child": "dan",
            "missing": 1,
            "reasons": [{"code": "no_common_time", "count": 2}],
            "candidates": [{"volunteer": "v1"} | never, {"volunteer": "v2"} | never],
        }
    ]
    assert told["pair"] is None
    assert [(change["code"], change["gain"]) for change in told["changes"]] == [("volunteer_free", 600)]


def test_a_pair_that_nobody_listed_is_no_candidate(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    problem = one_pair()
    del problem["candidates"][0]
    file = write(tmp_path / "problem.json", problem)
    arguments = ["explain", file, "-", "--pair", "a", "x", "--changes", "0"]
    told = json.loads(here(*arguments, stdin=pairing.solve(problem), capsys=capsys)[1])
    assert (told["pair"]["code"], told["pair"]["forced"]["reason"]) == ("no_candidate", "no_candidate")
    assert told["changes"] == []


def test_why_not_every_place_can_be_filled(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    problem = slot_free(place_value=None)
    problem["volunteers"][1]["max_children"] = 0
    file = write(tmp_path / "problem.json", problem)
    solution = pairing.solve(problem)
    status, out, _ = here("explain", file, "-", "--pair", "a", "x", stdin=solution, capsys=capsys)
    told = json.loads(out)
    assert (status, solution["status"]) == (0, "infeasible")
    assert [(entry["missing"], entry["candidates"]) for entry in told["without"]] == [(1, [])]
    assert told["pair"]["forced"]["reason"] == "places_cannot_all_be_filled"
    assert [(change["gain"], change["unit"]) for change in told["changes"][:1]] == [(1, "places")]


@pytest.mark.parametrize(("kind", "pair"), [("roster", ["sun", "mei"]), ("routes", ["gao", "bo"])])
def test_rosters_and_routes_are_explained(kind: str, pair: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    problem = json.loads(Path(SMALL[kind]).read_text())
    solution = kinds.solve(kind)(problem)
    status, out, _ = here("explain", SMALL[kind], "-", "--pair", *pair, stdin=solution, capsys=capsys)
    told = json.loads(out)
    assert status == 0
    assert told["kind"] == kind
    names = [what for what, _ in kinds.pair(kind)]
    assert [told["pair"][name] for name in names] == pair
    assert told["pair"]["forced"]["exact"]
    left = solution["uncovered"] if kind == "roster" else solution["left_out"]
    assert [entry | {"short": 0} for entry in told["without"]][: len(left)] == [entry | {"short": 0} for entry in left]


def test_a_person_in_a_shift_is_told_why(capsys: pytest.CaptureFixture[str]) -> None:
    solution = kinds.solve("roster")(json.loads(Path(SMALL["roster"]).read_text()))
    pair = list(solution["assignments"][0].values())
    told = json.loads(here("explain", SMALL["roster"], "-", "--pair", *pair, stdin=solution, capsys=capsys)[1])
    assert told["pair"]["assigned"]
    assert told["pair"]["why"]["extra"] == sum(told["pair"]["why"]["parts"].values())
    assert told["pair"]["forced"]["extra"] == 0


def test_what_cannot_be_explained_exits_2_with_a_line_per_fault(capsys: pytest.CaptureFixture[str]) -> None:
    solution = pairing.solve(json.loads(Path(SMALL["pairing"]).read_text()))
    wrong = solution | {"value": 1, "placed": 9}
    status, out, told = here("explain", SMALL["pairing"], "-", stdin=wrong, capsys=capsys)
    assert (status, out) == (2, "")
    assert [line.split(":")[0] for line in told.splitlines()] == ["read", "$.value", "$.placed"]
    arguments = ["explain", SMALL["pairing"], "-", "--pair", "v1", "who"]
    status, out, told = here(*arguments, stdin=solution, capsys=capsys)
    assert (status, out) == (2, "")
    assert told.splitlines()[1:] == [
        '--pair: expected the id of a child, found "v1"',
        '--pair: expected the id of a volunteer, found "who"',
    ]
    assert here("explain", "-", "-", capsys=capsys)[0] == 2
    assert here("explain", SMALL["pairing"], "-", stdin="{", capsys=capsys)[0] == 2
    assert here("explain", SMALL["pairing"], "-", stdin=[], capsys=capsys)[0] == 2


@pytest.mark.parametrize("arguments", [["--changes", "-1"], ["--pair", "an"], ["--time-limit", "x"]])
def test_wrong_arguments_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        here("explain", SMALL["pairing"], "-", *arguments, capsys=capsys)
    assert ended.value.code == 2


def test_a_signal_or_a_limit_ends_an_explanation_with_what_is_known(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    problem = instance(60, 50, 1, use_of_rooms=1.2)
    files = [write(tmp_path / "problem.json", problem), write(tmp_path / "solution.json", pairing.solve(problem))]
    assert here("explain", *files, "--time-limit", "0", capsys=capsys)[0] == 0
    interruption = Interruption()
    interruption.listen()
    signal.raise_signal(signal.SIGTERM)
    pair = [problem["candidates"][0][key] for key in ("child", "volunteer")]
    assert command.main(["explain", *files, "--pair", *pair], interruption=interruption) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["run"]["interrupted"]
    assert all(change["at_least"] <= change["at_most"] for change in told["changes"])


# ---- fair and siblings -----------------------------------------------------------------------------------------------


def test_wishes_of_the_page_are_granted_as_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = write(tmp_path / "problem.json", example())
    status, out, _ = here("siblings", problem, "-", stdin=WISHES, capsys=capsys)
    solution = json.loads(out)
    assert (status, solution["wishes"]) == (0, GRANTED)
    assert here("check", problem, "-", stdin=solution, capsys=capsys)[:2] == (0, "")


@pytest.mark.parametrize("limit", [[], ["--time-limit", "60", "--memory-limit", "8192"]])
def test_fair_pairs_are_those_of_the_library(
    limit: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = instance(20, 16, 3, use_of_rooms=1.2)
    file, out = write(tmp_path / "problem.json", problem), tmp_path / "solution.json"
    assert here("fair", file, "--levels", "2", "--out", str(out), *limit, capsys=capsys)[:2] == (0, "")
    assert json.loads(out.read_text()) | {"run": 0} == pairing.solve_fair(problem, levels=2) | {"run": 0}
    assert here("check", file, str(out), capsys=capsys)[:2] == (0, "")


def test_wishes_are_solved_in_a_worker_too() -> None:
    wishes: Any = {"siblings": [["an", "bo"]], "sibling_bonus": 200}
    solution = isolated.solve("pairing", example(), time_limit=60, option="siblings", asked={"wishes": wishes})
    assert solution | {"run": 0} == pairing.solve_wishes(example(), wishes) | {"run": 0}


def test_options_refuse_what_pairing_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("fair", "siblings"):
        more = [write(tmp_path / "wishes.json", {})] if verb == "siblings" else []
        for limit in ([], ["--time-limit", "60"]):
            status, out, told = here(verb, SMALL["roster"], *more, *limit, capsys=capsys)
            assert (status, out) == (2, "")
            assert '$.kind: expected "pairing", found "roster"' in told
        status, out, _ = here(verb, "-", *more, stdin=one_pair(place_value="much"), capsys=capsys)
        assert (status, out) == (2, "")
        impossible = one_pair(place_value=None, each_volunteer={"max_children": 0})
        status, out, told = here(verb, "-", *more, stdin=impossible, capsys=capsys)
        assert (status, json.loads(out)["status"]) == (3, "infeasible")
        assert told.endswith("no solution: places_cannot_all_be_filled\n")
        file = write(tmp_path / "impossible.json", impossible)
        assert here("check", file, "-", stdin=out, capsys=capsys)[:2] == (0, "")


def test_wrong_wishes_exit_2_with_a_line_per_fault(capsys: pytest.CaptureFixture[str]) -> None:
    wishes = {"siblings": [["an", "who"], ["an", "an"]], "sibling_bonus": -1, "hope": 1}
    status, out, told = here("siblings", SMALL["pairing"], "-", stdin=wishes, capsys=capsys)
    assert (status, out) == (2, "")
    paths = ["$.hope", "$.sibling_bonus", "$.siblings[0]", "$.siblings[1]"]
    assert [line.split(":")[0] for line in told.splitlines() if line.startswith("$")] == paths
    assert here("siblings", "-", "-", capsys=capsys)[0] == 2


def test_levels_below_one_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        here("fair", SMALL["pairing"], "--levels", "0", capsys=capsys)
    assert ended.value.code == 2


# ---- convert ---------------------------------------------------------------------------------------------------------


def test_generalised_assignment_is_converted_solved_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "2\n1 1 5 1 1\n2 3\n 5 6 7\n 1 9 9\n 1 1 1\n 2 2 2\n 2 4\n"
    problem, solution = tmp_path / "problem.json", tmp_path / "solution.json"
    arguments = ["convert", "gap", "-", "--number", "2", "--out", str(problem)]
    assert here(*arguments, stdin=text, capsys=capsys)[:2] == (0, "")
    assert len(json.loads(problem.read_text())["candidates"]) == 6
    assert here("pairing", str(problem), "--out", str(solution), capsys=capsys)[0] == 0
    # Agent 0 has room for two jobs, agent 1 does job 0 best: costs 1 + 6 + 7.
    assert json.loads(solution.read_text())["score"] == -14
    assert here("check", str(problem), str(solution), capsys=capsys)[:2] == (0, "")


@pytest.mark.parametrize(
    ("text", "number", "found"),
    [
        ("1 1 5 1", "1", "sizes, costs, loads and capacities do not fill it"),
        ("one", "1", "whole numbers are expected"),
    ],
)
def test_text_that_is_no_generalised_assignment_exits_2(
    text: str, number: str, found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, told = here("convert", "gap", "-", "--number", number, stdin=text, capsys=capsys)
    assert (status, out) == (2, "")
    assert told.startswith(f"$: expected an instance in the format gap, found {found}")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ([], "--number: expected 1 to 3, as many problems as there are, found none\n"),
        (["--number", "4"], "--number: expected 1 to 3, as many problems as there are, found 4\n"),
        (["--number", "0"], "--number: expected 1 to 3, as many problems as there are, found 0\n"),
    ],
)
def test_of_several_problems_one_has_to_be_chosen(
    more: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "3\n1 1 5 1 1\n1 1 6 1 1\n1 1 7 1 1\n"
    assert here("convert", "gap", "-", *more, stdin=text, capsys=capsys) == (2, "", told)
    status, out, _ = here("convert", "gap", "-", "--number", "3", stdin=text, capsys=capsys)
    assert (status, json.loads(out)["candidates"][0]["score"]) == (0, -7)


@pytest.mark.parametrize("text", ["1 1 5 1 1", "1\n1 1 5 1 1"])
def test_the_only_problem_needs_no_number(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    alone, numbered = (
        here("convert", "gap", "-", *more, stdin=text, capsys=capsys) for more in ([], ["--number", "1"])
    )
    assert alone == numbered
    assert alone[0] == 0
    told = "--number: expected 1, as there is one problem, found 2\n"
    assert here("convert", "gap", "-", "--number", "2", stdin=text, capsys=capsys) == (2, "", told)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["gap", "-", "--stops", "5"], "--stops: expected the format solomon, found gap\n"),
        (["gap", "-", "--stops", "5", "--number", "1"], "--stops: expected the format solomon, found gap\n"),
        (["solomon", "-", "--number", "2"], "--number: expected the format gap, found solomon\n"),
    ],
)
def test_what_only_another_format_takes_is_refused(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert here("convert", *arguments, stdin="1 1 5 1 1", capsys=capsys) == (2, "", told)


@pytest.mark.parametrize("stops", ["101", "-1"])
def test_stops_that_an_instance_has_not_are_refused(stops: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = f"--stops: expected 0 to 100, as many customers as there are, found {stops}\n"
    assert here("convert", "solomon", str(SOLOMON), "--stops", stops, capsys=capsys) == (2, "", told)


CUSTOMER = "1 1 1 7 10 20 5"


@pytest.mark.parametrize(
    ("customer", "told"),
    [
        ("1 1 1 -7 10 20 5", "$.stops[0].demand: expected an integer, 0 or more, found -7"),
        ("1 1 1 7 10 20 -5", "$.stops[0].service: expected an integer, 0 or more, found -50"),
        ("1 1 1 7 20 10 5", "$.stops[0].windows[0]"),
        ("1 99999999999999999999 1 7 10 20 5", "$.duration[0][1]: expected an integer from 0 to"),
        ("1 1.5 1 7 10 20 5", "$: expected an instance in the format solomon, found expected seven whole numbers in"),
    ],
)
def test_customers_that_no_problem_can_have_exit_2(
    customer: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"T\n2 20\n0 0 0 0 0 100 0\n{customer}\n"
    status, out, found = here("convert", "solomon", "-", stdin=text, capsys=capsys)
    assert (status, out) == (2, "")
    assert found.startswith(told)
    assert here("convert", "solomon", "-", stdin=text.replace(customer, CUSTOMER), capsys=capsys)[0] == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 2 5 6 -1 2 3", "$.candidates[0].load: expected an integer, 0 or more, found -1"),
        ("1 2 60000000000000 6 1 2 3", "$.candidates[0].score: expected an integer"),
        (f"1 2 {10**30} 6 1 2 3", "$: expected an instance in the format gap, found "),
    ],
)
def test_assignments_that_no_problem_can_have_exit_2(text: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, found = here("convert", "gap", "-", stdin=text, capsys=capsys)
    assert (status, out) == (2, "")
    assert found.startswith(told)
