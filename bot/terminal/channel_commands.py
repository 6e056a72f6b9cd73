"""`askarsan channels …`: what each is asked with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.terminal.prelude import Json, example, logs, settings_now

channels = typer.Typer(help="The channels people write on, and who carries them.")


@channels.callback(
    invoke_without_command=True, epilog=example("askarsan channels", "askarsan channels test whatsapp +351912345678")
)
def standing(
    ctx: typer.Context,
    as_json: Json = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no vendor whether it lets us in.")] = False,
) -> None:
    """Show who carries each channel, what is missing for it, whether it works, and its webhook.

    Exits with 1 where one that was chosen cannot send.
    """
    if ctx.invoked_subcommand is None:
        from bot.terminal.channels import show_standings

        logs(ctx)
        raise typer.Exit(show_standings(settings_now(), as_json=as_json, offline=offline))


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


@channels.command(
    "set-up",
    epilog=example(
        "askarsan channels set-up telegram",
        "askarsan channels set-up slack --manifest > slack.json",
        "askarsan channels set-up teams --package teams.zip",
    ),
)
def set_up(
    ctx: typer.Context,
    vendor: Annotated[
        str | None,
        typer.Argument(
            metavar="[VENDOR]",
            help="twilio, telegram, slack, teams, sendgrid or smtp; or whatsapp or sms. Without one, what there is.",
            show_default=False,
        ),
    ] = None,
    manifest: Annotated[bool, typer.Option("--manifest", help="Only the app as JSON, for Slack and Teams.")] = False,
    package: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the zip that Teams takes.")] = None,
    as_json: Json = False,
) -> None:
    """Lead through setting a vendor up.

    Shown are its settings and which are missing, the exact addresses to put in there, the scopes, and the next step.
    Once nothing is missing, Telegram is told where to knock, and for Slack there is a link that lets a workspace in.
    """
    from bot.terminal.set_up import show_manifest, show_set_up, show_vendors, write_package

    logs(ctx)
    if vendor is None:
        show_vendors()
    elif manifest:
        typer.echo(show_manifest(settings_now(), vendor))
    elif package:
        write_package(settings_now(), vendor, package)
    else:
        show_set_up(settings_now(), vendor, as_json=as_json)


@channels.command("link", epilog=example("askarsan channels link Ana Silva"))
def link(
    ctx: typer.Context,
    person: Annotated[list[str], typer.Argument(metavar="PERSON", show_default=False)],
    as_json: Json = False,
) -> None:
    """Make somebody's own link into the chat at Telegram."""
    from bot.terminal.start_links import show_link

    logs(ctx)
    show_link(settings_now(), " ".join(person), as_json=as_json)


@channels.command(
    "find", epilog=example("askarsan channels find rita@firm.example", "askarsan channels find T024BE7LD:U0RITA --keep")
)
def find(
    ctx: typer.Context,
    who: Annotated[str, typer.Argument(metavar="WHO", help="A work address, or TEAM:USER as Slack names people.")],
    keep: Annotated[bool, typer.Option("--keep", help="They are written to there from now on.")] = False,
    as_json: Json = False,
) -> None:
    """Find somebody at Slack."""
    from bot.terminal.workspaces import find_at_slack

    logs(ctx)
    find_at_slack(settings_now(), who, keep=keep, as_json=as_json)


@channels.command("forget", epilog=example("askarsan channels forget T024BE7LD"))
def forget(
    ctx: typer.Context,
    workspace: Annotated[str, typer.Argument(metavar="WORKSPACE", help="Its id at Slack, T….")],
) -> None:
    """Forget a workspace at Slack, and its key."""
    from bot.terminal.workspaces import forget_workspace

    logs(ctx)
    forget_workspace(settings_now(), workspace)


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
