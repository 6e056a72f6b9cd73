"""Whoever works: each job goes to the room that does it, and the rows say what is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from bot.booked_elsewhere import take_up_all
from bot.effects.kinds import carry_out
from bot.hearing.home_page import show_anew
from bot.hearing.listening import hear
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import connections, entries, links, messages, raw_events, work
from bot.wakeups import job_of, ring
from bot.watching.accounts import look_after_account
from bot.watching.health import look_after
from bot.watching.links import check_link
from bot.watching.reconciling import AHEAD, EVERY, reconcile
from bot.watching.templates import look_at_templates, templates_due


class Assistant:
    """The worker of this house."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def run(self, job: Job) -> Sequence[Job]:
        return await DO[job.kind](self.house, job.id)

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
            texts = [Job(JobKind.TEMPLATES, "all")] if await templates_due(session, self.house) else []
            old = [Job(JobKind.FORGET, "raw_events")] if await raw_events.any_too_old(session, now) else []
        return [*turns, *effects, *timers, *looks, *opened, *accounts, *booked, *compared, *texts, *old]


async def _forget(house: House, _what: str) -> Sequence[Job]:
    async with house.records.write() as session:
        await raw_events.purge(session, house.clock.now())
    return ()


async def _look(house: House, connection_id: str) -> Sequence[Job]:
    return await look_after(house, connection_id, reconcile)


DO: Mapping[JobKind, Callable[[House, str], Awaitable[Sequence[Job]]]] = {
    JobKind.TURN: hear,
    JobKind.EFFECT: carry_out,
    JobKind.TEMPLATES: look_at_templates,
    JobKind.TIMER: ring,
    JobKind.LOOK: _look,
    JobKind.LINK: check_link,
    JobKind.ACCOUNT: look_after_account,
    JobKind.BOOKED: take_up_all,
    JobKind.RECONCILE: reconcile,
    JobKind.HOME: show_anew,
    JobKind.FORGET: _forget,
}
