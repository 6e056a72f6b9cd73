"""What a message was understood to mean, in words for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from bot.terminal.moments import moment, stretch
from dialogs.scheduling.intervals import Interval
from dialogs.understanding.meaning import Act, Understanding

AT_MOST = 6  # stretches of time in one line

ACTS: dict[Act, str] = {
    Act.ACCEPT: "says yes",
    Act.SELECT: "chooses",
    Act.REJECT: "says no to what is offered",
    Act.PROPOSE: "names times of their own",
    Act.RESCHEDULE: "wants another time",
    Act.CANCEL: "withdraws, or calls it off",
    Act.ASK: "asks something",
    Act.HUMAN: "wants a person",
    Act.LATER: "will answer later",
    Act.LATE: "is running late",
    Act.OPT_OUT: "wants no more messages",
    Act.OPT_IN: "wants messages again",
    Act.HELP: "asks for help",
    Act.AUTO_REPLY: "is an automatic reply",
    Act.WRONG_PERSON: "is the wrong person",
    Act.CHITCHAT: "is being friendly",
    Act.UNCLEAR: "can not be read",
}


def described(meaning: Understanding, zone: tzinfo, offers: Sequence[datetime] = ()) -> list[tuple[str, str]]:
    """Label and words, the main thing first; what was not said is left out."""
    lines = [
        ("means", ", ".join(ACTS[act] for act in meaning.acts)),
        ("takes", ", ".join(_chosen(index, offers, zone) for index in meaning.choice)),
        ("can", _times(meaning.windows, zone)),
        ("but", "that time is past" if _past(meaning) else ""),
        ("can not", _times(meaning.blocked, zone)),
        ("would rather", _times(meaning.preferred, zone)),
        *(("unsure", _readings(each.text, each.readings, zone)) for each in meaning.ambiguous),
        ("asks about", ", ".join(topic.value for topic in meaning.topics)),
        ("answers at", moment(meaning.remind_at, zone) if meaning.remind_at else ""),
        ("is back", moment(meaning.back_at, zone) if meaning.back_at else ""),
        ("late by", f"{meaning.late_minutes} minutes" if meaning.late_minutes else ""),
        ("sure", f"{meaning.confidence:.0%}"),
        ("read by", meaning.read_by if meaning.read_by != "rules" else ""),
    ]
    return [(label, words) for label, words in lines if words]


def _past(meaning: Understanding) -> bool:
    """Times were named, and none of them is still to come."""
    return Act.PROPOSE in meaning.acts and not (meaning.windows or meaning.blocked or meaning.ambiguous)


def _chosen(index: int, offers: Sequence[datetime], zone: tzinfo) -> str:
    return f"number {index + 1}" + (f", {moment(offers[index], zone)}" if index < len(offers) else "")


def _times(intervals: Sequence[Interval], zone: tzinfo) -> str:
    told = [stretch(each.start, each.end, zone) for each in intervals[:AT_MOST]]
    more = [f"and {len(intervals) - AT_MOST} more"] if len(intervals) > AT_MOST else []
    return ", ".join(told + more)


def _readings(text: str, readings: Sequence[Interval], zone: tzinfo) -> str:
    return f"“{text}” may be " + " or ".join(stretch(each.start, each.end, zone) for each in readings)
