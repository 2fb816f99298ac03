"""Whoever adds a kind of row or a reason is told here which tables want an entry for it.

A new one fails these tests until it has its entry or stands among those that need none, which is a decision.
"""

import numpy as np

from scheduling.benchmarks.instances import with_loads
from scheduling.pairing.columns import build_columns
from scheduling.pairing.explain import explainer
from scheduling.pairing.instances import instance
from scheduling.pairing.load import load
from scheduling.pairing.reasons import owners_of_slots
from scheduling.pairing.rows import Kind
from scheduling.pairing.rules import build_rows
from scheduling.roster import explain, fixed
from scheduling.roster.standing import Reason
from tests.scheduling.problems import one_pair

WITHOUT_SLOT = {Kind.CHILD_PLACE, Kind.PAIR_ONCE, Kind.VOLUNTEER_PLACE, Kind.VOLUNTEER_LOAD, Kind.CUT}
NO_RULE = {Reason.ASSIGNED, Reason.NOT_WORTH}
TOLD_BY_LOAD = {Reason.FORBIDDEN}
NO_CHANGE_OF_THE_PERSON = {Reason.SHIFT_FULL}


def test_every_kind_of_row_about_a_slot_says_whose_slot_it_is() -> None:
    assert set(Kind) - WITHOUT_SLOT == owners_of_slots(load(one_pair())).keys()


def test_rows_are_about_slots_where_that_is_said_of_their_kind() -> None:
    problem = load(with_loads(instance(40, 30, 3, use_of_rooms=1.2), 3))
    rows = build_rows(problem, build_columns(problem), fill=False)
    kinds = {Kind(kind) for kind in np.unique(rows.kind[rows.slot >= 0]).tolist()}
    assert kinds
    assert kinds <= set(Kind) - WITHOUT_SLOT


def test_every_kind_of_row_has_a_name_for_its_price() -> None:
    assert set(Kind) - {Kind.CUT} == explainer._PARTS.keys()


def test_every_rule_of_a_roster_says_what_is_expected_of_fixed_assignments() -> None:
    assert set(Reason) - NO_RULE - TOLD_BY_LOAD == fixed._EXPECTED.keys()


def test_every_rule_of_a_roster_has_the_change_that_would_lift_it() -> None:
    assert set(Reason) - NO_RULE - NO_CHANGE_OF_THE_PERSON == explain._CHANGES.keys()
