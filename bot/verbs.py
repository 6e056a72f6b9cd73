"""What a recruiter can ask for, in words or with one press."""

from __future__ import annotations

from enum import StrEnum


class Verb(StrEnum):
    SCHEDULE = "schedule"
    STATUS = "status"
    MOVE = "move"
    CANCEL = "cancel"
    OUTCOME = "outcome"
    TAKE = "take"
    BACK = "back"
    SAY = "say"
    PAUSE = "pause"
    RESUME = "resume"
    CALLED = "called"
    WAITING = "waiting"
    TODAY = "today"
    HOURS = "hours"
    INBOX = "inbox"
    KNOWN = "known"
    ADD = "add"
    IGNORE = "ignore"
    ANSWERED = "answered"
    OPT_OUT = "opt-out"
    OPT_IN = "opt-in"
    UNDO = "undo"
    HELP = "help"
