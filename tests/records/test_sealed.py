"""Secrets at rest: only whoever has the key reads them, and only where they belong; keys change while people work."""

from __future__ import annotations

import asyncio
import base64
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from bot.connections.keys import FILE, FileKeys, GivenKeys, KeysError, keys_of, rotate
from bot.records.base import Records
from bot.records.connections import ConnectionKind, ConnectionRow, ConnectionState
from bot.records.schema import migrate_url
from bot.records.sealed import Key, KeyLost, NotWhole, Place, Sealed, reseal, seal, unseal, uses
from tests.conftest import Database

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HERE = Place("connections", "secret", "connection_1")
ONE, TWO = Key.new(), Key.new()


@pytest.fixture
def url(database: Database) -> Iterator[str]:
    with database(migrate_url) as made:
        yield made


@pytest.fixture
async def records(url: str) -> AsyncIterator[Records]:
    opened = Records(url)
    yield opened
    await opened.close()


def keys(*each: Key) -> GivenKeys:
    return GivenKeys(",".join(map(str, each)))


async def fill(records: Records, number: int, sealed_with: GivenKeys) -> None:
    async with records.write() as session:
        for each in range(number):
            row = ConnectionRow(id=f"connection_{each}", kind=ConnectionKind.CALENDAR.value, vendor="paper")
            row.account, row.settings, row.told, row.failures = f"{each}@firm.example", {}, {}, 0
            row.made_at = row.set_up_at = row.since = row.look_at = NOW
            row.state = ConnectionState.ACTIVE.value
            row.secret = seal(f"secret {each}", row.place("secret"), sealed_with)
            session.add(row)


async def opened(records: Records, with_keys: GivenKeys | FileKeys) -> list[str]:
    async with records.read() as session:
        rows = [await session.get_one(ConnectionRow, f"connection_{each}") for each in range(3)]
    return [unseal(row.secret, row.place("secret"), with_keys) for row in rows if row.secret]


@given(st.text())
def test_what_is_sealed_is_opened_with_its_key_at_its_place(words: str) -> None:
    assert unseal(Sealed.parse(str(seal(words, HERE, keys(ONE)))), HERE, keys(TWO, ONE)) == words


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_bit_is_noticed(where: int, flip: int) -> None:
    sealed = seal("the password of Rita", HERE, keys(ONE))
    box = bytearray(sealed.box)
    box[where % len(box)] ^= flip
    with pytest.raises(NotWhole):
        unseal(Sealed(sealed.key, bytes(box)), HERE, keys(ONE))


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("connections", "secret", "connection_2"),
        Place("connections", "watch_secret", "connection_1"),
        Place("others", "secret", "connection_1"),
        Place("connections", "secretconnection_1", ""),
    ],
)
def test_a_secret_carried_to_another_row_or_column_does_not_open(elsewhere: Place) -> None:
    with pytest.raises(NotWhole):
        unseal(seal("hush", HERE, keys(ONE)), elsewhere, keys(ONE))


def test_the_same_secret_is_never_sealed_alike() -> None:
    assert seal("hush", HERE, keys(ONE)).box != seal("hush", HERE, keys(ONE)).box


def test_a_lost_key_is_named_and_never_shown() -> None:
    with pytest.raises(KeyLost, match=ONE.id):
        unseal(seal("hush", HERE, keys(ONE)), HERE, keys(TWO))
    for shown in (repr(ONE), repr(seal("hush", HERE, keys(ONE)))):
        assert base64.b64encode(ONE.bytes).decode() not in shown
        assert "hush" not in shown


async def test_what_is_in_the_database_cannot_be_read_there(records: Records) -> None:
    await fill(records, 3, keys(ONE))
    async with records.read() as session:
        kept = (await session.scalars(text("SELECT secret FROM connections"))).all()
    assert all(each.startswith(f"1.{ONE.id}.") and "secret" not in each for each in kept)
    assert await opened(records, keys(ONE)) == ["secret 0", "secret 1", "secret 2"]


async def test_plain_words_are_refused_by_the_column(records: Records) -> None:
    async with records.read() as session:
        with pytest.raises(StatementError, match="only what is sealed"):
            await session.execute(select(ConnectionRow).where(ConnectionRow.secret == "hush"))


async def test_everything_is_sealed_anew_in_small_transactions(records: Records) -> None:
    await fill(records, 7, keys(ONE))
    told = await reseal(records, keys(TWO, ONE), at_once=3)
    assert (told.done, told.lost) == (7, {})
    async with records.read() as session:
        assert await uses(session) == {TWO.id: 7}
    assert await opened(records, keys(TWO)) == ["secret 0", "secret 1", "secret 2"]
    assert (await reseal(records, keys(TWO, ONE), at_once=3)).done == 0, "a second run has nothing to do"


async def test_what_nobody_can_open_is_counted_and_the_rest_is_done(records: Records) -> None:
    await fill(records, 3, keys(ONE))
    async with records.write() as session:
        await session.execute(
            text("UPDATE connections SET secret = replace(secret, :old, 'gone') WHERE id = 'connection_1'"),
            {"old": ONE.id},
        )
    told = await reseal(records, keys(TWO, ONE), at_once=1)
    assert (told.done, told.lost) == (2, {"gone": 1})


async def test_keys_change_while_somebody_goes_on_sealing(records: Records, tmp_path: Path) -> None:
    """Two processes on one file: one serves, the other rotates."""
    serving, rotating = FileKeys(tmp_path / FILE), FileKeys(tmp_path / FILE)
    first = serving.first()
    await fill(records, 3, keys(first))
    stop = asyncio.Event()
    written = 0

    async def serve() -> None:
        nonlocal written
        while not stop.is_set():
            async with records.write() as session:
                row = await session.get_one(ConnectionRow, "connection_2", with_for_update=True)
                row.secret = seal("secret 2", row.place("secret"), serving)
            written += 1
            await asyncio.sleep(0)

    busy = asyncio.create_task(serve())
    for _ in range(3):
        await rotate(records, rotating)
    stop.set()
    await busy
    assert written
    assert await opened(records, serving) == ["secret 0", "secret 1", "secret 2"]


async def test_an_old_key_stays_for_one_rotation_and_then_goes(records: Records, tmp_path: Path) -> None:
    mine = FileKeys(tmp_path / FILE)
    first = mine.first()
    await fill(records, 3, keys(first))
    await rotate(records, mine)
    assert mine.ids()[1:] == (first.id,), "yesterday's backup needs it"
    await rotate(records, mine)
    assert first.id not in mine.ids()
    assert len(mine.ids()) == 2


async def test_a_key_that_something_still_needs_is_never_dropped(records: Records, tmp_path: Path) -> None:
    mine = FileKeys(tmp_path / FILE)
    first = mine.first()
    await fill(records, 1, keys(first))
    async with records.write() as session:  # cannot be opened, so it keeps its key
        row = await session.get_one(ConnectionRow, "connection_0")
        assert row.secret
        row.secret = Sealed(row.secret.key, row.secret.box[:-1] + b"x")
    for _ in range(3):
        assert (await rotate(records, mine)).lost == {first.id: 1}
    assert first.id in mine.ids()


# The file


def test_the_file_is_made_at_first_need_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    mine = keys_of(None, tmp_path / "data")
    assert mine.ids() == (), "looking makes none"
    assert not (tmp_path / "data").exists()
    key = mine.first()
    assert stat.S_IMODE((tmp_path / "data" / FILE).stat().st_mode) == 0o600
    assert keys_of(None, tmp_path / "data").first() == key
    assert keys_of(None, tmp_path / "other").first() != key, "there is no key that everybody has"
    assert [each.name for each in (tmp_path / "data").iterdir()] == [FILE]


def test_of_two_that_make_it_at_once_one_wins_for_both(tmp_path: Path) -> None:
    first, second = FileKeys(tmp_path / FILE), FileKeys(tmp_path / FILE)
    assert second.ids() == ()
    assert first.first() == second.first()


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    mine = FileKeys(tmp_path / FILE)
    mine.first()
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(KeysError, match="chmod 600"):
        mine.first()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("hush", "written as id:base64"),
        ("a b:AAAA", "written as id:base64"),
        ("one:?", "the key one is not base64"),
        ("one:AAAA", "the key one must be 32 bytes long"),
        (f"{ONE},{ONE}", "is there twice"),
        (" ", "holds no key"),
    ],
)
def test_a_wrong_setting_is_told_without_its_secret(written: str, told: str) -> None:
    with pytest.raises(KeysError, match=told) as refused:
        GivenKeys(written)
    assert base64.b64encode(ONE.bytes).decode() not in str(refused.value)


def test_the_setting_goes_before_the_file(tmp_path: Path) -> None:
    assert keys_of(f"{TWO},{ONE}", tmp_path).first() == TWO
    assert list(tmp_path.iterdir()) == []
