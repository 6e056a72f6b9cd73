"""Lets a harness for acts run the reader: (text, what the system said, language) to one label."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.understanding import Act, Context, Stage, Understanding, understand
from dialogs.understanding.acts import Speech, listen
from dialogs.understanding.language import language
from dialogs.understanding.mentions import start
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
    """A label; where offers were listed, which one: "1", "2", "time" or "any"."""
    if lang != "en":
        return "other"
    said = system_text.lower()
    if "one of these work" in said or "here are some times" in said:
        return _choice(text)
    stage = _stage(said)
    if stage is Stage.CONFIRMED and (named := _choice(text)).isdigit():
        return named
    speech = listen(start(plain(text), language("en")), language("en"))
    return _label(understand(text, Context(_NOW, _ZONE, offers=_OFFERS, stage=stage)), speech, stage, said)


def _choice(text: str) -> str:
    """Which of two offers, by number; "time" when by day or hour."""
    read = understand(text, Context(_NOW, _ZONE, offers=_OFFERS[:2], stage=Stage.OFFERED))
    if len(read.choice) == 1:
        return str(read.choice[0] + 1)
    return "time" if read.windows or read.ambiguous else "any"


def _stage(said: str) -> Stage:
    asks = "?" in said and "else" not in said
    confirms = any(word in said for word in _CONFIRMS)
    if not said or asks or (confirms and "confirmed" not in said):
        return Stage.OFFERED
    done = any(word in said for word in _DONE) or not any(word in said for word in _OFFERING)
    return Stage.CONFIRMED if done else Stage.OFFERED


def _label(read: Understanding, speech: Speech, stage: Stage, said: str) -> str:
    main = read.acts[0]
    content = speech.words - speech.covered
    confirms = ("do you" not in said and any(word in said for word in _CONFIRMS)) or not said
    new = "inform" if confirms else "request_alternatives"
    if _says_goodbye(read, speech, stage):
        return "goodbye"
    if speech.has("alternatives") and main in (Act.REJECT, Act.ASK, Act.PROPOSE, Act.UNCLEAR, Act.ACCEPT):
        return "request_alternatives"
    if (speech.has("picks") and main is not Act.REJECT) or (read.choice and main is Act.SELECT):
        return "select"
    if Act.ASK in read.acts and not _begs(read, speech):
        return "other"
    if main is Act.REJECT:
        return new if content >= 3 and confirms and said else "reject"
    if main in (Act.ACCEPT, Act.SELECT):
        return new if speech.has("change") and content >= 3 and not _begins_with_yes(speech) else "accept"
    if main in (Act.PROPOSE, Act.RESCHEDULE):
        return new
    if main is Act.CHITCHAT and speech.has("thanks", "bye"):
        return "goodbye"
    return new if speech.has("change") and said else "other"


def _says_goodbye(read: Understanding, speech: Speech, stage: Stage) -> bool:
    if read.acts[0] is Act.CHITCHAT:
        return stage is Stage.CONFIRMED or speech.has("bye")
    return speech.has("bye") and (speech.has("thanks") or stage is Stage.CONFIRMED) and Act.ASK not in read.acts


def _begs(read: Understanding, speech: Speech) -> bool:
    """ "Sure, could you help me with that?" asks nothing."""
    asked = [phrase for phrase in speech.phrases if phrase.name == "question"]
    return _begins_with_yes(speech) and bool(asked) and all(phrase.words.endswith(" you") for phrase in asked)


def _begins_with_yes(speech: Speech) -> bool:
    return any(phrase.name == "yes" and phrase.first for phrase in speech.phrases)
