"""`askarsan channels find`: somebody at Slack by their work address, who is then written to there."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrations.standins.slack.slack import StandInSlack
from integrations.standins.slack.web import web
from tests.loopback import serving
from tests.terminal.conftest import Ask, ask, own_folder

__all__ = ["ask", "own_folder"]

RITA = "{role: recruiter, name: Rita Lopes, timezone: Europe/Madrid, channels: [email], email: rita@firm.example}"


@pytest.fixture
def slack() -> StandInSlack:
    slack = StandInSlack(lambda: datetime.now(UTC))
    slack.workspace("T1").meet("URITA", "Rita Lopes", "rita@firm.example")
    slack.workspace("T1").meet("UEVE", "Eve", "eve@elsewhere.example")
    return slack


async def test_a_colleague_is_found_and_written_to_there_from_then_on(
    ask: Ask, slack: StandInSlack, tmp_path: Path
) -> None:
    (tmp_path / "team.yaml").write_text(f"people: {{rita: {RITA}}}", "utf-8")
    assert (await asyncio.to_thread(ask, "add", "team.yaml")).exit_code == 0
    async with serving(web(slack)) as url:
        there = {
            "ASKARSAN_CHANNELS": "slack=slack",
            "ASKARSAN_SLACK_SIGNING_SECRET": slack.secret,
            "ASKARSAN_SLACK_TOKEN": slack.workspace("T1").token,
            "ASKARSAN_SLACK_URL": f"{url}/api",
        }
        found = await asyncio.to_thread(ask, "channels", "find", "rita@firm.example", "--json", **there)
        assert [each["address"] for each in json.loads(found.stdout)] == ["T1:URITA"]
        who = await asyncio.to_thread(ask, "channels", "find", "T1:UEVE", **there)
        assert "eve@elsewhere.example" in who.stdout
        kept = await asyncio.to_thread(ask, "channels", "find", "rita@firm.example", "--keep", **there)
        assert "Rita Lopes can be written to there from now on." in kept.stdout
        sent = await asyncio.to_thread(ask, "channels", "test", "slack", "T1:URITA", **there)
        assert sent.exit_code == 0, sent.output
        assert len(slack.workspace("T1").said("DRITA")) == 1
        for words, said in (
            (("eve@elsewhere.example", "--keep"), "Nobody here has the work address eve@elsewhere.example"),
            (("nobody@firm.example",), "Nobody has the work address nobody@firm.example"),
            (("T1:UNOBODY",), "Nobody at Slack is T1:UNOBODY."),
            (("rita",), "Nobody at Slack is rita."),
        ):
            done = await asyncio.to_thread(ask, "channels", "find", *words, **there)
            assert (done.exit_code, said in done.stderr) == (2, True), done.output
    await slack.close()
