"""`askarsan channels set-up`: what a vendor needs, what of it is there, the exact addresses, and what comes next."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.carriers import CHANNELS, carried_by, of_vendors
from bot.settings.settings import Settings, allowed
from bot.terminal.guides import GUIDES, HOST, Guide, guide
from bot.terminal.screen import heading, standard_output, table
from bot.terminal.trouble import Failed, Trouble, refused
from integrations.channels.base import ChannelError
from integrations.missing import setting


@dataclass(frozen=True, slots=True)
class Asked:
    """One setting, and how it stands."""

    name: str  # as it stands in the environment
    what: str
    allowed: str
    is_set: bool
    needed: bool  # now: nothing else stands in for it
    only_for: str = ""  # a channel that this vendor does not carry as it is set


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to do at one vendor."""

    vendor: str
    title: str
    settings: tuple[Asked, ...]
    addresses: tuple[tuple[str, str], ...]  # what for, and the whole address
    scopes: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]
    done: str  # what this command has done itself
    next: str


def show_vendors() -> None:
    """What can be set up, by the names people know."""
    rows = ((name, "  or  ".join(f"askarsan channels set-up {each}" for each in _carrying(name))) for name in CHANNELS)
    standard_output().print(table(["Channel", "Is set up by"], rows))


def show_set_up(settings: Settings, vendor: str, *, as_json: bool) -> None:
    """What is missing, and where nothing is what could be done from here. `vendor` may be a channel that only one
    carries.
    """
    found = _guide(vendor)
    asked = tuple(_asked(settings, found))
    missing = [each.name for each in asked if each.needed and not each.is_set]
    done = "" if missing else _act(settings, found.vendor)
    plan = Plan(
        found.vendor,
        found.title,
        asked,
        tuple((what, f"{settings.public_url or HOST}{path}") for what, path in found.addresses),
        tuple(found.scopes.items()),
        tuple(each.replace(HOST, settings.public_url or HOST) for each in found.steps),
        done,
        _next(missing, _chosen(settings, found)),
    )
    if as_json:
        standard_output().print_json(json.dumps(asdict(plan), ensure_ascii=False))
        return
    _show(plan, found)


def show_manifest(settings: Settings, vendor: str) -> str:
    """The app as data, for whoever makes it at the vendor's. Raises Trouble."""
    url = settings.public_url or ""
    if vendor == "slack":
        from integrations.channels.slack.manifest import as_json

        if not url and not settings.slack_app_token:
            raise Trouble(_no_address("ASKARSAN_SLACK_APP_TOKEN opens a line of our own instead"))
        return as_json(url, socket=settings.slack_app_token is not None)
    if vendor == "teams":
        from integrations.channels.teams.manifest import manifest

        return manifest(*_teams(settings))
    raise Trouble("Slack and Teams are set up by a manifest, and nobody else.")


def write_package(settings: Settings, vendor: str, file: Path) -> None:
    """The zip that Teams takes. Raises Trouble."""
    if vendor != "teams":
        raise Trouble("Only Teams wants a package.")
    from integrations.channels.teams.manifest import package

    try:
        file.write_bytes(package(*_teams(settings)))
    except OSError as error:
        raise Trouble(f"{file} cannot be written: {error.strerror}.") from error
    standard_output().print(f"{file} is for “Upload an app” in the Teams admin centre.")


def _teams(settings: Settings) -> tuple[str, str]:
    if not settings.public_url:
        raise Trouble(_no_address())
    if not settings.teams_app_id:
        raise Trouble("The manifest names your bot: set ASKARSAN_TEAMS_APP_ID first.")
    return settings.teams_app_id, settings.public_url


def _no_address(instead: str = "") -> str:
    why = "The manifest says where we are found: set ASKARSAN_PUBLIC_URL first"
    return f"{why}; {instead}." if instead else f"{why}."


def _guide(vendor: str) -> Guide:
    if vendor in GUIDES:
        return guide(vendor)
    match _carrying(vendor):
        case [only]:
            return guide(only)
        case []:
            raise Trouble(f"{vendor} is no vendor of channels; there is {', '.join(GUIDES)}.")
        case several:
            raise Trouble(f"{vendor} goes by {' or '.join(several)}: `askarsan channels set-up {several[0]}`, say.")


def _carrying(channel: str) -> list[str]:
    found = (guide(each) for each in GUIDES)
    return list(dict.fromkeys(each.vendor for each in found if channel in each.channels))


def _chosen(settings: Settings, found: Guide) -> list[str]:
    carried = carried_by(settings)
    return [name for name in found.channels if carried[name] == found.vendor]


def _asked(settings: Settings, found: Guide) -> Iterator[Asked]:
    pairs = [f"{name}={found.vendor}" for name in found.channels]
    choice = " or ".join(pairs) + (f", or both: {', '.join(pairs)}" if pairs[1:] else "")
    chosen = _chosen(settings, found)
    yield Asked("ASKARSAN_CHANNELS", "who carries it", choice, bool(chosen), needed=True)
    given, seen = of_vendors(settings), set[str]()
    for need in found.needs:
        met = [group for group in need.groups if all(name in given for name in group)]
        begun = [group for group in need.groups if any(name in given for name in group)]
        other = need.channel if need.channel not in chosen else ""
        for group in need.groups:
            for name in group:
                needed = not met and not other and group in (begun or need.groups[:1])
                if name not in seen:
                    yield Asked(setting(name), need.what, allowed(name), name in given, needed, other)
                seen.add(name)


def _next(missing: Sequence[str], chosen: Sequence[str]) -> str:
    if missing:
        return f"Set {', '.join(missing)} in the environment or in .env, and run this command again."
    tests = " or ".join(f"`askarsan channels test {each} …`" for each in chosen)
    return f"Restart the service. `askarsan channels` asks whether it works, {tests} writes to you."


# What can be done from here


def _act(settings: Settings, vendor: str) -> str:
    """Raises Failed where the vendor would not."""
    match vendor:
        case "telegram":
            return asyncio.run(_tell_telegram(settings))
        case "slack" if settings.slack_client_id and settings.public_url:
            return f"This lets one workspace in, within an hour: {asyncio.run(_link(settings))}"
    return ""


async def _tell_telegram(settings: Settings) -> str:
    from integrations.channels.telegram.set_up import api_from, close_door, open_door, username

    api = api_from(of_vendors(settings))
    url = f"{settings.public_url}/hooks/telegram"
    try:
        name = await username(api)
        if not settings.public_url:
            await close_door(api)
            return f"@{name} knocks nowhere: `askarsan serve` fetches what people write to it."
        assert settings.telegram_secret
        await open_door(api, url, settings.telegram_secret.get_secret_value())
    except ValueError as error:
        raise Trouble(f"{error}.") from error
    except ChannelError as error:
        raise Failed(refused("Telegram", error)) from error
    finally:
        await api.close()
    return f"@{name} knocks at {url} from now on."


async def _link(settings: Settings) -> str:
    from bot.doors.slack import new_link
    from bot.records.opening import ready
    from bot.service import build

    house = build(settings, hears=False)
    try:
        await ready(house.records)
        return await new_link(house)
    finally:
        await house.records.close()


# How it is shown


def _show(plan: Plan, found: Guide) -> None:
    console = standard_output()
    console.print(plan.title, style="bold")
    heading(console, "Settings")
    rows = ((_mark(each), each.name, each.what, each.allowed) for each in plan.settings)
    console.print(table(["", "Setting", "What for", "What it may be"], rows))
    if plan.addresses:
        heading(console, "Addresses to put in there")
        console.print(table(["What for", "Address"], plan.addresses))
    if plan.scopes:
        heading(console, "Scopes")
        console.print(table(["Scope", "What for"], plan.scopes))
    heading(console, "Step by step")
    for number, each in enumerate(plan.steps, 1):
        console.print(f"{number}. {each}", soft_wrap=True)
    console.print(f"\ndocs/go-live/{found.page} says more.")
    for each in filter(None, (plan.done, f"Next: {plan.next}")):
        console.print(f"\n{each}", style="bold", soft_wrap=True)


def _mark(asked: Asked) -> str:
    if asked.is_set:
        return "set"
    if asked.only_for:
        return f"for {asked.only_for}"
    return "missing" if asked.needed else "–"
