"""Lines and cards of the start page lead to lists of the same number."""

import datetime as dt
import re

import pytest
from django.test import Client

from qianshou.accounts.rules import Role
from qianshou.core import clock
from qianshou.volunteers.entries import CheckEntry
from tests.people import TODAY, make_centre, make_child, make_user, make_volunteer

pytestmark = pytest.mark.django_db


def test_what_is_due_leads_to_as_many_rows() -> None:
    centre = make_centre()
    make_child(centre)
    make_volunteer(centre)
    make_volunteer(centre, checks=())
    make_volunteer(centre, checks=(), status="suspended")
    soon = (
        CheckEntry("record_inquiry", TODAY - dt.timedelta(days=360)),
        CheckEntry("pledge", TODAY),
        CheckEntry("training", TODAY),
    )
    make_volunteer(centre, checks=soon)
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_user(Role.MANAGER, centre))
    with clock.frozen(TODAY):
        page = client.get("/").content.decode().replace("&amp;", "&")
        found = re.findall(r'href="(/(?:volunteers|children)/\?[^"]+)"', page)
        assert set(found) >= {
            "/volunteers/?eligible=lapsing", "/volunteers/?eligible=no&status=active", "/children/?companion=none",
        }  # fmt: skip
        for address in set(found):
            assert client.get(address).context["page_obj"].paginator.count == 1, address


def test_the_own_record_is_on_the_start_page() -> None:
    centre = make_centre()
    user = make_user(Role.VOLUNTEER, centre)
    make_volunteer(centre, checks=(), user=user)
    client = Client()
    client.force_login(user)
    assert "/me/volunteer/" in client.get("/").content.decode()
