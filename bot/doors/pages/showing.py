"""What a page shows, put together from where it stands: plain data for a template that only writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.doors.pages import words
from bot.doors.pages.visiting import (
    Standing,
    Visit,
    mark,
    may_give_times,
    standing,
    waiting_for_times,
)
from bot.effects.rendering import programme_of, render
from bot.facts.case import Case
from bot.house import House
from bot.records.interviews import InterviewRow
from bot.records.jobs import RoundRow
from bot.records.people import PersonRow
from dialogs.negotiation.effects import Part, Reader
from dialogs.negotiation.state import OVER, Party, Status
from dialogs.reader import Reader as WrittenFor
from dialogs.scheduling.intervals import Interval, difference
from integrations.calendars.saving import Saved, google_link, outlook_link

MOST_GIVEN = 8  # "any morning" is four weeks of them, and nobody reads twenty lines on a phone


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: a round and how it is with it."""

    name: str
    told: str
    look: str  # done, now, later, off


@dataclass(frozen=True, slots=True)
class Notice:
    look: str  # good, told, wrong
    text: str
    answer: bool = False  # in the words in which the message says it


@dataclass(frozen=True)
class Teller:
    """Says the texts of the pages to one reader."""

    house: House
    person: PersonRow
    zone: ZoneInfo
    always: Mapping[str, object] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.house.clock.now()

    def __call__(self, key: str, **fields: object) -> str:
        return words.shipped().say(key, self.reader, self.person.tongue, {**self.always, **fields})

    @property
    def reader(self) -> WrittenFor:
        return self.house.phrasebook.reader(self.zone, self.person.tongue, self.now)

    @property
    def language(self) -> str:
        return words.html_language(self.person.tongue)


def teller(house: House, visit: Visit) -> Teller:
    case = visit.case
    always: dict[str, object] = {
        "candidate": case.candidate.name,
        "candidate_first": _first(case.candidate.name),
        "company": case.company.name,
        "recruiter": case.recruiter.name,
        "recruiter_first": _first(case.recruiter.name),
        "job": case.job.title,
        "round_name": case.interview.round_name,
        "minutes": case.interview.minutes,
        "how": _piece(house, visit, "how"),
    }
    if case.state.booked:
        always["start"] = case.part(visit.person.id, case.state.booked).start
    return Teller(house, visit.person, visit.zone, always)


def page(house: House, visit: Visit, rounds: Sequence[Line], notice: Notice | None) -> dict[str, object]:
    """The fields of the page of one interview."""
    say, case, state = teller(house, visit), visit.case, visit.case.state
    now = house.clock.now()
    over = state.booked is not None and state.booked.end <= now
    stands = standing(case, visit.person, over=over)
    choosing = stands in (Standing.CHOOSE, Standing.CLARIFY)
    times = [start for start in _table(visit, stands) if start > now]
    waiting = waiting_for_times(visit.mine, visit.person)
    return {
        **frame(say, notice),
        "title": say(f"{visit.party.value}_title"),
        "about": say("about"),
        "stands": stands.value,
        "heading": _heading(say, visit, stands, times),
        "told": list(_told(house, say, visit, stands)),
        "times": list(_by_day(say, times)) if choosing else [],
        "mark": mark(case, visit.person),
        "none_of_these": choosing and not visit.silent,
        "keep": state.booked.start.isoformat() if state.moving and state.booked and not visit.silent else "",
        "paint": not visit.silent and may_give_times(case, visit.party) and not over,
        "given": bool(state.given(visit.party).windows),
        "gave": list(_gave(say, visit)) if stands in (Standing.WAIT, Standing.LOOKING) else [],
        "ask_words": not visit.silent,
        "change": stands is Standing.BOOKED and not visit.silent,
        "withdraw": visit.party is Party.CANDIDATE and not visit.silent and _may_withdraw(stands),
        "calendar": _calendar_links(house, visit) if stands is Standing.BOOKED else (),
        "several": say("several_waiting", rows=waiting) if len(waiting) > 1 else "",
        "rounds": rounds,
        "rounds_mine": visit.party is Party.CANDIDATE,
    }


def frame(say: Teller, notice: Notice | None = None) -> dict[str, object]:
    """What every page has: its language, its zone, the words, and what has just happened."""
    return {"say": say, "language": say.language, "zone": say.zone.key, "notice": notice}


def saved(house: House, visit: Visit) -> Saved | None:
    """The interview for one's own calendar; None while there is none."""
    state, interview = visit.case.state, visit.case.interview
    if state.booked is None or state.over:
        return None
    return Saved(
        uid=interview.uid,
        sequence=max(state.sequence, 0),
        when=visit.case.part(visit.person.id, state.booked),
        summary=_piece(house, visit, "invite_summary"),
        description=_piece(house, visit, "invite_description"),
        location=interview.meeting_url or visit.case.place,
        now=house.clock.now(),
    )


def rounds_of(say: Teller, visit: Visit, rounds: Sequence[RoundRow], held: Sequence[InterviewRow]) -> Iterator[Line]:
    """Every round of the job, with the interview that was opened for it last; after one that is off, none to come."""
    latest = {interview.round: interview for interview in held}
    names = {each.number: each.name for each in rounds} | {each.round: each.round_name for each in held}
    off = False
    for number, name in sorted(names.items()):
        interview = latest.get(number)
        if interview is not None:
            off = Status(interview.status) in (Status.CANCELLED, Status.NO_SHOW)
            yield _round(say, visit, interview, name)
        elif not off:
            yield Line(name, say("round_later"), "later")


def interviews_of(say: Teller, visit: Visit) -> Iterator[Line]:
    """Everything that is going on for somebody who meets several people."""
    for case in visit.mine:
        yield _round(say, visit, case.interview, f"{case.candidate.name} · {case.interview.round_name}", case)


def _round(say: Teller, visit: Visit, interview: InterviewRow, name: str, case: Case | None = None) -> Line:
    status = Status(interview.status)
    if status is Status.CANCELLED:
        return Line(name, say("round_off"), "off")
    if status is Status.NO_SHOW:
        return Line(name, say("round_missed"), "off")
    if interview.start and (status is Status.COMPLETED or (interview.end and interview.end <= say.now)):
        return Line(name, say("round_done", start=interview.start), "done")
    if interview.start and status in (Status.AGREED, Status.CONFIRMED):
        return Line(name, say("round_booked", start=interview.start), "now")
    if status in OVER:
        return Line(name, "", "done")
    about = case or (visit.case if visit.case.interview.id == interview.id else None)
    return Line(name, _whom_we_wait_for(say, visit, about), "now")


def _whom_we_wait_for(say: Teller, visit: Visit, case: Case | None) -> str:
    waiting = case.state.waiting_for if case else None
    if case is None or waiting is None:
        return say("round_now")
    party = case.party(visit.person.id)
    if waiting is party:
        return say("round_wait_me")
    return say("round_wait_other", who=case.company.name if party is Party.CANDIDATE else _first(case.candidate.name))


def _table(visit: Visit, stands: Standing) -> Sequence[datetime]:
    state = visit.case.state
    match stands:
        case Standing.CLARIFY:
            return state.clarifying
        case Standing.CHOOSE if state.offer:
            return state.offer.starts
        case _:
            return ()


def _heading(say: Teller, visit: Visit, stands: Standing, times: Sequence[datetime]) -> str:
    party, state = visit.party.value, visit.case.state
    match stands:
        case Standing.CHOOSE:
            return say(f"{party}_choose", times=times)
        case Standing.GIVE_TIMES | Standing.WAIT:
            return say("moving") if state.moving else say(f"{party}_{stands.value}")
        case Standing.OVER:
            return say(state.status.value)
        case _:
            return say(stands.value)


def _told(house: House, say: Teller, visit: Visit, stands: Standing) -> Iterator[str]:
    state = visit.case.state
    if stands in (Standing.BOOKED, Standing.HUMAN) and state.booked:
        yield say("booked_when")
        yield from _piece(house, visit, "answer_place").splitlines()
        yield from _programme(say, visit)
    if state.moving and state.booked and stands is not Standing.OVER:
        yield say("moving_stands")
    match stands:
        case Standing.CHOOSE | Standing.CLARIFY:
            yield say("choose_how")
        case Standing.BOOKED if state.status is Status.AGREED:
            yield say("arranging")
        case Standing.WAIT:
            yield say(f"{visit.party.value}_wait_more")
        case Standing.LOOKING | Standing.HUMAN | Standing.PAST | Standing.OVER:
            yield say(f"{stands.value}_more")
        case _:
            pass
    if visit.silent:
        yield say("silent")


def _programme(say: Teller, visit: Visit) -> Iterator[str]:
    """Of a loop: what is when, and with whom, on the clock that the page shows."""
    for each in programme_of(visit.case, visit.person):
        whom = say.reader.listing(each["people"])
        yield " – ".join(filter(None, [f"{say.reader.clock(each['start'])} {each['name']}", whom]))


def _gave(say: Teller, visit: Visit) -> Iterator[str]:
    """What they said they can, as far as it lies ahead, in the zone in which they read."""
    given = visit.case.state.given(visit.party)
    ahead = [each for each in difference(given.windows, given.blocked) if each.end > say.now]
    yield from windows_in_words(say, ahead[:MOST_GIVEN])
    if len(ahead) > MOST_GIVEN:
        yield say("gave_more", number=len(ahead) - MOST_GIVEN)


def _by_day(say: Teller, times: Sequence[datetime]) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Per day its name, and for each time of it what the form carries, the clock, and all of it in words."""
    reader = say.reader
    for day, starts in groupby(sorted(times), key=lambda start: start.astimezone(say.zone).date()):
        yield reader.day(day), [(start.isoformat(), reader.clock(start), reader.when(start)) for start in starts]


def _may_withdraw(stands: Standing) -> bool:
    return stands not in (Standing.OVER, Standing.PAST, Standing.HUMAN)


def _calendar_links(house: House, visit: Visit) -> Sequence[tuple[str, str]]:
    mine = saved(house, visit)
    return [("Google", google_link(mine)), ("Outlook", outlook_link(mine))] if mine else ()


def _piece(house: House, visit: Visit, text: str) -> str:
    """As the messages say it."""
    reader = Reader(visit.party.value)
    return render(house, visit.case, reader, visit.person, (Part(text),)).text


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.split() else name


def when(say: Teller, instant: datetime) -> str:
    return say.reader.when(instant)


def windows_in_words(say: Teller, windows: Sequence[Interval]) -> Sequence[str]:
    return [say.reader.window(each) for each in windows]


def clock_in(say: Teller, zone: str) -> str:
    """What time it is there, as this reader writes it."""
    return say.house.phrasebook.reader(ZoneInfo(zone), say.person.tongue, say.now).clock(say.now)
