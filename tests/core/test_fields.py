import datetime as dt

import pytest

from qianshou.accounts.models import Membership, Role, User
from qianshou.centres.models import Centre
from qianshou.children.models import Child, Guardian

pytestmark = pytest.mark.django_db


def test_encrypted_round_trip():
    centre = Centre.objects.create(code="H01", name="x", phone="100")
    kids = Child.objects.bulk_create(
        [
            Child(
                centre=centre,
                name="a",
                sex="male",
                birth_date=dt.date(2015, 1, 2),
                national_id=number,
                income_sources=["打工"],
            )
            for number in ("123", "124")
        ]
    )
    kid = Child.objects.get(pk=kids[0].pk)
    assert kid.national_id == "123"
    assert kid.income_sources == ["打工"]
    assert kid.remark == ""
    kid.name = "b"
    kid.save()
    kid = Child.objects.get(pk=kid.pk)
    assert kid.national_id == "123"
    assert kid.national_id_index
    assert Child.objects.filter(pk=kid.pk).values_list("national_id", flat=True)[0] != "123"
    user = User.objects.create_user("m", password="x")
    assert not Child.objects.visible_to(user)
    Membership.objects.create(user=user, role=Role.MANAGER, centre=centre)
    user = User.objects.get(pk=user.pk)
    assert Child.objects.visible_to(user).count() == 2
    Guardian.objects.create(child=kid, name="g", phones=["1"])
