"""What a message says: its texts filled in from the record, at the moment it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.facts.case import Case
from bot.house import House
from bot.records.people import PersonRow
from dialogs.negotiation.effects import Part, Reader
from dialogs.negotiation.state import Party
from dialogs.outreach.disclosure import disclosure, with_disclosure
from integrations.meetings.phone import shown

# What every text may use; names and times, never an address or a calendar of the other side.
_NAMES = "candidate candidate_first host host_first recruiter recruiter_first other other_first first_name firm"
PIECES = ("of_firm", "how", "there", "where", "programme")  # texts of their own, used inside the others
_MATTER = "company job round round_name minutes mode place url start end meeting_people invited elsewhere status"
_VENUE = "directions arrival_notes caller phone number stages"
_TALK = "now times words rows waiting_for nudges link"
FIELDS = frozenset(f"{_NAMES} {_MATTER} {_VENUE} {_TALK}".split()) | set(PIECES)
ROLE_OF = {"candidate": "candidate", "client": "host", "interviewer": "host", "recruiter": "recruiter", "room": "host"}

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    subject: str | None
    buttons: tuple[str, ...]
    template: str


def render(
    house: House,
    case: Case,
    reader: Reader,
    person: PersonRow,
    parts: Sequence[Part],
    link: str = "",
    *,
    invited: bool = False,
) -> Rendered:
    """`person` reads it, in the role of `reader`: an interviewer reads what a host reads.

    `link`: to their page. `invited`: whether they are sent an invite; unless it is known that they are, nobody is
    promised one.
    """
    record = _in_pieces(house, case, reader, person) | {"link": link, "invited": invited}
    return _joined(house, parts, reader.value, person, record)


def facts_of(house: House, case: Case, reader: Reader, person: PersonRow, part: Part) -> Mapping[str, object]:
    """What the text of this passage is made from."""
    return _of_part(part, _in_pieces(house, case, reader, person))


def _in_pieces(house: House, case: Case, reader: Reader, person: PersonRow) -> dict[str, object]:
    record = _record(house, case, reader, person)
    zone = ZoneInfo(person.zone)
    for piece in PIECES:
        # In person it is the clock on that wall that counts, not the one at home.
        on_the_wall = ZoneInfo(case.host.zone) if piece == "there" else zone
        record[piece] = house.phrasebook.say(piece, reader.value, record, zone=on_the_wall, locale=person.tongue).text
    return record


def render_alone(house: House, person: PersonRow, parts: Sequence[Part]) -> Rendered:
    """A message that is about no interview in particular."""
    return _joined(house, parts, ROLE_OF[person.role], person, _nothing(house, person))


def introduced(house: House, person: PersonRow, said: Rendered) -> Rendered:
    """With the word at its beginning that an assistant writes."""
    record = _nothing(house, person)
    sentence = disclosure(person.tongue, str(record["of_firm"]))
    return replace(said, text=with_disclosure(said.text, sentence, str(record["first_name"])))


def render_for_stranger(house: House, parts: Sequence[Part], language: str) -> Rendered:
    """Nobody knows what they were told before: each time they hear who writes."""
    nobody = PersonRow(id="", role="candidate", name="", zone=house.firm.zone.key, locale=language)
    return introduced(house, nobody, render_alone(house, nobody, parts))


def _joined(
    house: House, parts: Sequence[Part], reader: str, person: PersonRow, record: Mapping[str, object]
) -> Rendered:
    zone = ZoneInfo(person.zone)
    said = [
        house.phrasebook.say(
            part.text,
            reader,
            _of_part(part, record),
            zone=zone,
            locale=person.tongue,
        )
        for part in parts
    ]
    return Rendered(
        text="\n\n".join(each.text for each in said),
        subject=next((each.subject for each in said if each.subject), None),
        buttons=next((each.buttons for each in said if each.buttons), ()),
        template="+".join(part.text for part in parts),
    )


def _of_part(part: Part, record: Mapping[str, object]) -> dict[str, object]:
    """The record, and what only this passage knows."""
    words, rows = defaultdict(str, part.words), [_row(row) for row in part.rows]
    return {**record, "times": part.times, "words": words, "rows": rows}


def _nothing(house: House, person: PersonRow) -> dict[str, object]:
    blank: dict[str, object] = dict.fromkeys(FIELDS, "")
    blank |= {"now": house.clock.now(), "firm": house.firm.name, "first_name": _first(person.name), "minutes": 0}
    zone, reader = ZoneInfo(person.zone), ROLE_OF[person.role]
    blank["of_firm"] = house.phrasebook.say("of_firm", reader, blank, zone=zone, locale=person.tongue).text
    return blank


def _record(house: House, case: Case, reader: Reader, person: PersonRow) -> dict[str, object]:
    interview, state = case.interview, case.state
    part = case.part(person.id, state.booked) if state.booked else None
    start = part.start if part else interview.opened_at
    other = {Reader.CANDIDATE: case.host, Reader.HOST: case.candidate}.get(reader, case.candidate)
    return {
        "now": house.clock.now(),
        "firm": house.firm.name,
        "first_name": _first(person.name),
        "candidate": case.candidate.name,
        "candidate_first": _first(case.candidate.name),
        "host": case.host.name,
        "host_first": _first(case.host.name),
        "invited": False,
        "elsewhere": person.zone != case.host.zone,
        "other": other.name,
        "other_first": _first(other.name),
        "recruiter": case.recruiter.name,
        "recruiter_first": _first(case.recruiter.name),
        "company": case.company.name,
        "job": case.job.title,
        "round": interview.round,
        "round_name": " – ".join([interview.round_name, *_own_stages(case, person)]),
        "stages": programme_of(case, person),
        "minutes": part.length // A_MINUTE if part else interview.minutes,
        "mode": interview.mode,
        "place": case.place,
        "directions": interview.directions,
        "arrival_notes": interview.arrival_notes,
        "caller": interview.caller,
        "phone": shown(interview.phone),
        "number": shown(case.candidate_number) if _may_see_the_number(case, person) else "",
        "url": interview.meeting_url,
        "start": start,
        "end": part.end if part else start + timedelta(minutes=interview.minutes),
        "meeting_people": [person.name for person in case.hosts],
        "status": state.status.value,
        "waiting_for": _waiting_for(case),
        "nudges": state.nudges,
    }


def programme_of(case: Case, person: PersonRow) -> list[dict[str, Any]]:
    """Of a loop: what is when, and with whom. Whoever comes to a part of it reads of that part alone."""
    names, own = {each.id: each.name for each in case.hosts}, _own_stages(case, person)
    return [
        {"start": each.when.start, "name": each.stage, "people": [names[who] for who in each.people]}
        for each in case.itinerary
        if not own or each.stage in own
    ]


def _own_stages(case: Case, person: PersonRow) -> list[str]:
    """Of an interviewer. The host and the recruiter see all of it, also where they have a part in it."""
    if person.id in (case.host.id, case.recruiter.id):
        return []
    return [each.stage for each in case.itinerary if person.id in each.people]


def _may_see_the_number(case: Case, person: PersonRow) -> bool:
    """The candidate's number is for the candidate, and for the recruiter who looks after them; no client sees it."""
    return person.id in (case.candidate.id, case.recruiter.id)


def _row(row: Mapping[str, str]) -> dict[str, object]:
    """A line of a list; its instant is one again."""
    return {**row, "start": datetime.fromisoformat(row["start"]) if row.get("start") else None}


def _waiting_for(case: Case) -> str:
    match case.state.waiting_for:
        case Party.CANDIDATE:
            return case.candidate.name
        case Party.HOST:
            return case.host.name
        case _:
            return ""


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.split() else name
