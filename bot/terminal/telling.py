"""What goes wrong is told in one sentence, in the words of whoever can put it right; never as a traceback."""

from __future__ import annotations

import os
import tempfile
import traceback

from bot.claims import Taken
from bot.connections.keys import KeysError
from bot.records.opening import NoDatabase
from bot.rehearsal.yamlfile import Fault
from bot.settings.environment import SettingsError
from bot.terminal.trouble import NOT_HELD, NOT_VALID, Failed, Trouble
from integrations.trackers.sheet import BadSheet

PUT_RIGHT = (Trouble, SettingsError, NoDatabase, KeysError, Fault, BadSheet)


def in_words(error: Exception) -> tuple[str, int]:
    """What to say, and the exit code. Of what nobody foresaw the whole story is kept in a file, which is named."""
    if isinstance(error, Taken | Failed):
        return str(error), NOT_HELD
    if isinstance(error, PUT_RIGHT):
        return str(error), NOT_VALID
    kept = _keep("".join(traceback.format_exception(error)))
    said = f"Something went wrong that should not ({type(error).__name__}); what happened stands in {kept}."
    return f"{said} `askarsan --debug …` shows it here.", NOT_HELD


def _keep(story: str) -> str:
    # A file of its own that only its owner reads: the story may quote what people wrote.
    descriptor, path = tempfile.mkstemp(prefix="askarsan-", suffix=".log")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(story)
    return path
