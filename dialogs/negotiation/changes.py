"""Changes of mind about what is booked or being looked for: moved, called off, withdrawn, running late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import (
    Alarm,
    Cancel,
    Forget,
    Kind,
    Reader,
    Reason,
    Record,
    SearchAgain,
)
from dialogs.negotiation.offering import ask_for_times, none_left, offer, put, withdraw_offer
from dialogs.negotiation.settling import book, hear_times
from dialogs.negotiation.state import Given, Hosting, Party, Status
from dialogs.negotiation.times import civil, free, gave, is_free, worth_offering
from dialogs.negotiation.waiting import stop_waiting
from dialogs.negotiation.whynot import tell_why_not
from dialogs.scheduling.hours import local_day
from dialogs.scheduling.intervals import Interval, covers, difference, intersection
from dialogs.understanding.meaning import Act, Understanding

# A change this close to the start is told to the recruiter too, who may want to ring somebody.
AT_SHORT_NOTICE = timedelta(hours=14)
# Whoever has this much left in the morning is not woken in the night.
TIME_ENOUGH = timedelta(hours=2)
AROUND_THE_START = timedelta(hours=3)


def move(d: Draft, party: Party, meaning: Understanding) -> None:
    """A party wants another time. The old one stands in everyone's calendar until there is a new one."""
    assert d.n.booked
    booked, cannot_come = d.n.booked, Act.CANCEL in meaning.acts
    start_moving(d)
    # Who has to call off is spared that whole day.
    _rule_out(d, party, local_day(booked.start, d.zone(party)) if cannot_come else booked)
    in_doubt = cannot_come or at_short_notice(d)
    text = "offer_cannot_come" if in_doubt else "offer_move_own"
    _look_for_another(d, party, meaning, text)
    if d.n.moving and d.n.offer and d.n.offer.to is not party:
        d.say(party, Kind.ANSWER, "cannot_come_noted" if in_doubt else "old_time_stays")
    if d.n.moving and in_doubt:
        _tell_of_doubt(d, party)


def _look_for_another(d: Draft, party: Party, meaning: Understanding, text: str) -> None:
    if meaning.windows or meaning.ambiguous:
        hear_times(d, party, meaning)
        return
    if meaning.blocked:
        given = d.n.given(party)
        d.change(**{party.value: Given(given.windows, (*given.blocked, *meaning.blocked))})
    if party is Party.HOST:
        d.change(host=Given((), d.n.host.blocked))
        ask_for_times(d, Party.HOST, "availability_request_move")
        d.say(Party.CANDIDATE, Kind.RESCHEDULE, "reschedule", urgent=cannot_wait(d, Party.CANDIDATE))
        return
    if not offer(d, party, free(d, Party.HOST), text):
        none_left(d, party)


def _tell_of_doubt(d: Draft, party: Party) -> None:
    """They will not be there, or it is too near to be sure: nobody shall sit there alone."""
    if party is Party.CANDIDATE and d.n.waiting_for is Party.HOST:
        d.say(Party.HOST, Kind.ANSWER, "do_not_count_on_it", urgent=cannot_wait(d, Party.HOST))  # asked for times, too
    elif party is Party.CANDIDATE:
        d.say(Party.HOST, Kind.RESCHEDULE, "cannot_come", urgent=cannot_wait(d, Party.HOST))
    if d.facts.recruiter.id != d.facts.host.id:
        words = {"who": d.person(party).name}
        d.say(Reader.RECRUITER, Kind.ANSWER, "cannot_come_told", words=words, urgent=cannot_wait(d, Reader.RECRUITER))
    d.because("what is booked is in doubt: the other side and the recruiter know")


def calendars_speak_for(d: Draft, party: Party, who: str) -> bool:
    """Is it one of those whose calendars decide? The host may be asked; an interviewer is not, and nobody for them."""
    return party is Party.HOST and d.n.hosting is Hosting.CALENDAR and who not in ("", d.facts.host.id)


def offer_by_calendar(d: Draft) -> None:
    """The calendars say what else there is."""
    if not offer(d, Party.CANDIDATE, free(d, Party.HOST), "offer_move"):
        none_left(d, Party.CANDIDATE)


def wish_for(d: Draft, party: Party, start: datetime, who: str) -> None:
    """They would rather have it then. What is booked stands until the other side agrees; where it gave that time
    before, it has.
    """
    for_host = calendars_speak_for(d, party, who)
    wish, given = Interval.lasting(start, d.facts.minutes), d.n.given(party)
    d.change(**{party.value: Given((*given.windows, wish), difference(given.blocked, [wish]), given.preferred)})
    if is_free(d, start):
        if covers(gave(d, party.other), wish):
            book(d, start)
            return
        put(d, party.other, [start], "offer_move")
        if d.n.status is Status.OFFERED and not for_host:
            # Whoever moved it in a calendar has said nothing that one would thank them for.
            d.say(party, Kind.ANSWER, "calendar_moved_asking" if d.n.by_hand else "checking")
        return
    d.because("that time is not free for everybody")
    if for_host:
        offer_by_calendar(d)
        return
    ask_for_times(d, party, "availability_request_move")
    if party is Party.HOST:
        d.say(Party.CANDIDATE, Kind.RESCHEDULE, "reschedule", urgent=cannot_wait(d, Party.CANDIDATE))


def rule_out_booked(d: Draft, party: Party) -> None:
    assert d.n.booked
    _rule_out(d, party, d.n.booked)


def _rule_out(d: Draft, party: Party, blocked: Interval) -> None:
    given = d.n.given(party)
    d.change(**{party.value: Given(given.windows, (*given.blocked, blocked), given.preferred)})


def start_moving(d: Draft) -> None:
    d.change(moving=True, status=Status.COLLECTING, rounds=0)
    d.do(Record("move_asked"))
    d.because("another time is looked for; what is booked stands until then, and so do its alarms")


def move_for_recruiter(d: Draft, windows: Sequence[Interval]) -> None:
    """The recruiter wants another time; both parties have a say in it."""
    if windows and d.n.hosting is Hosting.CALENDAR and not d.facts.calendars_away:
        _move_by_calendar(d, windows)
        return
    if d.n.booked and d.n.status is Status.CONFIRMED:
        start_moving(d)
    if not windows:
        blocked = (*d.n.candidate.blocked, d.n.booked) if d.n.booked else d.n.candidate.blocked
        d.change(candidate=Given((), blocked))
        if not offer(d, Party.CANDIDATE, free(d, Party.HOST), "offer_move"):
            ask_for_times(d, Party.HOST, "availability_request_move")
        return
    d.change(candidate=Given())
    wanted = difference(civil(windows, d.zone(Reader.RECRUITER)), (*d.facts.host_busy, *d.facts.candidate_busy))
    if starts := worth_offering(d, intersection(free(d, Party.HOST), wanted), Party.CANDIDATE, shared=True):
        put(d, Party.CANDIDATE, starts, "offer_move")
        return
    if d.n.hosting is Hosting.CALENDAR:
        none_left(d, Party.CANDIDATE)
        return
    d.change(host=Given())
    starts = worth_offering(d, wanted, Party.HOST)
    if starts:
        put(d, Party.HOST, starts, "offer_move")
    else:
        tell_why_not(d, windows)
        ask_for_times(d, Party.HOST, "availability_request_move")


def _move_by_calendar(d: Draft, windows: Sequence[Interval]) -> None:
    """The recruiter speaks for the calendars. A time that is free is put to the candidate; else nothing changes."""
    before = d.n
    d.change(candidate=Given(), host=Given(tuple(windows)))
    wanted = difference(civil(windows, d.zone(Reader.RECRUITER)), (*d.facts.host_busy, *d.facts.candidate_busy))
    open_then = intersection(free(d, Party.HOST), wanted)
    starts = worth_offering(d, open_then, Party.CANDIDATE, shared=True)
    if not starts and tell_why_not(d, windows):
        d.n = before
        d.say(Reader.RECRUITER, Kind.ANSWER, "move_not_made")
        return
    if d.n.booked and d.n.status is Status.CONFIRMED:
        start_moving(d)
    if starts:
        put(d, Party.CANDIDATE, starts, "offer_move")
    else:
        none_left(d, Party.CANDIDATE)


def withdraw(d: Draft) -> None:
    """The candidate does not want the interview any more: nobody searches on."""
    end(d, "withdrawn")
    d.say(Party.CANDIDATE, Kind.CANCELLATION, "cancellation_withdrawn")
    if Party.HOST in d.n.reached:
        d.say(Party.HOST, Kind.CANCELLATION, "cancellation_by_other", urgent=cannot_wait(d, Party.HOST))
    d.say(Reader.RECRUITER, Kind.CANCELLATION, "cancellation_by_candidate")


def call_off_by_host(d: Draft) -> None:
    """The host called it off. What was booked is searched anew by itself; what was not yet, is over."""
    was_booked = d.n.booked is not None
    end(d, "called_off_by_host")
    if was_booked:
        d.do(SearchAgain())
        d.say(Party.CANDIDATE, Kind.CANCELLATION, "cancellation_search_again", urgent=cannot_wait(d, Party.CANDIDATE))
    else:
        d.say(Party.HOST, Kind.CANCELLATION, "cancellation_noted")
        if Party.CANDIDATE in d.n.reached:
            d.say(Party.CANDIDATE, Kind.CANCELLATION, "cancellation_by_other")
    d.say(Reader.RECRUITER, Kind.CANCELLATION, "cancellation_by_host")


def call_off_by_recruiter(d: Draft, because: str) -> None:
    end(d, "called_off_by_recruiter")
    for party in d.n.reached:
        d.say(party, Kind.CANCELLATION, "cancellation_by_firm", urgent=cannot_wait(d, party))
    d.because(f"the recruiter called it off{': ' + because if because else ''}")


def leave(d: Draft, party: Party) -> None:
    """A party asked never to be written to again: it is over for this interview, and not a word to them."""
    if d.n.booked and d.n.booked.start <= d.facts.now:
        # It took place, or it is taking place: nothing is called off, and nobody is asked how it went.
        d.do(Forget(Alarm.REMINDER), Forget(Alarm.FOLLOW_UP), Forget(Alarm.NUDGE))
        d.change(owed=(), waiting_for=None, human=True)
        d.call_human(Reason.OPT_OUT, who=d.person(party).name)
        return
    end(d, "opted_out")
    if party.other in d.n.reached:
        d.say(party.other, Kind.CANCELLATION, "cancellation_by_other", urgent=cannot_wait(d, party.other))
    d.call_human(Reason.OPT_OUT, who=d.person(party).name)


def run_late(d: Draft, party: Party, minutes: int | None) -> None:
    """Told to the other side at once, at whatever hour: the meeting is now."""
    booked = d.n.booked
    if booked is None or booked.start - d.facts.now > AROUND_THE_START or d.facts.now > booked.end:
        d.say(party, Kind.ANSWER, "late_but_not_now")
        d.because("running late, but no interview is near")
        return
    words = {"minutes": str(minutes)} if minutes else {}
    d.say(party.other, Kind.ANSWER, "late_other", words=words, urgent=True)
    d.say(Reader.RECRUITER, Kind.ANSWER, "late_recruiter", words={"who": d.person(party).name, **words}, urgent=True)
    d.say(party, Kind.ANSWER, "late_noted")
    d.because("running late: the other side knows")


def end(d: Draft, event: str) -> None:
    """Over: nothing more is asked, kept or rung; whoever has the invite gets it taken back."""
    withdraw_offer(d)
    stop_waiting(d)
    d.do(Forget(Alarm.REMINDER), Forget(Alarm.FOLLOW_UP), Forget(Alarm.MORNING), Forget(Alarm.TRY_AGAIN))
    if d.n.booked:
        d.change(sequence=d.n.sequence + 1)
        d.do(Cancel(d.n.sequence))
    d.change(status=Status.CANCELLED, moving=False, owed=())
    d.do(Record(event))
    d.because(event.replace("_", " "))


def cannot_wait(d: Draft, reader: Reader | Party) -> bool:
    """Is the interview so near that the morning would come too late for them?"""
    morning = d.facts.rules.quiet_hours.next_allowed(d.facts.now, d.zone(reader))
    return d.n.booked is not None and d.n.booked.start < morning + TIME_ENOUGH


def at_short_notice(d: Draft) -> bool:
    return d.n.booked is not None and d.n.booked.start - d.facts.now < AT_SHORT_NOTICE
