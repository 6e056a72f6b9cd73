"""What whoever connects a calendar or an account is asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """One thing that whoever connects a calendar is asked for."""

    setting: str  # its name, as the vendor asks its Means for it
    question: str
    secret: bool = False
    default: str | None = None  # None: it has to be answered; {account} and {timezone} are their owner's


# What people connect: how each is called, and what it needs besides the settings of the firm.
LABELS: dict[str, str] = {
    "microsoft": "Microsoft 365",
    "google": "Google",
    "caldav": "CalDAV",
    "feed": "calendar link",
    "calendly": "Calendly",
    "microsoft-bookings": "Microsoft Bookings",
}
NEEDS: dict[str, tuple[Need, ...]] = {
    "caldav": (
        Need("caldav_url", "The CalDAV address, like https://cloud.example/remote.php/dav or just cloud.example"),
        Need("caldav_user", "The name to sign in with", default="{account}"),
        Need("caldav_password", "The password; where there is a second step to sign in, an app password", secret=True),
        Need("timezone", "The time zone its owner lives in, like Europe/Lisbon", default="{timezone}"),
        Need("caldav_writes_to", "The calendar to write to, by name; empty for their first", default=""),
        Need("caldav_blocking", "The calendars that take their time, with commas between; empty for all", default=""),
    ),
    "feed": (
        Need("feed_link", "The link to the iCalendar file, which ends in .ics", secret=True),
        Need("timezone", "The time zone its owner lives in, like Europe/Lisbon", default="{timezone}"),
    ),
    "microsoft": (
        Need("microsoft_refresh_token", "Their refresh token; empty for the firm's own app", secret=True, default=""),
    ),
    "google": (
        Need("google_refresh_token", "Their refresh token; empty, and the firm's key is used", secret=True, default=""),
        Need("google_also", "Other calendars that take their time, with commas between; empty for none", default=""),
    ),
}

# Accounts at vendors of booking pages.
ACCOUNT_NEEDS: dict[str, tuple[Need, ...]] = {
    "calendly": (
        Need("calendly_token", "Their personal access token, from Integrations, API and webhooks", secret=True),
    ),
    "microsoft-bookings": (Need("bookings_business", "Which business, by its name or id", default=""),),
}


def asked_for() -> frozenset[str]:
    """What is given with each connection; the rest is set for the whole firm."""
    return frozenset(need.setting for needs in (*NEEDS.values(), *ACCOUNT_NEEDS.values()) for need in needs)
