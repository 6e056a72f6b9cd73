"""Forms open in time; what is filled in comes back once, and what is missing is said at once."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.channels import base, forms
from integrations.channels.base import Action, Card
from integrations.channels.desk import Field, Form, Kind, Section
from integrations.channels.slack import modals
from integrations.standins.slack import kit
from integrations.standins.slack.refusing import No
from tests.channels.cases import CARD
from tests.channels.slack.at_slack import RITA, SHOWN, TO_RITA, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = Form(
    "all",
    "Everything",
    (
        Field("line", "A line", hint="A hint"),
        Field("words", "Words", Kind.WORDS, value="as they were"),
        Field("choice", "A choice", Kind.CHOICE, (("a", "An a"), ("b", "A b")), "b"),
        Field("day", "A day", Kind.DATE, value="2026-03-03"),
        Field("clock", "A time", Kind.TIME, value="14:30"),
        Field("who", "Somebody", Kind.PERSON, value="T1:UBEN"),
        Field("maybe", "Perhaps", needed=False),
    ),
    "Send",
    "Back",
    "Please fill this in.",
)


async def opened(office: Office, label: str) -> dict[str, Any]:
    """Rita presses it on the card, and what opens."""
    await office.channel.send(SHOWN)
    office.slack.press(RITA, office.said()[-1], label)
    await office.told()
    assert office.rita.modal is not None
    return office.rita.modal


# Opening


async def test_a_button_that_asks_for_something_first_opens_its_form_and_says_nothing_yet(office: Office) -> None:
    modal = await opened(office, "How did it go?")
    assert modal["title"]["text"] == "How did it go?"
    assert [block["label"]["text"] for block in modal["blocks"]] == ["Outcome", "Notes"]
    assert office.hall.messages == []
    (asked,) = office.asked
    assert (asked.sender, asked.form, asked.id) == (TO_RITA, forms.OUTCOME, "card:n1:outcome")


async def test_the_words_that_would_go_out_stand_there_to_be_changed(office: Office) -> None:
    modal = await opened(office, "Write to them")
    (block,) = modal["blocks"]
    assert block["element"]["initial_value"] == CARD.text
    assert block["label"]["text"] == "A sua mensagem", "in the language of whoever fills it in"


async def test_slack_is_answered_before_anything_is_made(office: Office) -> None:
    await office.channel.send(SHOWN)
    office.slack.press(RITA, office.said()[0], "How did it go?")
    assert await office.slack.deliver() == [200]
    assert (office.asked, office.rita.modal) == ([], None)
    await office.hall.afterwards()
    assert office.rita.modal


async def test_a_form_that_is_over_three_seconds_late_does_not_open_and_somebody_is_told(office: Office) -> None:
    await office.channel.send(SHOWN)
    office.slack.press(RITA, office.said()[0], "How did it go?")
    await office.slack.deliver()
    office.clock.passes(seconds=4)
    with pytest.raises(base.Refused) as caught:
        await office.hall.afterwards()
    assert caught.value.code == "expired_trigger_id"


async def test_where_there_is_nothing_to_ask_nothing_opens(office: Office) -> None:
    card = replace(CARD, actions=(Action("x", "Something else", form="nothing"),))
    await office.channel.send(replace(SHOWN, card=card))
    office.slack.press(RITA, office.said()[0], "Something else")
    await office.told()
    assert office.rita.modal is None


# Filling in


async def test_what_is_filled_in_comes_back_by_field_with_whose_form_it_is_and_where_it_belongs(office: Office) -> None:
    await opened(office, "How did it go?")
    office.slack.submit(RITA, {"outcome": "passed", "words": "She was great.\nReally."})
    message = await office.heard()
    assert message.form == {"outcome": "passed", "words": "She was great.\nReally."}
    assert (message.pressed, message.sender, message.to) == ("card:n1:outcome", TO_RITA, "T1")
    assert message.thread == f"DRITA:{office.said()[0].ts}"
    assert office.rita.modal is None, "it closes"


async def test_every_kind_of_field_comes_back_as_it_was_there_and_as_it_was_changed(office: Office) -> None:
    kit.check_view(modals.view_of(EVERYTHING), "modal")
    trigger = office.space.trigger(RITA)
    await office.line.ask("T1", lambda client: client.views_open(trigger_id=trigger, view=modals.view_of(EVERYTHING)))
    office.slack.submit(RITA, {"line": "one line", "who": "UANA"})
    assert (await office.heard()).form == {
        "line": "one line",
        "words": "as they were",
        "choice": "b",
        "day": "2026-03-03",
        "clock": "14:30",
        "who": "T1:UANA",
        "maybe": "",
    }


async def test_blank_is_no_answer_and_the_modal_says_so_at_once(office: Office) -> None:
    """Slack takes a space for an answer."""
    await opened(office, "Write to them")
    office.slack.submit(RITA, {"words": "  \n "})
    assert await office.slack.deliver() == [200]
    assert office.rita.errors == {"words": "Preencha este campo, por favor."}
    assert office.rita.modal, "it stays open"
    assert office.hall.kept == {}
    office.slack.submit(RITA, {"words": "Olá Ana!"})
    assert (await office.heard()).form == {"words": "Olá Ana!"}


async def test_a_form_sent_off_twice_is_one_answer(office: Office) -> None:
    await opened(office, "How did it go?")
    first = office.slack.submit(RITA, {"outcome": "passed"})
    second = office.slack.submit(RITA, {"outcome": "passed"})
    for told in (first, second, first):
        await office.slack.knock(told)
    assert len(office.hall.messages) == 1


async def test_an_interview_is_asked_for_from_the_page_where_everything_stands(office: Office) -> None:
    button = Action("schedule", "New interview", form=forms.SCHEDULE)
    office.sections = (Section("Today", (Card("new", "Anything new?", "", actions=(button,)),)),)
    office.slack.open_home(RITA)
    await office.told()
    office.slack.press_at_home(RITA, "New interview")
    await office.told()
    office.slack.submit(RITA, {"candidate": "Ana Silva", "job": "j1", "host": "UBEN", "words": "soon, please"})
    message = await office.heard()
    assert (message.pressed, message.thread) == ("schedule", None)
    assert message.form == {
        "candidate": "Ana Silva",
        "job": "j1",
        "round": "1",
        "host": "T1:UBEN",
        "minutes": "45",
        "words": "soon, please",
    }


# What Slack takes


async def test_more_choices_than_slack_shows_are_written_and_none_is_left_out() -> None:
    jobs = tuple((f"j{number}", f"Job {number}") for number in range(101))
    view = modals.view_of(forms.schedule("schedule", "en", jobs=jobs, hosts=jobs[:100]))
    kit.check_view(view, "modal")
    kinds = {block["block_id"]: block["element"]["type"] for block in view["blocks"]}
    assert (kinds["job"], kinds["host"]) == ("plain_text_input", "static_select")


async def test_two_jobs_of_the_same_name_are_both_shown() -> None:
    view = modals.view_of(forms.schedule("schedule", "en", jobs=(("Nurse", "Nurse, Acme"), ("Nurse", "Nurse, Clinic"))))
    shown = [option["text"]["text"] for option in view["blocks"][1]["element"]["options"]]
    assert shown == ["Nurse, Acme", "Nurse, Clinic"]


async def test_a_form_that_could_not_come_back_is_not_opened() -> None:
    with pytest.raises(ValueError, match="too long"):
        modals.view_of(replace(EVERYTHING, id="x" * 3_000))


LANGUAGES = sorted(page.name.removesuffix(".yaml") for page in (files("prompts") / "forms").iterdir())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_form_in_every_language_is_whole_and_is_taken_by_slack_uncut(language: str) -> None:
    for form in (
        forms.schedule("s", language, hosts=(("h", "Carl Zorn"),)),
        forms.outcome("o", language),
        forms.words("w", language, "x" * 9_000),
    ):
        view = modals.view_of(form)
        kit.check_view(view, "modal")
        assert (view["title"]["text"], view["submit"]["text"], view["close"]["text"]) == (
            form.title,
            form.send,
            form.leave,
        )


async def test_every_language_has_the_words_of_english_and_no_others() -> None:
    pages = {
        name: yaml.safe_load((files("prompts") / "forms" / f"{name}.yaml").read_text("utf-8")) for name in LANGUAGES
    }
    assert set(pages) == {"de", "en", "es", "fr", "it", "nl", "pt", "pt-BR"}
    assert {name: sorted(page) for name, page in pages.items() if sorted(page) != sorted(pages["en"])} == {}
    assert [name for name in pages if name != "en" and pages[name]["missing"] == pages["en"]["missing"]] == []


@pytest.mark.parametrize(
    ("language", "leave"), [("pt-PT", "Voltar"), ("pt_BR", "Voltar"), ("tlh", "Back"), ("DE", "Zurück")]
)
async def test_a_language_nobody_wrote_is_english_and_a_country_speaks_its_language(language: str, leave: str) -> None:
    assert forms.words_in(language)["leave"] == leave


kinds = st.sampled_from(Kind)
fields = st.lists(
    st.builds(
        Field,
        name=st.text(alphabet="abcdefgh", min_size=1, max_size=9),
        label=st.text(max_size=3_000),
        kind=kinds.filter(lambda kind: kind not in (Kind.DATE, Kind.TIME, Kind.PERSON)),
        choices=st.lists(st.tuples(st.text(max_size=200), st.text(max_size=100)), max_size=4).map(tuple),
        value=st.text(max_size=4_000),
        hint=st.text(max_size=10),
        needed=st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda field: field.name,
)


@settings(max_examples=60, deadline=None)
@given(
    form=st.builds(
        Form,
        id=st.text(min_size=1, max_size=200),
        title=st.text(max_size=60),
        fields=fields.map(tuple),
        send=st.text(max_size=40),
        leave=st.text(max_size=40),
        missing=st.text(max_size=400),
    )
)
async def test_whatever_a_form_asks_slack_opens_it_and_its_id_comes_back(form: Form) -> None:
    view = modals.view_of(form, "C1:1.000000")
    try:
        kit.check_view(view, "modal")
    except No as no:
        raise AssertionError(no.messages) from no
    read = modals.filled({**view, "state": {"values": {}}}, "T1")
    assert read is not None
    assert (read.id, read.thread) == (form.id, "C1:1.000000")
    assert json.loads(view["private_metadata"])
