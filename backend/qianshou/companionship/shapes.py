"""What pages and API show one pair of eyes of matching: names by field class, reasons in words (S40)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from qianshou.accounts.queries import AnyUser, field_class_for, roles_of
from qianshou.accounts.rules import STAFF, Role
from qianshou.children.models import Child
from qianshou.core import names
from qianshou.core.fieldclasses import FieldClass
from qianshou.volunteers.models import Volunteer

from . import sentences
from .models import LeftOver, Pairing, Proposal
from .queries import reads


@dataclass(frozen=True, slots=True)
class Shown:
    """A person as somebody may meet them: a name, a second line, a link where there is a page to see."""

    code: str
    name: str
    sub: str = ""
    url: str = ""


@dataclass(slots=True)
class Viewer:
    """The eyes of one person during one request."""

    user: AnyUser
    _classes: dict[tuple[str, int], FieldClass | None] = field(default_factory=dict)

    def class_of(self, record: Child | Volunteer) -> FieldClass | None:
        """Return the highest class of field that the person sees of a record."""
        key = (record.RECORD_KIND, record.pk)
        if key not in self._classes:
            self._classes[key] = field_class_for(self.user, record)
        return self._classes[key]

    def child(self, child: Child) -> Shown:
        """Show a child: the full name to staff, 王同学 to companions and guardians, else the code."""
        highest = self.class_of(child)
        if highest is None:
            return Shown(child.code, child.code)
        full = highest >= FieldClass.PERSONAL and not self.is_guardian_of(child)
        name = child.name if full else _("%(surname)s (pupil)") % {"surname": names.surname(child.name)}
        age = _("%(n)d years old") % {"n": child.age}
        sub = " · ".join(filter(None, [age, child.school_class if full else ""]))
        return Shown(child.code, name, sub, _url(child))

    def volunteer(self, volunteer: Volunteer) -> Shown:
        """Show a volunteer: the full name to staff, the surname to guardians and companions, else the code."""
        highest = self.class_of(volunteer)
        if highest is None:
            return Shown(volunteer.code, volunteer.code)
        if highest < FieldClass.PERSONAL:
            return Shown(volunteer.code, _("%(surname)s (volunteer)") % {"surname": names.surname(volunteer.name)})
        return Shown(volunteer.code, volunteer.name, "、".join(volunteer.skills[:3]), _url(volunteer))

    def is_guardian_of(self, child: Child) -> bool:
        """Tell whether the person sees the child as a guardian: on a shared screen, the surname only (ui 12)."""
        held = roles_of(self.user, child.centre_id)
        return Role.GUARDIAN in held and not held & {*STAFF, Role.SUPERVISOR}


def _url(record: Child | Volunteer) -> str:
    return str(record.get_absolute_url())


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """A proposal in words."""

    proposal: Proposal
    child: Shown
    volunteer: Shown
    when: str
    reasons: Sequence[str]
    why: str
    fits: str
    others: Sequence[str]
    rule: Any = None
    problem: str = ""

    @property
    def percent(self) -> int:
        """Return the score as a part of a hundred."""
        return max(0, min(100, self.proposal.score // 10))


def time_data(meeting: Proposal | Pairing) -> dict[str, Any]:
    """Return the weekly time as the sentences take it."""
    return {"weekday": meeting.weekday, "starts": f"{meeting.starts:%H:%M}", "ends": f"{meeting.ends:%H:%M}"}


def cards(viewer: Viewer, found: Sequence[Proposal], *, problem: str = "") -> list[ProposalCard]:
    """Put proposals into words; three queries however many there are."""
    codes = {other["volunteer"] for proposal in found for other in proposal.alternatives}
    volunteers = reads.volunteers_named(codes)
    rules = reads.rules_by_pair((proposal.child_id, proposal.volunteer_id) for proposal in found)
    return [_card(viewer, proposal, volunteers, rules, problem) for proposal in found]


def _card(
    viewer: Viewer,
    proposal: Proposal,
    volunteers: Mapping[str, Volunteer],
    rules: Mapping[tuple[int, int], Any],
    problem: str,
) -> ProposalCard:
    said = sentences.reasons(proposal.reasons, time=time_data(proposal), sex=proposal.volunteer.sex)
    others = [
        sentences.alternative(viewer.volunteer(volunteers[other["volunteer"]]).name, other)
        for other in proposal.alternatives
        if other["volunteer"] in volunteers
    ]
    return ProposalCard(
        proposal=proposal,
        child=viewer.child(proposal.child),
        volunteer=viewer.volunteer(proposal.volunteer),
        when=sentences.when(time_data(proposal)),
        reasons=[capfirst(line) for line in said],
        why=sentences.paragraph(said),
        fits=sentences.score_word(proposal.score),
        others=others,
        rule=rules.get((proposal.child_id, proposal.volunteer_id)),
        problem=problem,
    )


@dataclass(frozen=True, slots=True)
class LeftCard:
    """A child that a run left over, in words."""

    child: Shown
    missing: int
    reasons: Sequence[str]
    helps: Sequence[tuple[str, Sequence[Shown]]]


def left_cards(viewer: Viewer, found: Sequence[LeftOver]) -> list[LeftCard]:
    """Put left-over children into words, each help with the volunteers it speaks of."""
    codes = {code for left in found for one in left.helps for code in _named(one)}
    volunteers = {code: viewer.volunteer(v) for code, v in reads.volunteers_named(codes).items()}
    return [
        LeftCard(
            child=viewer.child(left.child),
            missing=left.missing,
            reasons=[sentences.left_reason(one["code"], one["count"]) for one in left.reasons],
            helps=[
                (
                    sentences.help_sentence(one["code"], one["data"]),
                    [volunteers[code] for code in _named(one) if code in volunteers],
                )
                for one in left.helps
            ],
        )
        for left in found
    ]


def _named(one: Mapping[str, Any]) -> Sequence[str]:
    named = one["data"].get("volunteers", ())
    return named if isinstance(named, list) else ()


@dataclass(frozen=True, slots=True)
class OutGroup:
    """People left out of a run for one reason."""

    code: str
    label: Any
    people: Sequence[tuple[Shown, str]]


def volunteers_out(viewer: Viewer, excluded: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[OutGroup]:
    """Show the volunteers who take no part, by reason, with a detail each."""
    found = reads.volunteers_named(entry["volunteer"] for entries in excluded.values() for entry in entries)
    groups = []
    for code, entries in excluded.items():
        people = [
            (viewer.volunteer(found[entry["volunteer"]]), _detail(code, entry))
            for entry in entries
            if entry["volunteer"] in found
        ]
        groups.append(OutGroup(code, sentences.RULES[code], people))
    return groups


def _detail(code: str, entry: Mapping[str, Any]) -> str:
    if code == "eligibility":
        return sentences.lacking(entry["lacking"])
    if code == "travel":
        return sentences.reason("distance", entry)
    return ""


def children_out(viewer: Viewer, excluded: Mapping[str, Sequence[str]]) -> list[OutGroup]:
    """Show the children who take no part, by reason."""
    found = reads.children_named(code for codes in excluded.values() for code in codes)
    return [
        OutGroup(
            code,
            sentences.CHILDREN_OUT[code],
            [(viewer.child(found[child]), "") for child in codes if child in found],
        )
        for code, codes in excluded.items()
    ]


def broken_locks(viewer: Viewer, locks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say which pairs could not be kept together, and why."""
    children = reads.children_named(lock["child"] for lock in locks)
    volunteers = reads.volunteers_named(lock["volunteer"] for lock in locks)
    return [
        _("%(child)s and %(volunteer)s could not be kept together: %(why)s.")
        % {
            "child": viewer.child(children[lock["child"]]).name,
            "volunteer": viewer.volunteer(volunteers[lock["volunteer"]]).name,
            "why": sentences.words(str(sentences.RULES[rule]) for rule in lock["rules"]),
        }
        for lock in locks
        if lock["child"] in children and lock["volunteer"] in volunteers
    ]


@dataclass(frozen=True, slots=True)
class PairingRow:
    """A pairing in words; `own` is "volunteer" or "guardian" when it is the person's own."""

    pairing: Pairing
    child: Shown
    volunteer: Shown
    when: str
    own: str = ""


def pairing_rows(viewer: Viewer, found: Sequence[Pairing]) -> list[PairingRow]:
    """Put pairings into words."""
    return [
        PairingRow(
            pairing=pairing,
            child=viewer.child(pairing.child),
            volunteer=viewer.volunteer(pairing.volunteer),
            when=sentences.when(time_data(pairing)),
            own=_own(viewer, pairing),
        )
        for pairing in found
    ]


def _own(viewer: Viewer, pairing: Pairing) -> str:
    if pairing.volunteer.is_own(viewer.user):
        return "volunteer"
    return "guardian" if viewer.is_guardian_of(pairing.child) else ""
