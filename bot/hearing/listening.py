"""A person's turn: everything they said since the last one is heard as one, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot import leaving
from bot.facts.case import Case, cases_of, load
from bot.facts.looking import NOTHING_SEEN, Look, look
from bot.hearing import no_words
from bot.hearing.binding import bind, by_name, picked_by_number
from bot.hearing.invite_answers import answered, is_meant, read_answer, within_reach
from bot.hearing.mix_up import without_somebody_else
from bot.hearing.of_cards import command_of
from bot.hearing.reading import doubt, read, read_alone, read_press
from bot.hearing.recruiting import obey
from bot.hearing.strangers import is_no_command
from bot.hearing.whose import asks_back
from bot.house import House
from bot.jobs import Job, JobKind
from bot.pressing import Press
from bot.records import interviews, messages, negotiations, people
from bot.records.base import Conflict, Session
from bot.records.interviews import InterviewRow, SlotTaken
from bot.records.messages import MessageRow
from bot.records.pages import CHANNEL as PAGE
from bot.records.people import PersonRow
from bot.second_opinion import Question, SecondReader
from bot.turn import SAY, Turn
from dialogs.negotiation.effects import Kind, Part, Reader, Say
from dialogs.negotiation.events import Heard
from dialogs.negotiation.settling import speaks_of_times
from dialogs.negotiation.state import Party
from dialogs.outreach.consent import says_stop
from dialogs.understanding.meaning import Act, Understanding
from integrations.calendars.itip import Reply
from integrations.channels.base import Wish

log = structlog.get_logger()

# Readings of a second reader by what they were asked, for as long as one turn is tried.
Opinions = dict[Question, Understanding]
# So often one turn asks a second reader: while it was asked, what the words answer may have changed.
OPINIONS = 3


# A turn that lost a race is taken again, from what is so now; each time somebody else has won, so it ends.
TRIES = 20
# A time can not be settled without the calendars it has to be free in; so long until they are looked into again.
AWHILE = timedelta(minutes=5)
# A calendar that is away for longer is a fault, and a fault is for a human.
PATIENCE = timedelta(hours=4)


async def hear(house: House, person_id: str, *, at_once: bool = False) -> Sequence[Job]:
    """Hears what a person wrote. Nothing unheard: nothing happens. `at_once`: they have finished writing."""
    opinions: Opinions = {}
    for attempt in range(TRIES):
        try:
            return await _hear(house, person_id, opinions, at_once=at_once)
        except CalendarAway:
            async with house.records.write() as session:
                await messages.put_back(session, person_id, house.clock.now() + AWHILE)
            return ()
        except (SlotTaken, Conflict) as lost:
            log.info("turn_taken_again", person=person_id, attempt=attempt, because=type(lost).__name__)
    raise RuntimeError(f"the turn of {person_id} lost {TRIES} races")


async def _hear(house: House, person_id: str, opinions: Opinions, *, at_once: bool) -> Sequence[Job]:
    async with house.records.read() as session:
        waiting = await messages.waits(session, person_id)
    if waiting is None:
        return ()
    role, since = waiting
    if role == "recruiter":
        return await _hear_recruiter(house, person_id, opinions)
    if since > house.clock.now() - house.burst and not at_once:
        return ()  # they may still be writing; the last message begins the turn
    return await _hear_party(house, person_id, opinions)


async def _hear_recruiter(house: House, person_id: str, opinions: Opinions) -> Sequence[Job]:
    """Each command is a turn of its own. A recruiter who hosts an interview also answers as its host."""
    begun: list[Job] = []
    async with house.records.read() as session:
        person = await people.get(session, person_id)
        waiting = await messages.unheard(session, person_id)
        cases = await cases_of(session, person)
    asked = any(case.state.waiting_for is Party.HOST for case in cases)
    for message in waiting:
        answers = asked and command_of(message) is None and await is_no_command(house, message.text)
        on_a_page = message.channel == PAGE and command_of(message) is None
        if on_a_page or answers or no_words.is_one(message):
            begun.extend(await _hear_party(house, person.id, opinions, only=message.id))
        else:
            begun.extend(await obey(house, person, message))
    return begun


async def _hear_party(house: House, person_id: str, opinions: Opinions, only: int | None = None) -> Sequence[Job]:
    """Calendars are looked into when it turns out that somebody has connected one: most have not. A second reader is
    asked when it turns out that the rules are unsure: most often they are not.
    """
    seen = NOTHING_SEEN
    while True:
        try:
            return await _hear_having_seen(house, person_id, seen, opinions, only)
        except NotSeen as wanted:
            async with house.records.read() as session:
                hosts = await people.all_of(session, wanted.people)
            seen = await look(house, hosts)
        except NotAsked as wanted:
            opinions[wanted.question] = await wanted.of.read(wanted.question)
            seen = NOTHING_SEEN  # that took seconds: what is booked is looked at right before


async def _hear_having_seen(
    house: House, person_id: str, seen: Look, opinions: Opinions, only: int | None
) -> Sequence[Job]:
    async with house.records.write() as session:
        person = await people.lock(session, person_id)
        waiting = [each for each in await messages.unheard(session, person.id) if only in (None, each.id)]
        if waiting:
            turn = Turn(house, session)
            await Hearing(turn, person, waiting, seen, opinions).hear()
            return [Job(JobKind.EFFECT, each) for each in turn.begun]
    return ()


class NotSeen(Exception):
    """Calendars have to be looked into first, and nobody looks outside within a transaction: nothing of it is kept."""

    def __init__(self, people: Collection[str]) -> None:
        self.people = people


class NotAsked(Exception):
    """A second reader has to be asked first; it answers in seconds, and nobody waits so long within a transaction."""

    def __init__(self, of: SecondReader, question: Question) -> None:
        self.of = of
        self.question = question


class CalendarAway(Exception):
    """A calendar that a decision needs could not be read: the turn is taken later, and nothing of it is kept."""


class Hearing:
    """The turn of somebody outside the firm."""

    def __init__(
        self,
        turn: Turn,
        person: PersonRow,
        waiting: Sequence[MessageRow],
        seen: Look,
        opinions: Mapping[Question, Understanding],
    ) -> None:
        self.turn = turn
        self.house = turn.house
        self.session: Session = turn.session
        self.person = person
        self.waiting = waiting
        self.seen = seen
        self.opinions = opinions
        self.turn_id = f"{person.id}.{waiting[-1].id}"

    async def hear(self) -> None:
        for message in self.waiting:
            message.turn_id = self.turn_id
        heard = await without_somebody_else(self.turn, self.person, self.waiting)
        blocked = [message for message in heard if message.wish == Wish.OUT and not message.text]
        for message in blocked:
            await leaving.close(self.turn, self.person.id, message.channel)
        heard = [message for message in heard if message not in blocked]
        heard = await no_words.without_notes(self.turn, self.person, heard, self.seen)
        spoken = [message for message in heard if not message.reply and not message.pressed]
        self._notice_language("\n".join(message.text for message in spoken))
        if self.person.role != "recruiter" and any(self._says_stop(message) for message in spoken):
            # Before anything else that came with it, and whatever calendar is away.
            await self._leave()
            return
        heard = await no_words.only_theirs(self.turn, self.person, heard)
        spoken = [message for message in spoken if message in heard]
        if not self.person.opted_out_at:
            for message in heard:
                if message.reply:
                    await self._invite_answered(message)
                elif message.pressed:
                    await self._pressed(message)
        if spoken:
            await self._spoken(spoken)

    def _notice_language(self, text: str) -> None:
        """What they write in is what they read from now on; in which language the firm's own people read is theirs."""
        if not text or self.person.role == "recruiter":
            return
        meaning = read_alone(self.house, self.person, text, self.waiting[-1].at)
        known = self.person.tongue.partition("-")[0]
        if meaning.language == known or Act.AUTO_REPLY in meaning.acts:
            return
        if meaning.language in self.house.phrasebook.languages:
            self.person.language = meaning.language
            self.turn.log("language_noticed", person=self.person.id, language=meaning.language)

    async def _cases(self) -> list[Case]:
        """What they could be writing about. Raises NotSeen."""
        cases = await cases_of(self.session, self.person)
        self._have_seen(cases)
        return cases

    def _have_seen(self, cases: Sequence[Case]) -> None:
        """Raises NotSeen where a calendar that a decision needs was not looked into."""
        connected = {person.id for case in cases for person in case.panel if person.calendar}
        if not connected <= self.seen.busy.keys():
            raise NotSeen(connected)

    async def _spoken(self, spoken: Sequence[MessageRow]) -> None:
        with self.session.no_autoflush:
            cases = await self._cases()
            earlier = await messages.put_off(self.session, self.person.id)
        text = "\n".join(message.text for message in spoken)
        if await self._stays_silent(cases, text):
            return
        for found, words in await self._bound(spoken, earlier, cases, text):
            if len(found) > 1:
                self._ask_which(spoken, found)
            elif found:
                # "Tomorrow" is the day after it was written, however late it is heard.
                written = spoken[-1].at if words == text or not earlier else earlier[-1].at
                meaning = self._read(found[0], words, written)
                await self._heard([*earlier, *spoken], found[0], meaning, words)
            else:
                self._nothing_going_on()

    def _read(self, case: Case, words: str, written: datetime) -> Understanding:
        """Raises NotAsked where the rules are unsure and there is somebody to ask."""
        question = doubt(self.house, case, self.person, words, written)
        if question is None or self.house.second is None:
            return read(self.house, case, self.person, words, written)
        if question in self.opinions:
            return self.opinions[question]
        if len(self.opinions) >= OPINIONS:
            return replace(question.rules, read_by="rules, model failed: asked too often")
        raise NotAsked(self.house.second, question)

    async def _bound(
        self, spoken: Sequence[MessageRow], earlier: Sequence[MessageRow], cases: Sequence[Case], text: str
    ) -> list[tuple[list[Case], str]]:
        """Which interviews the words are about, and the words for each; several candidates for one: we have to ask."""
        if case := await self._by_thread(spoken, cases):
            return [([case], text)]
        if passages := by_name(self.person, cases, text):
            return [([case], words) for case, words in passages]
        put_off = "\n".join(message.text for message in earlier)
        if put_off and (picked := picked_by_number(cases, text)):
            return [(picked, put_off)]
        whole = "\n".join(filter(None, [put_off, text]))
        return [(await bind(self.session, self.house, self.person, cases, whole) if cases else [], whole)]

    async def _by_thread(self, spoken: Sequence[MessageRow], cases: Sequence[Case]) -> Case | None:
        """What the vendor's own thread says is surer than anything in the words."""
        threads = {
            message.thread if message.channel == PAGE else await messages.answered_by(self.session, message)
            for message in spoken
        }
        return next((case for case in cases if threads == {case.row.id}), None)

    async def _stays_silent(self, cases: Sequence[Case], text: str) -> bool:
        """Stop means stop, for every interview and on every channel; only they themselves can take it back."""
        if self.person.role == "recruiter":
            return False  # the firm's own people are not contacts of the firm
        acts = set(read_alone(self.house, self.person, text, self.waiting[-1].at).acts)
        for case in cases:
            acts |= set(read(self.house, case, self.person, text, self.waiting[-1].at).acts)
        if Act.OPT_OUT in acts:
            await self._leave()
            return True
        there = {message.channel for message in self.waiting}
        opened = Act.OPT_IN in acts or any(message.wish == Wish.IN for message in self.waiting)
        comes_back = any(asks_back(message, acts) for message in self.waiting)
        if not self.person.opted_out_at:
            # Closed by its vendor alone, a channel opens without anything else having been closed.
            opens = opened and await people.closed_among(self.session, self.person.id, there)
            if opens:
                await self._come_back(opens)
            return bool(opens)
        if comes_back:
            await self._come_back(there)
        self._tell_recruiter(cases, "opted_in" if comes_back else "wrote_after_opt_out", text)
        self.turn.log("wrote_after_opt_out", person=self.person.id)
        return True

    def _says_stop(self, message: MessageRow) -> bool:
        if message.wish == Wish.OUT or says_stop(message.text):
            return True
        return Act.OPT_OUT in read_alone(self.house, self.person, message.text, self.waiting[-1].at).acts

    async def _leave(self) -> None:
        """Said on one channel it holds on all of them. Who shares an address is answered there once."""
        said = self.waiting[-1]
        if not await leaving.leave(self.turn, self.person, leaving.Wish("wrote", said.channel), self.seen):
            return
        if any(message.kind != messages.COPY for message in self.waiting):
            self._say_alone(Kind.OPT_OUT_CONFIRMATION, Part("opt_out_confirmation"), last_word=True)

    async def _come_back(self, channels: Collection[str]) -> None:
        await leaving.come_back(self.turn, self.person, channels)
        self._say_alone(Kind.ANSWER, Part("opt_in_confirmation"))

    async def _heard(self, heard: Sequence[MessageRow], case: Case, meaning: Understanding, words: str) -> None:
        away = any(person.id in self.seen.away for person in case.needed)
        if away and speaks_of_times(meaning) and self.turn.now - heard[-1].at < PATIENCE:
            raise CalendarAway
        for message in heard:
            message.negotiation_id, message.put_off = case.row.id, False
        await self.turn.happen(case.row, Heard(case.party(self.person.id), meaning, words), self.seen)
        if Act.WRONG_PERSON in meaning.acts:
            # Somebody else reads there: on every channel that has this address.
            await people.break_address(self.session, self.person.id, heard[-1].address)

    async def _pressed(self, message: MessageRow) -> None:
        pressed = await self._button(message.pressed or "")
        cases = await self._cases()
        mine = [case for case in cases if pressed and case.row.id == pressed.negotiation]
        if pressed and mine:
            meaning = read_press(mine[0], self.person, pressed.meant)
            await self._heard([message], mine[0], meaning, message.text or message.pressed or "")
        else:
            await self._spoken([message])

    async def _button(self, pressed: str) -> Press | None:
        """What of which negotiation: by the button's own id, or by its number on what we sent last."""
        if press := Press.read(pressed):
            return press if all(within_reach(each, self.turn.now) for each in press.instants) else None
        last = await messages.last_choices(self.session, self.person.id)
        if last and last.negotiation_id and re.fullmatch(r"\s*[1-9][0-9]?\s*", pressed, re.ASCII):
            index = int(pressed) - 1
            if 0 <= index < len(last.choices):
                return Press(last.negotiation_id, datetime.fromisoformat(last.choices[index]))
        return None

    async def _invite_answered(self, message: MessageRow) -> None:
        reply = read_answer(message)
        case = await self._invited_to(reply) if reply else None
        if reply is None or case is None or not is_meant(reply, case, self.person, self.turn.now):
            self.turn.log("invite_answer_ignored", person=self.person.id)
            return
        before = await messages.invite_answers(self.session, self.person.id, case.row.id)
        message.negotiation_id = case.row.id
        if any(reply.older_than(other) for other in filter(None, map(read_answer, before))):
            self.turn.log("invite_answer_overtaken", person=self.person.id)
            return
        await self.turn.happen(case.row, answered(case, reply, self.person.id), self.seen)

    async def _invited_to(self, reply: Reply) -> Case | None:
        interview: InterviewRow | None = await interviews.with_uid(self.session, reply.uid)
        cases = await self._cases()
        mine = next((case for case in cases if interview and case.interview.id == interview.id), None)
        if mine or interview is None or self.person.id not in interview.people:
            return mine
        # An interviewer is no party to the negotiation, and yet has a say in it.
        case = await load(self.session, (await negotiations.of_interview(self.session, interview.id)).id)
        self._have_seen([*cases, case])
        return case

    def _ask_which(self, spoken: Sequence[MessageRow], cases: Sequence[Case]) -> None:
        for message in spoken:
            message.put_off = True
        rows = tuple(
            {
                "candidate": case.candidate.name,
                "job": case.job.title,
                "company": case.company.name,
                "start": case.interview.start.isoformat() if case.interview.start else "",
            }
            for case in cases
        )
        self._say_alone(Kind.CLARIFY, Part("which_interview", rows=rows))

    def _nothing_going_on(self) -> None:
        self.turn.log("wrote_without_interview", person=self.person.id)
        self._say_alone(Kind.ANSWER, Part("nothing_going_on"))

    def _tell_recruiter(self, cases: Sequence[Case], text: str, said: str) -> None:
        """Nobody answers somebody who said stop, but their words are not lost."""
        if cases:
            part = Part(text, words={"who": self.person.name, "said": said})
            say = SAY.dump_python(Say(Reader.RECRUITER, Kind.ANSWER, (part,)), mode="json")
            recruiter, about = cases[-1].recruiter.id, cases[-1].row.id
            self.turn.begin(f"{self.turn_id}.{text}", "say", say, recruiter, about)

    def _say_alone(self, kind: Kind, part: Part, *, last_word: bool = False) -> None:
        no_words.say_alone(self.turn, self.person, f"{self.turn_id}.{part.text}", kind, part, last_word=last_word)
