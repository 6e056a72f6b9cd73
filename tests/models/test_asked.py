"""A model in the house: asked outside of any transaction, masked, counted, within its budget; or out of order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from sqlalchemy import select

from bot.doors.metrics import exposition
from bot.hearing.inbox import keep
from bot.house import House
from bot.jobs import Job
from bot.records import everything, models, people, story
from bot.records.base import Records
from bot.records.models import ModelCallRow
from bot.records.schema import migrate
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.scenario import load
from bot.second_opinion import Limits, SecondReader
from bot.terminal.story import last_step, tell
from bot.worker import Assistant
from dialogs.understanding import Act, Context, Stage, understand
from dialogs.understanding.second_opinion import worth_asking
from integrations.channels.base import Inbound
from integrations.models.base import Answer, Asked, Broken, Busy, Model, ModelError, Prompt, Unanswered, Usage
from integrations.models.langchain import LangChainModel
from integrations.standins.model import NOTHING, Answers, Fault, StandInModel, obedient, web
from tests.loopback import serving
from tests.models.hostile import CANARY, hostile

STORY = """\
name: Ana has two times to choose from
now: 2026-03-02T09:00:00+01:00
people:
  rita: {role: recruiter, name: Rita Lopes, timezone: Europe/Madrid, channels: [slack], email: rita@firm.example}
  carl: {role: client, name: Carl Olsen, company: Acme, timezone: Europe/Berlin, channels: [email], email: c@a.example}
  ana: {role: candidate, name: Ana Silva, timezone: Europe/Lisbon, channels: [whatsapp], phone: "+351912345678"}
jobs:
  - {title: Data Engineer, company: Acme, rounds: [{name: Technical, minutes: 45, mode: video}]}
script:
  - rita: schedule Ana Silva for Data Engineer at Acme
  - carl: Tuesday 10-12 or Wednesday after 3pm
"""
NUMBER = "+351912345678"

USUAL = Limits()
UNSURE = "I might make Wednesday"
AGREES = {**NOTHING, "acts": ["select"], "choice": [1, 2], "says": ["might make Wednesday"]}


@dataclass
class InProcess(Model):
    """Answers what it is told to, or fails; whatever happens while it is asked is for the test to say."""

    said: dict[str, Any] = field(default_factory=lambda: dict(AGREES))
    fails: ModelError | None = None
    meanwhile: Callable[[], Awaitable[None]] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    name: str = "in process"

    async def ask(self, prompt: Prompt, question: str) -> Asked:
        self.asked.append(json.loads(question))
        if self.meanwhile:
            await self.meanwhile()
        if self.fails:
            raise self.fails
        return Asked(Answer.model_validate(self.said, strict=False), Usage(700, 40))


@dataclass
class Firm:
    """Ana has been offered three times: Tuesday at 9, Wednesday at 14 and at 15, her time."""

    rehearsal: Rehearsal
    house: House
    told: int = 0

    async def hears(self, text: str) -> None:
        """Ana writes, and what comes of it is done."""
        await self.does(await self.keeps(text))

    async def keeps(self, text: str) -> Sequence[Job]:
        self.told += 1
        return await keep(self.house, Inbound(f"w{self.told}", "whatsapp", NUMBER, text))

    async def does(self, jobs: Sequence[Job]) -> None:
        waiting = list(jobs)
        for job in waiting:
            waiting += await Assistant(self.house).run(job)

    async def readings(self) -> list[tuple[str, str]]:
        """What she was heard to say last, and who read it."""
        async with self.house.records.read() as session:
            turns = await story.turns_of(session, (await everything.negotiations(session))[0].id)
        return [(turn.meaning["acts"][0], turn.meaning["read_by"]) for turn in turns if turn.meaning][1:]

    async def status(self) -> str:
        async with self.house.records.read() as session:
            return (await everything.negotiations(session))[0].status

    async def calls(self) -> list[ModelCallRow]:
        return await calls_in(self.house.records)

    def got(self) -> list[str]:
        return [message.text for message in self.rehearsal.world.channels["whatsapp"].delivered]


async def calls_in(records: Records) -> list[ModelCallRow]:
    async with records.read() as session:
        return list(await session.scalars(select(ModelCallRow).order_by(ModelCallRow.id)))


@asynccontextmanager
async def firm(folder: Path, model: Model | None, limits: Limits = USUAL, url: str = "") -> AsyncIterator[Firm]:
    (folder / "story.yaml").write_text(STORY, "utf-8")
    rehearsal = Rehearsal(load(folder / "story.yaml"), url or f"sqlite+aiosqlite:///{folder / 'firm.db'}")
    await rehearsal.prepare()
    await rehearsal.run()
    house = rehearsal.stage.house
    second = SecondReader(model, limits, house.records, house.clock.now) if model else None
    yield Firm(rehearsal, replace(house, second=second))
    await rehearsal.stage.close()


@asynccontextmanager
async def speaking(answers: Answers, *, seconds: float = 4.0) -> AsyncIterator[tuple[StandInModel, LangChainModel]]:
    standin = StandInModel(answers)
    async with serving(web(standin)) as url:
        model = LangChainModel("some-model", key="k", url=f"{url}/v1", seconds=seconds)
        try:
            yield standin, model
        finally:
            await model.close()


# Asked


async def test_where_the_rules_are_unsure_a_model_is_asked_and_the_trace_says_so(
    tmp_path: Path, database_url: str
) -> None:
    async with speaking(lambda _: AGREES) as (standin, model), firm(tmp_path, model, url=database_url) as here:
        await here.hears(UNSURE)
        assert await here.readings() == [("select", "model")]
        (call,) = await here.calls()
        assert (call.outcome, call.model, call.prompt) == ("answered", "some-model", "read-a-message/1")
        assert call.tokens_in
        assert call.tokens_out
        assert call.milliseconds
        async with here.house.records.read() as session:
            chapters = await last_step(session)
    console = Console(record=True, width=200)
    tell(console, chapters)
    assert "read by model" in console.export_text()
    question = json.loads(standin.calls[0]["asked"]["messages"][1]["content"])
    assert question["offers"][:2] == ["Tuesday 2026-03-03 09:00", "Wednesday 2026-03-04 14:00"], "on her clock"
    assert question["message"] == UNSURE


async def test_names_and_contacts_stay_in_the_house(tmp_path: Path) -> None:
    model = InProcess()
    words = (
        "Carl Olsen of Acme has my number +351 91 234 56 78, or ana.s@mail.example, see https://ana.example/cv?x=1\nAna"
    )
    async with firm(tmp_path, model) as here:
        await here.hears(f"{UNSURE}\n{words}")
        assert await here.readings() == [("select", "model")]
    told = json.dumps(model.asked)
    assert UNSURE in told
    for secret in ("Carl", "Olsen", "Acme", "Ana", "Silva", "Rita", "351", "234 56", "mail.example", "ana.", "cv"):
        assert secret not in told


async def test_where_the_rules_are_sure_nobody_is_asked(tmp_path: Path) -> None:
    model = InProcess()
    async with firm(tmp_path, model) as here:
        await here.hears("the second one works")
        assert await here.readings() == [("select", "rules")]
        assert await here.status() == "confirmed"
    assert model.asked == []


@pytest.mark.parametrize("words", ["STOP", "please unsubscribe me", "wrong number", "please cancel the interview"])
async def test_what_is_grave_is_nobody_elses_business(words: str, tmp_path: Path) -> None:
    model = InProcess()
    async with firm(tmp_path, model, Limits(below=0.9)) as here:
        await here.hears(words)
    assert model.asked == []


async def test_what_a_human_holds_is_shown_to_no_model(tmp_path: Path) -> None:
    model = InProcess()
    async with firm(tmp_path, model) as here:
        take = Inbound("t", "slack", "rita", "take Ana")
        await here.does(await keep(here.house, replace(take, sender=await address_of(here, "rita"))))
        await here.hears(UNSURE)
        assert await here.readings() == [("select", "rules")]
    assert model.asked == []


async def address_of(here: Firm, key: str) -> str:
    async with here.house.records.read() as session:
        return next(each.address for each in await people.contacts(session, key) if each.channel == "slack")


# Between two transactions


async def test_nobody_waits_for_the_database_while_it_is_asked(tmp_path: Path, database_url: str) -> None:
    model = InProcess()
    async with firm(tmp_path, model, url=database_url) as here:

        async def somebody_else_writes() -> None:
            async with asyncio.timeout(5):
                await keep(here.house, Inbound("other", "email", "c@a.example", "thank you"))

        model.meanwhile = somebody_else_writes
        await here.hears(UNSURE)
        assert await here.readings() == [("select", "model")]


async def test_what_she_writes_meanwhile_is_heard_with_it(tmp_path: Path) -> None:
    model = InProcess()
    async with firm(tmp_path, model) as here:

        async def she_goes_on() -> None:
            model.meanwhile = None
            await here.keeps("The first one it is.")

        model.meanwhile = she_goes_on
        await here.hears(UNSURE)
        assert len(await here.readings()) == 1, "one turn for both"
        assert model.asked[0]["message"] == UNSURE


async def test_who_never_stops_writing_is_not_asked_about_for_ever(tmp_path: Path) -> None:
    model = InProcess()
    async with firm(tmp_path, model) as here:

        async def she_goes_on() -> None:
            await here.keeps("hmm")

        model.meanwhile = she_goes_on
        await here.hears("blorb")
        assert await here.readings() == [("unclear", "rules, model failed: asked too often")]
    assert len(model.asked) == 3


# Without


FAULTS = [
    (Fault.SLOW, "timeout"),
    (Fault.DRIBBLE, "timeout"),
    (Fault.BUSY, "busy"),
    (Fault.BROKEN, "broken"),
    (Fault.NO_KEY, "refused"),
    (Fault.HALF, "cut"),
    (Fault.TORN, "unreachable"),
    (Fault.A_PAGE, "misshapen"),
    (Fault.NOT_JSON, "misshapen"),
    (Fault.WRONG_SHAPE, "misshapen"),
    (Fault.NO_CHOICE, "misshapen"),
]


@pytest.mark.parametrize(("fault", "outcome"), FAULTS)
async def test_when_it_fails_the_rules_go_on_and_say_so(fault: Fault, outcome: str, tmp_path: Path) -> None:
    seconds = 0.5 if outcome == "timeout" else 60.0  # a busy machine is no time-out
    async with speaking(lambda _: AGREES, seconds=seconds) as (standin, model), firm(tmp_path, model) as here:
        standin.fail(fault)
        before = len(here.got())
        await here.hears("blorb")
        assert await here.readings() == [("unclear", f"rules, model failed: {outcome}")]
        assert [call.outcome for call in await here.calls()] == [outcome]
        answer = here.got()[before:]
    assert len(answer) == 1
    async with firm(tmp_path, None, url=f"sqlite+aiosqlite:///{tmp_path / 'without.db'}") as here:
        before = len(here.got())
        await here.hears("blorb")
        assert here.got()[before:] == answer, "she hears what she would hear without a model"


async def test_what_it_says_and_the_words_do_not_is_not_followed(tmp_path: Path) -> None:
    model = InProcess({**NOTHING, "acts": ["accept"], "choice": [0], "says": ["blorb"]})
    async with firm(tmp_path, model) as here:
        await here.hears("blorb")
        assert await here.readings() == [("unclear", "rules, model not followed")]
        assert await here.status() == "offered"


# What it may cost


async def test_a_day_has_a_budget_of_calls(tmp_path: Path) -> None:
    model = InProcess(dict(NOTHING))
    async with firm(tmp_path, model, Limits(calls_per_day=2)) as here:
        for word in ("blorb", "grunk", "zorp"):
            await here.hears(word)
        assert len(model.asked) == 2
        assert (await here.readings())[-1] == ("unclear", "rules, model failed: budget")
        here.rehearsal.world.clock.advance_to(here.house.clock.now() + timedelta(days=1))
        await here.hears("fnord")
        assert len(model.asked) == 3


async def test_a_day_has_a_budget_of_money(tmp_path: Path) -> None:
    """700 tokens in at 2 and 40 out at 10 for a million: 1,800 millionths a call."""
    model = InProcess(dict(NOTHING))
    limits = Limits(cost_per_day=0.006, price_in=2.0, price_out=10.0)
    async with firm(tmp_path, model, limits) as here:
        for word in ("blorb", "grunk", "zorp", "fnord"):
            await here.hears(word)
        calls = await here.calls()
        assert {call.cost for call in calls} == {1_800}
        assert 1 <= len(calls) <= 3
        assert sum(call.cost for call in calls) <= 6_000
        assert (await here.readings())[-1] == ("unclear", "rules, model failed: budget")


@pytest.mark.parametrize(
    ("error", "paid"), [(Unanswered(), True), (Busy(), False), (Broken(), False), (Broken(usage=Usage(10, 0)), True)]
)
async def test_what_nobody_answered_may_have_to_be_paid_for(error: ModelError, paid: bool, tmp_path: Path) -> None:
    model = InProcess(fails=error)
    async with firm(tmp_path, model, Limits(price_in=2.0, price_out=10.0)) as here:
        await here.hears("blorb")
        (call,) = await here.calls()
        assert (call.cost > 0) is paid


async def test_several_processes_share_one_budget(database_url: str) -> None:
    records = [Records(database_url), Records(database_url)]
    await migrate(records[0])
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)

    async def take(number: int) -> bool:
        call = ModelCallRow(at=at, day="2026-03-02", model="m", prompt="p/1", outcome=models.UNDER_WAY, cost=3)
        async with records[number % 2].write() as session:
            return await models.begin(session, call, 100, 21)

    taken = await asyncio.gather(*(take(number) for number in range(20)))
    assert sum(taken) == 7
    assert len(await calls_in(records[0])) == 7
    for each in records:
        await each.close()


async def test_who_fails_again_and_again_is_left_alone_for_a_while(tmp_path: Path) -> None:
    model = InProcess(dict(NOTHING), fails=Broken())
    async with firm(tmp_path, model) as here:
        for word in ("a1b", "b2c", "c3d", "d4e", "e5f", "f6g"):
            await here.hears(f"blorb {word}")
        assert len(model.asked) == 5
        assert (await here.readings())[-1] == ("unclear", "rules, model failed: resting")
        here.rehearsal.world.clock.advance_to(here.house.clock.now() + timedelta(minutes=1))
        model.fails = None
        await here.hears("grunk")
        assert (await here.readings())[-1] == ("unclear", "rules, model not followed")


async def test_prometheus_is_told(tmp_path: Path) -> None:
    model = InProcess(dict(NOTHING))
    async with firm(tmp_path, model, Limits(price_in=2.0, price_out=10.0)) as here:
        await here.hears("blorb")
        model.fails = Busy()
        await here.hears("grunk")
        told = (await exposition(here.house)).decode()
    assert 'askarsan_model_calls{outcome="answered"} 1.0' in told
    assert 'askarsan_model_calls{outcome="busy"} 1.0' in told
    assert 'askarsan_model_tokens{direction="in",outcome="answered"} 700.0' in told
    assert 'askarsan_model_cost{outcome="answered"} 0.0018' in told


# People who would rather talk to the model


def sample(count: int) -> list[str]:
    """Of those the rules are unsure of, some from everywhere."""
    known = hostile()[:: len(hostile()) // (6 * count)]
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    offers = (monday + timedelta(days=1), monday + timedelta(days=2))
    context = Context(monday, ZoneInfo("Europe/Lisbon"), offers=offers, stage=Stage.OFFERED)
    unsure = [each.text for each in known if worth_asking(understand(each.text, context), each.text, USUAL.below)]
    return unsure[:: max(1, len(unsure) // count)]


async def test_nobody_talks_a_model_into_anything(tmp_path: Path) -> None:
    """Over HTTP, with the real SDK and the whole house: the same comes of each message as without a model."""
    async with (
        speaking(obedient) as (standin, model),
        firm(tmp_path, model) as here,
        firm(tmp_path, None, url=f"sqlite+aiosqlite:///{tmp_path / 'without.db'}") as alone,
    ):
        told = sample(30)
        for each in told:
            await here.hears(each)
            await alone.hears(each)
            assert here.got() == alone.got(), each
            assert await here.status() == await alone.status(), each
        read = await here.readings()
        assert not [acts for acts, read_by in read if read_by == "model" and acts in (Act.ACCEPT, Act.SELECT)]
        assert CANARY not in "".join(here.got())
    assert len(standin.calls) > 25, "or it was hardly asked"
