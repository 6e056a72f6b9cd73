"""Putting times to a party, or asking for them; and giving up when that has gone on for too long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Alarm, Holds, Kind, Offered, Reader, Reason, Wake, Wish, Withdrawn
from dialogs.negotiation.state import Hosting, Offer, Party, Status
from dialogs.negotiation.times import free, worth_offering
from dialogs.negotiation.waiting import stop_waiting, wait_for
from dialogs.scheduling.intervals import Interval

AWHILE = timedelta(minutes=10)
TRIES = 24  # four hours; after that it is a fault, and a fault is for a human


def ask_for_times(d: Draft, party: Party, text: str = "availability_request") -> None:
    """When could you? The open question, where there is nothing to put to them."""
    withdraw_offer(d)
    d.change(status=Status.COLLECTING)
    d.say(party, Kind.AVAILABILITY_REQUEST, text)
    d.because(f"{d.person(party).name} is asked for times")
    wait_for(d, party)


def offer(d: Draft, to: Party, windows: Sequence[Interval], text: str = "offer") -> bool:
    """Puts the best few starts in `windows` to a party. False, and nothing done, if there is none."""
    starts = worth_offering(d, windows, to)
    if starts:
        put(d, to, starts, text)
    return bool(starts)


def put(d: Draft, to: Party, starts: Sequence[datetime], text: str, rows: Sequence[Mapping[str, str]] = ()) -> None:
    """Puts exactly these starts to a party, unless there have been too many rounds of this."""
    if d.n.rounds >= d.facts.rules.rounds_at_most:
        d.because(f"{d.n.rounds} offers and no agreement")
        tell_both_a_human_comes(d)
        escalate(d, Reason.NO_AGREEMENT)
        return
    withdraw_offer(d)
    number = d.n.offers_made + 1
    d.change(
        status=Status.OFFERED,
        offer=Offer(number, to, tuple(starts)),
        dropped=None if d.n.dropped is to else d.n.dropped,
        offers_made=number,
        rounds=d.n.rounds + 1,
        clarifying=(),
        tries=0,
    )
    until = min(d.facts.now + d.facts.rules.offer_lasts, *starts)
    d.do(Offered(number, Reader(to.value), tuple(starts), until))
    d.say(to, Kind.OFFER, text, times=starts, rows=rows, choices=starts, holds=Holds("offer", number))
    d.because(f"offer {number} to {d.person(to).name}: {len(starts)} times")
    wait_for(d, to)


def offer_anew(d: Draft, to: Party, text: str) -> None:
    """Other times from what the other party gave; where nothing is left of that, it is asked again."""
    if not offer(d, to, free(d, to.other), text):
        none_left(d, to)


def none_left(d: Draft, to: Party) -> None:
    """What one party gave is used up, so it is asked for more; a calendar cannot be asked, so a human is."""
    if d.facts.calendars_away:
        try_again(d)
        return
    if wait_for_tables(d):
        d.say(to, Kind.ANSWER, "checking")
        return
    if to.other is Party.HOST and d.n.hosting is Hosting.CALENDAR:
        d.because("the calendars have no free time left")
        d.say(to, Kind.ANSWER, "no_slots")
        d.do(Wish())
        escalate(d, Reason.NO_SLOTS)
        return
    d.because(f"nothing is left of the times {d.person(to.other).name} gave")
    d.say(to, Kind.ANSWER, "asking_for_more")
    ask_for_times(d, to.other, "availability_request_move" if d.n.moving else "availability_request_more")


def wait_for_tables(d: Draft) -> bool:
    """Where calendars speak and all that is free was offered to others: it is looked into again when one of those
    offers ends. False, and nothing done, if that would not help.
    """
    until = d.facts.tables_until
    if d.n.hosting is not Hosting.CALENDAR or until is None:
        return False
    if not worth_offering(d, free(d, Party.HOST), Party.CANDIDATE, shared=True):
        return False
    withdraw_offer(d)
    stop_waiting(d)
    if not d.n.tries:  # once is enough
        d.say(Reader.RECRUITER, Kind.ANSWER, "waits_for_tables")
    d.change(status=Status.COLLECTING, tries=1)
    d.do(Wish(), Wake(Alarm.TRY_AGAIN, until))
    d.because("all that is free is on the tables of others: waits until one of those offers ends")
    return True


def try_again(d: Draft) -> None:
    """A calendar can not be read at the moment: nothing is said, and it is looked into again."""
    withdraw_offer(d)
    stop_waiting(d)
    if d.n.tries >= TRIES:
        d.change(tries=0)
        escalate(d, Reason.NOT_ARRANGED, error="the calendar cannot be read")
        return
    d.change(status=Status.COLLECTING, tries=d.n.tries + 1)
    d.do(Wake(Alarm.TRY_AGAIN, d.facts.now + AWHILE))
    d.because("a calendar can not be read at the moment: tried again later")


def withdraw_offer(d: Draft) -> None:
    if d.n.offer:
        d.change(offer=None, clarifying=(), dropped=d.n.offer.to)
        d.do(Withdrawn())


def escalate(d: Draft, reason: Reason, **words: str) -> None:
    """A human is called and the search rests; what a party writes meanwhile is still heard."""
    d.change(status_before=d.n.status, status=Status.ESCALATED)
    stop_waiting(d)
    d.call_human(reason, **words)


def tell_both_a_human_comes(d: Draft) -> None:
    for party in d.n.reached:
        d.say(party, Kind.ANSWER, "human_takes_over")
