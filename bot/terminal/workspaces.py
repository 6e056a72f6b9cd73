"""Slack's workspaces, for the length of a command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.carriers import workspaces_of
from bot.clock import RealClock
from bot.connections.keys import keys_of
from bot.records.opening import opened
from bot.settings.settings import Settings
from bot.terminal.screen import standard_output
from bot.terminal.trouble import Trouble

if TYPE_CHECKING:
    from bot.connections.workspaces import Workspaces


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
