"""The benchmarks: every rival answers rightly, and the document says what was measured."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scheduling import pairing, roster
from scheduling.benchmarks import __main__ as benchmarks
from scheduling.benchmarks import any_seed, pairing_cases, roster_cases
from scheduling.benchmarks.cases import CASES
from scheduling.benchmarks.document import read, written
from scheduling.benchmarks.instances import with_loads
from scheduling.benchmarks.rivals import pairing_plain, roster_plain
from scheduling.benchmarks.rivals.linear import highs
from scheduling.benchmarks.runs import Bench, Run
from scheduling.pairing.instances import instance as pairing_instance
from scheduling.roster.instances import cancelled
from scheduling.roster.instances import instance as roster_instance
from tests.scheduling import problems
from tests.scheduling.roster import problems as rosters

RUN = {"run": {}}


def pairings() -> list[dict[str, Any]]:
    fixed = [{"child": "a", "volunteer": "x", "start": 1}]
    return [
        problems.small(),
        problems.one_pair(fixed=fixed, forbidden=[{"child": "b", "volunteer": "y"}]),
        problems.slot_free(),
        with_loads(pairing_instance(14, 12, 3), 3),
        problems.one_pair(place_value=None),
    ]


@pytest.mark.parametrize("number", range(5))
def test_plain_pairing_models_agree_with_the_engine(number: int) -> None:
    problem = pairings()[number]
    plain = pairing_plain.Pairing(problem)
    whole = pairing_plain.answered(plain, highs(pairing_plain.model_of(plain), 30.0)) | RUN
    assert pairing.check(problem, whole) == []
    assert (whole["status"], whole["value"]) == ("optimal", pairing.solve(problem)["value"])
    if problem["place_value"] is not None:
        greedy = pairing_plain.solution_of(plain, pairing_plain.greedy(plain), None, False) | RUN
        assert pairing.check(problem, greedy) == []
        assert greedy["value"] <= whole["value"] <= greedy["bound"]


def test_plain_roster_models_agree_with_the_engine() -> None:
    problem = roster_instance(9, 10, 2, 1)
    fixed = [{"shift": entry["shift"], "person": entry["person"]} for entry in roster.solve(problem)["assignments"][:2]]
    for given in (rosters.small(), problem, problem | {"fixed": fixed}, cancelled(problem, roster.solve(problem), 1)):
        plain = roster_plain.Roster(given)
        whole = roster_plain.answered(plain, highs(roster_plain.model_of(plain), 30.0)) | RUN
        assert roster.check(given, whole) == []
        assert whole["value"] == roster.solve(given)["value"]
        greedy = roster_plain.solution_of(plain, roster_plain.greedy(plain), None, False) | RUN
        assert roster.check(given, greedy) == []
        assert greedy["bound"] <= whole["value"] <= greedy["value"]


def test_measurements_become_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "measurements.md"
    arguments = ["--quick", "--out", str(out), "--only"]
    assert benchmarks.main([*arguments, "pairing-500", "pairing-seeds", "repair"]) == 0
    assert benchmarks.main([*arguments, "why-not"]) == 0
    text = out.read_text()
    assert capsys.readouterr().err.count("\n") == 4
    assert "wrong" not in text
    for name, case in CASES.items():
        assert f"| {case.title} | {case.must} | {case.goal} |" in text
        assert (f"`--only {name}`" in text) == (name in ("pairing-500", "pairing-seeds", "repair", "why-not"))
    assert str(tmp_path) not in text
    assert "1 of 1 proven" in text
    assert "4 of 4 proven" in text
    assert "CP-SAT not measured" in text


def test_document_of_measurements_can_be_read_again() -> None:
    text = (Path(__file__).parents[2] / "docs" / "measurements.md").read_text()
    results = read(text)
    assert set(results) == set(CASES)
    assert written(results, "make bench") == text
    odd = {"why-not": {"date": "2026-01-02", "machine": "a. b", "reached": "", "head": ["x", "y"], "rows": [["", "1"]]}}
    assert read(written(odd, "make bench")) == odd
    assert read("# Nothing\n\n| a | b |\n") == {}


def test_case_of_rosters_compares_on_one_bound(tmp_path: Path) -> None:
    report = roster_cases.week(Bench(tmp_path, None), True)
    engines, values = [row[1] for row in report.rows], [row[2] for row in report.rows]
    assert engines == ["**this engine**", "greedy", "HiGHS, whole model"]
    assert values[0] == values[2]
    assert report.reached.startswith("proven in ")


def test_answer_that_the_checker_refuses_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path, None)
    file = bench.instance("small", problems.small())
    monkeypatch.setattr("scheduling.benchmarks.runs.kinds.check", lambda kind: lambda problem, solution: ["$: wrong"])
    run = bench.ours(file, None)
    assert (run.solved, run.faults) == (False, 1)
    assert bench.rival("pairing_cp_sat", file, 1.0) is None


def test_times_of_many_seeds_are_counted_in_bands_with_a_bar_each() -> None:
    solution = {"status": "optimal", "value": 9}
    runs = [Run("scheduling", seconds, 1.0, 50, solution, 0) for seconds in (0.6, 0.7, 0.74, 1.3)]
    runs.append(Run("scheduling", 1.4, 1.0, 50, solution | {"status": "feasible"}, 0))
    rows = any_seed.bands(runs)
    assert [row[3] for row in rows] == ["0.50 to 0.75", "0.75 to 1.00", "1.00 to 1.25", "1.25 to 1.50"]
    assert [row[5] for row in rows] == ["3", "0", "0", "2"]
    assert [row[2] for row in rows] == ["optimal", "-", "-", "feasible, optimal"]
    assert [len(row[6]) for row in rows] == [40, 1, 1, 27]


def test_engine_without_an_answer_has_a_row_all_the_same() -> None:
    report = pairing_cases.Report(pairing_cases._HEAD)
    ours = Run("scheduling", 1.0, 1.0, 50, {"status": "optimal", "value": 9, "bound": 9, "placed": 1, "score": 9}, 0)
    nothing = Run("pairing_cp_sat", 40.0, 80.0, 900, {}, 0)
    assert pairing_cases._rows(report, "x", [ours, nothing]) == 0.0
    assert report.rows[1] == ["x", "CP-SAT, plain model, 8 workers", "-", "-", "nothing", "-", "40.00", "40.0", "900"]


def test_rivals_never_import_two_engines(tmp_path: Path) -> None:
    code = (
        "import sys; import scheduling.benchmarks.rivals.{0}; "
        "print(*(name for name in ('highspy', 'numpy', 'ortools', 'pyvrp') if name in sys.modules))"
    )
    for rival in ("pairing_plain", "roster_plain", "linear", "routes_plain", "files"):
        done = subprocess.run(
            [sys.executable, "-c", code.format(rival)],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == ""


def test_routes_of_the_public_form_are_written_with_their_times() -> None:
    from scheduling.benchmarks.rivals.routes_plain import Routes

    team = {"start": 0, "end": 0, "from": 0, "to": 100, "capacity": 9, "max_stops": None, "skills": []}
    stop = {"windows": [[20, 50]], "service": 5, "demand": 1, "prize": None, "skills": []}
    problem = {
        "duration": [[0, 10, 12], [10, 0, 3], [12, 3, 0]],
        "distance": None,
        "teams": [{"id": "t1"} | team, {"id": "t2"} | team],
        "stops": [{"id": "a", "place": 1} | stop, {"id": "b", "place": 2} | stop],
        "team_cost": 7,
    }
    solution = Routes(problem).solution([[], [0, 1]])
    assert solution["value"] == 10 + 3 + 12 + 7
    assert solution["routes"] == [
        {
            "team": "t1",
            "stops": [
                {"stop": "a", "arrive": 10, "start": 20, "leave": 25},
                {"stop": "b", "arrive": 28, "start": 28, "leave": 33},
            ],
            "distance": 25,
        }
    ]
    assert Routes(problem).solution([[0]])["status"] == "unknown"
    with pytest.raises(SystemExit):
        Routes(json.loads(json.dumps(problem)) | {"stops": [{"id": "a", "place": 1} | stop | {"prize": 3}]})
