"""Which interview a message is about: by what it names, by what it can be an answer to; else we ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.facts.case import Case
from bot.hearing.reading import read
from bot.house import House
from bot.records import messages
from bot.records.base import Session
from bot.records.people import PersonRow
from dialogs.negotiation.settling import speaks_of_times
from dialogs.negotiation.state import Status
from dialogs.understanding.meaning import Act, Understanding

BOOKED = (Status.AGREED, Status.CONFIRMED)


async def bind(session: Session, house: House, person: PersonRow, cases: Sequence[Case], text: str) -> list[Case]:
    """The interviews the text may be about: one if it is clear, several if we have to ask."""
    for narrow in (_named, _answering):
        cases = narrow(house, person, cases, text) or cases
        if len(cases) <= 1:
            return list(cases)
    if _needs_to_be_sure(read(house, cases[0], person, text)):
        return list(cases)
    last = await messages.last_out(session, person.id)
    spoken_of = [case for case in cases if last and case.row.id == last.negotiation_id]
    return spoken_of or [cases[-1]]


def by_name(person: PersonRow, cases: Sequence[Case], text: str) -> list[tuple[Case, str]]:
    """ "Ana: Tuesday at 10. Ben: Wednesday at 11": each passage with the interview it begins by naming.

    Empty where not every passage of the text begins with such a name, or fewer than two interviews are named.
    """
    starts: list[tuple[int, int, Case]] = []
    for case in cases:
        for name in names(case, person):
            opening = rf"(?:^|[.;,\n]|\band\b)\s*(?:for\s+)?{re.escape(name)}(?!\w)\s*[:,–-]?"
            found = re.search(opening, text, re.IGNORECASE)
            if found:
                starts.append((found.start(), found.end(), case))
                break
    starts.sort(key=lambda start: start[0])
    if len(starts) < 2 or text[: starts[0][0]].strip():
        return []
    ends = [begin for begin, _, _ in starts[1:]] + [len(text)]
    passages = [(case, text[after:end].strip()) for (_, after, case), end in zip(starts, ends, strict=True)]
    # "Ana and Ben: Tuesday at 10" says one thing of two interviews; which is which, only they know.
    return passages if all(words for _, words in passages) else []


def picked_by_number(cases: Sequence[Case], text: str) -> list[Case]:
    """The answer to our own numbered question, which interview it is about."""
    number = re.fullmatch(r"\s*(?:the\s+)?#?(\d)[.)]?\s*", text)
    index = int(number[1]) - 1 if number else -1
    return [cases[index]] if 0 <= index < len(cases) else []


def names(case: Case, person: PersonRow) -> list[str]:
    """What this person would call the interview."""
    if person.id == case.candidate.id:
        return [case.company.name, case.job.title, case.host.name, case.host.name.split()[0]]
    return [case.candidate.name, case.candidate.name.split()[0], case.candidate.name.split()[-1], case.job.title]


def _named(_house: House, person: PersonRow, cases: Sequence[Case], text: str) -> list[Case]:
    return [case for case in cases if any(_mentions(text, name) for name in names(case, person))]


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _answering(house: House, person: PersonRow, cases: Sequence[Case], text: str) -> list[Case]:
    """Those the text can be an answer to: a yes needs a question, a delay needs an interview that is near."""
    fitting: list[Case] = []
    for case in cases:
        meaning = read(house, case, person, text)
        acts = set(meaning.acts)
        booked = case.state.status in BOOKED
        if acts & {Act.LATE, Act.RESCHEDULE, Act.CANCEL}:
            fits = booked or Act.CANCEL in acts
        elif speaks_of_times(meaning):
            fits = case.state.waiting_for is case.party(person.id)
        else:
            fits = True
        if fits:
            fitting.append(case)
    if len(fitting) > 1:
        fitting = _only(fitting, lambda case: _names_an_offered_time(house, case, person, text))
    if len(fitting) > 1 and Act.LATE in read(house, fitting[0], person, text).acts:
        fitting = [min(fitting, key=lambda case: case.interview.start or case.interview.opened_at)]
    return fitting


def _only(cases: list[Case], fits: Callable[[Case], bool]) -> list[Case]:
    found = [case for case in cases if fits(case)]
    return found if len(found) == 1 else cases


def _names_an_offered_time(house: House, case: Case, person: PersonRow, text: str) -> bool:
    """A time, not a number: "2" fits every offer, "Thursday at 3" only the one that has it."""
    offer = case.state.offer
    meaning = read(house, case, person, text)
    return bool(offer and meaning.choice and meaning.windows)


def _needs_to_be_sure(meaning: Understanding) -> bool:
    return speaks_of_times(meaning) or bool({Act.RESCHEDULE, Act.CANCEL, Act.LATE} & set(meaning.acts))
