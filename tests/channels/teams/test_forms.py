"""Forms open in the answer to a press; what is filled in comes back once, and what is missing is said at once."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
import yaml

from integrations.channels import forms
from integrations.channels.desk import Field, Form, Kind
from integrations.channels.teams.task_modules import Ticket, opened
from integrations.standins.teams.rules import check_dialog
from tests.channels.cases import CARD
from tests.channels.teams.at_teams import BEN, RITA, SHOWN, TO_BEN, TO_RITA, Office, office, served

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
        Field("who", "Somebody", Kind.PERSON, value=TO_BEN),
        Field("maybe", "Perhaps", needed=False),
    ),
    "Send",
    "Back",
    "Please fill this in.",
)


async def pressed(office: Office, label: str) -> dict[str, Any]:
    """Rita presses it on the card, and what opens."""
    await office.channel.send(SHOWN)
    office.teams.press(RITA, office.said()[-1], label)
    await office.told()
    assert office.rita.dialog is not None
    return office.rita.dialog


def inputs(dialog: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in dialog["card"]["content"]["body"] if each["type"].startswith("Input.")]


# Opening


async def test_a_button_that_asks_for_something_first_opens_its_form_and_says_nothing_yet(office: Office) -> None:
    dialog = await pressed(office, "How did it go?")
    assert dialog["title"] == "How did it go?"
    assert [each["label"] for each in inputs(dialog)] == ["Outcome", "Notes"]
    assert office.hall.messages == []
    (asked,) = office.asked
    assert (asked.sender, asked.form, asked.id) == (TO_RITA, forms.OUTCOME, "card:n1:outcome")


async def test_the_words_that_would_go_out_stand_there_to_be_changed(office: Office) -> None:
    (field,) = inputs(await pressed(office, "Write to them"))
    assert field["value"] == CARD.text
    assert field["label"] == "A sua mensagem", "in the language of whoever fills it in"


async def test_beside_the_place_where_messages_are_written_a_new_interview_opens(office: Office) -> None:
    office.teams.begin(RITA, forms.SCHEDULE)
    await office.told()
    assert office.rita.dialog
    (asked,) = office.asked
    assert asked.id == "new!schedule", "as on the page of how everything stands"
    office.teams.submit(RITA, {"candidate": "Ana Silva", "job": "j2", "host": BEN}, begun=True)
    message = await office.heard()
    assert (message.pressed, message.form["job"], message.form["host"]) == ("new!schedule", "j2", TO_BEN)
    assert office.rita.dialog is None


@pytest.mark.parametrize("nobody", ["no page", "no such form"])
async def test_nothing_opens_for_who_may_not(office: Office, nobody: str) -> None:
    if nobody == "no page":
        office.sections = None
    office.teams.begin(RITA, forms.SCHEDULE if nobody == "no page" else "hologram")
    await office.told()
    assert (office.rita.dialog, office.rita.trouble, office.asked) == (None, 0, [])


@pytest.mark.parametrize("book", [each.name for each in (files("prompts") / "forms").iterdir() if "yaml" in each.name])
async def test_every_form_opens_in_every_language(book: str) -> None:
    language = book.removesuffix(".yaml")
    assert yaml.safe_load((files("prompts") / "forms" / book).read_text("utf-8"))
    for form in (forms.schedule("s", language), forms.outcome("o", language), forms.words("w", language, "x" * 9_000)):
        assert check_dialog(opened(form, Ticket("f", "i"))) is not None
        assert check_dialog(opened(form, Ticket("f", "i"), {})) is not None


# What comes back


async def test_every_kind_of_field_comes_back_as_it_was_filled_in(office: Office) -> None:
    office.form = EVERYTHING
    await pressed(office, "Write to them")
    office.teams.submit(RITA, {"line": "one", "choice": "a", "day": "2026-03-04", "maybe": ""})
    message = await office.heard()
    assert message.form == {
        "line": "one",
        "words": "as they were",
        "choice": "a",
        "day": "2026-03-04",
        "clock": "14:30",
        "who": TO_BEN,
        "maybe": "",
    }
    assert (message.pressed, message.thread) == ("all", office.said()[0].conversation + "|" + office.said()[0].id)
    assert (office.rita.dialog, office.rita.trouble) == (None, 0)


async def test_one_dialog_is_one_answer_however_often_it_is_sent_off(office: Office) -> None:
    await pressed(office, "Write to them")
    for _ in range(2):
        office.teams.submit(RITA, {"words": "Hello"})
    await office.told()
    assert len(office.hall.messages) == 1
    office.teams.press(RITA, office.said()[-1], "Write to them")
    await office.told()
    office.teams.submit(RITA, {"words": "Hello"})
    await office.told()
    assert len(office.hall.messages) == 2, "opened anew it is another one"


async def test_a_blank_is_no_answer_and_the_form_stays_open_with_what_was_written(office: Office) -> None:
    office.form = replace(EVERYTHING, fields=EVERYTHING.fields[:3])
    await pressed(office, "Write to them")
    office.teams.submit(RITA, {"line": "  ", "words": "kept", "choice": "a"})
    await office.told()
    assert office.hall.messages == []
    assert office.rita.dialog
    first, *_ = office.rita.dialog["card"]["content"]["body"]
    assert first["inlines"][0]["text"] == "Please fill this in."
    assert [each.get("value") for each in inputs(office.rita.dialog)] == [None, "kept", "a"]
    office.teams.submit(RITA, {"line": "now"})
    assert (await office.heard()).form == {"line": "now", "words": "kept", "choice": "a"}


async def test_a_list_that_somebody_left_out_is_a_line_to_write(office: Office) -> None:
    office.form = replace(EVERYTHING, fields=(Field("job", "Job", Kind.CHOICE),))
    (field,) = inputs(await pressed(office, "Write to them"))
    assert field["type"] == "Input.Text"


async def test_a_choice_that_is_not_there_any_more_is_not_chosen(office: Office) -> None:
    office.form = replace(EVERYTHING, fields=(Field("job", "Job", Kind.CHOICE, (("a", "A"),), "gone"),))
    (field,) = inputs(await pressed(office, "Write to them"))
    assert "value" not in field


async def test_a_form_of_another_app_is_not_ours(office: Office) -> None:
    office.teams.invent(RITA, type="invoke", name="task/submit", value={"data": {"line": "x"}})
    office.teams.invent(RITA, type="invoke", name="task/submit", value={"data": {"askarsan": {"form": "f"}}})
    assert await office.teams.deliver() == [200, 200]
    assert office.hall.messages == []
