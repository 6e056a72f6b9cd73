"""What is decided about a loop: offered as one start, booked with who is where, and changed only where it has to be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialogs.negotiation.decide import decide
from dialogs.negotiation.effects import Book, Offered
from dialogs.negotiation.events import InviteAnswered, Requested
from dialogs.negotiation.facts import Facts
from dialogs.negotiation.state import Hosting, Party, Status
from dialogs.scheduling.blocks import Block
from dialogs.scheduling.diary import Diary, Meeting
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.loop import Loop, Stage
from dialogs.scheduling.loop_plan import LoopPlan
from dialogs.scheduling.panel import Itinerary, Panel
from dialogs.scheduling.week import Week
from tests.negotiation.cases import BERLIN, FACTS, after, at, candidate_can, of, takes, window

IDA = Stage("Pairing", Panel(("ida",)), 60)
SENIOR = Stage("Systems", Panel(one_of=(("max", "eva"),)), 60)
TWO = Loop((IDA, SENIOR))
HOURS = Week.of(WorkingHours.parse("09:00-18:00", zone=BERLIN))
SEARCH = Requested(Hosting.CALENDAR)


def facts(loop: Loop = TWO, stands: Itinerary = (), **busy: Interval) -> Facts:
    """Everybody works nine to six in Berlin, but for what is told."""
    between = Interval(FACTS.now, FACTS.now + timedelta(days=14))
    blocks = {who: (Block(when),) for who, when in busy.items()}
    diaries = {who: Diary(who, BERLIN, HOURS, blocks.get(who, ())) for who in loop.panel.everyone}
    meeting = Meeting(loop.minutes, 30)
    plan = LoopPlan(loop.panel, diaries, meeting, between, FACTS.candidate.zone, loop=loop, stands=stands)
    return replace(FACTS, minutes=loop.minutes, plan=plan, host_open=plan.open_time())


def who_is_where(book: Book) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.stage, f"{each.when.start.astimezone(BERLIN):%H:%M}", each.people) for each in book.itinerary]


def test_a_start_is_booked_with_who_is_where() -> None:
    (book,) = of(after(SEARCH, candidate_can(window(3, "13:00", "15:00")), facts=facts()), Book)
    assert book.when == window(3, "13:00", "15:00")
    assert who_is_where(book) == [("Pairing", "13:00", ("ida",)), ("Systems", "14:00", ("eva",))]
    assert book.people == ("ida", "eva")


def test_nothing_is_offered_between_two_starts_that_could_be() -> None:
    """Nine and eleven could be, and so all of nine to one is in some loop; ten could not."""
    here = facts(
        Loop((IDA, Stage("Culture", Panel(("hana",)), 60))),
        ida=window(3, "10:00", "11:00"),
        hana=window(3, "11:00", "12:00"),
    )
    offered = of(after(SEARCH, facts=here), Offered)
    starts = [start for each in offered for start in each.starts]
    assert starts
    assert all(here.plan and here.plan.fits(start) for start in starts)
    refused = after(SEARCH, candidate_can(window(3, "10:00", "12:00")), facts=here)
    assert not of(refused, Book)
    assert at(3, "10:00") not in [start for each in of(refused, Offered) for start in each.starts]


def test_where_one_of_a_stage_cannot_come_only_that_stage_changes() -> None:
    booked = after(SEARCH, candidate_can(window(3, "13:00", "15:00")), facts=facts())
    (book,) = of(booked, Book)
    confirmed = replace(booked.negotiation, status=Status.CONFIRMED)
    ill = decide(confirmed, InviteAnswered(Party.HOST, "decline", who="eva"), facts(stands=book.itinerary))
    (again,) = of(ill, Book)
    assert again.when == book.when
    assert who_is_where(again) == [("Pairing", "13:00", ("ida",)), ("Systems", "14:00", ("max",))]


def test_whoever_has_to_come_to_another_stage_too_is_not_replaced_in_one() -> None:
    both = Loop((IDA, Stage("Systems", Panel(one_of=(("ida", "eva"),)), 60)))
    booked = after(SEARCH, candidate_can(window(3, "13:00", "15:00")), facts=facts(both))
    confirmed = replace(booked.negotiation, status=Status.CONFIRMED)
    ill = decide(confirmed, InviteAnswered(Party.HOST, "decline", who="ida"), facts(both))
    assert not of(ill, Book)
    assert ill.negotiation.moving


def test_the_choice_of_an_offer_is_booked_as_it_was_offered() -> None:
    offered = after(SEARCH, facts=facts())
    (offer,) = of(offered, Offered)
    (book,) = of(after(SEARCH, takes(1), facts=facts()), Book)
    assert book.when.start == offer.starts[1]
    assert [each.people for each in book.itinerary] == [("ida",), ("eva",)]


def test_in_a_free_order_nobody_else_comes_at_another_time_because_somebody_is_ill() -> None:
    free = Loop((IDA, SENIOR), ordered=False)
    here = facts(free, eva=window(3, "14:00", "18:00"))
    booked = after(SEARCH, candidate_can(window(3, "13:00", "15:00")), facts=here)
    (book,) = of(booked, Book)
    assert who_is_where(book) == [("Pairing", "13:00", ("ida",)), ("Systems", "14:00", ("max",))]
    confirmed = replace(booked.negotiation, status=Status.CONFIRMED)
    now = facts(free, stands=book.itinerary, eva=window(3, "14:00", "18:00"))
    ill = decide(confirmed, InviteAnswered(Party.HOST, "decline", who="max"), now)
    assert not of(ill, Book), "Eva could come at one, but then Ida could not"
    assert of(ill, Offered), "so it is moved, and she chooses"
