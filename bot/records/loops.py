"""A loop as the records keep it: what a round is made of, and who comes when to one interview of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dialogs.scheduling.intervals import Interval
from dialogs.scheduling.loop import Loop, Stage
from dialogs.scheduling.panel import Appointment, Itinerary, Panel

A_MINUTE = timedelta(minutes=1)


class HasLoop:
    """The column of a loop, alike for a round and for each interview of it; nothing where it is one meeting."""

    loop: Mapped[dict[str, Any] | None]

    @property
    def in_stages(self) -> Loop | None:
        return _loop(self.loop) if self.loop else None


class HasItinerary:
    """Who comes to which stage; counted from the start, so that it moves with the interview."""

    itinerary: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")

    def itinerary_from(self, start: datetime) -> Itinerary:
        return tuple(_appointment(kept, start) for kept in self.itinerary or ())

    def keep(self, itinerary: Itinerary, start: datetime) -> None:
        self.itinerary = [_kept(each, start) for each in itinerary]


def kept(loop: Loop | None) -> dict[str, Any] | None:
    if loop is None:
        return None
    stages = [
        {
            "name": stage.name,
            "minutes": stage.minutes,
            "people": list(stage.panel.required),
            "one_of": [list(pool) for pool in stage.panel.one_of],
        }
        for stage in loop.stages
    ]
    return {"stages": stages, "ordered": loop.ordered, "pause": loop.pause}


def stage_of(name: str, minutes: int, people: Iterable[str] = (), one_of: Iterable[Sequence[str]] = ()) -> Stage:
    return Stage(name, Panel(tuple(people), one_of=tuple(map(tuple, one_of))), minutes)


def tight(stages: Iterable[Stage], *, ordered: bool, pause: int) -> Loop:
    """Nothing but the pauses between its stages: so it has one start and one length, like any interview."""
    return Loop(tuple(stages), ordered=ordered, pause=pause, wait=0)


def _loop(kept: Mapping[str, Any]) -> Loop:
    stages = (stage_of(**stage) for stage in kept["stages"])
    return tight(stages, ordered=kept["ordered"], pause=kept["pause"])


def _kept(appointment: Appointment, start: datetime) -> dict[str, Any]:
    when = appointment.when
    return {
        "stage": appointment.stage,
        "after": (when.start - start) // A_MINUTE,
        "minutes": when.length // A_MINUTE,
        "people": list(appointment.people),
    }


def _appointment(kept: Mapping[str, Any], start: datetime) -> Appointment:
    when = Interval.lasting(start + kept["after"] * A_MINUTE, kept["minutes"])
    return Appointment(kept["stage"], when, tuple(kept["people"]))
