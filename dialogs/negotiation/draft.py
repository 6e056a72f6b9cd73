"""A decision in the making: what has changed, what is to be done and said, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dialogs.negotiation.effects import Alarm, CallHuman, Effect, Holds, Kind, Part, Reader, Reason, Say, Wake
from dialogs.negotiation.facts import Facts, Person
from dialogs.negotiation.state import Negotiation, Party

# Where one message does several things, the kind of the first of these names it.
WEIGHT = tuple(
    Kind(each)
    for each in (
        "cancellation confirmation reschedule offer availability_request nudge reminder clarify escalation "
        "feedback_request survey follow_up answer opt_out_confirmation command reply"
    ).split()
)


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
        self._urgent: set[Reader] = set()
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
        holds: Holds | None = None,
        prefer: str | None = None,
        choices: Sequence[datetime] = (),
        urgent: bool = False,
    ) -> None:
        """Adds a passage; all that one reader is told in one decision goes out as one message."""
        reader = Reader(to.value)
        if urgent:
            self._urgent.add(reader)
        if reader in (Reader.CANDIDATE, Reader.HOST):
            self._reached(Party(reader.value))
        part = Part(text or kind.value, tuple(times), dict(words or {}))
        self._says.append(Say(reader, kind, (part,), holds, prefer, tuple(choices)))

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
        if say.to in facts.awake or say.to in self._urgent or not quiet.quiet(facts.now, zone):
            self.do(say)
            return
        morning = quiet.next_allowed(facts.now, zone)
        if say.holds and say.holds.what == "booking" and self.n.booked:
            if self.n.booked.start <= morning + timedelta(minutes=15):
                self.because(f"it is night for the {say.to.value}, and in the morning it would come too late")
                if say.kind is Kind.REMINDER:
                    return
                self.do(say)
                return
        self.because(f"it is night for the {say.to.value}: kept back until the morning")
        self.change(owed=(*self.n.owed, say))
        self.do(Wake(Alarm.MORNING, morning, say.to.value))


def _merged(says: Sequence[Say]) -> Say:
    main = min(says, key=lambda say: WEIGHT.index(say.kind))
    return Say(
        to=main.to,
        kind=main.kind,
        parts=tuple(part for say in says for part in say.parts),
        holds=main.holds,
        prefer=main.prefer,
        choices=main.choices,
    )
