"""`askarsan link …` and `askarsan meetings`: what each is asked with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.terminal.prelude import Json, example, logs, settings_now

Person = Annotated[list[str], typer.Argument(metavar="PERSON", help="By name or address.", show_default=False)]

link = typer.Typer(help="People's booking links, and whether they work.", no_args_is_help=True)


@link.command("set", epilog=example("askarsan link set Noor Haddad --url https://calendly.com/noor/first-talk"))
def set_(
    ctx: typer.Context,
    person: Person,
    url: Annotated[str, typer.Option(metavar="URL", help="Where people book. An empty one takes the link away.")],
    as_json: Json = False,
) -> None:
    """Keep somebody's booking link, and open it at once.

    Exits with 1 if nobody could book there; it is kept all the same.
    """
    from bot.terminal.links import set_link

    logs(ctx)
    raise typer.Exit(set_link(settings_now(), " ".join(person), url, as_json=as_json))


@link.command("list", epilog=example("askarsan link list", "askarsan link list --all --json"))
def list_(
    ctx: typer.Context,
    everyone: Annotated[bool, typer.Option("--all", help="Also whoever hosts interviews and has none.")] = False,
    as_json: Json = False,
) -> None:
    """Show everybody's booking link, and how it stands.

    And how connected accounts fare.
    """
    from bot.terminal.links import list_links

    logs(ctx)
    list_links(settings_now(), everyone=everyone, as_json=as_json)


@link.command("test", epilog=example("askarsan link test Noor Haddad"))
def look(ctx: typer.Context, person: Person, as_json: Json = False) -> None:
    """Open somebody's link now, as a candidate would. Exits with 1 if nobody could book there."""
    from bot.terminal.links import test_link

    logs(ctx)
    raise typer.Exit(test_link(settings_now(), " ".join(person), as_json=as_json))


@link.command(epilog=example("askarsan link off Noor Haddad"))
def off(ctx: typer.Context, person: Person) -> None:
    """Give somebody's link to nobody any more, from this moment on."""
    from bot.terminal.links import turn_link

    logs(ctx)
    turn_link(settings_now(), " ".join(person), on=False)


@link.command(epilog=example("askarsan link on Noor Haddad"))
def on(ctx: typer.Context, person: Person) -> None:
    """Use it again, if it works."""
    from bot.terminal.links import turn_link

    logs(ctx)
    turn_link(settings_now(), " ".join(person), on=True)


@link.command(
    epilog=example(
        "askarsan link connect Noor Haddad --with calendly",
        "askarsan link connect Noor --with calendly --secrets token.txt",
        "askarsan link connect Noor --with microsoft-bookings --set bookings_business='First talks'",
    )
)
def connect(
    ctx: typer.Context,
    person: Person,
    vendor: Annotated[
        str | None, typer.Option("--with", metavar="VENDOR", help="Whose page it is: calendly or microsoft-bookings.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An answer given beforehand; no secrets.")
    ] = None,
    secrets: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Lines of NAME=value; - is standard input.", allow_dash=True)
    ] = None,
    as_json: Json = False,
) -> None:
    """Connect somebody's own booking page.

    What is booked there becomes the interview's time.

    It is kept once it has shown what can be booked there. The token is asked for; it is never an argument. Microsoft
    Bookings needs none: the firm's app opens it, and the business's page becomes the person's booking link.
    """
    from bot.terminal.accounts import connect_page
    from bot.terminal.asking import Wish

    logs(ctx)
    wish = Wish(vendor, None, tuple(set_ or ()), secrets, None, None)
    connect_page(settings_now(), " ".join(person), wish, as_json=as_json)


@link.command(epilog=example("askarsan link disconnect Noor Haddad"))
def disconnect(ctx: typer.Context, person: Person) -> None:
    """Let go of somebody's account, and forget its token. The link itself stays."""
    from bot.terminal.accounts import disconnect_page

    logs(ctx)
    disconnect_page(settings_now(), " ".join(person))


MEETINGS_EXAMPLE = example("askarsan meetings", "ASKARSAN_MEETINGS=zoom askarsan meetings")


def meetings(ctx: typer.Context) -> None:
    """Ask whether the next video interview would get its room.

    Makes none. Exits with 1 if it could not, and says what to do.
    """
    from bot.terminal.meetings import test_meetings

    logs(ctx)
    raise typer.Exit(test_meetings(settings_now()))
