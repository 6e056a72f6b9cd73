"""A scenario played step by step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import JumpingClock
from bot.connections.connecting import Given
from bot.facts.case import load
from bot.house import Firm
from bot.records import connections, invites, messages, negotiations, people
from bot.records.base import Records
from bot.rehearsal import steps as s
from bot.rehearsal.casting import new_person, new_rounds
from bot.rehearsal.report import Report, report
from bot.rehearsal.scenario import Scenario
from bot.rehearsal.stage import Stage, World
from bot.rehearsal.yamlfile import Fault
from bot.seeding import add_job, add_person
from bot.watching import accounts
from bot.watching.links import save_link
from bot.watching.reconciling import reconcile
from dialogs.scheduling.intervals import Interval
from integrations.channels.base import Inbound
from integrations.standins.calendly import StandInCalendly
from integrations.standins.mailbox import answer

A_STEP = timedelta(minutes=1)


class CannotPlay(ValueError):
    """What a step asks for is not possible as things stand; the message is for whoever wrote it."""


class Rehearsal:
    """One scenario on one stage. `show` is called after every step, for whoever watches."""

    def __init__(
        self,
        scenario: Scenario,
        database_url: str,
        opens: Callable[[str], Records] = Records,
        cards: Collection[str] = (),
    ) -> None:
        """`cards`: the channels on which an interview is also shown as a card."""
        self.scenario = scenario
        self.world = World(JumpingClock(scenario.now.astimezone(UTC)), database_url, opens, cards)
        zone = next((p.timezone for p in scenario.people if p.role == "recruiter"), "UTC")
        self.stage = Stage(self.world, scenario.rules, Firm(zone=ZoneInfo(zone)))
        self.people = {person.key: person for person in scenario.people}

    async def prepare(self) -> None:
        """Opens the stage and puts everyone on it."""
        await self.stage.open()
        house, ids = self.stage.house, self.world.ids
        async with house.records.write() as session:
            for person in self.scenario.people:
                vendor = "standin" if person.key in self.scenario.calendars else None
                await add_person(session, ids, new_person(person, person.key, vendor))
            for job in self.scenario.jobs:
                keys = {key: key for key in self.people}
                await add_job(session, ids, job.title, job.company, new_rounds(job, keys))
        for key, calendar in self.scenario.calendars.items():
            self.world.calendar.connect(self._calendar_of(key), calendar.hours, calendar.busy)
        for key, url in self.scenario.links.items():
            await save_link(house, key, url)
        for host in sorted({step.host for step in self.scenario.steps if isinstance(step, s.AtCalendly)}):
            await self._connect_calendly(host)

    async def run(self, show: Callable[[s.Step], Awaitable[None]] | None = None, pace: float = 0) -> None:
        """Plays every step; `pace` is how many virtual seconds pass in a real one, 0 for no waiting at all.

        Raises Fault with the line of a step that cannot be played.
        """
        for number, step in enumerate(self.scenario.steps):
            before = self.world.clock.now()
            try:
                await self.step(step)
            except CannotPlay as error:
                raise Fault(self.scenario.lines[number], str(error)) from error
            if show:
                await show(step)
            if pace:
                passed = (self.world.clock.now() - before).total_seconds()
                await asyncio.sleep(min(passed / pace, 3.0))

    async def step(self, step: s.Step) -> None:
        """One step, and the minute until the next. Raises CannotPlay."""
        before = self.world.clock.now()
        await PLAY[type(step)](self, step)
        await self._advance(before + A_STEP)

    async def says(self, step: s.Says) -> None:
        await self.stage.hear([await self._inbound(step.who, text, step.channel) for text in step.texts])

    async def presses(self, step: s.Presses) -> None:
        await self.stage.hear([await self._inbound(step.who, step.button, step.channel, pressed=step.button)])

    async def stranger_says(self, step: s.StrangerSays) -> None:
        await self.stage.hear([self.world.channels[step.channel].hear(step.address, step.text)])

    async def waits(self, step: s.Waits) -> None:
        await self._advance(self.world.clock.now() + step.length)

    async def until(self, step: s.Until) -> None:
        await self._advance(step.instant)

    async def calendar_changes(self, step: s.CalendarChanges) -> None:
        for key, busy in step.busy.items():
            self.world.calendar.replace_busy(self._calendar_of(key), busy)

    async def by_hand(self, step: s.ByHand) -> None:
        """The vendor tells us that something changed, as those do that can."""
        who, uids = self._calendar_of(step.who), await self._uids(step.candidate)
        event = next((each for each in self.world.calendar.events(who) if each.uid in uids), None)
        if event is None:
            raise CannotPlay(f"there is no interview of {step.candidate} in the calendar of {step.who}")
        uid = event.uid
        if step.what == "declined":
            self.world.calendar.decline(who, uid)
        else:
            to = Interval(step.to, step.to + event.when.length) if step.to else None
            self.world.calendar.by_hand(who, uid, to)
        await self.stage.engine.begin(await reconcile(self.stage.house, step.who, frozenset({uid})))
        await self.stage.settle()

    async def _uids(self, candidate: str) -> set[str]:
        async with self.stage.house.records.read() as session:
            cases = [await load(session, row.id) for row in await negotiations.going_on(session)]
        return {case.interview.uid for case in cases if case.candidate.name == candidate}

    async def crashes(self, _: s.Crashes) -> None:
        await self.stage.crash()

    async def report(self) -> Report:
        return await report(self.scenario, self.stage.house)

    async def _advance(self, instant: datetime) -> None:
        await self.stage.advance_to(max(instant, self.world.clock.now()))

    async def _inbound(self, who: str, text: str, channel: str | None, pressed: str | None = None) -> Inbound:
        channel = channel or await self._last_channel(who)
        return self.world.channels[channel].hear(self.people[who].addresses[channel], text, pressed=pressed)

    async def _last_channel(self, who: str) -> str:
        """Where the last word fell between this person and the assistant."""
        async with self.stage.house.records.read() as session:
            last = await messages.last_of(session, who)
        person = self.people[who]
        if last and last.channel in person.addresses and last.channel in self.world.channels:
            return last.channel
        if found := next((each for each in person.channels if each in self.world.channels), None):
            return found
        raise CannotPlay(f"{who} is reached by a person alone: say by which channel they write, if they do")

    async def answers_invite(self, step: s.AnswersInvite) -> None:
        async with self.stage.house.records.read() as session:
            invite = await invites.last_of(session, step.who)
        email = self.people[step.who].email
        if invite is None or email is None:
            raise CannotPlay(f"{step.who} has got no invite to answer")
        counter = (step.counter, invite.end - invite.start) if step.counter else None
        now = self.world.clock.now()
        data = answer(invite.uid, invite.sequence, email, step.answer, now, counter)
        await self.stage.hear([self.world.channels["email"].hear(email, "", reply=data)])

    async def link_changes(self, step: s.LinkChanges) -> None:
        if step.who not in self.scenario.links:
            raise CannotPlay(f"{step.who} has no booking link here")
        self.world.links.turns(self.scenario.links[step.who], step.why)

    async def _connect_calendly(self, host: str) -> None:
        house, given = self.stage.house, Given("calendly", host, {"calendly_page": host})
        self.world.calendly[host] = StandInCalendly(self.world.clock.now)
        async with house.records.write() as session:
            person, now = await people.get(session, host), self.world.clock.now()
            await accounts.connect_account(session, self.world.ids, self.world.keys, person, given, (), now)

    async def at_calendly(self, step: s.AtCalendly) -> None:
        """What happens there is found when the account is asked, a moment later."""
        there, email = self.world.calendly[step.host], step.email or self.people[step.guest].email
        if email is None:
            raise CannotPlay(f"{step.guest} has no email to book with")
        booked = [each for each in there.guests.values() if each.email == email and each.status == "active"]
        if step.what == "books" and step.at:
            there.book(email, step.at)
        elif not booked:
            raise CannotPlay(f"{step.guest} has booked nothing with {step.host}")
        elif step.at:
            there.reschedule(booked[-1], step.at)
        else:
            there.cancel(booked[-1], by="host" if step.by_host else "invitee")
        async with self.stage.house.records.read() as session:
            rows = await connections.accounts_of(session, step.host)
        for row in rows:
            await self.stage.engine.begin(await accounts.told(self.stage.house, row.id))
        await self.stage.settle()

    async def outage(self, step: s.Outage) -> None:
        until = self.world.clock.now() + step.length
        if step.service == "calendar":
            self.world.calendar.fail(until, step.error)
        elif step.service == "meeting":
            self.world.meetings.fail(until, step.error)
        else:
            self.world.channels[step.service].fail(until, step.error)

    async def receipt_comes(self, step: s.ReceiptComes) -> None:
        async with self.stage.house.records.read() as session:
            last = await messages.last_out(session, step.to)
        if last is None or last.vendor_id is None:
            raise CannotPlay(f"nothing was sent to {step.to} that a receipt could be for")
        self.world.channels[last.channel].report(last.vendor_id, step.status, step.error)
        await self.stage.settle()

    async def spoils_next(self, step: s.SpoilsNext) -> None:
        channel = step.channel or await self._last_channel(step.to)
        self.world.channels[channel].spoil_next(self.people[step.to].addresses[channel], step.how)

    def _calendar_of(self, key: str) -> str:
        return self.people[key].email or key


PLAY: dict[type, Callable[[Rehearsal, Any], Awaitable[None]]] = {
    s.Says: Rehearsal.says,
    s.Presses: Rehearsal.presses,
    s.AnswersInvite: Rehearsal.answers_invite,
    s.StrangerSays: Rehearsal.stranger_says,
    s.Waits: Rehearsal.waits,
    s.Until: Rehearsal.until,
    s.CalendarChanges: Rehearsal.calendar_changes,
    s.ByHand: Rehearsal.by_hand,
    s.LinkChanges: Rehearsal.link_changes,
    s.AtCalendly: Rehearsal.at_calendly,
    s.Outage: Rehearsal.outage,
    s.ReceiptComes: Rehearsal.receipt_comes,
    s.SpoilsNext: Rehearsal.spoils_next,
    s.Crashes: Rehearsal.crashes,
}


@asynccontextmanager
async def played(scenario: Scenario, database_url: str) -> AsyncIterator[Rehearsal]:
    """The whole scenario, played on an empty database; its stage stays open within the block."""
    rehearsal = Rehearsal(scenario, database_url)
    try:
        await rehearsal.prepare()
        await rehearsal.run()
        yield rehearsal
    finally:
        await rehearsal.stage.close()
