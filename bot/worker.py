"""Whoever works: each job goes to the room that does it, and the rows say what is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.booked_elsewhere import take_up_all
from bot.effects.kinds import carry_out
from bot.hearing.listening import hear
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import connections, entries, links, messages, raw_events, work
from bot.wakeups import job_of, ring
from bot.watching.accounts import look_after_account
from bot.watching.health import look_after
from bot.watching.links import check_link
from bot.watching.reconciling import AHEAD, EVERY, reconcile


class Assistant:
    """The worker of this house."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def run(self, job: Job) -> Sequence[Job]:
        match job.kind:
            case JobKind.TURN:
                return await hear(self.house, job.id)
            case JobKind.EFFECT:
                return await carry_out(self.house, job.id)
            case JobKind.TIMER:
                return await ring(self.house, job.id)
            case JobKind.LOOK:
                return await look_after(self.house, job.id, reconcile)
            case JobKind.LINK:
                return await check_link(self.house, job.id)
            case JobKind.ACCOUNT:
                return await look_after_account(self.house, job.id)
            case JobKind.BOOKED:
                return await take_up_all(self.house, job.id)
            case JobKind.RECONCILE:
                return await reconcile(self.house, job.id)
            case JobKind.FORGET:
                async with self.house.records.write() as session:
                    await raw_events.purge(session, self.house.clock.now())
                return ()

    async def waiting(self, *, older_than: timedelta) -> Sequence[Job]:
        now = self.house.clock.now()
        async with self.house.records.read() as session:
            silent_since = now - max(older_than, self.house.burst)
            turns = [Job(JobKind.TURN, each) for each in await messages.who_waits(session, silent_since)]
            effects = [Job(JobKind.EFFECT, each) for each in await work.open_effects(session, now, now - older_than)]
            # An alarm is due when it is due: nobody else has begun it.
            timers = [job_of(timer) for timer in await work.due_timers(session, now)]
            looks = [Job(JobKind.LOOK, each) for each in await connections.due(session, now)]
            opened = [Job(JobKind.LINK, each) for each in await links.due(session, now)]
            accounts = [Job(JobKind.ACCOUNT, each) for each in await connections.accounts_due(session, now)]
            booked = [Job(JobKind.BOOKED, each) for each in await links.with_news(session)]
            compared = [Job(JobKind.RECONCILE, each) for each in await entries.unchecked(session, now, AHEAD, EVERY)]
            old = [Job(JobKind.FORGET, "raw_events")] if await raw_events.any_too_old(session, now) else []
        return [*turns, *effects, *timers, *looks, *opened, *accounts, *booked, *compared, *old]
