"""Several interviews of one person: which one a message is about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.rehearsal.play import Rehearsal
from bot.rehearsal.scenario import load
from integrations.channels.base import Inbound

TWO_CLIENTS = """
name: One candidate, two clients
now: 2026-03-02T09:00:00+01:00
people:
  rita: {role: recruiter, name: Rita Lopes, timezone: Europe/Madrid, channels: [slack]}
  carl: {role: client, name: Carl Olsen, company: Acme, timezone: Europe/Berlin, email: carl@acme.example}
  gina: {role: client, name: Gina Roth, company: Globex, timezone: Europe/Berlin, email: gina@globex.example}
  ana: {role: candidate, name: Ana Silva, timezone: Europe/Berlin, channels: [email], email: ana@mail.example}
jobs:
  - {title: Data Engineer, company: Acme}
  - {title: Analyst, company: Globex}
script:
  - rita: schedule Ana Silva for Data Engineer at Acme
  - rita: schedule Ana Silva for Analyst at Globex
  - carl: Tuesday 10-12
  - gina: Wednesday 14-16
"""


@pytest.fixture
async def rehearsal(tmp_path: Path) -> Rehearsal:
    file = tmp_path / "two.yaml"
    file.write_text(TWO_CLIENTS, "utf-8")
    made = Rehearsal(load(file), f"sqlite+aiosqlite:///{tmp_path / 'two.db'}")
    await made.prepare()
    await made.run()
    return made


async def answer(rehearsal: Rehearsal, text: str, thread: str | None) -> list[tuple[str, str]]:
    """What becomes of a mail of Ana's: each interview's company and status."""
    mail = Inbound("mail-1", "email", "ana@mail.example", text, thread=thread, at=datetime.now(UTC))
    await rehearsal.stage.hear([mail])
    data = (await rehearsal.report()).data
    await rehearsal.stage.close()
    return [(each["company"], each["status"]) for each in data["interviews"]]


async def offer_of(rehearsal: Rehearsal, company: str) -> str:
    """The vendor's name for the mail with this company's offer."""
    sent = rehearsal.world.channels["email"].delivered
    return next(each.vendor_id for each in sent if each.to == "ana@mail.example" and company in each.text)


async def test_the_thread_of_the_mail_says_it_even_where_the_words_do_not(rehearsal: Rehearsal) -> None:
    thread = await offer_of(rehearsal, "Globex")
    assert await answer(rehearsal, "the first one", thread) == [("Acme", "offered"), ("Globex", "confirmed")]


async def test_without_a_thread_we_ask(rehearsal: Rehearsal) -> None:
    assert await answer(rehearsal, "the first one", None) == [("Acme", "offered"), ("Globex", "offered")]


async def test_a_thread_of_somebody_elses_says_nothing(rehearsal: Rehearsal) -> None:
    sent = rehearsal.world.channels["email"].delivered
    of_carl = next(each.vendor_id for each in sent if each.to == "carl@acme.example")
    assert await answer(rehearsal, "the first one", of_carl) == [("Acme", "offered"), ("Globex", "offered")]
