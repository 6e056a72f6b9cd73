"""Settings of the channels that people write on, and of who carries them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, EmailStr, SecretStr, model_validator
from pydantic_settings import BaseSettings

from bot.limits import Allowed, paces
from bot.settings.environment import PREFIX
from bot.settings.kinds import Address, setting

GUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
SENDERS = "a number or a Messaging Service; behind it others by country: +15550100100, DE=+4915199900000"
NO_VENDORS = ("standin", "console", "gateway")  # chosen in other ways


def _carriers(text: str) -> str:
    carriers_of(text)
    return text


def carriers_of(text: str) -> Mapping[str, str]:
    """Who carries which channel: `whatsapp=twilio, email=smtp`. Raises ValueError."""
    from integrations.carriers import ABILITIES, CHANNELS

    found: dict[str, str] = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        channel, _, vendor = (word.strip() for word in each.partition("="))
        if channel not in ABILITIES or vendor not in CHANNELS or vendor in NO_VENDORS or channel in found:
            raise ValueError(f"{each} is no channel and its vendor")
        found[channel] = vendor
    return found


def _paces(text: str) -> str:
    paces(text)
    return text


def _redis(text: str) -> str:
    where = urlsplit(text)
    if where.scheme not in ("redis", "rediss") or not where.hostname:
        raise ValueError("it is no address of a Redis")
    return text


class ChannelSettings(BaseSettings):
    """Who carries what people write, and what those vendors need."""

    channels: Annotated[str, AfterValidator(_carriers)] = setting(
        "",
        "Who carries which channel. What is not named here goes to your gateway, and without one is printed.",
        "pairs like whatsapp=twilio, sms=twilio, telegram=telegram, email=smtp (or sendgrid), slack=slack, teams=teams",
    )

    channel_paces: Annotated[str, AfterValidator(_paces)] = setting(
        "email=30/minute, slack=240/minute, teams=25/second, telegram=25/second",
        "How much goes out on a channel; the pace of each number at Twilio is kept besides. What is more goes later.",
        "pairs like email=30/minute, telegram=25/second, with second, minute or hour",
    )
    messages_per_hour: int = setting(
        10, "So many messages one person gets from us unasked in an hour, and no more.", "a whole number from 1", ge=1
    )
    messages_per_day: int = setting(40, "And in a day.", "a whole number from 1", ge=1)
    answers_per_hour: int = setting(
        60,
        "So many answers somebody gets in an hour who keeps writing: another machine, most likely.",
        "a whole number from 1",
        ge=1,
    )
    redis_url: Annotated[str, AfterValidator(_redis)] | None = setting(
        None,
        "Where several processes count together what goes out. Without it, each counts for itself.",
        "redis://[:PASSWORD@]HOST[:PORT][/NUMBER], or rediss://",
    )

    gateway_url: Address | None = setting(
        None, "Where outgoing messages are posted, signed, for a gateway of your own.", "http(s)://HOST[:PORT]/PATH"
    )
    gateway_secret: SecretStr | None = setting(
        None, "What both sides sign with; needed with a gateway.", "at least 16 characters", min_length=16
    )

    twilio_account_sid: str | None = setting(
        None,
        "Your account at Twilio, for WhatsApp and SMS.",
        "an account SID: AC and 32 more of 0-9 and a-f",
        pattern=r"^AC[0-9a-fA-F]{32}$",
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
        SENDERS,
        min_length=1,
    )
    twilio_whatsapp_senders: str | None = setting(
        None, "Who sends on WhatsApp, in the same way.", SENDERS, min_length=1
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

    email_address: EmailStr | None = setting(
        None, "The mailbox that the assistant writes from.", "an address like interviews@firm.example"
    )
    email_name: str = setting("askARSAN", "Who writes, as mail programs show it.", "a name", min_length=1)
    email_answers_to: EmailStr | None = setting(
        None, "Where answers go, if not to the same mailbox. It has to take what stands behind a plus.", "an address"
    )
    email_secret: SecretStr | None = setting(
        None, "What the addresses that are answered to are signed with.", "at least 16 characters", min_length=16
    )
    email_believes: str | None = setting(
        None,
        "Your own mail servers, whose word on DKIM and SPF is believed, as they sign Authentication-Results.",
        "names, with commas between",
        min_length=1,
    )
    smtp_host: str | None = setting(None, "The mail server that mails go out by.", "a name or address", min_length=1)
    smtp_port: int = setting(587, "Its port.", "a whole number from 1 to 65535", ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = setting(
        "starttls", "How the line to it is kept from others.", "starttls, tls, or none on the same machine"
    )
    smtp_user: str | None = setting(None, "Who signs in there.", "a name", min_length=1)
    smtp_password: SecretStr | None = setting(None, "And with what.", "a password", min_length=1)
    imap_host: str | None = setting(
        None, "The mail server where answers are read. Without it, no mailbox is.", "a name or address", min_length=1
    )
    imap_port: int = setting(993, "Its port.", "a whole number from 1 to 65535", ge=1, le=65535)
    imap_security: Literal["tls", "starttls", "none"] = setting(
        "tls", "How the line to it is kept from others.", "tls, starttls, or none on the same machine"
    )
    imap_user: str | None = setting(None, "Whose mailbox it is.", "a name", min_length=1)
    imap_password: SecretStr | None = setting(None, "And its password.", "a password", min_length=1)
    imap_folder: str = setting("INBOX", "Which folder of it is read.", "the name of a folder", min_length=1)
    imap_days: int = setting(
        14,
        "How far back mails that nobody has read are looked for, in whichever way they are read.",
        "days from 1 to 365",
        ge=1,
        le=365,
    )
    email_microsoft_mailbox: EmailStr | None = setting(
        None,
        "The mailbox at Microsoft 365 where answers are read, in place of one by IMAP; your app opens it.",
        "an address",
    )
    email_google_mailbox: EmailStr | None = setting(
        None,
        "The mailbox at Gmail where answers are read, in place of one by IMAP; your service account opens it.",
        "an address",
    )
    email_google_url: Address = setting(
        "https://gmail.googleapis.com/gmail/v1", "Where the Gmail API is.", "https://HOST/gmail/v1"
    )
    sendgrid_key: SecretStr | None = setting(None, "Your account at SendGrid.", "an API key, SG.…", min_length=1)
    sendgrid_url: Address = setting("https://api.sendgrid.com", "Where the API of SendGrid is.", "https://HOST")
    sendgrid_events_key: str | None = setting(
        None, "SendGrid signs with it what became of a mail.", "the verification key of the event webhook", min_length=1
    )
    sendgrid_parse_key: str | None = setting(
        None,
        "SendGrid signs with it the mails it passes on (Inbound Parse).",
        "the public key of a security policy",
        min_length=1,
    )
    sendgrid_parse_secret: SecretStr | None = setting(
        None, "Where it signs none: what stands in the address that it calls.", "at least 16 characters", min_length=16
    )

    slack_token: SecretStr | None = setting(
        None, "Your app in your one workspace at Slack.", "the bot's token, xoxb-…", min_length=1
    )
    slack_client_id: str | None = setting(
        None, "Your app, where several workspaces let it in by a click.", "a client ID, as Slack shows it", min_length=1
    )
    slack_client_secret: SecretStr | None = setting(
        None, "The secret of that app.", "a client secret, as Slack shows it", min_length=1
    )
    slack_app_token: SecretStr | None = setting(
        None,
        "Hears Slack over a line that we open (Socket Mode), for a machine that Slack cannot reach.",
        "an app-level token, xapp-…",
        min_length=1,
    )
    slack_signing_secret: SecretStr | None = setting(
        None, "What Slack signs with when it tells us something.", "the app's signing secret", min_length=1
    )
    slack_url: Address = setting("https://slack.com/api", "Where the Web API of Slack is.", "https://HOST/api")

    teams_app_id: str | None = setting(
        None,
        "Your bot at Microsoft, for Teams as a channel.",
        "its Microsoft App ID, like 01234567-89ab-cdef-0123-456789abcdef",
        pattern=GUID,
    )
    teams_app_secret: SecretStr | None = setting(None, "What it signs in with.", "a client secret", min_length=1)
    teams_tenant: str | None = setting(
        None,
        "Whose people may write to it; the first is where the bot is registered.",
        "ids of tenants, with commas between",
        min_length=1,
    )
    teams_service_url: Address = setting(
        "https://smba.trafficmanager.net/teams",
        "Where messages for Teams are sent, and nowhere else.",
        "https://HOST/…",
    )
    teams_login_url: Address = setting("https://login.microsoftonline.com", "Where the bot signs in.", "https://HOST")
    teams_keys_url: Address = setting(
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
        "Which keys prove that an activity comes from Teams.",
        "the address of an OpenID configuration",
    )

    @model_validator(mode="after")
    def _gateway_is_whole(self) -> Self:
        if (self.gateway_url is None) != (self.gateway_secret is None):
            raise ValueError(f"{PREFIX}GATEWAY_URL and {PREFIX}GATEWAY_SECRET go together: set both, or neither.")
        return self

    @property
    def allowed(self) -> Allowed:
        """How much may go out."""
        return Allowed(self.messages_per_hour, self.messages_per_day, self.answers_per_hour, paces(self.channel_paces))
