"""What happens to an import: received, read, decided about, written, undone; one function each."""

from .deciding import correct_columns, decide_match, give_up
from .loading import import_file
from .reading import read_import
from .receiving import read_again, receive_register
from .undoing import undo_import
from .writing import compare_again, confirm_import, write_import

__all__ = [
    "compare_again",
    "confirm_import",
    "correct_columns",
    "decide_match",
    "give_up",
    "import_file",
    "read_again",
    "read_import",
    "receive_register",
    "undo_import",
    "write_import",
]
