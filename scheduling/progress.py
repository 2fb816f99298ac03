"""Progress on standard error: lines for a file, one moving line for a terminal."""

from typing import TextIO

_WIDTH = 24


class Meter:
    """Writes stage, value and bound; on a terminal a bar of how near value and bound have come.

    Parameters
    ----------
    out : TextIO or None
        Where to write; None for nowhere. When nobody reads any more, the work goes on in silence.
    """

    def __init__(self, out: TextIO | None) -> None:
        self._out = out
        self._terminal = out is not None and out.isatty()
        self._last = ""

    def __call__(self, stage: str, value: int | None, bound: int | None) -> None:
        """Show a step."""
        numbers = [f"{name} {number}" for name, number in (("value", value), ("bound", bound)) if number is not None]
        text = " ".join([stage, *numbers])
        if text == self._last:
            return
        self._last = text
        self._write(f"\r\x1b[K{self._bar(value, bound)} {text}" if self._terminal else text + "\n")

    def close(self) -> None:
        """End the moving line."""
        if self._terminal and self._last:
            self._write("\n")
        self._out = None

    def _write(self, text: str) -> None:
        if self._out is None:
            return
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:
            self._out = None

    @staticmethod
    def _bar(value: int | None, bound: int | None) -> str:
        share = 0.0
        if value is not None and bound is not None:
            low, high = sorted((abs(value), abs(bound)))
            share = 1.0 if value == bound else min(low / high, 0.99) if value * bound > 0 else 0.0
        full = int(share * _WIDTH)
        return "[" + "#" * full + "." * (_WIDTH - full) + "]"
