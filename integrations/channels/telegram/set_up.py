"""A bot from the firm's settings; telling Telegram where our door is, and asking it how that goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from telegram import Bot, WebhookInfo

from integrations.channels.telegram.api import API, Account, Api
from integrations.channels.telegram.updates import HEARD
from integrations.missing import not_set

CONNECTIONS = 40  # at once, at most; Telegram's own default, of 100
PORTS = (443, 80, 88, 8443)  # Telegram knocks at no other
LATELY = timedelta(hours=1)
BEHIND = 100  # so many updates that wait are more than a moment's


def api_from(settings: Mapping[str, str]) -> Api:
    """Raises ValueError with what is missing or wrong."""
    if not (token := settings.get("telegram_token", "")):
        raise ValueError(not_set("telegram_token"))
    return Api(Account(token, settings.get("telegram_url") or API))


async def open_door(api: Api, url: str, secret: str, connections: int = CONNECTIONS) -> None:
    """Telegram tells at `url` from now on, with the secret. Raises ValueError for what it would not take."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise ValueError("Telegram's secret has 1 to 256 letters, digits, _ and -")
    place = urlsplit(url)
    if place.scheme == "https" and (place.port or 443) not in PORTS:
        raise ValueError(f"Telegram knocks at the ports {', '.join(map(str, PORTS))} only")
    await api.ask(
        lambda bot: bot.set_webhook(
            url, max_connections=connections, allowed_updates=HEARD, secret_token=secret, drop_pending_updates=False
        )
    )


async def close_door(api: Api) -> None:
    """Telegram keeps what comes for a day, to be fetched."""
    await api.ask(lambda bot: bot.delete_webhook(drop_pending_updates=False))


async def username(api: Api) -> str:
    """The bot's name, without the @: the quickest proof that the token is good."""
    return (await api.ask(lambda bot: bot.get_me())).username or ""


async def troubles(api: Api, url: str, now: datetime) -> tuple[str, ...]:
    """What is wrong with how Telegram tells us, in words for staff; nothing is wrong where there are none.

    `url` is empty where nobody can knock and updates are fetched.
    """

    async def ask(bot: Bot) -> WebhookInfo:
        return await bot.get_webhook_info()

    info = await api.ask(ask)
    if not url:
        return (f"Telegram knocks at {info.url}, and as long as it does nothing can be fetched.",) if info.url else ()
    if not info.url:
        return ("Telegram was not told where our door is.",)
    found = []
    if info.url != url:
        found.append(f"Telegram knocks at {info.url}, and our door is at {url}.")
    if missing := sorted(set(HEARD) - set(info.allowed_updates or HEARD)):
        found.append(f"Telegram tells nothing of {', '.join(missing)}.")
    if info.last_error_date and now - info.last_error_date < LATELY:
        at = f"{info.last_error_date:%H:%M} UTC"
        found.append(f"Telegram could not tell us something at {at}: {info.last_error_message}")
    if info.pending_update_count >= BEHIND:
        found.append(f"{info.pending_update_count} updates wait at Telegram.")
    return tuple(found)
