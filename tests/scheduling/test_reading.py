"""JSON is read strictly: no key is lost, no encoding is guessed."""

import json
from typing import Any

import pytest

from scheduling.faults import InvalidProblem
from scheduling.reading import TwiceNamed, parse_json
from tests.scheduling.problems import one_pair


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"a": 1, "a" :2}',
        '{"a":\n1,\t"a"\n:2}',
        '{"a": {"b": 1}, "a": {"b": 1}}',
        '{"a": "{\\":", "a": 3}',
        '{"\\":": 1, "a": 2, "a": 3}',
        '{"a": 1, "\\u0061": 2}',
    ],
)
def test_keys_written_twice_are_found_however_they_are_written(text: str) -> None:
    for form in (text, text.encode(), b"\xef\xbb\xbf" + text.encode()):
        found = parse_json(form)
        assert isinstance(found, TwiceNamed)
        assert found.twice == ("a",)


@pytest.mark.parametrize("text", ['{"a": {"b": [[{"c": 1, "c": 2}]]}}', '[1, {"x": {"c": [], "c": {}}}]'])
def test_keys_written_twice_are_found_however_deep(text: str) -> None:
    def twice(value: Any) -> bool:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return isinstance(value, TwiceNamed) or any(map(twice, inner))

    assert twice(parse_json(text))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_no_other_encoding_is_guessed(encoding: str) -> None:
    with pytest.raises(InvalidProblem, match=r"\$: expected JSON"):
        parse_json('{"a": "ä"}'.encode(encoding))


def test_a_number_of_very_many_digits_is_a_fault() -> None:
    with pytest.raises(InvalidProblem, match="a number of more digits than can be read"):
        parse_json('{"a": 1' + "0" * 5000 + "}")


def test_keys_written_once_are_no_fault() -> None:
    text = json.dumps({"a": {"a": [{"a": '{"a":1, "a":2}'}]}, '":': '":'})
    assert parse_json(text) == json.loads(text)
    assert one_pair() == parse_json(json.dumps(one_pair(), indent=3))
