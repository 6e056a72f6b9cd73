"""Time zones as people look for them: by city or country, in their own language."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from dialogs.reader import locale_of
from dialogs.scheduling.hours import country_of

MOST = 12  # shown at once
ENOUGH = 4  # letters, to be looked for in the middle of a name


@dataclass(frozen=True, slots=True)
class Zone:
    key: str
    city: str
    country: str


def zone_named(key: str) -> ZoneInfo | None:
    """The zone, if it is one: what a browser says is not always known here."""
    return ZoneInfo(key) if key in available_timezones() else None


def found(said: str, language: str) -> Sequence[Zone]:
    """Zones whose city, country or name begins with, or else has, what was said."""
    wanted = _plain(said)
    if not wanted:
        return ()
    ranked: dict[Zone, int] = {}
    for zone in _all(language):
        names = [_plain(each) for each in (zone.city, zone.country, zone.key.rpartition("/")[2], zone.key)]
        if wanted in names:
            ranked[zone] = 0
        elif any(name.startswith(wanted) for name in names[:3]):
            ranked[zone] = 1 if names[0].startswith(wanted) else 2
        elif len(wanted) >= ENOUGH and any(wanted in name for name in names):
            ranked[zone] = 3
    return sorted(ranked, key=lambda zone: (ranked[zone], zone.city))[:MOST]


@lru_cache(maxsize=16)
def _all(language: str) -> tuple[Zone, ...]:
    locale = locale_of(language)
    aliases = get_global("zone_aliases")
    keys = (key for key in available_timezones() if "/" in key and key not in aliases)
    return tuple(_zone(key, locale) for key in sorted(keys) if country_of(key))


def _zone(key: str, locale: Locale) -> Zone:
    country = str(locale.territories.get(country_of(key) or "", ""))
    return Zone(key, get_timezone_location(key, locale, return_city=True), country)


def _plain(words: str) -> str:
    """Without case, accents and underscores: "sao paulo" finds São Paulo."""
    apart = unicodedata.normalize("NFKD", words.replace("_", " ").casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).strip()
