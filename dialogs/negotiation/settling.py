"""A party spoke of times: book, offer, counter, or ask which was meant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dialogs.negotiation.asking import tell
from dialogs.negotiation.booked import confirm, set_alarms
from dialogs.negotiation.by_name import both_asked, named
from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Alarm, Book, Forget, Kind, Restore, Wish
from dialogs.negotiation.offering import ask_for_times, offer, offer_anew, put, withdraw_offer
from dialogs.negotiation.state import ChosenFrom, Given, Hosting, Party, Status
from dialogs.negotiation.substituting import ruled_out, somebody_steps_in
from dialogs.negotiation.times import (
    ahead,
    first_start,
    free,
    gave,
    is_free,
    office_hours,
    on_another_table,
    open_in,
    said,
    starts_in,
)
from dialogs.negotiation.waiting import stop_waiting
from dialogs.scheduling.concession import Concession, concessions
from dialogs.scheduling.hours import instant_of, local_day
from dialogs.scheduling.intervals import Interval, covers, difference, intersection, union
from dialogs.scheduling.panel import Seated
from dialogs.understanding.meaning import Act, Topic, Understanding

# Times on so many days are no single wish but a way of life: then it pays to ask whose change would open the most.
BROAD = 3
# Whoever names so much of a day has named the day, and no time.
MOST_OF_A_DAY = timedelta(hours=20)
# Who booked by the wrong number sees it in the confirmation, or never.
A_SLIP = timedelta(minutes=30)


def speaks_of_times(meaning: Understanding) -> bool:
    return bool(
        meaning.choice
        or meaning.windows
        or meaning.blocked
        or meaning.ambiguous
        or {Act.ACCEPT, Act.SELECT, Act.REJECT, Act.PROPOSE} & set(meaning.acts)
    )


def hear_times(d: Draft, party: Party, meaning: Understanding) -> None:
    """The heart of it. What was named and fits is booked; what does not fit is put to the other side."""
    d.change(not_understood=0)
    if not (says_yes_to_nothing(meaning) and answer_late_yes(d, party)):
        settle(d, party, meaning)
        d.change(dropped=None if d.n.dropped is party else d.n.dropped)  # they know that they asked for other times


def says_yes_to_nothing(meaning: Understanding) -> bool:
    """A yes, or a choice, of what is not on the table, and no time of their own."""
    named = meaning.choice or meaning.windows or meaning.blocked or meaning.ambiguous
    return not named and bool({Act.ACCEPT, Act.SELECT} & set(meaning.acts))


def answer_late_yes(d: Draft, party: Party) -> bool:
    """The offer was replaced meanwhile, or it is the other side's turn: that is said, and nobody's turn changes."""
    unseen = [say for say in d.n.owed if say.to.value == party.value and say.kind is Kind.OFFER]
    if unseen:
        d.change(owed=tuple(say for say in d.n.owed if say not in unseen))
        d.say_again(unseen[-1])  # they are awake, and have to see it before a yes can mean it
        d.because("a yes to an older offer: the new one, which the night kept back, is shown")
        return True
    if d.n.clarifying or (d.n.offer and d.n.offer.to is party) or d.n.waiting_for is party:
        return False
    if d.n.dropped is party:
        d.say(party, Kind.ANSWER, "offer_replaced")
        d.because("a yes to an offer that is off the table: told so")
    elif d.n.waiting_for is party.other:
        tell(d, party, Topic.STATUS)
    else:
        return False
    return True


def settle(d: Draft, party: Party, meaning: Understanding) -> None:
    table = d.n.clarifying or (d.n.offer.starts if d.n.offer and d.n.offer.to is party else ())
    chosen = [table[index] for index in meaning.choice if index < len(table)]
    if meaning.ambiguous and not chosen and not meaning.windows:
        ask_which(d, party, [reading.start for each in meaning.ambiguous for reading in each.readings])
    elif chosen:
        choose(d, party, chosen)
        if d.n.status is Status.AGREED:
            d.change(chosen_from=ChosenFrom(party, tuple(table), d.facts.now + A_SLIP))
    elif meaning.windows:
        propose(d, party, meaning)
    elif meaning.blocked:
        refused = _offered(d) if Act.REJECT in meaning.acts else []
        rule_out(d, party, (*meaning.blocked, *refused))
    elif {Act.REJECT, Act.RESCHEDULE} & set(meaning.acts):
        reject(d, party)
    elif table and Act.ACCEPT in meaning.acts:
        accept(d, party, table)
    elif table and Act.SELECT in meaning.acts:
        say_which_numbers(d, party, table)
    elif Act.PROPOSE in meaning.acts:
        _cannot_use(d, party, ())
    else:
        ask_for_times(d, party, "availability_request_again")


def ask_which(d: Draft, party: Party, readings: Sequence[datetime]) -> None:
    """More than one honest reading: both are named, none is taken."""
    sorted_out = tuple(sorted({each for each in readings if each > d.facts.now}))[:4]
    d.change(clarifying=sorted_out, waiting_for=party)
    d.say(party, Kind.CLARIFY, "clarify", times=sorted_out, choices=sorted_out)
    d.because(f"the words can be read in {len(sorted_out)} ways: asked which")


def accept(d: Draft, party: Party, table: Sequence[datetime]) -> None:
    if len(table) == 1:
        choose(d, party, table)
        return
    d.say(party, Kind.CLARIFY, "which_one", times=table, choices=table)
    d.because("a yes to several times: asked which")


def say_which_numbers(d: Draft, party: Party, table: Sequence[datetime]) -> None:
    d.say(party, Kind.CLARIFY, "no_such_number", times=table, choices=table)
    d.because("they chose by a number that is not on the list: told which ones are")


def choose(d: Draft, party: Party, chosen: Sequence[datetime]) -> None:
    """Some of what was on the table, the most wanted first."""
    minutes = d.facts.minutes
    _give(d, party, windows=tuple(Interval.lasting(start, minutes) for start in chosen))
    for start in chosen:
        if is_free(d, start) and _other_can(d, party, start):
            book(d, start)
            return
    if not any(is_free(d, start) for start in chosen):
        d.because("the chosen time was taken meanwhile")
        d.do(Wish(Interval.lasting(chosen[0], minutes)))
        _give(d, party, windows=())
        offer_anew(d, party, "offer_gone")
        return
    _put_to_other(d, party)


def propose(d: Draft, party: Party, meaning: Understanding) -> None:
    """Times of their own: inside what the other gave they are booked, outside it they are a counter-proposal."""
    earlier = d.n.given(party).windows if meaning.adds else ()
    _give(d, party, windows=(*earlier, *meaning.windows), blocked=meaning.blocked, preferred=meaning.preferred)
    if d.n.moving and d.n.booked in _meetings(d, meaning.windows) and not ruled_out(d, party.other):
        stay(d)
        return
    wanted = said(d, party)
    if not starts_in(d, wanted, party):
        _cannot_use(d, party, meaning.windows)
        return
    if not _has_spoken(d, party.other):
        _first_times(d, party)
        return
    common = intersection(free(d, party), free(d, party.other))
    start = first_start(d, common, d.n.given(party).preferred, party)
    if start and _asks_for_a_day(d, party) and offer(d, party, common, "offer_move_own"):
        d.because("they asked for another day and named no time: what is free then")
    elif start:
        book(d, start)
    elif named(d, party) and d.n.hosting is not Hosting.CALENDAR:
        d.because("it is over lunch, which the other side has to ask for by name too")
        _put_to_other(d, party)
    elif open_in(d, intersection(wanted, said(d, party.other)), party):
        d.because("the time named is taken")
        d.do(Wish(wanted[0]))
        _nearest(d, party, wanted, "offer_gone")
    elif party.other is Party.HOST and d.n.hosting is Hosting.CALENDAR:
        d.because("the calendars are not free then")
        d.do(Wish(wanted[0]))
        _nearest(d, party, wanted, "offer_not_free")
    else:
        _counter(d, party)


def _asks_for_a_day(d: Draft, party: Party) -> bool:
    """ "Can we do Thursday instead?" is about a booking that stands: of the times that a calendar has free on Thursday
    they choose, as they did the first time.
    """
    whole = all(window.length >= MOST_OF_A_DAY for window in d.n.given(party).windows)
    return d.n.moving and d.n.hosting is Hosting.CALENDAR and whole


def rule_out(d: Draft, party: Party, blocked: Sequence[Interval]) -> None:
    """They said only when they can not: all else is open."""
    own = difference(d.n.given(party).windows, blocked)
    _give(d, party, windows=own, blocked=blocked)
    if _has_spoken(d, party.other):
        offer_anew(d, party, "offer_again")
        return
    _give(d, party, windows=own or office_hours(d, party), blocked=blocked)
    _first_times(d, party)


def reject(d: Draft, party: Party) -> None:
    """None of these. Other times if there are any, once; then the open question."""
    if not d.n.offer:
        ask_for_times(d, party, "availability_request_again")
        return
    _give(d, party, windows=(), blocked=_offered(d))
    if d.n.rounds >= 2 or not offer(d, party, free(d, party.other), "offer_again"):
        ask_for_times(d, party, "availability_request_open")


def _offered(d: Draft) -> list[Interval]:
    """What is on the table, as the time it would take."""
    return [Interval.lasting(start, d.facts.minutes) for start in d.n.offer.starts] if d.n.offer else []


def book(d: Draft, start: datetime) -> None:
    """Both can: taken for everyone in this very transaction; said to everyone once the outside has it too."""
    if d.n.moving and d.n.booked and start == d.n.booked.start:
        stay(d)  # a move to where it is already would send everyone a new invite for nothing
        return
    withdraw_offer(d)
    stop_waiting(d)
    when = Interval.lasting(start, d.facts.minutes)
    d.change(
        status=Status.AGREED,
        booked=when,
        sequence=d.n.sequence + 1,
        moving=False,
        moved=d.n.moving,
        again=False,
        by_hand=False,
        replaced=False,
        new_room=False,
        rounds=0,
        declined=(),
    )
    seated, plan = _seated(d, start), d.facts.plan
    people = seated.people if seated and plan and plan.panel.one_of else ()
    d.do(Forget(Alarm.REMINDER), Forget(Alarm.FOLLOW_UP))
    room, itinerary = (seated.room, seated.itinerary) if seated else ("", ())
    d.do(Book(when, d.n.sequence, people, room, itinerary))
    d.because("both sides can: booked")


def _seated(d: Draft, start: datetime) -> Seated | None:
    """Where that is a choice: of each group whoever is free then and has the least to do, and the room."""
    plan = d.facts.plan
    return (plan.seat(start) or plan.with_consent.seat(start)) if plan else None


def stay(d: Draft) -> None:
    """A change of mind about moving: the time that is booked stands."""
    withdraw_offer(d)
    stop_waiting(d)
    if somebody_steps_in(d):
        return  # the time stands, but somebody said no to it meanwhile
    if d.n.invited != d.n.sequence:
        # The change of mind came before the invites were out: they still have to go.
        d.change(moving=False, status=Status.AGREED)
        if d.n.arranged == d.n.sequence:
            confirm(d, d.n.sequence)
        return
    d.change(moving=False, status=Status.CONFIRMED)
    restore(d)
    set_alarms(d)
    for party in d.n.reached:
        d.say(party, Kind.CONFIRMATION, "confirmation_stays")
    d.because("the old time is fine after all")


def restore(d: Draft) -> None:
    """What is booked stands, so a calendar in which it was changed by hand gets it back."""
    if d.n.by_hand:
        d.change(by_hand=False)
        d.do(Restore())


def _has_spoken(d: Draft, party: Party) -> bool:
    if party is Party.HOST and d.n.hosting is Hosting.CALENDAR:
        return True
    return bool(d.n.given(party).windows)


def _first_times(d: Draft, party: Party) -> None:
    """One side has said when it can: now the other one is asked, with times to choose from."""
    text = "offer_refreshed" if d.n.offer else "offer_move" if d.n.moving else "offer"
    if not offer(d, party.other, free(d, party), text):
        d.because("everything that was named is taken")
        ask_for_times(d, party, "availability_request_taken")
        return
    _promise(d, party, "passing_on")


def _other_can(d: Draft, party: Party, start: datetime) -> bool:
    meeting = Interval.lasting(start, d.facts.minutes)
    # An offered slot may be taken to the last minute; only new offers keep the notice.
    return covers(gave(d, party.other), meeting) and both_asked(d, start)


def _put_to_other(d: Draft, party: Party) -> None:
    """This party can, the other has not said so: it is asked about exactly that."""
    if offer(d, party.other, free(d, party), "offer_move" if d.n.moving else "offer_counter"):
        _promise(d, party, "checking")
    else:
        offer_anew(d, party, "offer_gone")


def _promise(d: Draft, party: Party, text: str) -> None:
    """ "I will ask the other side", unless that was once too often and a human takes over."""
    if d.n.status is Status.OFFERED:
        d.say(party, Kind.ANSWER, text)


def _counter(d: Draft, party: Party) -> None:
    """Nothing overlaps. A wish goes to the other side; where it is broad, to whoever's change opens most."""
    wanted = said(d, party)
    days = {window.start.astimezone(d.zone(party)).date() for window in wanted}
    if len(days) >= BROAD and not d.n.moving:
        change = _best_change(d, party)
        refused = d.n.offer.starts if d.n.offer else ()
        open_now = [s for s in change.examples if is_free(d, s) and s not in refused] if change else []
        if change and Party(change.party) is Party.CANDIDATE:
            open_now = [s for s in open_now if not on_another_table(d, s)]
        if change and open_now:
            asked = Party(change.party)
            put(d, asked, open_now, f"concession_{change.kind}", rows=_limit(d, change))
            d.because(f"nothing overlaps; {d.person(asked).name} could open {change.opens} days ({change.kind})")
            if asked is not party:
                _promise(d, party, "checking")
            return
    _put_to_other(d, party)


def _best_change(d: Draft, speaker: Party) -> Concession | None:
    """Of two changes that open as much, the one asked of whoever has not just spoken."""
    ranked = concessions(
        said(d, Party.HOST),
        said(d, Party.CANDIDATE),
        d.facts.minutes,
        horizon=ahead(d),
        host_zone=d.zone(Party.HOST),
        candidate_zone=d.zone(Party.CANDIDATE),
    )
    best = [each for each in ranked if _worth(each) == _worth(ranked[0])]
    return next((each for each in best if each.party == speaker.other), ranked[0] if ranked else None)


def _worth(change: Concession) -> tuple[bool, int, float]:
    return change.kind == "on", change.opens, change.share


def _limit(d: Draft, change: Concession) -> list[dict[str, str]]:
    """After, or before, what time: as an instant of the first day it is about."""
    if change.clock is None:
        return []
    return [{"start": instant_of(change.days[0], change.clock, d.zone(Party(change.party))).isoformat()}]


def _nearest(d: Draft, party: Party, wanted: Sequence[Interval], text: str) -> None:
    """Other times of the same days first: who asked for Thursday would rather hear of Thursday."""
    days = [local_day(window.start, d.zone(party)) for window in wanted]
    open_then = free(d, party.other)
    if not offer(d, party, intersection(open_then, days), text):
        offer_anew(d, party, text)


def _cannot_use(d: Draft, party: Party, windows: Sequence[Interval]) -> None:
    """Times were named, none of use: too short, too soon, too far off, or all of them ruled out."""
    length = timedelta(minutes=d.facts.minutes)
    short = bool(windows) and all(window.length < length for window in windows)
    d.because("the times named are " + ("too short" if short else "too soon or too far ahead"))
    _give(d, party, windows=())
    d.change(waiting_for=party)
    d.say(party, Kind.CLARIFY, "too_short" if short else "out_of_reach")


def _meetings(d: Draft, windows: Sequence[Interval]) -> list[Interval]:
    return [window for window in windows if window.length == timedelta(minutes=d.facts.minutes)]


def _give(
    d: Draft,
    party: Party,
    *,
    windows: Sequence[Interval],
    blocked: Sequence[Interval] = (),
    preferred: Sequence[Interval] = (),
) -> None:
    """What was said last holds: new times take the place of old ones, and lift what was ruled out before."""
    ruled_out = union((*difference(d.n.given(party).blocked, windows), *blocked))
    given = Given(tuple(windows), tuple(ruled_out), tuple(preferred))
    d.change(**{party.value: given})
