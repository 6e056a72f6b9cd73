"""What is set, and where: in the environment or in a file .env. The only reader of either."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Literal, NamedTuple

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from bot.reasons import why

PREFIX = "ASKARSAN_"
DOTENV = Path(".env")
ENCODING = "utf-8-sig"  # some editors begin a file with a byte order mark

Source = Literal["default", ".env", "environment"]


class SettingsError(ValueError):
    """A setting is wrong; the message says which, what was given and what is allowed, for whoever set it."""


class Given(NamedTuple):
    value: str
    source: Source


def given() -> Mapping[str, Given]:
    """What is set, by its full name; the environment goes before .env."""
    places: Sequence[tuple[Source, Mapping[str, str | None]]]
    places = ((".env", _in_dotenv()), ("environment", dict(os.environ)))
    return {
        name.upper(): Given(value, source)
        for source, values in places
        for name, value in values.items()
        if value and name.upper().startswith(PREFIX)
    }


def _in_dotenv() -> Mapping[str, str | None]:
    """What stands in the file, if there is one. Raises SettingsError where a line would not be read as it was meant."""
    try:
        text = DOTENV.read_text(ENCODING)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{DOTENV} cannot be read: {why(error)}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{DOTENV}, line {line}: this is not written in UTF-8. Save the file as UTF-8.") from error
    wrong = [
        f"{DOTENV}, line {_line(each)}: this is not NAME=value."
        for each in parse_stream(StringIO(text))
        if each.error or (each.value is None and (each.key or "").upper().startswith(PREFIX))
    ]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return dotenv_values(stream=StringIO(text))


def _line(binding: Binding) -> int:
    text = binding.original.string  # with the empty lines before it
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
