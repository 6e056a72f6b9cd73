"""`askarsan calendar …`, `askarsan availability`, `askarsan hours` and `askarsan keys …`: what each is asked with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.terminal.prelude import Json, example, logs, settings_now

Person = Annotated[list[str], typer.Argument(metavar="PERSON", help="By name or address.", show_default=False)]

calendar = typer.Typer(help="Connect people's calendars, and see how they fare.", no_args_is_help=True)
keys = typer.Typer(help="The keys that secrets in the database are sealed with.", no_args_is_help=True)


def _vendors(typed: str) -> list[tuple[str, str]]:
    """For the shell that completes a word."""
    from integrations.needs import LABELS, NEEDS

    return [(name, LABELS[name]) for name in NEEDS if name.startswith(typed)]


Vendor = Annotated[
    str | None,
    typer.Option("--with", metavar="VENDOR", help="microsoft, google, caldav or feed.", autocompletion=_vendors),
]


@calendar.command(
    epilog=example(
        "askarsan calendar connect Rita Lopes --with caldav",
        "askarsan calendar connect Rita Lopes --with google --account rita@firm.example",
        "askarsan calendar connect Rita Lopes --with feed --secrets link.txt --hours 09:00-17:00 --days Mon-Thu",
    )
)
def connect(
    ctx: typer.Context,
    person: Person,
    vendor: Vendor = None,
    account: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Whose calendar, if not under their own address.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An answer given beforehand; no secrets.")
    ] = None,
    secrets: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Lines of NAME=value; - is standard input.", allow_dash=True)
    ] = None,
    hours: Annotated[str | None, typer.Option(metavar="HOURS", help="Like 09:00-12:00,13:00-18:00.")] = None,
    days: Annotated[str | None, typer.Option(metavar="DAYS", help="Like Mon-Fri or Mon,Wed-Fri.")] = None,
    as_json: Json = False,
) -> None:
    """Connect somebody's calendar.

    It is kept once it has shown their busy times.

    What the vendor needs is asked for; a secret is never an argument, so that it stays out of your shell's history.
    """
    from bot.terminal.asking import Wish
    from bot.terminal.calendars import connect_calendar

    logs(ctx)
    wish = Wish(vendor, account, tuple(set_ or ()), secrets, hours, days)
    connect_calendar(settings_now(), " ".join(person), wish, as_json=as_json)


@calendar.command("list", epilog=example("askarsan calendar list", "askarsan calendar list --json"))
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """Show every connected calendar and how it fares."""
    from bot.terminal.calendars import list_calendars

    logs(ctx)
    list_calendars(settings_now(), as_json=as_json)


@calendar.command("test", epilog=example("askarsan calendar test Rita Lopes"))
def look(ctx: typer.Context, person: Person, as_json: Json = False) -> None:
    """Look into somebody's calendar now.

    "These are the busy blocks I see": kinds and times for the next seven days, never a title.

    Exits with 1 if it cannot be read.
    """
    from bot.terminal.calendars import test_calendar

    logs(ctx)
    raise typer.Exit(test_calendar(settings_now(), " ".join(person), as_json=as_json))


@calendar.command(epilog=example("askarsan calendar show Rita Lopes", "askarsan calendar show Rita --from 2026-03-02"))
def show(
    ctx: typer.Context,
    person: Person,
    start: Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first day; else today.")] = None,
    as_json: Json = False,
) -> None:
    """Draw somebody's week.

    When they work, what is taken, and what is ours.
    """
    from bot.terminal.week import show_week

    logs(ctx)
    show_week(settings_now(), " ".join(person), start, as_json=as_json)


@calendar.command(epilog=example("askarsan calendar disconnect Rita Lopes"))
def disconnect(ctx: typer.Context, person: Person, vendor: Vendor = None) -> None:
    """Let go of somebody's calendar, and forget its secret."""
    from bot.terminal.calendars import disconnect_calendar

    logs(ctx)
    disconnect_calendar(settings_now(), " ".join(person), vendor)


@keys.command("list", epilog=example("askarsan keys list"))
def list_keys(ctx: typer.Context, as_json: Json = False) -> None:
    """Show the keys, and how many secrets each has sealed."""
    from bot.terminal.keys import show_keys

    logs(ctx)
    show_keys(settings_now(), as_json=as_json)


@keys.command(epilog=example("askarsan keys rotate"))
def rotate(ctx: typer.Context) -> None:
    """Seal every secret with a new key.

    Or with the first of ASKARSAN_KEYS, where that is set.

    The assistant may go on serving meanwhile. Stopped halfway, run it again.
    """
    from bot.terminal.keys import rotate_keys

    logs(ctx)
    raise typer.Exit(rotate_keys(settings_now()))


def availability(
    ctx: typer.Context,
    person: Person,
    start: Annotated[str | None, typer.Option("--from", metavar="ISO", help="A day or an instant; else now.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="ISO", help="A day or an instant; else in a week.")] = None,
    minutes: Annotated[int, typer.Option(min=5, max=720, metavar="N", help="The length of the meeting.")] = 45,
    at: Annotated[str | None, typer.Option(metavar="WORDS", help="A time: could they then, and if not, why?")] = None,
    as_json: Json = False,
) -> None:
    """List when somebody could meet.

    By the rules by which interviews are offered. With --at, why not then.
    """
    from bot.terminal.week import show_availability
    from bot.terminal.whynot import show_why_not

    logs(ctx)
    if at:
        show_why_not(settings_now(), " ".join(person), at, minutes, as_json=as_json)
        return
    show_availability(settings_now(), " ".join(person), start, end, minutes, as_json=as_json)


def hours(
    ctx: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar='PERSON ["WORDS"]', help="Without words: what holds.", show_default=False)
    ],
    forget: Annotated[bool, typer.Option("--forget", help="Forget all that was said.")] = False,
    as_json: Json = False,
) -> None:
    """Say in words when somebody is away.

    Or what hours they keep free, or work besides; without words, what holds is shown.
    """
    from bot.terminal.own_hours import tell_hours

    logs(ctx)
    tell_hours(settings_now(), words, forget=forget, as_json=as_json)


HOURS_EXAMPLE = example(
    'askarsan hours Rita "I\'m away Thursday"', 'askarsan hours Rita "no meetings before 10"', "askarsan hours Rita"
)
AVAILABILITY_EXAMPLE = example(
    "askarsan availability Rita Lopes",
    "askarsan availability Rita --from 2026-03-02 --to 2026-03-06 --minutes 60",
    'askarsan availability Rita --at "Tuesday 15:00"',
)
