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

# Where people are asked for together, nobody hears whose calendar it is. Here one is asked for by name.
OF_ONE = {
    Reason.BUSY: "Something else stands in their calendar then.",
    Reason.TENTATIVE: "They have something tentative then.",
    Reason.AWAY: "They are away then.",
    Reason.ELSEWHERE: "They work in another place then.",
    Reason.HOLIDAY: "It is a public holiday for them, or a day off.",
    Reason.CLOSED: "They have other hours on that day.",
    Reason.OUTSIDE_HOURS: "It is outside their working hours.",
    Reason.DAY_FULL: "They have enough interviews on that day already.",
    Reason.WEEK_FULL: "They have enough interviews in that week already.",
}


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
        console.print(f"– {OF_ONE.get(reason) or _for_all(house, reason, seen.zone)}", soft_wrap=True)


def _for_all(house: House, reason: Reason, zone: ZoneInfo) -> str:
    return house.phrasebook.say(f"why_{reason.value}", "recruiter", {}, zone=zone, locale="en").text.strip()
