"""How we are let into Google, and what each refusal means for whoever owns the calendar."""

from __future__ import annotations

import asyncio
import json

import pytest

from integrations.calendars.base import CalendarDisconnected, CalendarError, CalendarRefused, CalendarUnreachable
from integrations.calendars.google.access import SCOPES, Account, ServiceAccount, Token, UserAccount
from integrations.calendars.google.calls import API, Calls, NotShared, Refusal
from integrations.standins.google.diaries import Role
from integrations.standins.google.refusing import Fault
from integrations.standins.google.standin import StandInGoogle
from tests.calendars.at_google import (
    BEN,
    IDA,
    MONDAY,
    WEEK,
    Office,
    Opens,
    at,
    interview,
    office,
    served,
    shared_with,
    signed_in,
    times,
)
from tests.moved_clock import Clock

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_robot_of_the_firm_acts_as_each_person(office: Opens) -> None:
    async with office() as there:
        await there.calendar.busy(IDA, WEEK)
        await there.calendar.busy(BEN, WEEK)
        assert [call.subject for call in there.google.calls] == [IDA, BEN]


async def test_a_calendar_may_be_shared_with_the_robot_alone(office: Opens) -> None:
    async with office(shared_with) as there:
        there.google.share(IDA, "robot@acme.iam.example", Role.WRITER)
        await there.calendar.put(interview())
        assert there.google.calls[-1].subject == "robot@acme.iam.example"
        with pytest.raises(CalendarDisconnected) as refused:
            await there.calendar.put(interview(who=BEN))
    assert "robot@acme.iam.example" in refused.value.remedy


async def test_somebody_lets_us_in_as_themselves(office: Opens) -> None:
    async with office(signed_in) as there:
        there.google.add(IDA, **times(at(10)))
        assert (await there.calendar.busy(IDA, WEEK)).intervals == (at(10),)


async def test_one_token_serves_for_its_hour_and_then_there_is_another(office: Opens) -> None:
    async with office() as there:
        await asyncio.gather(*(there.calendar.busy(IDA, WEEK) for _ in range(10)))
        assert there.google.sign_in.given == 1, "ten who ask at once fetch one"
        there.clock.passes(minutes=58)
        await there.calendar.busy(IDA, WEEK)
        assert there.google.sign_in.given == 1
        there.clock.passes(minutes=1)  # a minute before it runs out on the way
        await there.calendar.busy(IDA, WEEK)
        assert there.google.sign_in.given == 2
        assert {call.status for call in there.google.calls} == {200}


async def test_a_token_that_ran_out_early_is_renewed_once_and_nobody_notices(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.sign_in.run_out()
        await there.calendar.put(interview(1, when=at(15)))
        assert [event["start"]["dateTime"] for event in there.google.events(IDA)] == ["2026-03-02T15:00:00+00:00"]
        assert [call.status for call in there.google.calls].count(401) == 1


async def test_a_token_that_never_works_is_not_asked_for_again_and_again(office: Opens) -> None:
    async with office() as there:
        there.google.fail(Fault.UNKNOWN_TOKEN, times=2)
        with pytest.raises(CalendarDisconnected) as refused:
            await there.calendar.busy(IDA, WEEK)
        assert there.google.sign_in.given == 2
    assert refused.value.remedy


def without_scopes(google: StandInGoogle) -> Account:
    return ServiceAccount.from_key(google.service_account(scopes=()))


def with_another_secret(google: StandInGoogle) -> Account:
    return UserAccount("app-id", "mistyped", google.consent(IDA))


def taken_back(google: StandInGoogle) -> Account:
    account = UserAccount("app-id", "app-secret", google.consent(IDA))
    google.sign_in.take_back()
    return account


@pytest.mark.parametrize(
    ("account", "error", "remedy"),
    [
        (without_scopes, "unauthorized_client", "domain-wide delegation"),
        (with_another_secret, "invalid_client", "Connect the Google account again"),
        (taken_back, "invalid_grant", "Connect the Google account again"),
    ],
)
async def test_whoever_lets_us_in_no_longer_is_told_what_to_do(
    office: Opens, account: object, error: str, remedy: str
) -> None:
    assert callable(account)
    async with office(account) as there:
        with pytest.raises(CalendarDisconnected) as refused:
            await there.calendar.busy(IDA, WEEK)
    assert error in str(refused.value)
    assert remedy in refused.value.remedy
    assert IDA not in str(refused.value), "Google's own text names people"


async def test_the_remedy_names_what_the_administrator_has_to_enter(office: Opens) -> None:
    async with office(without_scopes) as there:
        remedy = there.calls.account.remedy
    assert "104857600000000000001" in remedy
    assert all(scope in remedy for scope in SCOPES)


async def test_a_consent_that_leaves_the_calendar_out_is_told_apart(office: Opens) -> None:
    def only_free_busy(google: StandInGoogle) -> Account:
        return UserAccount("app-id", "app-secret", google.consent(IDA, SCOPES[1:]))

    async with office(only_free_busy) as there:
        with pytest.raises(CalendarDisconnected) as refused:
            await there.calendar.busy(IDA, WEEK)
    assert "right to use Google Calendar" in str(refused.value)


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.AWAY, Fault.WAIT, Fault.CUT, Fault.A_PAGE])
async def test_a_sign_in_that_is_down_is_no_lost_permission(office: Opens, fault: Fault) -> None:
    async with office() as there:
        there.google.fail(fault, on="token")
        with pytest.raises(CalendarUnreachable) as failed:
            await there.calendar.busy(IDA, WEEK)
        assert (failed.value.retry_after == 30) is (fault in (Fault.WAIT, Fault.AWAY))
        assert (await there.calendar.busy(IDA, WEEK)).readable


# Refusals of the API


REFUSALS: list[tuple[Fault, type[CalendarError]]] = [
    (Fault.RATE, CalendarUnreachable),
    (Fault.USER_RATE, CalendarUnreachable),
    (Fault.QUOTA, CalendarUnreachable),
    (Fault.BUSY, CalendarUnreachable),
    (Fault.WAIT, CalendarUnreachable),
    (Fault.BROKEN, CalendarUnreachable),
    (Fault.AWAY, CalendarUnreachable),
    (Fault.CUT, CalendarUnreachable),
    (Fault.A_PAGE, CalendarUnreachable),
    (Fault.MOVED, Refusal),
    (Fault.SWITCHED_OFF, CalendarDisconnected),
    (Fault.NO_SCOPE, CalendarDisconnected),
]


@pytest.mark.parametrize(("fault", "error"), REFUSALS)
async def test_each_refusal_is_told_apart_and_nothing_is_tried_twice(
    office: Opens, fault: Fault, error: type[CalendarError]
) -> None:
    async with office() as there:
        there.google.fail(fault)
        with pytest.raises(error) as failed:
            await there.calendar.put(interview())
        assert type(failed.value) is error
        assert len(there.google.calls) == 1
        there.clock.passes(minutes=2)
        await there.calendar.put(interview())
        assert len(there.google.events(IDA)) == 1, "well again"


async def test_an_api_that_is_switched_off_is_no_quota_though_it_looks_like_one(office: Opens) -> None:
    """Both are 403 of the domain usageLimits; waiting mends only one."""
    async with office() as there:
        there.google.fail(Fault.SWITCHED_OFF)
        with pytest.raises(CalendarDisconnected) as failed:
            await there.calendar.busy(IDA, WEEK)
    assert "Google Cloud console" in failed.value.remedy
    assert not isinstance(failed.value, NotShared)


async def test_a_wait_google_asks_for_is_kept(office: Opens) -> None:
    """Trap 25: whoever asks again before the time only makes it longer."""
    async with office() as there:
        there.google.fail(Fault.WAIT)
        with pytest.raises(CalendarUnreachable) as first:
            await there.calendar.busy(IDA, WEEK)
        there.clock.passes(seconds=20)
        with pytest.raises(CalendarUnreachable) as second:
            await there.calendar.busy(IDA, WEEK)
        assert (first.value.retry_after, second.value.retry_after) == (30, 10)
        assert len(there.google.calls) == 1, "the second never left the house"
        assert (await there.calendar.busy(BEN, WEEK)).readable, "quotas are each person's own"
        there.clock.passes(seconds=10)
        assert (await there.calendar.busy(IDA, WEEK)).readable


async def test_without_a_word_of_how_long_each_wait_is_twice_the_last(office: Opens) -> None:
    async with office() as there:
        there.google.fail(Fault.RATE, times=9)
        waits = [await _wait(there) for _ in range(9)]
        assert (await there.calendar.busy(IDA, WEEK)).readable
        there.google.fail(Fault.RATE)
        assert 1 <= await _wait(there) < 2, "after a success it begins anew"
    for wait, least in zip(waits, [1, 2, 4, 8, 16, 32, 64, 64, 64], strict=True):
        assert least <= wait < least + 1


async def test_a_quota_that_is_used_up_comes_back_with_the_minute(office: Opens) -> None:
    async with office() as there:
        there.google.per_minute = 2
        await there.calendar.busy(IDA, WEEK)
        await there.calendar.busy(IDA, WEEK)
        with pytest.raises(CalendarUnreachable):
            await there.calendar.busy(IDA, WEEK)
        there.clock.passes(seconds=61)
        assert (await there.calendar.busy(IDA, WEEK)).readable


async def test_nobody_there_is_told_apart(office: Opens) -> None:
    async with office() as there:
        calls = Calls(there.calls.account, there.clock, url="http://127.0.0.1:9/", token_url=f"{there.url}/token")
        with pytest.raises(CalendarUnreachable):
            await calls.on_calendar(IDA, "GET")
        await calls.close()


async def test_calls_go_under_the_path_of_the_api(office: Opens) -> None:
    """Trap 33: without /calendar/v3/ every one of them is for a page that is not there, and no calendar is lost."""
    async with office() as there:
        calls = Calls(there.calls.account, there.clock, url=there.url, token_url=f"{there.url}/token")
        with pytest.raises(CalendarRefused) as refused:
            await calls.on_calendar(IDA, "GET")
        await calls.close()
    assert not isinstance(refused.value, CalendarDisconnected)
    assert API.endswith("/calendar/v3/")


async def test_no_secret_is_shown_by_accident() -> None:
    user = UserAccount("app-id", "app-secret", "1//refresh")
    robot = ServiceAccount.from_key(StandInGoogle(Clock()).service_account())
    shown = repr([user, robot, Token("ya29.1", MONDAY)])
    assert "app-id" in shown
    assert not [secret for secret in ("app-secret", "refresh", "ya29", "sign") if secret in shown]


KEY = {"type": "service_account", "client_email": "a@b.example", "client_id": "1", "private_key": "nonsense"}


@pytest.mark.parametrize(
    "key", ["", "{", "[]", "null", json.dumps({"type": "authorized_user"}), json.dumps({**KEY}), json.dumps({"a": 1})]
)
async def test_a_wrong_key_file_is_told_in_words_without_what_is_in_it(key: str) -> None:
    with pytest.raises(ValueError, match=r"^it is ") as wrong:
        ServiceAccount.from_key(key)
    assert "nonsense" not in str(wrong.value)


async def _wait(there: Office) -> float:
    with pytest.raises(CalendarUnreachable) as failed:
        await there.calendar.busy(IDA, WEEK)
    assert failed.value.retry_after is not None
    there.clock.passes(seconds=failed.value.retry_after)
    return failed.value.retry_after
