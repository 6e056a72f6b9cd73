"""Rita's calendars at the vendors: Google and Microsoft 365 as stand-ins over HTTP, and a real Radicale."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from bot.connections.connecting import Given
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarEvent
from integrations.calendars.microsoft.events import UID
from integrations.calendars.reading import CalendarFile
from integrations.calendars.taken import when_is
from integrations.catalog import CALENDARS
from integrations.means import Means
from integrations.standins.google.refusing import Fault
from integrations.standins.google.server import web as google_web
from integrations.standins.google.sign_in import APP, APP_SECRET
from integrations.standins.google.standin import StandInGoogle
from integrations.standins.microsoft.tenant import StandInMicrosoft
from integrations.standins.microsoft.web import web as microsoft_web
from tests.calendars.at_radicale import PASSWORD, USER, Radicale, radicale_in
from tests.loopback import serving

Now = Callable[[], datetime]
What = Literal["removal", "writing"]


class AtVendor(ABC):
    """One calendar there."""

    settings: Mapping[str, str]  # of the firm
    given: Given

    @abstractmethod
    def standing(self) -> list[Interval]:
        """What of ours is in it, as its owner sees it."""

    @abstractmethod
    def refuse_changes(self, times: int) -> None:
        """Somebody else writes to it in the moment of each of our next changes to what is there."""

    @abstractmethod
    def lose(self, what: What) -> None:
        """No answer to the next attempt to take something out, or to put something new in."""

    async def write_late(self, event: CalendarEvent, now: Now) -> None:
        """By a process that was held up for long, and knows nothing of what was said since."""
        means = Means(now, {**self.settings, **self.given.settings, **self.given.secrets})
        desk = CALENDARS[self.given.vendor](means)
        try:
            await desk.put(event)
        finally:
            await desk.close()


class AtGoogle(AtVendor):
    def __init__(self, google: StandInGoogle, url: str, who: str) -> None:
        google.open(who, "Europe/Madrid")
        self._google, self._who = google, who
        self.settings = {
            "google_url": f"{url}/calendar/v3/",
            "google_token_url": f"{url}/token",
            "google_client_id": APP,
            "google_client_secret": APP_SECRET,
        }
        self.given = Given("google", who, {}, {"google_refresh_token": google.consent(who)})

    def standing(self) -> list[Interval]:
        return [
            Interval(*(datetime.fromisoformat(event[edge]["dateTime"]) for edge in ("start", "end")))
            for event in self._google.events(self._who)
            if event["status"] == "confirmed"
        ]

    def refuse_changes(self, times: int) -> None:
        (event,) = self._google.events(self._who)
        self._google.race(*[str(event["id"])] * times)

    def lose(self, what: What) -> None:
        self._google.fail(Fault.BROKEN, on="delete" if what == "removal" else "insert")


class AtMicrosoft(AtVendor):
    def __init__(self, microsoft: StandInMicrosoft, url: str, who: str) -> None:
        self._microsoft, self._mailbox = microsoft, microsoft.mailbox(who)
        app = {"tenant": microsoft.tenant, "client_id": microsoft.client_id, "client_secret": microsoft.client_secret}
        self.settings = {f"microsoft_{name}": value for name, value in app.items()}
        self.settings |= {"microsoft_graph_url": f"{url}/v1.0", "microsoft_login_url": url}
        self.given = Given("microsoft", who, {}, {"microsoft_refresh_token": microsoft.consent(who)})

    def standing(self) -> list[Interval]:
        ours = (each for each in self._mailbox.events.values() if any(UID in name for name in each.properties))
        return [Interval(each.start, each.end) for each in ours]

    def refuse_changes(self, times: int) -> None:
        self._microsoft.fail(412, "ErrorIrresolvableConflict", times, on="PATCH")

    def lose(self, what: What) -> None:
        self._microsoft.fail(503, on="DELETE" if what == "removal" else "POST /users")


class AtRadicale(AtVendor):
    def __init__(self, radicale: Radicale) -> None:
        radicale.make("work", "Work")
        self._radicale = radicale
        self.settings = {"own_hosts": "127.0.0.1"}
        settings = {"caldav_url": radicale.url, "caldav_user": USER, "timezone": "Europe/Madrid"}
        self.given = Given("caldav", USER, settings, {"caldav_password": PASSWORD})

    def standing(self) -> list[Interval]:
        found = []
        for name in self._radicale.files("work"):
            file = CalendarFile.read(self._radicale.by_hand("GET", f"work/{name}").content)
            found.append(when_is(file, file.components[0], ZoneInfo("UTC")))
        return found

    def refuse_changes(self, times: int) -> None:
        self._radicale.instead("PUT", 412, times=times)

    def lose(self, what: What) -> None:
        self._radicale.instead("DELETE" if what == "removal" else "PUT", 503)


@asynccontextmanager
async def at_vendor(vendor: str, who: str, now: Now, folder: Path) -> AsyncIterator[AtVendor]:
    async with AsyncExitStack() as open_now:
        match vendor:
            case "google":
                google = StandInGoogle(now)
                open_now.push_async_callback(google.close)
                yield AtGoogle(google, await open_now.enter_async_context(serving(google_web(google))), who)
            case "microsoft":
                microsoft = StandInMicrosoft(now)
                open_now.push_async_callback(microsoft.close)
                url = await open_now.enter_async_context(serving(microsoft_web(microsoft)))
                yield AtMicrosoft(microsoft, url, who)
            case _:
                yield AtRadicale(open_now.enter_context(radicale_in(folder)))
