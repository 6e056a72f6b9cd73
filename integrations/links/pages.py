"""What a booking page says of itself: pages that answer 200 and still let nobody book."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from integrations.links.base import Kind

LONGEST = 200_000  # letters of a page that are read

# Said anywhere in what people see. Each vendor's own words, in English: that is what we ask for.
SAID: dict[Kind, tuple[str, ...]] = {
    Kind.CALENDLY: (
        "this calendly url is not valid",
        "this calendar is currently unavailable",
        "this page is currently unavailable",
        "this scheduling link has already been used",
        "this link is no longer active",
    ),
    Kind.MICROSOFT: (
        "this booking page isn't available",
        "this booking page is not available",
        "this bookings page is unavailable",
        "this calendar isn't available for booking",
        "this booking calendar is no longer available",
    ),
    Kind.GOOGLE: (
        "this booking page isn't available",
        "this booking page is not available",
        "this appointment schedule isn't available",
        "the requested appointment schedule is not available",
        "booking page not found",
    ),
    Kind.CAL: (
        "this page does not exist",
        "this user doesn't have any event types",
        "this event type is hidden",
        "this private link has expired",
    ),
}

# Said in the title or a heading, by whichever site. Further down a page such words may be about anything.
HEADED = re.compile(
    r"""
      \b404\b | \b410\b | \bnot\sfound\b | n't\s(be\s)?found\b | \bnot\sbe\sfound\b
    | \b(not|no\slonger)\s(available|active)\b | n't\s(available|active)\b | \bunavailable\b
    | \b(doesn't|does\snot|no\slonger)\sexists?\b | \bexpired\b
    | \b(page|link|calendar|schedule|account|site)\s(is|was|has\sbeen)\s
      (disabled|deactivated|suspended|deleted|removed)\b
    | \bdomain\s(is|may\sbe)\sfor\ssale\b
    """,
    re.VERBOSE,
)

# Where a link leads that is only for those who sign in.
SIGN_IN = frozenset(
    {"accounts.google.com", "login.microsoftonline.com", "login.live.com", "login.microsoft.com", "app.cal.com"}
)


def says_unavailable(html: str, kind: Kind) -> bool:
    """Does the page itself say that nothing can be booked here?"""
    page = _Page()
    page.feed(html[:LONGEST])
    page.close()
    whole, headings = _plain(page.shown), _plain(page.headings)
    if any(words in whole for words in SAID.get(kind, ())):
        return True
    return HEADED.search(headings) is not None


def asks_for_a_person(html: str) -> bool:
    """A riddle that keeps programs out."""
    page = _Page()
    page.feed(html[:LONGEST])
    page.close()
    return "just a moment" in _plain(page.headings) or "verify you are human" in _plain(page.shown)


def _plain(pieces: list[str]) -> str:
    return " ".join(" ".join(pieces).replace("’", "'").split()).lower()


class _Page(HTMLParser):
    """What people see of a page, and its headings. A script may hold every sentence a vendor ever says."""

    UNSEEN = frozenset({"script", "style", "noscript", "template", "svg"})
    HEADINGS = frozenset({"title", "h1", "h2"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.headings: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.UNSEEN | self.HEADINGS:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            # A tag that was forgotten ends with the one around it.
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.UNSEEN.isdisjoint(self._inside):
            self.shown.append(data)
            if not self.HEADINGS.isdisjoint(self._inside):
                self.headings.append(data)
