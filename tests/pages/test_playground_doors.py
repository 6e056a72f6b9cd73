"""The playground's doors: for this machine alone, never in service, and no nonsense breaks them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from bot.playground.behind import STANDING, WHY
from bot.playground.door import playground_app
from bot.playground.game import CAST, Game, starters
from bot.playground.phones import in_the_calendar
from bot.playground.saving import story
from bot.playground.view import View
from bot.records.invites import InviteRow
from bot.rehearsal.play import played
from bot.rehearsal.scenario import load
from bot.rehearsal.steps import Step
from dialogs.negotiation.effects import Reason
from dialogs.negotiation.state import Status
from tests.loopback import serving
from tests.pages.firm import firm

pytestmark = pytest.mark.asyncio(loop_scope="module")

STARTERS = sorted(starters(load(CAST)))
SOME = ("booked", "not-delivered")
HERE = {"Sec-Fetch-Site": "same-origin"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Some of what one can begin with; with `--thorough` all of it."""
    if "starter" in metafunc.fixturenames:
        metafunc.parametrize("starter", STARTERS if metafunc.config.getoption("thorough") else SOME)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def game() -> AsyncIterator[Game]:
    game = Game()
    await game.begin()
    yield game
    await game.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(game: Game) -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(playground_app(game)) as url, httpx2.AsyncClient(base_url=url, timeout=60) as client:
        yield client


async def test_an_assistant_in_service_has_no_playground(sqlite_url: str) -> None:
    async with firm(sqlite_url) as staged, httpx2.AsyncClient(base_url=staged.url, timeout=60) as client:
        answers = [await client.get(path) for path in ("/playground", "/playground/story.yaml", "/playground/news")]
        answers.append(await client.post("/playground", data={"do": "begin"}))
        assert [each.status_code for each in answers] == [404] * 4


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "playground.example"},  # another name that somebody has made lead here
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},  # another port of this machine
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
async def test_what_comes_from_elsewhere_does_nothing(
    game: Game, page: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    before = game.version
    answer = await page.post("/playground", data={"do": "begin"}, headers=headers)
    assert (answer.status_code, game.version) == (403, before)
    assert "this machine alone" in answer.text


async def test_another_name_for_this_machine_shows_nothing(page: httpx2.AsyncClient) -> None:
    for path in ("/playground", "/playground/story.yaml"):
        assert (await page.get(path, headers={"Host": "playground.example"})).status_code == 403


async def test_the_page_runs_nobody_elses_scripts_and_is_kept_nowhere(page: httpx2.AsyncClient) -> None:
    answer = await page.get("/playground")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "nothing this page can do"),
        ({"do": "fly"}, "nothing this page can do"),
        ({"do": "say", "who": "ana", "channel": "whatsapp", "text": " \r\n "}, "nothing in it yet"),
        ({"do": "say", "who": "ana", "channel": "whatsapp", "text": "x" * 20_001}, "20,000 characters"),
        ({"do": "say", "who": "nobody", "channel": "sms", "text": "hi"}, "Nobody here is called that"),
        ({"do": "say", "who": "ana", "channel": "teams", "text": "hi"}, "not on that channel"),
        ({"do": "press", "who": "ana"}, "not on that channel"),
        ({"do": "answer", "who": "ana", "answer": "accept"}, "ana has got no invite to answer"),
        ({"do": "answer", "who": "ana", "answer": "perhaps"}, "yes, maybe, no"),
        ({"do": "receipt", "who": "ana", "status": "read"}, "nothing was sent to ana"),
        ({"do": "receipt", "who": "ana", "status": "eaten"}, "was read, never arrived, or failed"),
        ({"do": "spoil", "who": "ana", "channel": "sms", "how": "eaten"}, "late, is not delivered"),
        ({"do": "jump", "how": "next"}, "Nothing is to come"),
        ({"do": "jump", "how": "at", "at": "soon"}, "Say a day and a time"),
        ({"do": "jump", "how": "at", "at": "2026-03-01T09:00"}, "That is past"),
        ({"do": "jump", "how": "at", "at": "2036-03-01T09:00"}, "too far"),
        ({"do": "jump", "how": "at", "at": "9999-12-31T23:59"}, "too far"),
        ({"do": "jump", "how": "at", "at": "0001-01-01T00:00"}, "That is past"),
    ],
    ids=str,
)
async def test_what_cannot_be_is_said_in_a_sentence_and_nothing_happens(
    game: Game, page: httpx2.AsyncClient, form: dict[str, str], told: str
) -> None:
    before = list(game.steps)
    answer = await page.post("/playground", data=form, headers=HERE)
    assert answer.status_code == 422
    assert told in answer.text
    assert game.steps == before


async def test_more_than_a_form_can_hold_is_refused(page: httpx2.AsyncClient) -> None:
    assert (await page.post("/playground", data={"text": "x" * 600_000}, headers=HERE)).status_code == 413


class Broken(Game):
    async def do(self, step: Step) -> None:
        raise RuntimeError("the secret inside")


async def test_what_breaks_shows_nothing_of_its_inside() -> None:
    game = Broken()
    await game.begin()
    async with serving(playground_app(game)) as url, httpx2.AsyncClient(base_url=url, timeout=60) as page:
        form = {"do": "say", "who": "ana", "channel": "sms", "text": "hello?"}
        answer = await page.post("/playground", data=form, headers=HERE)
    await game.close()
    assert answer.status_code == 500
    assert "Something broke here" in answer.text
    assert "secret" not in answer.text
    assert "hello?" in answer.text, "what was typed is given back"


@pytest.mark.parametrize("query", ["candidate=nobody&tab=moon", "by-ana=pigeon", "&" * 5_000, "%00=%ff"])
async def test_an_address_that_was_made_up_shows_the_page(page: httpx2.AsyncClient, query: str) -> None:
    answer = await page.get(f"/playground?{query}")
    assert answer.status_code == 200
    assert "Ana Silva" in answer.text


async def test_an_address_leads_back_to_what_was_looked_at(game: Game) -> None:
    people = {person.key: person for person in game.scenario.people}
    view = View.read("", people).of("candidate", "ben").by("ben", "sms").at("behind")
    assert View.read(view.query, people) == view


async def test_what_was_begun_with_is_rehearsed_with_the_same_result(game: Game, tmp_path: Path, starter: str) -> None:
    await game.begin(starter)
    await same_again(game, tmp_path)


async def test_rough_weather_is_played_and_saved_like_all_else(
    game: Game, page: httpx2.AsyncClient, tmp_path: Path
) -> None:
    await game.begin()
    for form in (
        {"do": "say", "who": "rita", "channel": "slack", "text": "schedule Ana Silva for Data Engineer at Acme"},
        {"do": "receipt", "who": "rita", "status": "read"},  # of the message, not of the card below it
        {"do": "say", "who": "carl", "channel": "email", "text": "Tuesday 10-12 or Wednesday after 3pm"},
        {"do": "outage"},
        {"do": "say", "who": "ana", "channel": "whatsapp", "text": "The first one works"},
        {"do": "crash"},
        {"do": "jump", "how": "morning"},
        {"do": "answer", "who": "ana", "answer": "counter", "at": "2026-03-05T15:00"},
    ):
        answer = await page.post("/playground", data=form, headers=HERE)
        assert answer.status_code == 303, form
    (pressed,) = re.findall(r'value="(\w+![a-z]+)">Yes: Call off', (await page.get("/playground")).text)
    form = {"do": "press", "who": "rita", "channel": "slack", "button": pressed}
    assert "called off" in (await page.post("/playground", data=form, headers=HERE, follow_redirects=True)).text
    await same_again(game, tmp_path)


async def same_again(game: Game, tmp_path: Path) -> None:
    """Saved as a story, and rehearsed."""
    async with game.still() as rehearsal:
        (tmp_path / "story.yaml").write_text(await story(game, rehearsal), "utf-8")
        before = (await rehearsal.report()).data
    scenario = load(tmp_path / "story.yaml")
    assert scenario.expectations
    async with played(scenario, f"sqlite+aiosqlite:///{tmp_path / 'again.db'}") as again:
        report = await again.report()
    assert report.ok, [each for each in report.data["expectations"] if not each["ok"]]
    for what in ("interviews", "invites", "tracker", "timers", "escalations"):
        assert report.data[what] == before[what]


async def test_everything_that_can_stand_there_has_words() -> None:
    assert {*STANDING} == {*Status}
    assert {*WHY} == {*Reason}


async def test_an_invite_has_moved_only_where_its_time_is_another() -> None:
    def invite(hour: int, method: str = "REQUEST") -> InviteRow:
        start = datetime(2026, 3, 4, hour, tzinfo=UTC)
        return InviteRow(start=start, end=start + timedelta(minutes=45), method=method)

    assert in_the_calendar(None, invite(10)) == "In your calendar"
    assert in_the_calendar(invite(10), invite(11)) == "Moved in your calendar"
    assert in_the_calendar(invite(10), invite(10)) == "Still in your calendar"
    assert in_the_calendar(invite(10), invite(10, "CANCEL")) == "Taken out of your calendar"
    assert in_the_calendar(invite(10, "CANCEL"), invite(10)) == "Back in your calendar"


async def test_the_page_says_where_whatsapp_is_another_one_with_a_vendor(game: Game, page: httpx2.AsyncClient) -> None:
    await game.begin()
    assert "no 24-hour window here" in (await page.get("/playground")).text
