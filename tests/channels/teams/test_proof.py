"""Only what the Bot Connector signed for Teams, for us and for now is let in."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import jwt
import pytest

from integrations.channels.base import BadSignature, Knock
from integrations.channels.teams.proof import Proof
from integrations.standins.teams.signing import key
from integrations.standins.teams.teams import APP, TENANT
from tests.channels.teams.at_teams import RITA, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

KEYS = "GET /v1/.well-known/keys"


def knock(office: Office, activity: dict[str, Any] | None = None, **claims: Any) -> Knock:
    told = activity or office.teams.say(RITA, "Tuesday").activity
    headers = {name.lower(): value for name, value in office.teams.signed(told, **claims).items()}
    return Knock(office.hall.url, headers, json.dumps(told).encode())


def bearing(was: Knock, token: str) -> Knock:
    return replace(was, headers={**was.headers, "authorization": f"Bearer {token}"})


async def refused(office: Office, what: Knock, words: str) -> None:
    with pytest.raises(BadSignature, match=words):
        await office.door.verify(what)


async def test_what_the_connector_signed_is_let_in(office: Office) -> None:
    await office.door.verify(knock(office))


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"}, "does not hold"),  # the emulator's
        ({"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0"}, "does not hold"),
        ({"iss": None}, "does not hold"),
        ({"aud": "somebody-else"}, "does not hold"),
        ({"aud": f"api://{APP}"}, "does not hold"),
        ({"aud": None}, "does not hold"),
        ({"exp": None}, "does not hold"),
        ({"exp": "tomorrow"}, "does not hold"),
        ({"exp": 10**400}, "does not hold"),  # more than a float can be
        ({"nbf": [1]}, "does not hold"),
        ({"serviceurl": None}, "another service"),
        ({"serviceurl": "https://smba.trafficmanager.net/emea/"}, "another service"),
        ({"serviceurl": 7}, "another service"),
    ],
    ids=str,
)
async def test_a_token_made_for_somebody_or_something_else_is_not_taken(
    office: Office, claims: dict[str, Any], words: str
) -> None:
    await refused(office, knock(office, **claims), words)


async def test_a_token_holds_from_five_minutes_before_until_five_minutes_after(office: Office) -> None:
    made = knock(office)
    for minutes, holds in ((-6, False), (2, True), (66, True), (4, False)):
        office.clock.passes(minutes=minutes)
        if holds:
            await office.door.verify(made)
        else:
            await refused(office, made, "run out")


async def test_a_service_that_is_none_of_teams_is_not_believed_whoever_signed_for_it(office: Office) -> None:
    told = office.teams.say(RITA, "Tuesday").activity
    own = office.teams.service_url
    for service in (
        "https://thief.example/teams",
        "https://smba.trafficmanager.net.thief.example/teams",
        "https://smba.trafficmanager.net@thief.example/teams",
        "https://thief.example#smba.trafficmanager.net",
        "http://smba.trafficmanager.net/teams",
        "https://smba.trafficmanager.net:8443/teams",
        own.replace("http://", "https://"),
        own.replace("127.0.0.1", "127.0.0.1.thief.example"),
        "https://[thief",
        "",
    ):
        await refused(office, knock(office, {**told, "serviceUrl": service}), "none of Teams'")
    for service in ("https://smba.trafficmanager.net/emea/", "https://smba.infra.gcc.teams.microsoft.com/teams", own):
        await office.door.verify(knock(office, {**told, "serviceUrl": service}))


async def test_a_slash_at_the_end_makes_no_other_service(office: Office) -> None:
    told = office.teams.say(RITA, "Tuesday").activity
    await office.door.verify(knock(office, told, serviceurl=f"{told['serviceUrl']}/"))


@pytest.mark.parametrize("channel", ["webchat", "emulator", "directline", "MSTEAMS", ""])
async def test_a_key_speaks_only_for_the_channels_it_is_endorsed_for(office: Office, channel: str) -> None:
    told = office.teams.say(RITA, "Tuesday").activity
    await refused(office, knock(office, {**told, "channelId": channel}), "may not speak")


async def test_a_key_endorsed_for_nothing_speaks_for_nothing(office: Office) -> None:
    office.teams.signer.endorsements = ()
    await refused(office, knock(office), "may not speak")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"serviceUrl": 1, "channelId": "msteams"}', b"\xff", b"[" * 9_999]
)
async def test_what_does_not_say_where_it_comes_from_is_no_activity(office: Office, body: bytes) -> None:
    await refused(office, replace(knock(office), body=body), "for no activity")


async def test_keys_that_change_are_found_anew_and_the_old_ones_are_no_good_any_more(office: Office) -> None:
    old = knock(office)
    await office.door.verify(old)
    office.teams.signer.rotate(keep=True)
    office.clock.passes(minutes=6)
    await office.door.verify(knock(office))
    await office.door.verify(old)
    office.teams.signer.rotate()
    office.clock.passes(minutes=6)
    await office.door.verify(knock(office))
    await refused(office, old, "none of the Bot Connector's")


async def test_made_up_keys_do_not_make_us_ask_each_time(office: Office) -> None:
    await office.door.verify(knock(office))
    office.clock.passes(minutes=6)
    for number in range(5):
        made_up = office.teams.signer.token(office.teams.service_url, headers={"kid": f"made-up-{number}"})
        await refused(office, bearing(knock(office), made_up), "none of the Bot Connector's")
    assert office.teams.asked.count(KEYS) == 2


async def test_keys_are_asked_for_once_a_day(office: Office) -> None:
    for hours in (0, 12, 11, 2):
        office.clock.passes(hours=hours)
        await office.door.verify(knock(office))
    assert office.teams.asked.count(KEYS) == 2


async def test_while_microsoft_is_away_the_keys_we_know_are_still_good(office: Office) -> None:
    await office.door.verify(knock(office))
    office.clock.passes(hours=25)
    office.teams.mishaps.refuse(503, on="GET /v1/", times=9)
    await office.door.verify(knock(office))


async def test_keys_that_could_not_be_had_at_first_are_asked_for_again_soon(office: Office) -> None:
    office.teams.mishaps.refuse(503, on="GET /v1/", times=1)
    for seconds in (0, 9):
        office.clock.passes(seconds=seconds)
        await refused(office, knock(office), "none of the Bot Connector's")
    office.clock.passes(seconds=2)
    await office.door.verify(knock(office))


@pytest.mark.parametrize(
    "answer",
    [{}, [], {"jwks_uri": 7}, {"jwks_uri": "https://thief.example/keys"}, {"jwks_uri": "https://[thief"}],
    ids=str,
)
async def test_keys_are_taken_from_nowhere_else(office: Office, answer: object) -> None:
    office.teams.mishaps.refuse(200, answer, on="GET /v1/.well-known/openidconfiguration", times=9)
    await refused(office, knock(office), "none of the Bot Connector's")


@pytest.mark.parametrize(
    "keys", [{}, {"keys": None}, {"keys": [7, {"kty": "RSA", "kid": "a", "endorsements": []}]}], ids=str
)
async def test_keys_that_cannot_be_read_let_nobody_in(office: Office, keys: object) -> None:
    office.teams.mishaps.refuse(200, keys, on=KEYS, times=9)
    await refused(office, knock(office), "none of the Bot Connector's")


async def test_where_a_key_is_found_no_token_says(office: Office) -> None:
    """A thief signs with a key of his own, and says where it lies."""
    claims = jwt.decode(office.teams.signer.token(office.teams.service_url), options={"verify_signature": False})
    told = {"kid": "thief", "jku": f"{office.teams.url}/thief/keys", "x5u": f"{office.teams.url}/thief/cert"}
    token = jwt.encode(claims, key(7), algorithm="RS256", headers=told)
    await refused(office, bearing(knock(office), token), "none of the Bot Connector's")
    known = jwt.encode(claims, key(7), algorithm="RS256", headers={"kid": "standin-key-0"})
    await refused(office, bearing(knock(office), known), "does not hold")
    assert not any("thief" in asked for asked in office.teams.asked)


async def test_a_token_without_a_signature_or_signed_with_the_public_key_is_not_taken(office: Office) -> None:
    claims = jwt.decode(office.teams.signer.token(office.teams.service_url), options={"verify_signature": False})
    await refused(
        office, bearing(knock(office), jwt.encode(claims, "", algorithm="none")), "cannot be read|another kind"
    )
    symmetric = jwt.encode(claims, "x" * 64, algorithm="HS256", headers={"kid": "standin-key-0"})
    await refused(office, bearing(knock(office), symmetric), "another kind")


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer ", "bearer abc", "Basic abc", "Bearer a.b.c", "Bearer é.ü.\udc80"]
)
async def test_anything_but_a_token_is_refused(office: Office, shown: str) -> None:
    was = knock(office)
    await refused(office, replace(was, headers={"authorization": shown}), "no token|cannot be read")


async def test_a_head_that_is_no_object_is_no_crash(office: Office) -> None:
    for head in (b"[]", b"7", b'{"kid": 7, "alg": "RS256"}', b'{"kid": {}, "alg": ["RS256"]}'):
        first = base64.urlsafe_b64encode(head).rstrip(b"=").decode()
        with pytest.raises(BadSignature):
            await office.door.verify(bearing(knock(office), f"{first}.e30.AAAA"))


async def test_nothing_of_a_body_is_looked_at_before_its_token_holds(office: Office) -> None:
    """A body that would be refused for itself is refused for its token first."""
    was = replace(knock(office, iss="https://thief.example"), body=b"[" * 100_000)
    await refused(office, was, "the token does not hold")


async def test_each_house_has_its_own_id(office: Office) -> None:
    other = replace(office.account, app_id="99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee")
    with pytest.raises(BadSignature):
        await Proof(other, office.clock).check(knock(office).headers["authorization"], knock(office).body)
