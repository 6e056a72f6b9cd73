"""A chat model over LangChain: OpenAI's own, or whatever speaks its protocol at another address.

The only importer of LangChain. Importing it takes a second and 80 MiB, so this module is imported when a model is
configured and not before. No agents, no tools, no memory: one question, one answer of a closed shape.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx2
import openai
from langchain.chat_models import init_chat_model
from langchain_core.messages import AIMessage
from langsmith import tracing_context
from pydantic import ValidationError

from integrations.models.base import (
    Answer,
    Asked,
    Broken,
    Busy,
    Cut,
    Misshapen,
    Model,
    Prompt,
    Refused,
    Shape,
    Unanswered,
    Unreachable,
    Usage,
)

NO_KEY = "none"  # a server of one's own may want no key; the SDK always wants one
A_LOT = 1_000  # tokens of an answer: far more than any honest one has


class LangChainModel(Model):
    """Without a URL it is OpenAI's own address."""

    def __init__(
        self, name: str, *, key: str | None, url: str | None, seconds: float = 4.0, shape: Shape = "json_schema"
    ) -> None:
        self.name = name
        self._seconds = seconds
        # Nobody is followed elsewhere with what somebody wrote, and no proxy of the environment stands between.
        self._client = httpx2.AsyncClient(timeout=seconds, follow_redirects=False, trust_env=False)
        # No temperature: some models refuse one, and nothing here hangs on it. No second try either: the time-out is
        # for all there is, and whoever asks counts what is spent.
        chat = init_chat_model(
            name,
            model_provider="openai",
            api_key=key or NO_KEY,
            base_url=url or "https://api.openai.com/v1",
            http_async_client=self._client,
            max_retries=0,
            timeout=seconds,
            max_tokens=A_LOT,
            use_responses_api=False,
        )
        # Its own parser would mend half an answer into a whole one; only the raw one is looked at.
        self._asking = chat.with_structured_output(
            Answer.model_json_schema(),
            method=shape,
            include_raw=True,
            **({} if shape == "json_mode" else {"strict": True}),
        )

    async def ask(self, prompt: Prompt, question: str) -> Asked:
        said = [("system", prompt.system), ("human", question)]
        with _in_our_words(), tracing_context(enabled=False):  # what people write goes nowhere besides
            async with asyncio.timeout(self._seconds):
                told: Any = await self._asking.ainvoke(said)
        return _read(told["raw"])

    async def close(self) -> None:
        await self._client.aclose()


def _read(raw: AIMessage) -> Asked:
    """Raises Unusable; what is not whole and not of the shape is no answer."""
    usage = _usage(raw.usage_metadata)
    if raw.response_metadata.get("finish_reason") == "length":
        raise Cut(usage=usage)
    if raw.additional_kwargs.get("refusal"):
        raise Refused("it would rather not", usage)
    try:
        if raw.tool_calls:
            return Asked(Answer.model_validate_json(json.dumps(raw.tool_calls[0]["args"])), usage)
        return Asked(Answer.model_validate_json(str(raw.content)), usage)
    except ValidationError as error:
        # What is wrong with it; never what stood there, be it the name of a field: that may be words of the message.
        raise Misshapen(error.errors(include_input=False, include_url=False)[0]["type"], usage) from None


def _usage(counted: Mapping[str, Any] | None) -> Usage:
    return Usage(counted["input_tokens"], counted["output_tokens"]) if counted else Usage()


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Whatever the SDK raises becomes a ModelError, without a word of what was sent or came."""
    try:
        yield
    except (TimeoutError, openai.APITimeoutError):
        raise Unanswered from None
    except openai.LengthFinishReasonError as error:
        counted = error.completion.usage
        raise Cut(usage=Usage(counted.prompt_tokens, counted.completion_tokens) if counted else Usage()) from None
    except openai.ContentFilterFinishReasonError:
        raise Refused("its filter stopped it") from None
    except openai.APIStatusError as error:
        raise _of_status(error.status_code, error.response.headers) from None
    except openai.APIConnectionError as error:
        raise Unreachable(type(error.__cause__ or error).__name__) from None
    except (openai.OpenAIError, ValueError, TypeError, LookupError, AttributeError) as error:
        # A server that says 200 and then something else: a page, half a body, an answer without a choice.
        raise Misshapen(type(error).__name__) from None


def _of_status(status: int, headers: Mapping[str, str]) -> Busy | Broken | Refused:
    if status == 429:
        return Busy(str(status), retry_after=_seconds(headers.get("retry-after")))
    if status in (408, 409, 425) or status >= 500:
        return Broken(str(status), retry_after=_seconds(headers.get("retry-after")))
    return Refused(str(status))


def _seconds(words: str | None) -> timedelta | None:
    """Vendors of models write seconds; a date, the other form RFC 9110 has, counts as nothing said."""
    return timedelta(seconds=int(words)) if words and words.isascii() and words.isdecimal() and len(words) < 7 else None
