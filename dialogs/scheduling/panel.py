"""Who must come: all of some, one of each group, a room; and those who would be welcome but never stand in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from dialogs.scheduling.intervals import Interval


@dataclass(frozen=True, slots=True)
class Panel:
    """Who a meeting needs, by id."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()  # of each group one, and no one twice: "a senior engineer"
    rooms: tuple[str, ...] = ()  # one of these, the first that is free

    @property
    def everyone(self) -> tuple[str, ...]:
        """All that must be looked at, each once."""
        pooled = (each for pool in self.one_of for each in pool)
        return tuple(dict.fromkeys((*self.required, *pooled, *self.rooms, *self.optional)))

    @property
    def needs(self) -> tuple[tuple[str, ...], ...]:
        """Groups of which one must be free. Whoever must come anyway is no choice in a group."""
        pools = (tuple(each for each in pool if each not in self.required) for pool in self.one_of)
        return (*((each,) for each in self.required), *pools, *((self.rooms,) if self.rooms else ()))

    @property
    def shared(self) -> bool:
        """Is somebody in two groups? Then one free in each may be the same one."""
        members = [each for pool in self.one_of for each in set(pool)]
        return len(members) != len(set(members))

    def without(self, who: str) -> Panel:
        """The same, but one of a group, or a room, is no longer to be had. Whoever must come still must."""
        pools = tuple(tuple(each for each in pool if each != who) for pool in self.one_of)
        return replace(self, one_of=pools, rooms=tuple(each for each in self.rooms if each != who))

    def called(self, ids: Mapping[str, str]) -> Panel:
        """The same people under other names."""
        pools = tuple(tuple(ids[each] for each in pool) for pool in self.one_of)
        lists = (tuple(ids[each] for each in some) for some in (self.required, self.optional, self.rooms))
        required, optional, rooms = lists
        return Panel(required, optional, pools, rooms)

    def starts(self, mask_of: Callable[[str], int], everything: int) -> int:
        """The starts at which all needs can be met, each by itself."""
        for group in self.needs:
            either = 0
            for each in group:
                either |= mask_of(each)
            everything &= either
            if not everything:
                break
        return everything


@dataclass(frozen=True, slots=True)
class Appointment:
    """One of several stages in a row."""

    stage: str
    when: Interval
    people: tuple[str, ...]
    room: str = ""


Itinerary = tuple[Appointment, ...]


@dataclass(frozen=True, slots=True)
class Seated:
    """Who comes to one meeting."""

    people: tuple[str, ...]  # the required, then the chosen of each group
    room: str = ""
    itinerary: Itinerary = ()  # of several stages in a row, who comes to which, and when


def seat(
    panel: Panel, free: Callable[[str], bool], load: Callable[[str], tuple[int, ...]] = lambda _: ()
) -> Seated | None:
    """Chooses who comes, of each group whoever has the least to do (then by id); None if not all needs can be met."""
    if not all(free(each) for each in panel.required):
        return None
    room = next((each for each in panel.rooms if free(each)), "")
    if panel.rooms and not room:
        return None
    pools = [
        sorted((each for each in dict.fromkeys(pool) if free(each)), key=lambda who: (load(who), who))
        for pool in panel.one_of
    ]
    chosen = _one_each(pools, panel.required)
    return None if chosen is None else Seated((*panel.required, *chosen), room)


def _one_each(pools: Sequence[Sequence[str]], taken: tuple[str, ...]) -> tuple[str, ...] | None:
    """One of each pool, no one twice, the first of each as far as that goes."""
    if not pools:
        return ()
    for each in pools[0]:
        if each not in taken:
            rest = _one_each(pools[1:], (*taken, each))
            if rest is not None:
                return (each, *rest)
    return None
