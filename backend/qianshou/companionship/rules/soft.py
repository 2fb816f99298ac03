"""The soft terms of a match: each a named function 0..1 with the evidence for its sentence (S12).

A pair's score is the weighted mean of the terms, 0..1000. Results of screening and health never enter (R-S8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .facts import MANDARIN, ChildFacts, MatchOptions, VolunteerFacts

Evidence = dict[str, Any]

ENOUGH_SHARED = 3
"""So many shared interests, or needs met, count as full: more make no better companion."""

SAME_INTEREST: tuple[frozenset[str], ...] = tuple(
    frozenset(words)
    for words in (
        ("画画", "绘画", "美术"),
        ("下棋", "象棋", "围棋", "棋"),
        ("唱歌", "音乐", "合唱", "吉他"),
        ("看书", "阅读", "读书", "讲故事", "听故事"),
        ("跳舞", "舞蹈"),
        ("手工", "折纸", "剪纸"),
        ("科学", "科学实验", "实验", "小实验"),
        ("电脑", "编程"),
        ("写字", "书法"),
        ("种花", "种植", "种菜", "园艺"),
        ("打球", "篮球", "乒乓球", "足球", "羽毛球"),
        ("跑步", "体育", "运动"),
        ("拍照", "摄影"),
    )
)
"""Words of the registers that mean one pastime."""

SKILLS_FOR_NEED: dict[str, frozenset[str]] = {
    need: frozenset(skills)
    for need, skills in {
        "作业": ("辅导语文", "辅导数学", "英语"),
        "学习": ("辅导语文", "辅导数学", "英语"),
        "功课": ("辅导语文", "辅导数学", "英语"),
        "语文": ("辅导语文", "讲故事", "阅读"),
        "阅读": ("讲故事", "辅导语文", "阅读"),
        "谈心": ("心理辅导",),
        "倾听": ("心理辅导",),
        "陪伴": ("心理辅导", "讲故事", "手工"),
        "运动": ("篮球", "乒乓球", "舞蹈"),
        "自理": ("理发", "急救"),
        "兴趣": ("绘画", "音乐", "手工", "书法", "舞蹈", "象棋"),
    }.items()
}
"""Skills that meet a need whose word they do not contain."""


def _pastime(word: str) -> frozenset[str]:
    return next((group for group in SAME_INTEREST if word in group), frozenset({word}))


def shared_interests(child: ChildFacts, volunteer: VolunteerFacts) -> list[str]:
    """Return the child's interests that the volunteer likes or is good at, in the child's words, sorted."""
    offered = volunteer.interests | volunteer.skills
    return sorted(word for word in child.interests if not _pastime(word).isdisjoint(offered))


def skills_that_meet(need: str, skills: frozenset[str]) -> list[str]:
    """Return the skills that meet a need: the same word, one inside the other, or by the table; sorted."""
    listed = frozenset().union(*(group for word, group in SKILLS_FOR_NEED.items() if word in need))
    return sorted(skill for skill in skills if need in skill or skill in need or skill in listed)


def needs_met(child: ChildFacts, volunteer: VolunteerFacts) -> list[tuple[str, str]]:
    """Return (need, skill) for each need of the child that a skill of the volunteer meets."""
    found = ((need, skills_that_meet(need, volunteer.skills)) for need in sorted(child.needs))
    return [(need, skills[0]) for need, skills in found if skills]


def _share(met: int, wanted: int) -> float:
    return met / min(wanted, ENOUGH_SHARED) if met < min(wanted, ENOUGH_SHARED) else float(met > 0)


def interests(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> float:
    """Share of the child's interests that the volunteer shares."""
    return _share(len(shared_interests(child, volunteer)), len(child.interests))


def needs(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> float:
    """Share of the child's needs that the volunteer's skills meet."""
    return _share(len(needs_met(child, volunteer)), len(child.needs))


def dialect(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> float:
    """They share the language of home, not only Mandarin."""
    return float(bool((child.dialects & volunteer.dialects) - {MANDARIN}))


def distance(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> float:
    """The shorter the way to the home the better; an unknown way earns nothing."""
    if volunteer.minutes is None or volunteer.minutes > options.max_travel_minutes:
        return 0.0
    return 1.0 - volunteer.minutes / (options.max_travel_minutes + 1)


def continuity(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> float:
    """They were companions before."""
    return float(volunteer.code in child.former)


def spare_capacity(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> float:
    """Share of the volunteer's places that are free, so that nobody carries much more than others."""
    return max(0, volunteer.places) / max(1, volunteer.max_children)


def wish_sex(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> float:
    """As the guardian wishes; where no wish was written down, of the child's own sex."""
    return float(volunteer.sex == (child.sex if child.wish == "any" else child.wish))


def _interests_evidence(child: ChildFacts, volunteer: VolunteerFacts) -> Evidence:
    return {"shared": shared_interests(child, volunteer)}


def _needs_evidence(child: ChildFacts, volunteer: VolunteerFacts) -> Evidence:
    return {"met": [{"need": need, "skill": skill} for need, skill in needs_met(child, volunteer)]}


def _dialect_evidence(child: ChildFacts, volunteer: VolunteerFacts) -> Evidence:
    return {"dialects": sorted((child.dialects & volunteer.dialects) - {MANDARIN})}


def _distance_evidence(child: ChildFacts, volunteer: VolunteerFacts) -> Evidence:
    return {"minutes": volunteer.minutes}


def _spare_evidence(child: ChildFacts, volunteer: VolunteerFacts) -> Evidence:
    return {"left": volunteer.places, "of": volunteer.max_children}


def _sex_evidence(child: ChildFacts, volunteer: VolunteerFacts) -> Evidence:
    return {"sex": volunteer.sex, "wished": child.wish != "any"}


def _no_evidence(child: ChildFacts, volunteer: VolunteerFacts) -> Evidence:
    return {}


@dataclass(frozen=True, slots=True)
class SoftTerm:
    """A term with the facts that it reads and what its sentence needs."""

    fit: Callable[[ChildFacts, VolunteerFacts, MatchOptions], float]
    of_child: tuple[str, ...] = ()
    of_volunteer: tuple[str, ...] = ()
    evidence: Callable[[ChildFacts, VolunteerFacts], Evidence] = _no_evidence

    @property
    def name(self) -> str:
        """Return the code under which weights, reasons, pages and the API name the term."""
        return self.fit.__name__


SOFT_TERMS: tuple[SoftTerm, ...] = (
    SoftTerm(interests, ("interests",), ("interests", "skills"), _interests_evidence),
    SoftTerm(needs, ("needs",), ("skills",), _needs_evidence),
    SoftTerm(dialect, ("dialects",), ("dialects",), _dialect_evidence),
    SoftTerm(distance, (), ("minutes",), _distance_evidence),
    SoftTerm(continuity, ("former",), ("code",)),
    SoftTerm(spare_capacity, (), ("places", "max_children"), _spare_evidence),
    SoftTerm(wish_sex, ("sex", "wish"), ("sex",), _sex_evidence),
)

DEFAULT_WEIGHTS: dict[str, int] = {
    "interests": 30,
    "needs": 30,
    "dialect": 20,
    "distance": 20,
    "continuity": 30,
    "spare_capacity": 10,
    "wish_sex": 10,
}
"""How much each term counts where a centre has not decided otherwise, 0..100."""

MAX_WEIGHT = 100
