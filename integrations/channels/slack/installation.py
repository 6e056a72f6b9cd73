"""Letting the assistant into a workspace: what Slack grants, whether it is enough, and how it is renewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.oauth import AuthorizeUrlGenerator

from integrations.channels.base import Refused, Unanswered
from integrations.channels.slack.api import Slack
from integrations.channels.slack.manifest import REDIRECT, SCOPES

AUTHORIZE = "https://slack.com/oauth/v2/authorize"
EARLY = timedelta(hours=2)  # a key that rotates lives for twelve


@dataclass(frozen=True, slots=True)
class App:
    """Our app, as Slack knows it."""

    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    authorize: str = AUTHORIZE

    @property
    def redirect(self) -> str:
        return f"{self.public_url.rstrip('/')}{REDIRECT}"

    def link(self, state: str) -> str:
        """Where somebody who may install apps says yes."""
        asked = AuthorizeUrlGenerator(
            client_id=self.client_id,
            scopes=list(SCOPES),
            redirect_uri=self.redirect,
            authorization_url=self.authorize,
        )
        return str(asked.generate(state))


@dataclass(frozen=True, slots=True)
class Installation:
    """The assistant is in one workspace. To be kept sealed: its token writes in everybody's name for us."""

    team: str
    team_name: str
    token: str = field(repr=False)
    bot: str  # our user there
    scopes: tuple[str, ...]
    by: str  # the address of whoever let us in
    app_id: str = ""
    enterprise: str | None = None
    refresh_token: str | None = field(default=None, repr=False)  # where keys rotate; good for one use
    until: datetime | None = None  # aware

    @property
    def lacking(self) -> tuple[str, ...]:
        """Scopes that we need and were not given."""
        return tuple(scope for scope in SCOPES if scope not in self.scopes)

    def is_due(self, now: datetime) -> bool:
        """To be renewed: there is time to fail some times."""
        return self.until is not None and now >= self.until - EARLY


async def granted(slack: Slack, app: App, code: str, now: datetime) -> Installation:
    """What Slack gives for the code that came back: once, and within ten minutes. Raises ChannelError."""
    answer = await slack.ask_with(
        None,
        lambda client: client.oauth_v2_access(
            client_id=app.client_id, client_secret=app.client_secret, code=code, redirect_uri=app.redirect
        ),
    )
    return _installation(answer, now)


async def renewed(slack: Slack, app: App, installation: Installation, now: datetime) -> Installation:
    """With a younger token. Only one process may ask at a time: the refresh token is good for one use.

    Raises ChannelError; after Unanswered the old one may be used up, and somebody has to install anew.
    """
    if not installation.refresh_token:
        raise Refused("no_refresh_token")
    answer = await slack.ask_with(
        None,
        lambda client: client.oauth_v2_access(
            client_id=app.client_id,
            client_secret=app.client_secret,
            grant_type="refresh_token",
            refresh_token=installation.refresh_token,
        ),
    )
    young = _installation(answer, now)
    return replace(
        installation, token=young.token, refresh_token=young.refresh_token, until=young.until, scopes=young.scopes
    )


def _installation(answer: Mapping[str, Any], now: datetime) -> Installation:
    try:
        team = answer["team"]
        enterprise, lasts = answer.get("enterprise"), answer.get("expires_in")
        return Installation(
            team=str(team["id"]),
            team_name=str(team.get("name") or ""),
            token=_token(answer),
            bot=str(answer.get("bot_user_id") or ""),
            scopes=tuple(str(answer.get("scope") or "").split(",")),
            by=f"{team['id']}:{(answer.get('authed_user') or {}).get('id') or ''}",
            app_id=str(answer.get("app_id") or ""),
            enterprise=str(enterprise["id"]) if enterprise else None,
            refresh_token=str(answer["refresh_token"]) if answer.get("refresh_token") else None,
            until=now + timedelta(seconds=int(lasts)) if lasts else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        raise Unanswered("unreadable") from None


def _token(answer: Mapping[str, Any]) -> str:
    match answer:
        case {"token_type": "bot", "access_token": str() as token} if token:
            return token
    raise ValueError("no bot token")


async def check(slack: Slack, team: str) -> str:
    """The workspace's name: the quickest proof that its token is good. Raises ChannelError."""
    answer = await slack.ask(team, lambda client: client.auth_test())
    return str(answer.get("team") or "")


async def whose(slack: Slack, token: str) -> tuple[str, str]:
    """Id and name of the workspace that a token is for, where nobody has noted it. Raises ChannelError."""
    answer = await slack.ask_with(token, lambda client: client.auth_test())
    return str(answer.get("team_id") or ""), str(answer.get("team") or "")
