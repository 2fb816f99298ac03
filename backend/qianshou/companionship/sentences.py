"""Codes and data in plain words: why a pair, why not, what would help, what has changed (S12, ui 13).

Pages and API both speak through this module. Nothing of screening or health is ever said (R-S8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy, pgettext, pgettext_lazy

Data = Mapping[str, Any]
Text = str | Promise

WEEKDAYS: dict[int, Text] = {
    1: pgettext_lazy("weekday", "Mon"),
    2: pgettext_lazy("weekday", "Tue"),
    3: pgettext_lazy("weekday", "Wed"),
    4: pgettext_lazy("weekday", "Thu"),
    5: pgettext_lazy("weekday", "Fri"),
    6: pgettext_lazy("weekday", "Sat"),
    7: pgettext_lazy("weekday", "Sun"),
}

TERMS: dict[str, Text] = {
    "interests": gettext_lazy("Shared interests"),
    "needs": gettext_lazy("Help the child needs"),
    "dialect": gettext_lazy("The same dialect"),
    "distance": gettext_lazy("A short way"),
    "continuity": gettext_lazy("Companions before"),
    "spare_capacity": gettext_lazy("Spread evenly over volunteers"),
    "wish_sex": gettext_lazy("Guardian's wish, or the same sex"),
}
"""Names of the soft terms."""

TERM_HINTS: dict[str, Text] = {
    "interests": gettext_lazy("The volunteer likes what the child likes."),
    "needs": gettext_lazy("The volunteer is good at what the child needs help with."),
    "dialect": gettext_lazy("They speak the language of home, not only Mandarin."),
    "distance": gettext_lazy("The volunteer does not have far to the home."),
    "continuity": gettext_lazy("They have accompanied each other before."),
    "spare_capacity": gettext_lazy("Nobody carries much more than the others."),
    "wish_sex": gettext_lazy("A woman or a man as the guardian wishes; without a wish, of the child's own sex."),
}

RULES: dict[str, Text] = {
    "eligibility": gettext_lazy("The volunteer's checks are not all valid"),
    "volunteer_full": gettext_lazy("The volunteer has no place left"),
    "travel": gettext_lazy("The way is too long"),
    "common_time": gettext_lazy("No time in common"),
    "age_gap": gettext_lazy("Too close in age"),
    "language": gettext_lazy("No language in common"),
    "guardian_wish": gettext_lazy("Not what the guardian wishes"),
    "forbidden": gettext_lazy("Marked as never together"),
    "already_paired": gettext_lazy("They are a pair already"),
    "same_family": gettext_lazy("Of the child's own family"),
    "no_time": gettext_lazy("Not free at all while the home is open"),
    "child_full": gettext_lazy("The child has no place left"),
    "locks_together": gettext_lazy("Does not fit together with the other pairs to be kept"),
    "not_in_this_run": gettext_lazy("One of the two takes no part"),
}
"""Names of the hard rules, as reasons why not."""

CHILDREN_OUT: dict[str, Text] = {
    "has_companions": gettext_lazy("Have the companions they want"),
    "guardian_wishes_none": gettext_lazy("The guardian wishes no companion"),
}

CHECKS: dict[str, Text] = {
    "record_inquiry_not_clear": gettext_lazy("may not serve"),
    "record_inquiry_missing": gettext_lazy("record inquiry missing"),
    "record_inquiry_pending": gettext_lazy("record inquiry not answered yet"),
    "record_inquiry_expired": gettext_lazy("record inquiry out of date"),
    "pledge_missing": gettext_lazy("code of conduct not signed"),
    "pledge_expired": gettext_lazy("code of conduct out of date"),
    "training_missing": gettext_lazy("training missing"),
    "training_expired": gettext_lazy("training out of date"),
    "under_18": gettext_lazy("under 18"),
    "status_interview": gettext_lazy("waiting for the interview"),
    "status_suspended": gettext_lazy("suspended"),
    "status_left": gettext_lazy("left"),
}
"""What may stand between a volunteer and the children (`volunteers.rules.MISSING_CODES`)."""

WEIGHT_WORDS: tuple[tuple[int, Text], ...] = (
    (0, gettext_lazy("not at all")),
    (15, gettext_lazy("a little")),
    (35, gettext_lazy("noticeably")),
    (70, gettext_lazy("much")),
    (100, gettext_lazy("decisive")),
)
"""Up to this weight, this word."""


def weight_word(weight: int) -> Text:
    """Say how much a weight of 0..100 counts."""
    return next((word for limit, word in WEIGHT_WORDS if weight <= limit), WEIGHT_WORDS[-1][1])


def score_word(score: int) -> str:
    """Say how good a score of 0..1000 is."""
    if score >= 600:
        return _("fits very well")
    if score >= 400:
        return _("fits well")
    if score >= 200:
        return _("fits")
    return _("worth a try")


def words(items: Iterable[str]) -> str:
    """Join words as in a sentence: `a, b and c`."""
    listed = list(items)
    if len(listed) < 2:
        return "".join(listed)
    front = pgettext("between the words of a list", ", ").join(listed[:-1])
    return _("%(front)s and %(last)s") % {"front": front, "last": listed[-1]}


def paragraph(clauses: Sequence[str]) -> str:
    """Join clauses to one sentence."""
    text = pgettext("between two clauses", "; ").join(clauses)
    return text[:1].upper() + text[1:] + pgettext("end of a sentence", ".") if text else ""


def when(data: Data) -> str:
    """Say a weekly time: `Wed 16:30–17:30`."""
    return f"{WEEKDAYS[int(data['weekday'])]} {data['starts']}–{data['ends']}"


# ---- why this pair ---------------------------------------------------------------------------------------------------


def reason(code: str, data: Data, *, sex: str = "") -> str:
    """Say one reason of a proposal; `sex` is the volunteer's."""
    return _REASONS[code](data, sex)


def _interests(data: Data, sex: str) -> str:
    shared = words(data["shared"])
    if sex == "female":
        return _("she likes %(words)s too") % {"words": shared}
    return _("he likes %(words)s too") % {"words": shared}


def _needs(data: Data, sex: str) -> str:
    pairs = [
        _("%(need)s (%(skill)s)") % pair if pair["need"] != pair["skill"] else pair["need"] for pair in data["met"]
    ]
    return _("can help with %(words)s") % {"words": words(pairs)}


def _dialect(data: Data, sex: str) -> str:
    return _("both speak %(words)s") % {"words": words(data["dialects"])}


def _distance(data: Data, sex: str) -> str:
    minutes = int(data["minutes"])
    if minutes == 0:
        return _("lives beside the home")
    return ngettext("%(n)d minute on the way", "%(n)d minutes on the way", minutes) % {"n": minutes}


def _continuity(data: Data, sex: str) -> str:
    return _("they were companions before")


def _spare_capacity(data: Data, sex: str) -> str:
    if data["left"] >= data["of"]:
        return _("accompanies no child yet")
    left = int(data["left"])
    return ngettext("has %(n)d place left", "has %(n)d places left", left) % {"n": left}


def _wish_sex(data: Data, sex: str) -> str:
    if data.get("wished"):
        return _("a woman, as the guardian wishes") if data["sex"] == "female" else _("a man, as the guardian wishes")
    return _("both are female") if data["sex"] == "female" else _("both are male")


_REASONS = {
    "interests": _interests,
    "needs": _needs,
    "dialect": _dialect,
    "distance": _distance,
    "continuity": _continuity,
    "spare_capacity": _spare_capacity,
    "wish_sex": _wish_sex,
}


def reasons(entries: Sequence[Data], *, time: Data, sex: str = "") -> list[str]:
    """Return the sentences of a proposal, the weightiest first, the common time last."""
    said = [reason(entry["code"], entry["data"], sex=sex) for entry in entries]
    both_free = {"when": f"{WEEKDAYS[int(time['weekday'])]} {time['starts']}"}
    return [*said, _("%(when)s suits both") % both_free]


def alternative(volunteer: str, entry: Data) -> str:
    """Say what it would cost to take another volunteer instead."""
    cost = int(entry["at_least"])
    if cost <= 0:
        return _("%(volunteer)s would do about as well") % {"volunteer": volunteer}
    loss = _cost_words(cost)
    return _("%(volunteer)s instead: %(loss)s") % {"volunteer": volunteer, "loss": loss}


def _cost_words(cost: int) -> str:
    if cost >= 2000:
        return _("another child would stay without a companion")
    if cost >= 300:
        return _("clearly worse for all together (at least %(n)d points)") % {"n": cost}
    return _("a little worse for all together (at least %(n)d points)") % {"n": cost}


# ---- why nobody ------------------------------------------------------------------------------------------------------


def left_reason(code: str, count: int) -> str:
    """Say why so many volunteers were not possible for a child that is left over."""
    if code == "no_candidate":
        return _("Nobody fits this child at present.")
    if code.startswith("rule_"):
        return _COUNTED_RULES[code.removeprefix("rule_")] % {"n": count}
    return _COUNTED[code] % {"n": count}


_COUNTED = {
    "forbidden": ngettext_lazy("%(n)d is marked as never together.", "%(n)d are marked as never together.", "n"),
    "paired": ngettext_lazy(
        "%(n)d is a companion of the child already.", "%(n)d are companions of the child already.", "n"
    ),
    "no_common_time": ngettext_lazy("%(n)d has no time in common.", "%(n)d have no time in common.", "n"),
    "no_room": ngettext_lazy(
        "%(n)d could come only when the home has no room.", "%(n)d could come only when the home has no room.", "n"
    ),
    "volunteer_load": ngettext_lazy("%(n)d has too much to do already.", "%(n)d have too much to do already.", "n"),
    "volunteer_full": ngettext_lazy(
        "%(n)d fits, but is needed by other children.", "%(n)d fit, but are needed by other children.", "n"
    ),
    "volunteer_busy": ngettext_lazy(
        "%(n)d meets another child at that time.", "%(n)d meet other children at that time.", "n"
    ),
    "child_busy": ngettext_lazy(
        "%(n)d is free only at a time that is taken.", "%(n)d are free only at times that are taken.", "n"
    ),
    "room_full": ngettext_lazy(
        "%(n)d could come, but the rooms are taken then.", "%(n)d could come, but the rooms are taken then.", "n"
    ),
    "not_worth": ngettext_lazy("%(n)d fits too badly.", "%(n)d fit too badly.", "n"),
}

_COUNTED_RULES = {
    "common_time": ngettext_lazy(
        "%(n)d volunteer has no time in common with the child.",
        "%(n)d volunteers have no time in common with the child.",
        "n",
    ),
    "age_gap": ngettext_lazy("%(n)d volunteer is too close in age.", "%(n)d volunteers are too close in age.", "n"),
    "language": ngettext_lazy(
        "%(n)d volunteer does not speak the child's language.",
        "%(n)d volunteers do not speak the child's language.",
        "n",
    ),
    "guardian_wish": ngettext_lazy(
        "%(n)d volunteer is not what the guardian wishes.", "%(n)d volunteers are not what the guardian wishes.", "n"
    ),
    "already_paired": ngettext_lazy(
        "%(n)d volunteer is the child's companion already.", "%(n)d volunteers are the child's companions already.", "n"
    ),
    "same_family": ngettext_lazy(
        "%(n)d volunteer is of the child's own family.", "%(n)d volunteers are of the child's own family.", "n"
    ),
}


# ---- what would help -------------------------------------------------------------------------------------------------


def help_sentence(code: str, data: Data) -> str:
    """Say what would help a child that is left over."""
    return _HELPS[code](data)


def _one_rule(data: Data) -> str:
    count = int(data["count"])
    rule = data["rule"]
    if rule == "eligibility" and data.get("check"):
        return ngettext(
            "%(n)d volunteer would fit at once but for one thing: %(check)s.",
            "%(n)d volunteers would fit at once but for one thing: %(check)s.",
            count,
        ) % {"n": count, "check": CHECKS.get(data["check"], data["check"])}
    if rule == "common_time" and "weekday" in data:
        return ngettext(
            "%(n)d volunteer would fit but for the time: ask whether %(when)s is possible.",
            "%(n)d volunteers would fit but for the time: ask whether %(when)s is possible.",
            count,
        ) % {"n": count, "when": when(data)}
    if rule == "volunteer_full":
        return ngettext(
            "%(n)d volunteer would fit but has as many children as agreed: ask about one more.",
            "%(n)d volunteers would fit but have as many children as agreed: ask about one more.",
            count,
        ) % {"n": count}
    if rule == "guardian_wish":
        return ngettext(
            "%(n)d volunteer would fit but for the guardian's wish: talk it over.",
            "%(n)d volunteers would fit but for the guardian's wish: talk it over.",
            count,
        ) % {"n": count}
    return ngettext(
        "%(n)d volunteer fails on this alone: %(rule)s.", "%(n)d volunteers fail on this alone: %(rule)s.", count
    ) % {"n": count, "rule": RULES[rule]}


def _one_more_room(data: Data) -> str:
    return _("One more room on %(when)s.") % {"when": when(data)}


def _one_more_volunteer(data: Data) -> str:
    if data.get("sex") == "female":
        who = _("one more volunteer, a woman")
    elif data.get("sex") == "male":
        who = _("one more volunteer, a man")
    else:
        who = _("one more volunteer")
    if data.get("dialects"):
        who = _("%(who)s who speaks %(words)s") % {"who": who, "words": words(data["dialects"])}
    if "weekday" in data:
        who = _("%(who)s, free on %(when)s") % {"who": who, "when": when(data)}
    text = _("%(who)s.") % {"who": who}
    return text[:1].upper() + text[1:]


_HELPS = {"one_rule": _one_rule, "one_more_room": _one_more_room, "one_more_volunteer": _one_more_volunteer}


# ---- what has changed ------------------------------------------------------------------------------------------------


def lacking(codes: Iterable[str]) -> str:
    """Say what stands between a volunteer and the children, in few words."""
    return words(str(CHECKS.get(code, code)) for code in codes)


CHANGED: dict[str, Text] = {
    "proposal_accepted": gettext_lazy("This proposal has been accepted already."),
    "proposal_declined": gettext_lazy("This proposal has been declined."),
    "proposal_superseded": gettext_lazy("This proposal belongs to an older run; a newer one has replaced it."),
    "child_left": gettext_lazy("The child does not belong to the home any more."),
    "volunteer_left": gettext_lazy("The volunteer has left."),
    "volunteer_not_eligible": gettext_lazy("The volunteer may not serve today."),
    "volunteer_full": gettext_lazy("The volunteer has no place left: another child was accepted."),
    "child_full": gettext_lazy("The child has all the companions it wants by now."),
    "volunteer_busy": gettext_lazy("The volunteer is not free at this time any more."),
    "child_busy": gettext_lazy("The child is not free at this time any more, or the home is closed then."),
    "room_full": gettext_lazy("The room is taken at this time by now."),
    "room_gone": gettext_lazy("The room is not used for meetings any more."),
    "already_paired": gettext_lazy("The two are a pair already."),
    "forbidden": gettext_lazy("The two have been marked as never together."),
    "guardian_wish": gettext_lazy("The guardian wishes otherwise by now."),
    "same_family": gettext_lazy("The volunteer is of the child's own family."),
    "age_gap": gettext_lazy("The two are too close in age."),
    "language": gettext_lazy("The two share no language."),
    "travel": gettext_lazy("The way has become too long."),
    "taken_meanwhile": gettext_lazy("Somebody was faster: the time, the room or the last place has just been taken."),
}
"""What may have changed between a proposal and its acceptance."""


def changed(*codes: str) -> Text:
    """Say what has changed since a proposal was made, and what to do next."""
    said = [CHANGED[code] for code in codes]
    if not any(code.startswith("proposal_") for code in codes):
        said.append(gettext_lazy("Solve again to find another way."))
    return format_lazy(" ".join("{}" for _each in said), *said)


NO_SUCH_HOME = gettext_lazy("There is no such home among yours.")
