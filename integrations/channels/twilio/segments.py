"""How an SMS is counted: in segments of GSM-7 or, from the first character that has no place there, of UCS-2."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# GSM 03.38. What stands in the extension table takes two places.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")

# Typography that a phone shows no better, and that alone would more than halve what fits a segment.
PLAIN = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\t": " ",
    }
)


class Alphabet(StrEnum):
    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


# How many places there are: alone, and in each of several, which also carry how they belong together.
ROOM = {Alphabet.GSM7: (160, 153), Alphabet.UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Count:
    alphabet: Alphabet
    places: int
    segments: int


def count(text: str) -> Count:
    alphabet = Alphabet.GSM7 if fits_gsm(text) else Alphabet.UCS2
    widths = [_width(character, alphabet) for character in text]
    alone, each = ROOM[alphabet]
    return Count(alphabet, sum(widths), 1 if sum(widths) <= alone else _packed(widths, each))


def fits_gsm(text: str) -> bool:
    return all(character in BASIC or character in EXTENDED for character in text)


def sparing(text: str) -> str:
    """The same with plain quotes and dashes, where nothing but those stood against GSM-7; else as it is."""
    plain = text.translate(PLAIN)
    return plain if fits_gsm(plain) else text


def _width(character: str, alphabet: Alphabet) -> int:
    wide = character in EXTENDED if alphabet is Alphabet.GSM7 else ord(character) > 0xFFFF
    return 2 if wide else 1


def _packed(widths: list[int], room: int) -> int:
    """Neither an escape nor half an emoji stays alone at the end of a segment: the pair goes into the next one."""
    segments, used = 1, 0
    for width in widths:
        if used + width > room:
            segments, used = segments + 1, 0
        used += width
    return segments
