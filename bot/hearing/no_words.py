"""What comes in and is no word to act on: a machine's note, what anybody could have sent, files that nobody opens."""

from __future__ import annotations

from collections.abc import Sequence

from bot.facts.case import Case, cases_of
from bot.facts.looking import Look
from bot.hearing.reading import read_alone
from bot.records import messages, work
from bot.records.messages import MessageRow
from bot.records.people import PersonRow
from bot.taking import in_daylight
from bot.turn import SAY, Turn
from dialogs.negotiation.effects import Kind, Part, Reader, Say
from dialogs.negotiation.events import Heard
from dialogs.understanding.meaning import Act, Understanding


def is_one(message: MessageRow) -> bool:
    return message.automatic or message.doubtful or _is_only_files(message)


def _is_only_files(message: MessageRow) -> bool:
    return bool(message.files) and not message.text.strip() and message.reply is None


async def without_notes(turn: Turn, person: PersonRow, heard: Sequence[MessageRow], seen: Look) -> list[MessageRow]:
    """A machine's note is never answered, and no answer: whoever it speaks for is left alone until they are back."""
    for note in heard:
        if note.automatic:
            await _hear_note(turn, person, note, seen)
    return [message for message in heard if not message.automatic]


async def only_theirs(turn: Turn, person: PersonRow, heard: Sequence[MessageRow]) -> list[MessageRow]:
    """What is surely theirs and to be read. Of the rest nothing is done but to say so."""
    if doubtful := [message for message in heard if message.doubtful]:
        await _ask_if_it_was_them(turn, person, doubtful)
    files = [message for message in heard if _is_only_files(message) and not message.doubtful]
    await _say_files_are_unread(turn, person, files)
    return [message for message in heard if message not in doubtful and message not in files]


async def _hear_note(turn: Turn, person: PersonRow, note: MessageRow, seen: Look) -> None:
    if not person.opted_out_at:
        # Its headers say what it is; its words need not.
        meaning = read_alone(turn.house, person, f"Automatic reply: {note.text}", note.at)
        away = Understanding((Act.AUTO_REPLY,), back_at=meaning.back_at, language=meaning.language, confidence=1.0)
        thread = await messages.answered_by(turn.session, note)
        cases = [case for case in await cases_of(turn.session, person) if not case.state.over]
        for case in [each for each in cases if each.row.id == thread] or cases:
            await turn.happen(case.row, Heard(case.party(person.id), away, note.text), seen)


async def _ask_if_it_was_them(turn: Turn, person: PersonRow, doubtful: Sequence[MessageRow]) -> None:
    """Once a day: whoever sends in somebody's name shall not have us fill their mailbox."""
    turn.log("doubtful_mail", person=person.id)
    key = f"is_it_you/{person.id}/{turn.now.date()}"
    if await work.effect(turn.session, key):
        return
    cases = [case for case in await cases_of(turn.session, person) if not case.state.over]
    asks = not person.opted_out_at and not any(case.state.human for case in cases)
    said = "\n".join(message.text for message in doubtful)
    if asks:
        say_alone(turn, person, key, Kind.ANSWER, Part("is_it_you"))
    if cases and said:
        told = {"who": person.name, "said": said, "asked": "yes" if asks else ""}
        _tell_recruiter(turn, cases[-1], f"{key}.told", Part("doubtful_mail", words=told))


async def _say_files_are_unread(turn: Turn, person: PersonRow, files: Sequence[MessageRow]) -> None:
    """Once an hour, however many pictures come. While a person holds the thread, they are told to look."""
    key = f"files/{person.id}/{turn.now:%Y-%m-%dT%H}"
    if not files or person.opted_out_at or await work.effect(turn.session, key):
        return
    cases = [case for case in await cases_of(turn.session, person) if not case.state.over]
    if held := [case for case in cases if case.state.human]:
        told = {"who": person.name, "to": files[-1].channel}
        _tell_recruiter(turn, held[-1], key, Part("file_arrived", words=told))
    else:
        say_alone(turn, person, key, Kind.ANSWER, Part("file_not_read"))


def say_alone(turn: Turn, person: PersonRow, key: str, kind: Kind, part: Part, *, last_word: bool = False) -> None:
    """A word to somebody that is about no interview in particular."""
    reader = Reader.CANDIDATE if person.role == "candidate" else Reader.HOST
    say = SAY.dump_python(Say(reader, kind, (part,), last_word=last_word), mode="json")
    turn.begin(key, "say", say, person.id, None)


def _tell_recruiter(turn: Turn, case: Case, key: str, part: Part) -> None:
    say = SAY.dump_python(Say(Reader.RECRUITER, Kind.ANSWER, (part,)), mode="json")
    turn.begin(key, "say", say, case.recruiter.id, case.row.id, in_daylight(turn, case.recruiter))
