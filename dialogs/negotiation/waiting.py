"""Waiting for somebody to speak, and for how long."""

from __future__ import annotations

from datetime import datetime

from dialogs.negotiation.draft import Draft
from dialogs.negotiation.effects import Alarm, Forget, Wake
from dialogs.negotiation.state import Party


def wait_for(d: Draft, party: Party) -> None:
    """It is this party's turn to speak; if nothing comes, it is nudged."""
    d.change(waiting_for=party, nudges=0)
    wake_after_silence(d, party)


def wait_until(d: Draft, party: Party, when: datetime) -> None:
    """The party said when it will answer: not a word before that."""
    at = d.facts.rules.quiet_hours.next_allowed(max(when, d.facts.now), d.zone(party))
    d.do(Wake(Alarm.NUDGE, at))


def stop_waiting(d: Draft) -> None:
    d.change(waiting_for=None, nudges=0, clarifying=())
    d.do(Forget(Alarm.NUDGE))


def wake_after_silence(d: Draft, party: Party) -> None:
    """The next nudge, or the end of patience, if nothing is heard until then."""
    rules = d.facts.rules
    if d.n.nudges >= len(rules.nudge_after):
        # The end of patience is word to the recruiter, who has hours of their own.
        d.do(Wake(Alarm.NUDGE, d.facts.now + rules.give_up_after))
        return
    due = d.facts.now + rules.nudge_after[d.n.nudges]
    at = rules.quiet_hours.next_allowed(due, d.zone(party), weekends=rules.nudge_on_weekends)
    d.do(Wake(Alarm.NUDGE, at))
