"""What can be asked to go wrong at each vendor of the town, by a word that a person types."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.standins.feed import Fault as FeedFault
from integrations.standins.google.refusing import Fault as GoogleFault
from integrations.standins.microsoft.faults import Fault as GraphFault
from integrations.standins.mishaps import Mishaps
from integrations.standins.town import Town

SLOWLY = 60.0  # seconds; whoever waits for it waits too long
WAIT = "5"  # seconds, as Retry-After

MICROSOFT: Mapping[str, GraphFault] = {
    "401": GraphFault(401, "InvalidAuthenticationToken"),
    "403": GraphFault(403, "ErrorAccessDenied"),
    "409": GraphFault(409, "ErrorDuplicateTransactionId", on="POST /users"),
    "412": GraphFault(412, "ErrorIrresolvableConflict", on="PATCH"),
    "429": GraphFault(429, "ApplicationThrottled", WAIT),
    "500": GraphFault(500, "generalException"),
    "503": GraphFault(503, "serviceNotAvailable", WAIT),
    "slow": GraphFault(slow=SLOWLY),
    "cut": GraphFault(cut=True),
    "page": GraphFault(page=True),
}
GOOGLE: Mapping[str, GoogleFault] = {
    "401": GoogleFault.UNKNOWN_TOKEN,
    "403": GoogleFault.SWITCHED_OFF,
    "429": GoogleFault.WAIT,
    "500": GoogleFault.BROKEN,
    "503": GoogleFault.AWAY,
    "quota": GoogleFault.QUOTA,
    "slow": GoogleFault.SLOW,
    "cut": GoogleFault.CUT,
    "page": GoogleFault.A_PAGE,
}
FEED: Mapping[str, FeedFault] = {
    "403": FeedFault.CLOSED,
    "410": FeedFault.GONE,
    "429": FeedFault.BUSY,
    "500": FeedFault.BROKEN,
    "slow": FeedFault.SLOW,
    "cut": FeedFault.TORN,
    "half": FeedFault.HALF,
    "page": FeedFault.A_PAGE,
}
STATUSES = ("401", "403", "404", "429", "500", "503")
TROUBLES: Mapping[str, tuple[str, ...]] = {
    "microsoft": tuple(MICROSOFT),
    "google": tuple(GOOGLE),
    "zoom": (*STATUSES, "slow", "cut"),
    "calendly": (*STATUSES, "slow", "cut"),
    "feed": tuple(FEED),
}


def trouble(town: Town, vendor: str, word: str, times: int) -> None:
    """The next so many requests to this vendor go wrong like that. Raises KeyError for what TROUBLES does not list."""
    if word not in TROUBLES[vendor]:
        raise KeyError(word)
    match vendor:
        case "microsoft":
            town.microsoft.faults.add(MICROSOFT[word], times)
        case "google":
            town.google.fail(GOOGLE[word], times)
        case "feed":
            town.feed.fail(FEED[word], times)
        case _:
            _mishap(town.zoom.mishaps if vendor == "zoom" else town.calendly.mishaps, word, times)


def _mishap(mishaps: Mishaps, word: str, times: int) -> None:
    if word == "slow":
        mishaps.dawdle(SLOWLY, times=times)
    elif word == "cut":
        mishaps.lose(times=times)
    else:
        headers = {"Retry-After": WAIT} if word in ("429", "503") else None
        mishaps.refuse(int(word), {"title": "Asked for", "message": "Asked for"}, headers, times=times)
