"""A person cannot be booked twice, because the database refuses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import Counted
from bot.records import interviews
from bot.records.base import Records, Table
from bot.records.interviews import CELL, BookingCellRow, InterviewRow, SlotTaken, cells
from bot.records.jobs import ApplicationRow
from bot.records.schema import migrate_url
from bot.seeding import NewPerson, NewRound, add_job, add_person
from dialogs.scheduling.intervals import Interval
from tests.conftest import Database

BOOKERS = 64
TUESDAY = datetime(2026, 3, 3, 10, tzinfo=UTC)
THE_SLOT = Interval.lasting(TUESDAY, 45)


@pytest.fixture
def url(database: Database) -> Iterator[str]:
    with database(migrate_url) as made:
        yield made


@pytest.fixture
async def records(url: str) -> AsyncIterator[Records]:
    opened = Records(url)
    async with opened.write() as session:
        await interviews_for_everyone(session)
    yield opened
    await opened.close()


async def interviews_for_everyone(session: AsyncSession) -> None:
    """One client, and as many candidates as there are bookers, each with an interview that has no time yet."""
    ids = Counted()
    for key, role in (("carl", "client"), ("rita", "recruiter"), *((f"c{n}", "candidate") for n in range(BOOKERS))):
        await add_person(
            session, ids, NewPerson(key, role, key, "UTC", ["email"], ["email"], {"email": f"{key}@x.example"})
        )
    job = await add_job(session, ids, "Engineer", "Acme", [NewRound("First", 45, "video")])
    for n in range(BOOKERS):
        session.add(ApplicationRow(id=f"a{n}", candidate_id=f"c{n}", job_id=job.id, recruiter_id="rita"))
        await session.flush()
        session.add(
            InterviewRow(
                id=f"i{n}",
                application_id=f"a{n}",
                round=1,
                round_name="First",
                minutes=45,
                mode="video",
                host_id="carl",
                status="offered",
                uid=f"i{n}@x",
                opened_at=TUESDAY,
            )
        )


async def race(records: Records) -> list[int]:
    """Everyone books the client's one slot in the same moment; the numbers of those who got it."""

    async def book(n: int) -> int | None:
        try:
            async with records.write() as session:
                await interviews.book(session, f"i{n}", ["carl", f"c{n}"], THE_SLOT)
        except SlotTaken:
            return None
        return n

    return [n for n in await asyncio.gather(*map(book, range(BOOKERS))) if n is not None]


async def test_of_64_bookers_of_one_slot_exactly_one_wins(records: Records) -> None:
    winners = await race(records)

    assert len(winners) == 1
    async with records.read() as session:
        taken = (await session.execute(select(BookingCellRow.person_id, BookingCellRow.interview_id))).all()
    assert sorted(taken) == sorted(
        [(person, f"i{winners[0]}") for person in ("carl", f"c{winners[0]}") for _ in range(3)]
    )


async def test_without_the_key_several_would_have_won(records: Records) -> None:
    """The control: the same race on a table without the key, where everyone asks before writing, as one would."""
    keyless = sqlalchemy.Table(
        "keyless", MetaData(), Column("person_id", String), Column("cell", Integer), Column("interview_id", String)
    )
    async with records.connect() as connection:
        await connection.run_sync(keyless.create)
    everyone_has_asked = asyncio.Barrier(BOOKERS)

    async def book(n: int) -> bool:
        async with records.read() as session:
            taken = await session.scalar(select(keyless.c.cell).where(keyless.c.person_id == "carl").limit(1))
        await everyone_has_asked.wait()
        if taken is not None:
            return False
        rows = [{"person_id": "carl", "cell": cell, "interview_id": f"i{n}"} for cell in cells(THE_SLOT)]
        async with records.write() as session:
            await session.execute(insert(keyless), rows)
        return True

    assert sum(await asyncio.gather(*map(book, range(BOOKERS)))) > 1


async def test_a_move_frees_the_old_time_and_takes_the_new_one_or_keeps_the_old(records: Records) -> None:
    later = Interval.lasting(TUESDAY + timedelta(hours=2), 45)
    async with records.write() as session:
        await interviews.book(session, "i0", ["carl", "c0"], THE_SLOT)
        await interviews.book(session, "i1", ["carl", "c1"], later)
    with pytest.raises(SlotTaken):
        async with records.write() as session:
            await interviews.book(session, "i0", ["carl", "c0"], later)
    async with records.read() as session:
        assert (await interviews.taken(session, ["c0"], TUESDAY))["c0"] == (THE_SLOT,)

    free = Interval.lasting(TUESDAY + timedelta(hours=4), 45)
    async with records.write() as session:
        await interviews.book(session, "i0", ["carl", "c0"], free)
    async with records.read() as session:
        assert (await interviews.taken(session, ["c0"], TUESDAY))["c0"] == (free,)


async def test_a_candidate_of_two_clients_cannot_be_in_two_interviews_at_once(records: Records) -> None:
    half_overlapping = Interval.lasting(TUESDAY + timedelta(minutes=30), 45)
    async with records.write() as session:
        await interviews.book(session, "i0", ["c0"], THE_SLOT)
    with pytest.raises(SlotTaken):
        async with records.write() as session:
            await interviews.book(session, "i1", ["c0"], half_overlapping)


instants = st.integers(0, 365 * 86_400).map(lambda second: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second))


@given(instants, st.integers(5, 600), instants, st.integers(5, 600))
def test_two_meetings_that_overlap_always_share_a_quarter_hour(
    first: datetime, long: int, second: datetime, short: int
) -> None:
    a, b = Interval.lasting(first, long), Interval.lasting(second, short)
    if a.meets(b):
        assert set(cells(a)) & set(cells(b))


@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 40))
def test_meetings_on_the_quarter_hour_that_only_touch_share_none(cell: int, long: int, short: int) -> None:
    start = datetime.fromtimestamp(cell * CELL, UTC)
    a = Interval.lasting(start, long * 15)
    assert not set(cells(a)) & set(cells(Interval.lasting(a.end, short * 15)))


def test_every_table_is_made_by_the_migrations(url: str) -> None:
    """What the code believes and what Alembic makes are the same."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Table.metadata)
    engine.dispose()
    assert differences == []
