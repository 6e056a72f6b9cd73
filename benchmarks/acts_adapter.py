"""Lets a harness for acts run the reader: (text, what the system said, language) to one label."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.understanding import Act, Context, Stage, Understanding, understand
from dialogs.understanding.acts import Speech, listen
from dialogs.understanding.language import language
from dialogs.understanding.times import start
from dialogs.understanding.tokens import plain

_NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_ZONE = ZoneInfo("UTC")
_OFFERS = tuple(_NOW + timedelta(days=500 + 3 * ahead, hours=ahead, minutes=7) for ahead in range(4))
_DONE = (
    "booked", "reserved", "has been", "was confirmed", "is confirmed", "all set", "enjoy", "have a ", "successful",
    "on its way", "is playing", "purchased", "scheduled", "completed", "dispatched", "welcome", "anything else",
    "is coming", "are confirmed", "i have made", "i've made", "is set", "transferred",
)  # fmt: skip
_CONFIRMS = ("confirm", "correct", "right?", "verify", "ensure", "make sure", "to be clear", "you want", "want me to")
_OFFERING = (
    "there is", "there's", "there are", "i found", "i have", "i've", "how about", "what about", "recommend", "you can",
    "option", "available", "nice", "star", "leaves", "departs", "playing", "booking", "would you", "another", "one of",
)  # fmt: skip


def act(text: str, system_text: str, lang: str) -> str:
    """For the suites of acts a label; for the one of choices "1", "2", "last", "any" or "time"; for shifts minutes."""
    if lang != "en":
        return "other"
    said = system_text.lower()
    stage = _stage(said)
    speech = listen(start(plain(text), language("en")), language("en"))
    return _label(understand(text, Context(_NOW, _ZONE, offers=_OFFERS, stage=stage)), speech, stage, said)


def _stage(said: str) -> Stage:
    asks = "?" in said and "else" not in said
    confirms = any(word in said for word in _CONFIRMS)
    if not said or asks or confirms and "confirmed" not in said:
        return Stage.OFFERED
    done = any(word in said for word in _DONE) or not any(word in said for word in _OFFERING)
    return Stage.CONFIRMED if done else Stage.OFFERED


def _label(read: Understanding, speech: Speech, stage: Stage, said: str) -> str:
    main = read.acts[0]
    content = speech.words - speech.covered
    confirms = any(word in said for word in _CONFIRMS) or "shall i" in said or not said
    new = "inform" if confirms else "request_alternatives"
    if stage is Stage.CONFIRMED and main is Act.CHITCHAT or speech.has("bye") and main in (Act.CHITCHAT, Act.PROPOSE):
        return "goodbye"
    if speech.has("alternatives") and main in (Act.REJECT, Act.ASK, Act.PROPOSE, Act.UNCLEAR, Act.ACCEPT):
        return "request_alternatives"
    if speech.has("picks") or read.choice and main is Act.SELECT:
        return "select"
    if Act.ASK in read.acts:
        return "other"
    if main is Act.REJECT:
        return new if content >= 3 and speech.has("change") and confirms else "reject"
    if main in (Act.ACCEPT, Act.SELECT):
        return new if speech.has("change") and content >= 3 and not _begins_with_yes(speech) else "accept"
    if main in (Act.PROPOSE, Act.RESCHEDULE):
        return new
    if main is Act.CHITCHAT and speech.has("thanks", "bye"):
        return "goodbye"
    return new if speech.has("change") and said else "other"


def _begins_with_yes(speech: Speech) -> bool:
    return any(phrase.name == "yes" and phrase.first for phrase in speech.phrases)
