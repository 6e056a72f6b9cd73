"""What a vendor signs need not make sense: it is refused in words or kept as it came, and the door goes on."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from bot.doors.bodies import LARGEST, whole_body
from tests.conftest import Database
from tests.doors.callers import Caller, Knocked
from tests.doors.firm import Answered, Firm, answered, opened
from tests.doors.test_what_is_proven import ALL

pytestmark = pytest.mark.asyncio(loop_scope="module")

# One firm for all examples: what the examples draw is only kept there.
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)

# What readers of JSON, forms, numbers, dates, addresses and databases stumble over.
NASTY: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, -0.0, 2**31, 2**63, 2**64, 10**4_000, float("inf"), float("nan")),
    *("", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "￿", "\x1b[2J", "\u202e", "٣", "1e9", "NaN", "0x10"),
    *(
        "' OR 1=1 --",
        "{{7*7}}",
        "../../etc/passwd",
        "https://[",
        "whatsapp:",
        "whatsapp:\0",
        "mailto:",
        "+",
        "@",
        "a@b@c",
    ),
    *(
        "9999-12-31T23:59:59Z",
        "0000-00-00T00:00:00Z",
        "2026-03-02T08:00:00+99:99",
        "x" * 70_000,
        random.Random(2).randbytes(5_000).hex(),
        "👩‍👩‍👧‍👦" * 400,
    ),
    *([], [None], [[]], {}, {"": ""}, {"a": None}, [{}], [1, "a", None, {}]),
)
BODIES = (
    *(
        b"",
        b"\0",
        b"\xff\xfe",
        b"\x80" * 4_096,
        b"null",
        b"true",
        b"0",
        b'""',
        b"[]",
        b"{}",
        b"[null]",
        b"[[]]",
        b"[{}]",
    ),
    *(
        b'{"a":' * 50_000,
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"9" * 5_000,
        b'{"a": 1' + b"0" * 5_000 + b"}",
    ),
    *(
        b"-" * 100,
        b"NaN",
        b"{'a': 1}",
        b'{"a": 1}{"b": 2}',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"\\ud800": "\\udc00"}',
    ),
    *(b"a=" * 100_000, b"a=b&" * 20_000, b"%", b"%ff=%00", b"payload=", b"payload={", b"payload=[]", b"payload=null"),
    *(b"--\r\n--\r\n", b"x" * 999_999),
)
TYPES = (
    *(
        "",
        "application/json; charset=utf-16",
        "application/json; charset=hologram",
        "text/plain; charset=\0",
        "a" * 9_000,
    ),
    *("multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="', ";;;", "\xff/\xff"),
    *("multipart/form-data; boundary=" + "b" * 5_000, "application/x-www-form-urlencoded; charset=utf-7", "image/png"),
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*map(str, range(5)), "\0"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


async def is_not_shaken(firm: Firm, caller: Caller, body: bytes, kind: str = "") -> None:
    """No crash, which `answered` would raise; no 5xx, after which vendors come again; and told again, kept once."""
    caller = firm.callers[caller.name]
    knocked = caller.knocks(body, firm.house.clock.now())
    headers = dict(knocked.headers) | ({"Content-Type": kind} if kind else {})
    statuses, kept = [], []
    for _ in range(2):
        found = await answered(firm.app, Knocked(knocked.target, headers, body))
        statuses.append(found.status)
        kept.append(await firm.kept())
    assert all(200 <= status < 500 for status in statuses), (statuses, body[:200])
    assert kept[0] == kept[1], body[:200]


def spoilt(caller: Caller) -> Iterator[bytes]:
    """What it really says, each place of it in turn taken by each thing that is nasty."""
    body = caller.says(3)
    if body.startswith((b"{", b"[")):
        yield from (json.dumps(each).encode() for each in _spoilt(json.loads(body)))
    elif caller.kind.startswith("multipart"):
        for nasty in NASTY:
            said = str(nasty).encode("utf-8", "replace")[:5_000]
            for part in (
                b"ana@mail.example",
                b"Re: your interview",
                b"<3@mail.example>",
                b"hello?",
                b"utf-8",
                b"email",
                b"7bit",
            ):
                yield body.replace(part, said)
    elif body:
        fields = parse_qsl(body.decode())
        for at, (name, _) in enumerate(fields):
            for nasty in NASTY:
                said = str(nasty).encode("utf-8", "replace")
                yield urlencode([*fields[:at], (name, said), *fields[at + 1 :]]).encode()


def _spoilt(said: Any) -> Iterator[Any]:
    yield from NASTY
    match said:
        case dict():
            for key in said:
                yield {name: value for name, value in said.items() if name != key}
                yield from ({**said, key: each} for each in _spoilt(said[key]))
        case list():
            for at, inner in enumerate(said):
                yield from ([*said[:at], each, *said[at + 1 :]] for each in _spoilt(inner))


def some(bodies: Iterator[bytes], pytestconfig: pytest.Config, at_most: int) -> list[bytes]:
    all_of_them = list(bodies)
    if pytestconfig.getoption("thorough") or len(all_of_them) <= at_most:
        return all_of_them
    return random.Random(1).sample(all_of_them, at_most)


@pytest.mark.parametrize("name", ALL)
async def test_signed_garbage_is_no_crash_and_kept_once(firm: Firm, name: str) -> None:
    for body in BODIES:
        await is_not_shaken(firm, ALL[name], body)
    assert await firm.knock(name, 4) // 100 == 2


@pytest.mark.parametrize("name", ALL)
async def test_one_odd_thing_in_a_message_is_no_crash(firm: Firm, name: str, pytestconfig: pytest.Config) -> None:
    for body in some(spoilt(ALL[name]), pytestconfig, 15):
        await is_not_shaken(firm, ALL[name], body)
    assert await firm.knock(name, 5) // 100 == 2


@pytest.mark.parametrize("name", ALL)
async def test_a_message_of_another_kind_or_charset_is_no_crash(firm: Firm, name: str) -> None:
    for kind in TYPES:
        await is_not_shaken(firm, ALL[name], ALL[name].says(6), kind)


@many
@given(
    name=st.sampled_from(list(ALL)), body=st.binary(max_size=300) | anything.map(lambda told: json.dumps(told).encode())
)
async def test_anything_at_all_that_is_signed_is_no_crash(firm: Firm, again: int, name: str, body: bytes) -> None:
    await is_not_shaken(firm, ALL[name], body)


@pytest_asyncio.fixture(loop_scope="module")
async def on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql: Database) -> AsyncIterator[Firm]:
    with postgresql(None) as url:
        async with opened(tmp_path_factory.mktemp("firm"), url) as here:
            yield here


async def test_postgresql_keeps_it_too(on_postgresql: Firm, pytestconfig: pytest.Config) -> None:
    """It takes neither zero bytes nor half characters nor numbers of any size, which SQLite does."""
    for caller in ALL.values():
        for body in some(spoilt(caller), pytestconfig, 6):
            await is_not_shaken(on_postgresql, caller, body)


# Too large, too slow, or packed


@pytest.mark.parametrize("name", [name for name in ALL if name != "google"])
async def test_of_a_body_too_large_no_more_is_read_than_is_allowed(firm: Firm, name: str) -> None:
    """Before anything is verified: whoever comes may send it."""
    piece = b"x" * 65_536
    told = Knocked(ALL[name].path, {"Content-Type": "application/json"}, b"")
    found = await answered(firm.app, told, pieces=[piece] * 600)
    assert found.status == (202 if name == "microsoft" else 413)
    assert found.read * len(piece) <= ALL[name].largest + 2 * len(piece)


@pytest.mark.parametrize("said", ["999999999", "9" * 5_000, "1000000000000000000000"])
async def test_a_body_that_says_that_it_is_too_large_is_not_even_begun(firm: Firm, said: str) -> None:
    for name in ALL:
        told = Knocked(ALL[name].path, {"Content-Length": said}, b"x")
        found = await answered(firm.app, told)
        assert found.status in (202, 401, 413)
        assert found.read == 0


async def test_a_body_that_says_it_is_small_is_measured_all_the_same(firm: Firm) -> None:
    found = await answered(
        firm.app, Knocked("/hooks/twilio", {"Content-Length": "10"}, b""), pieces=[b"x" * 65_536] * 600
    )
    assert found.status == 413


@pytest.mark.parametrize("name", ALL)
async def test_what_is_packed_is_not_unpacked(firm: Firm, name: str) -> None:
    """Ten megabytes of nothing in ten kilobytes: signed they are what they are, ten kilobytes that nobody reads."""
    bomb = gzip.compress(b" " * 10_000_000, 9)
    now, caller = firm.house.clock.now(), firm.callers[name]
    knocked = caller.knocks(bomb, now)
    for coding in ("gzip", "deflate", "br", "gzip, gzip", "hologram"):
        headers = {**knocked.headers, "Content-Encoding": coding}
        assert (await answered(firm.app, Knocked(knocked.target, headers, bomb))).status < 500


async def test_a_body_that_never_ends_is_not_waited_for() -> None:
    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("it never comes")

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(HTTPException) as refused:
        await whole_body(request, LARGEST, timedelta(milliseconds=20))
    assert refused.value.status_code == 408


@pytest.mark.parametrize("name", [name for name in ALL if name != "google"])
async def test_whoever_hangs_up_in_the_middle_has_said_nothing(firm: Firm, name: str) -> None:
    kept = await firm.kept()
    told: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    found = Answered()

    async def receive() -> Message:
        return told.pop(0)

    async def send(message: Message) -> None:
        found.status = message.get("status", found.status)

    path = ALL[name].path
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    await firm.app(scope, receive, send)
    assert found.status == 400
    assert await firm.kept() == kept
