"""Who else a mail concerns: colleagues who write past the assistant, and whoever answers a mail about no interview."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.channels.base import Inbound, Receipt, Unknown
from integrations.channels.email.incoming import read_mail
from integrations.channels.email.letter import reply_to
from tests.channels.email.shapes import ANA, FIRM, OFFER, OUR_ID, TOKEN, answer
from tests.channels.email.test_incoming import calendar_mail


def read(mail: bytes) -> Inbound | Receipt | Unknown:
    return read_mail(mail, FIRM)


RITA = "Rita Lopes <rita@firm.example>"
VOUCHED = "mx.firm.example; dmarc=pass header.from=firm.example"


def test_whoever_else_got_a_mail_is_told_and_we_are_not_among_them() -> None:
    told = read(answer("Let me step in here.", to=f"Ana <{ANA}>, ben@people.example", sender=RITA, Cc=TOKEN))
    assert isinstance(told, Inbound)
    assert (told.sender, told.also_to, told.colleague) == ("rita@firm.example", (ANA, "ben@people.example"), False)


@pytest.mark.parametrize(
    ("verdict", "headers"),
    [(VOUCHED.replace("pass", "fail"), {}), (None, {}), (VOUCHED, {"Auto_Submitted": "auto-generated"})],
    ids=["disowned", "vouched for by nobody", "by a machine"],
)
def test_a_mere_claim_to_be_the_firm_silences_nobody(verdict: str | None, headers: dict[str, str]) -> None:
    mail = answer("I take it from here.", to=ANA, sender=FIRM.address, Authentication_Results=verdict, **headers)
    assert isinstance(read(mail), Unknown)


def test_a_colleague_who_answers_from_the_firms_own_mailbox_is_told_as_one() -> None:
    told = read(answer("I take it from here.", to=ANA, sender=FIRM.address, Authentication_Results=VOUCHED))
    assert isinstance(told, Inbound)
    assert (told.sender, told.colleague, told.thread) == (ANA, True, OUR_ID)


def test_an_answer_to_a_mail_about_nothing_in_particular_is_from_whoever_got_it() -> None:
    to = reply_to(replace(OFFER, thread=None), FIRM)
    told = read(answer("Yes, that was me.", to=to, In_Reply_To=None, References=None))
    assert isinstance(told, Inbound)
    assert (told.trusted, told.thread) == (True, None)
    forged = read(answer("Yes, that was me.", to=to, sender="eve@evil.example"))
    assert isinstance(forged, Inbound)
    assert not forged.trusted


def test_an_answer_to_an_invite_is_its_guests_unless_their_domain_disowns_it() -> None:
    """The invite's own name was told to nobody else."""
    plain = calendar_mail("accept").replace(TOKEN.encode(), FIRM.address.encode())
    disowned = b"Authentication-Results: mx.firm.example; dmarc=fail header.from=people.example\r\n" + plain
    for mail, trusted in ((plain, True), (disowned, False)):
        told = read(mail)
        assert isinstance(told, Inbound)
        assert (told.reply is not None, told.trusted) == (True, trusted)
