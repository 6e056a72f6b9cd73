"""`askarsan channels abilities`: what each channel can do, what is done where it cannot, and the page that says so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta

from bot.terminal.screen import standard_output, table
from integrations.abilities import carried
from integrations.channels.base import Abilities

NO = "–"


def show_abilities(*, as_json: bool) -> None:
    console = standard_output()
    if as_json:
        told = [{"channel": name, "by": vendor, **_told(abilities)} for name, vendor, abilities in carried()]
        console.print_json(json.dumps(told, ensure_ascii=False))
        return
    console.print(table(HEAD, _rows()))


def _told(abilities: Abilities) -> dict[str, object]:
    """As a machine reads it: lengths of time in hours."""
    hours = abilities.window / timedelta(hours=1) if abilities.window else None
    return {**asdict(abilities), "unit": abilities.unit.value, "window": hours}


def reference() -> str:
    """The text of docs/reference/channels.md."""
    lines = [
        "# Channels",
        "",
        "What each channel can do with each vendor that carries it; `gateway` is",
        "[a firm's own](../how-to/add-a-channel.md#without-code). `askarsan channels abilities` shows the table.",
        "This page is made from the code; a test compares the two.",
        "",
        *_written(HEAD, _rows()),
        "",
        "## What is done where it cannot",
        "",
        *_written(["where", "instead", "on"], _fallbacks()),
    ]
    return "\n".join(lines) + "\n"


def _written(head: list[str], rows: Iterator[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _rows() -> Iterator[list[str]]:
    for name, vendor, abilities in carried():
        yield [name, vendor, *(word(abilities) for word in COLUMNS.values())]


def _fallbacks() -> Iterator[list[str]]:
    everything = list(carried())
    for missing, instead, concerns in FALLBACKS:
        if on := [(name, vendor) for name, vendor, abilities in everything if concerns(abilities)]:
            yield [missing, instead, _named(on) if len(on) < len(everything) else "all"]


def _named(on: list[tuple[str, str]]) -> str:
    """Each channel once; with its vendor only where another vendor of the same channel can do it."""
    vendors = Counter(name for name, _, _ in carried())
    concerned = Counter(name for name, _ in on)
    named = [name if concerned[name] == vendors[name] else f"{name} by {vendor}" for name, vendor in on]
    return ", ".join(dict.fromkeys(named))


def _yes(can: bool) -> str:
    return "yes" if can else NO


def _length(abilities: Abilities) -> str:
    return f"{abilities.max_length:,} {abilities.unit}" if abilities.max_length else "any"


def _once(abilities: Abilities) -> str:
    if abilities.takes_key:
        return "recognised"
    return "asked first" if abilities.looks_up else NO


def _window(abilities: Abilities) -> str:
    return _lasting(abilities.window) if abilities.window else "always"


def _lasting(time: timedelta) -> str:
    hours, minutes = divmod(int(time.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02} min after they wrote"


COLUMNS: dict[str, Callable[[Abilities], str]] = {
    "buttons": lambda it: f"up to {it.buttons}" if it.buttons else NO,
    "label": lambda it: (f"{it.label} characters" if it.label else "any") if it.buttons else NO,
    "cards": lambda it: _yes(it.cards),
    "text": _length,
    "subject": lambda it: _yes(it.subject),
    "HTML": lambda it: _yes(it.html),
    "invite (.ics)": lambda it: _yes(it.invites),
    "receipts": lambda it: _yes(it.receipts),
    "sent again": _once,
    "anything may be sent": _window,
    "writes first": lambda it: _yes(it.opens),
}

HEAD = ["channel", "by", *COLUMNS]

# What is missing, what is done instead, and whom it concerns.
FALLBACKS: tuple[tuple[str, str, Callable[[Abilities], bool]], ...] = (
    ("there are no buttons", "choices are numbered lines; a number is an answer", lambda it: not it.buttons),
    (
        "there are more choices than buttons",
        "all of them are numbered lines: never some as buttons and the others not",
        lambda it: it.buttons > 0,
    ),
    (
        "a label is too long",
        "it ends in …; if two would read alike then, all are numbered",
        lambda it: it.buttons > 0 and it.label > 0,
    ),
    (
        "there are no cards",
        "a recruiter asks with `status` and decides in words; everything that a card's buttons do can be written",
        lambda it: not it.cards,
    ),
    (
        "a text is too long",
        "it goes in several messages, cut where a reader would pause; buttons stand below the last",
        lambda it: it.max_length is not None,
    ),
    ("there is no subject", "it is left out: every text says by itself what it is about", lambda it: not it.subject),
    ("there is no HTML", "the plain text is sent, which always says the same", lambda it: not it.html),
    ("there is no invite", "the text says when and where; the invite itself goes by mail", lambda it: not it.invites),
    (
        "nobody tells what became of a message",
        "taken by the vendor is all that is known; it does not count as read",
        lambda it: not it.receipts,
    ),
    (
        "an answer got lost and the vendor cannot tell two messages apart",
        "a nudge or a reminder is not sent again; what somebody waits for is, and may then arrive twice",
        lambda it: not it.takes_key and not it.looks_up,
    ),
    (
        "somebody has not written for so long",
        "a template that the vendor has approved is sent; where there is none, the next channel is used",
        lambda it: it.window is not None,
    ),
    (
        "somebody has never written there",
        "they are written to on another channel, until they write here or open their own link",
        lambda it: not it.opens,
    ),
)
