"""What the person at the terminal can put right."""

from __future__ import annotations

from integrations.channels.base import ChannelError, Temporary

NOT_HELD, NOT_VALID = 1, 2  # exit codes: an expectation, or a line; and what was asked for


class Trouble(Exception):
    """The message says what is wrong, in the words of whoever typed it."""


class Failed(Trouble):
    """It was asked for rightly, and did not work; later it may."""


def said_by(label: str, error: Exception, remedy: str = "") -> str:
    """What a vendor's desk says went wrong: whose it is stands there once, and behind it what to do."""
    said = f"{str(error).rstrip('.')}."
    named = label.split(maxsplit=1)[0].casefold() in said.casefold()
    whole = said[0].upper() + said[1:] if named else f"{label}: {said}"
    return f"{whole} {remedy}".rstrip()


def out_of_reach(error: ChannelError) -> bool:
    """Nobody answered there at all: it is the way that is wrong, and not the message or the key."""
    return isinstance(error, Temporary) and (error.code or "").startswith("no connection")


def refused(vendor: str, error: ChannelError) -> str:
    """What came of asking a vendor for something else than to send."""
    if out_of_reach(error):
        return f"{vendor} cannot be reached from here. Is a network or proxy in the way, or its address set wrongly?"
    if type(error) is Temporary:
        return f"{vendor} would not just now ({error.code or 'no reason given'}): try again in a while."
    return f"{vendor} would not. {error}"
