"""Email as a firm sets it: from the catalog, with what is missing named, and no secret shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrations import carriers
from integrations.channels.email.by_sendgrid import SendGridChannel
from integrations.channels.email.imap import ImapMailbox
from integrations.channels.email.polled import PolledMailbox
from integrations.channels.email.set_up import followed_mailbox
from integrations.channels.email.smtp import SmtpChannel
from integrations.means import Means, NotMade
from integrations.standins.google.standin import StandInGoogle
from integrations.standins.sendgrid.account import StandInSendGrid
from tests.channels.email.shapes import NOON

MINE = {"email_address": "arsan@firm.example", "email_name": "Firm Talent", "email_secret": "a secret"}
SMTP = MINE | {"smtp_host": "mail.firm.example", "smtp_user": "arsan", "smtp_password": "p"}
SENDGRID = MINE | {"sendgrid_key": "SG.x"}
IMAP = MINE | {"imap_host": "mail.firm.example", "imap_user": "arsan", "imap_password": "p"}


def means(settings: dict[str, str]) -> Means:
    return Means(lambda: NOON, settings)


def test_email_is_carried_by_smtp_or_by_sendgrid() -> None:
    assert isinstance(carriers.channels({"email": "smtp"}, means(SMTP))["email"], SmtpChannel)
    assert isinstance(carriers.channels({"email": "sendgrid"}, means(SENDGRID))["email"], SendGridChannel)


@pytest.mark.parametrize(("vendor", "settings"), [("smtp", SMTP), ("sendgrid", SENDGRID)])
def test_what_is_missing_is_named(vendor: str, settings: dict[str, str]) -> None:
    for name in settings:
        if name in ("smtp_user", "smtp_password"):
            continue
        without = {each: value for each, value in settings.items() if each != name}
        with pytest.raises(NotMade, match=name.upper()):
            carriers.channels({"email": vendor}, means(without))


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_port": "no"},
        {"smtp_port": "99999"},
        {"smtp_security": "maybe"},
        {"smtp_security": "none"},
        {"email_address": "x"},
    ],
    ids=str,
)
def test_what_is_wrong_is_told_before_a_mail_is_sent(wrong: dict[str, str]) -> None:
    with pytest.raises(NotMade):
        carriers.channels({"email": "smtp"}, means(SMTP | wrong))


def test_email_carries_no_other_channel() -> None:
    for vendor, settings in (("smtp", SMTP), ("sendgrid", SENDGRID)):
        with pytest.raises(NotMade, match="email"):
            carriers.channels({"sms": vendor}, means(settings))


def test_both_doors_are_made_and_ask_for_their_proof() -> None:
    key = StandInSendGrid(lambda: NOON).verification_key
    assert carriers.door("sendgrid-events", means({"sendgrid_events_key": key})).name == "sendgrid-events"
    for proof in ({"sendgrid_parse_key": key}, {"sendgrid_parse_secret": "0123456789abcdef"}):
        assert carriers.door("sendgrid-parse", means(MINE | proof)).name == "sendgrid-parse"
    for name in ("sendgrid-events", "sendgrid-parse"):
        with pytest.raises(NotMade):
            carriers.door(name, means(MINE))


def test_a_mailbox_is_followed_where_it_is_set() -> None:
    assert isinstance(followed_mailbox(IMAP, lambda: NOON), ImapMailbox)
    assert followed_mailbox(MINE, lambda: NOON) is None


async def test_a_mailbox_at_a_vendor_is_followed_where_it_is_set(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(StandInGoogle(lambda: NOON).service_account(), "utf-8")
    key = {"google_key_file": str(tmp_path / "key.json")}
    app = {"microsoft_tenant": "t", "microsoft_client_id": "c", "microsoft_client_secret": "s"}
    for chosen in (
        {"email_google_mailbox": "a@firm.example"} | key,
        {"email_microsoft_mailbox": "a@firm.example"} | app,
    ):
        made = followed_mailbox(MINE | chosen, lambda: NOON)
        assert isinstance(made, PolledMailbox)
        assert made.vendor in next(iter(chosen))
        await made.close()
        for needed in [*chosen][1:]:
            with pytest.raises(ValueError, match=needed.upper()):
                followed_mailbox({**MINE, **chosen, needed: ""}, lambda: NOON)
        with pytest.raises(ValueError, match="only one"):
            followed_mailbox(IMAP | chosen, lambda: NOON)
