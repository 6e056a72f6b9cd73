"""What somebody wrote themselves: without what they quoted, forwarded or signed with, whatever wrote their mail.

Our own offers in a quote must never become a choice, so in doubt a line counts as quoted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from mailparser_reply.parser import EmailMessage

from integrations.channels.email.words import FENCE

LONGEST = 20_000  # characters that are read of an answer; nobody writes more about a time
WIDEST = 400  # characters of a line that the patterns are let loose on

# What habits.yaml does not know. Not Japanese: its patterns are English ones, and cut "From: 10:00, To: 12:00".
ELSEWHERE = ("cs", "da", "ko", "sv", "zh")

QUOTED = re.compile(r"\s*[A-Z]{0,3}>")  # some put initials before the mark
FENCED = re.compile(rf"[\s*|]*{re.escape(FENCE)}")
# "---------- Forwarded message ---------", in any language, and the long line Outlook draws above what it quotes.
RULED = re.compile(r"\s*[*]?-{4,}\s*\w.{0,60}\w\W{0,2}\s*-{4,}[*]?\s*|\s*_{20,}\s*")
KEPT = "\n\u200c\u200d"  # the last two hold letters of some scripts together, and families of emoji
DATED = re.compile(r"\d{1,2}[:.h]\d{2}|\b20\d\d\b|\S@\S")
SIGNATURE = re.compile(r"\s*(?:--|—|__+)\s*")
AFTERTHOUGHT = re.compile(r"\s*P\.?\s?S\.?\s*[:.,–-]?\s", re.IGNORECASE)
BELOW_A_NAME = 15  # lines at most that a signature has


@dataclass(frozen=True)
class Habits:
    """The patterns of all languages together: people answer in one with a program that speaks another."""

    wrote: re.Pattern[str]
    opens: re.Pattern[str]
    origin: re.Pattern[str]
    beside: re.Pattern[str]
    subject: re.Pattern[str]
    sent_from: re.Pattern[str]
    signs_off: re.Pattern[str]
    thanks: re.Pattern[str]
    for_lawyers: re.Pattern[str]
    away: re.Pattern[str]
    passed_on: re.Pattern[str]


@cache
def habits() -> Habits:
    text = (files("integrations.channels.email") / "habits.yaml").read_text("utf-8")
    languages: Mapping[str, Mapping[str, str | Sequence[str]]] = yaml.safe_load(text)

    def either(*keys: str) -> str:
        found: list[str] = []
        for language in languages.values():
            for key in keys:
                said = language[key]
                found += [said] if isinstance(said, str) else said
        return f"(?:{'|'.join(dict.fromkeys(found))})"

    def pattern(form: str) -> re.Pattern[str]:
        return re.compile(form, re.IGNORECASE)

    return Habits(
        wrote=pattern(rf"\b{either('wrote')}\b"),
        opens=pattern(rf"\s*(?:{either('opens')}\s|\d|.{{0,80}}<?\S{{1,80}}@\S)"),
        origin=pattern(rf"[\s*]*{either('from')}\s*:[\s*]*\S"),
        beside=pattern(rf"[\s*]*{either('besides')}\s*:"),
        subject=pattern(rf"[\s*]*{either('subject')}\s*:"),
        sent_from=pattern(rf"\s*{either('sent_from')}\s*"),
        signs_off=pattern(rf"\s*{either('signs_off')}\s*[,.!]*\s*"),
        thanks=pattern(rf"\s*{either('thanks')}\s*[,.!]*\s*"),
        for_lawyers=pattern(
            rf"[\s*\[_=-]*(?:{either('confidential')}|(?:{either('caution')}\s*[:!\]].{{0,80}}|{either('caution')})"
            rf".{{0,400}}{either('outside')})"
        ),
        away=pattern(rf"\s*(?:\[[^\]]{{0,40}}\]\s*)?{either('away')}\b"),
        passed_on=pattern(rf"\s*{either('passed_on')}\s*:\s*"),
    )


def own_words(text: str, name: str = "") -> str:
    """The writer's own words, those between and below what they quote included. `name`: who they say they are."""
    lines = _tidy(text)
    lines = lines[: _end(lines)]
    introductions = _introductions(lines)
    lines = [line for index, line in enumerate(lines) if index not in introductions]
    own = [line for line in _known_elsewhere(lines) if not QUOTED.match(line)]
    return _joined(_unsigned(_without_small_print(own), name))


def _tidy(text: str) -> list[str]:
    """Lines without what nobody sees, none so long that a pattern would take for ever over it."""
    text = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text[: 2 * LONGEST])
    seen = "".join(" " if unicodedata.category(each) == "Zs" or each == "\t" else each for each in text)
    kept = "".join(each for each in seen if each in KEPT or unicodedata.category(each) not in ("Cc", "Cf", "Cs"))
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept.split("\n")))[:LONGEST]
    return [part for line in kept.split("\n") for part in _narrow(line)]


def _narrow(line: str) -> Iterator[str]:
    mark = QUOTED.match(line)
    while len(line) > WIDEST:
        cut = line.rfind(" ", WIDEST // 2, WIDEST)
        cut = cut if cut > 0 else WIDEST
        yield line[:cut]
        line = (mark.group() if mark else "") + line[cut:].lstrip()
    yield line


def _end(lines: Sequence[str]) -> int:
    """Where everything that follows is somebody else's."""
    return next((index for index in range(len(lines)) if _ends_at(lines, index)), len(lines))


def _ends_at(lines: Sequence[str], index: int) -> bool:
    line = lines[index]
    if QUOTED.match(line):
        return False  # somebody may answer below it
    if FENCED.match(line) or RULED.fullmatch(line) or habits().passed_on.fullmatch(line) or _heads_a_mail(lines, index):
        return True
    start = _introduced_until(lines, index)
    return start is not None and not _quoted_next(lines, start)


def _heads_a_mail(lines: Sequence[str], index: int) -> bool:
    """From, Sent, To, Subject, as programs put them above a mail they quote without marks.

    People write "From: 10:00, To: 12:00" as well, but not with a subject, or an address.
    """
    said = habits()
    if not said.origin.match(lines[index]) and not said.beside.match(lines[index]):
        return False
    here = [line for line in lines[index : index + 8] if line.strip()][:6]
    origins = [line for line in here if said.origin.match(line)]
    beside = [line for line in here if said.beside.match(line)]
    a_mails = any("@" in line for line in origins) or any(said.subject.match(line) for line in here)
    return bool(origins and beside and a_mails)


def _introduced_until(lines: Sequence[str], index: int) -> int | None:
    """The last line of "On Tuesday Maria wrote:", which programs break over several; None if none begins here."""
    said = habits()
    if not said.opens.match(lines[index]):
        return None
    for last in range(index, min(index + 4, len(lines))):
        line = lines[last].rstrip(" *")
        if not line or QUOTED.match(line) or (last > index and said.opens.match(line) and not _goes_on(line)):
            return None
        if line.endswith((":", "：")):
            whole = " ".join(lines[index : last + 1])
            return last if said.wrote.search(whole) and DATED.search(whole) else None
    return None


def _goes_on(line: str) -> bool:
    """An address or a number may begin a later line of it; another "On …" begins another."""
    return bool(re.match(r"\s*(?:\d|<|\S*@)", line)) or "@" in line


def _quoted_next(lines: Sequence[str], index: int) -> bool:
    following = (line for line in lines[index + 1 :] if line.strip())
    return bool(QUOTED.match(next(following, "")))


def _introductions(lines: Sequence[str]) -> set[int]:
    """The lines that only introduce a quote with marks."""
    found: set[int] = set()
    for index in range(len(lines)):
        last = _introduced_until(lines, index)
        if last is None and _in_a_foreign_tongue(lines, index):
            last = index
        if last is not None and _quoted_next(lines, last):
            found.update(range(index, last + 1))
    return found


def _in_a_foreign_tongue(lines: Sequence[str], index: int) -> bool:
    """Whatever the verb: a line with a date and a colon at its end, right above a quote."""
    line = lines[index].rstrip(" *")
    return not QUOTED.match(line) and line.endswith((":", "：")) and bool(DATED.search(line))


def _known_elsewhere(lines: Sequence[str]) -> Sequence[str]:
    """The lines before what programs in still other languages quote, and between it where it has marks."""
    text = "\n".join(lines)
    parsed = EmailMessage(text, languages=list(ELSEWHERE), include_english=False, keep_hyphen_lists=True).read()
    kept: list[str] = []
    for reply in parsed.replies:
        body = reply.content.replace(reply.headers, "", 1) if reply.headers else reply.content
        own = body.splitlines()
        if reply.headers and not _quoted_next(own, -1):
            break
        kept += own
    return kept


# Below their own words


def _without_small_print(lines: Sequence[str]) -> list[str]:
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines))
    return "\n\n".join(each for each in paragraphs if not habits().for_lawyers.match(each.lstrip())).split("\n")


def _unsigned(lines: list[str], name: str) -> list[str]:
    for index, line in enumerate(lines):
        if _signs(lines, index, name):
            return lines[:index] + _afterthought(lines[index + 1 :])
        if SIGNATURE.fullmatch(line) or (len(line) < 100 and habits().sent_from.fullmatch(line)):
            return lines[:index]
    return lines


def _signs(lines: Sequence[str], index: int, name: str) -> bool:
    """Is this the line above a name? "Thanks" may be, or "Thanks", and on the next line what they wanted to say."""
    said, line = habits(), lines[index]
    below = [each for each in lines[index + 1 :] if each.strip()]
    if not any(each.strip() for each in lines[:index]) or len(below) > BELOW_A_NAME:
        return False
    if said.signs_off.fullmatch(line):
        return True
    return bool(said.thanks.fullmatch(line)) and bool(below) and _is_named(below[0], name)


def _is_named(line: str, name: str) -> bool:
    known = {word for word in _folded(name).split() if len(word) > 1}
    return len(line) < 60 and bool(known & set(_folded(line).split())) and not re.search(r"\d", line)


def _folded(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words).casefold()
    return re.sub(r"[^\w]+", " ", "".join(each for each in plain if not unicodedata.combining(each)))


def _afterthought(lines: Sequence[str]) -> list[str]:
    start = next((index for index, line in enumerate(lines) if AFTERTHOUGHT.match(line)), None)
    return ["", *lines[start:]] if start is not None else []


def _joined(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
