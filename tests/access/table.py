"""Who may do what at every address of the house: one row per route. A route without a row fails the build.

How to add a row: the key is the name of the route with its namespace; `get=`, `post=`, … say who is answered with
success at the own home; `args=` gives the parameters of the address from a `Place`; `everywhere=` names roles that
serve every home. Others get `closed` (no such right anywhere, or not any more) or `hidden` (the right, but not for
what belongs to another home).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from qianshou.accounts.rules import ACTIONS, Role

from .scene import ROLES, Place, Scene

ANYONE = "anyone"
SIGNED_IN = "signed in"
Who = frozenset[Role] | str
Arguments = Callable[[Scene, Place], dict[str, Any]]
WHOLE_HOUSE = frozenset({Role.ADMINISTRATOR, Role.DONOR})


def may(action: str) -> frozenset[Role]:
    """Return the roles that the table of actions names."""
    return ACTIONS[action] & frozenset(ROLES)


def code(name: str) -> Arguments:
    """Return the public code of what a place has under a name."""
    return lambda scene, place: {"code": (getattr(place, name, None) or place.more[name]).code}


@dataclass(frozen=True)
class Row:
    """Who is let in, per method."""

    get: Who | None = None
    post: Who | None = None
    put: Who | None = None
    patch: Who | None = None
    delete: Who | None = None
    args: Arguments | None = None
    everywhere: frozenset[Role] = WHOLE_HOUSE
    closed: int = 403
    hidden: int = 404
    ok: frozenset[int] = frozenset()
    """Statuses that are success here beside the usual ones (a redirect of a GET, a missing object of one's own)."""
    looking: frozenset[Role] = frozenset()
    """Roles that see the object but may not do this: they get 403 or 404, whichever the page finds kinder."""
    writes_at_home: frozenset[Role] = frozenset()
    """Roles that see every such object but change only those of their home: elsewhere they get 403."""
    query: str = ""
    anonymous: int | None = None
    but: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(role, place) -> status, where a line of the house differs from the rule above; the reason stands beside it."""
    body: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    """Why the row is as open or as odd as it is."""


ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_REDIRECTS = frozenset({302})
_NOTHING_OF_ONES_OWN = frozenset({302, 404})


def _member(scene: Scene, place: Place) -> dict[str, Any]:
    return {"code": place.user.code}


_own_account = Row(get=SIGNED_IN, post=SIGNED_IN, ok=_REDIRECTS)
_BLIND_ADMINISTRATOR = {("administrator", "own"): 404, ("administrator", "other"): 404}
"""The administrator of the machine sees no child and no volunteer."""


def _room(scene: Scene, place: Place) -> dict[str, Any]:
    return {"code": place.centre.code, "pk": place.room.pk}


def _check(scene: Scene, place: Place) -> dict[str, Any]:
    return {"code": place.volunteer.code, "check": place.check.code}


def _away(scene: Scene, place: Place) -> dict[str, Any]:
    return {"code": place.volunteer.code, "pk": place.more["away"].pk}


_importers = may("imports.run") | may("imports.run_centres")
_home = Row(
    get=may("centres.change"), post=may("centres.change"), args=code("centre"), hidden=403, why="no secret, not theirs"
)
_child = Row(get=may("children.change"), post=may("children.change"), args=code("child"))
_volunteer = Row(get=may("volunteers.change"), post=may("volunteers.change"), args=code("volunteer"))
_own_or_manager = frozenset({Role.MANAGER, Role.VOLUNTEER})
_week = Row(
    get=_own_or_manager,
    post=_own_or_manager,
    args=code("volunteer"),
    looking=may("volunteers.list") - {Role.MANAGER},
)
_import = Row(
    get=frozenset({Role.MANAGER}),
    post=frozenset({Role.MANAGER}),
    args=code("import"),
    looking=frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR}),
)
_calendar = Row(get=may("calendar.change"), post=may("calendar.change"))
_people = Row(get=ADMINISTRATOR, post=ADMINISTRATOR, args=_member)
_run = Row(args=code("run"))
_proposal = Row(args=code("proposal"))
_ON_TO_THE_ANSWER = frozenset({303})

TABLE: dict[str, Row] = {
    # Health, for the supervisor of processes; says nothing of people.
    "healthz": Row(get=ANYONE),
    "readyz": Row(get=ANYONE, ok=frozenset({503})),
    "style": Row(get=ANYONE, ok=frozenset({404}), why="404 outside demo mode"),
    "home": Row(get=SIGNED_IN),
    # The door.
    "account_login": Row(get=ANYONE, post=ANYONE, ok=_REDIRECTS),
    "account_logout": Row(get=ANYONE, post=ANYONE, ok=_REDIRECTS),
    "account_inactive": Row(get=ANYONE),
    "account_reset_password": Row(get=ANYONE, post=ANYONE, ok=_REDIRECTS),
    "account_reset_password_done": Row(get=ANYONE),
    "account_reset_password_from_key": Row(
        get=ANYONE, post=ANYONE, ok=_REDIRECTS, args=lambda scene, place: {"uidb36": "1", "key": "not-a-key"}
    ),
    "account_reset_password_from_key_done": Row(get=ANYONE),
    "mfa_authenticate": Row(get=ANYONE, post=ANYONE, ok=_REDIRECTS, why="without a sign-in under way: to the door"),
    "mfa_login_webauthn": Row(get=ANYONE, post=ANYONE, ok=_REDIRECTS),
    "accounts:preferences": Row(
        post=ANYONE, ok=_REDIRECTS, body={"language": "en"}, why="choice of language at the door"
    ),
    # One's own account.
    "accounts:me": Row(get=SIGNED_IN),
    "accounts:sign_out_everywhere": Row(post=SIGNED_IN),
    "accounts:tokens": _own_account,
    "accounts:revoke_token": Row(
        post=frozenset({Role.MANAGER}),
        args=lambda scene, place: {"code": scene.token.code},
        closed=404,
        everywhere=frozenset({Role.MANAGER}),
        why="the token is the manager's",
    ),
    "account_reauthenticate": Row(get=SIGNED_IN, post=SIGNED_IN, ok=_REDIRECTS),
    "account_change_password": _own_account,
    "account_set_password": _own_account,
    "mfa_index": Row(get=SIGNED_IN),
    "mfa_reauthenticate": _own_account,
    "mfa_activate_totp": _own_account,
    "mfa_deactivate_totp": Row(get=SIGNED_IN, post=SIGNED_IN, ok=_NOTHING_OF_ONES_OWN, why="nobody has set one up"),
    "mfa_view_recovery_codes": Row(get=SIGNED_IN, ok=_NOTHING_OF_ONES_OWN),
    "mfa_generate_recovery_codes": _own_account,
    "mfa_download_recovery_codes": Row(get=SIGNED_IN, ok=_NOTHING_OF_ONES_OWN),
    "mfa_list_webauthn": Row(get=SIGNED_IN),
    "mfa_add_webauthn": _own_account,
    "mfa_reauthenticate_webauthn": _own_account,
    "mfa_remove_webauthn": Row(
        get=SIGNED_IN,
        post=SIGNED_IN,
        delete=SIGNED_IN,
        ok=_NOTHING_OF_ONES_OWN,
        args=lambda scene, place: {"pk": 1},
    ),
    "mfa_edit_webauthn": Row(
        get=SIGNED_IN, post=SIGNED_IN, ok=_NOTHING_OF_ONES_OWN, args=lambda scene, place: {"pk": 1}
    ),
    "usersessions_list": _own_account,
    "api-me": Row(get=SIGNED_IN),
    # People and roles.
    "accounts:members": Row(get=ADMINISTRATOR),
    "accounts:member_create": Row(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "accounts:member": Row(get=ADMINISTRATOR, args=_member),
    "accounts:member_change": _people,
    "accounts:membership_grant": _people,
    "accounts:membership_end": Row(
        get=ADMINISTRATOR,
        post=ADMINISTRATOR,
        args=lambda scene, place: {"code": place.user.code, "pk": place.membership.pk},
    ),
    "accounts:member_disable": _people,
    "accounts:member_enable": _people,
    "accounts:member_sign_out": _people,
    "accounts:member_password_link": _people,
    # Core: jobs, logs, files, calendar.
    "api:schema": Row(get=ANYONE, why="the shape of the API is no secret"),
    "api:docs": Row(get=ANYONE),
    "api/v1/.*$": Row(get=ANYONE, ok=frozenset({404}), why="an unknown address of the API: 404 in the API's shape"),
    "core:jobs": Row(get=SIGNED_IN, why="everybody sees the jobs they started"),
    "core:job": Row(get=may("jobs.view"), args=code("job"), closed=404),
    "core:job_cancel": Row(post=may("jobs.view"), args=code("job"), closed=404),
    "core:audit": Row(get=may("audit.view")),
    "core:reads": Row(get=may("reads.view")),
    "core:obligations": Row(get=may("obligations.view")),
    "core:obligation_retry": Row(post=may("obligations.view"), args=code("obligation")),
    "core:file": Row(get=frozenset(), args=code("file"), closed=404, why="without a rule for its kind: its owner only"),
    "core:calendar": Row(get=may("calendar.view")),
    "core:holiday_create": _calendar,
    "core:calendar_notice": _calendar,
    "core:term_create": _calendar,
    "core:holiday_edit": replace(_calendar, args=code("holiday")),
    "core:holiday_delete": replace(_calendar, args=code("holiday")),
    "core:term_edit": replace(_calendar, args=code("term")),
    "core:term_delete": replace(_calendar, args=code("term")),
    # Companionship: runs, proposals, rules for pairs, pairings.
    "companionship:runs": Row(get=may("matching.view")),
    "companionship:run_create": Row(get=may("matching.run"), post=may("matching.run")),
    "companionship:run_count": Row(post=may("matching.run")),
    "companionship:run": replace(_run, get=may("matching.view")),
    "companionship:run_progress": replace(_run, get=may("matching.view"), ok=_ON_TO_THE_ANSWER),
    "companionship:run_compare": replace(
        _run, get=may("matching.view"), ok=frozenset({404}), why="the first run has nothing to be compared with"
    ),
    "companionship:run_again": replace(_run, post=may("matching.run")),
    "companionship:run_accept": replace(_run, post=may("matching.run")),
    "companionship:rules": Row(get=may("matching.view")),
    "companionship:rule_lift": Row(post=may("matching.run"), args=code("rule")),
    "companionship:proposal_accept": replace(_proposal, post=may("matching.run")),
    "companionship:proposal_keep": replace(_proposal, post=may("matching.run")),
    "companionship:proposal_decline": replace(_proposal, get=may("matching.run"), post=may("matching.run")),
    "companionship:proposal_never": replace(_proposal, get=may("matching.run"), post=may("matching.run")),
    "companionship:pairings": Row(get=may("pairings.view")),
    "companionship:pairing": Row(get=may("pairings.view"), args=code("pairing")),
    "companionship:pairing_withdraw": Row(
        get=may("pairings.change"), post=may("pairings.change"), args=code("pairing")
    ),
    "api:matching-runs-list": Row(get=may("matching.view"), post=may("matching.run")),
    "api:matching-runs-detail": replace(_run, get=may("matching.view")),
    "api:matching-runs-solve-again": replace(_run, post=may("matching.run")),
    "api:proposals-list": Row(get=may("matching.view")),
    "api:proposals-detail": replace(_proposal, get=may("matching.view")),
    "api:proposals-accept": replace(_proposal, post=may("matching.run")),
    "api:proposals-decline": replace(_proposal, post=may("matching.run")),
    "api:proposals-lock": replace(_proposal, post=may("matching.run")),
    "api:proposals-forbid": replace(_proposal, post=may("matching.run")),
    "api:pairings-list": Row(get=may("pairings.view")),
    "api:pairings-detail": Row(get=may("pairings.view"), args=code("pairing")),
    "api:pairings-withdraw": Row(post=may("pairings.change"), args=code("pairing")),
    # Homes: everybody signed in sees that they exist.
    "centres:list": Row(get=may("centres.view")),
    "centres:create": Row(get=may("centres.add"), post=may("centres.add")),
    "centres:detail": Row(get=may("centres.view"), args=code("centre"), everywhere=frozenset(ROLES)),
    "centres:edit": _home,
    "centres:hours": _home,
    "centres:room_create": _home,
    "centres:room_edit": replace(_home, args=_room),
    "centres:room_close": replace(_home, args=_room),
    "centres:room_open": replace(_home, args=_room),
    # Children.
    "children:list": Row(get=may("children.view"), ok=_REDIRECTS, why="volunteer and guardian are led to their own"),
    "children:create": Row(get=may("children.change"), post=may("children.change")),
    "children:lookup": Row(get=may("children.reveal"), post=may("children.reveal")),
    "children:detail": Row(get=may("children.view"), args=code("child")),
    "children:family": Row(
        get=may("children.view") - {Role.VOLUNTEER}, args=code("child"), looking=frozenset({Role.VOLUNTEER})
    ),
    "children:history": Row(get=may("audit.view") - ADMINISTRATOR, args=code("child"), but=_BLIND_ADMINISTRATOR),
    "children:reads": Row(get=may("reads.view"), args=code("child")),
    "children:edit": _child,
    "children:leave": _child,
    "children:return": _child,
    "children:reveal": Row(
        get=may("children.reveal"), post=may("children.reveal"), args=code("child"), query="?part=national_id"
    ),
    "children:ward": Row(get=SIGNED_IN),
    # Volunteers.
    "volunteers:list": Row(get=may("volunteers.view"), ok=_REDIRECTS, why="a volunteer is led to the own record"),
    "volunteers:create": Row(get=may("volunteers.change"), post=may("volunteers.change")),
    "volunteers:lookup": Row(get=may("volunteers.reveal"), post=may("volunteers.reveal")),
    "volunteers:detail": Row(get=may("volunteers.view"), args=code("volunteer")),
    "volunteers:history": Row(get=may("audit.view") - ADMINISTRATOR, args=code("volunteer"), but=_BLIND_ADMINISTRATOR),
    "volunteers:edit": _week,
    "volunteers:status": _volunteer,
    "volunteers:check_create": _volunteer,
    "volunteers:check_withdraw": replace(_volunteer, args=_check),
    "volunteers:reveal": replace(_volunteer, query="?part=national_id"),
    "volunteers:availability": _week,
    "volunteers:away": _week,
    "volunteers:away_remove": replace(_week, args=_away),
    "volunteers:own": Row(get=frozenset({Role.VOLUNTEER})),
    # Imports of registers.
    "reports:imports": Row(get=may("imports.view")),
    "reports:import_create": Row(get=_importers, post=_importers),
    "reports:template": Row(get=may("imports.view"), args=lambda scene, place: {"kind": "children"}, hidden=200),
    "reports:import": Row(get=may("imports.view"), args=code("import")),
    "reports:columns": _import,
    "reports:people": _import,
    "reports:import_confirm": replace(_import, get=None),
    "reports:read_again": replace(_import, get=None),
    "reports:give_up": _import,
    "reports:import_undo": _import,
    "reports:rejected_file": replace(_import, post=None),
    "api:imports-list": Row(get=may("imports.view"), post=may("imports.view")),
    "api:imports-detail": Row(get=may("imports.view"), args=code("import")),
    "api:imports-rows": Row(get=may("imports.view"), args=code("import")),
    "api:imports-columns": replace(_import, get=None, post=None, put=frozenset({Role.MANAGER})),
    "api:imports-confirm": replace(_import, get=None),
    "api:imports-decide": replace(_import, get=None),
    "api:imports-undo": replace(_import, get=None),
    # The API of homes, children and volunteers.
    "api:centres-list": Row(get=may("centres.view"), post=may("centres.add")),
    "api:centres-detail": Row(
        get=may("centres.view"),
        patch=may("centres.change"),
        args=code("centre"),
        everywhere=frozenset(ROLES),
        writes_at_home=may("centres.change") - ADMINISTRATOR,
    ),
    "api:centres-add-room": replace(_home, get=None),
    "api:centres-set-hours": replace(_home, get=None, post=None, put=may("centres.change")),
    "api:children-list": Row(get=may("children.view"), post=may("children.change")),
    "api:children-detail": Row(get=may("children.view"), patch=may("children.change"), args=code("child")),
    "api:children-look-up": Row(post=may("children.reveal")),
    "api:children-leave": Row(post=may("children.change"), args=code("child")),
    "api:children-bring-back": Row(post=may("children.change"), args=code("child")),
    "api:volunteers-list": Row(get=may("volunteers.view"), post=may("volunteers.change")),
    "api:volunteers-detail": Row(
        get=may("volunteers.view"), patch=_own_or_manager, args=code("volunteer"), looking=_week.looking
    ),
    "api:volunteers-look-up": Row(post=may("volunteers.reveal")),
    "api:volunteers-change-status": Row(post=may("volunteers.change"), args=code("volunteer")),
    "api:volunteers-record-check": Row(post=may("volunteers.record_check"), args=code("volunteer")),
    "api:volunteers-withdraw-check": Row(post=may("volunteers.record_check"), args=code("volunteer")),
    "api:volunteers-set-week": replace(_week, get=None, post=None, put=_own_or_manager),
    "api:volunteers-add-away": replace(_week, get=None),
}

ADMIN_SITE = Row(
    get=ADMINISTRATOR,
    post=ADMINISTRATOR,
    ok=frozenset({302, 403, 404, 405}),
    closed=302,
    why="Django's admin shows accounts to administrators and changes nothing; others are led to the door",
)
"""Every route under /admin/ (Django makes them from the two registered models)."""
