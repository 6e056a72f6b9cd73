"""`askarsan availability … --at`: could somebody then, and if not, why."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.facts.availability import PersonsTime, time_of
from bot.house import House
from bot.settings.settings import Settings
from bot.terminal.firm import in_house, somebody
from bot.terminal.moments import city, moment
from bot.terminal.screen import standard_output
from bot.terminal.trouble import Trouble
from dialogs.scheduling.diary import Reason
from dialogs.scheduling.intervals import Interval
from dialogs.understanding import Context, read_times


def show_why_not(settings: Settings, said: str, words: str, minutes: int, *, as_json: bool) -> None:
    async def work(house: House) -> None:
        async with house.records.read() as session:
            person = await somebody(session, said)
        now = house.clock.now()
        start = _named(words, Context(now, ZoneInfo(person.zone), "en", minutes=minutes))
        soonest = now + house.rules.notice
        seen = await time_of(house, person, Interval(soonest, soonest + house.rules.horizon))
        against = [each.reason for each in seen.plan(minutes, house.rules).explain(start)]
        if as_json:
            told = {"person": person.name, "at": start.isoformat(), "minutes": minutes, "free": not against}
            sys.stdout.write(json.dumps({**told, "reasons": against}, ensure_ascii=False) + "\n")
        else:
            _tell(house, seen, start, against, minutes)

    in_house(settings, work)


def _named(words: str, context: Context) -> datetime:
    """The one time that is meant. Raises Trouble."""
    windows = read_times(words, context)
    exact = [each.start for each in windows if each.length == timedelta(minutes=context.minutes)]
    if len(windows) != 1 or not exact:
        raise Trouble(f'{words!r} is not one time; write a day and an hour ahead, like "Tuesday 15:00".')
    return exact[0]


def _tell(house: House, seen: PersonsTime, start: datetime, against: list[Reason], minutes: int) -> None:
    console, when = standard_output(), f"{moment(start, seen.zone)} {city(seen.zone)} time"
    if not against:
        console.print(f"{seen.person.name} could meet for {minutes} minutes: {when}.", soft_wrap=True)
        return
    console.print(f"{seen.person.name} could not meet for {minutes} minutes: {when}.", style="bold", soft_wrap=True)
    for reason in against:
        sentence = house.phrasebook.say(f"why_{reason.value}", "recruiter", {}, zone=seen.zone, locale="en")
        console.print(f"– {sentence.text.strip()}", soft_wrap=True)
