"""Whoever knocks at all our doors, in a process of its own: `python -m benchmarks.knocks`, told on its input."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from itertools import count

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from benchmarks.load import at_a_rate
from benchmarks.wire import Client, request
from integrations.standins.sendgrid.account import StandInSendGrid
from tests.doors.callers import Caller, Writer, callers

AT_ONCE = 512  # connections at most; who finds none waits, and that counts


def writer(n: int, people: int) -> Writer:
    """One of so many candidates, or recruiters at Slack."""
    who = n % people
    return Writer(f"+3{who:06d}", f"ana{who}@mail.example", 1_000 + who, f"URITA{who}", "who will I meet?")


def everybody(pem: str, people: int) -> list[Caller]:
    sendgrid = StandInSendGrid(lambda: datetime.now(UTC))
    key = load_pem_private_key(pem.encode(), None)
    sendgrid.signing = key  # type: ignore[assignment]
    return callers(sendgrid, lambda n: writer(n, people))


async def knock(port: int, pem: str, people: int, first: int, rate: float, seconds: float) -> dict[str, object]:
    """One after the other at each door, at the pace that was asked for. `first`: the number of the first message."""
    all_of_them, client, numbers = everybody(pem, people), Client(port), count(first)
    waits: dict[str, list[float]] = {each.name: [] for each in all_of_them}
    wrong: dict[str, int] = {}
    loop = asyncio.get_running_loop()

    async def one(_: int) -> None:
        n = next(numbers)
        caller = all_of_them[n % len(all_of_them)]
        told = caller.knocks(caller.says(n), datetime.now(UTC))
        began = loop.time()
        status = await client.post(request(told.target, told.body, **told.headers))
        waits[caller.name].append(loop.time() - began)
        if status // 100 != 2:
            wrong[f"{caller.name} {status}"] = wrong.get(f"{caller.name} {status}", 0) + 1

    load = await at_a_rate(one, range(AT_ONCE), rate, seconds)
    client.close()
    return {"waits": load.waits, "by": waits, "wrong": wrong, "lasted": load.lasted}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(knock(**json.loads(sys.stdin.read())))))
