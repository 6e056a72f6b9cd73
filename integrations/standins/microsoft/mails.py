"""The stand-in's doors to mails: what changed in an inbox, each mail as it came, and what marks it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from integrations.standins.microsoft import fields
from integrations.standins.microsoft.bodies import body_of
from integrations.standins.microsoft.faults import GraphError, refuse
from integrations.standins.microsoft.posts import Mail, Post
from integrations.standins.microsoft.tenant import Pass, StandInMicrosoft

PAGE = 2  # mails in an answer
SINCE = re.compile(r"receivedDateTime (?:ge|gt) (\S+)")
READABLE = frozenset({"categories", "isDraft", "isRead", "receivedDateTime", "internetMessageId"})
WRITABLE = frozenset({"isRead", "categories"})
FOLDERS = ("inbox",)


async def changed(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    """The first round tells all there is since a day; later ones what came, changed or went."""
    post = _entered(tenant, request, by)
    if request.path_params["folder"] not in FOLDERS:
        raise GraphError(404, "ErrorItemNotFound", "The specified folder could not be found in the store.")
    asked = fields.query(request.query_params, "$filter", "$select", "$deltatoken", "$skiptoken")
    token = asked.get("$deltatoken") or asked.get("$skiptoken")
    if token:
        begin, first, select = token.split("-", 2)
        names = [*post.mails] if first == "1" else [*dict.fromkeys(post.log[int(begin) :])]
    else:
        begin, first, select = "0", "1", asked.get("$select", "")
        names = [each for each, mail in post.mails.items() if mail.at >= _since(asked.get("$filter", ""))]
    if int(begin) < post.forgotten and first == "0":
        raise GraphError(410, "SyncStateNotFound", "The sync state generation is not found.")
    if unknown := {*filter(None, select.split(","))} - READABLE:
        raise refuse("BadRequest", f"Could not find a property named '{unknown.pop()}' on type 'message'.")
    here, skip = str(request.url.replace(query="")), int(begin) if first == "1" else 0
    value = [_told(post, each, select) for each in names[skip : skip + PAGE if first == "1" else None]]
    if first == "1" and skip + PAGE < len(names):
        return JSONResponse({"value": value, "@odata.nextLink": f"{here}?$skiptoken={skip + PAGE}-1-{select}"})
    return JSONResponse({"value": value, "@odata.deltaLink": f"{here}?$deltatoken={len(post.log)}-0-{select}"})


async def as_it_came(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    return Response(_found(_entered(tenant, request, by), request).raw, media_type="text/plain")


async def change(tenant: StandInMicrosoft, request: Request, by: Pass) -> Response:
    post = _entered(tenant, request, by)
    mail, body = _found(post, request), await body_of(request)
    told = {name: value for name, value in body.items() if not name.startswith("@odata.")}
    if unknown := told.keys() - WRITABLE:
        raise refuse("RequestBodyRead", f"The property '{unknown.pop()}' cannot be written.")
    mail.read = bool(told.get("isRead", mail.read))
    mail.categories = list(told.get("categories", mail.categories))
    post.log.append(mail.id)
    return JSONResponse(mail.shown({"categories", "isRead"}))


def _entered(tenant: StandInMicrosoft, request: Request, by: Pass) -> Post:
    """The mails there, if the bearer may read and change them."""
    address = tenant.known(request.path_params["who"]).address.lower()
    if by.person or "Mail.ReadWrite" not in tenant.permissions or address in tenant.forbidden:
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    return tenant.posts[address]


def _found(post: Post, request: Request) -> Mail:
    if (mail := post.mails.get(request.path_params["mail"])) is None:
        raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return mail


def _since(words: str) -> datetime:
    if (asked := SINCE.fullmatch(words)) is None:
        raise refuse("ErrorInvalidRequest", "Only receivedDateTime can be filtered by.")
    return fields.moment(asked[1])


def _told(post: Post, id: str, select: str) -> dict[str, Any]:
    if id not in post.mails:
        return {"@odata.type": "#microsoft.graph.message", "id": id, "@removed": {"reason": "deleted"}}
    return post.mails[id].shown({*filter(None, select.split(","))} or {*READABLE})
