"""Somebody at Slack is found by their work address, and known by what their workspace says of them."""

from __future__ import annotations

import pytest

from integrations.channels import base
from integrations.channels.slack.people import Profile, by_email, who
from tests.channels.slack.at_slack import RITA, TO_RITA, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

PROFILE = Profile(TO_RITA, "Rita Yew", "rita@acme.example", "Europe/Lisbon", "en-GB")


async def test_whoever_writes_is_known_by_the_address_their_firm_has_confirmed(office: Office) -> None:
    assert await who(office.line, TO_RITA) == PROFILE


async def test_a_colleague_is_found_by_their_work_address(office: Office) -> None:
    assert await by_email(office.line, "T1", "Rita@acme.example") == PROFILE


async def test_whoever_left_is_not_found(office: Office) -> None:
    office.space.people[RITA].deactivated = True
    with pytest.raises(base.BadAddress):
        await who(office.line, TO_RITA)
    for email in ("rita@acme.example", "nobody@acme.example", ""):
        with pytest.raises(base.BadAddress):
            await by_email(office.line, "T1", email)


@pytest.mark.parametrize("answer", [{"ok": True}, {"ok": True, "user": []}, {"ok": True, "user": {"id": 7}}])
async def test_half_an_answer_is_nobody(office: Office, answer: object) -> None:
    office.slack.mishaps.refuse(200, answer)
    with pytest.raises(base.BadAddress):
        await who(office.line, TO_RITA)
