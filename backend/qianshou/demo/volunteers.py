"""Invented volunteers: most of them vetted, some with a check that is missing, has run out or soon will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from qianshou.centres.models import Centre, Village
from qianshou.core import names
from qianshou.core.ages import age_on
from qianshou.core.clock import SHANGHAI
from qianshou.volunteers.models import (
    AvailabilityException,
    AvailabilitySlot,
    Check,
    CheckKind,
    CheckResult,
    Sex,
    Volunteer,
    VolunteerStatus,
    Weeks,
)

from .invention import Invention

STORIES = {
    "valid": 62,
    "inquiry_ends_soon": 6,
    "inquiry_expired": 7,
    "inquiry_pending": 4,
    "inquiry_not_clear": 1,
    "inquiry_missing": 2,
    "training_expired": 4,
    "training_missing": 4,
    "pledge_missing": 3,
    "interview": 4,
    "suspended": 2,
    "left": 2,
    "minor": 2,
}
"""What each volunteer's papers tell, in shares of a hundred."""

SERVING_STORIES = {"valid", "inquiry_ends_soon"}
WEEKS: tuple[tuple[str, tuple[tuple[int, str, str, Weeks], ...], int], ...] = (
    ("工作日 16:00-18:30", tuple((day, "16:00", "18:30", Weeks.ALL) for day in range(1, 6)), 20),
    ("周二、周四 16:00-18:30", ((2, "16:00", "18:30", Weeks.ALL), (4, "16:00", "18:30", Weeks.ALL)), 18),
    ("周三 16:30-18:30", ((3, "16:30", "18:30", Weeks.ALL),), 12),
    ("周五 14:00-18:30", ((5, "14:00", "18:30", Weeks.ALL),), 12),
    ("周二 17:00-20:30", ((2, "17:00", "20:30", Weeks.ALL),), 8),
    ("周三、周五 16:00-18:00", ((3, "16:00", "18:00", Weeks.ALL), (5, "16:00", "18:00", Weeks.ALL)), 12),
    ("周四 16:00-19:00", ((4, "16:00", "19:00", Weeks.ALL),), 8),
    ("周末 09:00-17:00", ((6, "09:00", "17:00", Weeks.ALL), (7, "09:00", "17:00", Weeks.ALL)), 8),
    ("单周周四 16:00-18:30", ((4, "16:00", "18:30", Weeks.ODD),), 2),
)
"""What people say, what it means, and how often it is said."""

YOUNGEST_ADULT, OLDEST = 19, 66


@dataclass(slots=True)
class Helper:
    """A volunteer with papers and times, not written yet."""

    volunteer: Volunteer
    story: str
    checks: list[Check] = field(default_factory=list)
    slots: list[AvailabilitySlot] = field(default_factory=list)
    away: list[AvailabilityException] = field(default_factory=list)


def invent_helpers(invention: Invention, home: Centre, villages: Sequence[Village], count: int) -> list[Helper]:
    """Return so many volunteers of a home; the shares of their stories are kept as near as the number allows."""
    total = sum(STORIES.values())
    stories = [story for story, share in STORIES.items() for _one in range(round(share * count / total))]
    stories = (["valid"] * max(0, count - len(stories)) + stories)[:count]
    invention.chance.shuffle(stories)
    return [_helper(invention, home, villages, story) for story in stories]


def write_helpers(helpers: Sequence[Helper]) -> None:
    """Write volunteers, checks and times."""
    Volunteer.objects.bulk_create([helper.volunteer for helper in helpers], batch_size=200)
    for helper in helpers:
        for row in (*helper.checks, *helper.slots, *helper.away):
            row.volunteer = helper.volunteer
    Check.objects.bulk_create([check for helper in helpers for check in helper.checks], batch_size=300)
    AvailabilitySlot.objects.bulk_create(slot for helper in helpers for slot in helper.slots)
    AvailabilityException.objects.bulk_create(away for helper in helpers for away in helper.away)


def _helper(invention: Invention, home: Centre, villages: Sequence[Village], story: str) -> Helper:
    words = invention.words
    sex = invention.weighted({Sex.FEMALE: 62, Sex.MALE: 38})
    born = invention.born(16, 17) if story == "minor" else invention.born(YOUNGEST_ADULT, OLDEST)
    name = invention.name("woman" if sex == Sex.FEMALE else "man")
    village = invention.pick(villages)
    kind = invention.pick(["village", "town"])
    ethnicity = invention.weighted(words["ethnicities"])
    joined = invention.ago(30, 900)
    said, times, _share = invention.weighted({week: week[2] for week in WEEKS})
    volunteer = Volunteer(
        code=invention.code("V"),
        centre=home,
        status=_status(invention, story),
        name=name,
        name_sort=names.sort_key(name),
        sex=sex,
        birth_date=born,
        ethnicity=ethnicity,
        political_status=invention.pick(words["political"]),
        id_type="居民身份证",
        national_id=invention.national_id(born, is_male=sex == Sex.MALE),
        education="高中" if story == "minor" else invention.pick(words["education"][kind]),
        occupation="高中学生" if story == "minor" else invention.pick(words["occupations"][kind]),
        address=f"云岭县{village.township}{village.name}{invention.chance.randint(1, 120)}号",
        village=village,
        phone=invention.phone(),
        emergency_contact_name=invention.name(invention.pick(["woman", "man"])),
        emergency_contact_phone=invention.phone(),
        skills=invention.some(words["skills"], 2, 5),
        interests=invention.some(words["interests"], 3, 6),
        dialects=_languages(invention, ethnicity),
        service_interests=invention.some(words["service_interests"], 1, 3),
        availability_text=said,
        max_children=invention.weighted({1: 76, 2: 20, 3: 4}),
        guardian_consent_on=joined if story == "minor" else None,
        joined_on=joined,
        remark=invention.pick(words["volunteer_remarks"]) if invention.often(0.15) else "",
        created_at=_at(joined),
        updated_at=_at(joined),
    )
    helper = Helper(volunteer, story, _checks(invention, story, joined, home))
    helper.slots = [
        AvailabilitySlot(weekday=day, starts=time.fromisoformat(begin), ends=time.fromisoformat(end), weeks=weeks)
        for day, begin, end, weeks in times
    ]
    if invention.often(0.06):
        begin = invention.as_of + timedelta(days=invention.chance.randint(10, 40))
        helper.away.append(AvailabilityException(starts_on=begin, ends_on=begin + timedelta(days=9), reason="出差"))
    return helper


def _status(invention: Invention, story: str) -> VolunteerStatus:
    if story in {"interview", "suspended", "left"}:
        return VolunteerStatus(story)
    return VolunteerStatus.PROBATION if invention.often(0.1) else VolunteerStatus.ACTIVE


def _languages(invention: Invention, ethnicity: str) -> list[str]:
    spoken = ["普通话"]
    if invention.often(0.55):
        spoken.append(invention.pick(invention.words["home_languages"][ethnicity]))
    if invention.often(0.06):
        spoken.append("手语")
    return spoken


def _checks(invention: Invention, story: str, joined: date, home: Centre) -> list[Check]:
    if story == "interview":
        return []
    checks = [_check(invention, CheckKind.IDENTITY, joined)]
    asked = _inquiry_day(invention, story, joined)
    if asked is not None:
        result = {"inquiry_pending": CheckResult.PENDING, "inquiry_not_clear": CheckResult.NOT_CLEAR}.get(story)
        checks.append(_check(invention, CheckKind.RECORD_INQUIRY, asked, result=result or CheckResult.CLEAR))
        before = asked - timedelta(days=invention.chance.randint(340, 364))
        if before > joined and result is None:
            checks.append(_check(invention, CheckKind.RECORD_INQUIRY, before))
    if story != "pledge_missing":
        checks.append(_check(invention, CheckKind.PLEDGE, joined))
    if story != "training_missing":
        expired = story == "training_expired"
        valid_to = (
            invention.ago(5, 120) if expired else invention.as_of + timedelta(days=invention.chance.randint(90, 700))
        )
        trained = max(joined, valid_to - timedelta(days=730))
        checks.append(_check(invention, CheckKind.TRAINING, min(trained, valid_to), valid_to=valid_to))
    return checks


def _inquiry_day(invention: Invention, story: str, joined: date) -> date | None:
    ranges = {
        "inquiry_ends_soon": (343, 361),
        "inquiry_expired": (370, 480),
        "inquiry_pending": (2, 9),
        "inquiry_not_clear": (20, 60),
    }
    return None if story == "inquiry_missing" else invention.ago(*ranges.get(story, (15, 290)))


def _check(
    invention: Invention,
    kind: CheckKind,
    day: date,
    *,
    result: CheckResult = CheckResult.CLEAR,
    valid_to: date | None = None,
) -> Check:
    papers = invention.words["organisations"].get(kind.value, "")
    number = f"{papers}〔{day.year}〕{invention.chance.randint(10, 999)}号" if papers else ""
    return Check(
        code=invention.code("K"),
        kind=kind,
        done_on=day,
        result=result,
        valid_to=valid_to,
        document_number=number,
        created_at=_at(day),
        updated_at=_at(day),
    )


def _at(day: date) -> datetime:
    return datetime.combine(day, time(10, 0), tzinfo=SHANGHAI)


def is_adult(helper: Helper, on: date) -> bool:
    """Tell whether a volunteer has completed 18 years."""
    return age_on(helper.volunteer.birth_date, on) >= 18
