"""Which time is open to whom, and which starts are worth offering."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.negotiation.by_name import both_asked, may_be_put, open_by_name
from dialogs.negotiation.draft import Draft
from dialogs.negotiation.state import Hosting, Party
from dialogs.scheduling.hours import WorkingHours, local_day
from dialogs.scheduling.intervals import Interval, difference, intersection
from dialogs.scheduling.loop import own_parts
from dialogs.scheduling.ranking import best
from dialogs.scheduling.slots import sensible, spread, starts

# A window this long was said loosely ("any time next week"): nobody meant the Sunday in it.
LOOSE = timedelta(days=2)
# Nor by "any day next week after 3".
MANY = 4
SATURDAY = 5


def ahead(d: Draft) -> Interval:
    """From the soonest an interview may start to as far ahead as this firm plans."""
    soonest = d.facts.now.astimezone(UTC) + d.facts.rules.notice
    return Interval(soonest, soonest + d.facts.rules.horizon)


def civil(windows: Sequence[Interval], zone: ZoneInfo) -> tuple[Interval, ...]:
    """What a party meant by open-ended words: no interviews at dawn, and no Sundays unless it named one."""
    days = {each.start.astimezone(zone).date() for each in windows}
    if sum(day.weekday() < SATURDAY for day in days) >= MANY:
        return sensible(windows, zone, weekends=False)
    loose = [each for each in windows if each.length > LOOSE]
    exact = [each for each in windows if each.length <= LOOSE]
    return sensible(loose, zone, weekends=False) + sensible(exact, zone)


def gave(d: Draft, party: Party) -> tuple[Interval, ...]:
    """What a party gave, however soon that is and whether or not somebody is taken meanwhile."""
    if party is Party.HOST and d.n.hosting is Hosting.CALENDAR:
        return difference((*(d.facts.host_open or ()), *open_by_name(d, Party.HOST)), d.n.host.blocked)
    given = d.n.given(party)
    return difference(civil(given.windows, d.zone(party)), given.blocked)


def said(d: Draft, party: Party) -> tuple[Interval, ...]:
    """What a party gave, as far as a new offer may go."""
    return intersection(gave(d, party), [ahead(d)])


def taken(d: Draft) -> tuple[Interval, ...]:
    """When somebody who must be there cannot; what this very interview takes is not among it."""
    return (*d.facts.candidate_busy, *d.facts.host_busy)


def free(d: Draft, party: Party) -> tuple[Interval, ...]:
    """When a party said it can, less what everyone has meanwhile, and less what the other one ruled out."""
    can = difference(said(d, party), (*taken(d), *d.n.given(party.other).blocked))
    if d.facts.plan is None or d.n.hosting is Hosting.CALENDAR:
        return can
    return intersection(can, (*d.facts.plan.open_time(), *open_by_name(d, party)))


def is_free(d: Draft, start: datetime) -> bool:
    """Still ahead, and nobody who must be there is taken; over lunch only where somebody asked for it by name."""
    meeting = Interval.lasting(start, d.facts.minutes)
    if start <= d.facts.now or any(meeting.meets(each) for each in taken(d)):
        return False
    plan = d.facts.plan
    return plan is None or plan.fits(start) or (may_be_put(d, start) and plan.with_consent.fits(start))


def step(d: Draft) -> int:
    """Minutes from one start on the grid to the next."""
    return int(d.facts.rules.grid.total_seconds()) // 60


def starts_in(d: Draft, windows: Sequence[Interval], reader: Party) -> list[datetime]:
    """Every start in the windows: on the grid of the reader's clock, or where somebody's own time begins."""
    soonest = ahead(d).start
    named = {each.start for party in Party for each in civil(d.n.given(party).windows, d.zone(party))}
    # Nobody meets at 12:01 or at 12:15 because it is two hours from now.
    cut = None if soonest in named else soonest
    return starts(windows, d.facts.minutes, zone=d.zone(reader), step=step(d), cut=cut)


def open_in(d: Draft, windows: Sequence[Interval], reader: Party) -> list[datetime]:
    """Those that everybody's time really allows: of a loop, windows alone do not tell."""
    found, plan = starts_in(d, windows, reader), d.facts.plan
    return plan.narrowed(found, windows, open_by_name(d, reader.other)) if plan else found


def first_start(d: Draft, windows: Sequence[Interval], preferred: Sequence[Interval], party: Party) -> datetime | None:
    """The earliest start in the windows, one that somebody would rather have before any other."""
    for choice in (intersection(windows, preferred), windows):
        for start in open_in(d, choice, party):
            if both_asked(d, start):
                return start
    return None


def on_another_table(d: Draft, start: datetime) -> bool:
    """Has another candidate been offered time of somebody who would have to come?"""
    if not d.facts.on_tables:
        return False
    meeting, plan = Interval.lasting(start, d.facts.minutes), d.facts.plan
    seated = (plan.seat(start) or plan.with_consent.seat(start)) if plan else None
    parts = own_parts(seated.itinerary) if seated else {}
    return any(each.meets(parts.get(who, meeting)) for who, kept in d.facts.on_tables.items() for each in kept)


def worth_offering(d: Draft, windows: Sequence[Interval], to: Party, *, shared: bool = False) -> tuple[datetime, ...]:
    """The few starts of one offer, spread over the days of the reader's clock, in order.

    What another candidate has been offered is not offered to a second one, unless `shared`: somebody asked for it.
    """
    zone, minutes = d.zone(to), d.facts.minutes
    preferred = d.n.candidate.preferred or d.n.host.preferred
    by_day = intersection(windows, _waking_hours(d, to))
    # The best first: by day for whoever reads it and on no other table; by day; anything at all.
    held = () if d.facts.rules.share_slots else d.facts.held
    for choice in (difference(by_day, held), by_day, windows):
        found = [s for s in open_in(d, choice, to) if may_be_put(d, s, windows)]
        if to is Party.CANDIDATE and not shared:
            found = [s for s in found if not on_another_table(d, s)]
        if found:
            picked = spread(found, d.facts.rules.offer_size, zone, minutes=minutes, preferred=preferred)
            return _best_of_their_days(d, picked, found, zone) if to is Party.CANDIDATE else picked
    return ()


def _best_of_their_days(
    d: Draft, picked: Sequence[datetime], found: Sequence[datetime], zone: ZoneInfo
) -> tuple[datetime, ...]:
    """Where calendars speak and it is open who comes: on each day when most can, and those who have least to do.

    The days stay as they are: nobody waits until next week for somebody who need not come.
    """
    plan, preferred = d.facts.plan, d.n.candidate.preferred or d.n.host.preferred
    if plan is None or d.n.hosting is not Hosting.CALENDAR or not (plan.panel.one_of or plan.panel.optional):
        return tuple(picked)
    days = Counter(start.astimezone(zone).date() for start in picked)
    better: list[datetime] = []
    for start in picked:
        day = start.astimezone(zone).date()
        of_day = [each for each in found if each.astimezone(zone).date() == day]
        slots = best(plan.with_consent, 1, preferred, of_day) if days[day] == 1 else ()
        better.append(slots[0].when.start if slots else start)
    return tuple(sorted(better))


def _waking_hours(d: Draft, reader: Party) -> tuple[Interval, ...]:
    """Nobody is offered three in the morning while there is another time."""
    return WorkingHours.parse("08:00-20:00", "Mon-Sun", zone=d.zone(reader)).open(ahead(d))


def office_hours(d: Draft, party: Party) -> tuple[Interval, ...]:
    """What "any time" means: weekdays, nine to six, where the speaker lives; of today all of it, as they would say."""
    reach = ahead(d)
    whole_days = Interval(local_day(reach.start, d.zone(party)).start, reach.end)
    return WorkingHours.parse("09:00-18:00", zone=d.zone(party)).open(whole_days)
