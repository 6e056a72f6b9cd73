"""What became of a mail, as servers tell it: sorted, tied to the mail it is about, and never taken for an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from integrations.channels import base
from integrations.channels.base import ChannelError, Receipt, ReceiptStatus, Unknown
from integrations.channels.email.errors import code_in, meaning_of
from integrations.channels.email.incoming import read_mail
from tests.channels.email.shapes import FIRM, OUR_ID, answer, raw

BOUNCES = yaml.safe_load((Path(__file__).parent / "bounces.yaml").read_text("utf-8"))
EARLIER = FIRM.message_id("say:1/email")


@pytest.mark.parametrize("bounce", BOUNCES, ids=lambda bounce: bounce["name"])
def test_a_report_is_read_for_what_it_is(bounce: dict[str, Any]) -> None:
    told = read_mail(raw(bounce["mail"].replace("❮other❯", EARLIER)), FIRM)
    if bounce["says"] == "unknown":
        assert isinstance(told, Unknown)
    else:
        status, error, means = bounce["says"]
        kind = getattr(base, means) if means else None
        assert told == Receipt(OUR_ID, ReceiptStatus(status), error, kind)


def test_a_person_who_writes_about_a_bounce_is_no_bounce() -> None:
    told = read_mail(answer(f"I got 550 5.1.1 user unknown back.\nMessage-ID: {OUR_ID}"), FIRM)
    assert not isinstance(told, Receipt | Unknown)


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("550 5.1.1 <ana@people.example>: Recipient address rejected", base.BadAddress),
        ("550 No such user here", base.BadAddress),
        ("550 5.7.1 Service unavailable; client host blocked", base.Refused),
        ("550 5.7.26 This mail is unauthenticated", base.Refused),
        ("550 5.4.1 Recipient address rejected: Access denied", base.BadAddress),
        ("551 not local", base.BadAddress),
        ("552 5.2.2 Over quota", base.Temporary),
        ("552 5.3.4 Message too big", base.Refused),
        ("554 5.7.1 Spam", base.Refused),
        ("554 delivery error: This user doesn't exist", base.BadAddress),
        ("554 no", base.Refused),
        ("421 4.7.0 Try again later", base.Temporary),
        ("450 4.2.1 greylisted", base.Temporary),
        ("553 5.1.7 sender address does not exist", base.Refused),
        ("500 syntax", base.Refused),
    ],
)
def test_a_servers_words_mean_one_thing(words: str, means: type[ChannelError]) -> None:
    assert meaning_of(code_in(words), words) is means


def test_a_number_in_a_text_is_no_code() -> None:
    assert code_in("call 5501234 or 192.5.1.1.7, room 12.5.1.1") == ""
