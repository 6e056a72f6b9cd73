"""Which time zone a calendar means by the name it writes: IANA's, Windows', or one dressed up by a vendor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

# Windows has renamed these; old mails and mailboxes still carry them, CLDR no longer does.
RENAMED = {
    "armenian standard time": "Asia/Yerevan",
    "kamchatka standard time": "Asia/Kamchatka",
    "mexico standard time": "America/Mexico_City",
    "mexico standard time 2": "America/Chihuahua",
    "mid-atlantic standard time": "Etc/GMT+2",
}
UTC_NAMES = ("tzone://microsoft/utc", "z", "utc/gmt", "coordinated universal time")
NO_PLACE = frozenset({"Factory", "localtime", "posixrules"})


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of a TZID or of a mailbox setting; None where the name alone says nothing ("Customized Time Zone")."""
    known = _known()
    return next((ZoneInfo(known[each]) for each in _readings(name) if each in known), None)


def _readings(name: str) -> Iterator[str]:
    cleaned = name.strip().strip("\"'/").strip().lower()
    yield cleaned
    # "/freeassociation.sourceforge.net/Europe/Lisbon": what follows the vendor's own.
    parts = cleaned.split("/")
    for start in range(1, len(parts) - 1):
        yield "/".join(parts[start:])


@lru_cache(maxsize=1)
def _known() -> Mapping[str, str]:
    """Every name in lower case, as vendors differ there. The names themselves, never a path made of them."""
    windows = {str(name).lower(): str(zone) for name, zone in get_global("windows_zone_mapping").items()}
    iana = {name.lower(): name for name in available_timezones() - NO_PLACE}
    return RENAMED | dict.fromkeys(UTC_NAMES, "UTC") | windows | iana
