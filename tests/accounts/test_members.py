"""Roles are given and end; what they open closes with the next request."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from qianshou.accounts import queries, rules, services
from qianshou.accounts.models import Membership, User
from qianshou.accounts.rules import Role
from qianshou.centres.models import Centre
from qianshou.core import clock
from qianshou.core.errors import Conflict, Invalid, NotAllowed
from qianshou.core.models import AuditEntry
from tests.accounts.door import sign_in


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_role_opens_and_closes_at_once(admin: User, person: Callable[..., User], centre: Centre) -> None:
    chen = person("chen")
    assert not queries.may(fresh(chen), "children.list", centre)
    held = services.grant_membership(chen, Role.WORKER, centre=centre, by=admin, reason="new")
    assert queries.may(fresh(chen), "children.list", centre)
    services.end_membership(held, by=admin, reason="left")
    assert not queries.may(fresh(chen), "children.list", centre)
    with pytest.raises(Conflict):
        services.end_membership(held, by=admin)
    services.grant_membership(chen, Role.WORKER, centre=centre, by=admin)  # again, the same day
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["accounts.grant_membership", "accounts.end_membership", "accounts.grant_membership"]


def test_role_holds_between_its_days(admin: User, person: Callable[..., User], centre: Centre) -> None:
    chen, today = person("chen"), clock.today()
    services.grant_membership(
        chen,
        Role.WORKER,
        centre=centre,
        by=admin,
        valid_from=today + timedelta(days=1),
        valid_to=today + timedelta(days=3),
    )
    holds = [bool(queries.roles_of(fresh(chen), centre, today + timedelta(days=n))) for n in range(5)]
    assert holds == [False, True, True, True, False]


def test_what_held_in_the_past_is_still_known(admin: User, manager: User, centre: Centre) -> None:
    held = Membership.objects.get(user=manager)
    Membership.objects.filter(pk=held.pk).update(valid_from=clock.today() - timedelta(days=10))
    services.end_membership(held, by=admin)
    assert queries.roles_of(fresh(manager), centre, clock.today() - timedelta(days=1)) == {Role.MANAGER}
    assert queries.roles_of(fresh(manager), centre) == set()


def test_only_administrators_give_roles(manager: User, person: Callable[..., User], centre: Centre) -> None:
    with pytest.raises(NotAllowed):
        services.grant_membership(person("chen"), Role.WORKER, centre=centre, by=manager)
    with pytest.raises(NotAllowed):
        services.create_person(username="x", display_name="x", by=manager)


def test_role_and_home_must_fit(admin: User, person: Callable[..., User], centre: Centre) -> None:
    chen = person("chen")
    with pytest.raises(Invalid) as needed:
        services.grant_membership(chen, Role.MANAGER, by=admin)
    assert "centre" in needed.value.fields
    with pytest.raises(Invalid):
        services.grant_membership(chen, Role.ADMINISTRATOR, centre=centre, by=admin)
    services.grant_membership(chen, Role.SUPERVISOR, by=admin)
    with pytest.raises(Conflict):
        services.grant_membership(chen, Role.SUPERVISOR, by=admin)


def test_the_last_administrator_stays(admin: User, person: Callable[..., User]) -> None:
    held = Membership.objects.get(user=admin)
    with pytest.raises(Conflict):
        services.end_membership(held, by=admin)
    with pytest.raises(Conflict):
        services.disable_person(admin, by=admin)
    second = person("second", Role.ADMINISTRATOR)
    services.disable_person(admin, by=second)
    with pytest.raises(Conflict):
        services.end_membership(Membership.objects.get(user=second), by=None)


def test_account_is_made_and_the_link_sets_the_password_once(client: Client, admin: User, centre: Centre) -> None:
    sign_in(client, admin)
    typed = {"display_name": "陈小琴", "username": "lin lin", "email": "", "language": "en"}
    bad = client.post("/members/new/", typed)
    assert bad.status_code == 422
    assert "陈小琴" in bad.content.decode()
    made = client.post("/members/new/", {**typed, "username": "chen"})
    chen = User.objects.get(username="chen")
    assert made.headers["Location"] == f"/members/{chen.code}/"
    assert client.post("/members/new/", {**typed, "username": "CHEN"}).status_code == 422
    grant = {"role": "worker", "centre": "", "valid_from": str(clock.today()), "valid_to": ""}
    assert client.post(f"/members/{chen.code}/roles/new/", grant).status_code == 422
    assert client.post(f"/members/{chen.code}/roles/new/", {**grant, "centre": "H01"}).status_code == 302
    assert client.post(f"/members/{chen.code}/roles/new/", {**grant, "centre": "H01"}).status_code == 409
    page = client.post(f"/members/{chen.code}/password-link/").content.decode()
    link = re.search(r'id="link">http://testserver([^<]+)<', page)
    assert link is not None
    newcomer = Client()
    form = newcomer.get(link[1], follow=True).request["PATH_INFO"]
    new = {"password1": "seven blue kites", "password2": "seven blue kites"}
    assert newcomer.post(form, new).status_code == 302
    assert newcomer.post("/account/login/", {"login": "chen", "password": "seven blue kites"}).status_code == 302
    again = Client().get(link[1], follow=True)
    assert "password1" not in again.content.decode()
    detail = client.get(f"/members/{chen.code}/")
    assert detail.status_code == 200
    held = Membership.objects.get(user=chen)
    end = f"/members/{chen.code}/roles/{held.pk}/end/"
    assert client.get(end).status_code == 200
    assert client.post(end, {"reason": "left"}).status_code == 302
    assert client.post(end, {"reason": "left"}).status_code == 409
    assert newcomer.get("/").status_code == 200
    assert client.post(f"/members/{chen.code}/close/", {}).status_code == 302
    assert newcomer.get("/").status_code == 302


def test_delicate_steps_ask_again_who_it_is(client: Client, admin: User) -> None:
    sign_in(client, admin)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    assert client.get("/members/new/").status_code == 200
    asked = client.post("/members/new/", {"display_name": "x", "username": "x", "language": "en"})
    assert asked.status_code == 302
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    assert not User.objects.filter(username="x").exists()


def test_an_old_address_no_longer_resets_the_password(client: Client, admin: User, manager: User) -> None:
    client.post("/account/password/reset/", {"email": "lin@example.org"})
    services.change_person(manager, by=admin, display_name="lin", email="new@example.org")
    from django.core import mail

    mail.outbox.clear()
    client.post("/account/password/reset/", {"email": "lin@example.org"})
    assert mail.outbox == []


def test_list_filters_and_counts_queries_the_same(
    client: Client, admin: User, person: Callable[..., User], django_assert_max_num_queries: Callable[..., object]
) -> None:
    sign_in(client, admin)
    for n in range(25):
        person(f"w{n:02}", Role.WORKER)
    with django_assert_max_num_queries(15):
        page = client.get("/members/?role=worker")
    assert "w00" in page.content.decode()
    assert "boss" not in client.get("/members/?q=w03", headers={"HX-Request": "true"}).content.decode()


def test_first_administrator_comes_from_a_command(client: Client, db: None) -> None:
    out = StringIO()
    call_command("create_administrator", "first", "方敏", stdout=out)
    assert client.get(out.getvalue().strip(), follow=True).status_code == 200
    assert queries.roles_of(User.objects.get(username="first")) == {Role.ADMINISTRATOR}


def test_admin_site_is_for_administrators(client: Client, admin: User, manager: User) -> None:
    assert client.get("/admin/").status_code == 302
    sign_in(client, manager)
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == "/"
    other = Client()
    sign_in(other, admin)
    assert other.get("/admin/").status_code == 200
    for model in ("user", "membership"):
        assert other.get(f"/admin/accounts/{model}/").status_code == 200
        assert other.get(f"/admin/accounts/{model}/add/").status_code == 403
    assert other.get("/admin/children/child/").status_code == 404


def test_demo_people_need_demo_mode(centre: Centre, settings: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed):
        services.create_demo_people("demo demo demo", centre=centre)
    settings.DEMO_MODE = True
    for _ in range(2):
        people = services.create_demo_people("demo demo demo", centre=centre)
    assert list(people) == ["admin", "supervisor", "manager", "worker", "counsellor", "volunteer", "donor", "guardian"]
    assert Membership.objects.count() == 8


def test_every_wait_is_at_least_the_one_before() -> None:
    waits = [rules.wait_after_failures(n) for n in range(30)]
    assert waits == sorted(waits)
    assert waits[4] == timedelta(0)
    assert max(waits) == timedelta(hours=1)
