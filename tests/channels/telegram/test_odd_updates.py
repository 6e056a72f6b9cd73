"""Any part of an update may be anything: it is read, or unknown, and never a crash or a message of odd parts."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.channels.base import BadMessage, Inbound, Knock, Unknown
from integrations.channels.telegram.door import TelegramDoor
from integrations.standins.telegram.chats import Chats
from tests.channels.telegram.at_telegram import ANA, MONDAY, SECRET

Path = tuple[str | int, ...]


def updates() -> list[dict[str, Any]]:
    """One of each kind, as Telegram tells them."""
    bot = {"id": 1, "is_bot": True, "first_name": "askARSAN", "username": "askarsan_bot"}
    chats = Chats(lambda: MONDAY, bot)
    chats.start(ANA, "payload")
    chats.edit(ANA, 1, "Tuesday")
    chats.write(ANA, "look", file="photo")
    offered = chats.keep(chats.people[ANA].chat(), bot, "Which one?")
    offered.buttons = [[{"text": "Tue", "callback_data": "n17@1"}]]
    chats.press(ANA, offered.id, "Tue")
    chats.block(ANA)
    chats.unblock(ANA)
    return chats.waiting()


def places(told: Any, here: Path = ()) -> Iterator[Path]:
    """Every part of it."""
    inner = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for name, each in inner:
        yield (*here, name)
        yield from places(each, (*here, name))


UPDATES = updates()
PLACES = [(number, path) for number, update in enumerate(UPDATES) for path in places(update)]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), anything, st.booleans())
def test_whatever_stands_wherever_it_is_no_crash(place: tuple[int, Path], odd: Any, gone: bool) -> None:
    number, (*way, last) = place
    update = copy.deepcopy(UPDATES[number])
    within: Any = update
    for name in way:
        within = within[name]
    if gone:
        del within[last]
    else:
        within[last] = odd
    try:
        (told,) = TelegramDoor(SECRET, lambda: MONDAY).read(Knock("", {}, json.dumps(update).encode())).told
    except BadMessage:
        assert last == "update_id"
        return
    assert isinstance(told, Inbound | Unknown)
    if isinstance(told, Inbound):
        assert told.sender.lstrip("-").isdecimal()
        assert told.at is None or told.at.utcoffset() is not None
        for words in (told.text, told.name, told.pressed or ""):
            assert "\0" not in words
            assert words.encode().decode() == words
