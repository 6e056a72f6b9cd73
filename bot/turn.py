"""A decision becomes rows: in one transaction the state, the trace of why, and each effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from bot.facts.case import Case, load
from bot.facts.diaries import gives_up_lunch
from bot.facts.gathering import gather
from bot.facts.looking import NOTHING_SEEN, Look
from bot.house import House
from bot.records import entries, interviews, invites, loops, negotiations, tasks, wishes, work
from bot.records.base import Session
from bot.records.interviews import InterviewRow
from bot.records.negotiations import NegotiationRow
from bot.records.story import EscalationRow, EventRow, TurnRow
from bot.records.venues import Venue
from bot.records.work import EffectRow
from dialogs.negotiation import effects as e
from dialogs.negotiation.decide import decide
from dialogs.negotiation.events import Event, Heard, Requested, TaskReported
from dialogs.negotiation.state import Hosting, Negotiation, Offer, Status
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.loop import Loop, own_parts
from dialogs.understanding.meaning import Understanding

SAY = TypeAdapter(e.Say)
MEANING = TypeAdapter(Understanding)


@dataclass(frozen=True, slots=True)
class Plan:
    """An interview that is to be: which round of which application, and with whom."""

    application_id: str
    candidate_id: str
    host_id: str
    recruiter_id: str
    round: int
    name: str
    minutes: int
    mode: str
    venue: Venue
    people: tuple[str, ...]  # ids of the interviewers, all required
    optional: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    rooms: tuple[str, ...] = ()
    loop: Loop | None = None  # then the length is that of the whole, and the people are those of all stages together
    job_id: str = ""  # where there is no application yet

    @property
    def panel(self) -> tuple[str, ...]:
        """Everybody, and every room, of the host's side that has any part in it."""
        pooled = (each for pool in self.one_of for each in pool)
        return (self.host_id, *self.people, *self.optional, *pooled, *self.rooms)


class Turn:
    """One turn being saved. Everything it does lies in the transaction of `session`; `begun` is what to start after."""

    def __init__(self, house: House, session: Session) -> None:
        self.house = house
        self.session = session
        self.now: datetime = house.clock.now()
        self.begun: list[str] = []  # ids of effects, in order

    async def happen(self, row: NegotiationRow, event: Event, seen: Look = NOTHING_SEEN) -> Case:
        """Something happened: decide, and save what was decided. Raises SlotTaken if a booking came too late."""
        with self.session.no_autoflush:  # what was heard is written together with what is decided
            case = await load(self.session, row.id)
            facts = await gather(self.session, self.house, case, seen)
        decision = decide(case.state, event, facts)
        row.turns = (row.turns or 0) + 1
        turn_id = f"{row.id}.{row.turns}"
        state = decision.negotiation
        negotiations.save(row, state, self.now)
        _show(case.interview, state)
        self.session.add(_trace(turn_id, row.id, self.now, event, decision.reasons, decision.effects))
        before, case = case.state, replace(case, state=state)
        numbered = sorted(enumerate(decision.effects), key=lambda each: type(each[1]) in LAST)
        for number, effect in numbered:
            await APPLY[type(effect)](self, case, effect, f"{turn_id}.{number}")
        await pass_on(self, case, before, turn_id)
        if any(channel.abilities.cards for channel in self.house.channels.values()):
            self.begin(f"{turn_id}.card", "show", {}, case.recruiter.id, row.id)
        await self.session.flush()
        return case

    async def open(self, plan: Plan, event: Requested, seen: Look) -> Case:
        """A new interview and the search for its time."""
        interview_id = self.house.ids("interview")
        self.session.add(
            InterviewRow(
                id=interview_id,
                application_id=plan.application_id,
                round=plan.round,
                round_name=plan.name,
                minutes=plan.minutes,
                mode=plan.mode,
                **asdict(plan.venue),
                host_id=plan.host_id,
                people=list(plan.people),
                optional=list(plan.optional),
                one_of=[list(pool) for pool in plan.one_of],
                rooms=list(plan.rooms),
                loop=loops.kept(plan.loop),
                status=Status.COLLECTING.value,
                uid=f"{interview_id}@askarsan",
                opened_at=self.now,
            )
        )
        await self.session.flush()
        state = Negotiation(id=self.house.ids("negotiation"), hosting=event.hosting)
        row = NegotiationRow(
            id=state.id,
            interview_id=interview_id,
            candidate_id=plan.candidate_id,
            host_id=plan.host_id,
            recruiter_id=plan.recruiter_id,
        )
        negotiations.save(row, state, self.now)
        self.session.add(row)
        await self.session.flush()
        return await self.happen(row, event, seen)

    def begin(
        self,
        effect_id: str,
        kind: str,
        payload: dict[str, Any],
        person: str | None,
        negotiation: str | None,
        due: datetime | None = None,
    ) -> None:
        """Keeps something to do outside, now or when it is `due`."""
        self.session.add(
            EffectRow(
                id=effect_id,
                number=len(self.begun),
                kind=kind,
                negotiation_id=negotiation,
                person_id=person,
                payload=payload,
                made_at=self.now,
                due_at=due or self.now,
            )
        )
        if due is None:
            self.begun.append(effect_id)

    def log(self, event: str, negotiation: str | None = None, person: str | None = None, **words: str) -> None:
        self.session.add(
            EventRow(at=self.now, event=event, negotiation_id=negotiation, person_id=person, words=dict(words))
        )


def _show(interview: InterviewRow, state: Negotiation) -> None:
    """The interview as everyone sees it follows the state of its negotiation."""
    interview.status = state.status.value
    interview.start = state.booked.start if state.booked else None
    interview.end = state.booked.end if state.booked else None
    interview.sequence = state.sequence


def _trace(
    turn_id: str,
    negotiation_id: str,
    now: datetime,
    event: Event,
    reasons: tuple[str, ...],
    effects: tuple[e.Effect, ...],
) -> TurnRow:
    heard = event if isinstance(event, Heard | TaskReported) else None
    meaning = heard.meaning if heard else None
    return TurnRow(
        id=turn_id,
        negotiation_id=negotiation_id,
        at=now,
        event=type(event).__name__,
        heard=heard.words if heard and meaning else None,
        meaning=MEANING.dump_python(meaning, mode="json") if meaning else None,
        reasons=list(reasons),
        effects=[_label(effect) for effect in effects],
    )


def _label(effect: e.Effect) -> str:
    if isinstance(effect, e.Say):
        return f"Say {effect.kind.value} to {effect.to.value}"
    return type(effect).__name__


Apply = Callable[[Turn, Case, Any, str], Awaitable[None]]


async def _say(turn: Turn, case: Case, say: e.Say, effect_id: str) -> None:
    person = case.reader(say.to)
    turn.begin(effect_id, "say", SAY.dump_python(say, mode="json"), person.id, case.row.id)


async def _offered(turn: Turn, case: Case, offered: e.Offered, effect_id: str) -> None:
    minutes = case.interview.minutes
    slots = [Interval.lasting(start, minutes) for start in offered.starts]
    kept = {person.id: [_kept_for(case, person.id, slot) for slot in slots] for person in case.kept_by_an_offer}
    await negotiations.remember_offer(turn.session, case.row, offered, kept, turn.now)
    with_calendar = {person.id: kept[person.id] for person in case.kept_by_an_offer if person.calendar}
    if with_calendar:
        await entries.plan_holds(turn.session, case.row.id, offered.number, with_calendar)
        turn.begin(effect_id, "hold", {"offer": offered.number}, case.candidate.id, case.row.id)
        turn.begin(f"{effect_id}.end", "release_hold", {}, case.candidate.id, case.row.id, due=offered.until)


def _kept_for(case: Case, person: str, slot: Interval) -> Interval:
    return case.loop.kept_for(person, slot) if case.loop else slot


async def _withdrawn(turn: Turn, case: Case, _effect: e.Withdrawn, effect_id: str) -> None:
    await negotiations.withdraw_offers(turn.session, case.row, turn.now)
    if any(person.calendar for person in (case.candidate, *case.panel)):
        turn.begin(effect_id, "release_hold", {}, case.candidate.id, case.row.id)


async def _book(turn: Turn, case: Case, book: e.Book, effect_id: str) -> None:
    if book.people:
        await _seat(turn, case, book.people)
    case.interview.room_id = book.room or None
    case.interview.keep(book.itinerary, book.when.start)
    own = own_parts(book.itinerary)
    people = {case.candidate.id, *(book.people or [person.id for person in case.hosts]), *filter(None, [book.room])}
    await interviews.book(turn.session, case.interview.id, people, book.when, own)
    calendars = {person.id for person in (case.candidate, *case.panel) if person.calendar}
    attending = calendars & {*people, *case.interview.optional}
    await entries.plan_event(turn.session, case.interview.uid, case.row.id, attending, book.when, own)
    await wishes.drop(turn.session, case.row.id)
    turn.begin(effect_id, "arrange", {"sequence": book.sequence}, case.candidate.id, case.row.id)
    for person_id in await invites.who_was_invited(turn.session, case.interview.id):
        if book.people and person_id not in {*attending, *people, case.host.id, *case.interview.optional}:
            taken_back = {"method": "CANCEL", "sequence": book.sequence}
            turn.begin(f"{effect_id}.{person_id}", "invite", taken_back, person_id, case.row.id)


async def _seat(turn: Turn, case: Case, coming: Collection[str]) -> None:
    """Whoever was chosen from a group is one of the interviewers now."""
    case.interview.people = [each for each in coming if each != case.host.id]
    await turn.session.flush()


async def _wish(turn: Turn, case: Case, wish: e.Wish, _: str) -> None:
    await wishes.keep(turn.session, case.row.id, wish.when, turn.now)


async def _restore(turn: Turn, case: Case, _effect: e.Restore, effect_id: str) -> None:
    for entry in await entries.of_uid(turn.session, case.interview.uid):
        if entry.removed_at is None and case.state.booked:
            entries.write_anew(entry, case.part(entry.person_id, case.state.booked))
    turn.begin(effect_id, "write_events", {}, case.candidate.id, case.row.id)


async def _invite(turn: Turn, case: Case, invite: e.Invite, effect_id: str) -> None:
    for person in case.invited:
        payload = {"method": "REQUEST", "sequence": invite.sequence}
        turn.begin(f"{effect_id}.{person.id}", "invite", payload, person.id, case.row.id)
    _tell_whose_lunch_it_is(turn, case, invite, effect_id)


def _tell_whose_lunch_it_is(turn: Turn, case: Case, invite: e.Invite, effect_id: str) -> None:
    """Not to whoever asked for it by name: the recruiter where calendars speak, else the host."""
    asked = case.recruiter if case.state.hosting is Hosting.CALENDAR else case.host
    booked, rules = case.state.booked, turn.house.rules
    for person in case.hosts:
        if booked is None or person.id == asked.id:
            continue
        if not gives_up_lunch(rules, person, case.part(person.id, booked)):
            continue
        told = e.Say(e.Reader.HOST, e.Kind.ANSWER, (e.Part("over_lunch"),), e.Holds("booking", invite.sequence))
        morning = rules.quiet_hours.next_allowed(turn.now, ZoneInfo(person.zone))
        due = morning if turn.now < morning < booked.start else None
        payload = SAY.dump_python(told, mode="json")
        turn.begin(f"{effect_id}.{person.id}.lunch", "say", payload, person.id, case.row.id, due)


async def _cancel(turn: Turn, case: Case, cancel: e.Cancel, effect_id: str) -> None:
    await interviews.free(turn.session, case.interview.id)
    await wishes.drop(turn.session, case.row.id)
    turn.begin(effect_id, "release", {"sequence": cancel.sequence}, case.candidate.id, case.row.id)
    for person_id in await invites.who_was_invited(turn.session, case.interview.id):
        payload = {"method": "CANCEL", "sequence": cancel.sequence}
        turn.begin(f"{effect_id}.{person_id}", "invite", payload, person_id, case.row.id)


async def _record(turn: Turn, case: Case, record: e.Record, _: str) -> None:
    turn.log(record.event, case.row.id, **record.words)
    if record.event == "outcome_withdrawn":
        case.interview.outcome = case.interview.outcome_words = None
    elif record.event.startswith("outcome_"):
        case.interview.outcome = record.event.removeprefix("outcome_")
        case.interview.outcome_words = record.words.get("words")


async def _wake(turn: Turn, case: Case, wake: e.Wake, _: str) -> None:
    await work.set_timer(turn.session, case.row.id, wake.alarm.value, wake.name, wake.at)


async def _forget(turn: Turn, case: Case, forget: e.Forget, _: str) -> None:
    await work.forget_timers(turn.session, case.row.id, forget.alarm.value)


async def _call_human(turn: Turn, case: Case, call: e.CallHuman, _: str) -> None:
    turn.session.add(
        EscalationRow(at=turn.now, negotiation_id=case.row.id, reason=call.reason.value, words=dict(call.words))
    )
    turn.log("escalated", case.row.id, reason=call.reason.value)


async def _give_task(turn: Turn, case: Case, given: e.GiveTask, effect_id: str) -> None:
    people = (case.reader(given.to).id, case.recruiter.id)
    if await tasks.give(turn.session, case.row.id, *people, given, turn.now):
        _put_before(turn, case, given.number, effect_id)


async def _show_task(turn: Turn, case: Case, shown: e.ShowTask, effect_id: str) -> None:
    _put_before(turn, case, shown.number, effect_id, call=True)


async def _close_task(turn: Turn, case: Case, closed: e.CloseTask, effect_id: str) -> None:
    await tasks.close(turn.session, case.row.id, closed, turn.now)
    _put_before(turn, case, closed.number, effect_id)


def _put_before(turn: Turn, case: Case, number: int, effect_id: str, *, call: bool = False) -> None:
    """`call`: it is to be noticed; else what was shown before is brought up to date, where that can be."""
    turn.begin(effect_id, "task", {"number": number, "call": call}, case.recruiter.id, case.row.id)


async def _search_again(turn: Turn, case: Case, _effect: e.SearchAgain, effect_id: str) -> None:
    turn.begin(effect_id, "search_again", {}, case.candidate.id, case.row.id)


async def pass_on(turn: Turn, case: Case, before: Negotiation, turn_id: str) -> None:
    """Time that was taken goes from the tables of others; time that came free, also from a table, to whoever waits."""
    now, people = case.state, list({case.host.id, *case.interview.people, *(person.id for person in case.hosts)})
    held = before.booked if not before.over else None
    holds = now.booked if not now.over else None
    if holds and holds != held and turn.house.rules.share_slots:
        for other in await negotiations.offered_meanwhile(turn.session, people, case.row.id, holds):
            turn.begin(f"{turn_id}.gone.{other}", "offer_without_gone", {}, None, other)
    if before.offer and before.offer != now.offer and not turn.house.rules.share_slots:
        waiting = await wishes.for_time_of(turn.session, people, _reach(before.offer, case), case.row.id)
        await work.hasten(turn.session, waiting, e.Alarm.TRY_AGAIN.value, turn.now)
    if held and holds != held and held.start > turn.now:
        line = await wishes.for_time_of(turn.session, people, held, case.row.id)
        if line:
            freed = {"start": held.start.isoformat(), "end": held.end.isoformat(), "line": line}
            turn.begin(f"{turn_id}.freed", "offer_freed", freed, None, line[0])


def _reach(offer: Offer, case: Case) -> Interval:
    """From the first start of what was on the table to the end of the last."""
    return Interval(min(offer.starts), Interval.lasting(max(offer.starts), case.interview.minutes).end)


async def _next_round(turn: Turn, case: Case, _effect: e.NextRound, effect_id: str) -> None:
    """Begun apart: it may have to look into calendars first, and nobody looks outside within a transaction."""
    turn.begin(effect_id, "next_round", {}, case.candidate.id, case.row.id)


async def _let_go(turn: Turn, case: Case, booking: e.LetGo, effect_id: str) -> None:
    payload = {"connection": booking.connection, "event": booking.event}
    turn.begin(effect_id, "call_off_elsewhere", payload, case.candidate.id, case.row.id)


# What only keeps or frees time comes behind what somebody waits for; and no time is let go before it is booked.
LAST = frozenset({e.Withdrawn, e.Offered})

APPLY: dict[type, Apply] = {
    e.Say: _say,
    e.Offered: _offered,
    e.Withdrawn: _withdrawn,
    e.Book: _book,
    e.Wish: _wish,
    e.Restore: _restore,
    e.Invite: _invite,
    e.Cancel: _cancel,
    e.Record: _record,
    e.Wake: _wake,
    e.Forget: _forget,
    e.CallHuman: _call_human,
    e.GiveTask: _give_task,
    e.ShowTask: _show_task,
    e.CloseTask: _close_task,
    e.SearchAgain: _search_again,
    e.LetGo: _let_go,
    e.NextRound: _next_round,
}
