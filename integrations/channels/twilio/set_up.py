"""Twilio as a firm has set it: the two channels, the door, and the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from integrations.channels.base import Channel
from integrations.channels.twilio.account import API, CONTENT, Account, Twilio
from integrations.channels.twilio.door import TwilioDoor
from integrations.channels.twilio.senders import senders
from integrations.channels.twilio.sending import Desk, TwilioChannel
from integrations.channels.twilio.signing import Secrets
from integrations.channels.twilio.sms import SmsChannel
from integrations.channels.twilio.templates import Templates
from integrations.channels.twilio.whatsapp import WhatsAppChannel
from integrations.missing import not_set, setting

Settings = Mapping[str, str]
MADE: dict[str, type[SmsChannel] | type[WhatsAppChannel]] = {"sms": SmsChannel, "whatsapp": WhatsAppChannel}


def channels_from(settings: Settings, names: Sequence[str], now: Callable[[], datetime]) -> dict[str, Channel]:
    """The channels of these names, over one connection. Raises ValueError with what is missing or wrong."""
    if wrong := [name for name in names if name not in MADE]:
        raise ValueError(f"it carries sms and whatsapp, not {', '.join(wrong)}")
    twilio = Twilio(_account(settings), now)
    return {name: _channel(settings, name, twilio, now) for name in names}


def door_from(settings: Settings) -> TwilioDoor:
    """Raises ValueError with what is missing or wrong."""
    secrets = Secrets(_need(settings, "twilio_auth_token"), _shared(settings.get("twilio_shared_keys", "")))
    return TwilioDoor(secrets, advanced=settings.get("twilio_advanced_opt_out", "False") == "True")


def templates_from(settings: Settings, now: Callable[[], datetime]) -> Templates:
    """Raises ValueError with what is missing or wrong."""
    return Templates(Twilio(_account(settings), now))


def _channel(settings: Settings, name: str, twilio: Twilio, now: Callable[[], datetime]) -> TwilioChannel:
    ours = senders(_need(settings, f"twilio_{name}_senders"))
    # Without an address for receipts nobody would ever learn that a message did not arrive.
    receipts = f"{_need(settings, 'public_url').rstrip('/')}/hooks/{TwilioDoor.name}"
    return MADE[name](Desk(twilio, ours, receipts, now))


def _account(settings: Settings) -> Account:
    """An API key goes before the auth token: it can be taken back without anything else breaking."""
    sid = _need(settings, "twilio_account_sid")
    api, content = settings.get("twilio_api_url", API), settings.get("twilio_content_url", CONTENT)
    if key := settings.get("twilio_api_key", ""):
        return Account(sid, _need(settings, "twilio_api_secret"), key, api.rstrip("/"), content.rstrip("/"))
    return Account(sid, _need(settings, "twilio_auth_token"), "", api.rstrip("/"), content.rstrip("/"))


def _shared(words: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in words.replace(",", " ").split()]
    if not all(key and secret for key, _, secret in pairs):
        raise ValueError(f"{setting('twilio_shared_keys')} has to read id=secret, with commas between several")
    return {key: secret for key, _, secret in pairs}


def _need(settings: Settings, name: str) -> str:
    if value := settings.get(name, "").strip():
        return value
    raise ValueError(not_set(name))
