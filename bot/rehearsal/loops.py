"""The stages of a round that is a loop, as a file has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.records.loops import stage_of, tight
from bot.rehearsal.people import Person, person_called
from bot.rehearsal.yamlfile import Fault, Fields, Items, Value, fields, items, listed, suggestion, word
from dialogs.scheduling.loop import Loop, Stage
from dialogs.scheduling.loop_plan import seatings

LOOP = ("stages", "pause", "order")
ORDERS = ("given", "any")
SHORTEST, LONGEST = 5, 600  # minutes of one meeting
LONGEST_PAUSE = 240
A_DAY = 1440
AT_MOST = 8  # stages
NOT_SEATED = frozenset({"candidate", "room"})


def read_loop(said: Fields, people: Mapping[str, Person]) -> Loop | None:
    """People are called as the file calls them. None where the round is one meeting. Raises Fault."""
    if "stages" not in said.values:
        for key in ("pause", "order"):
            if key in said.values:
                raise Fault(said.line_of(key), f"{key!r} is about stages, and this round has none")
        return None
    _nothing_twice(said)
    order, pause = said.word("order", "given"), said.word("pause", "0")
    if order not in ORDERS:
        raise Fault(said.line_of("order"), f"{order!r} is no order{suggestion(order, ORDERS)}")
    if not pause.isdigit() or int(pause) > LONGEST_PAUSE:
        raise Fault(said.line_of("pause"), f"{pause!r} is no number of minutes up to {LONGEST_PAUSE}")
    stages = [_stage(value, people) for value in _stages(said)]
    _check_names(said, stages)
    if all(stage.is_break for stage in stages):
        raise Fault(said.line_of("stages"), "nobody comes to any of these stages: one needs people, or one_of")
    loop = tight(stages, ordered=order == "given", pause=int(pause))
    if loop.minutes > A_DAY:
        raise Fault(said.line_of("stages"), f"these stages take {loop.minutes} minutes, which is more than a day")
    return loop


def minutes_of(said: Fields, default: str | None = None) -> int:
    """How long a meeting is. Raises Fault."""
    minutes = said.word("minutes", default)
    if not minutes.isdigit() or not SHORTEST <= int(minutes) <= LONGEST:
        raise Fault(said.line_of("minutes"), f"{minutes!r} is no number of minutes from {SHORTEST} to {LONGEST}")
    return int(minutes)


def people_of(said: Fields, key: str, people: Mapping[str, Person]) -> tuple[str, ...]:
    """Whom a list names. Raises Fault."""
    named = said.words(key) or ()
    for person in named:
        person_called(person, people, said.line_of(key))
    return named


def groups_of(said: Fields, people: Mapping[str, Person]) -> tuple[tuple[str, ...], ...]:
    """`one_of: [ida, max]`, or several such groups: `one_of: [[ida, max], [tom, ute]]`. Raises Fault."""
    given = listed(said, "one_of")
    several = any(isinstance(each, Items) for each in given)
    groups = [items(each, "one_of") for each in given] if several else [Items(given, said.line)] if given else []
    found = tuple(tuple(word(each, "one_of") for each in group) for group in groups)
    for person in (each for group in found for each in group):
        person_called(person, people, said.line_of("one_of"))
    return found


def _nothing_twice(said: Fields) -> None:
    if "minutes" in said.values:
        raise Fault(said.line_of("minutes"), "a round in stages lasts as long as they do: leave out its minutes")
    for key in ("people", "one_of"):
        if key in said.values:
            raise Fault(said.line_of(key), f"who comes to a round in stages is said at each of them, not in {key!r}")


def _stages(said: Fields) -> Sequence[Value]:
    found = listed(said, "stages")
    if not found:
        raise Fault(said.line_of("stages"), "there are no stages: leave the word out, or name one at least")
    if len(found) > AT_MOST:
        raise Fault(found[AT_MOST].line, f"{len(found)} stages are too many for one day: {AT_MOST} at most")
    return found


def _stage(value: Value, people: Mapping[str, Person]) -> Stage:
    said = fields(value, "a stage")
    said.only("name", "minutes", "people", "one_of")
    stage = stage_of(_name(said), minutes_of(said), people_of(said, "people", people), groups_of(said, people))
    _check_people(said, stage, people)
    return stage


def _name(said: Fields) -> str:
    name = said.word("name").strip()
    if not name or len(name.splitlines()) > 1:
        raise Fault(said.line_of("name"), "a stage's name is one line, as people read it in the programme")
    return name


def _check_people(said: Fields, stage: Stage, people: Mapping[str, Person]) -> None:
    """Raises Fault where nobody could ever be seated: a time for it would be looked for in vain."""
    for who in stage.panel.everyone:
        if (role := people[who].role) in NOT_SEATED:
            raise Fault(said.line, f"{who} is a {role}, and comes to no stage as one of its people")
    if not stage.is_break and next(seatings(stage), None) is None:
        raise Fault(said.line, f"nobody comes twice to one stage: {stage.name} needs more people than it names")


def _check_names(said: Fields, stages: Sequence[Stage]) -> None:
    names: set[str] = set()
    for value, stage in zip(listed(said, "stages"), stages, strict=True):
        if stage.name.casefold() in names:
            raise Fault(value.line, f"two stages are called {stage.name!r}: people could not tell them apart")
        names.add(stage.name.casefold())
