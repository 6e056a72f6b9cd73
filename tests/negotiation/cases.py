"""A small world for decisions: two people, a Monday morning, and short ways to say what happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from dialogs.negotiation.decide import decide
from dialogs.negotiation.draft import Decision
from dialogs.negotiation.effects import Kind, Reader, Say
from dialogs.negotiation.events import Arranged, Event, Heard, Requested
from dialogs.negotiation.facts import Facts, Mode, Person, Rules
from dialogs.negotiation.state import Hosting, Negotiation, Party
from dialogs.scheduling.intervals import Interval
from dialogs.understanding.meaning import Act, Understanding

BERLIN, LISBON, MADRID = (ZoneInfo(f"Europe/{city}") for city in ("Berlin", "Lisbon", "Madrid"))
MONDAY = datetime(2026, 3, 2, 9, tzinfo=BERLIN)

FACTS = Facts(
    now=MONDAY,
    rules=Rules(),
    candidate=Person("ana", "Ana Silva", LISBON),
    host=Person("carl", "Carl Olsen", BERLIN),
    recruiter=Person("rita", "Rita Lopes", MADRID),
    minutes=45,
    mode=Mode.VIDEO,
)
NEW = Negotiation("n")


def at(day: int, clock: str) -> datetime:
    """An instant of March 2026 in Berlin: at(3, "10:00") is Tuesday."""
    hour, minute = clock.split(":")
    return datetime(2026, 3, day, int(hour), int(minute), tzinfo=BERLIN)


def window(day: int, start: str, end: str) -> Interval:
    return Interval(at(day, start), at(day, end))


def slot(day: int, start: str) -> Interval:
    return Interval.lasting(at(day, start), FACTS.minutes)


def host_can(*windows: Interval) -> Heard:
    return Heard(Party.HOST, Understanding((Act.PROPOSE,), windows=windows, confidence=1), "…")


def candidate_can(*windows: Interval) -> Heard:
    return Heard(Party.CANDIDATE, Understanding((Act.PROPOSE,), windows=windows, confidence=1), "…")


def takes(*choice: int, party: Party = Party.CANDIDATE) -> Heard:
    return Heard(party, Understanding((Act.SELECT,), choice=choice, confidence=1), "…")


def says(*acts: Act, party: Party = Party.CANDIDATE) -> Heard:
    return Heard(party, Understanding(acts, confidence=1), "…")


def after(*events: Event, facts: Facts = FACTS, state: Negotiation = NEW) -> Decision:
    """The last decision, after everything that happened in order; a booking is arranged at once."""
    decision = Decision(state, (), ())
    for number, event in enumerate(events):
        decision = decide(decision.negotiation, event, facts)
        facts = replace(facts, now=facts.now + timedelta(minutes=1))
        if decision.negotiation.status == "agreed" and number < len(events) - 1:
            decision = decide(decision.negotiation, Arranged(decision.negotiation.sequence), facts)
    return decision


def asked() -> Requested:
    return Requested(Hosting.ASKED)


def told(decision: Decision, reader: Reader) -> Say | None:
    return next((e for e in decision.effects if isinstance(e, Say) and e.to is reader), None)


def kinds(decision: Decision) -> set[tuple[str, Kind]]:
    return {(e.to.value, e.kind) for e in decision.effects if isinstance(e, Say)}


E = TypeVar("E")


def of(decision: Decision, kind: type[E]) -> list[E]:
    return [effect for effect in decision.effects if isinstance(effect, kind)]
