"""What is booked on a host's own page is taken up: it becomes the time of the interview it is about, or a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.booked_elsewhere import booking_of, notice_key
from bot.connections.connecting import Unusable
from bot.effects.carrying import PATIENCE, Later, done, nothing_to_do
from bot.effects.rendering import render
from bot.facts.case import Case, cases_of, load
from bot.facts.looking import Look, look
from bot.house import House
from bot.records import connections, entries, negotiations, people, work
from bot.records.base import Conflict, Session
from bot.records.interviews import SlotTaken
from bot.records.people import PersonRow
from bot.records.work import EffectRow
from bot.turn import SAY, Turn
from dialogs.negotiation.effects import Kind, Part, Reader, Say
from dialogs.negotiation.events import BookedElsewhere, CalledOffElsewhere
from dialogs.negotiation.state import Elsewhere, Party
from dialogs.scheduling.blocks import TAKES
from dialogs.scheduling.intervals import Interval, difference, union
from integrations.links.base import LinksError, LinksUnreachable
from integrations.links.folding import Booking, By, Standing

log = structlog.get_logger()

PARTY = {By.HOST: Party.HOST, By.INVITEE: Party.CANDIDATE}


@dataclass(frozen=True)
class News:
    """A booking as it stands now, and the interview it is about, if that is known."""

    connection: str
    vendor: str
    booking: Booking
    owner: PersonRow
    candidate: PersonRow | None
    case: Case | None
    moved: bool  # the interview has this booking already

    @property
    def event(self) -> BookedElsewhere | CalledOffElsewhere | None:
        """None where nothing is left to say: it is moving, it is known already, or it is off and was never more."""
        held = self.case.state.elsewhere if self.case and self.moved else None
        if self.booking.standing is Standing.OFF:
            return CalledOffElsewhere(PARTY.get(self.booking.by) if self.booking.by else None) if held else None
        if self.booking.standing is Standing.MOVING or not self.booking.start or not self.booking.end:
            return None
        when = Interval(self.booking.start, self.booking.end)
        if held and held.when == when:
            return None
        here = Elsewhere(self.connection, self.booking.invitee, self.booking.event, when)
        return BookedElsewhere(here, moved=self.moved)


async def take_up(house: House, effect: EffectRow) -> Sequence[str]:
    """Looks at the booking as it stands now, whatever it was that changed: told late or twice, it is the same."""
    async with house.records.read() as session:
        found = await _news(session, effect)
    if found is None or (found.case and found.event is None):
        return await nothing_to_do(house, effect)
    if found.case is None:
        return await _tell(house, effect, found)
    seen = await look(house, found.case.panel)
    if seen.away and effect.attempts < PATIENCE:
        raise Later  # nobody is told of a clash that may be none
    try:
        async with house.records.write() as session:
            now = await _news(session, effect)
            if now is None or now.case is None or now.event is None or now.case.row.id != found.case.row.id:
                raise Later  # something has changed meanwhile
            if not await done(session, house, effect.id, "done"):
                return ()
            turn = Turn(house, session)
            await turn.happen(await negotiations.get(session, now.case.row.id), now.event, _besides(seen, now))
            log.info("booked_elsewhere", connection=now.connection, negotiation=now.case.row.id)
            return turn.begun
    except (SlotTaken, Conflict) as lost:
        log.info("taken_up_again", effect=effect.id, because=type(lost).__name__)
        raise Later from lost


async def _news(session: Session, effect: EffectRow) -> News | None:
    connection, invitee = effect.payload["connection"], effect.payload["invitee"]
    row = await connections.get(session, connection)
    booking = await booking_of(session, connection, invitee)
    if row is None or row.person_id is None or booking is None:
        return None
    owner = await people.get(session, row.person_id)
    hosted = [case for case in await cases_of(session, owner) if case.host.id == owner.id and not case.state.over]
    holding = next((case for case in hosted if _holds(case, connection, booking)), None)
    candidate = await people.candidate_with(session, booking.email)
    case = holding
    if holding is None and candidate and booking.standing is Standing.BOOKED:
        case = _only([each for each in hosted if each.candidate.id == candidate.id])
    return News(connection, row.vendor, booking, owner, candidate, case, moved=holding is not None)


def _holds(case: Case, connection: str, booking: Booking) -> bool:
    held = case.state.elsewhere
    return held is not None and held.connection == connection and held.booking in booking.invitees


def _only(cases: Sequence[Case]) -> Case | None:
    """The one it can be about: one that has no time yet before one that has; of several nobody guesses."""
    searching = [case for case in cases if case.state.booked is None]
    fitting = searching or cases
    return fitting[0] if len(fitting) == 1 else None


def _besides(seen: Look, news: News) -> Look:
    """The vendor has written the booking into its owner's calendar too: there it stands in nobody's way."""
    busy = seen.busy.get(news.owner.id)
    if busy is None or not busy.readable or not news.booking.start or not news.booking.end:
        return seen
    when = Interval(news.booking.start, news.booking.end)
    if busy.blocks:
        blocks = list(busy.blocks)
        theirs = next((each for each in blocks if each.when == when and not each.uid.endswith(entries.OURS)), None)
        if theirs:
            blocks.remove(theirs)
        left = replace(busy, blocks=tuple(blocks), intervals=union(each.when for each in blocks if each.show in TAKES))
    else:
        left = replace(busy, intervals=difference(busy.intervals, [when]))
    return replace(seen, busy={**seen.busy, news.owner.id: left})


# A note to the recruiters


async def _tell(house: House, effect: EffectRow, news: News) -> Sequence[str]:
    """Nothing is booked. What strangers book with somebody who hosts nothing of ours is nobody's business here."""
    booking = news.booking
    async with house.records.write() as session:
        if not await done(session, house, effect.id, "done"):
            return ()
        turn = Turn(house, session)
        for recruiter in await _recruiters(session, news):
            keys = {each: notice_key(news.connection, "note", each, recruiter.id) for each in sorted(booking.invitees)}
            before = [key for key in keys.values() if await work.effect(session, key)]
            what = "off" if booking.standing is Standing.OFF else "moved" if before else "booked"
            if what == "off" and before:
                _note(turn, news, recruiter, f"{keys[booking.invitee]}.off", what)
            elif booking.standing is Standing.BOOKED and keys[booking.invitee] not in before:
                _note(turn, news, recruiter, keys[booking.invitee], what)
        return turn.begun


def _note(turn: Turn, news: News, recruiter: PersonRow, key: str, what: str) -> None:
    words = {
        "what": what,
        "guest": news.candidate.name if news.candidate else news.booking.email,
        "known": "yes" if news.candidate else "",
        "who": "" if recruiter.id == news.owner.id else news.owner.name,
    }
    times = (news.booking.start,) if news.booking.start else ()
    say = Say(Reader.RECRUITER, Kind.ESCALATION, (Part("booked_elsewhere_unmatched", times, words),))
    due = turn.house.rules.quiet_hours.next_allowed(turn.now, ZoneInfo(recruiter.zone))
    late = due if due > turn.now else None
    turn.begin(key, "say", SAY.dump_python(say, mode="json"), recruiter.id, None, due=late)


async def _recruiters(session: Session, news: News) -> Sequence[PersonRow]:
    """Those who wait for a time with this host, or look after this candidate."""
    concerned = {person.id for person in (news.owner, news.candidate) if person}
    going_on = await negotiations.going_on(session)
    found = {row.recruiter_id for row in going_on if {row.host_id, row.candidate_id} & concerned}
    if not found and news.candidate:
        found = {case.recruiter.id for case in await cases_of(session, news.candidate)}
    return sorted(await people.all_of(session, sorted(found)), key=lambda person: person.id)


# What is off here is off there


async def call_off_there(house: House, effect: EffectRow) -> Sequence[str]:
    """The vendor writes to whoever booked, and tells us of it: by then nothing here holds it any more."""
    async with house.records.read() as session:
        row = await connections.get(session, effect.payload["connection"])
        case = await load(session, effect.negotiation_id or "")
    if house.link_desk is None or row is None:
        return await nothing_to_do(house, effect)
    why = render(house, case, Reader.CANDIDATE, case.candidate, (Part("elsewhere_called_off"),)).text
    result = "done"
    try:
        account = house.link_desk.open(row)
        try:
            await account.call_off(effect.payload["event"], why)
        finally:
            await account.close()
    except LinksUnreachable as error:
        raise Later(timedelta(seconds=error.retry_after) if error.retry_after else None) from error
    except (LinksError, Unusable) as error:
        log.warning("not_called_off_there", connection=row.id, because=type(error).__name__)
        result = "refused"
    async with house.records.write() as session:
        await done(session, house, effect.id, result)
    return ()
