"""What comes in a request's body, checked as Graph checks it before it looks at anything else."""

from __future__ import annotations

import json

from starlette.requests import Request

from integrations.standins.microsoft.faults import GraphError, refuse
from integrations.standins.microsoft.fields import Json


async def body_of(request: Request) -> Json:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise GraphError(415, "RequestBodyRead", "A content type of application/json is needed.")
    try:
        told = json.loads(await request.body())
    except ValueError:
        raise refuse("BadRequest", "Unable to read JSON request payload.") from None
    if not isinstance(told, dict):
        raise refuse("BadRequest", "Empty Payload. JSON content expected.")
    return told


def alike(told: Json, *names: str) -> Json:
    """Parameters of an action, in either writing."""
    by_name = {name.lower(): name for name in names}
    if unknown := [each for each in told if each.lower() not in by_name]:
        raise refuse("BadRequest", f"The parameter '{unknown[0]}' in the request payload is not a valid parameter.")
    return {by_name[each.lower()]: value for each, value in told.items()}
