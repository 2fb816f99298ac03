"""Progress on standard error: lines for a file, one moving line for a terminal."""

from typing import TextIO

_WIDTH = 24


class Meter:
    """Writes stage, value and bound; on a terminal a bar of how near value and bound have come.

    Parameters
    ----------
    out : TextIO
        Where to write.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._terminal = out.isatty()
        self._last = ""

    def __call__(self, stage: str, value: int | None, bound: int | None) -> None:
        """Show a step."""
        text = stage if value is None or bound is None else f"{stage} value {value} bound {bound}"
        if text == self._last:
            return
        self._last = text
        if self._terminal:
            self._out.write(f"\r\x1b[K{self._bar(value, bound)} {text}")
        else:
            self._out.write(text + "\n")
        self._out.flush()

    def close(self) -> None:
        """End the moving line."""
        if self._terminal and self._last:
            self._out.write("\n")
            self._out.flush()

    @staticmethod
    def _bar(value: int | None, bound: int | None) -> str:
        share = 0.0
        if value is not None and bound is not None:
            low, high = sorted((abs(value), abs(bound)))
            share = 1.0 if value == bound else min(low / high, 0.99) if value * bound > 0 else 0.0
        full = int(share * _WIDTH)
        return "[" + "#" * full + "." * (_WIDTH - full) + "]"
