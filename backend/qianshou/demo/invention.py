"""Makes up people: names, numbers and words from one seeded source, so that the same day gives the same home.

Nobody here exists. Identity numbers carry the area code 999999, which no place has; phones begin with 100, which no
operator uses.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from qianshou.core.codes import ALPHABET
from qianshou.core.identity import check_digit

AREA = "999999"
PHONE_PREFIX = "100"

NUMBERS = re.compile(rf"{AREA}[0-9]{{11}}[0-9X]|{PHONE_PREFIX}[0-9]{{8}}")

Thing = TypeVar("Thing")


class Invention:
    """One source of chance and everything already taken from it.

    Parameters
    ----------
    as_of
        The day on which the home is to look alive; every date is counted from it.
    words
        The file of words (`fixtures/demo/words.json`).
    registers
        Example registers that people will import here: their numbers are not given to anybody else.
    """

    def __init__(self, *, seed: int, as_of: date, words: Path, registers: Iterable[Path] = ()) -> None:
        self.chance = random.Random(seed)  # noqa: S311 -- invents a home, keeps no secret
        self.as_of = as_of
        self._file = words
        self._taken = {number for path in registers for number in NUMBERS.findall(path.read_text(encoding="utf-8"))}

    @cached_property
    def words(self) -> dict[str, Any]:
        """Return the word lists."""
        return dict(json.loads(self._file.read_text(encoding="utf-8")))

    def pick(self, things: Sequence[Thing]) -> Thing:
        """Return one of several."""
        return self.chance.choice(things)

    def some(self, things: Sequence[Thing], fewest: int, most: int) -> list[Thing]:
        """Return a few different ones, in the order of the list."""
        chosen = set(self.chance.sample(range(len(things)), self.chance.randint(fewest, most)))
        return [thing for number, thing in enumerate(things) if number in chosen]

    def weighted(self, weights: dict[Thing, int]) -> Thing:
        """Return one key, as often as its weight says."""
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def often(self, share: float) -> bool:
        """Return true in this share of the cases."""
        return self.chance.random() < share

    def ago(self, fewest: int, most: int) -> date:
        """Return a day between so many and so many days before the day of the home."""
        return self.as_of - timedelta(days=self.chance.randint(fewest, most))

    def born(self, youngest: int, oldest: int) -> date:
        """Return a birth date of somebody of an age in completed years."""
        return self.as_of - timedelta(days=self.chance.randint(youngest * 366, (oldest + 1) * 365 - 1))

    def surname(self) -> str:
        """Return a surname."""
        return str(self.pick(self.words["surnames"]))

    def name(self, kind: str, surname: str = "") -> str:
        """Return a full name that nobody else in the home has; `kind` is a list of given names."""
        for _try in range(200):
            name = (surname or self.surname()) + self.pick(self.words["given"][kind])
            if name not in self._taken:
                break
            surname = surname if _try < 60 else ""
        self._taken.add(name)
        return name

    def national_id(self, born: date, *, is_male: bool) -> str:
        """Return an identity number of no place, with a valid check digit."""
        while True:
            sequence = self.chance.randrange(0, 500) * 2 + (1 if is_male else 0)
            first = f"{AREA}{born:%Y%m%d}{sequence:03d}"
            number = first + check_digit(first)
            if number not in self._taken:
                self._taken.add(number)
                return number

    def phone(self) -> str:
        """Return a mobile number of no operator."""
        while True:
            number = f"{PHONE_PREFIX}{self.chance.randrange(10**8):08d}"
            if number not in self._taken:
                self._taken.add(number)
                return number

    def code(self, prefix: str) -> str:
        """Return a public code; seeded, unlike those of real homes."""
        while True:
            code = prefix + "".join(self.chance.choices(ALPHABET, k=8))
            if code not in self._taken:
                self._taken.add(code)
                return code
