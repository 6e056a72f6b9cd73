"""The addresses by which a workspace at Slack lets the assistant in, for whoever was given the link to them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from bot.connections.workspaces import Workspaces
from bot.house import House
from bot.records import questions
from integrations.channels.slack.install import INSTALL, Install

LINK, STATE = "slack link", "slack state"  # what a question is about
LASTS = timedelta(hours=1)
DONE = "/slack/installed"
# The words after `?why=`, and what they mean to whoever stands before them.
WHYS = {
    "": "It is in. Write to it in Slack: “help” is a good beginning.",
    "state": "This went a way that we do not know: too slow, in another browser, or twice. Open the link once more.",
    "denied": "Slack was not allowed to let it in. Nothing was changed.",
    "slack": "Slack did not let it in. Try again in a while; the log says more.",
}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>askARSAN and Slack</title><style>body{{font:18px/1.5 system-ui;max-width:34em;margin:4em auto;padding:0 1em}}
</style><h1>askARSAN and Slack</h1><p>{words}</p></html>"""


@dataclass(frozen=True)
class Asked:
    """What was asked of whoever was sent to Slack, where every process looks."""

    house: House

    async def asked(self, state: str, until: datetime) -> None:
        async with self.house.records.write() as session:
            await questions.ask(session, state, STATE, self.house.clock.now(), until)

    async def answered(self, state: str, now: datetime) -> bool:
        async with self.house.records.write() as session:
            return await questions.answer(session, state, STATE, now)


async def new_link(house: House) -> str:
    """Opens the way into a workspace for an hour: for staff, from somebody who works at the assistant's own machine."""
    word, now = secrets.token_urlsafe(24), house.clock.now()
    async with house.records.write() as session:
        await questions.ask(session, word, LINK, now, now + LASTS)
    return f"{house.firm.public_url}{INSTALL}?link={word}"


def slack_doors(house: House, workspaces: Workspaces) -> APIRouter:
    """None open where there is no app that could be let in."""
    doors = APIRouter()
    if workspaces.app is None:
        return doors

    async def may(request: Request) -> bool:
        """Slack asks by itself who may install apps; this keeps strangers' workspaces out."""
        async with house.records.read() as session:
            return await questions.stands(session, request.query_params.get("link", ""), LINK, house.clock.now())

    root = house.firm.public_url
    install = Install(
        workspaces.app, workspaces.line, Asked(house), may, workspaces.keep, house.clock.now, root + DONE, root + DONE
    )
    doors.routes.extend(install.routes())

    @doors.get(DONE, response_class=HTMLResponse)
    async def installed(why: str = "") -> str:
        return PAGE.format(words=WHYS.get(why, WHYS["slack"]))

    return doors
