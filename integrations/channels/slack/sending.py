"""Messages to people and channels at Slack: rich text with buttons, cards that change in their place, threads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from integrations.channels.base import Abilities, Channel, ChannelError, Outbound, Refused, Sent, Temporary, Unanswered
from integrations.channels.desk import Section
from integrations.channels.fitting import pieces, plain
from integrations.channels.slack import blocks, home
from integrations.channels.slack.addresses import Address, Spot, thread_in
from integrations.channels.slack.api import Slack
from integrations.channels.slack.errors import NOT_CHANGED, TOO_MUCH
from integrations.channels.slack.words import Block, escaped

# Slack tells two equal messages apart by nothing we send (client_msg_id is for its own clients). So each carries our
# key where only machines look, and `look_up` finds it again.
MARK = "askarsan_message"
PAGE, PAGES = 100, 5
SKEW = timedelta(minutes=2)
KNOWN_DOORS = 10_000
ABILITIES = Abilities(buttons=25, label=75, max_length=3_000, looks_up=True, cards=True)


@dataclass(frozen=True, slots=True)
class Post:
    """One message as it goes out."""

    text: str  # what a notification shows
    blocks: list[Block] | None
    alone: str  # the text where there are no blocks, with everything that could be pressed
    mark: Mapping[str, Any]

    def given(self) -> dict[str, Any]:
        looks = {"text": escaped(self.text), "blocks": self.blocks} if self.blocks else {"text": escaped(self.alone)}
        return {**looks, "metadata": dict(self.mark)}


class SlackChannel(Channel):
    """All workspaces that let the assistant in. A repeated message is found again, and by itself it repeats none."""

    name = "slack"

    abilities = ABILITIES

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._doors: dict[Address, str] = {}  # of direct messages, which stay what they are for ever

    async def send(self, message: Outbound) -> Sent:
        address = Address.read(message.to)
        posts = list(self._laid_out(message))
        if not posts:
            raise Refused("no_text")
        if message.instead_of and len(posts) == 1 and (sent := await self._in_its_place(address, message, posts[0])):
            return sent
        channel = await self._channel(address)
        thread = thread_in(channel, message.answers)
        sent_to: list[str] = []
        for post in posts:
            try:
                sent_to.append(await self._post(address.team, channel, thread, post))
            except Temporary as error:
                if not sent_to:
                    raise
                raise Unanswered(error.code, error.retry_after) from error  # some of it is out
        *also, vendor_id = sent_to
        return Sent(vendor_id, tuple(also))

    def account(self, to: str) -> str:
        return Address.read(to).team

    async def look_up(self, message: Outbound, since: datetime) -> Sent | None:
        address = Address.read(message.to)
        channel = await self._channel(address)
        thread = thread_in(channel, message.answers)
        parts, found = len(list(self._laid_out(message))), dict[int, str]()
        # When it was sent there may have been no thread yet.
        for place in dict.fromkeys((thread, None)):
            async for each in self._since(address.team, channel, place, since):
                if (part := _part(each, message.key)) is not None:
                    found[part] = f"{channel}:{each['ts']}"
        # Of several pieces some may be missing: then all of it goes again, rather than half of it never.
        if len(found) < parts:
            return None
        *also, vendor_id = [found[part] for part in sorted(found)]
        return Sent(vendor_id, tuple(also))

    async def publish(self, to: str, sections: Sequence[Section]) -> None:
        """Their Home. Raises ChannelError."""
        await home.publish(self._slack, to, sections)

    async def close(self) -> None:
        await self._slack.close()

    # What it looks like

    def _laid_out(self, message: Outbound) -> Iterator[Post]:
        """Piece by piece, with what is pressed below the last: where somebody has read to the end."""
        if message.card:
            text = message.text or message.card.title
            yield Post(text, blocks.card(message.card, message.language), text, _mark(message.key, 0))
            return
        texts = [text for text in pieces(message.text, self.abilities) if text.strip()]
        for number, text in enumerate(texts):
            buttons = message.buttons if number == len(texts) - 1 else ()
            alone = plain(replace(message, text=text, buttons=buttons), replace(self.abilities, buttons=0)).text
            yield Post(text, blocks.message(text, buttons), alone, _mark(message.key, number))

    # How it gets there

    async def _channel(self, address: Address) -> str:
        """Where to write. For a person it is the conversation of the two, opened if it is not yet."""
        if not address.is_person:
            return address.id
        if known := self._doors.get(address):
            return known
        try:
            answer = await self._slack.ask(address.team, lambda client: client.conversations_open(users=[address.id]))
        except Unanswered as error:
            raise Temporary(error.code, error.retry_after) from None  # nothing is out yet
        match answer:
            case {"channel": {"id": str() as channel}} if channel:
                if len(self._doors) < KNOWN_DOORS:
                    self._doors[address] = channel
                return channel
        raise Temporary("unreadable")

    async def _post(self, team: str, channel: str, thread: str | None, post: Post) -> str:
        async def ask(client: AsyncWebClient) -> AsyncSlackResponse:
            # To show a page beside its link Slack would open the link, and ours are for one person's eyes.
            return await client.chat_postMessage(
                channel=channel, thread_ts=thread, mrkdwn=False, unfurl_links=False, unfurl_media=False, **post.given()
            )

        try:
            answer = await self._slack.ask(team, ask)
        except Refused as error:
            if error.code not in TOO_MUCH or post.blocks is None:
                raise
            return await self._post(team, channel, thread, replace(post, blocks=None))  # it was not taken
        match answer:
            case {"channel": str() as where, "ts": str() as ts} if Spot.read(f"{where}:{ts}"):
                return f"{where}:{ts}"
        raise Unanswered("no id")

    async def _in_its_place(self, address: Address, message: Outbound, post: Post) -> Sent | None:
        """None: what it should stand for is not to be changed any more, so it has to be sent anew."""
        spot = Spot.read(message.instead_of or "")
        if spot is None:
            return None

        async def ask(client: AsyncWebClient) -> AsyncSlackResponse:
            look = post.blocks or []  # left out, the old ones would stay
            return await client.chat_update(channel=spot.channel, ts=spot.ts, **{**post.given(), "blocks": look})

        try:
            await self._slack.ask(address.team, ask)
        except Unanswered as error:
            raise Temporary(error.code, error.retry_after) from None  # changed twice is changed once
        except ChannelError as error:
            if error.code in TOO_MUCH and post.blocks:
                return await self._in_its_place(address, message, replace(post, blocks=None))
            if error.code not in NOT_CHANGED:
                raise
            return None
        return Sent(str(spot))

    async def _since(
        self, team: str, channel: str, thread: str | None, since: datetime
    ) -> AsyncIterator[Mapping[str, Any]]:
        """The messages there, page by page. Workspaces of firms other than its maker's get pages of fifteen."""
        oldest, cursor = f"{(since - SKEW).timestamp():.6f}", ""
        given = {"channel": channel, "oldest": oldest, "include_all_metadata": True, "limit": PAGE}
        for _ in range(PAGES):
            more = {**given, "cursor": cursor} if cursor else given

            async def ask(client: AsyncWebClient, more: dict[str, Any] = more) -> AsyncSlackResponse:
                if thread:
                    return await client.conversations_replies(ts=thread, **more)
                return await client.conversations_history(**more)

            try:
                answer = await self._slack.ask(team, ask)
            except Refused as error:
                if error.code == "thread_not_found":
                    return  # somebody deleted what began it
                raise
            for each in answer.get("messages") or ():
                yield each
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        raise Temporary("too much since")


def _part(told: Mapping[str, Any], key: str) -> int | None:
    """Which piece of our message that is, if it is one."""
    match told:
        case {"ts": str(), "metadata": {"event_type": mark, "event_payload": {"key": of, "part": int() as part}}}:
            return part if (mark, of) == (MARK, key) else None
    return None


def _mark(key: str, part: int) -> Mapping[str, Any]:
    return {"event_type": MARK, "event_payload": {"key": key, "part": part}}
