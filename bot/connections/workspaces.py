"""Slack's workspaces that let the assistant in: each one's key is kept sealed, handed out, and renewed in time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.connections.connecting import Unusable, secrets_of
from bot.records import connections
from bot.records.base import Records, Session
from bot.records.connections import ConnectionKind, ConnectionRow, ConnectionState, Fault
from bot.records.sealed import Keys, seal
from integrations.channels.base import BadAddress, ChannelError, Refused, Temporary
from integrations.channels.slack.errors import ENDED
from integrations.channels.slack.installation import Installation, check, renewed, whose
from integrations.channels.slack.people import Profile, by_email
from integrations.channels.slack.people import who as of_address
from integrations.channels.slack.set_up import app_from, line_from

SLACK = "slack"
RENEWING = timedelta(minutes=2)  # so long whoever began to renew a key is left to it
SOON = timedelta(seconds=30)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Workspace:
    """How one of them stands, for people to see."""

    team: str
    name: str
    state: ConnectionState
    since: datetime
    lacking: tuple[str, ...]  # scopes that we need and were not given


class Workspaces:
    """Several processes hand out the same keys, so all that is known of them stands in the records."""

    def __init__(self, settings: Mapping[str, str], records: Records, keys: Keys, now: Callable[[], datetime]) -> None:
        """Raises ValueError for settings that are wrong or missing."""
        several = settings.get("slack_client_id") or settings.get("slack_client_secret")
        self.app = app_from(settings, settings.get("public_url", "")) if several else None
        self.line = line_from(settings, now, self.token_of)
        self._only = settings.get("slack_token", "")  # of the one workspace that needs no letting in
        self._records = records
        self._keys = keys
        self._now = now

    # Keys

    async def token_of(self, team: str) -> str | None:
        """None: it has not let us in, or has sent us away. Raises ChannelError where that cannot be told now."""
        async with self._records.read() as session:
            row = await connections.get(session, _id(team))
        if row is None or row.secret is None:
            return await self._the_only_one(row)
        if not self._installation(row).is_due(self._now()):
            return self._installation(row).token
        await self._renew(team)
        async with self._records.read() as session:
            row = await connections.get(session, _id(team))
        if row is None or row.secret is None:
            return None
        installation = self._installation(row)
        if installation.until and self._now() >= installation.until:
            raise Temporary("token_expired", SOON)
        return installation.token

    async def _the_only_one(self, row: ConnectionRow | None) -> str | None:
        """A workspace that sent us away gets no word more until somebody has set another token."""
        if row is None:
            return self._only or None
        ended_with = row.settings.get("token")
        if not self._only or ended_with in (None, _digest(self._only)):
            return None
        await self.forget(row.account)
        return self._only

    async def _renew(self, team: str) -> None:
        """One at a time: what a key is renewed with is good for one use."""
        installation = await self._claim(team)
        if installation is None:
            return
        try:
            if self.app is None:
                raise Refused("no_client_id")  # nobody renews without being the app
            young = await renewed(self.line, self.app, installation, self._now())
        except Refused as error:
            log.error("slack.key_not_renewed", workspace=team, code=error.code)
            async with self._records.write() as session:
                if row := await self._still(session, installation):
                    self._stands(row, ConnectionState.SET_UP_REQUIRED, Fault.REFUSED)
        except ChannelError as error:
            log.warning("slack.key_not_renewed", workspace=team, code=error.code)
        else:
            async with self._records.write() as session:
                if row := await self._still(session, installation):
                    self._put(row, young)

    async def _still(self, session: Session, installation: Installation) -> ConnectionRow | None:
        """Its row, unless somebody has let us in anew or sent us away meanwhile."""
        row = await connections.lock(session, _id(installation.team))
        same = row is not None and row.secret is not None and self._installation(row).token == installation.token
        return row if same else None

    async def _claim(self, team: str) -> Installation | None:
        """What is to be renewed by whoever asked; None: it is done, or somebody else is at it."""
        now = self._now()
        async with self._records.write() as session:
            row = await connections.lock(session, _id(team))
            if row is None or row.secret is None:
                return None
            installation, begun = self._installation(row), row.settings.get("renewing")
            if not installation.is_due(now) or (begun and now < datetime.fromisoformat(begun) + RENEWING):
                return None
            row.settings = {**row.settings, "renewing": now.isoformat()}
            return installation

    # Coming and going

    async def keep(self, installation: Installation) -> None:
        """Let in, again perhaps, or with a younger key."""
        async with self._records.write() as session:
            row = await connections.lock(session, _id(installation.team)) or self._new(session, installation.team)
            self._put(row, installation)

    def _put(self, row: ConnectionRow, installation: Installation) -> None:
        row.settings = _told(installation)
        secrets = {"token": installation.token, "refresh_token": installation.refresh_token}
        row.secret = seal(json.dumps(secrets), row.place("secret"), self._keys)
        row.set_up_at = row.good_at = self._now()
        self._stands(row, ConnectionState.ACTIVE, None)

    async def gone(self, team: str) -> None:
        """Slack says that we were sent away. It may say so late, when somebody has let us in again, so it is asked."""
        async with self._records.read() as session:
            row = await connections.get(session, _id(team))
        before = row.secret if row else None
        try:
            await check(self.line, team)
        except ChannelError as error:
            key = None if error.code in ENDED else before  # nobody can say now: it is not thrown away
        else:
            return
        async with self._records.write() as session:
            row = await connections.lock(session, _id(team))
            if row is None:
                row = self._new(session, team)
                row.settings = {"token": _digest(self._only)}
            if row.secret == before:
                row.secret = key
                self._stands(row, ConnectionState.SET_UP_REQUIRED, Fault.SIGNED_OUT)

    async def forget(self, team: str) -> bool:
        """Nothing is known of it any more; False: nothing was."""
        async with self._records.write() as session:
            row = await connections.lock(session, _id(team))
            if row is None:
                return False
            await session.delete(row)
        return True

    async def checkup(self, team: str = "") -> str:
        """Its name, as Slack says it; without a team, of the one that needs no letting in. Raises ChannelError."""
        if team:
            return await check(self.line, team)
        _, name = await whose(self.line, self._only)
        return name

    async def find(self, who: str) -> Sequence[Profile]:
        """Somebody by their work address, in every workspace, or by TEAM:USER. Raises ChannelError."""
        if "@" not in who:
            return [await of_address(self.line, who)]
        teams = [each.team for each in await self.all() if each.state is ConnectionState.ACTIVE]
        if self._only:
            only, _ = await whose(self.line, self._only)
            teams = [*dict.fromkeys([*teams, only])]
        found: list[Profile] = []
        for team in teams:
            with suppress(BadAddress):  # nobody there has it
                found.append(await by_email(self.line, team, who))
        return found

    async def all(self) -> Sequence[Workspace]:
        async with self._records.read() as session:
            return [_shown(row) for row in await connections.workspaces(session, SLACK)]

    async def close(self) -> None:
        await self.line.close()

    def _new(self, session: Session, team: str) -> ConnectionRow:
        now, kind = self._now(), ConnectionKind.WORKSPACE.value
        row = ConnectionRow(id=_id(team), kind=kind, vendor=SLACK, account=team, made_at=now, set_up_at=now)
        row.look_at, row.told, row.state, row.since = now, {}, ConnectionState.ACTIVE.value, now
        session.add(row)
        return row

    def _stands(self, row: ConnectionRow, state: ConnectionState, fault: Fault | None) -> None:
        if row.state != state.value:
            row.state, row.since = state.value, self._now()
        row.fault = fault.value if fault else None

    def _installation(self, row: ConnectionRow) -> Installation:
        """Raises Refused where its key cannot be opened any more."""
        try:
            secrets = secrets_of(row, self._keys)
        except Unusable as error:
            raise Refused(error.fault.value) from None
        told = row.settings
        return Installation(
            team=row.account,
            team_name=told["name"],
            token=secrets["token"],
            bot=told["bot"],
            scopes=tuple(told["scopes"]),
            by=told["by"],
            app_id=told["app_id"],
            enterprise=told["enterprise"],
            refresh_token=secrets["refresh_token"],
            until=datetime.fromisoformat(told["until"]) if told["until"] else None,
        )


def _told(installation: Installation) -> dict[str, Any]:
    """What of it is no secret."""
    return {
        "name": installation.team_name,
        "bot": installation.bot,
        "scopes": list(installation.scopes),
        "lacking": list(installation.lacking),
        "by": installation.by,
        "app_id": installation.app_id,
        "enterprise": installation.enterprise,
        "until": installation.until.isoformat() if installation.until else None,
    }


def _shown(row: ConnectionRow) -> Workspace:
    told = row.settings
    state = ConnectionState(row.state)
    return Workspace(row.account, told.get("name", ""), state, row.since, tuple(told.get("lacking", ())))


def _id(team: str) -> str:
    """One row for one workspace, whoever is quicker."""
    return f"{SLACK}/{team}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
