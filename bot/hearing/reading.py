"""A person's words read in the light of what was put to them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.facts.case import Case
from bot.house import House
from bot.pressing import Meant
from bot.records.people import PersonRow
from bot.second_opinion import Question
from dialogs.negotiation.effects import Kind
from dialogs.negotiation.state import Party, Status
from dialogs.scheduling.intervals import Interval, union
from dialogs.understanding import understand
from dialogs.understanding.meaning import Act, Context, Stage, Understanding
from dialogs.understanding.second_opinion import worth_asking

# Nobody needs more words than this to name a time; what is longer is a pasted document.
LONGEST = 10_000


# Asked several times about the same words while a turn finds out what they are about.
_understood = lru_cache(maxsize=256)(understand)


def read(house: House, case: Case, person: PersonRow, text: str, written: datetime | None = None) -> Understanding:
    """`written`: when, if that was not just now."""
    return _understood(text[:LONGEST], context(house, case, person, written))


def read_alone(house: House, person: PersonRow, text: str, written: datetime | None = None) -> Understanding:
    """In the light of nothing: what can be said at any time, such as to be left alone."""
    return _understood(text[:LONGEST], Context(written or house.clock.now(), ZoneInfo(person.zone), person.tongue))


def doubt(house: House, case: Case, person: PersonRow, text: str, written: datetime) -> Question | None:
    """What a second reader is asked about these words; None where there is none, or nothing to ask."""
    meaning = read(house, case, person, text, written)
    if house.second is None or case.state.human or case.state.over:
        return None  # where a human reads along, no model has to
    if not worth_asking(meaning, text, house.second.limits.below):
        return None
    about = (case.candidate, case.host, case.recruiter, *case.interviewers, person)
    names = frozenset({case.company.name, *(each.name for each in about)})
    return Question(text[:LONGEST], context(house, case, person, written), meaning, names)


def context(house: House, case: Case, person: PersonRow, written: datetime | None = None) -> Context:
    offers, stage = on_the_table(case, person)
    now, chosen = written or house.clock.now(), case.state.chosen_from
    recalled = chosen and chosen.by is case.party(person.id) and now <= chosen.until
    return Context(
        now=now,
        timezone=ZoneInfo(person.zone),
        locale=person.tongue,
        offers=offers,
        minutes=case.interview.minutes,
        stage=stage,
        chosen_from=chosen.starts if chosen and recalled else (),
    )


def on_the_table(case: Case, person: PersonRow) -> tuple[tuple[datetime, ...], Stage]:
    """What "the second one" means to this person now; for what is booked, the booked start."""
    state, party = case.state, case.party(person.id)
    if state.clarifying and state.waiting_for is party:
        return state.clarifying, Stage.OFFERED
    if state.status in (Status.AGREED, Status.CONFIRMED) and state.booked:
        return (state.booked.start,), Stage.CONFIRMED
    if state.offer and state.offer.to is party and not _kept_back(case, party):
        return state.offer.starts, Stage.OFFERED
    return (), Stage.COLLECTING


def _kept_back(case: Case, party: Party) -> bool:
    """The offer waits for the morning: its reader has not seen it, so nothing in their words can mean it."""
    return any(say.to.value == party.value and say.kind is Kind.OFFER for say in case.state.owed)


def read_press(case: Case, person: PersonRow, meant: Meant) -> Understanding:
    """What is pressed means one thing and nothing else; whether it can still be had is for the decision to say."""
    match meant:
        case Act():
            return Understanding((meant,), confidence=1.0)
        case tuple():
            return Understanding((Act.PROPOSE,), windows=union(meant), confidence=1.0)
        case datetime():
            return _one_time(case, person, meant)


def _one_time(case: Case, person: PersonRow, start: datetime) -> Understanding:
    offers, stage = on_the_table(case, person)
    choice = (offers.index(start),) if start in offers else ()
    window = Interval.lasting(start, case.interview.minutes)
    acts: tuple[Act, ...] = (Act.SELECT,)
    if stage is Stage.CONFIRMED:
        acts = (Act.ACCEPT,) if choice else (Act.RESCHEDULE, Act.PROPOSE)
    return Understanding(acts, choice=choice, windows=(window,), confidence=1.0)
