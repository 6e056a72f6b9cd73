"""Calendars connected and looked into from a terminal, and the hours and keys beside them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import Result

import app
from bot.records.entries import EntryRow
from bot.records.people import PersonRow
from bot.terminal.calendars import _show_let_go
from bot.watching.letting_go import LetGo
from integrations.standins.feed import Fault, StandInFeed, web
from tests.loopback import serving
from tests.terminal.conftest import Ask

TEAM = """\
people:
  rita: {role: recruiter, name: Rita Lopes, timezone: Europe/Lisbon, channels: [email], email: rita@firm.example}
  carl: {role: client, name: Carl Olsen, company: Acme, timezone: Europe/Berlin, channels: [email], email: c@a.example}
"""
NOW = datetime.now(UTC).replace(microsecond=0)
IN_TWO_DAYS = (NOW + timedelta(days=2)).replace(hour=10, minute=0, second=0)


def file(*events: tuple[datetime, int, str]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody//EN"]
    for number, (start, minutes, more) in enumerate(events):
        lines += [
            *(
                "BEGIN:VEVENT",
                f"UID:{number}@somebody",
                f"DTSTAMP:{NOW:%Y%m%dT%H%M%SZ}",
                "SUMMARY:Surgery of Uncle Bob",
            ),
            *(f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + timedelta(minutes=minutes):%Y%m%dT%H%M%SZ}"),
            *filter(None, [more]),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


Type = Callable[..., Awaitable[Result]]


@pytest.fixture
def type_(ask: Ask) -> Type:
    """`ask`, beside a server that answers in this loop."""

    async def run(*words: object, given: str | None = None, **environment: str) -> Result:
        return await asyncio.to_thread(ask, *words, given=given, ASKARSAN_OWN_HOSTS="127.0.0.1", **environment)

    return run


@pytest.fixture
def team(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "team.yaml").write_text(TEAM, "utf-8")
    assert ask("add", "team.yaml").exit_code == 0


@pytest.fixture
def feed() -> StandInFeed:
    made = StandInFeed(lambda: NOW)
    made.share("rita", file((IN_TWO_DAYS, 60, ""), (IN_TWO_DAYS + timedelta(hours=3), 30, "STATUS:TENTATIVE")))
    return made


@pytest.fixture
async def link(feed: StandInFeed, team: None) -> AsyncIterator[str]:
    async with serving(web(feed)) as url:
        yield f"{url}/calendars/rita.ics"


async def test_what_is_seen_is_shown_without_a_title_and_then_it_is_connected(type_: Type, link: str) -> None:
    told = await type_("calendar", "connect", "Rita", "--with", "feed", given=f"{link}\n\n")
    assert told.exit_code == 0, told.output
    assert "These are the busy blocks I see in the next seven days (Europe/Lisbon):" in told.stdout
    assert re.search(r"10:00–11:00 +busy|11:00–12:00 +busy", told.stdout)
    assert re.search(r":00–\d\d:30 +tentative", told.stdout)
    assert "Connected: Rita Lopes, calendar link (rita@firm.example)." in told.stdout
    assert "Uncle Bob" not in told.output
    listed = await type_("calendar", "list")
    assert re.search(r"Rita Lopes +calendar link +rita@firm.example +works", listed.stdout)


def test_a_secret_over_a_pipe_is_read_without_a_word_of_pythons_own(team: None) -> None:
    command = [sys.executable, str(Path(app.__file__)), "calendar", "connect", "Rita", "--with", "feed"]
    told = subprocess.run(
        command,
        input="http://10.0.0.1/x.ics\n\n",
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,  # no terminal to turn to
    )
    assert told.returncode == 2, told.stderr
    assert "the address has to begin with https://" in told.stderr
    assert "GetPass" not in told.stderr
    assert "echo" not in told.stderr


async def test_the_link_is_a_secret_that_stands_nowhere_in_the_clear(type_: Type, link: str, tmp_path: Path) -> None:
    told = await type_("calendar", "connect", "Rita", "--with", "feed", given=f"{link}\n\n")
    assert link not in told.output
    with sqlite3.connect(tmp_path / "var" / "askarsan.db") as database:
        kept = "\n".join(database.iterdump())
    assert "rita@firm.example" in kept
    assert "rita.ics" not in kept
    listed = json.loads((await type_("calendar", "list", "--json")).stdout)
    assert [(each["state"], each["vendor"]) for each in listed] == [("active", "feed")]
    assert "rita.ics" not in json.dumps(listed)


async def test_a_secret_on_the_command_line_is_refused_before_it_is_used(
    type_: Type, link: str, feed: StandInFeed
) -> None:
    told = await type_("calendar", "connect", "Rita", "--with", "feed", "--set", f"feed_link={link}")
    assert told.exit_code == 2
    assert "your shell would remember it" in told.stderr
    assert link not in told.output
    assert feed.asked == []


async def test_a_machine_gives_the_secret_in_a_file(type_: Type, link: str, tmp_path: Path) -> None:
    """What would only have been offered as an answer holds where nobody answers."""
    (tmp_path / "secret.txt").write_text(f"feed_link={link}\n", "utf-8")
    told = await type_("calendar", "connect", "Rita", "--with", "feed", "--secrets", "secret.txt", "--json")
    assert told.exit_code == 0, told.output
    assert [each["show"] for each in json.loads(told.stdout)["blocks"]] == ["busy", "tentative"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say which calendar it is: --with "),
        (("--with", "feet"), "'feet' is no vendor of calendars; did you mean feed?"),
        (("--with", "Outlook"), "'Outlook' is no vendor of calendars; did you mean microsoft?"),
        (
            ("--with", "feed", "--set", "timezon=UTC"),
            "'timezon' is nothing that is needed here; did you mean timezone?",
        ),
        (("--with", "feed", "--set", "hush"), "--set takes NAME=value."),
        (("--with", "feed", "--secrets", "none.txt"), "none.txt cannot be read: No such file or directory."),
        (("--with", "feed", "--hours", "9 to 5"), "is not a stretch of hours"),
        (
            ("--with", "feed"),
            "Without feed_link it cannot be connected: answer, or give a line feed_link=… in --secrets FILE.",
        ),
    ],
)
async def test_what_is_missing_is_one_sentence(type_: Type, team: None, words: tuple[str, ...], said: str) -> None:
    told = await type_("calendar", "connect", "Rita", *words)
    assert told.exit_code == 2
    assert said in told.stderr
    assert (await type_("calendar", "list")).stdout.startswith("No calendar is connected.")


async def test_what_a_firm_has_not_set_is_named_as_it_has_to_be_written(type_: Type, team: None) -> None:
    told = await type_("calendar", "connect", "Rita", "--with", "google", given="\n\n")
    assert told.exit_code == 2
    lacking = "no refresh token was given, and ASKARSAN_GOOGLE_KEY_FILE is not set."
    assert told.stderr.endswith(f":Google cannot be connected: {lacking}\n")


async def test_where_nobody_answers_it_did_not_go_well_and_nothing_was_wrong_with_what_was_asked(
    type_: Type, link: str, feed: StandInFeed
) -> None:
    feed.fail(Fault.BROKEN, 3)
    told = await type_("calendar", "connect", "Rita", "--with", "feed", given=f"{link}\n\n")
    assert told.exit_code == 1
    said = "The calendar link answers 500. Nothing was saved; try again in a while."
    assert told.stderr.splitlines()[-1].endswith(said)


async def test_a_web_page_is_no_calendar_and_nothing_is_saved(type_: Type, link: str, feed: StandInFeed) -> None:
    feed.fail(Fault.A_PAGE, 3)
    told = await type_("calendar", "connect", "Rita", "--with", "feed", given=f"{link}\n\n")
    assert told.exit_code == 2
    assert "Nothing was saved." in told.stderr
    assert (await type_("calendar", "list")).stdout.startswith("No calendar is connected.")


async def test_a_test_of_a_dead_link_says_so_and_fails(type_: Type, link: str, feed: StandInFeed) -> None:
    assert (await type_("calendar", "connect", "Rita", "--with", "feed", given=f"{link}\n\n")).exit_code == 0
    assert (await type_("calendar", "test", "rita@firm.example")).exit_code == 0
    feed.fail(Fault.GONE, 9)
    told = await type_("calendar", "test", "Rita")
    assert told.exit_code == 1
    assert "\nThe calendar link answers 410. Share your calendar again" in told.stdout


async def test_the_week_is_a_picture(type_: Type, link: str) -> None:
    await type_("calendar", "connect", "Rita", "--with", "feed", "--hours", "09:00-17:00", given=f"{link}\n\n")
    told = await type_("calendar", "show", "Rita", "--from", f"{IN_TWO_DAYS:%Y-%m-%d}")
    assert told.exit_code == 0, told.output
    assert "Rita Lopes, Lisbon time" in told.stdout
    assert "████" in told.stdout
    assert "▒▒▒▒" in told.stdout
    data = json.loads((await type_("calendar", "show", "Rita", "--json")).stdout)
    assert data["readable"]
    assert {each["show"] for each in data["blocks"]} == {"busy", "tentative"}


async def test_what_is_over_is_drawn_free_to_nobody(type_: Type, team: None) -> None:
    assert "· ·" in (await type_("calendar", "show", "Rita", "--from", f"{IN_TWO_DAYS:%Y-%m-%d}")).stdout
    assert "· ·" not in (await type_("calendar", "show", "Rita", "--from", "2020-03-02")).stdout


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2030-03-05", "2030-03-04", "2030-03-04 is not after 2030-03-05"),
        ("2020-03-02", "2020-03-03", "Nothing is offered so soon: it is over, or nearer than ASKARSAN_NOTICE allows."),
    ],
)
async def test_days_that_leave_no_time_are_refused(type_: Type, team: None, start: str, end: str, said: str) -> None:
    told = await type_("availability", "Rita", "--from", start, "--to", end)
    assert told.exit_code == 2
    assert said in told.stderr


async def test_why_not_then_is_told_in_words_that_name_no_event(type_: Type, link: str) -> None:
    await type_("calendar", "connect", "Rita", "--with", "feed", "--days", "Mon-Sun", given=f"{link}\n\n")
    day = f"{IN_TWO_DAYS:%Y-%m-%d}"
    zone = ZoneInfo("Europe/Lisbon")
    busy = IN_TWO_DAYS.astimezone(zone)
    told = await type_("availability", "Rita", "--at", f"{day} {busy:%H:%M}")
    assert told.exit_code == 0, told.output
    assert f"Rita Lopes could not meet for 45 minutes: {busy:%a} {busy.day} {busy:%b %H:%M} Lisbon time." in told.stdout
    assert "– Something else stands in their calendar then." in told.stdout
    assert "Uncle Bob" not in told.output
    late = json.loads((await type_("availability", "Rita", "--at", f"{day} 22:00", "--json")).stdout)
    assert (late["free"], late["reasons"]) == (False, ["outside_hours"])
    closed = await type_("availability", "Rita", "--at", f"{day} 15:00", ASKARSAN_HOLIDAYS=day)
    assert "– It is a public holiday for them, or a day off." in closed.stdout
    lunch = await type_("availability", "Rita", "--at", f"{day} 15:00", "--json", ASKARSAN_LUNCH="15:00-16:00")
    assert "consent" in json.loads(lunch.stdout)["reasons"]


async def test_a_time_that_is_none_is_no_question(type_: Type, team: None) -> None:
    told = await type_("availability", "Rita", "--at", "sometime soon")
    assert told.exit_code == 2
    assert "is not one time; write a day and an hour ahead" in told.stderr


async def test_availability_leaves_out_what_is_busy(type_: Type, link: str) -> None:
    await type_("calendar", "connect", "Rita", "--with", "feed", "--days", "Mon-Sun", given=f"{link}\n\n")
    day = f"{IN_TWO_DAYS:%Y-%m-%d}"
    asked = ("availability", "Rita", "--from", day, "--to", day, "--json")
    told = json.loads((await type_(*asked, ASKARSAN_NOTICE="1m")).stdout)
    starts = [datetime.fromisoformat(each) for each in told["starts"]]
    assert starts
    taken = [(IN_TWO_DAYS, 60), (IN_TWO_DAYS + timedelta(hours=3), 30)]
    for start in starts:
        assert all(start + timedelta(minutes=45) <= at or start >= at + timedelta(minutes=long) for at, long in taken)
    shown = await type_("availability", "Rita", "--from", day, "--to", day, ASKARSAN_NOTICE="1m")
    assert "could meet for 45 minutes, Lisbon time:" in shown.stdout


async def test_of_a_calendar_that_cannot_be_read_nothing_is_free(type_: Type, link: str, feed: StandInFeed) -> None:
    await type_("calendar", "connect", "Rita", "--with", "feed", given=f"{link}\n\n")
    feed.fail(Fault.GONE, 9)
    told = await type_("availability", "Rita", "--json")
    assert json.loads(told.stdout)["starts"] == []
    assert "so they count as busy" in (await type_("availability", "Rita")).stderr


async def test_let_go_it_is_let_go(type_: Type, link: str) -> None:
    await type_("calendar", "connect", "Rita", "--with", "feed", given=f"{link}\n\n")
    told = await type_("calendar", "disconnect", "Rita")
    assert told.stdout == "Disconnected: Rita Lopes, calendar link. Its secret is gone.\n"
    assert (await type_("calendar", "test", "Rita")).exit_code == 2
    assert json.loads((await type_("calendar", "list", "--json")).stdout)[0]["state"] == "inactive"


def test_what_could_not_be_taken_out_of_it_is_listed_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    rita = PersonRow(id="rita", role="recruiter", name="Rita Lopes", zone="Europe/Lisbon")
    ten = datetime(2026, 3, 4, 10, tzinfo=UTC)
    interview, hold = (
        EntryRow(uid=str(offer), offer=offer, start=ten, end=ten + timedelta(hours=1)) for offer in (None, 1)
    )
    _show_let_go(rita, "Google", LetGo([hold], [interview]))
    told = capsys.readouterr().out
    assert told.startswith("Disconnected: Rita Lopes, Google. Its secret is gone.\nTaken out of it: one event.\n")
    assert "Ask Rita Lopes to delete them by hand, or connect the same calendar again" in told
    assert re.search(r"4 Mar.*10:00.*interview", told)


def test_what_stands_behind_a_name_and_means_nothing_is_told(ask: Ask, team: None) -> None:
    told = ask("calendar", "test", "Rita", "Lopez")
    assert told.stderr == "Rita Lopes is known here, but 'Lopez' behind the name is not.\n"


def test_whoever_is_not_there_is_told_with_the_nearest(ask: Ask, team: None) -> None:
    told = ask("calendar", "test", "Reta")
    assert told.exit_code == 2
    assert "Did you mean Rita Lopes?" in told.stderr


@pytest.mark.parametrize(
    "command",
    [*(f"calendar {name}" for name in ("connect", "list", "test", "show", "disconnect")), "keys list", "keys rotate"],
)
def test_each_teaches_with_an_example(ask: Ask, command: str) -> None:
    told = ask(*command.split(), "--help")
    assert told.exit_code == 0
    assert re.search(rf"^  Examples?:\n(?:    .*\n)*    .*askarsan {command}\b", told.stdout, re.MULTILINE)
    listed = ask(command.split(maxsplit=1)[0], "--help").stdout.split("Commands:")[1]
    assert "..." not in listed, "a line of the list is cut off"


def test_a_shell_completes_vendors(ask: Ask) -> None:
    words = "app.py calendar connect Rita --with fe"
    asked = {"_TYPER_COMPLETE_ARGS": words, "COMP_WORDS": words, "COMP_CWORD": "5"}
    program = Path(app.__file__)
    done = subprocess.run(
        [sys.executable, str(program)],
        env={**os.environ, **asked, "_APP.PY_COMPLETE": "complete_bash"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["feed"]


# Keys


async def test_keys_are_listed_and_rotated_and_the_calendar_still_opens(type_: Type, link: str) -> None:
    assert (await type_("keys", "list")).stdout.startswith("There is no key yet")
    await type_("calendar", "connect", "Rita", "--with", "feed", given=f"{link}\n\n")
    (before,) = json.loads((await type_("keys", "list", "--json")).stdout)["keys"]
    assert (before["state"], before["seals"]) == ("seals", 1)
    told = await type_("keys", "rotate")
    assert told.exit_code == 0
    now = json.loads((await type_("keys", "list", "--json")).stdout)["keys"]
    assert [(each["state"], each["seals"]) for each in now] == [("seals", 1), ("opens", 0)]
    assert now[1]["id"] == before["id"]
    assert (await type_("calendar", "test", "Rita")).exit_code == 0


async def test_a_lost_key_is_told_clearly(type_: Type, link: str, tmp_path: Path) -> None:
    await type_("calendar", "connect", "Rita", "--with", "feed", given=f"{link}\n\n")
    (tmp_path / "var" / "keys").unlink()
    told = await type_("keys", "list")
    assert "lost" in told.stdout
    assert "cannot be read by anybody without that key" in told.stderr
    tested = await type_("calendar", "test", "Rita")
    assert tested.exit_code == 1
    assert "that key is not here" in tested.stdout
    rotated = await type_("keys", "rotate")
    assert rotated.exit_code == 1
    assert "could not be opened" in rotated.stderr


def test_with_keys_of_the_settings_it_says_how_to_rotate(ask: Ask, team: None) -> None:
    key = f"one:{'A' * 43}="
    told = ask("keys", "rotate", ASKARSAN_KEYS=key)
    assert told.exit_code == 0
    assert re.search(r"^  [0-9a-f]{8}:[A-Za-z0-9+/]{43}=,$", told.stdout, re.MULTILINE)
    assert "A" * 43 not in told.output
    assert ask("keys", "list", ASKARSAN_KEYS="one:?").stderr == "ASKARSAN_KEYS: the key one is not base64.\n"


# Hours in words


def test_hours_said_in_words_are_shown_and_forgotten(ask: Ask, team: None) -> None:
    assert ask("hours", "Rita", "no meetings before 10").exit_code == 0
    assert ask("hours", "Rita Lopes", "I'm away tomorrow").exit_code == 0
    told = ask("hours", "Rita")
    assert re.search(r"every day 0?0:00–10:00 +not free +no meetings before 10", told.stdout), told.stdout
    data = json.loads(ask("hours", "Rita", "--json").stdout)
    assert [each["said"] for each in data] == ["no meetings before 10", "I'm away tomorrow"]
    starts = json.loads(ask("availability", "Rita", "--json").stdout)["starts"]
    assert all(datetime.fromisoformat(each).hour >= 9 for each in starts)
    told = ask("hours", "Rita", "no meetings on Fridays")
    assert re.search(r"every Friday +not free +no meetings on Fridays", told.stdout), told.output
    one = ask("hours", "Rita", "--forget", "lunch 12-13")
    assert (one.exit_code, one.stderr.strip()) == (
        2,
        '--forget ends all of it at once, not "lunch 12-13" alone: leave the words out.',
    )
    assert ask("hours", "Rita", "--forget").stdout == "Rita Lopes has said nothing of their hours that still holds.\n"


def test_words_without_hours_are_told_as_such(ask: Ask, team: None) -> None:
    told = ask("hours", "Rita", "I like tea")
    assert told.exit_code == 2
    assert 'There are no hours to be read in "I like tea".' in told.stderr
