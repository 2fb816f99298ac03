"""The examples of the README are problems, with the answers that it gives."""

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
