"""Whether a mail is from whom it says: From is whatever a sender typed, so something else has to bear it out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from integrations.channels.email.opened import Opened

# As if the server that signs with no name had this one: Exchange Online does so.
NAMELESS = "(none)"


class Verdict(StrEnum):
    """What servers we believe found out about the domain in From."""

    PASS = "pass"  # noqa: S105 – a result, as RFC 8601 names it
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the way in knows besides the mail. None: it does not know."""

    sender: str | None = None  # MAIL FROM; empty: the null return path
    recipients: tuple[str, ...] = ()
    spf: str | None = None
    dkim: Mapping[str, str] = field(default_factory=dict)  # by the domain that signed


def is_trusted(verdict: Verdict, *, token: bool, several_senders: bool) -> bool:
    """The token was told to one person only; a domain that vouches does as well. One that disowns the mail wins."""
    return not several_senders and verdict is not Verdict.FAIL and (token or verdict is Verdict.PASS)


def verdict_on(opened: Opened, sender: str, envelope: Envelope, believed: Sequence[str]) -> Verdict:
    domain = sender.rpartition("@")[2].lower().rstrip(".")
    found = [*_told_by_the_way_in(envelope), *_told_in_headers(opened, believed)]
    for method, result, of in found:
        if method == "dmarc" and aligned(of or domain, domain):
            if result in ("pass", "bestguesspass"):
                return Verdict.PASS
            if result == "fail":
                return Verdict.FAIL
    if any(method in ("dkim", "spf") and result == "pass" and aligned(of, domain) for method, result, of in found):
        return Verdict.PASS
    # A signature breaks on many honest ways; a server that may not send for a domain is another matter.
    if any(method == "spf" and result == "fail" and aligned(of, domain) for method, result, of in found):
        return Verdict.FAIL
    return Verdict.NONE


def aligned(one: str, other: str) -> bool:
    """The same organisation, as DMARC's relaxed mode has it: the same domain, or one within the other."""
    one, other = one.lower().strip("."), other.lower().strip(".")
    inside = one.endswith(f".{other}") or other.endswith(f".{one}")
    return bool(one) and (one == other or (inside and min(one.count("."), other.count(".")) >= 1))


def _told_by_the_way_in(envelope: Envelope) -> Iterator[tuple[str, str, str]]:
    for domain, result in envelope.dkim.items():
        yield "dkim", result.lower(), domain.lstrip("@")
    if envelope.spf and envelope.sender:
        yield "spf", envelope.spf.lower(), envelope.sender.rpartition("@")[2]


METHOD = re.compile(r"\s*(dkim|spf|dmarc)\s*=\s*(\w+)", re.IGNORECASE)
OF = {
    "dkim": re.compile(r"header\.(?:d|i)\s*=\s*\"?(?:[^\s;@\"]*@)?([\w.-]+)", re.IGNORECASE),
    "spf": re.compile(r"smtp\.(?:mailfrom|helo)\s*=\s*\"?(?:[^\s;@\"]*@)?([\w.-]+)", re.IGNORECASE),
    "dmarc": re.compile(r"header\.from\s*=\s*\"?([\w.-]+)", re.IGNORECASE),
}


def _told_in_headers(opened: Opened, believed: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """The results of servers we believe. What stands below another server's headers came in with the mail."""
    names = {each.lower() for each in believed}
    begun = False
    for name, value in _raw(opened):
        server, results = _signed(value)
        ours = name == "authentication-results" and server.lower() in names
        if begun and not ours:
            return
        if ours:
            begun = True
            yield from _results(results)


def _signed(value: str) -> tuple[str, str]:
    """Which server says so, and what."""
    server, _, results = value.partition(";")
    name = server.strip().split(" ")[0]
    return (NAMELESS, value) if "=" in name else (name, results)


def _raw(opened: Opened) -> Iterator[tuple[str, str]]:
    return ((name.lower(), " ".join(str(value).split())) for name, value in opened.mail.raw_items())


def _results(told: str) -> Iterator[tuple[str, str, str]]:
    # In brackets and quotes stand words of others: what is in them could look like another result.
    plain = re.sub(r'"[^"]*"', lambda quoted: quoted.group().replace(";", " "), told[:8_000])
    while (bare := re.sub(r"\([^()]*\)", " ", plain)) != plain:
        plain = bare
    for each in plain.split(";"):
        if found := METHOD.match(each):
            method = found[1].lower()
            of = OF[method].search(each)
            yield method, found[2].lower(), of[1] if of else ""
