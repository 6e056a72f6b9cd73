"""People with calendars, in a recruiter's words: what the tests of times are told with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from dialogs.scheduling.blocks import Block, Show
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.panel import Panel
from dialogs.scheduling.plan import Plan
from dialogs.scheduling.week import Week

BERLIN, LISBON, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Lisbon"), ZoneInfo("America/New_York")
# Clocks change in Berlin and Lisbon on October 25, in New York on November 1.
MONDAY = date(2026, 10, 19)
OFFICE = Week.parse("Mon-Fri 09:00-12:00,13:00-18:00", zone=BERLIN)
FORTNIGHT = Interval(datetime(2026, 10, 19, tzinfo=BERLIN), datetime(2026, 11, 2, tzinfo=BERLIN))
TALK = Meeting(45, 15)


def at(clock: str, day: int = 0, zone: ZoneInfo = BERLIN) -> datetime:
    """That time on a day of the first week: 0 is its Monday."""
    return datetime.combine(MONDAY + timedelta(days=day), time.fromisoformat(clock), zone)


def when(hours: str, day: int = 0, zone: ZoneInfo = BERLIN) -> Interval:
    """when("09:00-10:30", 2): that Wednesday."""
    start, end = hours.split("-")
    return Interval(at(start, day, zone), at(end, day, zone))


def block(hours: str, day: int = 0, show: Show = Show.BUSY, uid: str = "", all_day: bool = False) -> Block:
    return Block(when(hours, day), show, all_day, uid)


def whole(day: int, show: Show = Show.BUSY) -> Block:
    return Block(Interval(at("00:00", day), at("00:00", day + 1)), show, all_day=True)


def diary(name: str = "ana", **told: object) -> Diary:
    """Somebody who works office hours in Berlin, and what else is said of them."""
    return Diary(**{"id": name, "zone": BERLIN, "hours": OFFICE, **told})  # type: ignore[arg-type]


def plan(
    *diaries: Diary,
    panel: Panel | None = None,
    meeting: Meeting = TALK,
    between: Interval = FORTNIGHT,
    zone: ZoneInfo = BERLIN,
) -> Plan:
    """All of them must come, unless the panel says otherwise."""
    known = {each.id: each for each in diaries}
    return Plan(panel or Panel(tuple(known)), known, meeting, between, zone)


def clocks(starts: Sequence[datetime], zone: ZoneInfo = BERLIN) -> list[str]:
    return [f"{start.astimezone(zone):%a %H:%M}" for start in starts]


# ── people as they come ──

ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Nuuk", "Asia/Kolkata")
    ]
)
WEEKS = st.builds(
    lambda text, zone: Week.parse(text, zone=zone),
    st.sampled_from(
        (
            "Mon-Fri 09:00-18:00",
            "Mon-Sun 00:00-24:00",
            "Mon-Thu 09:00-12:00,13:00-18:00; Fri 08:30-14:00",
            "Mon-Sun 00:00-03:00,20:00-24:00",
        )
    ),
    ZONES,
)
MINUTES = int(FORTNIGHT.length / timedelta(minutes=1))


def _block(start: int, length: int, show: Show, all_day: bool) -> Block:
    begin = FORTNIGHT.start + timedelta(minutes=start)
    return Block(Interval(begin, begin + timedelta(minutes=length)), show, all_day)


BLOCKS = st.builds(
    _block,
    st.integers(-600, MINUTES) | st.integers(-8, MINUTES // 60).map(lambda hour: 60 * hour),
    st.integers(1, 700) | st.sampled_from((15, 30, 60, 1440)),
    st.sampled_from(Show),
    st.booleans(),
)
MEETINGS = st.builds(
    Meeting,
    minutes=st.sampled_from((5, 20, 45, 60, 90)),
    grid=st.sampled_from((5, 15, 20, 30, 60)),
    before=st.sampled_from((0, 0, 10)),
    after=st.sampled_from((0, 0, 15)),
    gap=st.sampled_from((0, 30)),
    on_site=st.booleans(),
)


def diaries(name: str) -> st.SearchStrategy[Diary]:
    return st.builds(
        Diary,
        id=st.just(name),
        zone=ZONES,
        hours=WEEKS | st.none(),
        blocks=st.lists(BLOCKS, max_size=12).map(tuple),
        booked=st.lists(BLOCKS, max_size=3).map(tuple),
        readable=st.sampled_from((True, True, True, True, False)),
        soft=st.none() | ZONES.map(lambda zone: Week.parse("Mon-Fri 12:00-13:00", zone=zone)),
        per_day=st.sampled_from((None, None, 1, 2)),
        per_week=st.sampled_from((None, None, 2)),
        travel=st.sampled_from((0, 40)),
    )


# ── the same rules again, written down plainly: event by event, minute by minute ──


def busy_at(who: Diary, meeting: Meeting, span: Interval) -> bool:
    """Does anything that takes their time overlap it?"""
    return not who.readable or any(each.when.meets(span) for each in (*_shown(who, meeting), *who.booked))


def in_hours(who: Diary, span: Interval) -> bool:
    """Does the clock of their office show working time at every minute of it?"""
    return who.hours is None or all(_at_work(who.hours, minute) for minute in _minutes_of(span))


def can(who: Diary, meeting: Meeting, span: Interval) -> bool:
    """All rules of one person."""
    if busy_at(who, meeting, span) or not in_hours(who, span):
        return False
    if who.soft and not who.consents and any(_at_work(who.soft, minute) for minute in _minutes_of(span)):
        return False
    travel = who.travel if meeting.on_site else 0
    before, after = max(meeting.before, travel), max(meeting.after, travel)
    near = (each for each in _shown(who, meeting) if not each.all_day)
    if any(each.when.meets(_wider(span, before, after)) for each in near):
        return False
    if any(each.when.meets(_wider(span, max(before, meeting.gap), max(after, meeting.gap))) for each in who.booked):
        return False
    day = span.start.astimezone(who.zone).date()
    dates = [each.when.start.astimezone(who.zone).date() for each in who.booked]
    that_week = [each for each in dates if each.isocalendar()[:2] == day.isocalendar()[:2]]
    return (who.per_day is None or dates.count(day) < who.per_day) and (
        who.per_week is None or len(that_week) < who.per_week
    )


def _shown(who: Diary, meeting: Meeting) -> list[Block]:
    takes = {Show.BUSY, Show.TENTATIVE, Show.AWAY} | ({Show.ELSEWHERE} if meeting.on_site else set())
    return [each for each in who.blocks if each.show in takes]


def _wider(span: Interval, before: int, after: int) -> Interval:
    return Interval(span.start - timedelta(minutes=before), span.end + timedelta(minutes=after))


def _minutes_of(span: Interval) -> list[datetime]:
    return [span.start + timedelta(minutes=each) for each in range(int(span.length / timedelta(minutes=1)))]


def _at_work(week: Week, instant: datetime) -> bool:
    local = instant.astimezone(week.zone)
    spans = week.spans(local.date())
    return any(start <= local.time() and (local.time() < end or end == time(0)) for start, end in spans)
