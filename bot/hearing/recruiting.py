"""What a recruiter asks for is done, or answered with what is missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot import leaving
from bot.facts.case import Case, load
from bot.facts.looking import NOTHING_SEEN, Look, look
from bot.hearing import naming, own_hours
from bot.hearing.commands import Command, parse
from bot.hearing.naming import Unclear
from bot.hearing.of_cards import command_of
from bot.hearing.of_people import OF_PEOPLE
from bot.hearing.orders import OF_A_SENDER, Order, prepare
from bot.hearing.reporting import pressed_on_task, report
from bot.hearing.undoing import UNDO, refuse
from bot.house import House
from bot.jobs import Job, JobKind
from bot.records import interviews, negotiations, people, story
from bot.records.jobs import ApplicationRow
from bot.records.messages import MessageRow
from bot.records.people import PersonRow
from bot.taking import handing_back
from bot.turn import SAY, Turn
from bot.verbs import Verb
from dialogs.negotiation.effects import Kind, Part, Reader, Say
from dialogs.negotiation.events import (
    CalledOff,
    Event,
    HandedBack,
    MoveAsked,
    OutcomeReported,
    Paused,
    Resumed,
    TakenOver,
)
from dialogs.negotiation.state import OVER, Party, Status
from dialogs.scheduling.intervals import Interval
from dialogs.understanding import Context, read_times
from integrations.channels.base import Wish

# What is announced as waited for, and in which order.
OPEN = (Status.ESCALATED, Status.COLLECTING, Status.OFFERED)


async def obey(house: House, recruiter: PersonRow, message: MessageRow) -> Sequence[Job]:
    """One command, one turn. What cannot be done is answered in the recruiter's words, and nothing is half done."""
    command = (
        command_of(message)
        or await pressed_on_task(house, recruiter, message)
        or parse(message.text)
        or _of_own_hours(house, recruiter, message)
        or Command(Verb.HELP)
    )
    seen = NOTHING_SEEN
    try:
        async with house.records.read() as session:
            order = await prepare(session, recruiter, command)
            asked = await people.all_of(session, order.lookups)
        seen = await look(house, asked)
    except Unclear:
        pass  # found out again below, where it is answered
    async with house.records.write() as session:
        await people.lock(session, recruiter.id)
        message = await session.get_one(MessageRow, message.id)
        if message.turn_id:
            return ()
        message.turn_id = f"{recruiter.id}.{message.id}"
        turn = Turn(house, session)
        if not await _let_go(turn, recruiter, message):
            await Obeying(turn, message, seen).obey(recruiter, command)
    return [Job(JobKind.EFFECT, each) for each in turn.begun]


async def _let_go(turn: Turn, recruiter: PersonRow, message: MessageRow) -> bool:
    """Whoever takes the app away, or blocks it, is written to elsewhere, until they have it again or write there."""
    if message.wish == Wish.OUT and not message.text:
        await leaving.close(turn, recruiter.id, message.channel)
        return True
    if message.wish == Wish.IN or await _had_gone(turn, recruiter, message):
        await people.move_to(turn.session, recruiter.id, message.channel, message.address)
        await people.open_contacts(turn.session, recruiter.id, (message.channel,))
    return False


async def _had_gone(turn: Turn, recruiter: PersonRow, message: MessageRow) -> bool:
    """Not every vendor tells when somebody comes back."""
    known = await people.contacts(turn.session, recruiter.id)
    here = next((each for each in known if (each.channel, each.address) == (message.channel, message.address)), None)
    if here is None or here.broken == people.SOMEBODY_ELSE:
        return False
    return here.broken is not None or here.opted_out_at is not None


def _of_own_hours(house: House, recruiter: PersonRow, message: MessageRow) -> Command | None:
    """ "I'm away Thursday" is no command, and yet is meant as one."""
    told = own_hours.read_hours(recruiter, message.text, house.clock.now())
    return Command(Verb.HOURS, words=message.text) if told else None


class Obeying:
    """One command being carried out, in one transaction."""

    def __init__(self, turn: Turn, message: MessageRow, seen: Look) -> None:
        self.turn = turn
        self.house = turn.house
        self.session = turn.session
        self.message = message
        self.seen = seen

    async def obey(self, recruiter: PersonRow, command: Command) -> None:
        try:
            order = await prepare(self.session, recruiter, command)
            if command.verb in NEED_CANDIDATE and not (command.about or command.negotiation):
                raise Unclear("who", command.verb.value)
            if order.planned:
                # Two recruiters may ask for the same in the same moment: the second one looks again.
                await people.lock(self.session, order.planned.plan.candidate_id)
                order = await prepare(self.session, recruiter, command)
            await DO[command.verb](self, order)
        except Unclear as unclear:
            rows = tuple({"name": choice} for choice in unclear.choices)
            self.answer(recruiter, Part(unclear.text, words={"said": unclear.said}, rows=rows))

    def answer(
        self, recruiter: PersonRow, *parts: Part, about: Case | None = None, presses: tuple[str, ...] = ()
    ) -> None:
        say = SAY.dump_python(Say(Reader.RECRUITER, Kind.ANSWER, parts, presses=presses), mode="json")
        key = f"{self.message.turn_id}.answer"
        self.turn.begin(key, "say", say, recruiter.id, about.row.id if about else None)

    async def act(self, order: Order, event: Event, ack: Part) -> Case:
        """An event of this candidate's interview, and word to the recruiter that it is done."""
        assert order.case
        case = await self.turn.happen(order.case.row, event, self.seen)
        self.note(order, case.row.id)
        self.answer(order.recruiter, ack, about=case)
        return case

    async def going_on(self, order: Order) -> list[Case]:
        """This recruiter's open interviews."""
        rows = await negotiations.going_on(self.session)
        return [await load(self.session, row.id) for row in rows if row.recruiter_id == order.recruiter.id]

    async def close_later_rounds(self, case: Case) -> None:
        """What a withdrawn outcome had opened."""
        for interview in await interviews.of_application(self.session, case.application.id):
            if interview.round > case.interview.round and Status(interview.status) not in OVER:
                row = await negotiations.of_interview(self.session, interview.id)
                await self.turn.happen(row, CalledOff(), self.seen)

    def note(self, order: Order, negotiation_id: str) -> None:
        verb = order.command.verb.value
        self.turn.log("command", negotiation_id, order.recruiter.id, verb=verb, turn=self.message.turn_id or "")


async def _schedule(self: Obeying, order: Order) -> None:
    assert order.planned
    plan = order.planned.plan
    if not plan.application_id:
        application = ApplicationRow(
            id=self.house.ids("application"),
            candidate_id=plan.candidate_id,
            job_id=plan.job_id,
            recruiter_id=order.recruiter.id,
        )
        self.session.add(application)
        await self.session.flush()
        plan = replace(plan, application_id=application.id)
    case = await self.turn.open(plan, order.planned.requested, self.seen)
    self.note(order, case.row.id)
    if case.state.status is not Status.ESCALATED:
        self.answer(
            order.recruiter, Part(f"command_schedule_{case.state.hosting.value}"), *_kept(self, case), about=case
        )


def _kept(self: Obeying, case: Case) -> list[Part]:
    """Who is asked only in the morning, and when that is."""
    quiet = self.house.rules.quiet_hours
    people = {Reader.CANDIDATE: case.candidate, Reader.HOST: case.host}
    asleep = [people[say.to] for say in case.state.owed if say.to in people]
    return [
        Part(
            "asked_in_the_morning",
            times=(quiet.next_allowed(self.turn.now, ZoneInfo(person.zone)),),
            words={"who": person.name},
        )
        for person in asleep
    ]


async def _move(self: Obeying, order: Order) -> None:
    assert order.case
    words = order.command.words
    windows: tuple[Interval, ...] = ()
    if words:
        zone = ZoneInfo(order.recruiter.zone)
        now = self.house.clock.now()
        booked = (order.case.state.booked.start,) if order.case.state.booked else ()
        windows = read_times(words, Context(now, zone, order.recruiter.locale, booked, order.case.interview.minutes))
        soonest = now + timedelta(minutes=order.case.interview.minutes)
        windows = tuple(window for window in windows if window.end > soonest)
        if not windows:
            raise Unclear("no_time_in_words", words)
    case = await self.turn.happen(order.case.row, MoveAsked(windows), self.seen)
    self.note(order, case.row.id)
    if case.state != order.case.state:  # else it was said why not
        self.answer(order.recruiter, Part("command_move", words={"to": words}), about=case)


async def _cancel(self: Obeying, order: Order) -> None:
    assert order.case
    if order.case.interview.end and order.case.interview.end <= self.turn.now:
        raise Unclear("already_held", order.case.candidate.name)
    words = {"because": order.command.words} if order.command.words else {}
    await self.act(order, CalledOff(order.command.words), Part("command_cancel", words=words))


async def _outcome(self: Obeying, order: Order) -> None:
    assert order.case
    booked = order.case.state.booked
    if booked is None:
        raise Unclear("no_outcome_yet", order.case.candidate.name)
    if booked.start > self.turn.now:
        raise Unclear("not_yet_held", order.case.candidate.name)
    if order.case.state.over:
        raise Unclear("outcome_known", order.case.candidate.name)
    outcome = order.command.outcome
    if outcome is None:
        raise Unclear("which_outcome", order.case.candidate.name)
    order.case.application.status = outcome
    await self.act(order, OutcomeReported(outcome, order.command.words), Part(f"command_outcome_{outcome}"))


async def _take(self: Obeying, order: Order) -> None:
    await self.act(order, TakenOver(), Part("command_take"))


async def _back(self: Obeying, order: Order) -> None:
    await self.act(order, HandedBack(), Part("command_back"))


async def _pause(self: Obeying, order: Order) -> None:
    await self.act(order, Paused(), Part("command_pause"))


async def _resume(self: Obeying, order: Order) -> None:
    await self.act(order, Resumed(), Part("command_resume"))


async def _say(self: Obeying, order: Order) -> None:
    """A human's words go out in the thread, as they are."""
    assert order.case
    case = order.case
    if not order.command.words:
        raise Unclear("say_what", order.command.about)
    to = case.candidate  # whose card it was, where one was pressed
    if not order.command.negotiation:
        everyone = [case.candidate, case.host]
        to = naming.find(order.command.about, everyone, "unknown_candidate", "which_candidate").person
    reader = Reader.CANDIDATE if to.id == case.candidate.id else Reader.HOST
    said = Say(reader, Kind.REPLY, (Part("human_words", words={"said": order.command.words}),))
    payload = SAY.dump_python(said, mode="json")
    self.turn.begin(f"{self.message.turn_id}.say", "say", payload, to.id, case.row.id)
    self.note(order, case.row.id)
    words = {"who": to.name}
    if case.state.human or case.state.over:
        self.answer(order.recruiter, Part("command_say_again", words=words), about=case)
        return
    # Two voices in one thread would contradict each other: whoever writes to somebody has it from then on.
    await self.turn.happen(case.row, TakenOver(), self.seen)
    self.answer(order.recruiter, Part("command_say", words=words), about=case, presses=handing_back(case.row.id))


async def _called(self: Obeying, order: Order) -> None:
    assert order.case
    if told := await report(self.turn, order, self.seen):
        self.note(order, order.case.row.id)
        self.answer(order.recruiter, told, about=order.case)
        return
    self.turn.log("called", order.case.row.id, order.recruiter.id, words=order.rest)
    self.note(order, order.case.row.id)
    self.answer(order.recruiter, Part("command_called"), about=order.case)


async def _status(self: Obeying, order: Order) -> None:
    cases = [order.case] if order.case else await self.going_on(order)
    if not cases:
        self.answer(order.recruiter, Part("nothing_open"))
    else:
        self.answer(order.recruiter, Part("status", rows=tuple(_row(case) for case in cases)))


async def _waiting(self: Obeying, order: Order) -> None:
    cases = [case for case in await self.going_on(order) if case.state.status in OPEN]
    cases.sort(key=lambda case: OPEN.index(case.state.status))
    rows = tuple(_row(case) for case in cases)
    self.answer(order.recruiter, Part("waiting", rows=rows) if rows else Part("nothing_open"))


async def _today(self: Obeying, order: Order) -> None:
    zone = ZoneInfo(order.recruiter.zone)
    today = self.turn.now.astimezone(zone).date()
    cases = await self.going_on(order)
    held = [c for c in cases if c.interview.start and c.interview.start.astimezone(zone).date() == today]
    held.sort(key=lambda case: case.interview.start or self.turn.now)
    rows = tuple(_row(case) for case in held)
    self.answer(order.recruiter, Part("today", rows=rows) if rows else Part("nothing_today"))


async def _hours(self: Obeying, order: Order) -> None:
    said = order.command.words
    meant = own_hours.read_hours(order.recruiter, said, self.turn.now)
    if meant is None:
        raise Unclear("hours_unread", said)
    rows = await own_hours.keep_hours(self.session, order.recruiter, said, meant, self.turn.now)
    self.turn.log("own_hours", person=order.recruiter.id)
    self.answer(order.recruiter, own_hours.answer(self.house, order.recruiter, meant, rows))


async def _help(self: Obeying, order: Order) -> None:
    known = parse(self.message.text) is not None
    self.answer(order.recruiter, Part("commands" if known else "not_a_command", words={"said": self.message.text}))


async def _of_people(self: Obeying, order: Order) -> None:
    self.answer(order.recruiter, await OF_PEOPLE[order.command.verb](self.turn, order))


async def _undo(self: Obeying, order: Order) -> None:
    last = await story.last_command(self.session, order.recruiter.id)
    if last is None or last.words["verb"] not in UNDO:
        raise Unclear("nothing_to_undo", last.words["verb"] if last else "")
    row = await negotiations.get(self.session, last.negotiation_id or "")
    case = await load(self.session, row.id)
    verb = last.words["verb"]
    refuse(verb, case, last.at, self.turn.now)
    self.turn.log("undone", last.negotiation_id, order.recruiter.id, turn=last.words["turn"])
    if verb == Verb.OUTCOME:
        case.application.status = ""
        await self.close_later_rounds(case)
    case = await self.turn.happen(row, UNDO[verb], self.seen)
    self.answer(order.recruiter, Part("command_undo", words={"verb": verb}), about=case)


def _row(case: Case) -> dict[str, str]:
    """One line of a list."""
    waiting_for = {Party.CANDIDATE: case.candidate.name, Party.HOST: case.host.name, None: ""}
    return {
        "candidate": case.candidate.name,
        "job": case.job.title,
        "company": case.company.name,
        "round": case.interview.round_name,
        "status": case.state.status.value,
        "start": case.interview.start.isoformat() if case.interview.start else "",
        "waiting_for": waiting_for[case.state.waiting_for],
    }


ABOUT_NOBODY = {Verb.STATUS, Verb.WAITING, Verb.TODAY, Verb.HOURS, Verb.INBOX, Verb.UNDO, Verb.HELP}
NEED_CANDIDATE = frozenset(Verb) - ABOUT_NOBODY - OF_A_SENDER
DO: Mapping[Verb, Callable[[Obeying, Order], Awaitable[None]]] = {
    Verb.SCHEDULE: _schedule,
    Verb.STATUS: _status,
    Verb.MOVE: _move,
    Verb.CANCEL: _cancel,
    Verb.OUTCOME: _outcome,
    Verb.TAKE: _take,
    Verb.BACK: _back,
    Verb.SAY: _say,
    Verb.PAUSE: _pause,
    Verb.RESUME: _resume,
    Verb.CALLED: _called,
    Verb.WAITING: _waiting,
    Verb.TODAY: _today,
    Verb.HOURS: _hours,
    **dict.fromkeys(OF_PEOPLE, _of_people),
    Verb.UNDO: _undo,
    Verb.HELP: _help,
}
