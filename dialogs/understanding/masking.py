"""A message for eyes outside the house: names and contacts hidden, everything else left where it stands.

Whom the message is about is known and hidden wherever they are named. Others are found by how people write names: after
a greeting, a title or "my name is", as a signature, as two capitals side by side. Better a word too many than one too
few, so a capital in such a place is hidden unless the grammar knows the word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from dialogs.understanding.meaning import Act, Context
from dialogs.understanding.reader import understand

NAME, EMAIL, PHONE, LINK, NUMBER = "[name]", "[email]", "[phone]", "[link]", "[number]"
MASKS = (NAME, EMAIL, PHONE, LINK, NUMBER)

# Each part of a pattern is bounded, so no text can make one slow.
_CONTACTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://\S{1,2000}|\bwww\.\S{1,2000}", re.IGNORECASE), LINK),
    (re.compile(r"[\w.+%-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}", re.IGNORECASE), EMAIL),
    (re.compile(r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.(?:com|org|net|io|dev|app|info|example)\b\S{0,500}"), LINK),
    (re.compile(r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.[a-z]{2,6}/\S{0,500}", re.IGNORECASE), LINK),
    (re.compile(r"(?<![\w\]])@[A-Za-z_][\w.]{2,40}"), NAME),
    # A card, an account, a passport: no time has so many digits in a row.
    (re.compile(r"\b[A-Z]{0,2}\d{2,4}(?:[ -]?\d{4}){2,6}(?: \d{1,3})?\b"), NUMBER),
    (re.compile(r"(?:\+|\b00)\d(?:[ ()./-]{0,3}\d){6,14}"), PHONE),
    (re.compile(r"\(\d{2,5}\)[ ./-]{0,2}\d(?:[ ./-]?\d){4,10}|\b0\d{2,5}(?:[ ./-]{1,3}\d{2,8}){1,4}\b"), PHONE),
    (re.compile(r"\b\d{3}[ .-]\d{3,4}[ .-]\d{3,4}\b"), PHONE),
    (re.compile(r"\b[A-Z]{0,3}\d{7,}\b"), NUMBER),
)
_CAPITAL = r"[^\W\d_a-zà-öø-ÿ][^\W\d_]+(?:['’-][^\W\d_]+)*"
_NAMES = rf"{_CAPITAL}(?: (?:(?:de|da|do|dos|van|von|der|den|la|le|el|al|bin) ){{0,2}}{_CAPITAL}){{0,3}}"
_BEFORE_A_NAME = (
    "hi|hello|hey|dear|hallo|liebe|lieber|liebes|moin|servus|bonjour|bonsoir|salut|cher|chère|hola|estimado|estimada"
    "|olá|ola|oi|caro|cara|prezado|prezada|ciao|gentile|beste|geachte|hoi|dag|thanks|danke|merci|gracias|obrigado"
    "|obrigada|grazie|bedankt|best|regards|greetings|cheers|grüße|gruß|saludos|abraço|saluti|cordialement|groeten|groet"
    r"|mr\.?|mrs\.?|ms\.?|miss|dr\.?|prof\.?|herr|herrn|frau|monsieur|madame|mme|mlle|señor|señora|sr\.?|sra\.?|senhor"
    "|senhora|signor|signora|sig\\.?|meneer|mevrouw|dhr\\.?|mw\\.?"
    "|my name is|name is|i am|i'm|this is|it's|ich heiße|ich bin|mein name ist|hier ist|je m'appelle|je suis|me llamo"
    "|mi nombre es|soy|me chamo|meu nome é|sou|mi chiamo|sono|ik heet|mijn naam is|ik ben"
    "|with|from|for|by|and|mit|von|für|und|avec|pour|et|con|para|com|y|e|met|voor|van|en|zu|named|called|about"
)
_NAMED = re.compile(rf"(?<!\w)(?i:{_BEFORE_A_NAME})[ ,]{{1,2}}(?P<name>{_NAMES})")
_ROW = re.compile(rf"(?<!\w)(?P<name>{_CAPITAL}(?: {_CAPITAL}){{1,3}})(?!\w)")
_SIGNATURE = re.compile(rf"^[ –-]*(?P<name>{_NAMES})[ .,]*$")
# Names that are also words people need to say anything at all: hidden only as a name is written.
_ALSO_WORDS = frozenset("will may mark june april august rose grace hope art sun an so in de van von la el".split())
# Never names, not even in a headline.
_SMALL = frozenset(
    "or and at after before from to until till between on in the is are was any all works work can could would please "
    "what about how which when for with my our your not no yes ok me us we it".split()
)
_SOME_DAY = Context(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))


def masked(text: str, names: Collection[str] = ()) -> str:
    """The text with a word in brackets for each name and contact. No letter of what is left is changed."""
    for pattern, mask in _CONTACTS:
        text = pattern.sub(mask, text)
    parts = {part for name in names for part in (name, *re.split(r"[\s,]+", name))}
    for part in sorted(parts, key=len, reverse=True):
        text = _without(part, text)
    for pattern in (_NAMED, _ROW, _SIGNATURE):
        text = pattern.sub(_hidden, text)
    return text


def _without(name: str, text: str) -> str:
    """With or without its accents, in whatever case."""
    if len(name) < 2:
        return text
    how = re.NOFLAG if name.lower() in _ALSO_WORDS else re.IGNORECASE
    found = re.finditer(rf"(?<!\w){re.escape(_bare(name))}(?!\w)", _bare(text), flags=how)
    for each in reversed(list(found)):
        text = f"{text[: each.start()]}{NAME}{text[each.end() :]}"
    return text


def _bare(text: str) -> str:
    """Each letter without its accent, in its place."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text)


def _hidden(found: re.Match[str]) -> str:
    """The names in what may be names; a word the grammar knows is none."""
    words = found["name"].split(" ")
    unknown = [not _is_known(word) for word in words]
    if not found.start("name") and len(words) > 1 and not unknown[1]:
        unknown[0] = False  # every sentence begins with a capital: "Does Tuesday work?"
    left, right = found.start("name") - found.start(), found.end("name") - found.start()
    shown = " ".join(NAME if hide else word for word, hide in zip(words, unknown, strict=True))
    return f"{found.group()[:left]}{shown}{found.group()[right:]}"


@lru_cache(maxsize=4096)
def _is_known(word: str) -> bool:
    return word.lower() in _SMALL or understand(word, _SOME_DAY).acts != (Act.UNCLEAR,)
