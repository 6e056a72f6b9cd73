"""What the person at the terminal can put right."""

from __future__ import annotations

NOT_HELD, NOT_VALID = 1, 2  # exit codes: an expectation, or a line; and what was asked for


class Trouble(Exception):
    """The message says what is wrong, in the words of whoever typed it."""


class Failed(Trouble):
    """It was asked for rightly, and did not work; later it may."""
