"""The stand-in over HTTP: the Bot Connector below /teams, the sign-in below its tenant, and the keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from integrations.standins.behind_doors import Refused
from integrations.standins.teams.people import Person
from integrations.standins.teams.refusing import blocked, no
from integrations.standins.teams.rules import check_activity, check_conversation
from integrations.standins.teams.signing import ISSUER
from integrations.standins.teams.teams import StandInTeams

SCOPE = "https://api.botframework.com/.default"
CONVERSATIONS = "/teams/v3/conversations"


def web(teams: StandInTeams) -> Starlette:
    async def begin(request: Request) -> Response:
        member, tenant = check_conversation(await _json(request))
        if tenant.lower() != teams.tenant:
            raise no(403, "ForbiddenOperationException", "The bot is not in this tenant")
        person = _person(teams, member)
        return JSONResponse({"id": person.conversation}, 201)

    async def write(request: Request) -> Response:
        person = _taking_part(teams, request)
        activity = await _json(request)
        check_activity(activity)
        teams.pace.take(person.conversation)
        return JSONResponse({"id": teams.keep(person.conversation, activity).id}, 201)

    async def change(request: Request) -> Response:
        person = _taking_part(teams, request)
        shown = teams.messages.get((person.conversation, request.path_params["activity"]))
        if shown is None:
            raise no(404, "ActivityNotFoundInConversation")
        activity = await _json(request)
        check_activity(activity)
        teams.pace.take(person.conversation)
        shown.activity, shown.edited = activity, True
        return JSONResponse({"id": shown.id})

    async def sign_in(request: Request) -> Response:
        async with request.form() as form:
            return _signed_in(teams, request.path_params["tenant"], {name: str(value) for name, value in form.items()})

    async def configuration(request: Request) -> Response:
        return JSONResponse({"issuer": ISSUER, "jwks_uri": f"{teams.url}/v1/.well-known/keys"})

    async def keys(request: Request) -> Response:
        return JSONResponse(teams.signer.keys())

    return teams.doors(
        ("POST", CONVERSATIONS, begin),
        ("POST", CONVERSATIONS + "/{conversation}/activities", write),
        ("PUT", CONVERSATIONS + "/{conversation}/activities/{activity}", change),
        ("POST", "/{tenant}/oauth2/v2.0/token", sign_in),
        ("GET", "/v1/.well-known/openidconfiguration", configuration),
        ("GET", "/v1/.well-known/keys", keys),
    )


def _person(teams: StandInTeams, member: str) -> Person:
    """By the id that Microsoft Entra shows, or by the bot's own for them."""
    for person in teams.people.values():
        if member.lower() in (person.user, person.mri.lower()) and (person.installed or person.blocked):
            return person
    raise no(403, "ForbiddenOperationException", "The bot is not installed in the user's personal scope")


def _taking_part(teams: StandInTeams, request: Request) -> Person:
    wanted = request.path_params["conversation"]
    for person in teams.people.values():
        if person.conversation == wanted:
            if person.blocked:
                raise blocked()
            if not person.installed:
                raise no(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
            return person
    raise no(404, "ConversationNotFound", "Conversation not found.")


def _signed_in(teams: StandInTeams, tenant: str, given: Mapping[str, str]) -> Response:
    wanted = {"grant_type": "client_credentials", "client_id": teams.app_id, "scope": SCOPE}
    if tenant != teams.tenant:
        return _not_signed_in(400, "invalid_request", "AADSTS90002: Tenant not found.")
    if set(given) != {*wanted, "client_secret"} or any(given[name] != value for name, value in wanted.items()):
        return _not_signed_in(400, "invalid_request", "AADSTS900144: the request body is wrong.")
    if given["client_secret"] != teams.secret:
        return _not_signed_in(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
    return JSONResponse(teams.give_token())


def _not_signed_in(status: int, code: str, words: str) -> Response:
    return JSONResponse({"error": code, "error_description": words}, status)


async def _json(request: Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        raise Refused(JSONResponse({"error": {"code": "BadSyntax", "message": "no JSON"}}, 400)) from None
