"""A decision in the making: what has changed, what is to be done and said, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dialogs.negotiation.effects import Alarm, CallHuman, Effect, Holds, Kind, Part, Reader, Reason, Record, Say, Wake
from dialogs.negotiation.facts import Facts, Person
from dialogs.negotiation.state import Negotiation, Party

# Where one message does several things, the kind of the first of these names it.
WEIGHT = (
    Kind.CANCELLATION,
    Kind.CONFIRMATION,
    Kind.RESCHEDULE,
    Kind.OFFER,
    Kind.AVAILABILITY_REQUEST,
    Kind.NUDGE,
    Kind.REMINDER,
    Kind.CLARIFY,
    Kind.ESCALATION,
    Kind.FEEDBACK_REQUEST,
    Kind.SURVEY,
    Kind.FOLLOW_UP,
    Kind.ANSWER,
    Kind.OPT_OUT_CONFIRMATION,
    Kind.COMMAND,
    Kind.REPLY,
)


# A word about an interview is of no use this shortly before it.
JUST_BEFORE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Decision:
    negotiation: Negotiation
    effects: tuple[Effect, ...]
    reasons: tuple[str, ...]  # why, in order, for `askarsan why`


class Draft:
    """Collects one decision. Lives as long as one call of `decide`; nobody outside sees it change."""

    def __init__(self, negotiation: Negotiation, facts: Facts) -> None:
        self.n = negotiation
        self.facts = facts
        self._effects: list[Effect] = []
        self._says: list[Say] = []
        self._reasons: list[str] = []

    def change(self, **fields: Any) -> None:
        self.n = replace(self.n, **fields)

    def because(self, reason: str) -> None:
        self._reasons.append(reason)

    def do(self, *effects: Effect) -> None:
        self._effects.extend(effects)

    def say(
        self,
        to: Reader | Party,
        kind: Kind,
        text: str = "",
        *,
        times: Sequence[datetime] = (),
        words: Mapping[str, str] | None = None,
        rows: Sequence[Mapping[str, str]] = (),
        holds: Holds | None = None,
        prefer: str | None = None,
        choices: Sequence[datetime] = (),
        urgent: bool = False,
        last_word: bool = False,
    ) -> None:
        """Adds a passage; all that one reader is told in one decision goes out as one message."""
        reader = Reader(to.value)
        if reader in (Reader.CANDIDATE, Reader.HOST):
            self._reached(Party(reader.value))
        part = Part(text or kind.value, tuple(times), dict(words or {}), tuple(rows))
        self._says.append(Say(reader, kind, (part,), holds, prefer, tuple(choices), urgent, last_word))

    def say_again(self, say: Say) -> None:
        """What was kept back, as it was decided then."""
        self._says.append(say)

    def call_human(self, reason: Reason, **words: str) -> None:
        self.do(CallHuman(reason, words))
        self.say(Reader.RECRUITER, Kind.ESCALATION, f"escalation_{reason.value}", words=words)
        self.because(f"a human is called: {reason.value}")

    def person(self, reader: Reader | Party) -> Person:
        facts = self.facts
        return {"candidate": facts.candidate, "host": facts.host, "recruiter": facts.recruiter}[reader.value]

    def zone(self, reader: Reader | Party) -> ZoneInfo:
        return self.person(reader).zone

    def asleep(self, reader: Reader) -> bool:
        """Will what is said to them about the booking wait for the morning?"""
        facts, zone = self.facts, self.zone(reader)
        quiet, booked = facts.rules.quiet_hours, self.n.booked
        if reader in facts.awake or not quiet.quiet(facts.now, zone):
            return False
        return booked is None or booked.start > quiet.next_allowed(facts.now, zone) + JUST_BEFORE

    def decision(self) -> Decision:
        for reader in Reader:
            mine = [say for say in self._says if say.to is reader]
            if mine:
                self._speak(_merged(mine))
        return Decision(self.n, tuple(self._effects), tuple(self._reasons))

    def _reached(self, party: Party) -> None:
        if party not in self.n.reached:
            self.change(reached=(*self.n.reached, party))

    def _speak(self, say: Say) -> None:
        """Now, or in the morning: nobody is woken who did not just write, unless it cannot wait."""
        facts, zone = self.facts, self.zone(say.to)
        quiet = facts.rules.quiet_hours
        if say.to in facts.awake or say.urgent or not quiet.quiet(facts.now, zone):
            self.do(say)
            return
        morning = quiet.next_allowed(facts.now, zone)
        if not self._too_late(say, morning):
            self.because(f"it is night for the {say.to.value}: kept back until the morning")
            self.change(owed=(*self.n.owed, say))
            self.do(Wake(Alarm.MORNING, morning, say.to.value))
        elif say.kind is Kind.REMINDER:
            self.because(f"it is night for the {say.to.value}, and in the morning it would come too late: not reminded")
            self.do(Record("reminder_dropped", {"to": say.to.value}))
        else:
            self.because(f"it is night for the {say.to.value}, but it is about this very night")
            self.do(say)

    def _too_late(self, say: Say, morning: datetime) -> bool:
        booked = self.n.booked
        about_it = say.holds is not None and say.holds.what == "booking"
        return about_it and booked is not None and booked.start <= morning + JUST_BEFORE


def _merged(says: Sequence[Say]) -> Say:
    main = min(says, key=lambda say: WEIGHT.index(say.kind))
    return Say(
        to=main.to,
        kind=main.kind,
        parts=tuple(part for say in says for part in say.parts),
        holds=main.holds,
        prefer=main.prefer,
        choices=main.choices,
        urgent=any(say.urgent for say in says),
        last_word=any(say.last_word for say in says),
    )
