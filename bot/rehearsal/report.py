"""What came of a rehearsal, as data: the lists of the JSON, and each expectation checked against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import tracker
from bot.facts.case import load
from bot.house import House
from bot.records import everything
from bot.records.base import Session
from bot.records.invites import InviteRow
from bot.records.messages import MessageRow
from bot.records.story import EscalationRow, EventRow
from bot.records.work import TimerRow
from bot.rehearsal.expectations import Expectation
from bot.rehearsal.scenario import Scenario

Entry = dict[str, Any]
ASSISTANT = "arsan"

# What an expectation is about -> the list it is looked for in.
LISTS = {
    "interview": "interviews",
    "message": "messages",
    "none": "messages",
    "invite": "invites",
    "tracker": "tracker",
    "escalation": "escalations",
    "timer": "timers",
    "event": "events",
}


@dataclass(frozen=True)
class Report:
    data: Entry

    @property
    def ok(self) -> bool:
        return bool(self.data["ok"])


async def report(scenario: Scenario, house: House) -> Report:
    async with house.records.read() as session:
        lists = await _Listing(session, scenario).lists()
    zone = next((ZoneInfo(p.timezone) for p in scenario.people if p.role == "recruiter"), ZoneInfo("UTC"))
    checked = [_check(each, lists[LISTS[each.what]], zone) for each in scenario.expectations]
    return Report(
        {
            "name": scenario.name,
            "ok": all(each["ok"] for each in checked),
            "now": house.clock.now().astimezone(zone).isoformat(),
            **lists,
            "expectations": checked,
        }
    )


class _Listing:
    def __init__(self, session: Session, scenario: Scenario) -> None:
        self.session = session
        self.zones = {person.key: ZoneInfo(person.timezone) for person in scenario.people}

    async def lists(self) -> dict[str, list[Entry]]:
        self.about: dict[str, Entry] = {}
        interviews = await self._interviews()
        return {
            "interviews": interviews,
            "messages": [self._message(each) for each in await everything.messages(self.session)],
            "invites": [self._invite(each) for each in await everything.invites(self.session)],
            "tracker": [dict(row) for row in await tracker.rows(self.session)],
            "escalations": [self._escalation(each) for each in await everything.escalations(self.session)],
            "timers": [self._timer(each) for each in await everything.timers(self.session)],
            "events": [self._event(each) for each in await everything.events(self.session)],
        }

    async def _interviews(self) -> list[Entry]:
        found = []
        for row in await everything.negotiations(self.session):
            case = await load(self.session, row.id)
            interview = case.interview
            zone = ZoneInfo(case.host.zone)
            self.about[row.id] = {"candidate": case.candidate.name, "job": case.job.title, "zone": zone}
            found.append(
                {
                    "candidate": case.candidate.name,
                    "job": case.job.title,
                    "company": case.company.name,
                    "round": interview.round,
                    "status": interview.status,
                    "start": _iso(interview.start, zone),
                    "end": _iso(interview.end, zone),
                    "minutes": interview.minutes,
                    "mode": interview.mode,
                    "uid": interview.uid,
                    "sequence": max(interview.sequence, 0),
                    "meeting_url": interview.meeting_url or None,
                    "place": interview.place or None,
                }
            )
        return found

    def _message(self, row: MessageRow) -> Entry:
        who = row.person_id or row.address
        inbound = row.direction == "in"
        return {
            "at": _iso(row.at, self._zone(row.person_id)),
            "from": who if inbound else ASSISTANT,
            "to": ASSISTANT if inbound else who,
            "channel": row.channel,
            "kind": row.kind,
            "template": row.template,
            "text": row.text,
            "status": row.status,
        }

    def _invite(self, row: InviteRow) -> Entry:
        zone = self._zone(row.person_id)
        return {
            "at": _iso(row.at, zone),
            "to": row.person_id,
            "method": row.method,
            "uid": row.uid,
            "sequence": row.sequence,
            "start": _iso(row.start, zone),
            "end": _iso(row.end, zone),
        }

    def _escalation(self, row: EscalationRow) -> Entry:
        return {**self._concerning(row.negotiation_id, row.at), "reason": row.reason}

    def _timer(self, row: TimerRow) -> Entry:
        about = self._concerning(row.negotiation_id, row.at)
        return {"at": about["at"], "kind": row.alarm, "candidate": about["candidate"]}

    def _event(self, row: EventRow) -> Entry:
        about = self._concerning(row.negotiation_id, row.at)
        return {"at": about["at"], "event": row.event, "candidate": about["candidate"], "job": about["job"]}

    def _concerning(self, negotiation_id: str | None, at: datetime) -> Entry:
        about = self.about.get(negotiation_id or "", {})
        zone = about.get("zone") or self._zone(None)
        return {"at": _iso(at, zone), "candidate": about.get("candidate"), "job": about.get("job")}

    def _zone(self, person_id: str | None) -> ZoneInfo:
        return self.zones.get(person_id or "", ZoneInfo("UTC"))


def _iso(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return instant.astimezone(zone).isoformat() if instant else None


def _check(expectation: Expectation, entries: Sequence[Entry], zone: ZoneInfo) -> Entry:
    """`found` is what the filters leave; for `none` it must be nothing, else it must be there, or be that many."""
    filters = dict(expectation.filters)
    count = filters.pop("count", None)
    none = expectation.what == "none"
    found = [each for each in entries if _fits(each, filters, zone, none=none)]
    if none:
        found = [each for each in found if each["from"] == ASSISTANT]
        ok = not found
    else:
        ok = len(found) == int(count) if count is not None else bool(found)
    return {"expect": {expectation.what: dict(expectation.filters)}, "ok": ok, "found": found}


def _fits(entry: Entry, filters: Mapping[str, str], zone: ZoneInfo, *, none: bool) -> bool:
    fields = {key.casefold(): value for key, value in entry.items()}
    for key, wanted in filters.items():
        if key == "contains":
            if wanted.casefold() not in str(fields.get("text", "")).casefold():
                return False
        elif key in ("after", "before"):
            at = fields.get("at") or fields.get("start")  # an interview begins; all else has happened
            if not at or not _in_time(datetime.fromisoformat(at), key, datetime.fromisoformat(wanted), none=none):
                return False
        elif key.casefold() not in fields or not _same(fields[key.casefold()], wanted, zone):
            return False
    return True


def _in_time(at: datetime, key: str, limit: datetime, *, none: bool) -> bool:
    """`after` includes its instant; nothing `after` a word allows that word itself."""
    if key == "before":
        return at < limit
    return at > limit if none else at >= limit


def _same(value: object, wanted: str, zone: ZoneInfo) -> bool:
    if value is None:
        return wanted.casefold() in ("", "null", "none", "~")
    said = str(value)
    if said.casefold() == wanted.casefold():
        return True
    left, right = _instant(said, zone), _instant(wanted, zone)
    return left is not None and left == right


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    """Times compare as instants; the tracker's are on the recruiter's clock."""
    if len(text) < len("2026-03-04 15:00"):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)
