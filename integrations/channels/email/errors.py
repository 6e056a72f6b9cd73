"""What mail servers answer, sorted by what it means for us: the same words come at once, and later in a bounce."""

from __future__ import annotations

import re

from integrations.channels.base import BadAddress, ChannelError, Refused, Temporary

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")  # RFC 3463
BASIC = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")

# By class, subject and detail, the narrower first; RFC 3463 and what large providers make of it.
MEANINGS: dict[str, type[ChannelError]] = {
    "5.1.7": Refused,  # the sender's address is bad, not theirs
    "5.1.8": Refused,
    "5.1": BadAddress,
    "5.2.1": BadAddress,  # the mailbox is closed
    "5.2.2": Temporary,  # … is full
    "5.4.1": BadAddress,  # Exchange: nobody of that name behind this door
    "5.4.4": BadAddress,  # no host of that name
    "5.4.7": Temporary,  # it took too long
    "5.4.300": Temporary,
    "5.4.310": BadAddress,  # Exchange: the domain does not exist
    "5": Refused,
    "4": Temporary,
}
# For those who name no detail, or the wrong one.
NOBODY = re.compile(
    r"user unknown|unknown (?:user|recipient|address)|no such (?:user|recipient|mailbox|address|person)"
    r"|(?:mailbox|user|address|account|recipient)(?: \S+)? (?:is )?(?:unavailable|not found|unknown|invalid)"
    r"|(?:mailbox|account)(?: \S+)? (?:is )?(?:disabled|inactive)"
    r"|(?:does not|doesn.t) exist|not a valid (?:mailbox|recipient)|recipient (?:address )?rejected|no mailbox here",
    re.IGNORECASE,
)
FULL = re.compile(r"(?:mailbox|quota|storage).{0,40}(?:full|exceeded)|over ?quota", re.IGNORECASE)


def code_in(words: str, default: str = "") -> str:
    """The code a server gave, the enhanced one if there is one."""
    if found := ENHANCED.search(words):
        return found.group()
    plain = BASIC.search(words)
    return plain.group() if plain else default


def meaning_of(code: str, words: str = "") -> type[ChannelError]:
    """What a code (5.1.1, or 550) comes to. Words decide only where the code says nothing."""
    if code.startswith("4"):
        return Temporary
    vague = "." not in code or code in ("5.0.0", "5.5.0")
    if vague and FULL.search(words):
        return Temporary
    if vague and NOBODY.search(words):
        return BadAddress
    if "." not in code:
        # 552: their storage is full. 550, 551 and 553 are about a mailbox; servers with another reason name it.
        return {"552": Temporary, "550": BadAddress, "551": BadAddress, "553": BadAddress}.get(code, Refused)
    kind, subject, _ = code.split(".")
    return next(MEANINGS[each] for each in (code, f"{kind}.{subject}", kind, "5") if each in MEANINGS)
