"""A part of the time limit kept for what must come last."""

from scheduling.stop import Stop


class Reserve(Stop):
    """A stop that comes somewhat before another one, and does not stop that one.

    Parameters
    ----------
    stop : Stop
    share : float
        Share of the time that is left now, to be kept.
    most : float
        Seconds that are kept at most.
    """

    def __init__(self, stop: Stop, share: float, most: float) -> None:
        left = stop.remaining()
        super().__init__(None if left is None else left - min(most, share * left), stop.wanted)
