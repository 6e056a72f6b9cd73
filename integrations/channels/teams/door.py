"""Teams' way in: one address for whatever is written, pressed, opened and filled in.

Microsoft's own app would run our code before anything is kept, and twice for what is told twice, and it takes an
activity whose key was never endorsed for Teams. So it is left at the door.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from integrations.channels.base import (
    OK,
    Answer,
    BadAddress,
    BadMessage,
    Door,
    Fault,
    Knock,
    Read,
)
from integrations.channels.desk import Asked, Desk
from integrations.channels.teams.proof import Proof
from integrations.channels.teams.reading import CLOSES, Activity, Found, Opens, found
from integrations.channels.teams.task_modules import opened

# What is stumbled over when an activity is not of its shape.
ODD = (AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError)


class TeamsDoor(Door):
    """`desk` makes forms. Without one nothing opens, and everything else is heard all the same."""

    name = "teams"

    def __init__(self, proof: Proof, tenants: tuple[str, ...], desk: Desk | None = None) -> None:
        self.desk = desk
        self._proof = proof
        self._tenants = frozenset(tenants)

    async def verify(self, knock: Knock) -> None:
        await self._proof.check(knock.headers.get("authorization", ""), knock.body)

    def read(self, knock: Knock) -> Read:
        try:
            body = json.loads(knock.body)
        except ODD:
            raise BadMessage((Fault("", "cannot be read"),)) from None
        if not isinstance(body, dict) or not body:
            raise BadMessage((Fault("", "must be an activity"),))
        told = self._told(Activity(body, knock.body, self._tenants))
        return Read(told.told, _answer(told), self._afterwards(told), self._opening(told))

    def _told(self, activity: Activity) -> Found:
        try:
            return found(activity)
        except (BadAddress, *ODD):
            waits = activity.body.get("type") == "invoke"
            return activity.unknown("unreadable", answer=CLOSES if waits else None)

    # What Teams waits for besides

    def _afterwards(self, told: Found) -> Callable[[], Awaitable[None]] | None:
        return partial(self.desk.gone, self.name, told.gone) if self.desk and told.gone else None

    def _opening(self, told: Found) -> Callable[[], Awaitable[Answer]] | None:
        return partial(self._open, self.desk, told.opens) if self.desk and told.opens else None

    async def _open(self, desk: Desk, opens: Opens) -> Answer:
        """The form itself. A press from somebody who may not is answered with nothing to see."""
        ticket = opens.ticket
        if not ticket.id:
            ticket = replace(ticket, id=await self._pressed_for(desk, opens))
        form = await desk.form(Asked(self.name, opens.address, ticket.form, ticket.id)) if ticket.id else None
        return _json(opened(form, ticket, opens.given) if form else CLOSES)

    async def _pressed_for(self, desk: Desk, opens: Opens) -> str:
        """What opens this form where no card stands: the same that opens it on the page of how everything stands."""
        sections = await desk.home(self.name, opens.address) or ()
        actions = (action for section in sections for card in section.cards for action in card.actions)
        return next((action.id for action in actions if action.form == opens.ticket.form), "")


def _answer(told: Found) -> Answer:
    return OK if told.answer is None else _json(told.answer, told.status)


def _json(body: Mapping[str, Any], status: int = 200) -> Answer:
    return Answer(status, json.dumps(body).encode(), "application/json")
