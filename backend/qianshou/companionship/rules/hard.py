"""The hard rules of a match: each a named function; a pair that breaks one is no candidate (S12).

Every rule says which facts it reads (`HardRule.of_child`, `.of_volunteer`), so that a run evaluates it once per
distinct value and not once per pair. The names reach the screen as reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .facts import MANDARIN, ChildFacts, MatchOptions, VolunteerFacts
from .timetable import starts_in


def eligibility(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> bool:
    """Every check of the volunteer is valid on the day (R-V1)."""
    return not volunteer.lacking


def volunteer_full(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> bool:
    """The volunteer can take one child more."""
    return volunteer.places > 0


def travel(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> bool:
    """The way to the home is not too long; a way that nobody wrote down excludes nobody."""
    return volunteer.minutes is None or volunteer.minutes <= options.max_travel_minutes


def common_time(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> bool:
    """Both are free for a whole meeting while the home is open, every week."""
    return bool(starts_in(child.free & volunteer.free, options.session_slots))


def age_gap(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> bool:
    """The volunteer is enough years older than the child."""
    return volunteer.age - child.age >= options.min_age_gap


def language(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> bool:
    """They share a language.

    Mandarin counts unless the child's file names only other languages; where a person's languages were not written
    down, Mandarin is taken for granted.
    """
    return not (child.dialects or {MANDARIN}).isdisjoint(volunteer.dialects or {MANDARIN})


def guardian_wish(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> bool:
    """The guardian wishes a companion at all, and one of this sex (F10: the guardian agrees)."""
    return child.wish == "any" or child.wish == volunteer.sex


def forbidden(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> bool:
    """Nobody has decided that these two are never to be put together."""
    return volunteer.code not in child.forbidden


def already_paired(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> bool:
    """They are no pair yet."""
    return volunteer.code not in child.companions


def same_family(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> bool:
    """The volunteer is not of the child's family: a relative cares for the child anyway, and nobody checks on them."""
    return child.marks.isdisjoint(volunteer.marks)


Judgement = Callable[[ChildFacts, VolunteerFacts, MatchOptions], bool]


@dataclass(frozen=True, slots=True)
class HardRule:
    """A rule with the facts that it reads."""

    allows: Judgement
    of_child: tuple[str, ...] = ()
    of_volunteer: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the code under which reasons, pages and the API name the rule."""
        return self.allows.__name__


HARD_RULES: tuple[HardRule, ...] = (
    HardRule(eligibility, (), ("lacking",)),
    HardRule(volunteer_full, (), ("places",)),
    HardRule(travel, (), ("minutes",)),
    HardRule(common_time, ("free",), ("free",)),
    HardRule(age_gap, ("age",), ("age",)),
    HardRule(language, ("dialects",), ("dialects",)),
    HardRule(guardian_wish, ("wish",), ("sex",)),
    HardRule(already_paired, ("companions",), ("code",)),
    HardRule(same_family, ("marks",), ("marks",)),
    HardRule(forbidden, ("forbidden",), ("code",)),
)

OWN_RULES = ("eligibility", "volunteer_full", "travel")
"""Rules that look at the volunteer alone: who fails one is out of the run, whoever the child is."""


def broken_rules(child: ChildFacts, volunteer: VolunteerFacts, options: MatchOptions) -> Iterator[str]:
    """Yield the names of the rules that this pair breaks."""
    for rule in HARD_RULES:
        if not rule.allows(child, volunteer, options):
            yield rule.name
