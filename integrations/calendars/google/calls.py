"""The Calendar API as it is called, and what each refusal of it means."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx2

from integrations.calendars.base import CalendarDisconnected, CalendarError, CalendarRefused, CalendarUnreachable
from integrations.calendars.google.access import Account, Tokens
from integrations.calendars.google.wire import Wire, told_in, wait_in
from integrations.statuses import Meaning, meaning

API = "https://www.googleapis.com/calendar/v3/"
TOKENS = "https://oauth2.googleapis.com/token"
LONGEST_WAIT = 64  # seconds; Google asks for waits that double up to here

# https://developers.google.com/workspace/calendar/api/guides/errors
TOO_MUCH = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"})
SWITCHED_OFF = frozenset({"accessNotConfigured"})  # among the usageLimits, though no wait mends it
NOT_SHARED = frozenset({"forbidden", "requiredAccessLevel"})
NOT_ALLOWED = frozenset({"insufficientPermissions"})


class Refusal(CalendarRefused):
    """Google said no to this one request; `status` and `reason` are Google's own."""

    def __init__(self, status: int, reason: str, api: str = "Google Calendar") -> None:
        super().__init__(f"{api} answered {status} {reason}".rstrip())
        self.status = status
        self.reason = reason


class NotShared(CalendarDisconnected):
    """This one calendar is not there for us; the account may well open others."""


@dataclass(frozen=True, slots=True)
class _Rest:
    until: datetime
    times: int  # in a row that we were told to wait


class Calls:
    """Every call to Google for one account. `url` ends in /calendar/v3/, or as another `api` does."""

    def __init__(
        self,
        account: Account,
        now: Callable[[], datetime],
        *,
        url: str = API,
        token_url: str = TOKENS,
        wire: Wire | None = None,
        api: str = "Google Calendar",
    ) -> None:
        self.account = account
        self._api = api
        self.now = now
        self._url = url.rstrip("/") + "/"
        self._wire = wire or Wire()
        self._tokens = Tokens(account, token_url, self._wire, now)
        self._resting: dict[str, _Rest] = {}  # by whose token it is: quotas are counted so

    async def on_calendar(
        self,
        who: str,
        method: str,
        under: str = "",
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """What concerns all events of a calendar. Raises NotShared where there is no such calendar for us."""
        try:
            return await self.call(who, method, events_of(who) + under, query=query, body=body)
        except Refusal as no:
            if no.reason == "notFound":
                raise NotShared("the calendar is not shared with us", remedy=self.account.remedy) from no
            raise

    async def call(
        self,
        who: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        match: str = "",
    ) -> dict[str, Any]:
        """What Google says of the calendar of `who`; `match` is the ETag the event must still have.

        Nothing is tried twice, but for a token that ran out early: whoever asked knows what may be repeated.
        """
        subject = self.account.acts_as(who)
        self._raise_if_resting(subject)
        what = {"params": query, "json": body, "headers": {"If-Match": match} if match else {}}
        answer = await self._sent(subject, method, self._url + path, what)
        if answer.is_success:
            self._resting.pop(subject, None)
            return told_in(answer) if answer.content else {}
        raise self._refusal(subject, answer)

    async def close(self) -> None:
        await self._wire.client.aclose()

    async def _sent(self, subject: str, method: str, url: str, what: Mapping[str, Any]) -> httpx2.Response:
        for _ in range(2):
            token = await self._tokens.of(subject)
            headers = {**what["headers"], "Authorization": f"Bearer {token.text}"}
            answer = await self._wire.send(method, url, **{**what, "headers": headers})
            if answer.status_code != 401:
                return answer
            self._tokens.forget(subject, token)
        raise CalendarDisconnected("Google does not take the token it has just given", remedy=self.account.remedy)

    def _raise_if_resting(self, subject: str) -> None:
        rest = self._resting.get(subject)
        if rest and self.now() < rest.until:
            left = (rest.until - self.now()).total_seconds()
            raise CalendarUnreachable("Google has asked us to wait", retry_after=left)

    def _refusal(self, subject: str, answer: httpx2.Response) -> CalendarError:
        status, reason = answer.status_code, _reason(answer)
        if status == 429 or (status == 403 and reason in TOO_MUCH):
            return CalendarUnreachable("Google has asked us to wait", retry_after=self._rest(subject, answer))
        if meaning(status) is Meaning.COME_AGAIN:
            return CalendarUnreachable(f"{self._api} answered {status}", retry_after=wait_in(answer, self.now()))
        if status == 403 and reason in SWITCHED_OFF:
            remedy = f"Switch on the {self._api} API for the project, in the Google Cloud console."
            return CalendarDisconnected(f"the {self._api} API is switched off", remedy=remedy)
        if status == 403 and reason in NOT_SHARED:
            return NotShared("the calendar is not shared with us", remedy=self.account.remedy)
        if status == 403 and reason in NOT_ALLOWED:
            return CalendarDisconnected(f"we were not given the right to use {self._api}", remedy=self.account.remedy)
        return Refusal(status, reason, self._api)

    def _rest(self, subject: str, answer: httpx2.Response) -> float:
        """Seconds until the next request: as long as Google says, or twice as long as the last time."""
        times = self._resting[subject].times + 1 if subject in self._resting else 0
        wait = wait_in(answer, self.now())
        if wait is None:
            # Spread, so that not all come back in the same moment.
            wait = min(2**times, LONGEST_WAIT) + random.random()
        self._resting[subject] = _Rest(self.now() + timedelta(seconds=wait), times)
        return wait


def events_of(who: str) -> str:
    return f"calendars/{quote(who, safe='')}/events"


def _reason(answer: httpx2.Response) -> str:
    """Google's word for why; its message may name people, and is left out."""
    try:
        match told_in(answer):
            case {"error": {"errors": [{"reason": str() as word}, *_]}} if re.fullmatch(r"\w{1,60}", word):
                return word
    except CalendarUnreachable:
        pass
    return ""
