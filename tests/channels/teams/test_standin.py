"""The stand-in refuses what the Bot Connector refuses, in its words."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from integrations.standins.teams.teams import APP, TENANT
from tests.channels.teams.at_teams import RITA, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

BEGIN = "/teams/v3/conversations"
WITH_RITA: dict[str, Any] = {"isGroup": False, "members": [{"id": RITA}], "tenantId": TENANT}
CARD = "application/vnd.microsoft.card.adaptive"


def said(**more: Any) -> dict[str, Any]:
    return {"type": "message", "from": {"id": f"28:{APP}"}, "text": "hello", **more}


def shown(*body: Any, actions: Any = (), **more: Any) -> dict[str, Any]:
    card = {"type": "AdaptiveCard", "version": "1.5", "body": list(body), "actions": list(actions), **more}
    return said(attachments=[{"contentType": CARD, "content": card}])


async def ask(
    office: Office, path: str, given: object, method: str = "POST", token: str | None = None
) -> tuple[int, str]:
    """Its status, and its word for it."""
    token = office.teams.give_token()["access_token"] if token is None else token
    async with httpx2.AsyncClient(verify=False) as client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await client.request(method, office.teams.url + path, json=given, headers=headers)
    try:
        return answer.status_code, str(answer.json().get("error", {}).get("code", ""))
    except ValueError:
        return answer.status_code, ""


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({**WITH_RITA, "members": [{"id": "29:10a0a0a0a111142228333000000000001"}]}, (201, "")),
        ({"isgroup": False, "Members": [{"id": RITA}], "tenantID": TENANT}, (201, "")),  # in any case
        ({**WITH_RITA, "isGroup": True}, (400, "BadSyntax")),
        ({**WITH_RITA, "members": []}, (400, "BadSyntax")),
        ({**WITH_RITA, "members": [{"id": RITA}, {"id": RITA}]}, (400, "BadSyntax")),
        ({**WITH_RITA, "tenantId": None}, (400, "BadSyntax")),
        ({**WITH_RITA, "hologram": 1}, (400, "BadSyntax")),
        ([], (400, "BadSyntax")),
        ({**WITH_RITA, "tenantId": RITA}, (403, "ForbiddenOperationException")),
        ({**WITH_RITA, "members": [{"id": "29:1nobody"}]}, (403, "ForbiddenOperationException")),
    ],
)
async def test_a_conversation_is_with_one_person_who_has_the_app(
    office: Office, given: object, refused: tuple[int, str]
) -> None:
    assert await ask(office, BEGIN, given) == refused


@pytest.mark.parametrize(
    "given",
    [
        said(hologram=1),
        said(text=" "),
        said(type="typing"),
        said(textFormat="html"),
        {"type": "message", "text": "from nobody"},
        said(attachments=[{"contentType": "image/png", "content": {}}]),
        shown(version="1.9"),
        shown(hologram=1),
        shown({"type": "Hologram"}),
        shown({"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": 7}]}),
        shown({"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "x", "wrap": True}]}),
        shown({"type": "Container", "items": [{"type": "Hologram"}]}),
        shown({"type": "Input.Text", "label": "no id"}),
        shown({"type": "Input.Text", "id": "a", "isRequired": True}),
        shown({"type": "Input.ChoiceSet", "id": "a", "choices": [{"title": "no value"}]}),
        shown(actions=[{"type": "Action.Http", "title": "x"}]),
        shown(actions=[{"type": "Action.Submit", "title": " "}]),
        shown(actions=[{"type": "Action.Execute", "title": "no verb"}]),
        shown(actions=[{"type": "Action.Submit", "title": "x", "style": "danger"}]),
        shown(actions=[{"type": "Action.Submit", "title": f"{number}"} for number in range(7)]),
        shown(actions=[{"type": "Action.ShowCard", "title": "x", "card": {"type": "HeroCard"}}]),
    ],
    ids=str,
)
async def test_what_teams_has_never_heard_of_is_refused(office: Office, given: object) -> None:
    assert await ask(office, f"{BEGIN}/{office.rita.conversation}/activities", given) == (400, "BadSyntax")
    assert office.said() == []


async def test_what_is_too_large_is_refused(office: Office) -> None:
    path = f"{BEGIN}/{office.rita.conversation}/activities"
    assert await ask(office, path, said(text="é" * 60_000)) == (413, "MessageSizeTooBig")


async def test_only_whom_it_let_in_may_ask_and_not_for_ever(office: Office) -> None:
    token = office.teams.give_token()["access_token"]
    assert (await ask(office, BEGIN, WITH_RITA, token=token))[0] == 201
    for other in ("", "guessed"):
        assert (await ask(office, BEGIN, WITH_RITA, token=other))[0] == 401
    office.clock.passes(hours=1)
    assert (await ask(office, BEGIN, WITH_RITA, token=token))[0] == 401


async def test_what_is_not_there_is_not_found(office: Office) -> None:
    here = office.rita.conversation
    assert await ask(office, f"{BEGIN}/a:1nobody/activities", said()) == (404, "ConversationNotFound")
    gone = await ask(office, f"{BEGIN}/{here}/activities/1", said(), "PUT")
    assert gone == (404, "ActivityNotFoundInConversation")
    assert (await ask(office, "/teams/v4/conversations", WITH_RITA))[0] == 404


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({}, 200),
        ({"client_secret": "guessed"}, 401),
        ({"client_id": "another"}, 400),
        ({"scope": "https://graph.microsoft.com/.default"}, 400),
        ({"grant_type": "password"}, 400),
        ({"hologram": "1"}, 400),
    ],
)
async def test_only_the_bot_signs_in_and_only_for_what_it_is(
    office: Office, wrong: dict[str, str], refused: int
) -> None:
    given = {
        "grant_type": "client_credentials",
        "client_id": APP,
        "client_secret": office.teams.secret,
        "scope": "https://api.botframework.com/.default",
        **wrong,
    }
    async with httpx2.AsyncClient(verify=False) as client:
        right = await client.post(f"{office.teams.url}/{TENANT}/oauth2/v2.0/token", data=given)
        elsewhere = await client.post(f"{office.teams.url}/common/oauth2/v2.0/token", data=given)
    assert (right.status_code, elsewhere.status_code) == (refused, 400)


async def test_what_is_not_taken_comes_again_three_times_and_a_press_does_not(office: Office) -> None:
    office.hall.broken = 500
    office.teams.say(RITA, "hello")
    office.teams.begin(RITA, "schedule")
    for _ in range(6):
        await office.teams.deliver()
    assert len(office.hall.knocks) == 1 + 3 + 1
    assert office.rita.trouble == 1
