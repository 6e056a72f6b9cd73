"""What a message does: accept, propose, ask, … – from the phrases it holds and the times it names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from dialogs.understanding.language import Language
from dialogs.understanding.meaning import Act, Stage, Topic
from dialogs.understanding.tokens import Piece

_ENDS = frozenset(".!?\n;")
_ALONE = frozenset({"thanks", "bye", "hello"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """An act's phrase where it stands in the text, and in which sentence."""

    name: str
    start: int
    end: int
    sentence: int
    first: bool  # begins its sentence
    denied: bool  # "not ok"
    firm: bool  # as a yes more than courtesy
    words: str


@dataclass(slots=True)
class Sentence:
    start: int
    end: int
    asks: bool = False


@dataclass(slots=True)
class Speech:
    """All phrases of a message, by sentence."""

    phrases: list[Phrase] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    words: int = 0
    covered: int = 0
    subjects: frozenset[str] = frozenset()  # words by which somebody tells something
    choosing: frozenset[str] = frozenset()  # words that say a time is taken
    judging: frozenset[str] = frozenset()  # words behind which a number may be the time that is judged
    untold: list[tuple[int, str]] = field(default_factory=list)  # words in no phrase, and where they stand

    def join(self, other: Speech) -> None:
        """Takes up what was said behind this, in another language."""
        self.sentences.pop()  # the one that had not begun
        before = len(self.sentences)
        self.phrases.extend(replace(phrase, sentence=phrase.sentence + before) for phrase in other.phrases)
        self.sentences.extend(other.sentences)
        self.words += other.words
        self.covered += other.covered
        self.subjects |= other.subjects
        self.choosing |= other.choosing
        self.judging |= other.judging
        self.untold.extend(other.untold)

    def has(self, *names: str) -> bool:
        return any(phrase.name in names and not phrase.denied for phrase in self.phrases)

    def all(self, name: str) -> list[Phrase]:
        return [phrase for phrase in self.phrases if phrase.name == name and not phrase.denied]

    def sentence_at(self, offset: int) -> int:
        return min(bisect_right(self.sentences, offset, key=lambda each: each.end), len(self.sentences) - 1)


def listen(tokens: Sequence[Piece], language: Language) -> Speech:
    """Every act's phrase in the text, the longest at each place."""
    speech = Speech(sentences=[Sentence(0, 0)])
    speech.subjects, speech.choosing = language.lists["subjects"], language.lists["choosing"]
    speech.judging = language.lists["judging"]
    at, begun, opening = 0, 0, True
    while at < len(tokens):
        if tokens[at].word in _ENDS and not _inside(tokens, at):
            _close(speech, tokens, at)
            at += 1
            begun, opening = at, True
            continue
        matches = language.acts.matches(tokens, at)
        matches = [match for match in matches if _may_stand(tokens, at, match.end, language)]
        end = matches[0].end if matches else at + 1
        names = dict.fromkeys(match.rule.constants["sign"] for match in matches if match.end == end)
        if "cancel_first" in names and "cancel" not in names and (opening or _begins_clause(tokens, at, language)):
            names["cancel"] = None
        said = " ".join(token.word for token in tokens[at:end])
        for name in names:
            denied = _denied(name, tokens, begun, at, language.lists["negators"])
            firm = tokens[at].word in language.lists["firm_yes"]
            place = (tokens[at].start, tokens[end - 1].end, len(speech.sentences) - 1)
            speech.phrases.append(Phrase(name, *place, opening, denied, firm, said))
        wordy = bool(names) or tokens[at].word.isalpha()
        speech.words += (end - at) if wordy else 0
        telling = names.keys() - _SLIGHT
        speech.covered += (end - at) if telling else 0
        if wordy and not telling:
            speech.untold.extend((token.start, token.word) for token in tokens[at:end])
        opening = opening and (not wordy or not names.keys().isdisjoint(_OPENERS))
        at = end
    _close(speech, tokens, at)
    return speech


_OPENERS = frozenset({"hello", "yes", "thanks"})  # what may stand before the words that open a sentence
_DENIABLE = frozenset({"reschedule", "cancel", "cancel_first", "withdraw", "opt_out", "human"})
_SLIGHT = frozenset({"checks", "wishes", "arrives"})  # these say how times are meant, and nothing by themselves


def _begins_clause(tokens: Sequence[Piece], at: int, language: Language) -> bool:
    return at == 0 or not tokens[at - 1].word[:1].isalpha() or tokens[at - 1].word in language.lists["apologies"]


def _may_stand(tokens: Sequence[Piece], at: int, end: int, language: Language) -> bool:
    """ "I'm in" is a yes, "I'm in a meeting" is none."""
    if end == len(tokens) or not tokens[end].word[:1].isalpha() or tokens[end].word in language.lists["may_follow"]:
        return True
    return " ".join(token.word for token in tokens[at:end]) not in language.lists["must_end"]


def _denied(name: str, tokens: Sequence[Piece], begun: int, at: int, negators: frozenset[str]) -> bool:
    """Not ok; no need to reschedule."""
    reach = 3 if name in _DENIABLE else 1
    for token in reversed(tokens[max(begun, at - reach) : at]):
        if not token.word[:1].isalpha():
            return False
        if token.word in negators:
            return True
    return False


def _inside(tokens: Sequence[Piece], at: int) -> bool:
    """The point of 9.30 or p.m. ends nothing."""
    if "inside" in tokens[at].kinds:
        return True
    return tokens[at].word == "." and tokens[at].glued and at + 1 < len(tokens) and tokens[at + 1].glued


def _close(speech: Speech, tokens: Sequence[Piece], end: int) -> None:
    """Ends the running sentence and notes whether it asks something."""
    running = speech.sentences[-1]
    last = tokens[end].end if end < len(tokens) else (tokens[-1].end if tokens else 0)
    running.end = last
    mine = [phrase for phrase in speech.phrases if phrase.sentence == len(speech.sentences) - 1]
    asked = end < len(tokens) and tokens[end].word == "?"
    starts = any(phrase.name == "question" and phrase.first for phrase in mine)
    running.asks = asked or starts
    speech.sentences.append(Sentence(last, last))


def topics(speech: Speech, times_at: Sequence[int]) -> list[Topic]:
    """What each question is about; of one with no known subject and no time in it: something else."""
    found: list[Topic] = []
    timed = {speech.sentence_at(offset) for offset in times_at}
    for index, sentence in enumerate(speech.sentences):
        mine = [phrase for phrase in speech.phrases if phrase.sentence == index and not phrase.denied]
        subjects = [phrase.name for phrase in mine if phrase.name.startswith("topic_")]
        if not subjects and sentence.asks:
            subjects = [phrase.name for phrase in mine if phrase.name.startswith("noun_")]
        named = [Topic(subject.partition("_")[2]) for subject in subjects]
        if not named and sentence.asks and index not in timed and not _otherwise_busy(mine):
            named = [Topic.OTHER]
        found.extend(topic for topic in named if topic not in found)
    return found


_NEUTRAL = _SLIGHT | {
    "question",
    "hello",
    "thanks",
    "yes",
    "change",
    "help",
    "inquires",
    "denies",
    "idle",
    "hedged",
    "nothing_more",
}


def _otherwise_busy(mine: Sequence[Phrase]) -> bool:
    """The question is an act of its own: "can you call me?", "anything else?", "can we move it?"."""
    names = {phrase.name for phrase in mine} - _NEUTRAL
    asking = any(phrase.name in ("question", "checks", "inquires", "denies") for phrase in mine)
    return bool(names) or (not asking and any(phrase.name not in _SLIGHT for phrase in mine))


@dataclass(frozen=True, slots=True)
class Found:
    """What the times of the message came to, as far as acts depend on it."""

    stage: Stage
    offers: int
    chosen: int = 0  # offers taken
    everything: bool = False  # every offer is taken
    named: bool = False  # by number or all at once, not only by times that hold them
    proposes: bool = False  # times that are no offer
    blocked: bool = False  # times that are impossible
    none_left: bool = False  # what is blocked leaves no offer
    refused: bool = False  # an offer turned down by number
    noes: frozenset[int] = frozenset()  # where a no ends that is about nothing but the time it stands behind
    doubtful: bool = False  # times with several readings
    booked_again: bool = False  # names the booked start
    cannot: bool = False  # "I can't" with no time beside it
    arrives_late: bool = False  # says to be there at a time behind the booked start


def acts(speech: Speech, found: Found, asked: Sequence[Topic]) -> tuple[Act, ...]:
    """All acts, the main one first."""
    leaving = [act for name, act in _LEAVING.items() if speech.has(name)]
    if leaving:  # nothing else they say is about this interview any more
        return (*leaving, Act.CANCEL) if speech.has("cancel", "withdraw") else tuple(leaving)
    said = _about_the_booking(speech, found)
    if Act.CANCEL not in said:
        said.extend(_about_offers(speech, found, said))
    said = _with_later(said, speech, found)
    if speech.has("human", "nobody"):
        said.insert(0, Act.HUMAN)
    if speech.has("opt_in"):
        said.append(Act.OPT_IN)
    if asked:
        said.append(Act.ASK)
    return tuple(dict.fromkeys(said)) or (_of_nothing_else(speech, found),)


_LEAVING = {"wrong_person": Act.WRONG_PERSON, "opt_out": Act.OPT_OUT}


def _with_later(said: list[Act], speech: Speech, found: Found) -> list[Act]:
    """A promise to answer comes first, unless the message already answers for certain."""
    if not speech.has("later"):
        return said
    if (found.proposes or found.chosen) and not speech.has("tentative", "hedged"):
        return [*said, Act.LATER]
    return [Act.LATER, *(act for act in said if act is not Act.ACCEPT)]


def _of_nothing_else(speech: Speech, found: Found) -> Act:
    if speech.has("help") and not speech.has("thanks"):
        return Act.HELP
    never_mind = found.stage is Stage.CONFIRMED and speech.has("nothing_more")
    return Act.CHITCHAT if speech.has(*_ALONE) or never_mind else Act.UNCLEAR


def _about_the_booking(speech: Speech, found: Found) -> list[Act]:
    said: list[Act] = []
    confirmed = found.stage is Stage.CONFIRMED
    wishes_other = speech.has("reschedule") or (confirmed and speech.has("elsewhen"))
    if (speech.has("late") or found.arrives_late) and not wishes_other and (confirmed or not found.chosen):
        said.append(Act.LATE)
    if speech.has("withdraw"):
        return [*said, Act.CANCEL]
    if _calls_off(speech):
        return [*said, *_called_off(speech, found, wishes_other)]
    hindered = speech.has("hindered") and Act.LATE not in said
    turned = found.proposes or found.none_left or found.cannot or speech.has("none")
    moves = wishes_other or hindered
    if (moves and (confirmed or not found.proposes)) or (confirmed and turned and Act.LATE not in said):
        said.append(Act.RESCHEDULE)
    return said


def _calls_off(speech: Speech) -> bool:
    """Not in "cancel? no way"."""
    bare = {phrase.start for phrase in speech.all("cancel_first")}
    meant = speech.all("cancel")
    return any(each.start not in bare or not speech.sentences[each.sentence].asks for each in meant)


def _called_off(speech: Speech, found: Found, wishes_other: bool) -> list[Act]:
    """Called off for good; or because of something that passes; or for the sake of another time."""
    if found.proposes or found.chosen or (wishes_other and found.stage is not Stage.OFFERED):
        return [Act.RESCHEDULE] if found.stage is Stage.CONFIRMED or not (found.proposes or found.chosen) else []
    if speech.has("hindered") or wishes_other:
        return [Act.CANCEL, Act.RESCHEDULE] if found.stage is Stage.CONFIRMED else [Act.RESCHEDULE]
    return [Act.CANCEL]


def _about_offers(speech: Speech, found: Found, said: Sequence[Act]) -> list[Act]:
    mine: list[Act] = []
    confirmed = found.stage is Stage.CONFIRMED
    if found.chosen and not confirmed:
        mine.append(Act.ACCEPT if found.everything and (found.offers == 1 or found.named) else Act.SELECT)
    only_blocked = found.blocked and not found.none_left and not found.chosen and Act.RESCHEDULE not in said
    if found.proposes or only_blocked or found.doubtful:
        mine.append(Act.PROPOSE)
    turned_down = speech.has("none") or found.none_left or found.refused or found.cannot or _refuses(speech, found)
    moved = Act.RESCHEDULE in said
    if moved and found.stage is Stage.OFFERED and not mine:
        return [Act.REJECT]  # "I am ill" takes none of what is offered
    free_to = not takes(mine) and not moved and (bool(found.offers) or not mine)
    other = speech.has("alternatives") and found.offers and not confirmed and not mine and not said
    if (turned_down and free_to) or other:
        mine.append(Act.REJECT)
    if not mine and not said and _accepts(speech, found):
        mine.append(Act.ACCEPT)
    return mine


def _only_asked(phrase: Phrase, checked: Collection[int], speech: Speech) -> bool:
    asks = speech.sentences[phrase.sentence].asks
    return asks and (not phrase.first or phrase.start in checked)


def takes(mine: Sequence[Act]) -> bool:
    return Act.ACCEPT in mine or Act.SELECT in mine


def _refuses(speech: Speech, found: Found) -> bool:
    if speech.has("thanks") and speech.has("bye") and found.stage is Stage.CONFIRMED:
        return False
    if found.stage is Stage.CONFIRMED:
        return False  # a bare no to what is booked says too little to move it
    denied_yes = any(phrase.name == "yes" and phrase.denied for phrase in speech.phrases)
    said_no = any(not _tag(phrase, speech) for phrase in speech.all("no") if phrase.end not in found.noes)
    return said_no or (denied_yes and not speech.has("yes"))


def _tag(phrase: Phrase, speech: Speech) -> bool:
    """ "The second is on Zoom, no?" refuses nothing."""
    sentence = speech.sentences[phrase.sentence]
    last = sentence.asks and not phrase.first and phrase.end + 2 >= sentence.end
    return last and " " not in phrase.words


def _accepts(speech: Speech, found: Found) -> bool:
    """A yes that is no part of a question, and after a booking more than courtesy."""
    yes = [*speech.all("yes"), *speech.all("picks")]
    hedged = {phrase.sentence for phrase in (*speech.all("hedged"), *speech.all("later"))}
    checked = {phrase.start for phrase in speech.all("checks")}  # "está marcado?" is asked, "está marcado." a yes
    agreed = [phrase for phrase in yes if phrase.sentence not in hedged and not _only_asked(phrase, checked, speech)]
    if found.stage is Stage.CONFIRMED:
        if any(
            phrase.denied and phrase.name in ("cancel", "cancel_first", "reschedule", "withdraw")
            for phrase in speech.phrases
        ):
            return True  # "I don't need to cancel"
        if speech.has("no", "cannot"):
            return False
        firm = [phrase for phrase in agreed if phrase.firm]
        return (
            (found.booked_again and not speech.has("bye"))
            or bool(firm)
            or bool(agreed and not speech.has("thanks", "bye"))
        )
    return bool(agreed)
