"""Google as a firm and a connection have set it: who lets us in, and what is made of that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import cast

from integrations.calendars.google.access import Account, ServiceAccount, UserAccount
from integrations.calendars.google.calendar import GoogleCalendar, Mails
from integrations.calendars.google.calls import API, TOKENS, Calls
from integrations.missing import not_set, setting

Settings = Mapping[str, str]
Keep = Callable[[str, str], Awaitable[None]]


def calendar_from(settings: Settings, now: Callable[[], datetime], keep: Keep | None = None) -> GoogleCalendar:
    """`keep` is told each new refresh token. Raises ValueError with what is missing or wrong."""
    also = [each.strip() for each in settings.get("google_also", "").split(",")]
    mails = cast(Mails, settings.get("google_mails", "none"))
    return GoogleCalendar(calls_from(settings, now, keep), also=[each for each in also if each], mails=mails)


def calls_from(settings: Settings, now: Callable[[], datetime], keep: Keep | None = None) -> Calls:
    """Raises ValueError with what is missing or wrong."""
    url, token_url = settings.get("google_url", API), settings.get("google_token_url", TOKENS)
    return Calls(_account(settings, keep), now, url=url, token_url=token_url)


def _account(settings: Settings, keep: Keep | None) -> Account:
    """Somebody's own permission goes before the key of the firm."""
    if token := settings.get("google_refresh_token"):
        client, secret = settings.get("google_client_id"), settings.get("google_client_secret")
        if not (client and secret):
            raise ValueError(not_set("google_client_id", "google_client_secret"))
        renewed = partial(keep, "google_refresh_token") if keep else None
        return UserAccount(client, secret, token, keep=renewed)
    name = settings.get("google_key_file")
    if not name:
        raise ValueError(f"no refresh token was given, and {not_set('google_key_file')}")
    try:
        key = Path(name).read_text("utf-8", errors="replace")
    except OSError as error:
        raise ValueError(f"the file of {setting('google_key_file')} cannot be read: {error.strerror}") from error
    try:
        return ServiceAccount.from_key(key, delegated=settings.get("google_delegated", "True") == "True")
    except ValueError as error:
        raise ValueError(f"the file of {setting('google_key_file')}: {error}") from None
