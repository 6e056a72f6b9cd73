"""A reschedule at Calendly is an end and a beginning, in any order and perhaps twice: here it is one move."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.links.folding import (
    Booked,
    Booking,
    CalledOff,
    Change,
    Moved,
    Notice,
    Standing,
    Told,
    changes,
    fold,
)

TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)
HALF = timedelta(minutes=30)


def at(hours: int) -> tuple[datetime, datetime]:
    return TEN + timedelta(hours=hours), TEN + timedelta(hours=hours) + HALF


def began(invitee: str, hours: int, replaces: str = "") -> Notice:
    return Notice(Told.CREATED, invitee, f"event-{invitee}", *at(hours), "ana@mail.example", replaces)


def ended(invitee: str, hours: int, replaced_by: str = "", *, rescheduled: bool = False) -> Notice:
    times = at(hours)
    return Notice(Told.CANCELED, invitee, f"event-{invitee}", *times, "ana@mail.example", replaced_by, rescheduled)


@dataclass
class Listener:
    """Hears notices one by one, and keeps what it is told of each booking."""

    heard: list[Notice] = field(default_factory=list)
    told: list[Change] = field(default_factory=list)
    stands: dict[frozenset[str], datetime] = field(default_factory=dict)

    def hear(self, notice: Notice) -> None:
        before = fold(self.heard)
        self.heard.append(notice)
        for change in changes(before, fold(self.heard)):
            self.told.append(change)
            self._keep(change)

    def _keep(self, change: Change) -> None:
        match change:
            case Booked(booking):
                self._forget(booking)
                assert booking.start
                self.stands[booking.invitees] = booking.start
            case Moved(before, booking):
                assert any(each & before.invitees for each in self.stands), "what moved was told of before"
                self._forget(booking)
                assert booking.start
                self.stands[booking.invitees] = booking.start
            case CalledOff(booking):
                assert any(each & booking.invitees for each in self.stands), "what is off was told of before"
                self._forget(booking)

    def _forget(self, booking: Booking) -> None:
        self.stands = {names: start for names, start in self.stands.items() if not names & booking.invitees}


def kinds(told: list[Change]) -> list[str]:
    return [type(each).__name__ for each in told]


FIRST = began("a", 0)
MOVE = (ended("a", 0, "b", rescheduled=True), began("b", 5, "a"))


@pytest.mark.parametrize("order", [*permutations(MOVE), *permutations((*MOVE, *MOVE))])
def test_a_reschedule_is_one_move_and_not_a_cancellation_with_a_new_candidate(order: tuple[Notice, ...]) -> None:
    listener = Listener()
    for notice in (FIRST, *order):
        listener.hear(notice)
    assert kinds(listener.told) == ["Booked", "Moved"]
    (moved,) = [each for each in listener.told if isinstance(each, Moved)]
    assert (moved.before.start, moved.booking.start) == (at(0)[0], at(5)[0])
    assert (moved.booking.invitee, moved.booking.event) == ("b", "event-b")


def test_between_the_two_notices_of_a_move_nothing_is_called_off() -> None:
    listener = Listener()
    for notice in (FIRST, MOVE[0]):
        listener.hear(notice)
    assert kinds(listener.told) == ["Booked"]
    (booking,) = fold(listener.heard)
    assert booking.standing is Standing.MOVING


def test_a_cancellation_is_called_off_once() -> None:
    listener = Listener()
    for notice in (FIRST, ended("a", 0), ended("a", 0), FIRST):
        listener.hear(notice)
    assert kinds(listener.told) == ["Booked", "CalledOff"]


def test_a_cancellation_that_comes_before_its_booking_tells_of_neither() -> None:
    listener = Listener()
    for notice in (ended("a", 0), FIRST):
        listener.hear(notice)
    assert listener.told == []


def test_moved_and_then_called_off_is_off_though_the_end_comes_first() -> None:
    for order in permutations((FIRST, *MOVE, ended("b", 5))):
        listener = Listener()
        for notice in order:
            listener.hear(notice)
        assert listener.stands == {}, order
        assert kinds(listener.told).count("CalledOff") <= 1, order


def test_two_people_who_book_the_same_hour_are_two_bookings() -> None:
    assert len(fold([FIRST, began("z", 0)])) == 2


@dataclass(frozen=True)
class Story:
    """One booking's life as it was, and its notices as they came."""

    times: list[int]
    called_off: bool
    order: list[Notice]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    times = draw(st.lists(st.integers(0, 6), min_size=1, max_size=5))
    called_off = draw(st.booleans())
    notices = [began("i0", times[0])]
    for number, hours in enumerate(times[1:], 1):
        notices.append(ended(f"i{number - 1}", times[number - 1], f"i{number}", rescheduled=True))
        notices.append(began(f"i{number}", hours, f"i{number - 1}"))
    if called_off:
        notices.append(ended(f"i{len(times) - 1}", times[-1]))
    repeats = draw(st.lists(st.sampled_from(notices), max_size=4))
    return Story(times, called_off, draw(st.permutations([*notices, *repeats])))


@given(stories())
def test_whatever_order_they_come_in_the_booking_stands_in_the_end_where_it_was_put_last(story: Story) -> None:
    listener = Listener()
    for notice in story.order:
        listener.hear(notice)
    assert list(listener.stands.values()) == ([] if story.called_off else [at(story.times[-1])[0]])
    told = kinds(listener.told)
    # A booking whose moves were told far out of order may be told as two for a while; one that moves is never off.
    assert story.called_off or "CalledOff" not in told
    assert told.count("CalledOff") <= told.count("Booked")


@given(stories(), st.randoms())
def test_neither_order_nor_repeats_change_what_the_notices_come_to(story: Story, chance: object) -> None:
    (booking,) = fold(story.order)
    assert fold(sorted(set(story.order), key=str)) == fold(reversed(story.order)) == (booking,)
    assert booking.invitees == {f"i{number}" for number in range(len(story.times))}
    assert booking.standing is (Standing.OFF if story.called_off else Standing.BOOKED)
    assert booking.start == at(story.times[-1])[0]


@given(stories(), stories())
def test_notices_of_two_bookings_between_each_other_are_kept_apart(one: Story, other: Story) -> None:
    def renamed(notice: Notice) -> Notice:
        return Notice(
            notice.kind,
            f"x{notice.invitee}",
            notice.event,
            notice.start,
            notice.end,
            "ben@mail.example",
            notice.other and f"x{notice.other}",
            notice.rescheduled,
        )

    others = [renamed(each) for each in other.order]
    mixed = [each for pair in zip(one.order, others, strict=False) for each in pair]
    mixed += [*one.order, *others]
    assert {*fold(mixed)} == {*fold(one.order), *fold(others)}
