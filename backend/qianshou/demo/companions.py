"""Companionships that began before today, written by the services that would have written them then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from qianshou.accounts.models import User
from qianshou.centres.models import Centre, DayType, OpeningHours, Room
from qianshou.children.models import CompanionWish
from qianshou.companionship import services
from qianshou.companionship.models import MatchingRun, Pairing, PairingState, Proposal, ProposalState
from qianshou.core import clock, obligations
from qianshou.core.ages import age_on
from qianshou.core.clock import SHANGHAI
from qianshou.core.errors import Conflict
from qianshou.volunteers.models import Weeks

from .children import Family
from .invention import Invention
from .places import County
from .volunteers import SERVING_STORIES, Helper

LONGEST_WAY = 60
YEARS_BETWEEN = 8


@dataclass(slots=True)
class Companionships:
    """The companionships of one home; `manager` signs for what happened."""

    county: County
    invention: Invention
    home: Centre
    manager: User
    families: Sequence[Family]
    helpers: Sequence[Helper]
    led: Counter[str] = field(default_factory=Counter)
    accompanied: set[str] = field(default_factory=set)

    def begin(self, count: int, *, fewest_days_ago: int, most_days_ago: int) -> list[Pairing]:
        """Pair so many children who have nobody yet with volunteers who may serve."""
        made: list[Pairing] = []
        for _one in range(count):
            waiting = [family for family in self.families if family.child.code not in self.accompanied]
            self.invention.chance.shuffle(waiting)
            day = self.invention.ago(fewest_days_ago, most_days_ago)
            pairing = next(filter(None, (self.pair(family, self.helpers, day) for family in waiting)), None)
            if pairing is not None:
                made.append(pairing)
        return made

    def pair(self, family: Family, helpers: Sequence[Helper], day: date) -> Pairing | None:
        """Pair a child with the one who shares most interests among those who fit, or return None."""
        fitting = [helper for helper in helpers if self._fits(family, helper)]
        fitting.sort(
            key=lambda one: (-len(set(one.volunteer.interests) & set(family.child.interests)), one.volunteer.code)
        )
        for helper in fitting:
            meetings = list(self._meetings(helper))
            self.invention.chance.shuffle(meetings)
            for weekday, starts, room in meetings:
                try:
                    return self._record(family, helper, day, weekday, starts, room)
                except Conflict:
                    continue
        return None

    def _record(self, family: Family, helper: Helper, day: date, weekday: int, starts: time, room: Room) -> Pairing:
        ends = time(starts.hour + 1, starts.minute)
        with clock.frozen(_morning(day)):
            pairing = services.record_pairing(
                family.child, helper.volunteer, weekday=weekday, starts=starts, ends=ends, room=room, by=self.manager
            )
        self.led[helper.volunteer.code] += 1
        self.accompanied.add(family.child.code)
        return pairing

    def end(self, pairings: Sequence[Pairing], *, fewest_days_ago: int, most_days_ago: int) -> None:
        """End companionships that had their time."""
        for pairing in pairings:
            reason = self.invention.pick(self.invention.words["end_reasons"])
            with clock.frozen(_morning(self.invention.ago(fewest_days_ago, most_days_ago))):
                services.withdraw_pairing(pairing, by=self.manager, reason=reason)
            self.led[pairing.volunteer.code] -= 1
            self.accompanied.discard(pairing.child.code)

    def match(self, *, days_ago: int, accepted: int, begun: int) -> MatchingRun:
        """Let the manager run a matching on a past day, accept the best proposals and decline one.

        Of the accepted ones the first `begun` have begun meanwhile; the others wait for consent.
        """
        with clock.frozen(_morning(self.invention.ago(days_ago, days_ago))):
            run = services.start_run(self.home, by=self.manager)
            obligations.run_due(kinds={"core.run_job"})
            proposals = list(Proposal.objects.filter(run=run, state=ProposalState.PROPOSED).order_by("-score", "pk"))
            services.accept_many(proposals[:accepted], by=self.manager)
            for proposal in proposals[-1:]:
                services.decline_proposal(proposal, by=self.manager, reason="两家住得太近，换一位更合适。")
        first = Pairing.objects.filter(proposal__run=run).order_by("pk").values_list("pk", flat=True)[:begun]
        Pairing.objects.filter(pk__in=list(first)).update(state=PairingState.ACTIVE)
        return run

    def _fits(self, family: Family, helper: Helper) -> bool:
        child, volunteer, on = family.child, helper.volunteer, self.invention.as_of
        return (
            helper.story in SERVING_STORIES
            and self.led[volunteer.code] < volunteer.max_children
            and volunteer.village is not None
            and self.county.minutes[volunteer.village.code, self.home.code] <= LONGEST_WAY
            and child.companion_wish in {CompanionWish.ANY, volunteer.sex}
            and not set(child.dialects).isdisjoint(volunteer.dialects)
            and age_on(volunteer.birth_date, on) - age_on(child.birth_date, on) >= YEARS_BETWEEN
        )

    def _meetings(self, helper: Helper) -> Iterator[tuple[int, time, Room]]:
        """Yield weekly hours at which the volunteer is free and the home open, with each of its rooms."""
        rooms = list(Room.objects.filter(centre=self.home, for_sessions=True).order_by("zone", "name"))
        hours = list(OpeningHours.objects.filter(centre=self.home))
        for slot in helper.slots:
            if slot.weeks != Weeks.ALL or slot.weekday in self.home.closed_weekdays:
                continue
            kind = DayType.TERM_WEEKDAY if slot.weekday <= 5 else DayType.TERM_WEEKEND
            for stretch in (hour for hour in hours if hour.day_type == kind):
                for starts in _starts(max(slot.starts, stretch.opens), min(slot.ends, stretch.closes)):
                    yield from ((slot.weekday, starts, room) for room in rooms)


def _starts(begins: time, ends: time) -> Iterator[time]:
    """Yield the half-hours from which a whole hour fits, one hour apart."""
    minute = -(-(begins.hour * 60 + begins.minute) // 30) * 30
    while minute + 60 <= ends.hour * 60 + ends.minute:
        yield time(minute // 60, minute % 60)
        minute += 60


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9, 30), tzinfo=SHANGHAI)
