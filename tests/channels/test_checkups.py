"""Asked whether they let us in, vendors say who we are there, and nothing is sent; a wrong key is told from silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.carriers import ABILITIES
from integrations.channels.base import ChannelError, KeyRefused, Temporary
from integrations.channels.checkup import Checked
from integrations.channels.email.by_sendgrid import SendGridAccount, SendGridChannel
from integrations.channels.email.imap import ImapMailbox
from integrations.channels.email.smtp import SmtpChannel
from integrations.channels.twilio.account import Account, Twilio, new_http
from integrations.channels.twilio.senders import Senders
from integrations.channels.twilio.sending import Desk
from integrations.channels.twilio.sms import SmsChannel
from integrations.standins.sendgrid.account import StandInSendGrid
from integrations.standins.sendgrid.web import web as sendgrid_web
from integrations.standins.twilio.account import SID, StandInTwilio
from integrations.standins.twilio.web import web as twilio_web
from tests.channels.email.at_pymap import post_box
from tests.channels.email.shapes import FIRM, NOON
from tests.channels.email.test_smtp import PostOffice, open_office
from tests.loopback import serving


async def refused(channel: Checked) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await channel.checkup()
    assert "secret" not in str(caught.value)
    return caught.value


async def test_twilio() -> None:
    twilio = StandInTwilio(lambda: NOON, "token", inbound="", numbers=("+15550100100",))

    def by(secret: str, url: str) -> SmsChannel:
        line = Twilio(Account(SID, secret, "", url, url), lambda: NOON, http=client)
        return SmsChannel(Desk(line, Senders("+15550100100", {}), "", lambda: NOON))

    async with serving(twilio_web(twilio)) as url, new_http() as client:
        assert await by("token", url).checkup() == SID
        assert isinstance(await refused(by("wrong-secret", url)), KeyRefused)
        silent = await refused(by("token", "http://127.0.0.1:9"))
        assert silent.code == "no connection"
    assert twilio.messages == []


async def test_sendgrid() -> None:
    sendgrid = StandInSendGrid(lambda: NOON)

    def by(key: str, url: str) -> SendGridChannel:
        return SendGridChannel(ABILITIES["email"], SendGridAccount(key, url), FIRM, lambda: NOON)

    async with serving(sendgrid_web(sendgrid)) as url:
        assert await by(sendgrid.key, url).checkup() == FIRM.address
        assert (await refused(by("SG.wrong-secret", url))).code == "401"
        sendgrid.scopes = ("stats.read",)
        assert "may not send" in str(await refused(by(sendgrid.key, url)))
    assert isinstance(await refused(by(sendgrid.key, "http://127.0.0.1:9")), Temporary)
    assert sendgrid.mails == []


async def test_smtp() -> None:
    office = PostOffice()
    async with open_office(office) as server:
        there = SmtpChannel(ABILITIES["email"], server, FIRM, lambda: NOON)
        assert await there.checkup() == f"{FIRM.address} at localhost"
        wrong = replace(server, password="a wrong secret")
        assert (await refused(SmtpChannel(ABILITIES["email"], wrong, FIRM, lambda: NOON))).code == "5.7.8"
    gone = replace(server, port=9)
    assert isinstance(await refused(SmtpChannel(ABILITIES["email"], gone, FIRM, lambda: NOON)), Temporary)
    assert (office.logins, office.taken) == (2, [])


async def test_imap() -> None:
    async with post_box() as box:
        assert "folder INBOX" in await ImapMailbox(box.account, FIRM, lambda: NOON).checkup()
        wrong = replace(box.account, password="a wrong secret")
        assert (await refused(ImapMailbox(wrong, FIRM, lambda: NOON))).code == "login"
        nowhere = replace(box.account, folder="Nowhere")
        assert (await refused(ImapMailbox(nowhere, FIRM, lambda: NOON))).code == "folder"
    gone = replace(box.account, port=9)
    assert isinstance(await refused(ImapMailbox(gone, FIRM, lambda: NOON)), Temporary)
