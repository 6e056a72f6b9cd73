"""Which vendors exist: plain dictionaries from a name to how it is made. A vendor is imported when it is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from integrations.calendars.base import Calendar
from integrations.calendars.zones import zone_of
from integrations.links.base import Links
from integrations.means import Means, NotMade, known
from integrations.meetings.base import Meetings
from integrations.models.base import Model, Shape

if TYPE_CHECKING:
    from integrations.links.account import PageAccount


def standin_calendar(means: Means) -> Calendar:
    from integrations.standins.calendar import StandInCalendar

    return StandInCalendar(means.now)


def no_calendar(means: Means) -> Calendar:
    from integrations.calendars.none import NoCalendar

    return NoCalendar()


def microsoft_calendar(means: Means) -> Calendar:
    from integrations.calendars.microsoft.set_up import calendar_from

    try:
        return calendar_from(means.settings, means.now, means.keep)
    except ValueError as error:
        raise NotMade(str(error)) from error


def google_calendar(means: Means) -> Calendar:
    from integrations.calendars.google.set_up import calendar_from

    try:
        return calendar_from(means.settings, means.now, means.keep)
    except ValueError as error:
        raise NotMade(str(error)) from error


def _zone(means: Means) -> ZoneInfo:
    name = means.need("timezone")
    if found := zone_of(name):
        return found
    raise NotMade(f"{name!r} is no time zone; write it like Europe/Lisbon")


def _own_hosts(means: Means) -> list[str]:
    return [host for host in means.settings.get("own_hosts", "").replace(",", " ").split() if host]


def feed_calendar(means: Means) -> Calendar:
    from integrations.calendars.feed import FeedCalendar
    from integrations.outside import Outside

    return FeedCalendar(means.need("feed_link"), _zone(means), means.now, Outside(own=_own_hosts(means)))


def caldav_calendar(means: Means) -> Calendar:
    from integrations.calendars.caldav import CalDavCalendar
    from integrations.calendars.caldav_account import Account
    from integrations.outside import Login, Outside

    login = Login(means.need("caldav_user"), means.need("caldav_password"))
    account = Account(means.need("caldav_url"), Outside(own=_own_hosts(means), login=login), means.now)
    blocking = [name.strip() for name in means.settings.get("caldav_blocking", "").split(",") if name.strip()]
    writes_to = means.settings.get("caldav_writes_to", "").strip()
    return CalDavCalendar(account, _zone(means), means.now, writes_to=writes_to, blocking=blocking)


CALENDARS: dict[str, Callable[[Means], Calendar]] = {
    "none": no_calendar,
    "caldav": caldav_calendar,
    "feed": feed_calendar,
    "microsoft": microsoft_calendar,
    "google": google_calendar,
    "standin": standin_calendar,
}


def standin_meetings(means: Means) -> Meetings:
    from integrations.standins.meeting import StandInMeetings

    return StandInMeetings(means.now)


def fixed_meetings(means: Means) -> Meetings:
    from integrations.meetings.fixed import FixedMeetings

    return FixedMeetings(means.settings.get("meeting_url", ""))


def zoom_meetings(means: Means) -> Meetings:
    from integrations.meetings.zoom.account import API, LOGIN, Zoom, ZoomApp
    from integrations.meetings.zoom.meetings import ZoomMeetings

    keys = [means.need(f"zoom_{name}") for name in ("account_id", "client_id", "client_secret", "user")]
    api, login = means.settings.get("zoom_url", API), means.settings.get("zoom_login_url", LOGIN)
    return ZoomMeetings(Zoom(ZoomApp(*keys), means.now, api=api, login=login))


def teams_meetings(means: Means) -> Meetings:
    from integrations.calendars.microsoft.set_up import account_from

    try:
        account = account_from(means.settings)
    except ValueError as error:
        raise NotMade(str(error)) from error
    from integrations.calendars.microsoft.graph import Graph
    from integrations.meetings.teams import TeamsMeetings

    return TeamsMeetings(Graph(account, means.now), means.need("teams_organizer"))


def google_meetings(means: Means) -> Meetings:
    from integrations.calendars.google.set_up import calls_from
    from integrations.meetings.google_meet import GoogleMeet

    try:
        return GoogleMeet(calls_from(means.settings, means.now), means.need("google_meet_calendar"))
    except ValueError as error:
        raise NotMade(str(error)) from error


MEETINGS: dict[str, Callable[[Means], Meetings]] = {
    "fixed": fixed_meetings,
    "google": google_meetings,
    "teams": teams_meetings,
    "zoom": zoom_meetings,
    "standin": standin_meetings,
}


def opened_links(means: Means) -> Links:
    from integrations.links.opening import OpenedLinks

    return OpenedLinks(own=_own_hosts(means))


def standin_links(means: Means) -> Links:
    from integrations.standins.page import StandInLinks

    return StandInLinks()


# Who opens booking links to see whether they work.
LINKS: dict[str, Callable[[Means], Links]] = {
    "opened": opened_links,
    "standin": standin_links,
}


def calendly_account(means: Means) -> PageAccount:
    from integrations.links.calendly.account import API, Calendly

    return Calendly(means.need("calendly_token"), means.now, api=means.settings.get("calendly_url", API))


def bookings_account(means: Means) -> PageAccount:
    from integrations.calendars.microsoft.set_up import account_from, bookings_from
    from integrations.links.microsoft_bookings import BookingsAccount

    try:
        account_from(means.settings)
    except ValueError as error:
        raise NotMade(str(error)) from error
    make = partial(bookings_from, means.settings, means.now)
    return BookingsAccount(make, means.settings.get("bookings_business", ""), means.now)


# Who is asked what was booked on somebody's own page.
ACCOUNTS: dict[str, Callable[[Means], PageAccount]] = {
    "calendly": calendly_account,
    "microsoft-bookings": bookings_account,
}


def langchain_model(means: Means) -> Model:
    try:
        from integrations.models.langchain import LangChainModel
    except ImportError as error:
        raise NotMade(f"a model needs the packages of the extra `model` ({error.name} is missing)") from error
    return LangChainModel(
        means.need("model"),
        key=means.settings.get("model_key"),
        url=means.settings.get("model_url"),
        seconds=float(means.settings.get("model_seconds", "4")),
        shape=cast(Shape, means.settings.get("model_shape", "json_schema")),
    )


MODELS: dict[str, Callable[[Means], Model]] = {
    "langchain": langchain_model,
}


def calendar(vendor: str, means: Means) -> Calendar:
    return known("calendar vendor", vendor, CALENDARS)(means)


def meetings(vendor: str, means: Means) -> Meetings:
    return known("meeting vendor", vendor, MEETINGS)(means)


def links(vendor: str, means: Means) -> Links:
    return known("way to open links", vendor, LINKS)(means)


def model(vendor: str, means: Means) -> Model:
    return known("model vendor", vendor, MODELS)(means)
