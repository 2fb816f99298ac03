"""What the rules of a match look at: facts of one child, one volunteer, one centre's settings, without names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MANDARIN = "普通话"
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """A child who may get a companion.

    Parameters
    ----------
    age
        Whole years on the day the run judges.
    places
        Companions still wanted: wished, less open pairings.
    free
        Half-hours (`timetable`) in which the child can be at the home and has no meeting yet.
    companions, former, forbidden
        Codes of volunteers: paired now, paired once, never together.
    marks
        Keyed hashes of the family's phones, identity numbers and accounts.
    """

    code: str
    age: int = 10
    sex: str = ""
    wish: str = "any"
    places: int = 1
    interests: frozenset[str] = NOTHING
    needs: frozenset[str] = NOTHING
    dialects: frozenset[str] = NOTHING
    free: int = 0
    companions: frozenset[str] = NOTHING
    former: frozenset[str] = NOTHING
    forbidden: frozenset[str] = NOTHING
    marks: frozenset[str] = NOTHING


@dataclass(frozen=True, slots=True)
class VolunteerFacts:
    """A volunteer of whom a child may be asked.

    Parameters
    ----------
    lacking
        Codes of what stands against serving today (`volunteers.rules.eligibility`); empty: may serve.
    places
        Children that may still be added; `max_children` less open pairings.
    minutes
        The way to the home, or None when nobody has written down where the volunteer lives.
    """

    code: str
    age: int = 30
    sex: str = ""
    lacking: tuple[str, ...] = ()
    max_children: int = 1
    places: int = 1
    skills: frozenset[str] = NOTHING
    interests: frozenset[str] = NOTHING
    dialects: frozenset[str] = NOTHING
    free: int = 0
    minutes: int | None = None
    marks: frozenset[str] = NOTHING


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """How a run judges; a centre's settings, possibly changed for one run."""

    weights: Mapping[str, int] = field(default_factory=dict)
    session_slots: int = 2
    max_travel_minutes: int = 60
    min_age_gap: int = 8
