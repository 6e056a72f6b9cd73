"""`askarsan templates …`: what each is asked with."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.terminal.prelude import Json, example, logs, settings_now

templates = typer.Typer(help="The texts that WhatsApp approves, and how each stands.")

Language = Annotated[
    list[str] | None,
    typer.Option("--language", metavar="LANGUAGE", help="Like en or pt-BR, several times, or all; else the firm's."),
]


@templates.callback(
    invoke_without_command=True,
    epilog=example("askarsan templates", "askarsan templates --language de --json", "askarsan templates submit"),
)
def standing(ctx: typer.Context, language: Language = None, as_json: Json = False) -> None:
    """Show the texts for after a day of silence, and what WhatsApp says of each."""
    if ctx.invoked_subcommand is None:
        from bot.terminal.templates import show_templates

        logs(ctx)
        show_templates(settings_now(), language or [], as_json=as_json)


@templates.command(
    "submit", epilog=example("askarsan templates submit", "askarsan templates submit --language de --language nl")
)
def submit(ctx: typer.Context, language: Language = None, as_json: Json = False) -> None:
    """Give WhatsApp what it has not been given yet.

    Done again, it submits nothing twice. Exits with 1 if something was not taken.
    """
    from bot.terminal.templates import submit_templates

    logs(ctx)
    raise typer.Exit(submit_templates(settings_now(), language or [], as_json=as_json))
