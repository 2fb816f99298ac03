"""What happens to a child's file: one function each, one transaction each (S01, S02)."""

from .changing import (
    bring_back,
    change_child,
    change_file,
    link_guardian_account,
    mark_left,
    set_companion_wishes,
    set_guardian,
)
from .reading import open_file, reveal_fields
from .registering import register_child, register_many
from .unregistering import unregister_many

__all__ = [
    "bring_back",
    "change_child",
    "change_file",
    "link_guardian_account",
    "mark_left",
    "open_file",
    "register_child",
    "register_many",
    "reveal_fields",
    "set_companion_wishes",
    "set_guardian",
    "unregister_many",
]
