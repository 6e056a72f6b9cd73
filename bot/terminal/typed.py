"""What is typed in a chat: somebody's words, somebody else's turn to write, or a wish about the chat itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.terminal.feed import Somebody

# A recruiter's command, which only looks like one of ours.
_TO_THE_ASSISTANT = re.compile(r"/(?:ask)?arsan\b", re.IGNORECASE)
_NAMED = re.compile(r"(?P<as>as\s+)?(?P<who>[^\W\d_][\w .'’-]{0,40}?)\s*:(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_SWITCH = re.compile(r"/?as\s+(?P<who>[^:]+):?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """Said by `who`; by whoever writes at the moment where nobody is named."""

    text: str
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    who: str


@dataclass(frozen=True, slots=True)
class Wish:
    """`/wait 2d`: its name, and what stands behind it."""

    name: str
    rest: str


@dataclass(frozen=True, slots=True)
class Hint:
    """It cannot be meant like this; what to write instead."""

    text: str


Typed = Words | Switch | Wish | Hint


def read_line(line: str, people: Mapping[str, Somebody], wishes: Sequence[str]) -> Typed | None:
    """None where there is nothing: an empty line, or a note that begins with #."""
    line = line.strip()
    if not line or line.startswith("#"):
        return None
    if line.startswith("/") and not _TO_THE_ASSISTANT.match(line) and not _SWITCH.fullmatch(line):
        return _wish(line, wishes)
    named = _NAMED.fullmatch(line)
    if named:
        found = _named(named["who"], named["rest"].strip(), people, sure=bool(named["as"]))
        if found:
            return found
    switch = _SWITCH.fullmatch(line)
    if switch and (line.startswith("/") or who_is(switch["who"], people)):
        key = who_is(switch["who"], people)
        return Switch(key) if key else _nobody(switch["who"], people)
    return Words(line)


def who_is(said: str, people: Mapping[str, Somebody]) -> str | None:
    """By key, by the whole name or by the first one."""
    wanted = said.strip().casefold()
    for key, person in people.items():
        if wanted in (key.casefold(), person.name.casefold(), person.name.split()[0].casefold()):
            return key
    return None


def _named(said: str, rest: str, people: Mapping[str, Somebody], *, sure: bool) -> Typed | None:
    key = who_is(said, people)
    if key:
        return Words(rest, key) if rest else Switch(key)
    # "note: I am late" and "as soon as you can: today" are said like that; "crl: Tuesday" and "as bob: hi" are slips.
    return _nobody(said, people) if (sure and " " not in said) or _near(said, people) else None


def _near(said: str, people: Mapping[str, Somebody]) -> list[str]:
    return get_close_matches(said.strip().casefold(), list(people), n=1, cutoff=0.7)


def _nobody(said: str, people: Mapping[str, Somebody]) -> Hint:
    near = _near(said, people)
    meant = f"did you mean {near[0]}?" if near else f"there is {', '.join(people)}."
    return Hint(f"Nobody here is called {said.strip()}; {meant}")


def _wish(line: str, wishes: Sequence[str]) -> Typed:
    name, _, rest = line[1:].partition(" ")
    if name.lower() in wishes:
        return Wish(name.lower(), rest.strip())
    near = get_close_matches(name.lower(), wishes, n=1)
    return Hint(f"/{name} is not known here; " + (f"did you mean /{near[0]}?" if near else "/help shows what is."))
