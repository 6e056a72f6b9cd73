"""The App Home: the page in Slack where a recruiter sees everything that goes on, and can press what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from integrations.channels.base import Card
from integrations.channels.desk import Section
from integrations.channels.slack.addresses import Address
from integrations.channels.slack.api import Slack
from integrations.channels.slack.blocks import CONTEXT, actions, cut, details, header, plain, rows
from integrations.channels.slack.words import Block, rich, section

MOST = 100  # blocks of one view
WORDS, FACT, FACTS = 500, 150, 6  # of a card, which is one of many here
TITLE = 150
IN_A_ROW = 5  # beside one card: more would hide the next


async def publish(slack: Slack, to: str, sections: Sequence[Section]) -> None:
    """Shows this to them from now on, in place of what was there. Raises ChannelError."""
    address, view = Address.read(to), view_of(sections)
    await slack.ask(address.team, lambda client: client.views_publish(user_id=address.id, view=view))


def view_of(sections: Sequence[Section]) -> dict[str, Any]:
    """Every heading is shown, and of the cards as many as there is room for: each section gets its share of it."""
    blocks: list[Block] = []
    for number, each in enumerate(sections):
        left = len(sections) - number
        blocks += _section(each, (MOST - len(blocks)) // left)
    return {"type": "home", "blocks": blocks[:MOST]}


def _section(shown: Section, room: int) -> list[Block]:
    blocks = [header(shown.heading)]
    if not shown.cards and shown.empty:
        blocks.append(_small(shown.empty))
    for number, card in enumerate(shown.cards):
        made = _card(card, shown.language)
        more = 1 if number < len(shown.cards) - 1 else 0  # a line to say that there are more
        if len(blocks) + len(made) + more > room:
            return [*blocks, _small(shown.more)] if shown.more else blocks
        blocks += made
    return blocks


def _card(shown: Card, language: str | None) -> list[Block]:
    blocks = [rich(section(f" – {shown.state}" if shown.state else "", cut(shown.title, TITLE)))]
    blocks += details(shown, WORDS, FACT, FACTS)
    return [*blocks, *rows(actions(shown.actions[:IN_A_ROW], language)), {"type": "divider"}]


def _small(text: str) -> Block:
    return {"type": "context", "elements": [plain(text, CONTEXT)]}
