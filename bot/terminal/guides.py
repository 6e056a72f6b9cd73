"""What has to be set up at each vendor, as data: settings, addresses, scopes, and what is to be done by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HOST = "https://<your host>"


@dataclass(frozen=True, slots=True)
class Need:
    """Settings that one thing takes: all of the first group, or else all of another one. Of an empty one there is
    nothing missing.
    """

    what: str
    groups: tuple[tuple[str, ...], ...]
    channel: str = ""  # only where the vendor carries this one; empty: in any case


@dataclass(frozen=True, slots=True)
class Guide:
    vendor: str
    title: str
    channels: tuple[str, ...]
    needs: tuple[Need, ...]
    addresses: tuple[tuple[str, str], ...] = ()  # what for, and the path behind our own address
    scopes: Mapping[str, str] = field(default_factory=dict)  # each with what it does
    steps: tuple[str, ...] = ()
    page: str = ""  # of docs/go-live


_OURS = Need("the address of this service", (("public_url",),))
_MAILBOXES = (("imap_host", "imap_user", "imap_password"), ("email_microsoft_mailbox",), ("email_google_mailbox",))
_FROM = Need("the mailbox it writes from", (("email_address", "email_secret"),))


def _twilio() -> Guide:
    return Guide(
        "twilio",
        "Twilio: WhatsApp and SMS",
        ("whatsapp", "sms"),
        (
            Need("the account", (("twilio_account_sid", "twilio_auth_token"),)),
            Need("who writes on WhatsApp", (("twilio_whatsapp_senders",),), "whatsapp"),
            Need("who writes SMS", (("twilio_sms_senders",),), "sms"),
            _OURS,
        ),
        (
            ("each number and Messaging Service, “A message comes in”, POST", "/hooks/twilio"),
            ("each WhatsApp sender, “Webhook URL for incoming messages”, POST", "/hooks/twilio"),
        ),
        steps=(
            "In the Console, note the Account SID and the Auth Token.",
            "Register a WhatsApp sender, and buy a number for SMS in each country you write to.",
            "Put in the addresses. Receipts need none: each message carries its own.",
            "Switch off Advanced Opt-Out, or set ASKARSAN_TWILIO_ADVANCED_OPT_OUT.",
        ),
        page="whatsapp-and-sms.md",
    )


def _telegram() -> Guide:
    return Guide(
        "telegram",
        "Telegram",
        ("telegram",),
        (
            Need("the bot", (("telegram_token",),)),
            Need("a secret of your own, by which we know that it is Telegram", (("telegram_secret",),)),
            Need("the address of this service; without it there is no webhook", ((), ("public_url",))),
        ),
        (("the webhook, told to Telegram by this command", "/hooks/telegram"),),
        steps=(
            "Write /newbot to @BotFather: it gives you the token.",
            "Write /setjoingroups to it, Disable: the assistant answers nobody in a group.",
            "Make a secret: `openssl rand -hex 16`.",
            "Set ASKARSAN_PUBLIC_URL. Without it there is no webhook: what people write is fetched, by one process.",
        ),
        page="telegram.md",
    )


def _slack() -> Guide:
    from integrations.channels.slack.manifest import HOOK, REDIRECT, SCOPES

    return Guide(
        "slack",
        "Slack",
        ("slack",),
        (
            Need(
                "how we know that it is Slack, or a token for Socket Mode",
                (("slack_signing_secret",), ("slack_app_token",)),
            ),
            Need("one workspace, or several", (("slack_token",), ("slack_client_id", "slack_client_secret"))),
            Need("the address of this service, or a token for Socket Mode", (("public_url",), ("slack_app_token",))),
        ),
        (("events, interactivity and /arsan (in the manifest)", HOOK), ("redirect (in the manifest)", REDIRECT)),
        SCOPES,
        (
            "At api.slack.com/apps: Create New App, From a manifest, your workspace, JSON.",
            "Paste there what `askarsan channels set-up slack --manifest` prints.",
            "Basic Information: the Signing Secret; for several workspaces the Client ID and the Client Secret too.",
            "One workspace: Install App, and the Bot User OAuth Token. Several: the link below, once for each.",
            "Without a public address: Basic Information, App-Level Tokens, one with connections:write.",
        ),
        "slack.md",
    )


def _teams() -> Guide:
    from integrations.channels.teams.manifest import HOOK, steps

    return Guide(
        "teams",
        "Microsoft Teams",
        ("teams",),
        (Need("the bot", (("teams_app_id", "teams_app_secret", "teams_tenant"),)), _OURS),
        (("the bot's messaging endpoint", HOOK),),
        steps=tuple(steps(HOST)),
        page="teams.md",
    )


def _sendgrid() -> Guide:
    return Guide(
        "sendgrid",
        "Email by SendGrid",
        ("email",),
        (
            Need("the account", (("sendgrid_key",),)),
            _FROM,
            Need("what became of mails", (("sendgrid_events_key",),)),
            Need("where answers are read", (("sendgrid_parse_key",), ("sendgrid_parse_secret",), *_MAILBOXES)),
            _OURS,
        ),
        (
            ("Event Webhook", "/hooks/sendgrid-events"),
            ("Inbound Parse, with “Post the raw, full MIME message”", "/hooks/sendgrid-parse"),
        ),
        {"mail.send": "sends mails"},
        (
            "Authenticate your domain: Settings, Sender Authentication.",
            "Make an API key with Restricted Access: Mail Send.",
            "Mail Settings, Event Webhook: the address, signed; its verification key is a setting.",
            "Inbound Parse: a host whose MX is mx.sendgrid.net, and the address.",
        ),
        "email.md",
    )


def _smtp() -> Guide:
    return Guide(
        "smtp",
        "Email by SMTP and IMAP",
        ("email",),
        (
            Need("the mail server", (("smtp_host",),)),
            Need("who signs in there, unless it is on this machine", ((), ("smtp_user", "smtp_password"))),
            _FROM,
            Need("where answers are read", _MAILBOXES),
        ),
        steps=(
            "A mailbox that takes what stands behind a plus, like interviews+abc@firm.example.",
            "SPF, DKIM and DMARC for its domain.",
            "A mailbox at Microsoft 365 or Gmail is read by your app there, without IMAP and its password.",
        ),
        page="email.md",
    )


GUIDES = {"twilio": _twilio, "telegram": _telegram, "slack": _slack, "teams": _teams}
GUIDES |= {"sendgrid": _sendgrid, "smtp": _smtp, "imap": _smtp}


def guide(vendor: str) -> Guide:
    return GUIDES[vendor]()
