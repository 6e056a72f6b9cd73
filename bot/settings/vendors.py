"""Settings of the vendors of calendars, meetings and booking pages."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import EmailStr, SecretStr
from pydantic_settings import BaseSettings

from bot.settings.kinds import Address, setting


class VendorSettings(BaseSettings):
    """What the firm's own apps at Zoom, Microsoft, Google and the others are known by."""

    zoom_account_id: str | None = setting(
        None, "The account of your server-to-server app at Zoom.", "an account id, as Zoom shows it", min_length=1
    )
    zoom_client_id: str | None = setting(None, "The app's name at Zoom.", "a client id, as Zoom shows it", min_length=1)
    zoom_client_secret: SecretStr | None = setting(
        None, "The app's secret.", "a client secret, as Zoom shows it", min_length=1
    )
    zoom_user: EmailStr | None = setting(
        None, "In whose name meetings are made; they need not come.", "the email address of a user of that account"
    )
    zoom_url: Address = setting("https://api.zoom.us/v2", "Where the API of Zoom is.", "https://HOST/v2")
    zoom_login_url: Address = setting(
        "https://zoom.us/oauth/token", "Where apps get their access tokens for it.", "https://HOST/PATH"
    )
    zoom_webhook_secret: SecretStr | None = setting(
        None,
        "What Zoom signs with when it tells what became of a meeting.",
        "the secret token of the app's event subscription",
        min_length=1,
    )

    microsoft_tenant: str | None = setting(
        None, "Your firm at Microsoft 365, where your app is registered.", "a directory (tenant) ID", min_length=1
    )
    microsoft_client_id: str | None = setting(
        None, "The app that opens your people's calendars.", "an application (client) ID", min_length=1
    )
    microsoft_client_secret: SecretStr | None = setting(
        None, "The app's secret; it runs out on the day you chose there.", "the value of a client secret", min_length=1
    )
    microsoft_certificate_file: Path | None = setting(
        None,
        "With it, Microsoft says what changed when it says that something did, encrypted; not needed to be told.",
        "a PEM file with a certificate and its RSA key",
    )
    microsoft_graph_url: Address = setting(
        "https://graph.microsoft.com/v1.0",
        "Where Microsoft Graph is; national clouds have one of their own.",
        "https://HOST/v1.0",
    )
    microsoft_login_url: Address = setting(
        "https://login.microsoftonline.com", "Where apps sign in to it.", "https://HOST"
    )
    teams_organizer: EmailStr | None = setting(
        None, "In whose calendar Teams meetings are made.", "the email address of a user with a Teams licence"
    )

    google_key_file: Path | None = setting(
        None, "The key of the service account that opens your people's Google calendars.", "a JSON file from Google"
    )
    google_delegated: bool = setting(
        True,
        "The service account acts for everybody of your domain; else each calendar is shared with it.",
        "true or false",
    )
    google_client_id: str | None = setting(
        None, "Your app at Google, for people who let it into their calendar themselves.", "a client id", min_length=1
    )
    google_client_secret: SecretStr | None = setting(
        None, "The secret of that app.", "a client secret, as Google shows it", min_length=1
    )
    google_mails: Literal["none", "all", "externalOnly"] = setting(
        "none",
        "Whom Google writes to when an interview in a calendar changes. The assistant sends invites of its own.",
        "none, all or externalOnly",
    )
    google_url: Address = setting(
        "https://www.googleapis.com/calendar/v3", "Where the Google Calendar API is.", "https://HOST/calendar/v3"
    )
    google_token_url: Address = setting(
        "https://oauth2.googleapis.com/token", "Where apps get their access tokens for it.", "https://HOST/PATH"
    )
    single_use_links: bool = setting(
        True,
        "A booking link sent to a candidate becomes one of their own that books once, where Calendly makes one.",
        "true or false",
    )
    calendly_url: Address = setting("https://api.calendly.com", "Where the API of Calendly is.", "https://HOST")
    google_meet_calendar: EmailStr | None = setting(
        None, "In whose calendar Google Meet rooms are made.", "the email address of a user of your domain"
    )
