"""Slack's workspaces, for the length of a command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.carriers import workspaces_of
from bot.clock import RealClock
from bot.connections.keys import keys_of
from bot.records import people
from bot.records.base import Records
from bot.records.opening import opened
from bot.settings.settings import Settings
from bot.terminal.screen import standard_output, table
from bot.terminal.trouble import Failed, Trouble
from integrations.channels.base import BadAddress, ChannelError

if TYPE_CHECKING:
    from bot.connections.workspaces import Workspaces
    from integrations.channels.slack.people import Profile

SLACK = "slack"


@asynccontextmanager
async def open_workspaces(settings: Settings) -> AsyncIterator[Workspaces]:
    """Raises NoDatabase, SettingsError, and Trouble where nobody has chosen Slack."""
    keys = keys_of(settings.keys.get_secret_value() if settings.keys else None, settings.data_dir)
    async with opened(settings.database) as records:
        workspaces = workspaces_of(settings, records, keys, RealClock().now)
        if workspaces is None:
            raise Trouble("Slack carries nothing yet: put slack=slack into ASKARSAN_CHANNELS.")
        try:
            yield workspaces
        finally:
            await workspaces.close()


def forget_workspace(settings: Settings, team: str) -> None:
    """Its key is gone for good; whoever writes from there is answered no more. Raises Trouble."""

    async def forget() -> bool:
        async with open_workspaces(settings) as workspaces:
            return await workspaces.forget(team)

    if not asyncio.run(forget()):
        raise Trouble(f"{team} is no workspace that is known here; `askarsan channels` shows how each one stands.")
    standard_output().print(f"{team} is forgotten. Its people can still take the app out at Slack.")


def find_at_slack(settings: Settings, who: str, *, keep: bool, as_json: bool) -> None:
    """Their address as `askarsan add` takes it. With `keep`, whoever has this work address here is reached there.

    Raises Trouble.
    """

    async def find() -> tuple[Sequence[Profile], str]:
        async with open_workspaces(settings) as workspaces, opened(settings.database) as records:
            try:
                found = await workspaces.find(who)
            except BadAddress as error:
                raise Trouble(f"Nobody at Slack is {who}.") from error
            except ChannelError as error:
                raise Failed(f"Slack did not say. {error}") from error
            return found, await _keep(records, found) if keep else ""

    found, kept = asyncio.run(find())
    if not found:
        raise Trouble(f"Nobody has the work address {who} in a workspace that let the assistant in.")
    console = standard_output()
    if as_json:
        console.print_json(json.dumps([asdict(each) for each in found], ensure_ascii=False))
        return
    rows = [(each.name, each.address, each.email, each.timezone) for each in found]
    console.print(table(["Name", "Address", "Email", "Zone"], rows))
    if kept:
        console.print(f"\n{kept}")


async def _keep(records: Records, found: Sequence[Profile]) -> str:
    """Slack has confirmed whose address that is. Raises Trouble."""
    if len(found) > 1:
        raise Trouble("There are several; name the one that is meant as TEAM:USER.")
    for profile in found:
        async with records.write() as session:
            known = await people.of_role(session, "recruiter", "client", "interviewer")
            meant = [each for each in known if (each.email or "").casefold() == profile.email.casefold() != ""]
            if len(meant) != 1:
                raise Trouble(f"Nobody here has the work address {profile.email}, or several do.")
            if await people.bind(session, meant[0].id, SLACK, profile.address):
                return f"{meant[0].name} can be written to there from now on."
            return f"{meant[0].name} is reached at another place in Slack already."
    return ""
