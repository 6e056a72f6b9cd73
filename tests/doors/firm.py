"""A firm with every door there is open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from bot.connections.connecting import Desks
from bot.doors.web import make_app
from bot.house import House
from bot.jobs import Job
from bot.records.base import Records
from bot.records.connections import ConnectionKind, ConnectionRow, ConnectionState
from bot.records.messages import MessageRow
from bot.records.raw_events import RawEventRow
from bot.records.sealed import Keys, seal
from bot.rehearsal.play import Rehearsal
from bot.rehearsal.scenario import load
from integrations import carriers
from integrations.means import Means
from integrations.standins.sendgrid.account import StandInSendGrid
from integrations.standins.teams.teams import APP, TENANT, StandInTeams
from integrations.standins.teams.web import web
from tests.channels.assistance import STORY as TWO_TIMES
from tests.doors.callers import OURS, PUBLIC, TEAMS, Caller, Knocked, Writer, callers, teams
from tests.loopback import serving

STORY = TWO_TIMES.replace("RITAS", "slack").replace('"RITA"', '"T1:URITA"')


def settings_of(sendgrid: StandInSendGrid) -> dict[str, str]:
    """What a firm has set that has all of them."""
    return {
        "public_url": PUBLIC,
        "twilio_account_sid": "AC" + 32 * "0",
        "twilio_auth_token": OURS,
        "telegram_token": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        "telegram_secret": OURS,
        "slack_token": "xoxb-1",
        "slack_signing_secret": OURS,
        "email_address": "arsan@firm.example",
        "email_name": "Firm Talent",
        "email_secret": OURS,
        "sendgrid_events_key": sendgrid.verification_key,
        "sendgrid_parse_key": sendgrid.verification_key,
        "teams_app_id": APP,
        "teams_app_secret": OURS,
        "teams_tenant": TENANT,
        "teams_service_url": f"{TEAMS}/teams",
    }


@dataclass
class Firm:
    """`begun`: what the doors began, and nobody does here."""

    house: House
    callers: Mapping[str, Caller]
    app: ASGIApp = field(default_factory=Starlette)
    begun: list[Job] = field(default_factory=list)

    async def kept(self) -> tuple[int, int]:
        """How many messages, and how many things as their vendors put them."""
        async with self.house.records.read() as session:
            messages = await session.scalar(select(func.count()).select_from(MessageRow))
            return messages or 0, await session.scalar(select(func.count()).select_from(RawEventRow)) or 0

    async def knock(self, caller: str, n: int) -> int:
        """Says the nth thing at its door, and proves it."""
        told = self.callers[caller]
        return (await answered(self.app, told.knocks(told.says(n), self.house.clock.now()))).status


@dataclass
class Answered:
    status: int = 0
    body: bytes = b""
    read: int = 0  # pieces of the body that were taken


async def answered(
    app: ASGIApp, knocked: Knocked, *more: tuple[bytes, bytes], method: str = "POST", pieces: Sequence[bytes] = ()
) -> Answered:
    """What the app answers, asked as a server asks it: headers in bytes, of which there may be `more`, also doubled;
    the body in `pieces`, if given."""
    found, left = Answered(), list(pieces or [knocked.body])
    path, _, query = knocked.target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 40_000),
        "headers": [(n.lower().encode(), v.encode("utf-8", "replace")) for n, v in knocked.headers.items()] + [*more],
    }

    async def receive() -> Message:
        found.read += 1
        return {"type": "http.request", "body": left.pop(0) if left else b"", "more_body": bool(left)}

    async def send(message: Message) -> None:
        found.status = message.get("status", found.status)
        found.body += message.get("body", b"")

    await app(scope, receive, send)
    return found


@asynccontextmanager
async def opened(
    folder: Path, database_url: str, *, public_url: str = PUBLIC, ana: Writer | None = None
) -> AsyncIterator[Firm]:
    """With Ana, who has been offered two times. `database_url`: of an empty database. `ana`: by whatever she writes."""
    ana = ana or Writer()
    (folder / "story.yaml").write_text(STORY.replace(Writer.phone, ana.phone).replace(Writer.mail, ana.mail), "utf-8")
    rehearsal = Rehearsal(load(folder / "story.yaml"), database_url)
    await rehearsal.prepare()
    await rehearsal.run()
    there, now = rehearsal.stage.house, rehearsal.world.clock.now
    desks = Desks(rehearsal.world.keys, now, {})
    house = replace(there, desks=desks, firm=replace(there.firm, public_url=public_url))
    sendgrid, keys = StandInSendGrid(now), StandInTeams(now=now, url="")
    await watched(house.records, desks.keys, now())
    firm = Firm(house, {each.name: each for each in [*callers(sendgrid, lambda n: ana), teams()]})

    async def begin(jobs: Sequence[Job]) -> None:
        firm.begun += jobs

    async with serving(web(keys)) as keys.url:
        means = Means(
            now, {**settings_of(sendgrid), "teams_keys_url": f"{keys.url}/v1/.well-known/openidconfiguration"}
        )
        doors = [carriers.door(name, means) for name in carriers.DOORS]
        firm.app = make_app(house, begin, OURS, "1", doors=doors, zoom_secret=OURS, metrics=True)
        yield firm
        for door in doors:
            await door.close()
    await keys.close()
    await rehearsal.stage.close()


async def watched(records: Records, keys: Keys, now: datetime, person_id: str = "carl") -> None:
    """They have connected everything, and every vendor tells us of it."""
    kinds = {"google": ConnectionKind.CALENDAR, "microsoft": ConnectionKind.CALENDAR, "calendly": ConnectionKind.LINKS}
    async with records.write() as session:
        for vendor, kind in kinds.items():
            row = ConnectionRow(
                id=f"{vendor}_1", kind=kind.value, vendor=vendor, person_id=person_id, account="c@a.example"
            )
            row.settings, row.told, row.failures = {}, {}, 0
            row.made_at = row.set_up_at = row.since = now
            row.state, row.watch_id, row.watch_resource = ConnectionState.ACTIVE.value, f"watch_{vendor}", "calendar"
            row.watch_until = row.renew_at = row.look_at = now.replace(year=now.year + 1)
            row.watch_secret = seal(OURS, row.place("watch_secret"), keys)
            session.add(row)
