"""All stand-ins for calendars, meetings and booking pages in one place, for whoever wants to try the vendors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from starlette.applications import Starlette

from integrations.standins import calendly, feed, page, zoom
from integrations.standins.calendly import StandInCalendly
from integrations.standins.feed import StandInFeed
from integrations.standins.google.server import web as google_web
from integrations.standins.google.standin import StandInGoogle
from integrations.standins.microsoft.tenant import StandInMicrosoft
from integrations.standins.microsoft.web import web as microsoft_web
from integrations.standins.page import StandInPages
from integrations.standins.zoom import StandInZoom

GOOGLE_KEY = "google-key.json"  # the one thing that is a file, as at Google
BOOKING_PAGE = "/book/first-talk"
ROOMS = "rooms@firm.example"
BUSY = ((time(9), time(10)), (time(13), time(14, 30)))  # UTC, on each of the next weekdays
DAYS, SATURDAY = 5, 5
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//askARSAN//stand-in//EN\r\n{events}END:VCALENDAR\r\n"
EVENT = (
    "BEGIN:VEVENT\r\nUID:{number}@standin.example\r\nDTSTAMP:{now}\r\nDTSTART:{start}\r\nDTEND:{end}\r\n"
    "SUMMARY:Taken\r\nEND:VEVENT\r\n"
)


@dataclass(frozen=True)
class Vendor:
    """One of them, as it is shown to whoever tries it."""

    label: str
    app: Starlette
    settings: Callable[[str], Mapping[str, str]]  # by the address it answers at
    secrets: Callable[[str], Mapping[str, str]] = field(default=lambda _: {})  # what one is asked for when connecting
    next: tuple[str, ...] = ()  # what to type, without the program's name


class Town:
    """Everybody in `people`, by address, has a calendar at Microsoft and Google, and one that is shared by a link.

    `word`: the credentials are made of it, so the same word gives the same ones again.
    """

    def __init__(self, now: Callable[[], datetime], people: Sequence[str], word: str, keep: str) -> None:
        self.people = tuple(people)
        self._word = word
        self._keep = keep  # the folder in which whoever serves this puts `files`
        tenant, app, secret = self._made("tenant"), self._made("app"), self._made("app secret")
        self.microsoft = StandInMicrosoft(now, tenant, app, secret)
        self.google = StandInGoogle(now)
        keys = self._made("account"), self._made("client"), self._made("client secret")
        self.zoom = StandInZoom(now, (ROOMS,), *keys)
        self.calendly = StandInCalendly(now, self._made("token"))
        self.feed = StandInFeed(now)
        self.pages = StandInPages()
        self.pages.works(BOOKING_PAGE)
        self._move_in(now())
        self.shop = self.microsoft.business("first-talks@firm.example", "First talks")
        self.shop.offer({"displayName": "First talk", "defaultDuration": "PT30M"})

    @property
    def files(self) -> Mapping[str, str]:
        """What has to lie in the folder for the settings to hold, by name."""
        domains = dict.fromkeys(each.rpartition("@")[2] for each in self.people)
        return {GOOGLE_KEY: self.google.service_account(domains=tuple(domains))}

    def vendors(self) -> Mapping[str, Vendor]:
        return {**self._calendars(), **self._pages(), "zoom": self._rooms()}

    def publish(self, pages: str) -> None:
        """The business at Microsoft Bookings has its page at `pages`, an address that is known once there are doors."""
        self.shop.page = f"{pages}{BOOKING_PAGE}"

    async def close(self) -> None:
        await self.microsoft.close()
        await self.google.close()

    def _move_in(self, now: datetime) -> None:
        for address in self.people:
            mailbox = self.microsoft.mailbox(address)
            self.google.open(address, "UTC")
            events = []
            for number, (start, end) in enumerate(_taken(now)):
                mailbox.busy(start, end)
                times = {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": end.isoformat()}}
                self.google.add(address, summary="Taken", **times)
                written = {"now": _written(now), "start": _written(start), "end": _written(end)}
                events.append(EVENT.format(number=number, **written))
            self.feed.share(_name(address), CALENDAR.format(events="".join(events)).encode())

    def _somebody(self, number: int) -> str:
        """Another one for each vendor, where there are several."""
        return self.people[number % len(self.people)]

    def _calendars(self) -> Mapping[str, Vendor]:
        first, second, third = map(self._somebody, range(3))
        return {
            "microsoft": Vendor(
                "Microsoft 365",
                microsoft_web(self.microsoft),
                self._of_microsoft,
                next=(
                    f"calendar connect {first} --with microsoft",
                    f"calendar test {first}",
                    f"link connect {third} --with microsoft-bookings",
                ),
            ),
            "google": Vendor(
                "Google",
                google_web(self.google),
                self._of_google,
                next=(f"calendar connect {second} --with google", f"calendar test {second}"),
            ),
            "feed": Vendor(
                "a calendar shared by a link",
                feed.web(self.feed),
                lambda _: {"own_hosts": "127.0.0.1"},
                lambda url: {"feed_link": f"{url}/calendars/{_name(third)}.ics"},
                (f"calendar connect {third} --with feed",),
            ),
        }

    def _pages(self) -> Mapping[str, Vendor]:
        first, second = map(self._somebody, range(2))
        return {
            "calendly": Vendor(
                "Calendly",
                calendly.web(self.calendly),
                lambda url: {"calendly_url": url},
                lambda _: {"calendly_token": self.calendly.token},
                (f"link connect {first} --with calendly",),
            ),
            "pages": Vendor(
                "a page on which people book",
                page.web(self.pages),
                lambda _: {"own_hosts": "127.0.0.1"},
                next=(f"link set {second} --url {{url}}{BOOKING_PAGE}",),
            ),
        }

    def _rooms(self) -> Vendor:
        return Vendor("Zoom", zoom.web(self.zoom), self._of_zoom, next=("meetings",))

    def _made(self, what: str) -> str:
        return "standin-" + hashlib.sha256(f"{self._word}/{what}".encode()).hexdigest()[:24]

    def _of_microsoft(self, url: str) -> Mapping[str, str]:
        return {
            "microsoft_tenant": self.microsoft.tenant,
            "microsoft_client_id": self.microsoft.client_id,
            "microsoft_client_secret": self.microsoft.client_secret,
            "microsoft_graph_url": f"{url}/v1.0",
            "microsoft_login_url": url,
            "teams_organizer": self.people[0],
        }

    def _of_google(self, url: str) -> Mapping[str, str]:
        return {
            "google_key_file": f"{self._keep}/{GOOGLE_KEY}",
            "google_url": f"{url}/calendar/v3",
            "google_token_url": f"{url}/token",
            "google_meet_calendar": self.people[0],
        }

    def _of_zoom(self, url: str) -> Mapping[str, str]:
        return {
            "meetings": "zoom",
            "zoom_account_id": self.zoom.account_id,
            "zoom_client_id": self.zoom.client_id,
            "zoom_client_secret": self.zoom.client_secret,
            "zoom_user": ROOMS,
            "zoom_url": f"{url}/v2",
            "zoom_login_url": f"{url}/oauth/token",
        }


def _taken(now: datetime) -> list[tuple[datetime, datetime]]:
    days: list[date] = []
    day = now.astimezone(UTC).date()
    while len(days) < DAYS:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            days.append(day)
    return [(datetime.combine(day, start, UTC), datetime.combine(day, end, UTC)) for day in days for start, end in BUSY]


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _name(address: str) -> str:
    return address.partition("@")[0]
