"""`askarsan inbox …` and `askarsan people …`: what each is asked with."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot.terminal.prelude import Json, example, logs, settings_now


class _Inbox(TyperGroup):
    """A name behind --link needs no quotes, here as elsewhere: it goes on to the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "--link" in args:
            start = args.index("--link") + 1
            end = next((at for at in range(start, len(args)) if args[at].startswith("-")), len(args))
            args = [*args[:start], *filter(None, [" ".join(args[start:end])]), *args[end:]]
        return super().parse_args(ctx, args)


inbox = typer.Typer(cls=_Inbox, help="Who wrote and is not known.")
people = typer.Typer(help="Where people are reached, and who is left alone.")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="As `askarsan inbox` shows it; or the address.")]
Name = Annotated[list[str], typer.Argument(metavar="NAME", show_default=False)]


@inbox.callback(
    invoke_without_command=True,
    epilog=example("askarsan inbox", "askarsan inbox is 7 Ana Silva", "askarsan inbox --link Rita Lopes"),
)
def waiting(
    ctx: typer.Context,
    as_json: Json = False,
    link: Annotated[
        str | None, typer.Option(metavar="NAME", help="A link to this recruiter's own page of the inbox.")
    ] = None,
) -> None:
    """Show who wrote and is not known, with what they wrote, or settle one of them."""
    if ctx.invoked_subcommand is None:
        from bot.terminal.inbox import show_inbox, show_link

        logs(ctx)
        if link:
            show_link(settings_now(), link)
        else:
            show_inbox(settings_now(), as_json=as_json)


@inbox.command("is", epilog=example("askarsan inbox is 7 Ana Silva"))
def known(
    ctx: typer.Context,
    number: Number,
    name: Name,
    sure: Annotated[bool, typer.Option("--sure", help="Also where they were reached elsewhere until now.")] = False,
) -> None:
    """Say who it is: what they wrote is read as theirs, and answered."""
    from bot.terminal.inbox import settle_known

    logs(ctx)
    settle_known(settings_now(), number, " ".join(name), sure=sure)


@inbox.command("new", epilog=example("askarsan inbox new 7 Dora Klein"))
def new(ctx: typer.Context, number: Number, name: Name) -> None:
    """Add a candidate who is reached where they wrote."""
    from bot.terminal.inbox import settle_new

    logs(ctx)
    settle_new(settings_now(), number, " ".join(name))


@inbox.command("ignore", epilog=example("askarsan inbox ignore 7"))
def ignore(ctx: typer.Context, number: Number) -> None:
    """Never bring this address up again."""
    from bot.records.senders import Standing
    from bot.terminal.inbox import put_aside

    logs(ctx)
    put_aside(settings_now(), number, Standing.IGNORED)


@inbox.command("answered", epilog=example("askarsan inbox answered 7"))
def answered(ctx: typer.Context, number: Number) -> None:
    """Note that a colleague has answered elsewhere."""
    from bot.records.senders import Standing
    from bot.terminal.inbox import put_aside

    logs(ctx)
    put_aside(settings_now(), number, Standing.ANSWERED)


@people.callback(invoke_without_command=True, epilog=example("askarsan people", "askarsan people show Ana Silva"))
def everybody(ctx: typer.Context, as_json: Json = False) -> None:
    """Show where everybody is reached, and who is left alone."""
    if ctx.invoked_subcommand is None:
        from bot.terminal.inbox import show_people

        logs(ctx)
        show_people(settings_now(), None, as_json=as_json)


@people.command("show", epilog=example("askarsan people show Ana Silva"))
def show(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show one person, with when and how they said that they want no messages."""
    from bot.terminal.inbox import show_people

    logs(ctx)
    show_people(settings_now(), " ".join(name), as_json=as_json)


@people.command("opt-out", epilog=example("askarsan people opt-out Ana Silva"))
def out(
    ctx: typer.Context,
    name: Name,
    sure: Annotated[bool, typer.Option("--sure", help="Also where NAME is only a part of theirs.")] = False,
) -> None:
    """Leave somebody alone, on every channel. Only they themselves can take that back."""
    from bot.terminal.inbox import opt_out

    logs(ctx)
    opt_out(settings_now(), " ".join(name), sure=sure)
