"""Email as a firm has set it: its mailbox, the way out, and the ways in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from integrations.calendars.google.access import ServiceAccount
from integrations.calendars.google.calls import TOKENS, Calls
from integrations.calendars.microsoft.set_up import account_from
from integrations.channels.base import Abilities, Channel
from integrations.channels.email import at_google
from integrations.channels.email.by_sendgrid import HOST, SendGridAccount, SendGridChannel
from integrations.channels.email.event_door import EventDoor
from integrations.channels.email.imap import ImapAccount, ImapMailbox
from integrations.channels.email.mailbox import Mailbox
from integrations.channels.email.parse_door import ParseDoor, Proof
from integrations.channels.email.polled import PolledMailbox
from integrations.channels.email.signed import SigningKey
from integrations.channels.email.smtp import Secured, SmtpChannel, SmtpServer
from integrations.missing import not_set, setting

Settings = Mapping[str, str]
Now = Callable[[], datetime]


def mailbox_from(settings: Settings) -> Mailbox:
    """Raises ValueError with what is missing or wrong, as do all below."""
    believes = settings.get("email_believes", "").replace(",", " ").split()
    return Mailbox(
        address=_need(settings, "email_address"),
        name=_need(settings, "email_name"),
        secret=_need(settings, "email_secret"),
        answers_to=settings.get("email_answers_to", ""),
        believes=tuple(believes),
    )


def by_smtp(settings: Settings, names: Sequence[str], abilities: Abilities, now: Now) -> dict[str, Channel]:
    _only_email(names)
    server = SmtpServer(
        host=_need(settings, "smtp_host"),
        port=_number(settings, "smtp_port", 587),
        secured=_secured(settings, "smtp_security", Secured.STARTTLS),
        user=settings.get("smtp_user", ""),
        password=settings.get("smtp_password", ""),
    )
    return {name: SmtpChannel(abilities, server, mailbox_from(settings), now) for name in names}


def by_sendgrid(settings: Settings, names: Sequence[str], abilities: Abilities, now: Now) -> dict[str, Channel]:
    _only_email(names)
    account = SendGridAccount(_need(settings, "sendgrid_key"), settings.get("sendgrid_url") or HOST)
    return {name: SendGridChannel(abilities, account, mailbox_from(settings), now) for name in names}


def event_door(settings: Settings, now: Now) -> EventDoor:
    return EventDoor(SigningKey(_need(settings, "sendgrid_events_key")), now)


def parse_door(settings: Settings, now: Now) -> ParseDoor:
    shown = settings.get("sendgrid_parse_key", "")
    proof = Proof(SigningKey(shown) if shown else None, settings.get("sendgrid_parse_secret", ""))
    return ParseDoor(proof, mailbox_from(settings), now)


def followed_mailbox(settings: Settings, now: Now) -> ImapMailbox | PolledMailbox | None:
    """Where answers are read: one mailbox, in one of three ways. None: nobody has set one."""
    chosen = [name for name in FOLLOWED if settings.get(name)]
    if len(chosen) > 1:
        raise ValueError(f"only one mailbox is followed, and {' and '.join(map(setting, chosen))} are set")
    return FOLLOWED[chosen[0]](settings, now) if chosen else None


def _at_microsoft(settings: Settings, now: Now) -> PolledMailbox:
    account = account_from(settings)
    if not account.for_the_firm:
        raise ValueError("the firm's app opens a mailbox, and no single person's permission does")
    # Here and not above: the SDK takes half a second.
    from integrations.calendars.microsoft.graph import Graph
    from integrations.channels.email.at_microsoft import GraphPost

    post = GraphPost(Graph(account, now), settings["email_microsoft_mailbox"], days=_days(settings))
    return PolledMailbox(post, mailbox_from(settings))


def _at_google(settings: Settings, now: Now) -> PolledMailbox:
    name = settings.get("google_key_file")
    if not name:
        raise ValueError(not_set("google_key_file"))
    try:
        robot = ServiceAccount.from_key(Path(name).read_text("utf-8", errors="replace"), scopes=(at_google.SCOPE,))
    except OSError as error:
        raise ValueError(f"the file of {setting('google_key_file')} cannot be read: {error.strerror}") from error
    url, token_url = settings.get("email_google_url") or at_google.API, settings.get("google_token_url") or TOKENS
    calls = Calls(robot, now, url=url, token_url=token_url, api="Gmail")
    post = at_google.GmailPost(calls, settings["email_google_mailbox"], days=_days(settings))
    return PolledMailbox(post, mailbox_from(settings))


def _by_imap(settings: Settings, now: Now) -> ImapMailbox:
    account = ImapAccount(
        host=_need(settings, "imap_host"),
        user=_need(settings, "imap_user"),
        password=_need(settings, "imap_password"),
        port=_number(settings, "imap_port", 993),
        secured=_secured(settings, "imap_security", Secured.TLS),
        folder=settings.get("imap_folder") or "INBOX",
        days=_days(settings),
    )
    return ImapMailbox(account, mailbox_from(settings), now)


# By the setting that chooses each.
FOLLOWED: Mapping[str, Callable[[Settings, Now], ImapMailbox | PolledMailbox]] = {
    "imap_host": _by_imap,
    "email_microsoft_mailbox": _at_microsoft,
    "email_google_mailbox": _at_google,
}


def _days(settings: Settings) -> int:
    return _number(settings, "imap_days", 14)


def _only_email(names: Sequence[str]) -> None:
    if wrong := [name for name in names if name != "email"]:
        raise ValueError(f"it carries email, not {', '.join(wrong)}")


def _need(settings: Settings, name: str) -> str:
    if value := settings.get(name, "").strip():
        return value
    raise ValueError(not_set(name))


def _number(settings: Settings, name: str, usual: int) -> int:
    said = settings.get(name, "") or str(usual)
    if not said.isdecimal() or not 0 < int(said) < 65_536:
        raise ValueError(f"{name} has to be a number from 1 to 65535")
    return int(said)


def _secured(settings: Settings, name: str, usual: Secured) -> Secured:
    try:
        return Secured(settings.get(name) or usual)
    except ValueError:
        raise ValueError(f"{name} has to be one of {', '.join(Secured)}") from None
