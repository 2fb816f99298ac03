"""Public instances are read as they are meant, and our own are as they promise."""

import pytest

from scheduling.faults import InvalidProblem
from scheduling.routes.convert import problem_from_solomon
from scheduling.routes.instances import instance
from scheduling.routes.load import load
from tests.scheduling.routes.problems import FIXTURES

TEXT = """T3

VEHICLE
NUMBER     CAPACITY
   2         20

CUSTOMER
CUST NO.   XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0      0      0       0       0     100       0
    1      1      1       7      10      20       5
    2      3      4       8      30      40       6
"""


def test_everything_is_read_in_tenths() -> None:
    problem = problem_from_solomon(TEXT)

    assert problem["duration"] == [[0, 14, 50], [14, 0, 36], [50, 36, 0]]
    assert [(t["id"], t["capacity"], t["to"]) for t in problem["teams"]] == [("t1", 20, 1000), ("t2", 20, 1000)]
    assert problem["stops"][1] == {
        "id": "c2",
        "place": 2,
        "windows": [[300, 400]],
        "service": 60,
        "demand": 8,
        "prize": None,
        "skills": [],
    }
    assert len(problem_from_solomon(TEXT, 1)["duration"]) == 2


@pytest.mark.parametrize(
    "text", ["", "R101", TEXT.replace("   6\n", "\n"), TEXT.replace("    2      3", "    3      3")]
)
def test_another_format_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        problem_from_solomon(text)


@pytest.mark.parametrize(
    "line", ["2 3.5 4 8 30 40 6", "2 3 4 8 30 40", "2 3 4 8 30 40 6 1", "2. 3 4 8 30 40 6", "2 --3 4 8 30 40 6", "2;3"]
)
@pytest.mark.parametrize("place", [11, 12])
def test_no_line_that_begins_with_a_number_is_passed_over(line: str, place: int) -> None:
    lines = TEXT.splitlines()
    lines[place - 1 :] = [line, *lines[place:]]
    with pytest.raises(ValueError, match=rf"^expected seven whole numbers in line {place}$"):
        problem_from_solomon("\n".join(lines))


@pytest.mark.parametrize("stops", [3, -1])
def test_more_customers_than_there_are_are_refused(stops: int) -> None:
    with pytest.raises(
        InvalidProblem, match=f"^stops: expected 0 to 2, as many customers as there are, found {stops}$"
    ):
        problem_from_solomon(TEXT, stops)


@pytest.mark.parametrize("path", sorted((FIXTURES / "public" / "solomon").glob("*.txt")), ids=lambda path: path.stem)
def test_the_public_files_are_whole(path) -> None:  # type: ignore[no-untyped-def]  # the path of a parameter
    problem = load(problem_from_solomon(path.read_text()))

    assert (len(problem.stops), len(problem.teams), problem.duration.shape) == (100, 25, (101, 101))


@pytest.mark.parametrize("tight", [False, True])
def test_rounds_of_villages_are_as_promised(tight: bool) -> None:
    problem = instance(60, 9, 1, tight=tight)
    checked = load(problem)

    assert instance(60, 9, 1, tight=tight) == problem
    assert instance(60, 9, 2, tight=tight) != problem
    assert (checked.duration != checked.duration.T).any()
    assert (checked.duration.diagonal() == 1).all()
    assert {len(windows) for windows in checked.windows} == {1, 2}
    assert checked.needs_skill.any()
    assert checked.required.any()
    assert not checked.required.all()
