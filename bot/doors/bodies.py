"""What comes in at a door, as it was signed."""

from __future__ import annotations

from fastapi import Request

# A notice is text; nobody writes a megabyte of it.
LARGEST = 1_000_000


async def whole_body(request: Request, largest: int = LARGEST) -> bytes | None:
    """The raw body; None if it is too large to be a message."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > largest:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
