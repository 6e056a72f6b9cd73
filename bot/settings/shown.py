"""Every setting as people read it: as it is now, in .env.example, and on the page of settings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from bot.settings.environment import PREFIX, Source, given
from bot.settings.settings import Settings, allowed, in_public, names


class Line(NamedTuple):
    name: str
    value: str  # secrets masked
    source: Source


def listed(settings: Settings) -> Iterator[Line]:
    """Every setting as it is now and where it came from."""
    found = given()
    for name, field in names().items():
        value = getattr(settings, field)
        if field == "database_url":
            value = settings.database
        yield Line(name, in_public(field, value), found[name].source if name in found else "default")


def example() -> str:
    """The text of .env.example: every setting with its meaning, what is allowed, and its default, commented out."""
    blocks = [
        "# Copy this file to .env and change what you need; `askarsan settings` shows what holds.",
    ]
    for name, field in names().items():
        about = Settings.model_fields[field]
        words = f"{about.description} ({allowed(field)})"
        default = "" if about.default is None else in_public(field, about.default)
        blocks.append(textwrap.fill(words, 100, initial_indent="# ", subsequent_indent="# ") + f"\n# {name}={default}")
    blocks.append(
        "# Only for compose.yaml: the password of its PostgreSQL. There is no default. Write it in 'single\n"
        "# quotes' if it is more than letters and digits.\n# POSTGRES_PASSWORD="
    )
    return "\n\n".join(blocks) + "\n"


def reference() -> str:
    """The text of docs/reference/settings.md."""
    lines = [
        "# Settings",
        "",
        "From the environment, or from a file `.env` (`.env.example` is one to copy). `askarsan settings` shows each",
        "as it is and where it came from. The firm's rules can also stand under `settings:` in a rehearsal, in small",
        f"letters and without `{PREFIX}`. This page is made from the code; a test compares the two.",
        "",
        "| name | meaning | allowed | default |",
        "|---|---|---|---|",
    ]
    for name, field in names().items():
        about = Settings.model_fields[field]
        default = "" if about.default is None else f"`{in_public(field, about.default)}`"
        lines.append(f"| `{name}` | {about.description} | {allowed(field)} | {default} |")
    return "\n".join(lines) + "\n"
