"""Messages to people at Teams: plain text, buttons on a card, and interviews that change in their place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.clients.conversation import ConversationClient, CreateConversationParams
from microsoft_teams.api.models.conversation import ConversationResource

from integrations.channels.base import (
    Abilities,
    BadAddress,
    Channel,
    ChannelError,
    Load,
    Outbound,
    Refused,
    Sent,
    Temporary,
    Unanswered,
    Unit,
)
from integrations.channels.fitting import pieces, plain
from integrations.channels.teams import cards
from integrations.channels.teams.addresses import Address, Spot
from integrations.channels.teams.connector import Connector
from integrations.channels.teams.errors import TOO_MUCH
from integrations.channels.teams.words import Element

KNOWN_DOORS = 10_000
PACE = 30  # requests a second from one bot in one tenant; that each conversation has its own, Teams says when asked
NOTICE = 300  # of the words that a notification shows
GONE = "ConversationNotFound"
# The message whose place another should take is not to be changed.
NOT_CHANGED = frozenset({"ActivityNotFoundInConversation", GONE, "NotEnoughPermissions", "404"})
NO_ID = "DO_NOT_USE_PLACEHOLDER_ID"  # the SDK's own, where no answer said one
ABILITIES = Abilities(buttons=6, max_length=20_000, unit=Unit.UTF16, cards=True)


@dataclass(frozen=True, slots=True)
class Post:
    """One message as it goes out."""

    text: str  # what a notification shows
    card: Element | None
    alone: str  # the text where there is no card, with everything that could be pressed


class TeamsChannel(Channel):
    """All tenants that the bot may write to. Teams tells two equal messages apart by nothing, and cannot be asked."""

    name = "teams"

    abilities = ABILITIES

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._doors: dict[Address, str] = {}  # of private conversations

    async def send(self, message: Outbound) -> Sent:
        address = Address.read(message.to)
        posts = list(self._laid_out(message))
        if not posts:
            raise Refused("no_text")
        if message.instead_of and len(posts) == 1 and (sent := await self._in_its_place(address, message, posts[0])):
            return sent
        first, *others = posts
        conversation, spot = await self._begun(address, first)
        sent_to = [spot]
        for post in others:
            try:
                sent_to.append(await self._post(address, conversation, post))
            except Temporary as error:
                raise Unanswered(error.code, error.retry_after) from error  # some of it is out
        *also, vendor_id = sent_to
        return Sent(vendor_id, tuple(also))

    def load(self, message: Outbound) -> Load:
        return Load(
            f"{self._connector.bot}@{Address.read(message.to).tenant}", len(list(self._laid_out(message))), PACE
        )

    async def checkup(self) -> str:
        await self._connector.sign_in()
        return self._connector.bot

    async def close(self) -> None:
        await self._connector.close()

    # What it looks like

    def _laid_out(self, message: Outbound) -> Iterator[Post]:
        """Piece by piece, with what is pressed below the last: where somebody has read to the end."""
        if message.card:
            text = message.text or message.card.title
            yield Post(text, cards.card(message.card), text)
            return
        texts = [text for text in pieces(message.text, self.abilities) if text.strip()]
        for number, text in enumerate(texts):
            buttons = message.buttons if number == len(texts) - 1 else ()
            alone = plain(replace(message, text=text, buttons=buttons), replace(self.abilities, buttons=0)).text
            yield Post(text, cards.message(text, buttons) if buttons else None, alone)

    def _activity(self, address: Address, conversation: str, post: Post) -> MessageActivityInput:
        """Words beside a card would be shown twice; a notification shows what stands in `summary`."""
        told: dict[str, Any] = {
            "from": {"id": self._connector.bot},
            "conversation": {"id": conversation, "conversationType": "personal", "tenantId": address.tenant},
        }
        if post.card is None:
            told |= {"text": post.alone, "textFormat": "plain"}
        else:
            notice = cards.cut(" ".join(post.text.split()), NOTICE)
            told |= {"summary": notice, "attachments": [cards.attachment(post.card)]}
        return MessageActivityInput.model_validate(told)

    # How it gets there

    async def _begun(self, address: Address, post: Post) -> tuple[str, str]:
        """In which conversation, and where there. Whoever clears its history ends it: opened again it is another."""
        if known := self._doors.get(address):
            try:
                return known, await self._post(address, known, post)
            except BadAddress as error:
                if error.code != GONE:
                    raise
                del self._doors[address]
        conversation = await self._opened(address)
        return conversation, await self._post(address, conversation, post)

    async def _opened(self, address: Address) -> str:
        """The conversation of the bot and this person; opened again it is the same one."""
        wanted = CreateConversationParams.model_validate(
            {
                "isGroup": False,
                "bot": {"id": self._connector.bot},
                "members": [{"id": address.user}],
                "tenantId": address.tenant,
                "channelData": {"tenant": {"id": address.tenant}},
            }
        )

        async def ask(conversations: ConversationClient) -> ConversationResource:
            return await conversations.create(wanted)

        try:
            made = await self._connector.ask(ask)
        except Unanswered as error:
            raise Temporary(error.code, error.retry_after) from None  # nothing is out yet
        if Spot.read(f"{made.id}|1") is None:
            raise Temporary("unreadable")
        if len(self._doors) < KNOWN_DOORS:
            self._doors[address] = made.id
        return made.id

    async def _post(self, address: Address, conversation: str, post: Post) -> str:
        activity = self._activity(address, conversation, post)

        async def ask(conversations: ConversationClient) -> str:
            return str((await conversations.create_activity(conversation, activity)).id)

        try:
            activity_id = await self._connector.ask(ask)
        except Refused as error:
            if error.code not in TOO_MUCH or post.card is None:
                raise
            return await self._post(address, conversation, replace(post, card=None))  # it was not taken
        spot = Spot.read(f"{conversation}|{activity_id}")
        if spot is None or activity_id == NO_ID:
            raise Unanswered("no id")
        return str(spot)

    async def _in_its_place(self, address: Address, message: Outbound, post: Post) -> Sent | None:
        """None: what it should stand for is not to be changed any more, so it has to be sent anew."""
        spot = Spot.read(message.instead_of or "")
        if spot is None:
            return None
        activity = self._activity(address, spot.conversation, post)
        activity.id = spot.activity

        async def ask(conversations: ConversationClient) -> None:
            # The SDK looks for an id in the answer, and Teams need not say one again.
            with suppress(KeyError):
                await conversations.update_activity(spot.conversation, spot.activity, activity)

        try:
            await self._connector.ask(ask)
        except Unanswered as error:
            raise Temporary(error.code, error.retry_after) from None  # changed twice is changed once
        except ChannelError as error:
            if error.code in TOO_MUCH and post.card:
                return await self._in_its_place(address, message, replace(post, card=None))
            if error.code not in NOT_CHANGED:
                raise
            return None
        return Sent(str(spot))
