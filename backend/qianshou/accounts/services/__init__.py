"""What can happen to accounts: one function each."""

from .demo import DEMO_PEOPLE, create_demo_people
from .memberships import end_membership, grant_membership
from .people import (
    change_person,
    create_person,
    disable_person,
    enable_person,
    password_link,
    save_preferences,
    sign_out_everywhere,
)
from .tokens import create_token, note_token_use, revoke_token

__all__ = [
    "DEMO_PEOPLE",
    "change_person",
    "create_demo_people",
    "create_person",
    "create_token",
    "disable_person",
    "enable_person",
    "end_membership",
    "grant_membership",
    "note_token_use",
    "password_link",
    "revoke_token",
    "save_preferences",
    "sign_out_everywhere",
]
