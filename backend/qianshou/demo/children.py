"""Invented children with their families."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from qianshou.centres.models import Centre, Village
from qianshou.children.models import (
    Assessment,
    Child,
    CompanionWish,
    Guardian,
    GuardianshipType,
    HealthStatus,
    Kin,
    Relation,
    Relative,
    Schooling,
    Sex,
    Situation,
)
from qianshou.core import names
from qianshou.core.ages import age_on
from qianshou.core.clock import SHANGHAI

from .invention import Invention

SITUATIONS = {
    Situation.BOTH_AWAY: 66,
    Situation.MOTHER_AWAY_FATHER_INCAPABLE: 10,
    Situation.FATHER_AWAY_MOTHER_INCAPABLE: 8,
    Situation.FATHER_AWAY: 10,
    Situation.MOTHER_AWAY: 4,
    Situation.NONE_AWAY: 2,
}
FATHER_IS_AWAY = {Situation.BOTH_AWAY, Situation.FATHER_AWAY_MOTHER_INCAPABLE, Situation.FATHER_AWAY}
MOTHER_IS_AWAY = {Situation.BOTH_AWAY, Situation.MOTHER_AWAY_FATHER_INCAPABLE, Situation.MOTHER_AWAY}
WISHES = {CompanionWish.ANY: 78, CompanionWish.FEMALE: 14, CompanionWish.MALE: 5, CompanionWish.NONE: 3}
CARERS = {
    (Kin.PATERNAL_GRANDMOTHER, Relation.PATERNAL_GRANDMOTHER, "奶奶"): 42,
    (Kin.PATERNAL_GRANDFATHER, Relation.PATERNAL_GRANDFATHER, "爷爷"): 26,
    (Kin.MATERNAL_GRANDMOTHER, Relation.MATERNAL_GRANDMOTHER, "外婆"): 20,
    (Kin.MATERNAL_GRANDFATHER, Relation.MATERNAL_GRANDFATHER, "外公"): 12,
}
FIRST_GRADE_AGE, JUNIOR_AGE, YOUNGEST, OLDEST = 6, 12, 6, 15


@dataclass(slots=True)
class Family:
    """A child with those around it, not written yet."""

    child: Child
    guardian: Guardian
    relatives: list[Relative]


def invent_families(invention: Invention, home: Centre, villages: Sequence[Village], count: int) -> list[Family]:
    """Return so many children of a home with their families."""
    return [_family(invention, home, invention.pick(villages), number) for number in range(count)]


def write_families(families: Sequence[Family]) -> None:
    """Write children, guardians and relatives in three statements."""
    Child.objects.bulk_create([family.child for family in families], batch_size=200)
    for family in families:
        family.guardian.child = family.child
        for relative in family.relatives:
            relative.child = family.child
    Guardian.objects.bulk_create([family.guardian for family in families], batch_size=200)
    Relative.objects.bulk_create([one for family in families for one in family.relatives], batch_size=300)


def _family(invention: Invention, home: Centre, village: Village, number: int) -> Family:
    words = invention.words
    surname = invention.surname()
    ethnicity = invention.weighted(words["ethnicities"])
    situation = invention.weighted(SITUATIONS)
    carer_kin, relation, relation_word = invention.weighted(CARERS)
    child = _child(invention, home, village, surname, ethnicity, situation)
    child.has_entrusted_carer = situation == Situation.BOTH_AWAY
    relatives = [_parent(invention, Kin.FATHER, surname, away=situation in FATHER_IS_AWAY)]
    relatives.append(_parent(invention, Kin.MOTHER, "", away=situation in MOTHER_IS_AWAY))
    paternal = carer_kin in {Kin.PATERNAL_GRANDMOTHER, Kin.PATERNAL_GRANDFATHER}
    is_man = carer_kin in {Kin.PATERNAL_GRANDFATHER, Kin.MATERNAL_GRANDFATHER}
    born = invention.born(56, 76)
    carer_surname = surname if paternal and is_man else "" if paternal else relatives[1].name[:1] if is_man else ""
    carer_name = invention.name("grandfather" if is_man else "grandmother", carer_surname)
    national_id = invention.national_id(born, is_male=is_man)
    phones = [invention.phone()]
    relatives.append(Relative(kin=carer_kin, name=carer_name, birth_date=born, national_id=national_id, phones=phones))
    guardian = Guardian(
        name=carer_name,
        relation=relation,
        relation_word=relation_word,
        national_id=national_id,
        phones=phones,
        address=child.current_address,
    )
    return Family(child, guardian, relatives)


def _child(
    invention: Invention, home: Centre, village: Village, surname: str, ethnicity: str, situation: Situation
) -> Child:
    words = invention.words
    sex = invention.pick([Sex.MALE, Sex.FEMALE])
    born = invention.born(YOUNGEST, OLDEST)
    name = invention.name("boy" if sex == Sex.MALE else "girl", surname)
    schooling, school, school_class = _school(invention, age_on(born, invention.as_of), village)
    address = (
        f"云岭县{village.township}{village.name}{invention.pick(words['roads'])}{invention.chance.randint(1, 90)}号"
    )
    registered = _moment(invention, invention.ago(20, 420))
    good = invention.weighted({GuardianshipType.GOOD: 40, GuardianshipType.FAIR: 45, GuardianshipType.CARER_WEAK: 15})
    return Child(
        code=invention.code("C"),
        centre=home,
        name=name,
        name_sort=names.sort_key(name),
        sex=sex,
        ethnicity=ethnicity,
        birth_date=born,
        national_id=invention.national_id(born, is_male=sex == Sex.MALE),
        hukou_registered=True,
        hukou_address=address,
        current_address=address,
        village=village,
        school=school,
        school_class=school_class,
        schooling=schooling,
        is_boarding=schooling == Schooling.JUNIOR,
        health_status=HealthStatus.HEALTHY if invention.often(0.94) else HealthStatus.ILL,
        situation=situation,
        guardianship_type=good,
        guardianship_assessment={
            GuardianshipType.GOOD: Assessment.GOOD,
            GuardianshipType.FAIR: Assessment.FAIR,
            GuardianshipType.CARER_WEAK: Assessment.POOR,
        }[good],
        income_sources=invention.some(words["income_sources"], 1, 2),
        aid_received=invention.some(words["aid"], 0, 2),
        confirmed_by=home.manager_name,
        visited_on=invention.ago(10, 75),
        filed_on=registered.date(),
        interests=invention.some(words["interests"], 2, 4),
        needs=invention.some(words["needs"], 1, 3),
        dialects=_languages(invention, ethnicity),
        companion_wish=_wish(invention, sex),
        companion_places=2 if invention.often(0.08) else 1,
        remark=invention.pick(words["child_remarks"]) if invention.often(0.4) else "",
        created_at=registered,
        updated_at=registered,
    )


def _wish(invention: Invention, sex: str) -> CompanionWish:
    wish = invention.weighted(WISHES)
    if sex == Sex.FEMALE and wish == CompanionWish.MALE:
        return CompanionWish.FEMALE
    return wish


def _languages(invention: Invention, ethnicity: str) -> list[str]:
    home_language = invention.pick(invention.words["home_languages"][ethnicity])
    if ethnicity != "汉族" and invention.often(0.3):
        return [home_language]
    return ["普通话", home_language]


def _school(invention: Invention, age: int, village: Village) -> tuple[Schooling, str, str]:
    if age >= JUNIOR_AGE:
        classes = invention.words["classes"]["junior"]
        return Schooling.JUNIOR, f"{village.township}初级中学", classes[min(age - JUNIOR_AGE, len(classes) - 1)]
    classes = invention.words["classes"]["primary"]
    grade = max(0, age - FIRST_GRADE_AGE)
    fitting = [name for name in classes if name[0] == "一二三四五六"[min(grade, 5)]]
    return Schooling.PRIMARY, f"{village.township}中心小学", invention.pick(fitting)


def _parent(invention: Invention, kin: Kin, surname: str, *, away: bool) -> Relative:
    born = invention.born(29, 46)
    is_father = kin == Kin.FATHER
    return Relative(
        kin=kin,
        name=invention.name("man" if is_father else "woman", surname),
        birth_date=born,
        national_id=invention.national_id(born, is_male=is_father),
        work_place=invention.pick(invention.words["work_places"]) if away else "",
        phones=[invention.phone()],
    )


def _moment(invention: Invention, day: date) -> datetime:
    at = time(invention.chance.randint(8, 17), invention.chance.randint(0, 59))
    return datetime.combine(day, at, tzinfo=SHANGHAI) - timedelta(seconds=invention.chance.randint(0, 59))
