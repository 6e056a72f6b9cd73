"""What a channel of the firm's own people asks for besides messages: forms to fill in, and how everything stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import structlog

from bot.effects.cards import card_of
from bot.effects.scripts import card_of_task
from bot.facts.case import Case, load
from bot.facts.tasks import of_row
from bot.house import House
from bot.pressing import BETWEEN, NEW, CardPress, TaskPress
from bot.records import jobs, negotiations, people, tasks
from bot.records.base import Session
from bot.records.people import PersonRow
from bot.verbs import Verb
from dialogs.negotiation.state import Status
from integrations.channels import forms
from integrations.channels.base import Action, Card, Inbound, Style
from integrations.channels.desk import Asked, Form, Section

log = structlog.get_logger()

RECRUITER = "recruiter"
FORMS = {forms.OUTCOME: forms.outcome, forms.TIMES: forms.times, forms.CALL_BACK: forms.call_back}  # else words


class FrontDesk:
    """Recruiters only: to anybody else nothing opens."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def form(self, asked: Asked) -> Form | None:
        async with self._house.records.read() as session:
            recruiter = await self._recruiter(session, asked.channel, asked.sender)
            if recruiter is None:
                return None
            if asked.form == forms.SCHEDULE:
                return await _schedule(session, asked.id, recruiter)
            pressed = CardPress.read(asked.id) or TaskPress.read(asked.id)
            if pressed is None or await negotiations.find(session, pressed.negotiation) is None:
                return None
        return FORMS.get(asked.form, forms.words)(asked.id, recruiter.tongue)

    async def home(self, channel: str, sender: str) -> tuple[Section, ...] | None:
        async with self._house.records.read() as session:
            recruiter = await self._recruiter(session, channel, sender)
            if recruiter is None:
                return None
            rows = [row for row in await negotiations.going_on(session) if row.recruiter_id == recruiter.id]
            cases = [await load(session, row.id) for row in rows]
            due = [row for row in await tasks.open_ones(session, recruiter.id) if row.due_at <= self._house.clock.now()]
            found = [await of_row(session, row) for row in due]
            to_call = [card_of_task(self._house, task, recruiter) for task in found if task.open]
        return self._sections(recruiter, cases, to_call)

    async def heard(self, message: Inbound) -> str:
        """The answer comes as a message of its own."""
        return ""

    async def gone(self, channel: str, to: str) -> None:
        log.warning("sent_away", channel=channel, workspace=to)
        if self._house.workspaces and channel == "slack":
            await self._house.workspaces.gone(to)

    async def _recruiter(self, session: Session, channel: str, sender: str) -> PersonRow | None:
        person = await people.at_address(session, channel, sender)
        return person if person and person.role == RECRUITER else None

    def _sections(self, recruiter: PersonRow, cases: Sequence[Case], to_call: Sequence[Card]) -> tuple[Section, ...]:
        """Whom to call comes first. Each interview stands once: where somebody is needed, else under today, else with
        what is going on.
        """
        zone, now = ZoneInfo(recruiter.zone), self._house.clock.now()
        today = now.astimezone(zone).date()
        needed = [case for case in cases if case.state.status is Status.ESCALATED]
        held = [case for case in cases if case not in needed and _day(case, zone) == today]
        others = [case for case in cases if case not in needed and case not in held]
        held.sort(key=lambda case: case.interview.start or now)
        said = forms.words_in(recruiter.tongue)
        parts = (("needs_you", "needs_nobody", needed), ("today", "free_today", held), ("going_on", "quiet", others))
        new = Card("new", said["schedule_title"], "", actions=(_to_schedule(said["schedule_send"]),))
        first = [Section(said["schedule_title"], (new,), language=recruiter.tongue)]
        if to_call:
            more, language = said["home_more"], recruiter.tongue
            first.insert(0, Section(said["home_to_call"], tuple(to_call), more=more, language=language))
        return (*first, *self._listed(recruiter, parts))

    def _listed(self, recruiter: PersonRow, parts: Sequence[tuple[str, str, Sequence[Case]]]) -> Iterator[Section]:
        said = forms.words_in(recruiter.tongue)
        for heading, empty, found in parts:
            yield Section(
                said[f"home_{heading}"],
                tuple(card_of(self._house, case, recruiter) for case in found),
                said[f"home_{empty}"],
                said["home_more"],
                recruiter.tongue,
            )


async def _schedule(session: Session, id: str, recruiter: PersonRow) -> Form:
    """Whoever may host comes by name; the recruiter first."""
    titles = [
        (f"{job.title}{BETWEEN}{company.name}", f"{job.title}, {company.name}")
        for job, company in await jobs.with_companies(session)
    ]
    others = await people.of_role(session, "client", "interviewer")
    hosts = [(each.name, each.name) for each in (recruiter, *others)]
    return forms.schedule(id, recruiter.tongue, jobs=titles, hosts=hosts)


def _to_schedule(label: str) -> Action:
    return Action(str(CardPress(NEW, Verb.SCHEDULE)), label, Style.MAIN, form=forms.SCHEDULE)


def _day(case: Case, zone: ZoneInfo) -> object:
    return case.interview.start.astimezone(zone).date() if case.interview.start else None
