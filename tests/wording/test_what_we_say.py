"""Every sentence the assistant can say stands in prompts/messages, for each of its readers, and nothing else does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.effects.rendering import FIELDS, PIECES
from dialogs.negotiation.asking import FOR_A_HUMAN
from dialogs.negotiation.effects import Reason
from dialogs.negotiation.state import Hosting
from dialogs.scheduling.diary import Reason as WhyNot
from dialogs.understanding.meaning import Topic
from dialogs.wording import Phrasebook

HOUSE = Path(__file__).parents[2]
# The pages and the command line have words of their own.
ROOMS = ("bot", "bot/connections", "bot/effects", "bot/facts", "bot/hearing", "bot/watching", "dialogs/negotiation")
MODULES = [module for room in ROOMS for module in (HOUSE / room).glob("*.py")]

# Functions that take the name of a text among their arguments.
SPEAKERS = {
    *("say", "put", "offer", "offer_anew", "ask_for_times", "ask_first", "_nearest", "_promise", "_tell_recruiter"),
    *("Part", "Unclear", "_rendered", "text_for", "find"),
}
# Names that are put together: every one they can come to.
COMPOSED = {
    *(f"escalation_{reason.value}" for reason in Reason),
    *(f"answer_{topic.value}" for topic in Topic if topic not in FOR_A_HUMAN),
    *(f"concession_{kind}" for kind in ("after", "before", "on")),
    *(f"command_outcome_{outcome}" for outcome in ("passed", "rejected", "no_show")),
    *(f"command_schedule_{hosting.value}" for hosting in Hosting),
    *(f"why_{reason.value}" for reason in WhyNot),
}


def spoken() -> Iterator[str]:
    """Every name of a text that the code says."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in SPEAKERS:
                texts = list(_texts(node))
                yield from texts or _kind_alone(node)
            elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "text" for t in node.targets):
                yield from _constants(node.value)


def _texts(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        yield from _constants(argument)


def _constants(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)) if text.replace("_", "").isalpha() and text.islower():
            yield text
        case ast.IfExp():
            yield from _constants(node.body)
            yield from _constants(node.orelse)


def _kind_alone(call: ast.Call) -> Iterator[str]:
    """`say(reader, Kind.FOLLOW_UP)`: the text is named like its kind."""
    if _name(call.func) == "say" and len(call.args) == 2 and isinstance(call.args[1], ast.Attribute):
        yield call.args[1].attr.lower()


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@pytest.fixture(scope="module")
def phrasebook() -> Phrasebook:
    return Phrasebook.load()


def test_every_text_that_is_said_is_written_down_and_every_one_written_down_is_said(phrasebook: Phrasebook) -> None:
    said = {*spoken(), *COMPOSED, *PIECES}
    assert phrasebook.problems(dict.fromkeys(said, FIELDS)) == []


def test_a_text_somebody_forgot_to_write_is_found(phrasebook: Phrasebook) -> None:
    said = {*spoken(), *COMPOSED, *PIECES, "a_text_nobody_wrote"}
    assert "en: a_text_nobody_wrote is missing" in phrasebook.problems(dict.fromkeys(said, FIELDS))


@pytest.mark.parametrize(
    ("key", "readers"),
    [
        ("offer", {"candidate", "host"}),
        ("confirmation", {"candidate", "host", "recruiter"}),
        ("reminder", {"candidate", "host"}),
        ("cancellation_by_firm", {"candidate", "host"}),
    ],
)
def test_each_side_has_a_text_of_its_own(phrasebook: Phrasebook, key: str, readers: set[str]) -> None:
    said = {*spoken(), *COMPOSED, *PIECES}
    assert phrasebook.problems(dict.fromkeys(said, FIELDS), {key: readers}) == []
