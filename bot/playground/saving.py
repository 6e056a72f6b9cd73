"""What was played, as a story file: `askarsan rehearse` plays it again, with the same result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from bot.playground.game import CAST, Game
from bot.records.messages import CARD
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.writing import Entry, written

HEAD = """# Played on the playground of askARSAN. Play it again: askarsan rehearse FILE
# What is expected at the end is what happened. If something else should have, say so there.
"""


async def story(game: Game, rehearsal: Rehearsal) -> str:
    """The people and jobs as they stand in the file of the cast, every step, and what came of it."""
    report = await rehearsal.report()
    parts = {"script": [written(step) for step in game.steps], "expect": list(_expected(report.data))}
    body = "".join(_dumped({name: entries}) for name, entries in parts.items() if entries)
    _, _, cast = CAST.read_text("utf-8").partition("\n\n")  # without the line that says what the file is
    return f"{HEAD}\n{cast.rstrip()}\n\n{body}"


def _dumped(part: dict[str, Sequence[Entry]]) -> str:
    return yaml.safe_dump(part, allow_unicode=True, sort_keys=False, width=1_000)


def _expected(data: dict[str, Any]) -> Iterator[Entry]:
    for each in data["interviews"]:
        names = ("candidate", "job", "round", "status", "start", "sequence")
        yield {"interview": {name: str(each[name]) for name in names if each[name] is not None}}
    # Cards are shown where there are any: a rehearsal has none.
    said = [each for each in data["messages"] if each["kind"] != CARD]
    for (to, kind, channel, status), count in sorted(_counted(said).items()):
        yield {"message": {"to": to, "kind": kind, "channel": channel, "status": status, "count": str(count)}}
    for (candidate, reason), count in sorted(
        Counter((each["candidate"] or "", each["reason"]) for each in data["escalations"]).items()
    ):
        yield {"escalation": {"candidate": candidate, "reason": reason, "count": str(count)}}


def _counted(messages: Sequence[dict[str, Any]]) -> Counter[tuple[str, str, str, str]]:
    keys = ("to", "kind", "channel", "status")
    return Counter(
        (each[keys[0]], each[keys[1]], each[keys[2]], each[keys[3]]) for each in messages if each["from"] == "arsan"
    )
