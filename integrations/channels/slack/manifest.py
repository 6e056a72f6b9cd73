"""What the app is at Slack, as data: pasted in once, it sets up scopes, addresses and events without a click."""

from __future__ import annotations

import json
from typing import Any

import yaml

COMMAND = "/arsan"
# Each with what would not work without it.
SCOPES: dict[str, str] = {
    "app_mentions:read": "hears when somebody mentions it in a channel it was let into",
    "chat:write": "writes and changes its own messages",
    "commands": "hears /arsan",
    "im:history": "hears direct messages, and finds its own again after a lost answer",
    "im:write": "opens a direct conversation",
    "users:read": "says who somebody is that wrote",
    "users:read.email": "finds somebody by their work address",
}
EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked")
DESCRIPTION = "Schedules interviews in plain words"
HOOK, REDIRECT = "/hooks/slack", "/slack/oauth_redirect"


def manifest(public_url: str, *, socket: bool = False, rotation: bool = False) -> str:
    """YAML for "Create an app from a manifest". `socket`: for development, without a public address.

    `rotation`: keys end after twelve hours and are renewed; once switched on, Slack does not switch it off again.
    """
    return yaml.safe_dump(_app(public_url.rstrip("/"), socket, rotation), sort_keys=False, allow_unicode=True)


def as_json(public_url: str, *, socket: bool = False) -> str:
    """The same as JSON."""
    return json.dumps(_app(public_url.rstrip("/"), socket, rotation=False), indent=2)


def _app(url: str, socket: bool, rotation: bool) -> dict[str, Any]:
    here = {} if socket else {"request_url": f"{url}{HOOK}"}
    back = {"redirect_urls": [f"{url}{REDIRECT}"]} if url else {}  # without an address nobody can come back
    command = {"command": COMMAND, "description": DESCRIPTION, "usage_hint": "schedule Ana Silva for Data Engineer"}
    return {
        "display_information": {"name": "askARSAN", "description": DESCRIPTION, "background_color": "#1f3a5f"},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,  # else nobody could write to it
            },
            "bot_user": {"display_name": "askARSAN", "always_online": True},
            "slash_commands": [{**command, "should_escape": True, **({} if socket else {"url": f"{url}{HOOK}"})}],
        },
        "oauth_config": {**back, "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**here, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **here},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": rotation,
        },
    }
