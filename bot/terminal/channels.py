"""`askarsan channels`: who carries each, what is missing for it, and a message to try it with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace

from bot.carriers import CHANNELS, carried_by, door_names, of_vendors
from bot.clock import RealClock
from bot.settings.environment import DOTENV
from bot.settings.settings import Settings
from bot.terminal.at_most import in_how_long, paces_of
from bot.terminal.checkups import Health, healths
from bot.terminal.screen import standard_output, table
from bot.terminal.trouble import NOT_HELD, Failed, Trouble, out_of_reach, refused
from bot.terminal.workspaces import open_workspaces
from integrations import carriers
from integrations.channels.base import (
    BadAddress,
    Channel,
    ChannelError,
    KeyRefused,
    OptedOut,
    Outbound,
    Temporary,
    WindowClosed,
)
from integrations.channels.fitting import plain
from integrations.means import Means, NotMade

PRINTED = "console"
UNASKED = (PRINTED, "gateway")  # your own gateway is asked for nothing but to send
WORDS = "This is a test of askARSAN, the scheduling assistant. There is nothing to do."
# What to do about it, as far as that is known.
REMEDIES: tuple[tuple[type[ChannelError], str], ...] = (
    (WindowClosed, "Write to the assistant from there first, and try again."),
    (OptedOut, "They said that they want no messages there; only they can take that back."),
    (BadAddress, "Look at the address: is it written as the channel writes it, like +351912345678?"),
    (
        KeyRefused,
        "Look at the key or password in the settings; the page of this vendor in docs/go-live says whence it is.",
    ),
    (Temporary, "Try again in a while; `askarsan --debug channels test …` shows more."),
)


@dataclass(frozen=True, slots=True)
class Standing:
    channel: str
    by: str
    missing: str  # empty: it can be used
    told_at: str  # where the vendor is to tell what people write
    well: bool | None = None  # None: nobody was asked
    health: str = ""  # who we are at the vendor's, or what is wrong there
    at_most: str = ""  # goes out there; empty: as much as its vendor takes from each sender


def standings(settings: Settings) -> Iterator[Standing]:
    means = Means(RealClock().now, of_vendors(settings))
    doors = door_names(settings)
    for name, vendor in carried_by(settings).items():
        missing = ""
        try:
            carriers.channels({name: vendor}, means)
            for door in doors:
                if door.partition("-")[0] == vendor:
                    carriers.door(door, means)
        except NotMade as error:
            missing = str(error)
        told_at = ", ".join(_hooks(settings, name, vendor, doors))
        yield Standing(name, vendor, missing, told_at, at_most=paces_of(settings).get(name, ""))


def _hooks(settings: Settings, name: str, vendor: str, doors: list[str]) -> Iterator[str]:
    base = settings.public_url or "https://<your host>"
    if vendor == "gateway":
        yield f"{base}/hooks/gateway"
    yield from (f"{base}/hooks/{door}" for door in doors if door.partition("-")[0] == vendor)
    if name == "email" and settings.imap_host:
        yield f"the mailbox at {settings.imap_host}"
    if name == "email" and (mailbox := settings.email_microsoft_mailbox or settings.email_google_mailbox):
        yield f"the mailbox {mailbox}"


def _with_health(settings: Settings, found: Sequence[Standing]) -> list[Standing]:
    """Each vendor that can be asked is asked."""
    whole = [each.channel for each in found if not each.missing and each.by not in UNASKED]
    told = asyncio.run(healths(settings, whole)) if whole else {}
    return [_as_told(each, told.get(each.channel, ())) for each in found]


def _as_told(standing: Standing, told: Sequence[Health]) -> Standing:
    if not told:
        return standing
    said = "; ".join(each.said for each in sorted(told, key=lambda each: each.well))
    return replace(standing, well=all(each.well for each in told), health=said)


def show_standings(settings: Settings, *, as_json: bool, offline: bool) -> int:
    """0 where every channel that was chosen can be used, as far as was asked; else 1."""
    console = standard_output()
    found = list(standings(settings))
    if not offline:
        found = _with_health(settings, found)
    if as_json:
        console.print_json(json.dumps([asdict(each) for each in found], ensure_ascii=False))
        return _exit(found)
    rows = ([each.channel, each.by, _in_words(each), each.told_at or "–"] for each in found)
    console.print(table(["Channel", "By", "How it stands", "Webhook or mailbox for what people write"], rows))
    console.print("\n" + in_how_long(settings), soft_wrap=True)
    for each in _next_steps(found):
        console.print(f"\n{each}", soft_wrap=True)
    return _exit(found)


def _exit(found: Sequence[Standing]) -> int:
    return NOT_HELD if any(each.missing or each.well is False for each in found) else 0


def _next_steps(found: Sequence[Standing]) -> Iterator[str]:
    if all(each.by == PRINTED or each.missing for each in found):
        yield "Nothing is sent yet. ASKARSAN_CHANNELS chooses a vendor, `askarsan channels set-up` leads through each."
    for vendor in dict.fromkeys(each.by for each in found if each.missing and each.by not in UNASKED):
        yield f"`askarsan channels set-up {vendor}` says all that is missing there."
    place = DOTENV.resolve()
    yield f"Settings come from the environment and {place}{'' if place.is_file() else ', which is not there'}."


def _in_words(standing: Standing) -> str:
    if standing.missing:
        return standing.missing
    if standing.by == PRINTED:
        return "printed here, sent to nobody"
    if standing.well is None:
        return "ready"
    return f"works: {standing.health}" if standing.well else f"does not work: {standing.health}"


def send_test(settings: Settings, channel: str, address: str) -> int:
    """0 once the vendor has taken it; 1 if it would not. Raises Trouble."""
    if channel not in CHANNELS:
        raise Trouble(f"{channel} is no channel; there is {', '.join(CHANNELS)}.")
    vendor = carried_by(settings)[channel]
    if vendor == PRINTED:
        raise Trouble(f"Nobody carries {channel} yet: choose a vendor with ASKARSAN_CHANNELS, like {channel}=…")
    key = f"test/{RealClock().now().isoformat()}"
    message = Outbound(key, address, WORDS, subject="A test of askARSAN")

    async def send() -> str:
        async with _made(settings, channel, vendor) as made:
            return (await made.send(plain(message, made.abilities))).vendor_id

    console = standard_output()
    try:
        vendor_id = asyncio.run(send())
    except Temporary as error:
        raise Failed(_told(vendor, error)) from error
    except ChannelError as error:
        console.print(_told(vendor, error))
        return NOT_HELD
    console.print(f"{vendor} took it ({vendor_id}). Whether it arrives is seen on that phone or in that mailbox.")
    return 0


@asynccontextmanager
async def _made(settings: Settings, channel: str, vendor: str) -> AsyncIterator[Channel]:
    """Raises Trouble."""
    async with AsyncExitStack() as open_now:
        token_of = None
        if vendor == "slack":
            token_of = (await open_now.enter_async_context(open_workspaces(settings))).token_of
        try:
            means = Means(RealClock().now, of_vendors(settings), token_of=token_of)
            made = carriers.channels({channel: vendor}, means)[channel]
        except NotMade as error:
            raise Trouble(f"{error}.") from error
        open_now.push_async_callback(made.close)
        yield made


def _told(vendor: str, error: ChannelError) -> str:
    if out_of_reach(error):
        return refused(vendor, error)
    remedy = next((words for kind, words in REMEDIES if isinstance(error, kind)), "")
    return f"{vendor} did not take it. {error} {remedy}".rstrip()
