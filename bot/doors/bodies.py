"""What comes in at a door, as it was signed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

# A notice is text; nobody writes a megabyte of it.
LARGEST = 1_000_000
# A vendor has the whole of it when it begins to send; who takes longer only wants to keep the line busy.
PATIENCE = timedelta(seconds=20)


async def whole_body(request: Request, largest: int = LARGEST, patience: timedelta = PATIENCE) -> bytes | None:
    """The raw body; None if it is too large to be a message. What says so beforehand is not even begun to be read.

    Raises HTTPException where it does not arrive, or not in time.
    """
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdecimal() and (len(said) > len(str(largest)) or int(said) > largest):
        return None
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return await _read(request, largest)
    except TimeoutError:
        raise HTTPException(408, "it took too long", {"Connection": "close"}) from None
    except ClientDisconnect:
        raise HTTPException(400, "it ended before its end") from None


async def _read(request: Request, largest: int) -> bytes | None:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > largest:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
