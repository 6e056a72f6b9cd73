"""Slack's Web API, method by method.

Slack passes over an argument that it does not know; here it is refused, so that a slip of the pen is seen.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from integrations.standins.slack import kit
from integrations.standins.slack.refusing import No
from integrations.standins.slack.slack import StandInSlack
from integrations.standins.slack.workspace import Channel, Person, Shown, Workspace

Given = Mapping[str, Any]
CODE_LASTS = timedelta(minutes=10)
TOKEN_LASTS = timedelta(hours=12)
LONGEST = 40_000


@dataclass(frozen=True)
class Method:
    """What it takes, the scope it needs, and what it does."""

    fields: frozenset[str]
    scope: str
    act: Callable[[StandInSlack, Workspace, Given], dict[str, Any]]


def call(slack: StandInSlack, name: str, token: str, given: Given) -> dict[str, Any]:
    """Raises No."""
    if name == "apps.connections.open":
        return _connect(slack, token)
    method = METHODS.get(name)
    if method is None:
        raise No("unknown_method")
    space = _whose(slack, token)
    if method.scope and method.scope not in space.scopes:
        raise No("missing_scope", needed=method.scope, provided=",".join(sorted(space.scopes)))
    if strange := sorted(set(given) - method.fields):
        raise No("invalid_arguments", f"unknown argument: {strange[0]}")
    slack.asked.append((name, given))
    return {"ok": True, **method.act(slack, space, given)}


def _whose(slack: StandInSlack, token: str) -> Workspace:
    if not token:
        raise No("not_authed")
    space = next((each for each in slack.workspaces.values() if each.token == token), None)
    if space is None:
        raise No("invalid_auth")
    if not space.installed:
        raise No("account_inactive")
    if space.revoked:
        raise No("token_revoked")
    if space.until and space.now() >= space.until:
        raise No("token_expired")
    return space


def _connect(slack: StandInSlack, token: str) -> dict[str, Any]:
    if token != slack.app_token:
        raise No("invalid_auth")
    return {"ok": True, "url": f"{slack.url.replace('http', 'ws', 1)}/link/?ticket={secrets.token_hex(8)}"}


def _test(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    more = {"user": "askarsan", "team_id": space.id, "user_id": space.bot, "bot_id": space.bot_id}
    return {"url": "https://acme.slack.com/", "team": space.name, **more}


# Messages


def _post(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    channel = _writable(space, given)
    _check(given)
    thread = _thread(given)
    space.pace.take(channel.id)
    blocks, ts = given.get("blocks") or [], space.next_ts()
    shown = Shown(channel.id, ts, space.bot, given["text"], blocks, thread, given.get("metadata"), given)
    return {"channel": channel.id, "ts": ts, "message": space.keep(shown).told()}


def _update(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    channel = _writable(space, given)
    _check(given)
    shown = space.messages.get((channel.id, given.get("ts", "")))
    if shown is None:
        raise No("message_not_found")
    if shown.user != space.bot:
        raise No("cant_update_message")
    shown.text, shown.edited = given["text"], True
    if "blocks" in given:
        shown.blocks = given["blocks"]
    shown.metadata = given.get("metadata", shown.metadata)
    return {"channel": channel.id, "ts": shown.ts, "text": shown.text, "message": shown.told()}


def _whisper(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    channel, person = _writable(space, given), _person(space, given.get("user", ""))
    _check(given)
    thread = _thread(given)
    if person.id not in channel.people:
        raise No("user_not_in_channel")
    active = any(each.thread == thread for each in space.messages.values())
    if thread is None or active:  # in a thread that nobody has begun, Slack takes it and shows it to nobody
        person.whispers.append(given["text"])
    return {"message_ts": space.next_ts()}


def _check(given: Given) -> None:
    text, blocks = given.get("text"), given.get("blocks")
    if not isinstance(text, str) or not text.strip():
        raise No("no_text")
    if len(text) > LONGEST:
        raise No("msg_too_long")
    if re.search(r"&(?!amp;|lt;|gt;)|[<>]", text):
        raise No("invalid_arguments", "text is not escaped")  # Slack would guess, and sometimes wrongly
    if blocks:
        kit.check_message(blocks)
    match given.get("metadata"):
        case None | {"event_type": str(), "event_payload": {}}:
            return
    raise No("invalid_metadata_format")


def _thread(given: Given) -> str | None:
    thread = given.get("thread_ts")
    if thread is None:
        return None
    if not isinstance(thread, str) or not re.fullmatch(r"\d+\.\d{6}", thread):
        raise No("invalid_arguments", "thread_ts must be a string such as 1503435956.000247")
    return thread


def _writable(space: Workspace, given: Given) -> Channel:
    channel = space.channels.get(given.get("channel", ""))
    if channel is None:
        raise No("channel_not_found")
    if channel.archived or (channel.private and space.people[channel.people[0]].deactivated):
        raise No("is_archived")
    if not channel.has_bot:
        raise No("not_in_channel")
    return channel


def _open(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    people = [_person(space, each) for each in str(given.get("users", "")).split(",")]
    if people[0].deactivated:
        raise No("user_disabled")
    return {"channel": {"id": space.private(people[0].id).id}}


def _history(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    channel = _writable(space, given)
    there = [each for each in space.messages.values() if each.channel == channel.id and each.thread is None]
    return _page(there, given, newest_first=True)


def _replies(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    channel, ts = _writable(space, given), given.get("ts", "")
    if (channel.id, ts) not in space.messages:
        raise No("thread_not_found")
    there = [each for each in space.messages.values() if each.channel == channel.id and ts in (each.ts, each.thread)]
    return _page(there, given, newest_first=False)


def _page(there: list[Shown], given: Given, *, newest_first: bool) -> dict[str, Any]:
    oldest, start = float(given.get("oldest", 0)), int(given.get("cursor") or 0)
    size = min(int(given.get("limit", 100)), 15)  # what other firms' apps get; the strictest
    found = [each for each in there if float(each.ts) > oldest]
    found = found[::-1] if newest_first else found
    with_metadata = str(given.get("include_all_metadata", "")).lower() in ("1", "true")
    more = start + size < len(found)
    return {
        "messages": [each.told(metadata=with_metadata) for each in found[start : start + size]],
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + size) if more else ""},
    }


# Views, and people


def _open_view(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    kit.check_view(given.get("view"), "modal")
    person = space.people[space.pulled(given.get("trigger_id", ""))]
    person.modal = {**given["view"], "id": space.next_id("V"), "team_id": space.id, "hash": space.next_ts()}
    person.errors = {}
    return {"view": person.modal}


def _publish(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    kit.check_view(given.get("view"), "home")
    person = _person(space, given.get("user_id", ""))
    person.home = {**given["view"], "id": space.next_id("V"), "team_id": space.id}
    return {"view": person.home}


def _info(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    return {"user": _person(space, given.get("user", "")).shown(space.id)}


def _by_email(slack: StandInSlack, space: Workspace, given: Given) -> dict[str, Any]:
    wanted = str(given.get("email", "")).lower()
    person = next((each for each in space.people.values() if each.email.lower() == wanted), None)
    if person is None or person.deactivated or not wanted:
        raise No("users_not_found")
    return {"user": person.shown(space.id)}


def _person(space: Workspace, id: str) -> Person:
    if id not in space.people:
        raise No("user_not_found")
    return space.people[id]


MESSAGE = {"channel", "text", "blocks", "metadata", "link_names", "parse"}
LOOK = {"channel", "oldest", "latest", "inclusive", "limit", "cursor", "include_all_metadata"}
METHODS: dict[str, Method] = {
    "auth.test": Method(frozenset(), "", _test),
    "chat.postMessage": Method(
        frozenset(MESSAGE | {"thread_ts", "mrkdwn", "unfurl_links", "unfurl_media", "reply_broadcast"}),
        "chat:write",
        _post,
    ),
    "chat.update": Method(frozenset(MESSAGE | {"ts"}), "chat:write", _update),
    "chat.postEphemeral": Method(frozenset(MESSAGE | {"user", "thread_ts"}), "chat:write", _whisper),
    "conversations.open": Method(frozenset({"users", "return_im"}), "im:write", _open),
    "conversations.history": Method(frozenset(LOOK), "im:history", _history),
    "conversations.replies": Method(frozenset(LOOK | {"ts"}), "im:history", _replies),
    "views.open": Method(frozenset({"trigger_id", "view"}), "", _open_view),
    "views.publish": Method(frozenset({"user_id", "view", "hash"}), "", _publish),
    "users.info": Method(frozenset({"user", "include_locale"}), "users:read", _info),
    "users.lookupByEmail": Method(frozenset({"email"}), "users:read.email", _by_email),
}


# Letting the app in


def consented(slack: StandInSlack, given: Given, team: str, person: str) -> str:
    """Somebody who may says yes: the code that goes back with the browser. Raises No."""
    if given.get("client_id") != slack.client_id:
        raise No("invalid_client_id")
    if given.get("redirect_uri") not in slack.redirects:
        raise No("bad_redirect_uri")
    code = secrets.token_hex(12)
    space = slack.workspace(team)
    space.scopes = frozenset(filter(None, given.get("scope", "").split(",")))
    slack.codes[code] = (team, person, given["redirect_uri"], slack.now())
    return code


def granted(slack: StandInSlack, client: tuple[str, str], given: Given) -> dict[str, Any]:
    """oauth.v2.access: a code once and soon, a refresh token once. Raises No."""
    if client[0] != slack.client_id:
        raise No("invalid_client_id")
    if client[1] != slack.client_secret:
        raise No("bad_client_secret")
    slack.asked.append(("oauth.v2.access", {name: given[name] for name in given if name == "grant_type"}))
    if given.get("grant_type") == "refresh_token":
        team = slack.refreshes.pop(given.get("refresh_token", ""), None)
        if team is None:
            raise No("invalid_refresh_token")
        return _grant(slack, slack.workspace(team), "")
    team, person, redirect, since = slack.codes.pop(given.get("code", ""), ("", "", "", slack.now()))
    if not team:
        raise No("invalid_code")
    if slack.now() - since > CODE_LASTS:
        raise No("code_expired")
    if given.get("redirect_uri") != redirect:
        raise No("bad_redirect_uri")
    return _grant(slack, slack.workspace(team), person)


def _grant(slack: StandInSlack, space: Workspace, person: str) -> dict[str, Any]:
    space.installed, space.revoked = True, False
    space.token = f"xoxb-{space.id}-{secrets.token_hex(6)}"
    told: dict[str, Any] = {
        "ok": True,
        "access_token": space.token,
        "token_type": "bot",
        "scope": ",".join(sorted(space.scopes)),
        "bot_user_id": space.bot,
        "app_id": slack.app_id,
        "team": {"name": space.name, "id": space.id},
        "enterprise": None,
        "authed_user": {"id": person} if person else {},
        "is_enterprise_install": False,
    }
    if slack.rotates:
        young = f"xoxe-1-{secrets.token_hex(8)}"
        slack.refreshes[young] = space.id
        space.until = slack.now() + TOKEN_LASTS
        told |= {"refresh_token": young, "expires_in": int(TOKEN_LASTS.total_seconds())}
    return told
