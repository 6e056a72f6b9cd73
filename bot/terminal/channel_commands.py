"""`askarsan channels …`: what each is asked with."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.terminal.prelude import Json, example, logs, settings_now

channels = typer.Typer(help="The channels people write on, and who carries them.")


@channels.callback(
    invoke_without_command=True, epilog=example("askarsan channels", "askarsan channels test whatsapp +351912345678")
)
def standing(ctx: typer.Context, as_json: Json = False) -> None:
    """Show who carries each channel, what is missing for it, and where its vendor tells us what people write."""
    if ctx.invoked_subcommand is None:
        from bot.terminal.channels import show_standings

        logs(ctx)
        show_standings(settings_now(), as_json=as_json)


@channels.command("abilities", epilog=example("askarsan channels abilities", "askarsan channels abilities --json"))
def abilities(
    as_json: Json = False,
    page: Annotated[bool, typer.Option("--page", help="The text of docs/reference/channels.md.")] = False,
) -> None:
    """Show what each channel can do with each vendor that carries it."""
    from bot.terminal.abilities import reference, show_abilities

    if page:
        typer.echo(reference(), nl=False)
        return
    show_abilities(as_json=as_json)


@channels.command("test", epilog=example("askarsan channels test sms +351912345678"))
def test(
    ctx: typer.Context,
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="whatsapp, sms, telegram, slack, teams or email.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="A number, a chat, a user or a mailbox.")],
) -> None:
    """Send one message to yourself. Exits with 1 if the vendor does not take it."""
    from bot.terminal.channels import send_test

    logs(ctx)
    raise typer.Exit(send_test(settings_now(), channel, address))
