"""A second reader, where one is configured: asked when the rules are unsure, within its time and its budget.

Whatever becomes of it, there is a reading: the rules' own, which then says why nobody else was heard.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.breaker import Breaker
from bot.records import models
from bot.records.base import Records
from bot.records.models import ModelCallRow
from dialogs.understanding import Context, Understanding
from dialogs.understanding.second_opinion import Letter, letter, weighed
from integrations.models.base import Asked, Broken, Busy, Model, ModelError, Prompt, Refused, Usage, prompt

log = structlog.get_logger()

PROMPT = "read-a-message"
# What a call costs of which nobody says what it cost: an answer of usual length, and every third byte a token.
USUAL_ANSWER = 150
BYTES_OF_A_TOKEN = 3
# Turned away without a count of tokens: nobody is asked to pay for that. A call that timed out may well be paid for.
FREE = frozenset({Busy.outcome, Broken.outcome, Refused.outcome})


@dataclass(frozen=True)
class Limits:
    """When it is asked, and what that may cost. Prices are for a million tokens."""

    below: float = 0.66
    calls_per_day: int = 1_000
    cost_per_day: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0

    def cost(self, usage: Usage) -> int:
        """In millionths of what the prices are in."""
        return round((usage.tokens_in or 0) * self.price_in + (usage.tokens_out or 0) * self.price_out)


@dataclass(frozen=True)
class Question:
    """A message the rules are unsure of. Equal questions have equal answers."""

    text: str
    context: Context
    rules: Understanding
    names: frozenset[str] = field(default=frozenset(), repr=False)


class SecondReader:
    """One model with its budget; whoever hears people shares it."""

    def __init__(self, model: Model, limits: Limits, records: Records, now: Callable[[], datetime]) -> None:
        self.limits = limits
        self._model = model
        self._records = records
        self._now = now
        self._breaker = Breaker(now)

    async def read(self, question: Question) -> Understanding:
        """The better reading if there is one; `read_by` says whose it is, and why it is not the model's."""
        shown = letter(question.text, question.names)
        asked = await self._asked(prompt(PROMPT), _put(shown, question.context))
        if isinstance(asked, str):
            return replace(question.rules, read_by=f"rules, model failed: {asked}")
        better = weighed(asked.answer.opinion(), shown, question.context, question.rules)
        if better is None:
            return replace(question.rules, read_by="rules, model not followed")
        return replace(better, read_by="model")

    async def close(self) -> None:
        await self._model.close()

    async def _asked(self, told: Prompt, question: str) -> Asked | str:
        """The answer, or in a word why there is none."""
        if not self._breaker.lets_through():
            return "resting"
        call = None
        try:
            call = await self._begun(told, question)
        finally:
            if call is None:
                self._breaker.was_not_asked()
        return await self._carried_out(call, told, question) if call else "budget"

    async def _begun(self, told: Prompt, question: str) -> ModelCallRow | None:
        """The call as a row; None: the day's budget is spent."""
        now = self._now()
        most = Usage(len((told.system + question).encode()) // BYTES_OF_A_TOKEN, USUAL_ANSWER)
        call = ModelCallRow(
            at=now,
            day=now.date().isoformat(),
            model=self._model.name,
            prompt=told.label,
            outcome=models.UNDER_WAY,
            cost=self.limits.cost(most),
        )
        budget = self.limits.cost_per_day
        async with self._records.write() as session:
            calls, cost = self.limits.calls_per_day, None if budget is None else round(budget * 1_000_000)
            begun = await models.begin(session, call, calls, cost)
        return call if begun else None

    async def _carried_out(self, call: ModelCallRow, told: Prompt, question: str) -> Asked | str:
        loop = asyncio.get_running_loop()
        begun, outcome, usage = loop.time(), "broken off", Usage()
        try:
            asked = await self._model.ask(told, question)
        except ModelError as error:
            outcome, usage = error.outcome, error.usage
            self._breaker.failed(error.retry_after)
            log.warning("model_failed", model=call.model, why=str(error))
            return outcome
        except BaseException:
            self._breaker.failed()
            raise
        else:
            outcome, usage = "answered", asked.usage
            self._breaker.went_well()
            return asked
        finally:
            await asyncio.shield(self._finished(call, outcome, usage, round((loop.time() - begun) * 1000)))

    async def _finished(self, call: ModelCallRow, outcome: str, usage: Usage, milliseconds: int) -> None:
        cost = self.limits.cost(usage) if usage.tokens_in is not None else call.cost
        if outcome in FREE and usage.tokens_in is None:
            cost = 0
        call.outcome, call.milliseconds = outcome, milliseconds
        call.tokens_in, call.tokens_out = usage.tokens_in, usage.tokens_out
        async with self._records.write() as session:
            await models.finish(session, call, cost)
        log.info("model_asked", model=call.model, outcome=outcome, milliseconds=milliseconds, cost=cost)


def _put(shown: Letter, context: Context) -> str:
    """What the model gets: the words as material in a field of their own, times on the writer's clock."""
    offers = [f"{offer.astimezone(context.timezone):%A %Y-%m-%d %H:%M}" for offer in context.offers]
    asked = {
        "stage": context.stage.value,
        "now": f"{context.now.astimezone(context.timezone):%A %Y-%m-%d %H:%M}",
        "minutes": context.minutes,
        "offers": offers,
        "message": shown.text,
    }
    return json.dumps(asked, ensure_ascii=False)
