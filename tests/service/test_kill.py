"""The process is killed without warning, again and again: nothing is lost, and nobody hears a thing twice."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.service.firm import Firm

CANDIDATES = 4
KILLS = 8  # `make bench ONLY=kills` does it fifty times, with twelve candidates
KILLS_APIECE = 4  # before the next candidate begins: at every kill somebody is in the middle of something


async def negotiate(firm: Firm, n: int, day: str) -> None:
    """From the recruiter's one line to a moved interview, each step once everyone has heard of the one before."""
    candidate, client = f"ana{n}", f"carl{n}"
    await firm.write("rita", f"schedule Ana{n} Silva for Engineer at Acme{n}", f"{n}-1")
    await firm.until_told(client, "When would suit you?")
    await firm.write(client, f"{day} 10:00-12:00 or 14:00-17:00", f"{n}-2")
    await firm.until_told(candidate, "Which of these suits you?")
    await firm.write(candidate, "1 - who will I meet?", f"{n}-3")
    for who in (candidate, client, f"{candidate}@x.example", f"{client}@x.example"):
        await firm.until_told(who, "10:00 (Berlin time)")
    await firm.until_told("rita", f"Booked: Ana{n}")
    await firm.write(candidate, f"Can we move it to {day} 15:00?", f"{n}-4")
    for who in (candidate, client, f"{candidate}@x.example", f"{client}@x.example"):
        await firm.until_told(who, "15:00 (Berlin time)")
    await firm.until_told("rita", f"Moved: Ana{n}")


async def play(folder: Path, kills: int, candidates: int = CANDIDATES) -> Counter[tuple[str, str]]:
    """Everything that was said to anyone. With kills, the assistant dies that often while it goes on."""
    day = (datetime.now(UTC) + timedelta(days=9)).strftime("%-d %B %Y")
    firm = Firm(folder)
    await firm.open(candidates)
    try:
        talking: list[asyncio.Task[None]] = []
        chance = random.Random(20260302)
        for killed in range(max(kills, candidates * KILLS_APIECE)):
            if killed % KILLS_APIECE == 0 and len(talking) < candidates:
                talking.append(asyncio.create_task(negotiate(firm, len(talking), day)))
            if killed < kills:
                await asyncio.sleep(chance.uniform(0, 0.35))
                firm.assistant.kill()
                firm.assistant.start()
                # Every third time it does not even come up before it dies again.
                if killed % 3:
                    await firm.until_well()
        await firm.until_well()
        await asyncio.gather(*talking)
        await until_quiet(firm)
        return Counter({_without_chance(*said): times for said, times in (await firm.everything_said()).items()})
    finally:
        await firm.close()


async def until_quiet(firm: Firm) -> None:
    """Nothing is left to do: the health page says so, twice in a row."""
    quiet = 0
    while quiet < 2:
        health = (await firm.client.get(f"{firm.url}/health")).json()
        quiet = quiet + 1 if health["oldest_waiting_seconds"] == 0 else 0
        await asyncio.sleep(0.3)


def _without_chance(to: str, text: str) -> tuple[str, str]:
    """Links hold ids that are different in every run."""
    return to, re.sub(r"https://\S+", "LINK", text)


async def test_after_many_kills_everyone_has_heard_exactly_what_they_would_have_heard(tmp_path: Path) -> None:
    undisturbed = await play(tmp_path / "undisturbed", kills=0)
    disturbed = await play(tmp_path / "disturbed", kills=KILLS)

    assert disturbed == undisturbed
    assert set(undisturbed.values()) == {1}
