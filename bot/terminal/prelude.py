"""What the declarations of all commands have in common. Nothing heavy is imported here: `--help` answers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="For machines.")]


def settings_now() -> Settings:
    from bot.settings.settings import load_settings

    return load_settings()


def example(*lines: str) -> str:
    title = "Example:" if len(lines) == 1 else "Examples:"
    return "\n".join(["\b", title, *(f"  {line}" for line in lines)])


def logs(ctx: typer.Context) -> None:
    """Only for those who asked: a person at a terminal reads sentences, not logs."""
    from bot.logs import configure

    configure("debug" if ctx.find_root().params["debug"] else "critical", as_json=False)
