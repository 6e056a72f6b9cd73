"""Where nothing overlaps, the right one is asked for the right thing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.concession import Concession, concession, concessions
from dialogs.scheduling.intervals import Interval, covers, intersection

LISBON, BERLIN, DENVER = ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/Denver")
MONDAY = date(2026, 3, 2)
MON, TUE, WED, THU, FRI = (MONDAY + timedelta(days=n) for n in range(5))


def window(day: date, start: int, end: int, zone: ZoneInfo = LISBON) -> Interval:
    midnight = datetime.combine(day, time(0), zone)
    return Interval(
        midnight.replace(hour=start), midnight + timedelta(days=1) if end == 24 else midnight.replace(hour=end)
    )


HORIZON = Interval(datetime(2026, 3, 2, 8, tzinfo=LISBON), datetime(2026, 3, 16, tzinfo=LISBON))
OFFICE_HOURS = [window(MONDAY + timedelta(days=n), 9, 17) for n in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]


def ask(
    host: list[Interval],
    candidate: list[Interval],
    minutes: int = 45,
    host_zone: ZoneInfo = LISBON,
    candidate_zone: ZoneInfo = LISBON,
) -> Concession | None:
    return concession(host, candidate, minutes, horizon=HORIZON, host_zone=host_zone, candidate_zone=candidate_zone)


def test_a_candidate_with_office_hours_is_asked_for_the_evenings_the_client_gave() -> None:
    asked = ask([window(day, 17, 19) for day in (TUE, WED, THU)], OFFICE_HOURS)
    assert asked is not None
    assert (asked.party, asked.kind, asked.clock) == ("candidate", "after", time(17))
    assert asked.days == (TUE, WED, THU)
    assert (asked.opens, asked.slots) == (3, 6)
    assert [each.astimezone(LISBON).strftime("%a %H:%M") for each in asked.examples] == [
        *("Tue 17:00", "Wed 17:00", "Thu 17:00")
    ]


def test_a_client_with_office_hours_is_asked_for_the_evenings_a_candidate_with_a_job_gave() -> None:
    asked = ask(OFFICE_HOURS, [window(day, 18, 20) for day in (TUE, WED)])
    assert asked is not None
    assert (asked.party, asked.kind, asked.clock, asked.days) == ("host", "after", time(18), (TUE, WED))


def test_an_early_client_makes_the_candidate_come_earlier() -> None:
    asked = ask([window(TUE, 8, 10)], [window(TUE, 12, 17)])
    assert asked is not None
    assert (asked.party, asked.kind, asked.clock) == ("candidate", "before", time(10))


def test_before_means_up_to_where_their_own_time_begins() -> None:
    asked = ask([window(TUE, 7, 9)], [window(TUE, 9, 10)], minutes=45)
    assert asked is not None
    assert (asked.party, asked.kind, asked.clock) == ("candidate", "before", time(9))


def test_another_day_is_asked_for_where_no_day_is_shared() -> None:
    asked = ask([window(THU, 9, 12), window(FRI, 9, 12)], [window(TUE, 9, 17)])
    assert asked is not None
    assert (asked.party, asked.kind, asked.clock, asked.days) == ("candidate", "on", None, (THU, FRI))


def test_a_day_given_whole_says_nothing_of_the_next() -> None:
    asked = ask([window(TUE, 0, 24)], [window(WED, 10, 12)])
    assert asked is not None
    assert (asked.kind, asked.days) == ("on", (TUE,))
    assert asked.party == "candidate"


def test_what_both_gave_already_is_not_asked_for() -> None:
    both = [window(TUE, 9, 12)]
    assert ask(both, both) is None
    asked = ask([window(TUE, 9, 14)], both)
    assert asked is not None
    assert (asked.party, asked.kind, asked.clock) == ("candidate", "after", time(11, 30))


def test_a_longer_day_is_asked_for_before_another_day() -> None:
    host, candidate = [window(TUE, 17, 19)], [window(TUE, 9, 17), window(WED, 9, 17), window(THU, 9, 17)]
    asked = ask(host, candidate)
    assert asked is not None
    assert (asked.kind, asked.days) == ("after", (TUE,))


def test_a_gap_in_the_day_is_asked_for_by_its_day_and_hour() -> None:
    host, candidate = [window(TUE, 12, 13)], [window(TUE, 9, 12), window(TUE, 13, 17)]
    ranked = concessions(host, candidate, 45, horizon=HORIZON, host_zone=LISBON, candidate_zone=LISBON)
    asked = next(each for each in ranked if each.party == "candidate")
    assert (asked.kind, asked.clock, asked.days) == ("on", None, (TUE,))
    assert [each.astimezone(LISBON).hour for each in asked.examples] == [12]


def test_each_is_asked_in_the_words_of_their_own_clock() -> None:
    host = [window(TUE, 17, 19, BERLIN)]  # 9 to 11 in the morning in Denver
    asked = ask(host, [window(TUE, 12, 16, DENVER)], host_zone=BERLIN, candidate_zone=DENVER)
    assert asked is not None
    assert (asked.party, asked.kind, asked.clock, asked.days) == ("candidate", "before", time(11), (TUE,))


def test_nobody_is_asked_to_come_in_the_night_where_daylight_will_do() -> None:
    host = [window(TUE, 9, 18, BERLIN)]  # 1 to 10 in the morning in Denver
    asked = ask(host, [window(TUE, 12, 16, DENVER)], host_zone=BERLIN, candidate_zone=DENVER)
    assert asked is not None
    assert asked.party == "candidate"
    assert {each.astimezone(DENVER).hour for each in asked.examples} <= {7, 8, 9}


def test_a_day_said_whole_does_not_mean_its_night() -> None:
    asked = ask([window(THU, 0, 24)], [window(TUE, 9, 17)])
    assert asked is not None
    assert asked.examples[0].astimezone(LISBON).hour == 8


def test_what_is_past_or_too_far_ahead_is_not_asked_for() -> None:
    long_ago = [window(MONDAY - timedelta(days=3), 17, 19)]
    assert ask(long_ago, []) is None
    assert ask([], []) is None


windows = st.lists(
    st.tuples(st.integers(0, 13), st.integers(0, 46), st.integers(1, 20)).map(
        lambda part: Interval.lasting(
            datetime.combine(MONDAY + timedelta(days=part[0]), time(0), UTC) + timedelta(minutes=30 * part[1]),
            30 * part[2],
        )
    ),
    max_size=5,
)


@given(windows, windows, st.sampled_from([30, 45, 60]), st.sampled_from([LISBON, BERLIN, DENVER]))
@settings(deadline=None)
def test_what_is_asked_for_would_truly_help_and_the_best_comes_first(
    host: list[Interval], candidate: list[Interval], minutes: int, zone: ZoneInfo
) -> None:
    ranked = concessions(host, candidate, minutes, horizon=HORIZON, host_zone=LISBON, candidate_zone=zone)
    for asked in ranked:
        other = intersection(host if asked.party == "candidate" else candidate, [HORIZON])
        own = intersection(candidate if asked.party == "candidate" else host, [HORIZON])
        own_zone = zone if asked.party == "candidate" else LISBON
        assert 1 <= asked.opens == len(asked.days) <= asked.slots
        assert 0 < asked.share <= 1
        assert asked.examples
        for start in asked.examples:
            meeting = Interval.lasting(start, minutes)
            assert covers(other, meeting)
            assert not covers(own, meeting)
            assert start.astimezone(own_zone).date() in asked.days
            if asked.kind == "after":
                assert asked.clock is not None
                assert start.astimezone(own_zone).time() >= asked.clock
    assert [each.kind == "on" for each in ranked] == sorted(each.kind == "on" for each in ranked)
