"""`askarsan chat`: you write as the candidate, the client or the recruiter, and the clock is yours."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from rich.console import Console

from bot import tracker
from bot.records import everything
from bot.rehearsal import steps as s
from bot.rehearsal.play import CannotPlay, Rehearsal
from bot.rehearsal.scenario import Scenario, load
from bot.rehearsal.yamlfile import Fault
from bot.rules import duration
from bot.terminal.demo import DEMO
from bot.terminal.feed import Feed, Said, cast
from bot.terminal.keeping import keep_database, keep_invites, prepared
from bot.terminal.moments import city, moment, stretch
from bot.terminal.screen import standard_output, table
from bot.terminal.sheets import timer_table, tracker_table
from bot.terminal.story import last_step, story_of, tell
from bot.terminal.threads import Clock, Paragraphs
from bot.terminal.trouble import Trouble
from bot.terminal.typed import Hint, Switch, Typed, Wish, Words, read_line, who_is
from dialogs.understanding import Context, read_times

CAST = DEMO / "cast.yaml"


class Unheard(Exception):
    """What was typed cannot be done; the message is a hint for whoever typed it."""


def chat(cast_file: Path | None, keep: Path | None) -> None:
    """Until the input ends or says /quit. A fault in the file of the cast is a Trouble."""
    try:
        scenario = load(CAST)
        if cast_file:
            scenario = load(cast_file, scenario.now)
    except Fault as fault:
        raise Trouble(f"{cast_file}: {fault}") from fault
    if not scenario.people:
        raise Trouble(f"{cast_file}: there is nobody under people.")
    if not any(person.role == "candidate" for person in scenario.people):
        raise Trouble(f"{cast_file}: there is no candidate under people, so nothing can be scheduled.")
    place = prepared(keep) if keep else None
    # The loop only runs while something is done: Ctrl-C at the prompt is an ordinary one.
    with TemporaryDirectory(prefix="askarsan-") as folder, asyncio.Runner() as runner:
        database = Path(folder) / "chat.db"
        room = Room(scenario, f"sqlite+aiosqlite:///{database}", standard_output())
        try:
            runner.run(room.open())
            _listen(room, runner)
            if place:
                runner.run(keep_invites(room.rehearsal, place))
        finally:
            runner.run(room.close())
        if place:
            keep_database(database, place)


def _listen(room: Room, runner: asyncio.Runner) -> None:
    for line in typed_lines(room.prompt):
        if not runner.run(room.take(line)):
            return


def typed_lines(prompt: Callable[[], str]) -> Iterator[str]:
    """With a prompt and a history where somebody sits; every line as it is from a pipe."""
    if not sys.stdin.isatty():
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")  # bytes that are no text end nothing
        yield from sys.stdin
        return
    with suppress(ImportError):
        import readline  # noqa: F401 – arrow keys and history
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            yield input(prompt())
    sys.stdout.write("\n")


class Room:
    def __init__(self, scenario: Scenario, database_url: str, console: Console) -> None:
        self.rehearsal = Rehearsal(scenario, database_url)
        self.people = cast(scenario.people)
        self.console = console
        self.me = next((key for key, who in self.people.items() if who.role == "recruiter"), next(iter(self.people)))
        self.alone = sys.stdin.isatty()  # whoever types sees it already
        self._feed = Feed(self.people)
        self._look = Paragraphs(console)
        self._clock = Clock(console, self.now, self._feed.zone)
        self._steps: list[s.Step] = []

    @property
    def now(self) -> datetime:
        return self.rehearsal.world.clock.now()

    @property
    def zone(self) -> ZoneInfo:
        return self.people[self.me].zone

    def prompt(self) -> str:
        return f"{self.people[self.me].name} ({moment(self.now, self.zone)} {city(self.zone)}) › "

    def sees_buttons(self) -> bool:
        addresses = self.rehearsal.people[self.me].addresses
        told = (
            each
            for channel, address in addresses.items()
            for each in self.rehearsal.world.channels[channel].delivered
            if each.to == address
        )
        return any(each.buttons or each.card for each in told)

    async def open(self) -> None:
        await self.rehearsal.prepare()
        if self.alone:
            _introduce(self)

    async def close(self) -> None:
        await self.rehearsal.stage.close()

    async def take(self, line: str) -> bool:
        """What was typed is done. False: that is all."""
        typed = read_line(line, self.people, [*WISHES, *ENDS])
        if isinstance(typed, Wish) and typed.name in ENDS:
            return False
        if typed:
            try:
                await self._do(typed)
            except (Unheard, CannotPlay) as hint:
                self.say(f"{hint}")
        return True

    def say(self, words: str) -> None:
        self.console.print(f"· {words}\n", style="dim", soft_wrap=True)

    async def play(self, step: s.Step) -> None:
        """As in a rehearsal, with all that follows from it."""
        await self.rehearsal.step(step)
        for news in await self._feed.news(self.rehearsal.stage.house.records):
            self._clock.tick(news.at)
            if not (self.alone and isinstance(news, Said) and news.inbound):
                self._look.show(news)
        self._clock.tick(self.now)

    async def _do(self, typed: Typed) -> None:
        match typed:
            case Words(text, who):
                self.me = who or self.me
                await self.play(s.Says(self.me, (text,)))
            case Switch(who):
                self.me = who
                self.say(f"You write as {self.people[who].name}, {self.people[who].role}.")
            case Wish(name, rest):
                await WISHES[name].grant(self, rest)
            case Hint(text):
                raise Unheard(text)

    def instant(self, words: str) -> datetime:
        """`2026-03-04T14:00`, or in words: `Thursday 14:00`; on the clock of whoever writes."""
        try:
            found = datetime.fromisoformat(words)
        except ValueError:
            times = read_times(words, Context(self.now, self.zone))
            if not times:
                raise Unheard(f"{words!r} is no time ahead; for example: Thursday 14:00, or 2026-03-04T14:00") from None
            return times[0].start
        return found if found.tzinfo else found.replace(tzinfo=self.zone)


async def _wait(room: Room, rest: str) -> None:
    try:
        length = duration(rest)
    except ValueError as error:
        raise Unheard(f"{error}") from error
    await room.play(s.Waits(length))


async def _until(room: Room, rest: str) -> None:
    instant = room.instant(rest)
    if instant < room.now:
        raise Unheard(f"{moment(instant, room.zone)} is past: here it is {moment(room.now, room.zone)}")
    await room.play(s.Until(instant))


async def _press(room: Room, rest: str) -> None:
    if not rest:
        raise Unheard("Which button? For example: /press 2")
    if not room.sees_buttons():
        raise Unheard(f"{room.people[room.me].name} has no buttons to press. What you mean is written, like: {rest}")
    await room.play(s.Presses(room.me, rest))


def _answer(step: s.AnswersInvite) -> Callable[[Room, str], Awaitable[None]]:
    async def grant(room: Room, _rest: str) -> None:
        await room.play(s.AnswersInvite(room.me, step.answer))

    return grant


async def _counter(room: Room, rest: str) -> None:
    await room.play(s.AnswersInvite(room.me, "counter", room.instant(rest)))


async def _crash(room: Room, _: str) -> None:
    room.say("The process dies, and starts again on the same database.")
    await room.play(s.Crashes())


async def _timers(room: Room, _: str) -> None:
    async with room.rehearsal.stage.house.records.read() as session:
        made = await timer_table(session)
    room.console.print(made or "Nothing is planned.")
    room.console.print()


async def _invites(room: Room, _: str) -> None:
    async with room.rehearsal.stage.house.records.read() as session:
        rows = await everything.invites(session)
    told = [
        (room.people[row.person_id].name, row.method, str(row.sequence), _when(room, row.person_id, row.start, row.end))
        for row in rows
    ]
    room.console.print(table(("To", "Method", "Sequence", "When"), told) if told else "No invite has gone out.")
    room.console.print()


def _when(room: Room, key: str, start: datetime, end: datetime) -> str:
    zone = room.people[key].zone
    return f"{stretch(start, end, zone)} {city(zone)}"


async def _tracker(room: Room, _: str) -> None:
    async with room.rehearsal.stage.house.records.read() as session:
        rows = await tracker.rows(session)
    room.console.print(tracker_table(rows) if rows else "Nobody is in the tracker yet.")
    room.console.print()


async def _why(room: Room, rest: str) -> None:
    async with room.rehearsal.stage.house.records.read() as session:
        if rest:
            key = who_is(rest, room.people)
            if key is None or room.people[key].role != "candidate":
                raise Unheard(f"{rest} is no candidate here")
            story = await story_of(session, key)
        else:
            story = await last_step(session)
    tell(room.console, story)


async def _who(room: Room, _: str) -> None:
    rows = [(key, p.name, p.role, city(p.zone), moment(room.now, p.zone)) for key, p in room.people.items()]
    room.console.print(table(("", "Name", "Role", "Where", "Time there"), rows))
    room.console.print()


async def _help(room: Room, _: str) -> None:
    rows = [(wish.example, wish.meaning) for wish in WISHES.values()]
    somebody = next(iter(room.people))
    room.console.print(f"Write as anybody; `{somebody}: …` is said by {somebody}, and so is what follows.\n")
    room.console.print(table(("Example", ""), [*rows, ("/quit", "the end; so is Ctrl-D")]))
    room.console.print()


ENDS = ("quit", "exit")


@dataclass(frozen=True, slots=True)
class Granted:
    grant: Callable[[Room, str], Awaitable[None]]
    example: str
    meaning: str


WISHES: Mapping[str, Granted] = {
    "as": Granted(_who, "/as ana", "write as somebody else"),
    "wait": Granted(_wait, "/wait 2d", "let time pass, with all that falls due"),
    "until": Granted(_until, "/until Thursday 14:00", "the same, up to a moment"),
    "press": Granted(_press, "/press 2", "press a button, by its number or label"),
    "accept": Granted(_answer(s.AnswersInvite("", "accept")), "/accept", "answer the last invite in the calendar"),
    "tentative": Granted(_answer(s.AnswersInvite("", "tentative")), "/tentative", "… with maybe"),
    "decline": Granted(_answer(s.AnswersInvite("", "decline")), "/decline", "… with no"),
    "counter": Granted(_counter, "/counter Thursday 15:00", "… with another time"),
    "timers": Granted(_timers, "/timers", "what will come by itself"),
    "invites": Granted(_invites, "/invites", "what the calendars were told"),
    "tracker": Granted(_tracker, "/tracker", "who stands where"),
    "why": Granted(_why, "/why, /why ana", "the reason of the last step; the whole story of a candidate"),
    "who": Granted(_who, "/who", "who there is, and what time it is there"),
    "crash": Granted(_crash, "/crash", "kill the assistant; it starts again on its database"),
    "help": Granted(_help, "/help", "this"),
}


def _introduce(room: Room) -> None:
    console = room.console
    console.print("You write as anybody here; askARSAN answers, and everything is the real thing.\n", style="bold")
    for key, person in room.people.items():
        console.print(f"  {key}: {person.name}, {person.role} in {city(person.zone)}")
    jobs = [f"{job.title} at {job.company}" for job in room.rehearsal.scenario.jobs]
    candidates = [person.name for person in room.people.values() if person.role == "candidate"]
    console.print("\nBegin with, for example:", style="dim")
    if jobs and candidates:
        console.print(f"  schedule {candidates[0]} for {jobs[0]}", style="cyan")
    console.print("  carl: Tuesday 10-12", style="cyan")
    console.print("  /wait 2d   /tracker   /help\n", style="cyan")
