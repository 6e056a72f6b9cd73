"""Lets a harness for acts run the reader: (text, what the system said, language) to one label."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.understanding import Act, Context, Stage, Topic, Understanding, understand
from dialogs.understanding.acts import Speech, listen
from dialogs.understanding.datafiles import codes
from dialogs.understanding.hearing import start
from dialogs.understanding.language import Language, language
from dialogs.understanding.mentions import grow, mentions
from dialogs.understanding.tokens import plain
from dialogs.understanding.values import Frame, Grain, week_of

_NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_ZONE = ZoneInfo("UTC")
_OFFERS = tuple(_NOW + timedelta(days=500 + 3 * ahead, hours=ahead, minutes=7) for ahead in range(4))
_BASE = datetime(2029, 1, 3, 3, 7)  # noqa: DTZ001 – on the writer's clock; so far away that no date is near it by chance
_AFTER_OFFERS = (
    "one of these work", "here are some times", "i can't handle that yet", "let me know if there's anything else",
)  # fmt: skip
_ON_A_CALENDAR = ("event", "calendar", "i've changed", "is this what", "is this good", "anything else i can")
_DONE = (
    "booked", "reserved", "has been", "was confirmed", "is confirmed", "all set", "enjoy", "have a ", "successful",
    "on its way", "is playing", "purchased", "scheduled", "completed", "dispatched", "welcome", "anything else",
    "is coming", "are confirmed", "i have made", "i've made", "is set", "transferred",
)  # fmt: skip
_CONFIRMS = (
    "confirm", "correct", "right?", "verify", "ensure", "make sure", "to be clear", "you want", "want me to",
    "you would like", "you'd like", "booking ", "so that's", "so you", "i should",
)  # fmt: skip
_OFFERING = (
    "there is", "there's", "there are", "i found", "i have", "i've", "how about", "what about", "recommend", "you can",
    "option", "available", "nice", "star", "located at", "flight", "one is", "bus", "suggest", "has a", "found",
    "leaves", "departs", "playing", "booking", "would you", "another", "one of",
)  # fmt: skip


_OPEN_TO_OTHERS = (Act.REJECT, Act.ASK, Act.PROPOSE, Act.UNCLEAR, Act.ACCEPT, Act.RESCHEDULE, Act.CANCEL, Act.CHITCHAT)


def act(text: str, system_text: str, lang: str) -> str:
    """A label; where offers were listed, which one: "1", "2", "time" or "any"."""
    if lang not in codes():
        return "other"
    words = language(lang)
    said = system_text.lower()
    if (not said or any(word in said for word in _ON_A_CALENDAR)) and (shift := _shift(text, words)) is not None:
        return shift
    if any(phrase in said for phrase in _AFTER_OFFERS):
        return _choice(text, lang)
    stage = _stage(said) if lang == "en" else Stage.OFFERED  # the words below are English
    if stage is Stage.CONFIRMED and (named := _choice(text, lang)).isdigit():
        return named
    speech = listen(start(plain(text), words), words)
    return _label(understand(text, Context(_NOW, _ZONE, lang, offers=_OFFERS, stage=stage)), speech, stage, said)


def _shift(text: str, words: Language) -> str | None:
    """Minutes from what is on the table: "an hour later" is 60, "the next day" 1440."""
    frame = Frame(_NOW.replace(tzinfo=None), base=_BASE, starts=(_BASE,))
    for mention in mentions(grow(start(plain(text), words), words, frame), frame):
        if mention.shift is not None:
            return str(round(mention.shift.total_seconds() / 60))
        day = mention.days[0] if mention.days else None
        if day is not None and abs((day.first - _BASE.date()).days) < 60:
            weeks = week_of(day.first) - week_of(_BASE.date())
            return str((weeks if day.grain is Grain.WEEK else day.first - _BASE.date()).days * 1440)
    return None


def _offers(said: str) -> bool:
    return any(word in said for word in _OFFERING)


def _choice(text: str, lang: str) -> str:
    """Which of two offers, by number; "time" when by day or hour."""
    read = understand(text, Context(_NOW, _ZONE, lang, offers=_OFFERS[:2], stage=Stage.OFFERED))
    if len(read.choice) == 1:
        return str(read.choice[0] + 1)
    return "time" if read.windows or read.ambiguous else "any"


def _stage(said: str) -> Stage:
    asks = "?" in said and "else" not in said
    confirms = any(word in said for word in _CONFIRMS)
    if not said or asks or (confirms and "confirmed" not in said):
        return Stage.OFFERED
    done = any(word in said for word in _DONE) or not _offers(said)
    return Stage.CONFIRMED if done else Stage.OFFERED


def _label(read: Understanding, speech: Speech, stage: Stage, said: str) -> str:
    confirms = ("do you" not in said and any(word in said for word in _CONFIRMS)) or not said or read.language != "en"
    new = "inform" if confirms else "request_alternatives"
    if _says_goodbye(read, speech, stage, said):
        return "goodbye"
    if speech.has("alternatives") and read.acts[0] in _OPEN_TO_OTHERS:
        return "request_alternatives"
    if (speech.has("picks") and read.acts[0] is not Act.REJECT) or (read.choice and read.acts[0] is Act.SELECT):
        return "select"
    if speech.has("suggests") and stage is Stage.OFFERED and set(read.topics) <= {Topic.OTHER}:
        return "accept" if _begins_with_yes(speech) else new
    if Act.ASK in read.acts and not _begs(read, speech):
        return "other"
    return _plain_label(read.acts[0], speech, new if said else "other", confirms and bool(said))


def _plain_label(main: Act, speech: Speech, new: str, confirms: bool) -> str:
    """For messages that neither ask nor choose; `new` is what other wishes are called here."""
    if main in (Act.UNCLEAR, Act.RESCHEDULE, Act.CANCEL, Act.LATER) and speech.has("no", "withdraw", "cannot"):
        main = Act.REJECT
    wishes = speech.has("change") and speech.words - speech.covered >= 3
    if main is Act.REJECT:
        return new if confirms and speech.words - speech.covered >= 3 else "reject"
    if main in (Act.ACCEPT, Act.SELECT):
        return new if wishes and not _begins_with_yes(speech) else "accept"
    if main in (Act.PROPOSE, Act.RESCHEDULE):
        return new if new != "other" else "inform"
    if main is Act.CHITCHAT and speech.has("thanks", "bye"):
        return "goodbye"
    told = main is Act.UNCLEAR and confirms and speech.words >= 3  # a statement, and no question
    return new if speech.has("change") or told else "other"


def _says_goodbye(read: Understanding, speech: Speech, stage: Stage, said: str) -> bool:
    if stage is Stage.CONFIRMED and read.acts == (Act.ACCEPT,) and any(word in said for word in _DONE):
        return True  # praise for what is done
    if speech.has("alternatives"):
        return False
    if read.acts[0] is Act.CHITCHAT:
        return stage is Stage.CONFIRMED or speech.has("bye")
    return speech.has("bye") and (speech.has("thanks") or stage is Stage.CONFIRMED) and Act.ASK not in read.acts


def _begs(read: Understanding, speech: Speech) -> bool:
    """ "Sure, could you help me with that?" asks nothing."""
    asked = [phrase for phrase in speech.phrases if phrase.name == "question"]
    return _begins_with_yes(speech) and bool(asked) and all(phrase.words.endswith(" you") for phrase in asked)


def _begins_with_yes(speech: Speech) -> bool:
    return any(phrase.name == "yes" and phrase.first for phrase in speech.phrases)
