"""Texts for when the window is closed: given to WhatsApp, and known by our own names and languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.channels import base
from integrations.channels.approvals import Approval, Category, Draft
from integrations.channels.base import Button, Template
from integrations.channels.twilio.templates import Templates
from integrations.standins.twilio.refusing import Refusal
from tests.channels.twilio.at_twilio import Office, office, outbound, served

__all__ = ["office", "served"]

at_twilio = pytest.mark.asyncio(loop_scope="module")

NUDGE = Draft(
    "nudge",
    "pt",
    "Olá {{1}}, ainda quer marcar a entrevista na {{2}}? Responda quando puder.",
    {"1": "Ana", "2": "Acme"},
    (Button("yes", "Sim"), Button("later", "Mais tarde")),
)


@at_twilio
async def test_a_text_is_submitted_once_however_often_it_is_asked(office: Office) -> None:
    templates = Templates(office.twilio)
    first = await templates.submit(NUDGE)
    again = await templates.submit(NUDGE)
    assert first == again
    assert first.approval is Approval.RECEIVED
    [content] = office.standin.contents.all.values()
    assert content.told["language"] == "pt_PT", "WhatsApp has no Portuguese without a country"
    assert content.told["friendly_name"] == f"askarsan/nudge/pt/{NUDGE.version}"
    assert (content.approval["name"], content.approval["category"]) == (f"nudge_{NUDGE.version}", "UTILITY")


@at_twilio
async def test_what_was_interrupted_between_making_and_asking_goes_on_there(office: Office) -> None:
    templates = Templates(office.twilio)
    office.standin.fail_next(503, on="POST /v1/Content/")
    with pytest.raises(base.Temporary):
        await templates.submit(NUDGE)
    assert (await templates.submit(NUDGE)).approval is Approval.RECEIVED
    assert len(office.standin.contents.all) == 1


@at_twilio
@pytest.mark.parametrize("state", ["pending", "rejected", "paused", "disabled"])
async def test_only_what_is_approved_may_be_sent(office: Office, state: str) -> None:
    templates = Templates(office.twilio)
    submitted = await templates.submit(NUDGE)
    office.standin.contents.review("askarsan/nudge", state, "too vague")
    standings = await templates.list()
    standing = standings.of(NUDGE)
    assert standing is not None
    assert (standing.id, standing.approval, standing.reason) == (submitted.id, Approval(state), "too vague")
    assert standings.of(replace(NUDGE, language="pt-BR")) is None
    assert standings.of(replace(NUDGE, name="reminder")) is None


@at_twilio
async def test_a_text_that_was_changed_is_not_approved_because_the_old_one_is(office: Office) -> None:
    templates = Templates(office.twilio)
    await templates.submit(NUDGE)
    office.standin.contents.review("askarsan/nudge", "approved")
    office.clock.passes(days=1)
    changed = replace(NUDGE, body=NUDGE.body.replace("ainda quer", "quer"))
    before = await templates.list()
    assert before.of(changed) is None
    assert before.older(changed) == before.of(NUDGE)
    await templates.submit(changed)
    after = (await templates.list()).of(changed)
    assert after is not None
    assert after.approval is Approval.RECEIVED


@at_twilio
async def test_what_is_approved_is_sent_when_the_window_is_closed(office: Office) -> None:
    templates = Templates(office.twilio)
    standing = await templates.submit(NUDGE)
    office.standin.contents.review("askarsan/nudge", "approved")
    message = outbound("x", heard_at=None, template=Template(standing.id, {"1": "Ana", "2": "Acme"}))
    await office.whatsapp.send(message)
    await office.standin.deliver()
    [shown] = office.standin.phone("ana")
    assert shown.text == "Olá Ana, ainda quer marcar a entrevista na Acme? Responda quando puder."
    await office.standin.press("ana", "Mais tarde")
    assert office.hall.heard.pressed == "later"


def test_a_place_that_would_be_left_is_seen_before_somebody_is_sent_the_sample() -> None:
    assert NUDGE.filled({"1": "Ana", "2": "Acme"}) == (
        "Olá Ana, ainda quer marcar a entrevista na Acme? Responda quando puder."
    )
    assert NUDGE.filled({"1": "Ana"}) is None
    assert NUDGE.filled({"1": "Ana", "2": " "}) is None
    assert NUDGE.filled({"1": "Ana", "2": "A" * 1_024}) is None, "WhatsApp counts what is filled in (63021)"


@at_twilio
async def test_one_that_is_no_longer_wanted_is_deleted_and_the_others_are_not_ours_to_show(office: Office) -> None:
    templates = Templates(office.twilio)
    text = {"twilio/text": {"body": "Somebody else's"}}
    office.standin.contents.create({"friendly_name": "promo", "language": "en", "types": text})
    await office.standin.write("ana", "Hi", "whatsapp")
    await office.whatsapp.send(outbound("Which one?", buttons=("A", "B")))
    standing = await templates.submit(NUDGE)
    assert [each.id for each in (await templates.list()).all] == [standing.id]
    await templates.delete(standing.id)
    assert (await templates.list()).all == ()
    with pytest.raises(base.Refused):
        await templates.delete(standing.id)


@at_twilio
async def test_all_pages_of_templates_are_read(office: Office) -> None:
    body = {"twilio/text": {"body": "Hello"}}
    for number in range(120):
        name = f"askarsan/name{number}/en/00000000"
        office.standin.contents.create({"friendly_name": name, "language": "en", "types": body})
    assert len((await Templates(office.twilio).list()).all) == 120


@at_twilio
async def test_a_list_that_is_refused_says_so_though_the_sdk_has_no_code_for_it(office: Office) -> None:
    office.standin.fail_next(429, 20429, on="GET /v1/ContentAndApprovals", retry_after="3")
    with pytest.raises(base.Temporary) as caught:
        await Templates(office.twilio).list()
    assert caught.value.code == "20429"
    assert caught.value.retry_after is not None


@pytest.mark.parametrize(
    ("draft", "fault"),
    [
        (replace(NUDGE, body="{{1}}, still there? {{2}} would like to know."), "neither begin nor end"),
        (replace(NUDGE, body="Hello {{1}}, we write for {{2}}."), "neither begin nor end"),
        (replace(NUDGE, body="Hello {{1}} {{2}} from all of us."), "words between"),
        (replace(NUDGE, body="Hello {{1}} and {{3}} from us."), "none left out"),
        (replace(NUDGE, samples={"1": "Ana", "2": " "}), "needs a sample"),
        (replace(NUDGE, body="Hello {{1}}, " + "x" * 1_020 + " {{2}} bye."), "longer than 1,024"),
        (replace(NUDGE, buttons=(Button("a", "x" * 21),)), "20 characters"),
        (replace(NUDGE, buttons=tuple(Button(str(n), str(n)) for n in range(11))), "at most 10"),
        (replace(NUDGE, buttons=(Button("a", "{{1}}"),)), "only its id"),
        (replace(NUDGE, buttons=(Button("a", "Sim"), Button("b", "Sim"))), "read alike"),
        (replace(NUDGE, buttons=(Button("{{3}}", "Sim"),)), "needs a sample"),
        (replace(NUDGE, name="a/b"), "may have a /"),
    ],
)
@at_twilio
async def test_what_whatsapp_would_turn_down_is_not_even_submitted(office: Office, draft: Draft, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        await Templates(office.twilio).submit(draft)
    assert office.standin.contents.all == {}


def test_a_good_text_has_no_fault() -> None:
    assert NUDGE.faults() == ()
    assert Draft("hello", "en", "Hello from all of us.", category=Category.MARKETING).faults() == ()


@at_twilio
async def test_the_stand_in_approves_no_button_that_would_read_otherwise_each_time(office: Office) -> None:
    action = {"type": "QUICK_REPLY", "title": "{{1}}", "id": "a"}
    shape = {"twilio/quick-reply": {"body": "Which one?", "actions": [action]}}
    told = {"friendly_name": "x", "language": "en", "types": shape, "variables": {"1": "Tuesday"}}
    content = office.standin.contents.create(told)
    with pytest.raises(Refusal, match="titles"):
        office.standin.contents.ask_approval(content.sid, {"name": "x", "category": "UTILITY"})
