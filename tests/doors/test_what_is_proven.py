"""Every door opens to its own vendor, however often it tells a thing, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.carriers import DOORS
from integrations.standins.sendgrid.account import StandInSendGrid
from tests.channels.cases import MONDAY
from tests.doors.callers import BESIDES, Knocked, callers, teams
from tests.doors.firm import Firm, answered

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = {each.name: each for each in [*callers(StandInSendGrid(lambda: MONDAY)), teams()]}
SIGNED = [name for name, each in ALL.items() if each.signs_body]
SHOWN = [name for name, each in ALL.items() if each.proof]  # whose proof stands in headers
VERBS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "\xff")

# In place of a proof, or of the time in it.
GARBAGE = (
    *(b"", b" ", b"=", b"====", b"v0=", b"v1=", b"t=,v1=", b"\xff\xfe\xfd", "ÄÖÜ".encode(), "٣٤٥".encode(), b"\x00"),
    *(b"-1", b"1e9", b"NaN", b"0x10", b"1" * 5_000, b"9" * 12, b"0", b"1_000", b"+1", b"%00", b"'; drop table people"),
    *(b"A" * 100_000, b"t=1,v1=" + b"," * 10_000, b"t=t=t=", b"v0=v0=v0=", b"[]", b"{}", b'"', b"\\ud800"),
)


async def test_a_new_door_is_knocked_at_here_too() -> None:
    assert set(ALL) == BESIDES | set(DOORS)


@pytest.mark.parametrize("name", ALL)
async def test_what_its_vendor_proves_is_taken_and_told_again_it_is_kept_once(firm: Firm, name: str) -> None:
    assert await firm.knock(name, 1) // 100 == 2
    kept = await firm.kept()
    assert await firm.knock(name, 1) // 100 == 2
    assert await firm.kept() == kept


async def refuses(firm: Firm, name: str, knocked: Knocked, *more: tuple[bytes, bytes]) -> None:
    """Nothing of it is kept, and nothing begins."""
    kept, begun = await firm.kept(), len(firm.begun)
    assert (await answered(firm.app, knocked, *more)).status == ALL[name].refused, (knocked.headers, more)
    assert (await firm.kept(), len(firm.begun)) == (kept, begun)


def proven(firm: Firm, name: str, later: timedelta = timedelta()) -> Knocked:
    caller = firm.callers[name]
    return caller.knocks(caller.says(2), firm.house.clock.now() + later)


def mutations(proof: bytes, step: int) -> Iterator[bytes]:
    """One sign changed, at each place or at some; and cut off at each."""
    for at in range(0, len(proof), step):
        if at < len(proof.rstrip(b"=")) - 1:  # the last one of base64 may hold bits that say nothing
            yield proof[:at] + (b"x" if proof[at : at + 1] != b"x" else b"y") + proof[at + 1 :]
        yield proof[:at]


@pytest.mark.parametrize("name", SHOWN)
async def test_a_proof_that_is_not_whole_opens_nothing(firm: Firm, name: str, pytestconfig: pytest.Config) -> None:
    knocked, step = proven(firm, name), 1 if pytestconfig.getoption("thorough") else 17
    for header in ALL[name].proof:
        rest = {key: value for key, value in knocked.headers.items() if key.lower() != header}
        right = next(value for key, value in knocked.headers.items() if key.lower() == header).encode()
        await refuses(firm, name, replace(knocked, headers=rest))
        for wrong in (*mutations(right, step), *GARBAGE):
            if wrong != right:
                await refuses(firm, name, replace(knocked, headers=rest), (header.encode(), wrong))


@pytest.mark.parametrize("name", SHOWN)
async def test_of_two_proofs_a_wrong_one_before_the_right_one_is_no_crash(firm: Firm, name: str) -> None:
    knocked = proven(firm, name)
    for header in ALL[name].proof:
        rest = {key: value for key, value in knocked.headers.items() if key.lower() != header}
        right = next(value for key, value in knocked.headers.items() if key.lower() == header).encode()
        for pair in ((right, b"wrong"), (b"wrong", right)):
            found = await answered(
                firm.app, replace(knocked, headers=rest), *((header.encode(), each) for each in pair)
            )
            assert found.status in (200, 204, 401)


@pytest.mark.parametrize("name", SIGNED)
async def test_a_body_that_is_not_the_one_that_was_signed_is_refused(
    firm: Firm, name: str, pytestconfig: pytest.Config
) -> None:
    knocked = proven(firm, name)
    for at in range(0, len(knocked.body), 1 if pytestconfig.getoption("thorough") else 61):
        changed = knocked.body[:at] + bytes([knocked.body[at] ^ 1]) + knocked.body[at + 1 :]
        await refuses(firm, name, replace(knocked, body=changed))
    await refuses(firm, name, replace(knocked, body=b""))


@pytest.mark.parametrize("name", [name for name, each in ALL.items() if each.dated])
@pytest.mark.parametrize("later", [timedelta(days=-1), timedelta(days=1)], ids=["of yesterday", "of tomorrow"])
async def test_a_proof_of_another_day_opens_nothing(firm: Firm, name: str, later: timedelta) -> None:
    await refuses(firm, name, proven(firm, name, later))


@pytest.mark.parametrize("name", SHOWN)
async def test_the_proof_of_one_vendor_opens_no_other_door(firm: Firm, name: str) -> None:
    knocked = proven(firm, name)
    for other in SHOWN:
        if other != name:
            alike = {"sendgrid-events", "sendgrid-parse"} == {name, other}  # of one account; what they say differs
            if not alike:
                await refuses(firm, other, replace(knocked, target=ALL[other].path))


@pytest.mark.parametrize("name", ALL)
async def test_a_door_is_knocked_at_in_one_way_only(firm: Firm, name: str) -> None:
    kept = await firm.kept()
    for verb in VERBS:
        assert (await answered(firm.app, proven(firm, name), method=verb)).status in (404, 405)
    assert await firm.kept() == kept
