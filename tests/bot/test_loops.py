"""A loop in the world: what stands in whose calendar, what is held, what is taken, and that all of it goes again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.doors.pages.showing import page
from bot.doors.pages.visiting import Visit
from bot.facts.availability import time_of
from bot.facts.case import load as load_case
from bot.records import negotiations, people
from bot.records.interviews import BookingCellRow, InterviewRow
from bot.records.negotiations import HoldRow
from bot.records.pages import PageRow
from bot.rehearsal.play import Rehearsal, played
from bot.rehearsal.scenario import load
from bot.rehearsal.yamlfile import Fault
from dialogs.scheduling.intervals import Interval

STORIES = Path(__file__).parents[1] / "stories/loops"
IN_ORDER = (STORIES / "in-order.yaml").read_text("utf-8")
TUESDAY = datetime.fromisoformat("2026-03-03T00:00+01:00")
EVERYBODY = ("ida", "max", "eva", "hana", "blue")
ROOM = "  blue: {role: room, name: Blue room, timezone: Europe/Madrid, email: blue@acme.example}\n"


def of_tuesday(hours: str) -> Interval:
    start, end = (TUESDAY.replace(hour=int(each[:2]), minute=int(each[3:])) for each in hours.split("-"))
    return Interval(start, end)


def told(script: str, *, order: str = "given") -> str:
    """The story of an afternoon, in a room, with another script."""
    text = IN_ORDER.replace("\ncalendars:\n", "\ncalendars:\n  blue: {hours: '00:00-24:00', days: Mon-Sun}\n")
    text = text.replace("  ida: {role", f"{ROOM}  ida: {{role", 1)
    text = text.replace("order: given\n", f"order: {order}\n        rooms: [blue]\n")
    return text[: text.index("script:")] + f"script:\n{script}\nexpect: []\n"


def standing(rehearsal: Rehearsal) -> Mapping[str, list[Interval]]:
    """Of everybody, and of the room: what is in the calendar."""
    calendar = rehearsal.world.calendar
    return {who: [event.when for event in calendar.events(f"{who}@acme.example")] for who in EVERYBODY}


SCHEDULED = "  - rita: schedule Ana Silva for Data Engineer at Acme"
BOOKED = f"{SCHEDULED}\n  - ana: tomorrow at 1pm"
NOBODY: dict[str, list[Interval]] = {who: [] for who in EVERYBODY}
PARTS = {
    "ida": of_tuesday("13:00-13:45"),
    "eva": of_tuesday("14:00-14:30"),
    "hana": of_tuesday("14:45-15:15"),
    "blue": of_tuesday("13:00-15:15"),
}


async def test_in_every_calendar_stands_its_owners_own_part_and_the_room_has_all_of_it(
    tmp_path: Path, database_url: str
) -> None:
    async with played(load(written(tmp_path, told(BOOKED))), database_url) as rehearsal:
        assert standing(rehearsal) == {**NOBODY, **{who: [when] for who, when in PARTS.items()}}
        assert await taken(rehearsal) == {**PARTS, "ana": of_tuesday("13:00-15:15")}
        house = rehearsal.stage.house
        async with house.records.read() as session:
            interview, ida = (await session.scalars(select(InterviewRow))).one(), await people.get(session, "ida")
        seen = await time_of(house, ida, of_tuesday("13:00-16:00"))
    assert interview.itinerary[1] == {"stage": "Systems", "after": 60, "minutes": 30, "people": ["eva"]}
    assert min(seen.starts(30, house.rules)) == of_tuesday("14:00-15:00").start, "free again when her part is over"


async def test_her_page_shows_the_programme_on_the_clock_she_chose(tmp_path: Path, database_url: str) -> None:
    async with played(load(written(tmp_path, told(BOOKED))), database_url) as rehearsal:
        house, zone = rehearsal.stage.house, ZoneInfo("Europe/Lisbon")
        async with house.records.read() as session:
            case = await load_case(session, (await negotiations.going_on(session))[0].id)
        visit = Visit("t", PageRow(), case.candidate, case, zone, (case,), followed=False)
        shown = page(house, visit, (), None)["told"]
    assert isinstance(shown, list)
    assert shown[-3:] == ["12:00 Pairing – Ida Berg", "13:00 Systems – Eva Roth", "13:45 Culture – Hana Ruiz"]


async def test_called_off_it_goes_from_every_calendar_and_all_of_the_time_is_free(
    tmp_path: Path, database_url: str
) -> None:
    script = f"{BOOKED}\n  - wait: 1h\n  - rita: cancel Ana Silva\n  - wait: 1h"
    async with played(load(written(tmp_path, told(script))), database_url) as rehearsal:
        assert standing(rehearsal) == NOBODY
        assert await taken(rehearsal) == {}


async def test_while_it_is_offered_each_keeps_only_their_own_part_where_the_order_is_fixed(
    tmp_path: Path, database_url: str
) -> None:
    async with played(load(written(tmp_path, told(SCHEDULED))), database_url) as rehearsal:
        held = await kept(rehearsal)
        events = standing(rehearsal)
    assert {each.length for each in held["ana"]} == {timedelta(minutes=135)}
    assert {each.length for each in held["ida"]} == {timedelta(minutes=45)}
    assert {each.start - whole.start for each, whole in zip(held["hana"], held["ana"], strict=True)} == {
        timedelta(minutes=105)
    }
    assert sorted(events["ida"]) == held["ida"]
    assert sorted(events["hana"]) == held["hana"]
    assert not events["eva"], "one of a group is free to be offered elsewhere"


async def test_while_it_is_offered_in_any_order_each_keeps_the_whole(tmp_path: Path, database_url: str) -> None:
    async with played(load(written(tmp_path, told(SCHEDULED, order="any"))), database_url) as rehearsal:
        held = await kept(rehearsal)
    assert held["ida"] == held["hana"] == held["ana"]


def written(folder: Path, text: str) -> Path:
    path = folder / "loop.yaml"
    path.write_text(text, "utf-8")
    return path


async def taken(rehearsal: Rehearsal) -> dict[str, Interval]:
    """From the first to the last quarter of an hour that is booked of anybody."""
    cells: dict[str, list[int]] = {}
    async with rehearsal.stage.house.records.read() as session:
        for row in await session.scalars(select(BookingCellRow)):
            cells.setdefault(row.person_id, []).append(row.cell)
    return {
        who: Interval(datetime.fromtimestamp(min(each) * 900, TUESDAY.tzinfo), end_of(each))
        for who, each in cells.items()
    }


def end_of(cells: list[int]) -> datetime:
    assert len(cells) == max(cells) - min(cells) + 1
    return datetime.fromtimestamp((max(cells) + 1) * 900, TUESDAY.tzinfo)


async def kept(rehearsal: Rehearsal) -> dict[str, list[Interval]]:
    """What the offer on the table keeps, by person."""
    found: dict[str, list[Interval]] = {}
    async with rehearsal.stage.house.records.read() as session:
        for row in await session.scalars(select(HoldRow).order_by(HoldRow.start)):
            found.setdefault(row.person_id, []).append(Interval(row.start, row.end))
    return found


LINE_OF_STAGES = IN_ORDER.splitlines().index("        stages:") + 1
PAIRING = "          - {name: Pairing, minutes: 45, people: [ida]}\n"


@pytest.mark.parametrize(
    ("was", "instead", "line", "why"),
    [
        ("        pause: 15\n", "        minutes: 90\n", -2, "lasts as long as they do: leave out its minutes"),
        (
            "        pause: 15\n",
            "        people: [ida]\n",
            -2,
            "who comes to a round in stages is said at each of them",
        ),
        ("        pause: 15\n", "        one_of: [ida, max]\n", -2, "is said at each of them, not in 'one_of'"),
        ("pause: 15", "pause: a bit", -2, "'a bit' is no number of minutes up to 240"),
        ("order: given", "order: anny", -1, "'anny' is no order; did you mean 'any'?"),
        ("people: [ida]}", "people: [idda]}", 1, "there is nobody called 'idda' under people; did you mean ida?"),
        ("one_of: [max, eva]", "one_of: [max, evva]", 2, "there is nobody called 'evva' under people"),
        ("minutes: 45, people", "minutes: 4, people", 1, "'4' is no number of minutes from 5 to 600"),
        ("minutes: 45, people", "people", 1, "'minutes' is missing"),
        ("name: Culture", "name: Pairing", 3, "two stages are called 'Pairing'"),
        ("name: Culture", "name: pairing", 3, "two stages are called 'pairing'"),
        ("name: Systems, ", "", 2, "'name' is missing"),
        ("name: Systems, ", "name: ' ', ", 2, "a stage's name is one line"),
        ("name: Systems, ", 'name: "Systems\\nBcc: me", ', 2, "a stage's name is one line"),
        ("people: [ida]}", "people: [ana]}", 1, "ana is a candidate, and comes to no stage"),
        ("people: [ida]}", "people: [ida], one_of: [ida]}", 1, "nobody comes twice to one stage: Pairing needs more"),
        ("people: [ida]}", "people: [ida, ida]}", 1, "nobody comes twice to one stage"),
        ("one_of: [max, eva]", "one_of: [[max], [max]]", 2, "nobody comes twice to one stage"),
        ("one_of: [max, eva]", "one_of: [[], [max]]", 2, "Systems needs more people than it names"),
        (
            PAIRING,
            "".join(PAIRING.replace("Pairing", f"P{n}") for n in range(7)),
            9,
            "9 stages are too many for one day",
        ),
        ("minutes: 45, people", "minutes: 600, rooms: [], people", 1, "'rooms' is not known here"),
    ],
)
def test_a_loop_that_is_written_wrong_is_told_with_its_line(
    tmp_path: Path, was: str, instead: str, line: int, why: str
) -> None:
    assert was in IN_ORDER
    with pytest.raises(Fault) as fault:
        load(written(tmp_path, IN_ORDER.replace(was, instead, 1)))
    assert why in str(fault.value)
    assert fault.value.line == LINE_OF_STAGES + line


@pytest.mark.parametrize(
    ("stages", "why"),
    [
        ("", "there are no stages: leave the word out, or name one at least"),
        ("\n          - {name: Coffee, minutes: 15}", "nobody comes to any of these stages"),
        (
            "".join(f"\n          - {{name: Long {n}, minutes: 600, people: [ida]}}" for n in range(3)),
            "these stages take 1830 minutes, which is more than a day",
        ),
    ],
)
def test_stages_that_are_no_loop_are_told(tmp_path: Path, stages: str, why: str) -> None:
    before, after = IN_ORDER.index("        stages:"), IN_ORDER.index("calendars:")
    with pytest.raises(Fault, match=why) as fault:
        load(written(tmp_path, f"{IN_ORDER[:before]}        stages:{stages}\n{IN_ORDER[after:]}"))
    assert fault.value.line >= LINE_OF_STAGES


def test_order_and_pause_are_about_stages(tmp_path: Path) -> None:
    one_meeting = IN_ORDER[: IN_ORDER.index("        stages:")] + IN_ORDER[IN_ORDER.index("calendars:") :]
    with pytest.raises(Fault, match="'pause' is about stages, and this round has none"):
        load(written(tmp_path, one_meeting))
