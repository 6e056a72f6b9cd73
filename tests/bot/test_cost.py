"""What one turn asks of the database: little, and no more of an old conversation than of a young one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.hearing.inbox import keep
from bot.jobs import Job, JobKind
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.scenario import load
from bot.worker import Assistant
from integrations.channels.base import Inbound

STORY = Path(__file__).parent.parent / "stories/reading/a-question-before-choosing.yaml"

# Kept, heard, begun (WhatsApp takes no key), said: each lies on the disk before the next begins.
COMMITS = 4
STATEMENTS = 29  # one of them: is our key known to be refused? Then it no longer is


@dataclass
class Asked:
    statements: list[tuple[str, Any]] = field(default_factory=list)
    commits: int = 0


@contextmanager
def listening() -> Iterator[Asked]:
    asked = Asked()

    def statement(_connection: object, _cursor: object, words: str, values: Any, *_: object) -> None:
        asked.statements.append((words, values))

    def commit(_: object) -> None:
        asked.commits += 1

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", statement)
        event.remove(Engine, "commit", commit)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "askarsan.db"


async def test_a_question_is_answered_with_few_questions_to_the_database(file: Path) -> None:
    """`make bench` says what that takes; this says when it has become more."""
    story = load(STORY)
    rehearsal = Rehearsal(replace(story, steps=story.steps[:2]), f"sqlite+aiosqlite:///{file}")
    await rehearsal.prepare()
    await rehearsal.run()
    house = rehearsal.stage.house

    with listening() as asked:
        jobs = list(await keep(house, Inbound("q", "whatsapp", "+351912345678", "Where is it?")))
        assert jobs == [Job(JobKind.TURN, "ana")]
        for job in jobs:
            jobs += await Assistant(house).run(job)

    assert "Unter den Linden" in rehearsal.world.channels["whatsapp"].delivered[-1].text
    assert asked.commits == COMMITS
    assert len(asked.statements) <= STATEMENTS, "\n".join(words for words, _ in asked.statements)
    assert [each for each in searches(file, asked.statements) if each.startswith("SCAN")] == []
    await rehearsal.stage.close()


def searches(file: Path, statements: list[tuple[str, Any]]) -> Iterator[str]:
    """How SQLite goes about it: a SCAN reads a whole table."""
    connection = sqlite3.connect(file)
    for words, values in statements:
        for row in connection.execute(f"EXPLAIN QUERY PLAN {words}", values):
            yield str(row[3])
    connection.close()
