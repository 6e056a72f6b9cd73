"""Settings of the channels that people write on, and of who carries them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, SecretStr, model_validator
from pydantic_settings import BaseSettings

from bot.settings.environment import PREFIX
from bot.settings.kinds import Address, setting

NO_VENDORS = ("standin", "console", "gateway")  # chosen in other ways


def _carriers(text: str) -> str:
    carriers_of(text)
    return text


def carriers_of(text: str) -> Mapping[str, str]:
    """Who carries which channel: `whatsapp=twilio, email=smtp`. Raises ValueError."""
    from integrations.catalog import ABILITIES, CHANNELS  # with what most commands never need

    found: dict[str, str] = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        channel, _, vendor = (word.strip() for word in each.partition("="))
        if channel not in ABILITIES or vendor not in CHANNELS or vendor in NO_VENDORS or channel in found:
            raise ValueError(f"{each} is no channel and its vendor")
        found[channel] = vendor
    return found


class ChannelSettings(BaseSettings):
    """Who carries what people write, and what those vendors need."""

    channels: Annotated[str, AfterValidator(_carriers)] = setting(
        "",
        "Who carries which channel. What is not named here goes to your gateway, and without one is printed.",
        "pairs like whatsapp=twilio, sms=twilio, telegram=telegram, email=smtp (or email=sendgrid), slack=slack",
    )

    gateway_url: Address | None = setting(
        None, "Where outgoing messages are posted, signed, for a gateway of your own.", "http(s)://HOST[:PORT]/PATH"
    )
    gateway_secret: SecretStr | None = setting(
        None, "What both sides sign with; needed with a gateway.", "at least 16 characters", min_length=16
    )

    twilio_account_sid: str | None = setting(
        None, "Your account at Twilio, for WhatsApp and SMS.", "an account SID, AC…", min_length=1
    )
    twilio_auth_token: SecretStr | None = setting(
        None, "What Twilio signs with when it tells us something.", "the account's auth token", min_length=1
    )
    twilio_api_key: str | None = setting(
        None, "Signs in instead of the auth token, and can be taken back by itself.", "an API key, SK…", min_length=1
    )
    twilio_api_secret: SecretStr | None = setting(None, "The key's secret.", "as Twilio showed it once", min_length=1)
    twilio_sms_senders: str | None = setting(
        None,
        "Who sends SMS, and other senders by the reader's country.",
        "a number or a Messaging Service, then pairs: +15550100100, DE=+49…",
        min_length=1,
    )
    twilio_whatsapp_senders: str | None = setting(
        None, "Who sends on WhatsApp, in the same way.", "a number or a Messaging Service, then pairs", min_length=1
    )
    twilio_shared_keys: SecretStr | None = setting(
        None, "Keys that Twilio signs with besides, where you have set some.", "id=secret, id=secret", min_length=1
    )
    twilio_advanced_opt_out: bool = setting(
        False, "Twilio itself understands STOP in your languages (Advanced Opt-Out).", "true or false"
    )
    twilio_api_url: Address = setting("https://api.twilio.com", "Where the API of Twilio is.", "https://HOST")
    twilio_content_url: Address = setting(
        "https://content.twilio.com", "Where templates and buttons are made.", "https://HOST"
    )

    telegram_token: SecretStr | None = setting(
        None, "Your bot at Telegram.", "the token that BotFather gave, 123456:ABC…", min_length=1
    )
    telegram_secret: SecretStr | None = setting(
        None, "What Telegram proves itself with at our door.", "16 to 256 letters, digits, _ and -", min_length=16
    )
    telegram_url: Address = setting("https://api.telegram.org/bot", "Where the Bot API is.", "https://HOST/bot")

    @model_validator(mode="after")
    def _gateway_is_whole(self) -> Self:
        if (self.gateway_url is None) != (self.gateway_secret is None):
            raise ValueError(f"{PREFIX}GATEWAY_URL and {PREFIX}GATEWAY_SECRET go together: set both, or neither.")
        return self
