"""Whatever people write in whatever order: what the assistant never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pressing import NOTED
from bot.records.negotiations import STATE
from dialogs.negotiation.decide import decide
from dialogs.negotiation.draft import Decision
from dialogs.negotiation.effects import Alarm, Book, Cancel, Kind, Offered, Reader, Say
from dialogs.negotiation.events import (
    Arranged,
    CalledOff,
    Event,
    HandedBack,
    Heard,
    InviteAnswered,
    Left,
    MoveAsked,
    OutcomeReported,
    Rang,
    Requested,
    Resumed,
    TakenOver,
    TaskReported,
    Undelivered,
)
from dialogs.negotiation.state import Hosting, Negotiation, Party, Status
from dialogs.negotiation.times import LOOSE
from dialogs.scheduling.intervals import Interval, covers
from dialogs.understanding.meaning import Act, Ambiguity, Topic, Understanding
from tests.negotiation.cases import FACTS, MONDAY

QUARTERS = 4 * 24 * 2  # few enough that wishes and calendars often meet
starts = st.integers(0, QUARTERS).map(lambda quarter: MONDAY.astimezone(UTC) + timedelta(minutes=15 * quarter))
windows = st.builds(lambda start, quarters: Interval.lasting(start, 15 * quarters), starts, st.integers(1, 60))
some_windows = st.lists(windows, max_size=3).map(tuple)
parties = st.sampled_from(Party)
HEARD = [act for act in Act if act is not Act.OPT_OUT]  # that one never gets this far: it is heard for the whole person


@st.composite
def meanings(draw: st.DrawFn) -> Understanding:
    return Understanding(
        acts=tuple(
            draw(st.lists(st.sampled_from(sorted(set(Act) - {Act.OPT_OUT})), min_size=1, max_size=3, unique=True))
        ),
        choice=tuple(draw(st.lists(st.integers(0, 3), max_size=2, unique=True))),
        windows=draw(some_windows),
        blocked=draw(some_windows),
        ambiguous=tuple(Ambiguity("…", (each,)) for each in draw(st.lists(windows, max_size=2))),
        topics=tuple(draw(st.lists(st.sampled_from(Topic), max_size=2))),
        adds=draw(st.booleans()),
    )


heard: st.SearchStrategy[Event] = st.builds(Heard, parties, meanings(), st.just("…"))
events: st.SearchStrategy[Event] = st.one_of(
    heard,
    heard,
    heard,
    st.builds(InviteAnswered, parties, st.sampled_from(["accept", "decline", "counter"]), windows),
    st.builds(Rang, st.sampled_from([Alarm.NUDGE, Alarm.FOLLOW_UP])),
    st.just(Rang(Alarm.REMINDER, "3600")),
    st.builds(Rang, st.just(Alarm.MORNING), st.sampled_from(["candidate", "host", "recruiter"])),
    st.builds(MoveAsked, some_windows),
    st.sampled_from([TakenOver(), HandedBack(), Resumed(), CalledOff(), OutcomeReported("passed")]),
    st.builds(Undelivered, parties, st.just("gone"), st.none() | st.sampled_from(Kind), st.booleans()),
    st.builds(Rang, st.just(Alarm.TASK), st.sampled_from(["candidate", "host"])),
    st.builds(
        TaskReported,
        st.integers(1, 3),
        st.sampled_from(sorted(NOTED)),
        st.just("rita"),
        st.just("Rita Lopes"),
        meaning=meanings(),
        at=starts,
    ),
)
hours = st.lists(st.integers(0, 12), min_size=12, max_size=12)
hostings = st.sampled_from(Hosting)


class Life:
    """A negotiation living through events, an hour or more apart, with everything it ever decided."""

    def __init__(self, hosting: Hosting, busy: tuple[Interval, ...], opened: tuple[Interval, ...]) -> None:
        self.facts = replace(FACTS, host_busy=busy, host_open=opened if hosting is Hosting.CALENDAR else None)
        self.state = Negotiation("n")
        self.given: dict[Party, list[Interval]] = {Party.CANDIDATE: [], Party.HOST: []}
        self.happen(Requested(hosting))

    def happen(self, event: Event) -> Decision:
        self._hear(event)
        decision = decide(self.state, event, self.facts)
        self.state = decision.negotiation
        return decision

    def wait(self, hours: int) -> None:
        self.facts = replace(self.facts, now=self.facts.now + timedelta(hours=hours))

    def _hear(self, event: Event) -> None:
        """What each side has ever said it could do: the widest reading of its words."""
        task = next((t for t in self.state.tasks if isinstance(event, TaskReported) and t.number == event.number), None)
        party = event.party if isinstance(event, Heard) else task.party if task else None
        if isinstance(event, Heard | TaskReported) and event.meaning and party:
            meaning = event.meaning
            said = [*meaning.windows, *(reading for each in meaning.ambiguous for reading in each.readings)]
            table = self.state.clarifying or (self.state.offer.starts if self.state.offer else ())
            said += [Interval.lasting(start, self.facts.minutes) for start in table]
            if meaning.blocked:
                said.append(Interval(self.facts.now, self.facts.now + timedelta(days=40)))
            self.given[party] += said
        elif isinstance(event, InviteAnswered) and event.counter:
            self.given[event.party].append(event.counter)
        if self.state.booked:
            self.given[Party.CANDIDATE].append(self.state.booked)
            self.given[Party.HOST].append(self.state.booked)


@given(hostings, st.lists(some_windows, min_size=12, max_size=12), some_windows, st.lists(events, max_size=12), hours)
@settings(max_examples=400, deadline=None)
def test_no_time_is_booked_that_both_did_not_give_or_somebody_has_not_free(
    hosting: Hosting,
    calendars: list[tuple[Interval, ...]],
    opened: tuple[Interval, ...],
    happens: list[Event],
    pauses: list[int],
) -> None:
    life = Life(hosting, calendars[0], opened)
    for event, busy, pause in zip(happens, calendars, pauses, strict=False):
        life.facts = replace(life.facts, host_busy=busy)  # what was free when it was offered may be taken by now
        before = life.state
        decision = life.happen(event)
        for booking in (effect for effect in decision.effects if isinstance(effect, Book)):
            assert booking.when.start > life.facts.now
            assert booking.when.length == timedelta(minutes=life.facts.minutes)
            own = [before.booked] if before.booked else []
            assert not any(booking.when.meets(each) for each in busy) or booking.when in own
            assert covers(life.given[Party.CANDIDATE], booking.when)
            assert covers(life.given[Party.HOST] if hosting is not Hosting.CALENDAR else opened, booking.when)
        life.wait(pause)


@given(hostings, some_windows, some_windows, st.lists(events, max_size=12), hours)
@settings(max_examples=300, deadline=None)
def test_nobody_is_woken_who_did_not_just_write(
    hosting: Hosting, busy: tuple[Interval, ...], opened: tuple[Interval, ...], happens: list[Event], pauses: list[int]
) -> None:
    life = Life(hosting, busy, opened)
    quiet = life.facts.rules.quiet_hours
    for event, pause in zip(happens, pauses, strict=False):
        awake = frozenset({Reader(event.party.value)} if isinstance(event, Heard) else set())
        life.facts = replace(life.facts, awake=awake)
        soon = life.state.booked is not None and life.state.booked.start - life.facts.now < timedelta(hours=14)
        about_a_human = life.state.human
        for say in (effect for effect in life.happen(event).effects if isinstance(effect, Say)):
            zone = {"candidate": life.facts.candidate, "host": life.facts.host, "recruiter": life.facts.recruiter}
            asleep = say.to not in awake and quiet.quiet(life.facts.now, zone[say.to.value].zone)
            assert not asleep or soon or (about_a_human and say.to is Reader.RECRUITER) or _passed_on(say)
        life.wait(pause)


def _passed_on(say: Say) -> bool:
    return say.to is Reader.RECRUITER and any(part.text == "passed_on" for part in say.parts)


@given(hostings, some_windows, some_windows, st.lists(events, max_size=12), hours, parties)
@settings(max_examples=200, deadline=None)
def test_whoever_said_stop_is_never_written_to_again(
    hosting: Hosting,
    busy: tuple[Interval, ...],
    opened: tuple[Interval, ...],
    happens: list[Event],
    pauses: list[int],
    party: Party,
) -> None:
    life = Life(hosting, busy, opened)
    for event in happens[:4]:
        life.happen(event)
    ended = life.state.over
    said = [effect for effect in life.happen(Left(party)).effects if isinstance(effect, Say)]
    assert ended or not [say for say in said if say.to.value == party.value]
    for event, pause in zip(happens[4:], pauses, strict=False):
        life.wait(pause)
        if isinstance(event, Rang | Arranged | InviteAnswered):
            assert not [e for e in life.happen(event).effects if isinstance(e, Say) and e.to.value == party.value]


@given(hostings, some_windows, some_windows, st.lists(events, max_size=12), hours)
@settings(max_examples=200, deadline=None)
def test_what_is_kept_is_kept_whole_and_counts_only_upwards(
    hosting: Hosting, busy: tuple[Interval, ...], opened: tuple[Interval, ...], happens: list[Event], pauses: list[int]
) -> None:
    life = Life(hosting, busy, opened)
    for event, pause in zip(happens, pauses, strict=False):
        before = life.state
        decision = life.happen(event)
        after = decision.negotiation
        assert STATE.validate_json(STATE.dump_json(after)) == after
        assert decide(before, event, life.facts) == decision, "the same three give the same decision"
        changes = [effect for effect in decision.effects if isinstance(effect, Book | Cancel)]
        assert after.sequence == before.sequence + len(changes), "a calendar ignores what does not count up"
        offers = [effect.number for effect in decision.effects if isinstance(effect, Offered)]
        assert offers == list(range(before.offers_made + 1, after.offers_made + 1))
        assert after.status is not Status.OFFERED or after.offer is not None
        readers = [effect.to for effect in decision.effects if isinstance(effect, Say)]
        assert len(readers) == len(set(readers)), "one decision, one message to each"
        life.wait(pause)


def test_a_loose_window_is_longer_than_any_named_day() -> None:
    assert timedelta(days=1, hours=1) < LOOSE, "a day of 25 hours is still a day somebody named"
