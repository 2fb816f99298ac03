"""What happens to a volunteer's record: one function each, one transaction each (S08)."""

from .availability import add_time_away, remove_time_away, set_availability
from .checks import record_check, withdraw_check
from .records import change_status, change_volunteer, link_account, reveal_fields
from .registering import register_many, register_volunteer
from .unregistering import unregister_many

__all__ = [
    "add_time_away",
    "change_status",
    "change_volunteer",
    "link_account",
    "record_check",
    "register_many",
    "register_volunteer",
    "remove_time_away",
    "reveal_fields",
    "set_availability",
    "unregister_many",
    "withdraw_check",
]
