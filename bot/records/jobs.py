"""Companies, their jobs, the rounds of each job, and who applied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import Table
from bot.records.loops import HasLoop
from bot.records.venues import HasVenue


class CompanyRow(Table):
    __tablename__ = "companies"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class JobRow(Table):
    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("company_id", "title"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    title: Mapped[str]


class RoundRow(HasVenue, HasLoop, Table):
    """Of a loop too the length is that of the whole, and the people are all of its stages together."""

    __tablename__ = "rounds"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # from 1
    name: Mapped[str]
    minutes: Mapped[int]
    mode: Mapped[str]  # video, phone, onsite
    people: Mapped[list[str]] = mapped_column(default=list)  # ids of the interviewers, all required
    optional: Mapped[list[str]] = mapped_column(default=list)  # are invited, and stand in no slot's way
    one_of: Mapped[list[Any]] = mapped_column(default=list)  # groups of ids: one of each has to come
    rooms: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # ids: it is held in one of these


class ApplicationRow(Table):
    """A candidate for a job."""

    __tablename__ = "applications"
    __table_args__ = (UniqueConstraint("candidate_id", "job_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"))
    recruiter_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    status: Mapped[str] = mapped_column(default="new")


async def companies(session: AsyncSession) -> Sequence[CompanyRow]:
    return (await session.scalars(select(CompanyRow).order_by(CompanyRow.name))).all()


async def company_named(session: AsyncSession, name: str) -> CompanyRow | None:
    return await session.scalar(select(CompanyRow).where(func.lower(CompanyRow.name) == name.lower()))


async def with_companies(session: AsyncSession) -> Sequence[tuple[JobRow, CompanyRow]]:
    query = select(JobRow, CompanyRow).join(CompanyRow, JobRow.company_id == CompanyRow.id).order_by(JobRow.title)
    return [(job, company) for job, company in (await session.execute(query)).all()]


async def rounds(session: AsyncSession, job_id: str) -> Sequence[RoundRow]:
    query = select(RoundRow).where(RoundRow.job_id == job_id).order_by(RoundRow.number)
    return (await session.scalars(query)).all()


async def application(session: AsyncSession, candidate_id: str, job_id: str) -> ApplicationRow | None:
    mine = (ApplicationRow.candidate_id == candidate_id, ApplicationRow.job_id == job_id)
    return await session.scalar(select(ApplicationRow).where(*mine))


async def applications_of(session: AsyncSession, candidate_id: str) -> Sequence[ApplicationRow]:
    query = select(ApplicationRow).where(ApplicationRow.candidate_id == candidate_id)
    return (await session.scalars(query.order_by(ApplicationRow.id))).all()


async def applications(session: AsyncSession) -> Sequence[ApplicationRow]:
    return (await session.scalars(select(ApplicationRow).order_by(ApplicationRow.id))).all()
