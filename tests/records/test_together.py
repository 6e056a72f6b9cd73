"""Units that wait at the same moment share one commit, and nobody is told anything before it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.records import sqlite
from bot.records.base import Records


class Sorry(Exception):
    pass


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    opened = Records(f"sqlite+aiosqlite:///{tmp_path / 'words.db'}")
    async with opened.write() as session:
        await session.execute(text("CREATE TABLE words (word TEXT PRIMARY KEY)"))
    yield opened
    await opened.close()


@pytest.fixture
def commits(records: Records, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows by one with every commit."""
    seen: list[object] = []
    commit = sqlite.Here.do_commit

    def counting(dialect: sqlite.Here, connection: object) -> None:
        seen.append(connection)
        commit(dialect, connection)

    monkeypatch.setattr(sqlite.Here, "do_commit", counting)
    return seen


async def note(session: AsyncSession, word: str) -> None:
    await session.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})


async def keep(records: Records, word: str, *, and_then: type[Exception] | None = None) -> None:
    async with records.write() as session:
        await note(session, word)
        if and_then:
            raise and_then


async def kept(records: Records) -> Sequence[str]:
    async with records.read() as session:
        return (await session.scalars(text("SELECT word FROM words ORDER BY word"))).all()


async def test_those_who_wait_share_a_commit(records: Records, commits: list[object]) -> None:
    await asyncio.gather(*(keep(records, f"{n}") for n in range(9)))

    assert len(await kept(records)) == 9
    assert len(commits) == 1


async def test_what_fails_takes_back_only_itself(records: Records) -> None:
    told = await asyncio.gather(
        keep(records, "a"),
        keep(records, "b", and_then=Sorry),
        keep(records, "a"),
        keep(records, "c"),
        return_exceptions=True,
    )

    assert [type(each).__name__ for each in told] == ["NoneType", "Sorry", "IntegrityError", "NoneType"]
    assert await kept(records) == ["a", "c"]


async def test_nobody_is_told_before_the_commit(records: Records) -> None:
    """Not even who failed: "you have told us already" may rest on what another unit of the same group wrote."""
    reader = Records(records.url)
    seen: list[Sequence[str]] = []

    async def keep_and_look(word: str, and_then: type[Exception] | None) -> None:
        try:
            await keep(records, word, and_then=and_then)
        finally:
            seen.append(await kept(reader))

    await asyncio.gather(
        keep_and_look("a", None), keep_and_look("b", Sorry), keep_and_look("c", None), return_exceptions=True
    )
    assert seen == [["a", "c"]] * 3
    await reader.close()


async def test_where_the_commit_fails_everyone_is_told(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(connection: sqlite3.Connection, statement: str) -> sqlite3.Cursor:
        if statement == "COMMIT":
            raise sqlite3.OperationalError("disk I/O error")
        return sqlite3.Connection.execute(connection, statement)

    with monkeypatch.context() as patched:
        patched.setattr(sqlite.Connection, "execute", full)
        told = await asyncio.gather(
            keep(records, "a"), keep(records, "b", and_then=Sorry), keep(records, "c"), return_exceptions=True
        )

    assert [type(each) for each in told] == [OperationalError] * 3
    assert await kept(records) == []
    await keep(records, "d")
    assert await kept(records) == ["d"]


async def test_who_is_told_it_is_kept_finds_it_there_even_where_sqlite_gives_up_the_whole(records: Records) -> None:
    async def give_up() -> None:
        async with records.write() as session:
            # As SQLite does by itself when the disk is full: the transaction of everyone is gone.
            await (await session.connection()).exec_driver_sql("ROLLBACK")
            await note(session, "b")

    told = await asyncio.gather(keep(records, "a"), give_up(), keep(records, "c"), return_exceptions=True)

    assert isinstance(told[0], DBAPIError)
    assert isinstance(told[2], DBAPIError)
    assert "a" not in await kept(records)
    await keep(records, "d")
    assert "d" in await kept(records)


async def test_who_gives_up_waiting_leaves_the_others_alone(records: Records) -> None:
    held, go = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with records.write() as session:
            held.set()
            await go.wait()
            await note(session, "a")

    first = asyncio.create_task(hold())
    await held.wait()
    impatient, patient = [asyncio.create_task(keep(records, word)) for word in "bc"]
    await asyncio.sleep(0)
    impatient.cancel()
    go.set()
    await asyncio.gather(first, patient)

    assert impatient.cancelled()
    assert await kept(records) == ["a", "c"]


async def test_another_process_that_writes_is_waited_for(records: Records) -> None:
    other = Records(records.url)
    held, go = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with other.write() as session:
            await note(session, "theirs")
            held.set()
            await go.wait()

    writing = asyncio.create_task(hold())
    await held.wait()
    ours = asyncio.create_task(keep(records, "ours"))
    await asyncio.sleep(0.05)
    assert not ours.done()
    assert await kept(records) == [], "readers wait for nobody"
    go.set()
    await asyncio.gather(writing, ours)

    assert await kept(records) == ["ours", "theirs"]
    await other.close()


async def test_what_people_wrote_stands_in_no_error(records: Records) -> None:
    """Errors go into the log."""
    await keep(records, "a word of Ana's")
    with pytest.raises(DBAPIError) as error:
        await keep(records, "a word of Ana's")
    assert "Ana" not in f"{error.value} {error.value!r}"
