"""Whether the vendors let us in: each is asked one cheap question, all side by side, and nobody waits for long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.carriers import carried_by, line_names, of_vendors
from bot.clock import RealClock
from bot.connections.keys import KeysError
from bot.records.connections import ConnectionState
from bot.records.opening import NoDatabase
from bot.settings.settings import Settings
from bot.terminal.workspaces import open_workspaces
from integrations import carriers
from integrations.channels.base import ChannelError, KeyRefused, Temporary, Unanswered
from integrations.channels.checkup import Checked
from integrations.means import Means, NotMade

PATIENCE = timedelta(seconds=5)
LETS_IN = "`askarsan channels set-up slack` gives a link that lets it in"

Question = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Health:
    well: bool
    said: str  # who we are there, or what is wrong


class Wrong(Exception):
    """Something is wrong that is no error of a channel's; the message says what."""


async def healths(settings: Settings, channels: Sequence[str]) -> Mapping[str, Sequence[Health]]:
    """By channel, of those whose vendor can be asked. All of these channels can be made."""
    by = {name: vendor for name, vendor in carried_by(settings).items() if name in channels}
    vendors = list(dict.fromkeys(by.values()))
    found = await asyncio.gather(*(_of_vendor(settings, each, by) for each in vendors))
    told = dict(zip(vendors, found, strict=True))
    return {name: told[vendor] for name, vendor in by.items() if told[vendor]}


async def _of_vendor(settings: Settings, vendor: str, by: Mapping[str, str]) -> Sequence[Health]:
    if vendor == "slack":
        return await _slack(settings)
    names = [name for name in by if by[name] == vendor]
    async with AsyncExitStack() as open_now:
        try:
            questions = list(_questions(settings, vendor, names, open_now))
        except NotMade as error:
            return [Health(False, str(error))]
        return await asyncio.gather(*(asked(each) for each in questions))


def _questions(settings: Settings, vendor: str, names: Sequence[str], open_now: AsyncExitStack) -> Iterator[Question]:
    """To the way out; for mail to the mailbox too, and to Telegram how it tells us. Raises NotMade."""
    means = Means(RealClock().now, of_vendors(settings))
    channels = list(carriers.channels(dict.fromkeys(names, vendor), means).values())
    for each in channels:
        open_now.push_async_callback(each.close)
    if isinstance(channels[0], Checked):
        yield channels[0].checkup
    if names == ["email"] and (mailbox := carriers.mailbox(means)):
        open_now.push_async_callback(mailbox.close)
        yield mailbox.checkup
    if vendor == "telegram":
        yield partial(_how_telegram_tells, settings)


async def asked(question: Question, patience: timedelta = PATIENCE) -> Health:
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return Health(True, await question())
    except Wrong as error:
        return Health(False, str(error))
    except TimeoutError:
        return Health(False, f"no answer within {patience.total_seconds():g} seconds")
    except Unanswered:
        return Health(False, "no answer that is of any use")
    except KeyRefused as error:
        return Health(False, f"it refuses our key ({error.code or 'no reason given'})")
    except Temporary as error:
        return Health(False, f"it cannot be used now ({error.code or 'no answer'})")
    except ChannelError as error:
        return Health(False, f"it does not let us in ({error.code or 'refused'})")


async def _how_telegram_tells(settings: Settings) -> str:
    from integrations.channels.telegram.set_up import api_from, troubles

    api = api_from(of_vendors(settings))
    url = f"{settings.public_url}/hooks/telegram" if settings.public_url else ""
    try:
        found = await troubles(api, url, RealClock().now())
    finally:
        await api.close()
    if found:
        raise Wrong(f"{' '.join(found)} `askarsan channels set-up telegram` tells it anew")
    return "it knocks at our door" if url else "updates are fetched"


async def _slack(settings: Settings) -> Sequence[Health]:
    try:
        async with open_workspaces(settings) as workspaces:
            found = await workspaces.all()
            lost = [each for each in found if each.state is not ConnectionState.ACTIVE]
            questions: list[Question] = [partial(workspaces.checkup, each.team) for each in found if each not in lost]
            questions += [workspaces.checkup] if settings.slack_token else []
            questions += [partial(_line, settings)] if "slack" in line_names(settings) else []
            known = list(await asyncio.gather(*(asked(each) for each in questions)))
    except (NoDatabase, KeysError) as error:
        return [Health(False, str(error).rstrip("."))]
    if not found and not settings.slack_token:
        known.append(Health(False, f"no workspace has let it in; {LETS_IN}"))
    for each in found:
        if each in lost:
            known.append(Health(False, f"{each.name or each.team} lets it in no more; {LETS_IN} again"))
        elif each.lacking:
            known.append(Health(False, f"{each.name} did not give {', '.join(each.lacking)}; {LETS_IN} with them"))
    return known


async def _line(settings: Settings) -> str:
    from integrations.channels.slack.socket_mode import may_open

    assert settings.slack_app_token
    await may_open(settings.slack_app_token.get_secret_value(), settings.slack_url)
    return "over a line of our own"
