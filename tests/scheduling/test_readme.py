"""The examples of the README are problems, with the answers that it gives; Python on the pages runs as it stands."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from scheduling import command, kinds

SCHEDULING = Path(__file__).parents[2] / "scheduling"
README = (SCHEDULING / "README.md").read_text(encoding="utf-8")
EXAMPLES: dict[str, Any] = {
    problem["kind"]: problem for problem in map(json.loads, re.findall(r"```json\n(.*?)```", README, re.DOTALL))
}
VALUES = {"pairing": 5700, "roster": 7, "routes": 52}


@pytest.mark.parametrize("kind", list(VALUES))
def test_example_has_the_answer_that_stands_below_it(kind: str) -> None:
    solution = kinds.solve(kind)(EXAMPLES[kind])
    assert kinds.check(kind)(EXAMPLES[kind], solution) == []
    assert solution["value"] == VALUES[kind]
    assert re.search(rf"value [-+\d ]*=? ?{VALUES[kind]}\b", README)


def python_on(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (SCHEDULING / page).read_text(encoding="utf-8"), re.DOTALL)


def run(code: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(code, "page", "exec"), names)
    return names


def test_candidates_from_attributes_run_as_the_page_has_them() -> None:
    code = python_on("docs/pairing.md")[1]
    names = run(code, {})
    shown = re.findall(r"^(found\S.*|solution\S.*)  # (.*); ", code, re.MULTILINE)
    assert len(shown) == 8
    for expression, value in shown:
        assert eval(expression, names) == ast.literal_eval(value), expression
    assert kinds.check("pairing")(names["problem"], names["solution"]) == []


def test_python_about_pairing_runs_on_the_example() -> None:
    found = run(python_on("docs/pairing.md")[1], {})["found"]
    problem = EXAMPLES["pairing"]
    names = run(python_on("docs/pairing.md")[0], {"problem": problem})
    run(python_on("docs/pairing-explained.md")[0], names | {"candidates": found})
    run(python_on("README.md")[0], {"problem": problem})


def test_python_about_routes_runs_on_the_example_of_its_page() -> None:
    page = (SCHEDULING / "docs" / "routes.md").read_text(encoding="utf-8")
    problem = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    run(python_on("docs/routes.md")[0], {"problem": problem, "changed_problem": problem})


def test_every_kind_has_an_example() -> None:
    assert EXAMPLES.keys() == kinds.QUESTIONS.keys()


def test_the_section_about_the_command_tells_of_every_verb_and_flag() -> None:
    section = README.split("## What the command does")[0].split("```")[1] + README.split("## What the command does")[1]
    section = section.split("## From Python")[0]
    verbs = next(action.choices for action in command._parser()._actions if isinstance(action.choices, dict))
    assert verbs.keys() > kinds.QUESTIONS.keys()
    for verb, parser in verbs.items():
        assert re.search(rf"\b{verb}\b", section), verb
        for flag in {flag for action in parser._actions for flag in action.option_strings} - {"-h", "--help"}:
            assert flag in section, f"{verb} {flag}"


@pytest.mark.parametrize("page", sorted(SCHEDULING.rglob("*.md")), ids=lambda page: page.name)
def test_pages_link_to_pages_that_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
