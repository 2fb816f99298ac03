"""When a volunteer can come, from the words volunteers use (S08): 周1-5 16:00-18:00, 单周六上午.

Pure. What cannot be read with certainty raises ``AvailabilityUnclear``: ask, never guess.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

WEEKDAYS = (1, 2, 3, 4, 5)
WEEKEND = (6, 7)
ODD_WEEKS = "odd"
EVEN_WEEKS = "even"

# Hours of the words, as "HH:MM"; a centre may bring its own.
DEFAULT_HOURS: dict[str, tuple[str, str]] = {
    "上午": ("08:00", "12:00"),
    "下午": ("14:00", "18:00"),
    "晚上": ("18:30", "20:30"),
    "全天": ("08:00", "18:00"),
}
WHOLE_DAY = "全天"
AFTER_NOON = frozenset({"下午", "晚上"})
EARLIEST_HOUR = 6  # an earlier hour without 下午 or 晚上 is more likely an afternoon: ask
MAX_LENGTH = 200  # nobody's week needs more words

_DAY_OF = {digit: number for number, digit in enumerate("一二三四五六日", start=1)} | {"天": 7}
_DAY_OF |= {str(number): number for number in range(1, 8)}
_HOUR_OF = {
    word: number
    for number, word in enumerate(["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"], start=1)
} | {"两": 2}
_SEVERAL_DAYS = {"每天": (*WEEKDAYS, *WEEKEND), "工作日": WEEKDAYS, "周末": WEEKEND}

_TOKEN = re.compile(
    r"""
      (?P<weeks>单周|双周)
    | (?P<several>每天|工作日|周末)
    | (?P<time>(?:[0-9]{1,2}|十[一二]?|[一二两三四五六七八九])(?::[0-9]{2}|[点时](?:半|整|[0-9]{1,2}分?)?))
    | (?P<part>上午|下午|晚上|全天)
    | (?P<day>周?(?:[一二三四五六日天]|[1-7](?![0-9:点时])))
    | (?P<range>[-–—－~～―]+|到|至)
    | (?P<gap>[\s,、;/。.和及]+)
    """,
    re.VERBOSE,
)
_TIME = re.compile(r"(?P<hour>[0-9]+|[一二两三四五六七八九十]+)(?::|[点时])(?P<minute>[0-9]+|半|整)?分?")


class AvailabilityUnclear(ValueError):
    """The words do not say day and time with certainty."""


@dataclass(frozen=True)
class Slot:
    """Days (1 = Monday) from one time of day to another ("HH:MM"); ``weeks`` is odd, even or empty."""

    days: tuple[int, ...]
    start: str
    end: str
    weeks: str = ""

    def as_dict(self) -> dict[str, object]:
        """The slot as registers and the API write it."""
        written: dict[str, object] = {"days": list(self.days), "from": self.start, "to": self.end}
        return written | {"weeks": self.weeks} if self.weeks else written


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


@dataclass
class _Group:
    """Days named together and the words of time that follow them."""

    weeks: str = ""
    days: list[int] = field(default_factory=list)
    times: list[_Token] = field(default_factory=list)


def read_availability(text: str, hours: Mapping[str, tuple[str, str]] = DEFAULT_HOURS) -> list[Slot]:
    """The weekly slots written in ``text``, in the order written. Raises ``AvailabilityUnclear``."""
    plain = (
        unicodedata.normalize("NFKC", text).strip().replace("星期", "周").replace("礼拜", "周").replace("每周", "周")
    )
    if len(plain) > MAX_LENGTH:
        raise AvailabilityUnclear("too long")
    slots: list[Slot] = []
    for group in _groups(_tokens(plain)):
        if not group.days:
            raise AvailabilityUnclear("no day")
        spans = _spans(group.times, hours) or [hours[WHOLE_DAY]]
        slots += [Slot(tuple(sorted(group.days)), start, end, group.weeks) for start, end in spans]
    return slots


def _tokens(plain: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if match is None or match.lastgroup is None:
            raise AvailabilityUnclear(plain[position:])
        tokens.append(_Token(match.lastgroup, match.group()))
        position = match.end()
    return tokens


def _groups(tokens: list[_Token]) -> list[_Group]:
    groups = [_Group()]
    before = ""  # kind of the token before, gaps left out
    ranging = False  # a range sign between two days
    for index, token in enumerate(tokens):
        if token.kind == "gap":
            continue
        if token.kind in {"time", "part"} or (token.kind == "range" and before in {"time", "part"}):
            if ranging:
                raise AvailabilityUnclear(token.text)
            groups[-1].times.append(token)
        elif token.kind == "range":
            if before != "day" or ranging:
                raise AvailabilityUnclear(token.text)
            ranging = True
        else:
            _take_days(groups, token, before, ranging, follows_gap=index > 0 and tokens[index - 1].kind == "gap")
            ranging = False
        before = token.kind
    if ranging:
        raise AvailabilityUnclear("open range")
    return groups


def _take_days(groups: list[_Group], token: _Token, before: str, ranging: bool, *, follows_gap: bool) -> None:
    if before == "range" and not ranging:
        raise AvailabilityUnclear(token.text)  # a span of time that never ended
    bare = token.kind == "day" and not token.text.startswith("周")
    if bare and not (before in {"day", "weeks"} or ranging or (groups[-1].days and follows_gap)):
        raise AvailabilityUnclear(token.text)
    if groups[-1].times or (token.kind == "weeks" and (groups[-1].days or groups[-1].weeks)):
        groups.append(_Group())
    group = groups[-1]
    if token.kind == "weeks":
        group.weeks = ODD_WEEKS if token.text == "单周" else EVEN_WEEKS
        return
    days = _SEVERAL_DAYS[token.text] if token.kind == "several" else (_DAY_OF[token.text[-1]],)
    if ranging:
        if token.kind != "day" or days[0] <= group.days[-1]:
            raise AvailabilityUnclear(token.text)
        days = tuple(range(group.days[-1] + 1, days[0] + 1))
    group.days.extend(day for day in days if day not in group.days)


def _spans(tokens: list[_Token], hours: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    spans: list[tuple[str, str]] = []
    part = ""
    position = 0
    while position < len(tokens):
        if tokens[position].kind == "part":
            part = tokens[position].text
            position += 1
            if position == len(tokens) or tokens[position].kind == "part":
                spans.append(hours[part])
            continue
        rest = tokens[position + 1 :]
        if tokens[position].kind != "time" or not rest or rest[0].kind != "range":
            raise AvailabilityUnclear(tokens[position].text)
        own_part = len(rest) > 1 and rest[1].kind == "part"  # 上午9点到下午3点
        end_part, end = (rest[1].text, rest[2:3]) if own_part else (part, rest[1:2])
        if not end or end[0].kind != "time":
            raise AvailabilityUnclear(tokens[position].text)
        first, last = _minutes(tokens[position].text, part), _minutes(end[0].text, end_part)
        if last <= first:
            raise AvailabilityUnclear(end[0].text)
        spans.append((_clock(first), _clock(last)))
        position += 4 if own_part else 3
    return spans


def _minutes(text: str, part: str) -> int:
    """Minutes since midnight."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise AvailabilityUnclear(text)
    hour = int(match["hour"]) if match["hour"].isdigit() else _HOUR_OF.get(match["hour"], 99)
    minute = 30 if match["minute"] == "半" else int(match["minute"] or 0) if match["minute"] != "整" else 0
    if part in AFTER_NOON and hour < 12:
        hour += 12
    if not EARLIEST_HOUR <= hour < 24 or minute > 59:
        raise AvailabilityUnclear(text)
    return hour * 60 + minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
