"""Google as a person sees it: who is there, what people do by hand, and what is to go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.calendars.google.access import SCOPES
from integrations.standins.google.diaries import Diaries, Diary, How, Role
from integrations.standins.google.mails import Mails
from integrations.standins.google.pushing import Pushing
from integrations.standins.google.refusing import Fault, No
from integrations.standins.google.sign_in import SignIn

DOMAIN = "acme.example"


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked, and how it was answered."""

    kind: str
    subject: str
    query: Mapping[str, str]
    status: int


class StandInGoogle:
    """What the server knows, and what happens at Google while nobody of ours is looking."""

    def __init__(self, now: Callable[[], datetime], *, page: int = 250, retry_after: int = 30) -> None:
        self.calls: list[Call] = []
        self.sign_in = SignIn(now)
        self.pushing = Pushing(now)
        self.diaries = Diaries(now, lambda diary: self.pushing.changed(diary.address))
        self.mails = Mails(now)
        self.page = page  # so many events at a time, however many were asked for
        self.retry_after = retry_after
        self.per_minute: int | None = None  # so many requests of one person in a minute, and no more
        self.at_the_browser = ""  # who it is that opens our link; nobody says no
        self.ticked: frozenset[str] | None = None  # the scopes they say yes to; None is all
        self.oldest_sync = 0  # sync tokens before this one have run out
        self._now = now
        self._faults: list[tuple[str, Fault]] = []
        self._races: list[tuple[str, bool]] = []
        self._times: dict[str, list[datetime]] = {}

    # Who is there

    def open(self, address: str, zone: str = "Europe/Lisbon") -> Diary:
        """Somebody has a calendar from now on."""
        return self.diaries.open(address, zone)

    def share(self, address: str, to: str, role: Role) -> None:
        self._diary(address).roles[to] = role

    def service_account(self, scopes: tuple[str, ...] = SCOPES, domains: tuple[str, ...] = (DOMAIN,)) -> str:
        """The JSON key file of one that the domains of a firm let act for their people."""
        return self.sign_in.employ(f"robot@{domains[0].partition('.')[0]}.iam.example", domains, frozenset(scopes))

    def consent(self, address: str, scopes: tuple[str, ...] = SCOPES) -> str:
        """The refresh token of somebody who let the app `app-id` in."""
        return self.sign_in.consent(address, frozenset(scopes))

    # What people do by hand

    def add(self, address: str, **event: Any) -> str:
        """The owner writes an event of their own; the id Google gives it."""
        made = self.diaries.insert(self._diary(address), event, How())
        return str(made["id"])

    def change(self, address: str, google_id: str, **change: Any) -> None:
        self.diaries.patch(self._diary(address), google_id, change, "", How())

    def change_one(self, address: str, google_id: str, day: str, **change: Any) -> None:
        """One event of a series, the one that begins on that day."""
        self.diaries.except_one(self._diary(address), google_id, day, change)

    def delete(self, address: str, google_id: str) -> None:
        self.diaries.delete(self._diary(address), google_id, "", How())

    def answer(self, address: str, google_id: str, guest: str, answer: str) -> None:
        """A guest answers; `address` is the calendar of the organizer."""
        self.diaries.answer(self._diary(address), google_id, guest, answer)

    def events(self, address: str) -> list[dict[str, Any]]:
        """What stands in the calendar, deleted ones left out."""
        diary = self._diary(address)
        return [diary.shown(event) for event in diary.events.values() if event["status"] != "cancelled"]

    # What goes wrong

    def fail(self, fault: Fault, times: int = 1, on: str = "") -> None:
        """The next requests to the API; with `on`, those of this kind: list, get, insert, patch, update, delete,
        freebusy, watch or stop; or token, which is asked for besides."""
        self._faults += [(on, fault)] * times

    def race(self, *google_ids: str, deletes: bool = False) -> None:
        """Right before each of the next changes, somebody else touches the event, or deletes it."""
        self._races += [(google_id, deletes) for google_id in google_ids]

    def expire_sync_tokens(self) -> None:
        self.oldest_sync = 1 + max((len(each.changed) for each in self.diaries), default=0)

    async def close(self) -> None:
        await self.pushing.close()

    def next_fault(self, kind: str) -> Fault | None:
        for number, (on, fault) in enumerate(self._faults):
            if on == kind or (on == "" and kind != "token"):
                del self._faults[number]
                return fault
        return None

    def next_race(self, diary: Diary) -> None:
        if not self._races or self._races[0][0] not in diary.events:
            return
        google_id, deletes = self._races.pop(0)
        if deletes:
            self.diaries.delete(diary, google_id, "", How())
        else:
            self.diaries.touch(diary, google_id)

    def check_quota(self, subject: str) -> None:
        since = self._now() - timedelta(minutes=1)
        recent = [at for at in self._times.get(subject, ()) if at > since]
        self._times[subject] = [*recent, self._now()]
        if self.per_minute is not None and len(recent) >= self.per_minute:
            raise No(403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits")

    def _diary(self, address: str) -> Diary:
        diary = self.diaries.get(address)
        if diary is None:
            raise LookupError(f"{address} has no calendar here")
        return diary
