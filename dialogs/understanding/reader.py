"""From a message to its meaning: the one door to everything in this room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dialogs.scheduling.intervals import Interval, difference, intersection, union
from dialogs.understanding import aside, choices
from dialogs.understanding.acts import Found, Speech, acts, topics
from dialogs.understanding.adding import Sums, Table, add_up, aware, local
from dialogs.understanding.availability import colour, corrected
from dialogs.understanding.besides import adds
from dialogs.understanding.confidence import evidence, sureness
from dialogs.understanding.hearing import Heard, Tongue, hear, recognize
from dialogs.understanding.language import language
from dialogs.understanding.meaning import Act, Context, Stage, Topic, Understanding
from dialogs.understanding.mentions import Mention, Mood, mentions
from dialogs.understanding.placing import ahead, anchored, leaning
from dialogs.understanding.quoted import own_words
from dialogs.understanding.tokens import Piece, plain
from dialogs.understanding.trace import Trace
from dialogs.understanding.values import Frame, Order

_LONGEST = 4000  # letters; nobody needs more to say when they can
_MOST = 120  # times in one message: three for each day of four weeks, and some
_DAY_FIRST = ("-GB", "-IE", "-AU", "-NZ", "-IN", "-ZA")


def understand(text: str, context: Context, trace: Trace | None = None) -> Understanding:
    """Reads one message, or a burst joined by line breaks. Pure; never raises on any text. A `trace` is filled in."""
    body = plain(own_words(text))[:_LONGEST]
    tongue = recognize(body, context.locale)
    meaning = _read(body, context, tongue, trace)
    if context.chosen_from and (meaning.acts in _NOTHING_ELSE or _ends_in_a_number(body, meaning)):
        meaning = _other_number(body, context, tongue) or meaning
    return replace(meaning, language=tongue.code)


_NOTHING_ELSE = ((Act.UNCLEAR,), (Act.RESCHEDULE,))
_A_FEW = 8  # words, or it is no mere correction


def _ends_in_a_number(body: str, meaning: Understanding) -> bool:
    """ "Je voulais dire le 1", which might be the first of April too."""
    word = body.rstrip(" .!?").rpartition(" ")[2]
    return meaning.acts == (Act.RESCHEDULE, Act.PROPOSE) and word.isdecimal() and len(word) <= 2


def _other_number(body: str, context: Context, tongue: Tongue) -> Understanding | None:
    """ "Sorry, I meant 1": a number right behind a booking by number is of the list it was chosen from."""
    if context.stage is not Stage.CONFIRMED or len(body.split()) > _A_FEW:
        return None
    listed = replace(context, offers=context.chosen_from, chosen_from=(), stage=Stage.OFFERED)
    meant = _read(body, listed, tongue, None)
    if meant.acts not in ((Act.SELECT,), (Act.ACCEPT,)) or len(meant.choice) != 1 or meant.windows:
        return None
    start = context.chosen_from[meant.choice[0]]
    if start in context.offers:
        return Understanding((Act.ACCEPT,), confidence=meant.confidence)
    window = Interval.lasting(start, context.minutes)
    return Understanding((Act.RESCHEDULE, Act.PROPOSE), windows=(window,), confidence=meant.confidence)


def _read(body: str, context: Context, tongue: Tongue, trace: Trace | None) -> Understanding:
    if (known := _by_keyword(body, tongue)) is not None:
        return Understanding((known,), confidence=0.97)
    frame = _frame(context, tongue)
    heard = hear(body, tongue, frame, trace)
    if heard.speech.has("bounce") or _automatic(heard.speech):
        back = aside.back(mentions(heard.pieces, frame), frame)
        return Understanding(
            (Act.AUTO_REPLY,), confidence=0.95, back_at=aware(back, context.timezone) if back else None
        )
    if any("no_such_day" in piece.kinds for piece in heard.pieces):
        return Understanding((Act.UNCLEAR,), confidence=0.4)  # 31 April at three: three o'clock of what day?
    if choices.off_the_list(heard.pieces, frame):
        return Understanding((Act.SELECT,), confidence=0.97)
    found = _settled(heard, frame, context)
    times = aside.parted(found, heard.pieces, heard.speech, context.stage, frame, heard.words)
    meaning, guessed = _summed(Table(body, context, frame, _zone(heard.pieces)), heard.pieces, times, heard.speech)
    besides = bool(meaning.windows) and adds(heard.pieces, times.kept, heard.shown, heard.words)
    guessed = guessed or _yes_but_busy(meaning, found, heard)
    seen = evidence(heard, body, found, len(meaning.ambiguous), len(meaning.acts), len(tongue.stretches))
    if trace:
        trace.read(body, heard.pieces, heard.shown, found)
        trace.evidence = asdict(seen)
    return replace(meaning, adds=besides, confidence=sureness(seen, meaning.acts[0], guessed))


_ENGAGED = frozenset({"busy", "commitment", "cannot", "unreal"})


def _yes_but_busy(meaning: Understanding, found: Sequence[Mention], heard: Heard) -> bool:
    """ "Sounds great, I'm in surgery": a bare yes beside something that keeps them may well be none."""
    return Act.ACCEPT in meaning.acts and not found and any(sign.name in _ENGAGED for sign in heard.shown)


def read_times(text: str, context: Context) -> tuple[Interval, ...]:
    """Only the times: when the writer can, or what they named."""
    return understand(text, replace(context, offers=(), stage=Stage.COLLECTING)).windows


def _frame(context: Context, tongue: Tongue) -> Frame:
    place = (context.locale or "").replace("_", "-").upper()
    order = Order.MONTH if place.endswith("-US") else Order.DAY if place.endswith(_DAY_FIRST) else Order.UNKNOWN
    if tongue.main.order is not Order.UNKNOWN:
        order = tongue.main.order
    starts = tuple(local(offer, context.timezone) for offer in context.offers)
    booked = context.stage is Stage.CONFIRMED
    base = (starts[0] if booked else starts[-1]) if starts else None
    return Frame(local(context.now, context.timezone), order, base, () if booked else starts)


def _by_keyword(body: str, tongue: Tongue) -> Act | None:
    """A message that is nothing but STOP or START, as carriers have it."""
    bare = " ".join(body.lower().replace("0", "o").replace(".", " ").replace("!", " ").split())  # ST0P, too
    known = (tongue.main.lists, language(tongue.code).lists)
    if any(bare in lists["words_that_stop"] for lists in known):
        return Act.OPT_OUT
    return Act.OPT_IN if any(bare in lists["words_that_start"] for lists in known) else None


def _automatic(speech: Speech) -> bool:
    """An answering machine says so, or says two things only one would."""
    return speech.has("auto_sure") or len({phrase.start for phrase in speech.all("auto")}) >= 2


def _settled(heard: Heard, frame: Frame, context: Context) -> list[Mention]:
    """The times and offers named, each with its mood, without what was taken back, where the context puts them."""
    named = mentions(heard.pieces, frame)[:_MOST]
    found = choices.numbered(heard.pieces, named, frame, heard.words)[:_MOST]
    colour(heard.pieces, found, heard.shown)
    _but_these(found, heard.speech)
    _unsaid(found, heard)
    return leaning(anchored(ahead(corrected(found, heard.shown), frame), _dates(context)), frame)


def _but_these(found: Sequence[Mention], speech: Speech) -> None:
    """ "None except the last": what is taken out of nothing is wanted."""
    nothing = {phrase.sentence: phrase.end for phrase in speech.all("none")}
    for mention in found:
        end = nothing.get(speech.sentence_at(mention.start))
        if mention.sign == "except" and end is not None and end < mention.start:
            mention.sign, mention.mood = "spared", Mood.YES


def _unsaid(found: Sequence[Mention], heard: Heard) -> None:
    """ "Wednesday works, oh no, I can't": what was named last is taken back, and nothing stands in its place."""
    last = next((sign for sign in reversed(heard.shown) if sign.name == "correction"), None)
    if last is None or not found or found[-1].at >= last.at or found[-1].mood is not Mood.YES:
        return
    start = heard.pieces[last.at].start
    noes = (*heard.speech.all("no"), *heard.speech.all("cannot"), *heard.speech.all("none"))
    if any(no.end > start for no in noes) or heard.words.lists["negators"] & {
        piece.word for piece in heard.pieces[last.at :]
    }:
        found[-1].sign, found[-1].mood = "fails", Mood.NO


def _dates(context: Context) -> list[date]:
    """The days on the table: what "Wednesday" most likely means."""
    known = context.offers[:1] if context.stage is Stage.CONFIRMED else context.offers
    return sorted({local(offer, context.timezone).date() for offer in known})


_INSIDE = ("within", "in", "at")  # in London, à Londres, en France


def _zone(pieces: Sequence[Piece]) -> ZoneInfo | None:
    """A zone named once for the whole message: "I'm in New York this week", "all times Eastern"."""
    for at, piece in enumerate(pieces):
        in_city = "city" in piece.kinds and at >= 2 and not pieces[at - 1].kinds.keys().isdisjoint(_INSIDE)
        zone: ZoneInfo | None = piece.kinds.get("city" if in_city else "zone")
        if zone is not None:
            return zone
    return None


def _summed(table: Table, pieces: Sequence[Piece], times: aside.Parted, speech: Speech) -> tuple[Understanding, bool]:
    """The meaning, and whether some of it is half guessed."""
    found = times.kept
    context, sums = table.context, add_up(found, table)
    moves = sums.proposes or speech.has("reschedule", "hindered", "cancel", "elsewhen")
    if table.booked and not moves and not _meets_the_booked(sums, context):
        sums.blocked = []  # busy at another hour: no word against what is booked
    taken, refused = choices.wanted(found, table.frame.options)
    blocked = union([*sums.blocked, *(_offered(context, index) for index in refused)])
    blocked = difference(blocked, union(sums.spared))
    windows = difference(union(sums.possible), blocked)
    chosen = _chosen(taken, refused, sums, blocked, context, speech)
    asked = _asked(found, speech, context)
    if times.inquiry and asked in ([], [Topic.OTHER]):
        asked = [times.inquiry]
    arrives = aside.arrival(times.arrivals, table.frame)
    facts = _facts(context, sums, chosen, taken, refused, blocked, windows, found, speech)
    facts = replace(
        facts, arrives_late=bool(arrives and arrives > 0), booked_again=facts.booked_again or arrives is not None
    )
    said = acts(speech, facts, asked)
    if said[0] is Act.LATER:  # nothing is promised yet
        said = tuple(act for act in said if act not in (Act.ACCEPT, Act.SELECT, Act.PROPOSE))
        chosen, windows, sums.doubts = [], (), []
    if said[0] is Act.ACCEPT and len(context.offers) == 1 and not table.booked:
        chosen = [0]
    remind = aside.reminder(times.promised, table.frame) if Act.LATER in said else None
    meaning = Understanding(
        acts=said,
        choice=tuple(chosen),
        windows=windows,
        blocked=blocked,
        preferred=intersection(sums.preferred or (sums.wanted if sums.fallback else []), windows),
        ambiguous=tuple(sums.doubts),
        remind_at=aware(remind, context.timezone) if remind else None,
        topics=tuple(asked) if Act.ASK in said else (),
        late_minutes=_late(pieces, times, arrives, table.frame) if Act.LATE in said else None,
    )
    return meaning, _guessed(found, bool(chosen or windows), table, speech)


def _meets_the_booked(sums: Sums, context: Context) -> bool:
    return any(each.meets(_offered(context, 0)) for each in sums.blocked) if context.offers else True


def _late(pieces: Sequence[Piece], times: aside.Parted, arrives: int | None, frame: Frame) -> int | None:
    return arrives if arrives and arrives > 0 else aside.lateness(pieces, times.promised, frame)


def _asked(found: Sequence[Mention], speech: Speech, context: Context) -> list[Topic]:
    asked = topics(speech, [mention.start for mention in found])
    if asked == [Topic.OTHER] and context.stage is Stage.CONFIRMED and speech.has("checks"):
        return [Topic.STATUS]
    if not asked and not context.offers and not found and speech.has("alternatives"):
        return [Topic.OTHER]  # "can you send me some times?"
    return asked


def _facts(
    context: Context,
    sums: Sums,
    chosen: Sequence[int],
    taken: Sequence[int],
    refused: Sequence[int],
    blocked: Sequence[Interval],
    windows: Sequence[Interval],
    found: Sequence[Mention],
    speech: Speech,
) -> Found:
    """What the acts depend on besides the words."""
    booked = context.stage is Stage.CONFIRMED
    moved = bool(windows) and booked and speech.has("reschedule")
    return Found(
        stage=context.stage,
        offers=len(context.offers),
        chosen=len(chosen),
        everything=bool(context.offers) and len(chosen) == len(context.offers),
        named=bool(taken),
        proposes=sums.proposes or moved or (bool(windows) and not chosen and not booked),
        blocked=bool(sums.blocked),
        none_left=bool(blocked) and bool(context.offers) and not chosen and _all_blocked(blocked, context),
        refused=bool(refused) and not chosen and not sums.proposes,
        noes=_noes(found, speech),
        doubtful=bool(sums.doubts),
        booked_again=sums.booked_again,
        cannot=_bare_cannot(found, speech),
    )


def _noes(found: Sequence[Mention], speech: Speech) -> frozenset[int]:
    """Where such a no ends: in "terça não" it is about Tuesday alone."""
    ends = [mention.end for mention in found if mention.mood is Mood.NO]
    return frozenset(no.end for no in speech.all("no") if any(0 <= no.start - end <= 2 for end in ends))


def _bare_cannot(found: Sequence[Mention], speech: Speech) -> bool:
    """ "I can't" with nothing beside it that they can not."""
    told = [mention for mention in found if mention.mood is Mood.NO and (mention.days or not _same_hour(mention))]
    busy = {speech.sentence_at(mention.start) for mention in told}
    return any(phrase.sentence not in busy for phrase in speech.all("cannot"))


def _same_hour(mention: Mention) -> bool:
    """ "I can't at that time": the time that is on the table."""
    return mention.hours is not None and mention.hours.part == "same"


def _offered(context: Context, index: int) -> Interval:
    return Interval.lasting(context.offers[index], context.minutes)


def _all_blocked(blocked: Sequence[Interval], context: Context) -> bool:
    return all(_is_blocked(blocked, context, index) for index in range(len(context.offers)))


def _is_blocked(blocked: Sequence[Interval], context: Context, index: int) -> bool:
    return any(each.meets(_offered(context, index)) for each in blocked)


def _chosen(
    taken: Sequence[int],
    refused: Sequence[int],
    sums: Sums,
    blocked: Sequence[Interval],
    context: Context,
    speech: Speech,
) -> list[int]:
    """The offers meant, most wanted first: those named by number, narrowed or joined by those named by time."""
    if context.stage is Stage.CONFIRMED:
        return []
    if speech.has("instead") and not taken and any(window.length > timedelta(days=2) for window in sums.possible):
        sums.proposes = True  # "next week instead" is no choice of the offer that lies in it
        return []
    if speech.has("no", "none") and not taken and any(window.length > timedelta(days=4) for window in sums.possible):
        sums.proposes = True  # "nope, next week maybe?" takes none of those that lie in it
        return []
    both = [index for index in taken if index in sums.chosen]
    if both and sums.preferred and not sums.wanted and len(taken) == len(context.offers):
        both += [index for index in taken if index not in both]  # "both are fine, Thursday would be better"
    if not taken and not sums.chosen and sums.excepts and not sums.possible:
        taken = list(range(len(context.offers)))  # "anything but Monday"
    chosen = both or [*taken, *(index for index in sums.chosen if index not in taken)]
    return [index for index in chosen if index not in refused and not _is_blocked(blocked, context, index)]


def _yes_and_no(found: Sequence[Mention], speech: Speech) -> bool:
    """ "Thursday was fine, but something came up"; "Thursday is better, but neither is good"."""
    wanted = [mention for mention in found if mention.mood is not Mood.NO and not mention.hours]
    named = any(mention.sign != "spared" for mention in wanted)
    return named and speech.has("hindered", "none") and not speech.has("reschedule", "instead")


def _guessed(found: Sequence[Mention], named: bool, table: Table, speech: Speech) -> bool:
    """A perhaps is no choice; "2 would be better" may be the second, or the one at two."""
    if named and speech.has("tentative", "hedged"):
        return True
    if table.context.stage is Stage.OFFERED and _yes_and_no(found, speech):
        return True
    if any(mention.sign == "sadly" for mention in found):
        return True
    hours = {offer.hour % 12: at for at, offer in enumerate(table.offers)}
    rivals = [
        mention
        for mention in found
        for index in mention.options
        if table.text[mention.start : mention.end].isdecimal() and hours.get(index + 1, index) != index
    ]
    return any(
        table.text[mention.end :].lower().split()[:1] in [[word] for word in speech.judging] for mention in rivals
    )
