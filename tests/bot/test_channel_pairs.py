"""A story keeps its promise wherever its people write: every channel of candidates with every one of the others."""

from __future__ import annotations

from itertools import cycle, product
from pathlib import Path

import pytest

from bot.rehearsal.recasting import read_channels, recast
from bot.rehearsal.scenario import load
from bot.rehearsal.steps import Outage, ReceiptComes, Says
from tests.bot.test_stories import FILES, STORIES, play, retold
from tests.conftest import Database

CANDIDATES = ("whatsapp", "sms", "telegram", "email")
OTHERS = ("slack", "teams", "email")
PAIRS = list(product(CANDIDATES, OTHERS))
# What a negotiation is made of. What happens when one channel fails is of that channel, and told elsewhere.
TALKS = [
    each
    for each in FILES
    if each.parent.name in {"calling-off", "confirmations", "hosting", "invites", "moving", "reading", "settling"}
    and not any(isinstance(step, Outage | ReceiptComes) for step in load(each).steps)
]
# Each pair once, each time with another story.
SOME = list(zip(cycle(TALKS[:: max(1, len(TALKS) // len(PAIRS))]), PAIRS, strict=False))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "pair" in metafunc.fixturenames:
        cases = list(product(TALKS, PAIRS)) if metafunc.config.getoption("thorough") else SOME
        ids = [f"{path.relative_to(STORIES).with_suffix('')}, {'-'.join(pair)}" for path, pair in cases]
        metafunc.parametrize(("path", "pair"), cases, ids=ids)


def test_a_story_keeps_its_promise_on_every_pair_of_channels(
    path: Path, pair: tuple[str, str], sqlite: Database
) -> None:
    candidate, others = pair
    roles = {"candidate": candidate, **dict.fromkeys(("client", "recruiter", "interviewer"), others)}
    told = play(recast(load(path), roles), sqlite)
    missed = [each for each in told["expectations"] if not each["ok"]]
    assert not missed, retold(told, missed)


def test_everybody_is_written_to_where_they_are_now(sqlite: Database) -> None:
    story = recast(load(STORIES / "moving" / "moved-twice.yaml"), {"candidate": "telegram", "client": "teams"})
    told = play(story, sqlite)
    candidates = {each.key for each in story.people if each.role == "candidate"}
    clients = {each.key for each in story.people if each.role == "client"}
    words = [each for each in told["messages"] if each["kind"] in ("availability_request", "offer", "confirmation")]
    assert {each["channel"] for each in words if each["to"] in candidates} == {"telegram"}
    assert {each["channel"] for each in words if each["to"] in clients} == {"teams"}


def test_what_they_write_by_name_of_a_channel_comes_from_the_other_one() -> None:
    story = load(STORIES / "reading" / "an-email-with-the-old-thread-below.yaml")
    named = [step.channel for step in story.steps if isinstance(step, Says) and step.channel]
    moved = recast(story, {"candidate": "sms", "client": "teams"})
    assert "email" not in [each.channels[0] for each in moved.people if each.role in ("candidate", "client")]
    assert len([step for step in moved.steps if isinstance(step, Says) and step.channel]) == len(named)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("candidat=sms", "did you mean candidate"),
        ("candidate=pigeon", "no channel"),
        ("room=sms", "nobody"),
        ("x", "nobody"),
    ],
)
def test_a_slip_in_who_writes_where_is_told(said: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read_channels(said)
