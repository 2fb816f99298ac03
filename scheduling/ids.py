"""Ids that callers name, looked up."""

from collections.abc import Sequence


def index_of(ids: Sequence[str], wanted: str, what: str, *, of: str = "this problem") -> int:
    """Return the index of an id.

    Parameters
    ----------
    ids : sequence of str
    wanted : str
    what : str
        What the id should be, for the message: a child, a shift, a stop.
    of : str
        Whose ids these are.

    Raises
    ------
    ValueError
        There is no such id; the message names it.
    """
    try:
        return ids.index(wanted)
    except ValueError:
        raise ValueError(f"{wanted!r} is not in {of}: {wanted!r} is no {what}") from None
