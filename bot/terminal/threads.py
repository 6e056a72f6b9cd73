"""How a conversation looks: as paragraphs one below the other, or as bubbles in a lane for each person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bot.terminal.feed import ASSISTANT, Invited, News, Said, Somebody
from bot.terminal.moments import city, dated, length, moment, stretch
from bot.terminal.screen import clean

COLOURS = {
    "recruiter": "magenta",
    "client": "yellow",
    "interviewer": "blue",
    "candidate": "cyan",
    "stranger": "red",
    "room": "white",
}
A_JUMP = timedelta(minutes=30)  # so long a silence is worth a line of its own


class Look(Protocol):
    def show(self, news: News) -> None: ...


class Clock:
    """Says so when time has jumped."""

    def __init__(self, console: Console, start: datetime, zone: ZoneInfo) -> None:
        self._console = console
        self._last = start
        self._zone = zone

    def begin(self) -> None:
        self._line(f"{dated(self._last, self._zone)} in {city(self._zone)}")

    def tick(self, now: datetime) -> None:
        passed, self._last = now - self._last, max(now, self._last)
        if passed >= A_JUMP:
            self._line(f"{length(passed)} later: {dated(now, self._zone)} in {city(self._zone)}")

    def _line(self, words: str) -> None:
        self._console.print(f"── {words} ──\n", style="dim")


class Paragraphs:
    """Who to whom, how and when; below it the words."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, news: News) -> None:
        self._console.print(_head(news))
        if isinstance(news, Said):
            self._words(news.text)

    def _words(self, text: str) -> None:
        body = Text(clean(text).rstrip())
        if self._console.is_terminal:
            self._console.print(Padding(body, (0, 0, 1, 4)))
        else:
            # Whoever reads a pipe finds each line as it was written.
            self._console.print(
                "\n".join(f"    {line}".rstrip() for line in body.plain.split("\n")) + "\n", soft_wrap=True
            )


def _head(news: News) -> Text:
    person = news.person
    head = Text(f"{moment(news.at, person.zone)} {city(person.zone)}  ", style="dim", end="")
    whom = Text(clean(person.name), style=f"bold {COLOURS[person.role]}")
    if isinstance(news, Invited):
        when = stretch(news.start, news.end, person.zone)
        return Text.assemble(head, "✉ ", whom, f"  {news.what}: {when}\n")
    ours = Text(ASSISTANT, style="green")
    first, second = (whom, ours) if news.inbound else (ours, whom)
    lost = Text("  did not arrive" if news.lost else "", style="red")
    return Text.assemble(head, first, " → ", second, Text(f"  {news.channel}", style="dim"), lost)


class Bubbles:
    """A lane for each person, from left to right; in it what they write to the left, what they read to the right."""

    INDENT = 2  # of the assistant's words, within a lane
    WIDEST = 112

    def __init__(self, console: Console, people: Sequence[Somebody]) -> None:
        self._console = console
        width = min(console.width, self.WIDEST)
        self._bubble = max(width * 6 // 10, 30)
        step = (width - self._bubble - self.INDENT) // max(len(people) - 1, 1)
        self._lanes = {person.key: number * step for number, person in enumerate(people)}

    def show(self, news: News) -> None:
        lane = self._lanes.get(news.person.key, 0)
        if isinstance(news, Said):
            self._console.print(
                Padding(self._panel(news), (0, 0, 0, lane if news.inbound else lane + self.INDENT), expand=False)
            )
        else:
            line = _head(news)
            line.right_crop(1)
            self._console.print(Padding(line, (0, 0, 0, lane + self.INDENT), expand=False))

    def _panel(self, said: Said) -> Panel:
        colour = COLOURS[said.person.role]
        who = said.person.name if said.inbound else f"{ASSISTANT} → {said.person.name}"
        when = f"{moment(said.at, said.person.zone)} {city(said.person.zone)} · {said.channel}"
        return Panel(
            Text(clean(said.text).rstrip()),
            title=Text(clean(who), style=f"bold {colour}" if said.inbound else "not dim bold green"),
            subtitle=Text(f"{when}, did not arrive" if said.lost else when, style="dim"),
            title_align="left",
            subtitle_align="right",
            box=box.ROUNDED,
            border_style=colour if said.inbound else f"dim {colour}",
            width=self._bubble,
            padding=(0, 1),
        )
