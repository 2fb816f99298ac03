"""What is done with groups again and again: take some of them, or the best few of each."""

import numpy as np

from scheduling.pairing.problem import Ints


def gather(first: Ints, some: Ints) -> tuple[Ints, Ints]:
    """Take some groups of a list that holds group ``i`` at ``first[i]`` to ``first[i + 1] - 1``.

    Returns
    -------
    first, entry : int64 arrays
        Where the taken groups begin in a list of their own, one more than there are of them; and where the entries of
        that list stand in the old one.
    """
    size = first[some + 1] - first[some]
    begin = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    return begin, np.arange(int(begin[-1])) + np.repeat(first[some] - begin[:-1], size)


def turned(first: Ints, member: Ints, members: int) -> tuple[Ints, Ints, Ints]:
    """Turn groups round: from the members of each group, ``member[first[i] : first[i + 1]]``, to the groups of each.

    Returns
    -------
    first, group, order : int64 arrays
        The groups of member ``j``, ascending, are ``group[first[j] : first[j + 1]]``; where they stood before.
    """
    order = np.argsort(member, kind="stable")
    group = np.repeat(np.arange(len(first) - 1), np.diff(first))[order]
    return np.searchsorted(member[order], np.arange(members + 1)), group, order


def best_of_each(owner: Ints, worth: Ints, most: int | Ints) -> Ints:
    """Return the places of the best few of each owner, owner by owner, best first.

    Parameters
    ----------
    owner, worth : int64 arrays [n]
    most : int or int64 array [owners]
        How many of each.
    """
    order = np.lexsort((-worth, owner))
    sorted_ = owner[order]
    rank = np.arange(len(order)) - np.searchsorted(sorted_, sorted_)
    return order[rank < (most if isinstance(most, int) else most[sorted_])]
