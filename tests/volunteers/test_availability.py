"""The words of volunteers for when they can come."""

import pytest

from qianshou.volunteers.availability import AvailabilityUnclear, Slot, read_availability


@pytest.mark.parametrize(
    ("written", "slots"),
    [
        ("周一至周五16:00-18:00", [Slot((1, 2, 3, 4, 5), "16:00", "18:00")]),
        ("周1-5 16:00-18:00", [Slot((1, 2, 3, 4, 5), "16:00", "18:00")]),
        ("周一、三、五 16:30—18:00", [Slot((1, 3, 5), "16:30", "18:00")]),
        ("周六、周日上午", [Slot((6, 7), "08:00", "12:00")]),
        ("周末", [Slot((6, 7), "08:00", "18:00")]),
        ("周末全天", [Slot((6, 7), "08:00", "18:00")]),
        ("工作日下午", [Slot((1, 2, 3, 4, 5), "14:00", "18:00")]),
        ("礼拜天下午", [Slot((7,), "14:00", "18:00")]),
        ("星期六上午", [Slot((6,), "08:00", "12:00")]),
        ("每周二、四晚上", [Slot((2, 4), "18:30", "20:30")]),
        ("周二下午4点到6点", [Slot((2,), "16:00", "18:00")]),
        ("周五下午四点半-六点", [Slot((5,), "16:30", "18:00")]),
        ("周四16时至17时30分", [Slot((4,), "16:00", "17:30")]),
        ("周六上午9点到下午3点", [Slot((6,), "09:00", "15:00")]),
        ("周六9:00-11:30，周日14：00-17：00", [Slot((6,), "09:00", "11:30"), Slot((7,), "14:00", "17:00")]),
        ("周日8:30-12:00、14:30-17:30", [Slot((7,), "08:30", "12:00"), Slot((7,), "14:30", "17:30")]),
        ("单周六上午", [Slot((6,), "08:00", "12:00", "odd")]),
        (
            "单周六上午，双周日下午",
            [Slot((6,), "08:00", "12:00", "odd"), Slot((7,), "14:00", "18:00", "even")],
        ),
    ],
)
def test_words_become_slots(written, slots):
    assert read_availability(written) == slots


@pytest.mark.parametrize(
    "written",
    [
        *["随时", "看排班", "电话联系", "有空就来", "寒暑假", "周六18:00-16:00", "周六16:00", "周六4点到6点", "下午"],
        *["周五至周一", "周一到", "-周六", "周八", "周六25:00-26:00", "周六 9:70-10:00", "=1+1", "周一" * 200],
    ],
)
def test_unclear_words_are_asked_about(written):
    with pytest.raises(AvailabilityUnclear):
        read_availability(written)


def test_a_centre_may_have_its_own_hours():
    assert read_availability("周三下午", {"下午": ("13:30", "17:00")}) == [Slot((3,), "13:30", "17:00")]
