"""Sentences with their meaning, read from data files and compared with what the reader makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from dialogs.scheduling.intervals import Interval
from dialogs.understanding import Context, Stage, Understanding, understand

ROOT = Path(__file__).parent.parent / "sentences"
MORE = "..."  # ends a list of stretches of which only the first are written down


@dataclass(frozen=True)
class Sentence:
    file: str
    text: str
    context: Context
    expected: dict[str, Any]

    @property
    def code(self) -> str:
        return self.file.partition("/")[0]


def sentences(language: str) -> Iterator[Sentence]:
    for path in sorted((ROOT / language).glob("*.yaml")):
        if path.name == "known_failures.yaml":
            continue
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for each in content["sentences"]:
            yield _sentence(f"{language}/{path.stem}", content.get("defaults", {}), each)


def known_failures(language: str) -> set[str]:
    return set(yaml.safe_load((ROOT / language / "known_failures.yaml").read_text(encoding="utf-8")) or ())


def _sentence(file: str, defaults: dict[str, Any], each: dict[str, Any]) -> Sentence:
    given = {**defaults, **each}
    zone = ZoneInfo(given["timezone"])
    context = Context(
        now=datetime.fromisoformat(given["now"]).replace(tzinfo=zone),
        timezone=zone,
        locale=given.get("locale"),
        offers=tuple(datetime.fromisoformat(offer).replace(tzinfo=zone) for offer in given.get("offers", ())),
        minutes=given.get("minutes", 45),
        stage=Stage(given.get("stage", "collecting")),
    )
    meaning = {key: value for key, value in each.items() if key in _CHECKS}
    return Sentence(file, given["text"], context, meaning)


def differences(sentence: Sentence) -> list[str]:
    """What the reader sees otherwise than the data says; empty when all is as written."""
    got = understand(sentence.text, sentence.context)
    found = []
    for key in dict.fromkeys([*sentence.expected, "acts", "choice", "windows", "ambiguous"]):
        want, have = sentence.expected.get(key), _CHECKS[key](got, sentence.context)
        if not _fits(want, have):
            found.append(f"{key}: wanted {want}, read {have}")
    return found


def described(sentence: Sentence) -> dict[str, Any]:
    """The reading in the form of the data files, for somebody to judge and paste."""
    got = understand(sentence.text, sentence.context)
    seen = {key: check(got, sentence.context) for key, check in _CHECKS.items()}
    return {key: value for key, value in seen.items() if value not in ([], None) and key != "language"}


def _fits(want: Any, have: Any) -> bool:
    if isinstance(want, list) and want and want[-1] == MORE:
        return bool(have[: len(want) - 1] == want[:-1] and len(have) >= len(want))
    return bool((want or []) == (have or []))


def stretch(interval: Interval, context: Context) -> str:
    """03-10 15:00-16:00, or 03-10 for the whole day, or 03-10 15:00 / 03-12 10:00 over midnights."""
    start, end = (each.astimezone(context.timezone).replace(tzinfo=None) for each in (interval.start, interval.end))
    midnight = datetime.combine(start.date() + timedelta(days=1), time())
    if start.time() == time() and end.time() == time():
        last = (end - timedelta(days=1)).date()
        return _day(start.date()) if last == start.date() else f"{_day(start.date())} to {_day(last)}"
    if end <= midnight:
        closing = "24:00" if end == midnight else end.strftime("%H:%M")
        return f"{_day(start.date())} {start:%H:%M}-{closing}"
    return f"{_day(start.date())} {start:%H:%M} to {_day(end.date())} {end:%H:%M}"


def _day(when: date) -> str:
    return when.strftime("%a %m-%d")


def _stretches(intervals: Sequence[Interval], context: Context) -> list[str]:
    return [stretch(interval, context) for interval in intervals]


def _moment(when: datetime | None, context: Context) -> str | None:
    return when.astimezone(context.timezone).strftime("%m-%d %H:%M") if when else None


def _ambiguous(got: Understanding, context: Context) -> list[list[str]]:
    return [_stretches(each.readings, context) for each in got.ambiguous]


_CHECKS: dict[str, Any] = {
    "acts": lambda got, context: [str(act) for act in got.acts],
    "choice": lambda got, context: list(got.choice),
    "windows": lambda got, context: _stretches(got.windows, context),
    "blocked": lambda got, context: _stretches(got.blocked, context),
    "preferred": lambda got, context: _stretches(got.preferred, context),
    "ambiguous": _ambiguous,
    "topics": lambda got, context: [str(topic) for topic in got.topics],
    "remind_at": lambda got, context: _moment(got.remind_at, context),
    "back_at": lambda got, context: _moment(got.back_at, context),
    "late_minutes": lambda got, context: got.late_minutes,
    "adds": lambda got, context: got.adds or None,
    "language": lambda got, context: got.language,
}
