"""A stand-in for a language model: a server that speaks OpenAI's chat protocol, and fails as it is told.

    POST /v1/chat/completions   answers in the way it was told last, or fails in the way it was told next
    GET  /calls                 what it was asked, the last one last
    POST /behave                {"as": "obedient"} from now on; {"fail": "busy", "times": 2}: the next ones

It does not read: how it is to answer a question is a function it is given. Run as a program it listens on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dialogs.understanding.meaning import Act

Question = Mapping[str, Any]
Said = Mapping[str, Any]
Answers = Callable[[Question], Said]

NOTHING: Said = {"acts": ["unclear"], "choice": [], "says": [], "wanted": [], "preferred": [], "blocked": []}


class Fault(StrEnum):
    SLOW = "slow"  # says nothing for a minute
    DRIBBLE = "dribble"  # says something every now and then, and never ends
    BUSY = "busy"  # 429, with Retry-After
    BROKEN = "broken"  # 500
    NO_KEY = "no_key"  # 401
    MOVED = "moved"  # 307 to somebody else
    HALF = "half"  # the answer stops at its longest
    TORN = "torn"  # the connection breaks in the middle of the answer
    A_PAGE = "a_page"  # 200, and a page of a proxy
    NOT_JSON = "not_json"  # prose where JSON was asked for
    WRONG_SHAPE = "wrong_shape"  # JSON of a shape of its own
    NO_CHOICE = "no_choice"  # an answer without an answer
    UNWILLING = "unwilling"  # it refuses, in the protocol's own way


def unsure(_: Question) -> Said:
    return NOTHING


def obedient(question: Question) -> Said:
    """Does whatever a message may ask of it: every act, every offer, every word, and times of its own."""
    words = [each.strip() for each in re.split(r"[\n.!?]", question["message"]) if each.strip()]
    named = [act.value for act in Act if act.value.replace("_", " ") in question["message"].lower().replace("_", " ")]
    everything = [*words, question["message"], "Friday at 15:00", "2026-03-06T15:00:00Z"]
    return {
        "acts": [*named, *(act.value for act in Act if act.value not in named)],
        "choice": list(range(len(question["offers"]))) or [0],
        "says": everything,
        "wanted": everything,
        "preferred": everything,
        "blocked": everything,
    }


WAYS: dict[str, Answers] = {"unsure": unsure, "obedient": obedient}


class StandInModel:
    """What the server knows: how to answer, how to fail next, and what it was asked."""

    def __init__(self, answers: Answers = unsure, *, retry_after: int = 30) -> None:
        self.answers = answers
        self.retry_after = retry_after
        self.calls: list[dict[str, Any]] = []
        self._faults: list[Fault] = []

    def fail(self, fault: Fault, times: int = 1) -> None:
        self._faults = [fault] * times

    async def complete(self, request: Request) -> Response:
        asked = await request.json()
        self.calls.append({"asked": asked, "key": request.headers.get("authorization", "")})
        question = json.loads(asked["messages"][-1]["content"])
        said = json.dumps(self.answers(question), ensure_ascii=False)
        fault = self._faults.pop() if self._faults else None
        return await self._failing(fault, asked, said) if fault else JSONResponse(_whole(asked, said))

    async def _failing(self, fault: Fault, asked: Mapping[str, Any], said: str) -> Response:
        match fault:
            case Fault.SLOW:
                await asyncio.sleep(60)
                return JSONResponse(_whole(asked, said))
            case Fault.DRIBBLE | Fault.TORN:
                return Incomplete(json.dumps(_whole(asked, said)).encode(), ends=fault is Fault.TORN)
            case Fault.BUSY:
                headers = {"Retry-After": str(self.retry_after)}
                return JSONResponse({"error": {"message": "slow down", "type": "rate_limit"}}, 429, headers)
            case Fault.BROKEN:
                return JSONResponse({"error": {"message": "it broke", "type": "server_error"}}, 500)
            case Fault.NO_KEY:
                return JSONResponse({"error": {"message": "who are you?", "code": "invalid_api_key"}}, 401)
            case Fault.MOVED:
                return RedirectResponse("http://127.0.0.1:9/v1/chat/completions")
            case Fault.A_PAGE:
                return HTMLResponse("<html><body>Sign in to the network</body></html>")
            case _:
                return JSONResponse(_odd(fault, asked, said))


def _whole(asked: Mapping[str, Any], said: str) -> dict[str, Any]:
    """The answer as the protocol has it, in the way it was asked for."""
    message: dict[str, Any] = {"role": "assistant", "content": said, "refusal": None}
    finish = "stop"
    if tools := asked.get("tools"):
        call = {"name": tools[0]["function"]["name"], "arguments": said}
        message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": call}]}
        finish = "tool_calls"
    sent = sum(len(each["content"]) for each in asked["messages"]) // 4
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {"prompt_tokens": sent, "completion_tokens": len(said) // 4, "total_tokens": sent + len(said) // 4},
    }


def _odd(fault: Fault, asked: Mapping[str, Any], said: str) -> dict[str, Any]:
    match fault:
        case Fault.HALF:
            whole = _whole(asked, said[: len(said) // 2])
            whole["choices"][0]["finish_reason"] = "length"
        case Fault.NOT_JSON:
            whole = _whole(asked, "Sure! The candidate would like Tuesday at 3.")
        case Fault.WRONG_SHAPE:
            whole = _whole(asked, '{"acts": ["accept"], "choice": ["the first"], "start": "2026-03-06T15:00:00Z"}')
        case Fault.UNWILLING:
            whole = _whole(asked, said)
            whole["choices"][0]["message"] |= {"content": None, "refusal": "I would rather not."}
        case _:
            whole = _whole(asked, said) | {"choices": []}
    return whole


class Incomplete(Response):
    """Half of what was promised; then nothing more, or a space now and again."""

    def __init__(self, whole: bytes, *, ends: bool) -> None:
        super().__init__()
        self._whole, self._ends = whole, ends

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = str(10 * len(self._whole)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._whole[: len(self._whole) // 2], "more_body": True})
        while not self._ends:
            await asyncio.sleep(0.2)
            await send({"type": "http.response.body", "body": b" ", "more_body": True})


def web(model: StandInModel) -> Starlette:
    async def show(_: Request) -> Response:
        return JSONResponse(model.calls)

    async def behave(request: Request) -> Response:
        told = await request.json()
        if "as" in told:
            model.answers = WAYS[told["as"]]
        if "fail" in told:
            model.fail(Fault(told["fail"]), told.get("times", 1))
        return JSONResponse({"ok": True})

    return Starlette(
        routes=[
            Route("/v1/chat/completions", model.complete, methods=["POST"]),
            Route("/calls", show),
            Route("/behave", behave, methods=["POST"]),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for a language model.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one; the first line printed names it")
    parser.add_argument("--as", dest="way", choices=sorted(WAYS), default="unsure", help="how it answers")
    said = parser.parse_args()
    door = socket.create_server(("127.0.0.1", said.port))
    sys.stdout.write(f"listening on http://127.0.0.1:{door.getsockname()[1]}/v1\n")
    sys.stdout.flush()
    config = uvicorn.Config(web(StandInModel(WAYS[said.way])), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[door])


if __name__ == "__main__":
    main()
