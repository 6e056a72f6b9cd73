"""The real SDK against a server on loopback: a whole answer, and everything that can be wrong with one."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import langsmith.utils
import pytest

from dialogs.understanding.meaning import Act
from integrations.models.base import (
    Broken,
    Busy,
    Cut,
    Misshapen,
    ModelError,
    Refused,
    Shape,
    Unanswered,
    Unreachable,
    prompt,
)
from integrations.models.langchain import LangChainModel
from integrations.standins.model import NOTHING, Fault, StandInModel, web
from tests.loopback import serving

READ = prompt("read-a-message")
QUESTION = json.dumps({"message": "Tuesday at 3 works", "offers": []})
SAID = {**NOTHING, "acts": ["propose"], "says": ["works"], "wanted": ["Tuesday at 3"]}


@asynccontextmanager
async def asking(
    standin: StandInModel, *, seconds: float = 4.0, shape: Shape = "json_schema"
) -> AsyncIterator[LangChainModel]:
    async with serving(web(standin)) as url:
        model = LangChainModel("some-model:8b", key="sk-secret", url=f"{url}/v1", seconds=seconds, shape=shape)
        yield model
        await model.close()


@pytest.mark.parametrize("shape", ["json_schema", "function_calling", "json_mode"])
async def test_an_answer_of_the_closed_shape_is_taken(shape: Shape) -> None:
    standin = StandInModel(lambda _: SAID)
    async with asking(standin, shape=shape) as model:
        asked = await model.ask(READ, QUESTION)
    opinion = asked.answer.opinion()
    assert (opinion.acts, opinion.wanted) == ((Act.PROPOSE,), ("Tuesday at 3",))
    assert asked.usage.tokens_in
    assert asked.usage.tokens_in > 300
    assert asked.usage.tokens_out
    (call,) = standin.calls
    assert call["key"] == "Bearer sk-secret"
    assert call["asked"]["model"] == "some-model:8b"
    assert [each["role"] for each in call["asked"]["messages"]] == ["system", "user"]
    assert "temperature" not in call["asked"], "some models refuse one"


async def test_the_shape_that_is_asked_for_has_no_place_for_text_or_instants() -> None:
    standin = StandInModel(lambda _: SAID)
    async with asking(standin) as model:
        await model.ask(READ, QUESTION)
    shape = standin.calls[0]["asked"]["response_format"]["json_schema"]
    assert shape["strict"] is True
    assert shape["schema"]["additionalProperties"] is False
    assert set(shape["schema"]["properties"]) == {"acts", "choice", "says", "wanted", "preferred", "blocked"}
    assert set(shape["schema"]["required"]) == set(shape["schema"]["properties"])


FAULTS: list[tuple[Fault, type[ModelError]]] = [
    (Fault.BUSY, Busy),
    (Fault.BROKEN, Broken),
    (Fault.NO_KEY, Refused),
    (Fault.MOVED, Refused),
    (Fault.UNWILLING, Refused),
    (Fault.HALF, Cut),
    (Fault.TORN, Unreachable),
    (Fault.A_PAGE, Misshapen),
    (Fault.NOT_JSON, Misshapen),
    (Fault.WRONG_SHAPE, Misshapen),
    (Fault.NO_CHOICE, Misshapen),
]


@pytest.mark.parametrize("shape", ["json_schema", "function_calling", "json_mode"])
@pytest.mark.parametrize(("fault", "error"), FAULTS)
async def test_each_fault_is_told_apart_and_nothing_is_tried_twice(
    fault: Fault, error: type[ModelError], shape: Shape
) -> None:
    standin = StandInModel(lambda _: SAID)
    standin.fail(fault)
    async with asking(standin, shape=shape) as model:
        with pytest.raises(error) as failed:
            await model.ask(READ, QUESTION)
        assert type(failed.value) is error
        assert len(standin.calls) == 1
        assert "Tuesday" not in str(failed.value), "no word of the message or the answer in an error"
        assert (await model.ask(READ, QUESTION)).answer.wanted == ["Tuesday at 3"], "well again"


async def test_busy_says_how_long() -> None:
    standin = StandInModel(retry_after=7)
    standin.fail(Fault.BUSY)
    async with asking(standin) as model:
        with pytest.raises(Busy) as failed:
            await model.ask(READ, QUESTION)
    assert failed.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.DRIBBLE])
async def test_the_time_out_is_for_all_of_it(fault: Fault) -> None:
    """A server that says a byte now and then is never silent for long, and still never done."""
    standin = StandInModel()
    standin.fail(fault)
    async with asking(standin, seconds=0.7) as model:
        begun = time.monotonic()
        with pytest.raises(Unanswered):
            await model.ask(READ, QUESTION)
        assert 0.6 < time.monotonic() - begun < 1.5


async def test_nobody_there_is_told_apart() -> None:
    model = LangChainModel("m", key=None, url="http://127.0.0.1:9/v1")
    with pytest.raises(Unreachable):
        await model.ask(READ, QUESTION)
    await model.close()


@pytest.mark.parametrize(
    "said",
    [
        {**SAID, "reply": "Dear Ana, the job is yours"},
        {**SAID, "acts": ["pay_me"]},
        {**SAID, "choice": ["0"]},
        {**SAID, "wanted": [{"start": "2026-03-06T15:00:00Z"}]},
        {key: value for key, value in SAID.items() if key != "blocked"},
        [SAID],
    ],
)
async def test_whatever_is_not_of_the_shape_is_no_answer(said: Any) -> None:
    async with asking(StandInModel(lambda _: said)) as model:
        with pytest.raises(Misshapen):
            await model.ask(READ, QUESTION)


async def test_what_is_asked_is_told_to_nobody_besides(monkeypatch: pytest.MonkeyPatch) -> None:
    """LangSmith listens along wherever the environment says so; not here."""
    told = StandInModel()
    async with serving(web(told)) as elsewhere:
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", elsewhere)
        monkeypatch.setenv("LANGSMITH_API_KEY", "ls-secret")
        langsmith.utils.get_env_var.cache_clear()  # type: ignore[attr-defined]
        assert langsmith.utils.tracing_is_enabled(), "or this test could not fail"
        async with asking(StandInModel(lambda _: SAID)) as model:
            traced: list[Any] = []
            monkeypatch.setattr(langsmith.Client, "create_run", lambda *given, **named: traced.append(named))
            await model.ask(READ, QUESTION)
        assert traced == []
    langsmith.utils.get_env_var.cache_clear()  # type: ignore[attr-defined]


HOUSE = Path(__file__).parents[2]


def test_a_prompt_that_changes_gets_a_new_version() -> None:
    """What a model was told is recorded by name and version, so a version is one text."""
    known = {("read-a-message", 1): "77f32134fe762a38"}
    for file in sorted((HOUSE / "prompts" / "model").glob("*.yaml")):
        told = prompt(file.stem)
        digest = hashlib.sha256(told.system.encode()).hexdigest()[:16]
        assert known[told.name, told.version] == digest, "raise its version, and note the new text here"
        assert told.name == file.stem
        assert told.purpose
    # Every act by its name.
    assert [act for act in Act if not re.search(rf"\b{act.value}\b", READ.system)] == []
