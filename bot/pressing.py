"""What somebody pressed or ticked, kept with a message and read back: exact, where words would need guessing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from bot.verbs import Verb
from dialogs.negotiation.effects import TaskOutcome
from dialogs.scheduling.intervals import Interval
from dialogs.understanding.meaning import Act

# One start that was offered; stretches of time; or a plain wish, such as another time or none at all.
Meant = datetime | tuple[Interval, ...] | Act
WISHES = frozenset({Act.RESCHEDULE, Act.REJECT, Act.CANCEL})
NOTED = frozenset(TaskOutcome) - {TaskOutcome.WROTE, TaskOutcome.SETTLED}  # what a person can note of a task
NEW = "new"  # in place of a negotiation: there is none yet
BETWEEN = " @@ "  # a job's title and its company, as a form gives them back
MOST = 200  # stretches in one answer: four weeks of busy days have fewer


@dataclass(frozen=True, slots=True)
class Press:
    """`negotiation@start`, `negotiation@start/end,start/end` or `negotiation@reschedule`."""

    negotiation: str
    meant: Meant

    def __str__(self) -> str:
        match self.meant:
            case Act():
                what = self.meant.value
            case datetime():
                what = self.meant.isoformat()
            case _:
                what = ",".join(f"{each.start.isoformat()}/{each.end.isoformat()}" for each in self.meant)
        return f"{self.negotiation}@{what}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None where it is none of ours: a label, a number, or made by somebody else."""
        negotiation, at, what = text.partition("@")
        if not at:
            return None
        if what in WISHES:
            return cls(negotiation, Act(what))
        meant = _stretches(what) if "/" in what else _instant(what)
        return cls(negotiation, meant) if meant else None

    @property
    def instants(self) -> Sequence[datetime]:
        match self.meant:
            case datetime():
                return (self.meant,)
            case tuple():
                return [edge for each in self.meant for edge in (each.start, each.end)]
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class TaskPress:
    """How it went to reach somebody in person: `negotiation#number!outcome`, for a time that was taken `…@start`."""

    negotiation: str
    number: int
    outcome: TaskOutcome
    start: datetime | None = None

    def __str__(self) -> str:
        start = f"@{self.start.isoformat()}" if self.start else ""
        return f"{self.negotiation}#{self.number}!{self.outcome}{start}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None where it is none of ours."""
        negotiation, mark, rest = text.partition("#")
        number, told, outcome = rest.partition("!")
        outcome, _, at = outcome.partition("@")
        if not (mark and told and number.isascii() and number.isdecimal() and len(number) <= 6):
            return None
        start = _instant(at) if at else None
        took = outcome == TaskOutcome.TOOK
        if outcome not in NOTED or took != (start is not None):
            return None
        return cls(negotiation, int(number), TaskOutcome(outcome), start)


@dataclass(frozen=True, slots=True)
class CardPress:
    """What was pressed on a card: `negotiation!verb`."""

    negotiation: str
    verb: Verb

    def __str__(self) -> str:
        return f"{self.negotiation}!{self.verb}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None where it is none of ours."""
        negotiation, mark, verb = text.partition("!")
        return cls(negotiation, Verb(verb)) if mark and verb in set(Verb) else None


@dataclass(frozen=True, slots=True)
class WhosePress:
    """Which of those who share an address writes: `whose~person`."""

    person: str

    def __str__(self) -> str:
        return f"whose~{self.person}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None where it is none of ours."""
        whose, mark, person = text.partition("~")
        return cls(person) if mark and whose == "whose" else None


def _instant(text: str) -> datetime | None:
    """An aware instant, as our own buttons carry it."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _stretches(text: str) -> tuple[Interval, ...] | None:
    pairs = [each.split("/") for each in text.split(",")]
    if len(pairs) > MOST:
        return None
    try:
        return tuple(Interval(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in pairs)
    except (ValueError, OverflowError):
        return None
