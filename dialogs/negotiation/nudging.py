"""Silence has lasted: a word to the one we wait for, or to a human once enough words were said."""

from __future__ import annotations

from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Alarm, Holds, Kind, Reason, Wake
from dialogs.negotiation.offering import AWHILE, escalate, offer
from dialogs.negotiation.state import Party, Status
from dialogs.negotiation.times import free, is_free
from dialogs.negotiation.waiting import wake_after_silence


def nudge(d: Draft) -> None:
    party, patience = d.n.waiting_for, d.facts.rules.nudge_after
    if party is None or d.n.human or d.n.paused or d.n.status not in (Status.COLLECTING, Status.OFFERED):
        d.because("nobody is waited for any more: no nudge")
        return
    if d.n.task_for(party):
        d.because("somebody rings them: no nudge")
        return
    if d.facts.calendars_away:
        d.do(Wake(Alarm.NUDGE, d.facts.now + AWHILE))
        return
    name = d.person(party).name
    if d.n.nudges >= len(patience):
        d.because(f"{name} stayed silent after {len(patience)} nudges")
        give_up(d, party)
        return
    if d.n.offer and not all(is_free(d, start) for start in d.n.offer.starts):
        renew(d, party)
        return
    d.change(nudges=d.n.nudges + 1)
    starts = d.n.offer.starts if d.n.offer else ()
    text = "nudge_offer" if starts else "nudge"
    d.say(party, Kind.NUDGE, text, times=starts, choices=starts, holds=Holds("waiting", d.n.nudges))
    d.because(f"{name} has been silent: nudge {d.n.nudges} of {len(patience)}")
    wake_after_silence(d, party)


def renew(d: Draft, party: Party) -> None:
    """A slot of the open offer is gone: the nudge brings other times. With none left, a human is called."""
    nudges = d.n.nudges + 1
    d.because("a slot of the open offer is gone meanwhile: a nudge would offer it again")
    if not offer(d, party, free(d, party.other), "offer_refreshed"):
        give_up(d, party)
    elif d.n.status is Status.OFFERED:
        d.change(nudges=nudges)
        wake_after_silence(d, party)


def give_up(d: Draft, party: Party) -> None:
    escalate(d, Reason.NO_REPLY, who=d.person(party).name, times=str(d.n.nudges + 1))
