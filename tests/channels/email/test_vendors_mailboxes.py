"""The firm's mailbox at Microsoft 365 and at Gmail: every mail is kept before it is marked, and none is lost."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import lru_cache

import pytest
from structlog.testing import capture_logs

from integrations.calendars.google.access import ServiceAccount
from integrations.calendars.google.calls import Calls
from integrations.calendars.google.wire import Wire, new_client
from integrations.calendars.microsoft.account import Account
from integrations.calendars.microsoft.graph import Graph
from integrations.channels.base import Inbound, Refused, Temporary
from integrations.channels.email.at_google import SCOPE, GmailPost
from integrations.channels.email.at_microsoft import GraphPost
from integrations.channels.email.polled import MARK, PolledMailbox
from integrations.standins.google import server as google_server
from integrations.standins.google.refusing import Fault
from integrations.standins.google.standin import StandInGoogle
from integrations.standins.microsoft import web as microsoft_web
from integrations.standins.microsoft.faults import Fault as Fault365
from integrations.standins.microsoft.tenant import StandInMicrosoft
from tests.channels.email.shapes import FIRM, answer
from tests.channels.email.test_imap import PATIENCE, Records, mail
from tests.loopback import serving
from tests.moved_clock import Clock

OURS = "arsan@acme.example"
SOON = timedelta(milliseconds=5)


class Office(ABC):
    """One vendor, and our mailbox there."""

    clock: Clock
    mailbox: PolledMailbox
    signs: str  # how its server begins Authentication-Results

    def another(self) -> PolledMailbox:
        """As another process would follow it."""
        return PolledMailbox(self.post(), FIRM, SOON)

    @abstractmethod
    def post(self) -> GraphPost | GmailPost: ...

    @abstractmethod
    def drop(self, *mails: bytes) -> None: ...

    @abstractmethod
    def marks(self) -> list[tuple[bool, bool]]:
        """Of each mail: does it bear our mark, and is it shown as read?"""

    @abstractmethod
    def opened(self) -> None:
        """A person reads the first one."""

    @abstractmethod
    def deleted(self) -> None:
        """A person deletes the first one."""

    @abstractmethod
    def fail(self, fault: Fault) -> None: ...

    @abstractmethod
    def asked(self) -> int:
        """How often the vendor was asked."""

    @abstractmethod
    def forget(self) -> None:
        """Where we were is known no longer."""

    @abstractmethod
    def run_out(self) -> None:
        """Every access token ends before its time."""

    @abstractmethod
    def refuse_marks(self) -> None:
        """Mails may be read from now on, and not changed."""

    @abstractmethod
    def take_back(self) -> None:
        """Whoever let us in does so no longer."""


class AtMicrosoft(Office):
    signs = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=elsewhere.example; "  # Exchange Online names no server

    def __init__(self, microsoft: StandInMicrosoft, url: str, clock: Clock) -> None:
        self.clock, self._microsoft, self._url = clock, microsoft, url
        microsoft.mailbox(OURS)
        self.mailbox = self.another()

    def post(self) -> GraphPost:
        there = self._microsoft
        account = Account(
            there.tenant, there.client_id, there.client_secret, graph_url=f"{self._url}/v1.0", login_url=self._url
        )
        return GraphPost(Graph(account, self.clock), OURS)

    def drop(self, *mails: bytes) -> None:
        self._microsoft.posts[OURS].arrive(*mails, at=self.clock())

    def marks(self) -> list[tuple[bool, bool]]:
        return [(MARK in each.categories, each.read) for each in self._microsoft.posts[OURS].mails.values()]

    def opened(self) -> None:
        self._microsoft.posts[OURS].open(next(iter(self._microsoft.posts[OURS].mails)))

    def deleted(self) -> None:
        self._microsoft.posts[OURS].delete(next(iter(self._microsoft.posts[OURS].mails)))

    def fail(self, fault: Fault) -> None:
        wait = "30" if fault in (Fault.WAIT, Fault.AWAY) else None
        told = {Fault.WAIT: 429, Fault.AWAY: 503, Fault.BROKEN: 500, Fault.UNKNOWN_TOKEN: 401, Fault.CUT: 0}[fault]
        self._microsoft.fail(told, retry_after=wait, cut=fault is Fault.CUT)

    def asked(self) -> int:
        return len(self._microsoft.requests)

    def forget(self) -> None:
        self._microsoft.posts[OURS].forget()

    def run_out(self) -> None:
        self._microsoft.call_back_tokens()

    def refuse_marks(self) -> None:
        self._microsoft.faults.add(Fault365(403, "ErrorAccessDenied", on="PATCH"), 100)

    def take_back(self) -> None:
        self._microsoft.permissions.clear()


@lru_cache(maxsize=1)
def _robot(key: str) -> ServiceAccount:
    return ServiceAccount.from_key(key, scopes=(SCOPE,))


class AtGoogle(Office):
    signs = "mx.google.com; "

    def __init__(self, google: StandInGoogle, url: str, clock: Clock) -> None:
        self.clock, self._google, self._url = clock, google, url
        self.mailbox = self.another()

    def post(self) -> GmailPost:
        robot = _robot(self._google.service_account(scopes=(SCOPE,)))
        return GmailPost(
            Calls(
                robot,
                self.clock,
                url=f"{self._url}/gmail/v1",
                token_url=f"{self._url}/token",
                wire=Wire(new_client(verify=False)),
                api="Gmail",
            ),
            OURS,
        )

    def drop(self, *mails: bytes) -> None:
        self._google.mails.arrive(OURS, *mails)

    def marks(self) -> list[tuple[bool, bool]]:
        box = self._google.mails.inbox(OURS)
        return [(box.named(MARK) in each.labels, "UNREAD" not in each.labels) for each in box.mails.values()]

    def opened(self) -> None:
        next(iter(self._google.mails.inbox(OURS).mails.values())).labels.discard("UNREAD")

    def deleted(self) -> None:
        self._google.mails.delete(OURS, next(iter(self._google.mails.inbox(OURS).mails)))

    def fail(self, fault: Fault) -> None:
        self._google.fail(fault)

    def asked(self) -> int:
        return len(self._google.calls)

    def forget(self) -> None:
        self._google.mails.forget_history(OURS)

    def run_out(self) -> None:
        self._google.sign_in.run_out()

    def refuse_marks(self) -> None:
        self._google.fail(Fault.NO_SCOPE, 100, on="modify")

    def take_back(self) -> None:
        self._google.sign_in.take_back()


@asynccontextmanager
async def _at_microsoft(clock: Clock) -> AsyncIterator[Office]:
    microsoft = StandInMicrosoft(clock)
    async with serving(microsoft_web.web(microsoft)) as url:
        yield AtMicrosoft(microsoft, url, clock)
    await microsoft.close()


@asynccontextmanager
async def _at_google(clock: Clock) -> AsyncIterator[Office]:
    google = StandInGoogle(clock)
    async with serving(google_server.web(google)) as url:
        yield AtGoogle(google, url, clock)


@pytest.fixture(params=[_at_microsoft, _at_google], ids=["microsoft", "google"])
async def office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    async with request.param(Clock()) as there:
        yield there


@asynccontextmanager
async def watching(mailbox: PolledMailbox, records: Records) -> AsyncIterator[None]:
    task = asyncio.create_task(mailbox.watch(records.keep))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await mailbox.close()


async def until_marked(office: Office) -> None:
    await until(lambda: all(marked for marked, _ in office.marks()))


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110 – nobody calls us
            await asyncio.sleep(0.01)


async def test_what_was_waiting_and_what_comes_later_is_kept_in_order_and_shown_as_read(office: Office) -> None:
    records = Records()
    office.drop(mail(1), mail(2), mail(3))
    async with watching(office.mailbox, records):
        await records.until(3)
        office.drop(mail(4), mail(5), mail(6))
        await records.until(6)
        await until_marked(office)
    assert records.ids == [f"<{number}@people.example>" for number in range(1, 7)]
    assert office.marks() == [(True, True)] * 6
    first = records.kept[0]
    assert isinstance(first, Inbound)
    assert (first.text, first.thread) == ("Tuesday at 1", "neg-17")


async def test_a_mail_is_kept_before_it_is_marked(office: Office) -> None:
    records = Records(fails=1)
    office.drop(mail(1))
    with pytest.raises(RuntimeError, match="away"):
        await asyncio.wait_for(office.mailbox.watch(records.keep), PATIENCE)
    assert office.marks() == [(False, False)]
    async with watching(office.mailbox, records):
        await records.until(1)
        await until_marked(office)


async def test_what_is_marked_is_read_by_no_process_again(office: Office) -> None:
    records, later = Records(), Records()
    office.drop(mail(1))
    async with watching(office.mailbox, records):
        await records.until(1)
        await until_marked(office)
    office.drop(mail(2))
    async with watching(office.another(), later):
        await later.until(1)
    assert later.ids == ["<2@people.example>"]


async def test_what_a_person_opened_first_is_heard_all_the_same(office: Office) -> None:
    records = Records()
    office.drop(mail(1))
    office.opened()
    async with watching(office.mailbox, records):
        await records.until(1)
        await until_marked(office)


async def test_what_a_person_deleted_first_is_missed_by_nobody(office: Office) -> None:
    records = Records()
    async with watching(office.mailbox, records):
        office.drop(mail(1))
        await records.until(1)
        await until_marked(office)
        office.drop(mail(2))
        office.deleted()
        office.drop(mail(3))
        await records.until_told("<3@people.example>")


async def test_where_we_were_is_forgotten_and_everything_is_looked_through_again(office: Office) -> None:
    records = Records()
    office.drop(mail(1))
    async with watching(office.mailbox, records):
        await records.until(1)
        await until_marked(office)
        office.forget()
        office.drop(mail(2))
        await records.until(2)
    assert records.ids == ["<1@people.example>", "<2@people.example>"]


async def test_the_same_mail_delivered_twice_is_told_under_one_id(office: Office) -> None:
    records = Records()
    office.drop(mail(1), mail(1), mail(2))
    async with watching(office.mailbox, records):
        await records.until(2)
        await until_marked(office)
    assert set(records.ids) == {"<1@people.example>", "<2@people.example>"}


async def test_a_token_that_ended_early_is_replaced(office: Office) -> None:
    records = Records()
    async with watching(office.mailbox, records):
        office.drop(mail(1))
        await records.until(1)
        office.run_out()
        office.drop(mail(2))
        await records.until(2)


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.CUT])
async def test_an_outage_loses_nothing(office: Office, fault: Fault) -> None:
    records = Records()
    office.drop(mail(1))
    for _ in range(3):
        office.fail(fault)
    async with watching(office.mailbox, records):
        await records.until(1)


@pytest.mark.parametrize("fault", [Fault.WAIT, Fault.AWAY])
async def test_a_vendor_that_asks_to_wait_is_left_alone_for_as_long(office: Office, fault: Fault) -> None:
    records = Records()
    office.drop(mail(1))
    async with watching(office.mailbox, records):
        await records.until(1)
        await until_marked(office)
        office.fail(fault)
        before = office.asked()
        await until(lambda: office.asked() > before)
        refused = office.asked()
        office.drop(mail(2))
        await asyncio.sleep(0.1)
        if fault is Fault.WAIT:
            assert office.asked() == refused, "nobody asked meanwhile"
        office.clock.passes(seconds=31)
        await records.until(2)


@pytest.mark.parametrize(("result", "trusted"), [("pass", True), ("fail", False)])
async def test_the_mailboxs_own_server_is_believed_without_being_named(
    office: Office, result: str, trusted: bool
) -> None:
    records = Records()
    verdict = (
        f"{office.signs}dkim=pass header.d=elsewhere.example; dmarc={result} action=none header.from=people.example"
    )
    office.drop(answer("Friday", to=FIRM.address, Authentication_Results=verdict))
    async with watching(office.mailbox, records):
        await records.until(1)
    assert [told.trusted for told in records.kept if isinstance(told, Inbound)] == [trusted]


async def test_what_a_sender_wrote_in_the_servers_name_is_not_believed(office: Office) -> None:
    records = Records()
    forged = f"{office.signs}dmarc=pass header.from=people.example"
    real = f"Authentication-Results: {office.signs}dmarc=fail header.from=people.example\r\nReceived-SPF: Fail\r\n"
    office.drop(real.encode() + answer("Friday", to=FIRM.address, Authentication_Results=forged))
    async with watching(office.mailbox, records):
        await records.until(1)
    assert [told.trusted for told in records.kept if isinstance(told, Inbound)] == [False]


async def test_where_we_may_not_mark_people_are_heard_all_the_same(office: Office) -> None:
    records = Records()
    office.refuse_marks()
    office.drop(mail(1), mail(2))
    async with watching(office.mailbox, records):
        await records.until(2)
    assert office.marks() == [(False, False)] * 2


async def test_a_vendor_that_lets_us_in_no_longer_says_what_to_do(
    office: Office,
) -> None:
    with capture_logs() as logs:
        office.take_back()
        async with watching(office.mailbox, Records()):
            await until(lambda: logs)
    assert logs[0]["event"] == "mailbox_login_refused"
    assert logs[0]["remedy"]


async def test_whoever_asks_whether_it_works_hears_so_and_changes_nothing(office: Office) -> None:
    office.drop(mail(1))
    assert await office.mailbox.checkup() == f"the mailbox {OURS}, 1 to be read"
    assert office.marks() == [(False, False)]
    another = office.another()
    office.fail(Fault.BROKEN)
    with pytest.raises(Temporary):
        await office.mailbox.checkup()
    office.take_back()
    with pytest.raises(Refused):
        await another.checkup()
    for each in (office.mailbox, another):
        await each.close()
