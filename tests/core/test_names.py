"""Names sort by their reading and are found by letters."""

import pytest

from qianshou.core import names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("重庆", "chong qing|chongqing|cq"),
        ("单小雨", "shan xiao yu|shanxiaoyu|sxy"),
        ("欧阳修", "ou yang xiu|ouyangxiu|oyx"),
        ("阿依古丽·买买提", "a yi gu li mai mai ti|ayigulimaimaiti|ayglmmt"),
        ("𠮷野", "𠮷 ye|𠮷ye|𠮷y"),
        ("", ""),
    ],
)
def test_sort_key_reads_the_name(name: str, key: str) -> None:
    assert names.sort_key(name) == key


def test_syllables_sort_before_letters() -> None:
    assert sorted(["连生", "李薇", "李安"], key=names.sort_key) == ["李安", "李薇", "连生"]


@pytest.mark.parametrize(
    ("typed", "key"), [(" Chong Qing ", "chongqing"), ("LXM", "lxm"), ("王x", ""), ("", ""), ("100", "")]
)
def test_search_key_takes_letters_only(typed: str, key: str) -> None:
    assert names.search_key(typed) == key


@pytest.mark.parametrize(
    ("name", "surname"), [("王小明", "王"), ("欧阳娜娜", "欧阳"), ("欧阳", "欧"), ("阿依古丽·买买提", "阿")]
)
def test_surname(name: str, surname: str) -> None:
    assert names.surname(name) == surname
