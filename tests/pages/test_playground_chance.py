"""Whatever somebody does on the playground, it breaks nothing, and what they save is rehearsed with the same result."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.playground.acts import Form, NotSo, step_of
from bot.playground.game import Game
from bot.playground.page import page
from bot.playground.phones import pressable
from bot.playground.saving import story
from bot.playground.view import View
from bot.rehearsal.people import Person
from bot.rehearsal.play import CannotPlay, Rehearsal, played
from bot.rehearsal.scenario import load

LISTS = ("interviews", "invites", "tracker", "timers", "escalations", "events")
SAID = {
    "candidate": (
        *("The first one works", "none of these", "Can we move it to Friday after 10?", "STOP", "START", "2", "yes"),
        *("who will I meet?", "I'm running late", "Ja, Dienstag passt"),
    ),
    "client": (
        *("Tuesday 10-12 or Wednesday after 3pm", "any time Thursday", "We have to cancel the interview", "1"),
        *("She was great, let's go on", "next Monday 9-17"),
    ),
    "recruiter": (
        *("schedule Ana Silva for Data Engineer at Acme", "schedule Ben Okafor for Data Engineer at Acme with me"),
        *("schedule Lea Brandt for Product Manager at Northwind", "status", "cancel Ana", "undo", "outcome Ana passed"),
        *("take Ana", "back Ana", "move Ana to Thursday", "say Ana: hello there", "pause Ana", "resume Ana"),
    ),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("seed", range(40 if metafunc.config.getoption("thorough") else 1))


def anything(chance: random.Random, rehearsal: Rehearsal) -> Form:
    """Something one could do now."""
    who = chance.choice(list(rehearsal.people.values()))
    form = chance.choice(
        [
            {"do": "say", "text": chance.choice(SAID[who.role])},
            {"do": "say", "text": chance.choice(SAID[who.role])},
            {"do": "press", "button": chance.choice(["1", *buttons_of(who, rehearsal)])},
            {"do": "answer", "answer": chance.choice(["accept", "decline", "tentative"])},
            {"do": "answer", "answer": "counter", "at": "2026-03-06T15:00"},
            {"do": "receipt", "status": chance.choice(["read", "undelivered", "failed"])},
            {"do": "spoil", "how": chance.choice(["slow", "undelivered", "failed"])},
            {"do": "jump", "how": chance.choice(["10m", "1h", "morning", "next"])},
            {"do": chance.choice(["outage", "crash"])},
        ]
    )
    return {**form, "who": who.key, "channel": chance.choice(who.channels)}


def buttons_of(who: Person, rehearsal: Rehearsal) -> Sequence[str]:
    channels = rehearsal.world.channels
    shown = [each for name in who.channels for each in channels[name].delivered if each.to == who.addresses[name]]
    return [each.id for message in shown for each in pressable(message)]


async def test_any_play_is_rehearsed_with_the_same_result(tmp_path: Path, seed: int) -> None:
    chance, game = random.Random(seed), Game()
    await game.begin(chance.choice(["", *game.starters]))
    people = {person.key: person for person in game.scenario.people}
    try:
        for _ in range(12):
            try:
                async with game.still() as rehearsal:
                    step = await step_of(anything(chance, rehearsal), rehearsal)
                await game.do(step)
            except (NotSo, CannotPlay):
                continue
            assert "Ana Silva" in await page(game, View.read("", people))
        async with game.still() as rehearsal:
            (tmp_path / "story.yaml").write_text(await story(game, rehearsal), "utf-8")
            before = (await rehearsal.report()).data
    finally:
        await game.close()
    async with played(load(tmp_path / "story.yaml"), f"sqlite+aiosqlite:///{tmp_path / 'again.db'}") as again:
        report = await again.report()
    assert [each for each in report.data["expectations"] if not each["ok"]] == []
    assert {name: report.data[name] for name in LISTS} == {name: before[name] for name in LISTS}
