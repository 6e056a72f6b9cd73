"""What a second reader says of a message, held against the message itself.

A second reader may say which sentences of a message are the answer, and what they do. It is believed where the
grammar, reading these whole sentences and no others, says the same. So whatever comes out was read by the grammar from
words that stand in the message; what the second reader adds is only which sentences may be passed over. It never
overrules a reading that is sure, and it never makes anything of words that it alone can read: a question is the one
exception, because all that follows from it is that a person answers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources

import yaml

from dialogs.scheduling.intervals import Interval, difference, intersection, union
from dialogs.understanding.masking import MASKS, masked
from dialogs.understanding.meaning import Act, Context, Topic, Understanding
from dialogs.understanding.quoted import own_words
from dialogs.understanding.reader import read_times, understand

# What these set going is not undone by an apology: where the rules see one they are believed, and where they see none
# there is none.
SERIOUS = frozenset(
    {Act.OPT_OUT, Act.OPT_IN, Act.CANCEL, Act.WRONG_PERSON, Act.AUTO_REPLY, Act.LATE, Act.HUMAN, Act.LATER}
)
# What settles, moves or refuses a time: on these both readers must agree to the letter.
WEIGHTY = frozenset({Act.ACCEPT, Act.SELECT, Act.REJECT, Act.PROPOSE, Act.RESCHEDULE})
# A sentence that says any of these may be passed over; one that says no, or later, or asks for somebody, never.
PASSED_OVER = frozenset({Act.ACCEPT, Act.SELECT, Act.PROPOSE, Act.ASK, Act.CHITCHAT, Act.UNCLEAR})

AGREED = 0.8  # how sure two are who read the same
A_QUESTION = 0.7
LONGEST = 2_000  # letters of a message that anybody is asked about
MOST = 20  # quotes of one kind in one answer

# What is kept and what is passed over is made of the same few sentences, again and again.
reads = lru_cache(maxsize=256)(understand)

# A point or the like behind which something new begins, or the end of a line. Not the points of "3 p.m. works".
_END = re.compile(r"(?<=[!?;…。！？؟])\s+|(?<=[^.\s][^.\s]\.)\s+(?=[^a-z\s])|\s*\n\s*")
_ASKS = re.compile(r"[?？؟]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the second reader said. Quotes are words of the message as it was shown to them, letter by letter."""

    acts: tuple[Act, ...] = ()
    choice: tuple[int, ...] = ()  # indexes into Context.offers
    says: tuple[str, ...] = ()  # the words by which the acts are done
    wanted: tuple[str, ...] = ()  # the words that name times that suit
    preferred: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()  # the words that name times that do not

    @property
    def quotes(self) -> tuple[str, ...]:
        return (*self.says, *self.wanted, *self.preferred, *self.blocked)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a second reader gets it: the writer's own words by sentence, with names and contacts hidden."""

    sentences: tuple[str, ...]  # as written
    shown: tuple[str, ...]  # the same, masked

    @property
    def text(self) -> str:
        return "\n".join(self.shown)


def letter(text: str, names: Collection[str] = ()) -> Letter:
    """`names`: of the people and firms this may be about."""
    sentences = tuple(each.strip() for each in _END.split(own_words(text)[:LONGEST]) if each and each.strip())
    return Letter(sentences, tuple(masked(each, names) for each in sentences))


def worth_asking(meaning: Understanding, text: str, below: float) -> bool:
    """The rules are unsure, nothing serious was said, and all of it can be shown."""
    if meaning.confidence >= below or SERIOUS & set(meaning.acts):
        return False
    own = own_words(text)
    return len(own) <= LONGEST and bool(_WORD.search(own))


def weighed(opinion: Opinion, letter: Letter, context: Context, rules: Understanding) -> Understanding | None:
    """The better reading that both agree on; None: the rules' own reading stands."""
    opinion = _standing(opinion, letter)
    pointed = [index for index, shown in enumerate(letter.shown) if _points_at(opinion, shown)]
    if not pointed:
        return None
    kept = [letter.sentences[index] for index in pointed]
    passed = [each for index, each in enumerate(letter.sentences) if index not in pointed]
    if not all(_may_be_passed_over(each, context) for each in passed):
        return None
    second = reads("\n".join(kept), context)
    if second.acts == (Act.UNCLEAR,):
        return _question(opinion, kept, rules)
    if SERIOUS & set(second.acts) or not _same(opinion, second):
        return None
    return _together(opinion, second, context, rules)


def _standing(opinion: Opinion, letter: Letter) -> Opinion:
    """Without the quotes of words that nobody wrote, or that were hidden."""

    def those(quotes: tuple[str, ...]) -> tuple[str, ...]:
        shown = [each.strip() for each in quotes[:MOST]]
        whole = (each for each in shown if each and not any(mask in each for mask in MASKS))
        return tuple(each for each in whole if any(_stands_in(each, sentence) for sentence in letter.shown))

    return Opinion(
        opinion.acts,
        opinion.choice,
        those(opinion.says),
        those(opinion.wanted),
        those(opinion.preferred),
        those(opinion.blocked),
    )


def _points_at(opinion: Opinion, sentence: str) -> bool:
    return any(_stands_in(quote, sentence) for quote in opinion.quotes)


def _stands_in(quote: str, sentence: str) -> bool:
    """As whole words, letter by letter."""
    return re.search(rf"(?<!\w){re.escape(quote)}(?!\w)", sentence) is not None


def _may_be_passed_over(sentence: str, context: Context) -> bool:
    """It takes nothing back of what stands beside it: no denial in it, no limit, nothing that can not be."""
    if _doubts() & {word.lower().replace("’", "'") for word in _WORD.findall(sentence)}:
        return False
    if any(each.isalpha() and not unicodedata.name(each, "").startswith("LATIN") for each in sentence):
        return False  # a no in letters of which no list knows a word
    alone = reads(sentence, context)
    return set(alone.acts) <= PASSED_OVER and not alone.blocked and not alone.ambiguous


@cache
def _doubts() -> frozenset[str]:
    """The words by which something is denied, limited or taken back, of every language at once."""
    raw = resources.files("dialogs.understanding").joinpath("doubts.yaml").read_text(encoding="utf-8")
    words = yaml.load(raw, Loader=yaml.BaseLoader)  # noqa: S506 – the plainest loader: "no" is a word here
    return frozenset(word for line in words.values() for word in line.split())


def _question(opinion: Opinion, kept: Sequence[str], rules: Understanding) -> Understanding | None:
    """A question in words of no list: it goes to a person, who can read it."""
    asks = Act.ASK in opinion.acts and any(_ASKS.search(each) for each in kept)
    if not asks or rules.acts != (Act.UNCLEAR,):
        return None
    return Understanding((Act.ASK,), topics=(Topic.OTHER,), language=rules.language, confidence=A_QUESTION)


def _same(opinion: Opinion, second: Understanding) -> bool:
    """Both name the same acts of weight, the same offers, and times where the other does; nobody saw more."""
    if SERIOUS & set(opinion.acts) or _weight(opinion.acts) != _weight(second.acts):
        return False
    if set(opinion.choice) != set(second.choice):
        return False
    if Act.PROPOSE not in second.acts:
        return True
    named = bool(opinion.wanted or opinion.preferred)
    return named == bool(second.windows or second.ambiguous) and bool(opinion.blocked) == bool(second.blocked)


def _weight(acts: Collection[Act]) -> set[Act]:
    """Taking the only offer, or one of several, is the same thing said."""
    return {Act.SELECT if act is Act.ACCEPT else act for act in acts if act in WEIGHTY}


def _together(opinion: Opinion, second: Understanding, context: Context, rules: Understanding) -> Understanding | None:
    windows = second.windows
    if Act.PROPOSE in second.acts and windows:
        quoted = _read([*opinion.wanted, *opinion.preferred], context)
        windows = difference(intersection(windows, quoted), rules.blocked)
        if not windows:
            return None
    # A question is answered, whoever passed over it.
    asked = tuple(dict.fromkeys((*second.topics, *rules.topics)))
    acts = tuple(dict.fromkeys((*second.acts, *((Act.ASK,) if asked else ()))))
    return replace(
        second,
        acts=acts,
        topics=asked,
        windows=windows,
        preferred=intersection(second.preferred, windows),
        language=rules.language,
        confidence=second.confidence if second.ambiguous else max(second.confidence, AGREED),
    )


def _read(quotes: Sequence[str], context: Context) -> tuple[Interval, ...]:
    """All instants that the quoted words name, read once more by the grammar, alone."""
    return union([window for each in quotes for window in read_times(each, context)])
