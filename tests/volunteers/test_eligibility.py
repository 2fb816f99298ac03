"""Who may be with children today: R-V1, R-V2 on fixed dates, in Python and in the database."""

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qianshou.volunteers import queries, rules
from qianshou.volunteers.models import Check, Volunteer
from tests.people import TODAY, make_centre

DAY = dt.timedelta(days=1)
GROWN = dt.date(1990, 1, 1)


@dataclass
class Fact:
    kind: str
    done_on: dt.date
    result: str = "clear"
    valid_to: dt.date | None = None
    is_withdrawn: bool = False


def checks(**changes: Fact | None) -> list[Fact]:
    held = {
        "record_inquiry": Fact("record_inquiry", TODAY - 100 * DAY),
        "pledge": Fact("pledge", TODAY - 100 * DAY),
        "training": Fact("training", TODAY - 100 * DAY, valid_to=TODAY + 200 * DAY),
    }
    held.update(changes)
    return [fact for fact in held.values() if fact is not None]


def judge(
    facts: list[Fact], *, born: dt.date = GROWN, status: str = "active", on: dt.date = TODAY
) -> rules.Eligibility:
    return rules.eligibility(facts, born, status, on)


def test_everything_valid() -> None:
    assert judge(checks()) == rules.Eligibility(True, (), TODAY + 200 * DAY)


@pytest.mark.parametrize(("days", "eligible"), [(0, True), (364, True), (365, True), (366, False), (4000, False)])
def test_inquiry_holds_to_day_365(days: int, eligible: bool) -> None:
    answer = judge(checks(record_inquiry=Fact("record_inquiry", TODAY - days * DAY)))
    assert answer.is_eligible is eligible
    assert answer.missing == (() if eligible else ("record_inquiry_expired",))


def test_inquiry_across_a_leap_day_counts_days_not_a_year() -> None:
    asked = dt.date(2027, 3, 1)
    facts = checks(
        record_inquiry=Fact("record_inquiry", asked), training=Fact("training", asked, valid_to=asked + 999 * DAY)
    )
    assert judge(facts, on=dt.date(2028, 2, 29)).is_eligible  # day 365
    assert not judge(facts, on=dt.date(2028, 3, 1)).is_eligible  # day 366


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"record_inquiry": None}, "record_inquiry_missing"),
        ({"record_inquiry": Fact("record_inquiry", TODAY, "pending")}, "record_inquiry_pending"),
        ({"record_inquiry": Fact("record_inquiry", TODAY, "not_clear")}, "record_inquiry_not_clear"),
        ({"record_inquiry": Fact("record_inquiry", TODAY + DAY)}, "record_inquiry_missing"),
        ({"record_inquiry": Fact("record_inquiry", TODAY, is_withdrawn=True)}, "record_inquiry_missing"),
        ({"pledge": None}, "pledge_missing"),
        ({"pledge": Fact("pledge", TODAY - 9 * DAY, valid_to=TODAY - DAY)}, "pledge_expired"),
        ({"training": None}, "training_missing"),
        ({"training": Fact("training", TODAY - 9 * DAY, valid_to=TODAY - DAY)}, "training_expired"),
    ],
)
def test_each_missing_check_is_named(change: dict[str, Fact | None], missing: str) -> None:
    assert judge(checks(**change)) == rules.Eligibility(False, (missing,), None, judge(checks(**change)).warnings)
    assert missing in rules.MISSING_CODES


def test_a_finding_refuses_for_good_whatever_comes_after() -> None:
    facts = [*checks(), Fact("record_inquiry", TODAY - 3000 * DAY, "not_clear")]
    assert judge(facts).missing == ("record_inquiry_not_clear",)


def test_a_renewal_under_way_does_not_end_what_holds() -> None:
    assert judge([*checks(), Fact("record_inquiry", TODAY, "pending")]).is_eligible


def test_last_day_of_training_still_counts() -> None:
    assert judge(checks(training=Fact("training", TODAY - DAY, valid_to=TODAY))).is_eligible


@pytest.mark.parametrize(
    ("born", "on", "adult"),
    [
        (dt.date(2008, 11, 21), TODAY, True),
        (dt.date(2008, 11, 22), TODAY, False),
        (dt.date(2008, 2, 29), dt.date(2026, 2, 28), False),
        (dt.date(2008, 2, 29), dt.date(2026, 3, 1), True),
        (dt.date(2010, 2, 28), dt.date(2028, 2, 29), True),
        (dt.date(2010, 3, 1), dt.date(2028, 2, 29), False),
    ],
)
def test_eighteen_on_the_birthday(born: dt.date, on: dt.date, adult: bool) -> None:
    assert rules.is_adult(born, on) is adult
    assert ("under_18" in judge([], born=born, on=on).missing) is not adult


@pytest.mark.parametrize(
    ("status", "missing"),
    [
        ("active", ()),
        ("probation", ()),
        ("interview", ("status_interview",)),
        ("suspended", ("status_suspended",)),
        ("left", ("status_left",)),
    ],
)
def test_status_alone_never_makes_eligible_but_can_refuse(status: str, missing: tuple[str, ...]) -> None:
    assert judge(checks(), status=status).missing == missing
    assert not judge([], status="active").is_eligible


@pytest.mark.parametrize(("left", "step"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7)])
def test_warnings_at_60_30_and_7_days(left: int, step: int | None) -> None:
    answer = judge(checks(training=Fact("training", TODAY - DAY, valid_to=TODAY + left * DAY)))
    assert [(one.kind, one.days_left, one.step) for one in answer.warnings] == (
        [("training", left, step)] if step else []
    )
    assert answer.expires_on == TODAY + left * DAY


facts = st.builds(
    Fact,
    kind=st.sampled_from(["record_inquiry", "pledge", "training", "identity"]),
    done_on=st.integers(-420, 3).map(lambda days: TODAY + days * DAY),
    result=st.sampled_from(["clear", "clear", "clear", "pending", "not_clear"]),
    valid_to=st.none() | st.integers(4, 60).map(lambda days: TODAY + (days - 30) * DAY),
    is_withdrawn=st.sampled_from([False, False, False, True]),
)
people = st.tuples(
    st.lists(facts, max_size=6),
    st.sampled_from([GROWN, dt.date(2008, 11, 21), dt.date(2008, 11, 22)]),
    st.sampled_from(["active", "active", "probation", "suspended"]),
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(people, min_size=1, max_size=6))
def test_the_database_agrees_with_the_rule(db: None, group: list[tuple[list[Fact], dt.date, str]]) -> None:
    from qianshou.centres.models import Centre

    centre = Centre.objects.filter(code="H01").first() or make_centre()
    Volunteer.objects.all().delete()
    for held, born, status in group:
        volunteer = Volunteer.objects.create(centre=centre, name="甲", sex="female", birth_date=born, status=status)
        Check.objects.bulk_create(
            Check(
                volunteer=volunteer,
                kind=fact.kind,
                done_on=min(fact.done_on, fact.valid_to or fact.done_on),
                result=fact.result,
                valid_to=fact.valid_to,
                withdrawn_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC) if fact.is_withdrawn else None,
            )
            for fact in held
        )
    said = {row.pk: queries.eligibility_of(row, TODAY) for row in queries.with_checks(Volunteer.objects.all())}
    yes = set(queries.eligible(Volunteer.objects.all(), TODAY).values_list("pk", flat=True))
    no = set(queries.not_eligible(Volunteer.objects.all(), TODAY).values_list("pk", flat=True))
    assert yes == {pk for pk, answer in said.items() if answer.is_eligible}
    assert no == set(said) - yes
    soon = set(queries.lapsing(Volunteer.objects.all(), TODAY).values_list("pk", flat=True))
    assert soon == {
        pk
        for pk, answer in said.items()
        if answer.is_eligible and answer.expires_on and answer.expires_on < TODAY + 30 * DAY
    }
    prefix = {
        "record_inquiry": "record_inquiry",
        "pledge": "pledge",
        "training": "training",
        "age": "under_18",
        "status": "status",
    }
    for what in queries.LACKING:
        found = set(queries.lacking(Volunteer.objects.all(), what, TODAY).values_list("pk", flat=True))
        assert found == {
            pk for pk, answer in said.items() if any(code.startswith(prefix[what]) for code in answer.missing)
        }


@pytest.mark.django_db
def test_eligibility_of_many_asks_once(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    centre = make_centre()
    for number in range(5):
        row = Volunteer.objects.create(centre=centre, name="甲", sex="male", birth_date=GROWN)
        Check.objects.create(volunteer=row, kind="pledge", done_on=TODAY - number * DAY)
    with django_assert_num_queries(2):
        answers = [queries.eligibility_of(row, TODAY) for row in queries.with_checks(Volunteer.objects.all())]
    assert len(answers) == 5
