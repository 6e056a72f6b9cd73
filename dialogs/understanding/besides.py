"""Is a time said besides what was said before ("Friday works too"), or instead of it?"""

from __future__ import annotations

from collections.abc import Sequence

from dialogs.understanding.availability import Sign
from dialogs.understanding.language import Language
from dialogs.understanding.mentions import Mention, Mood
from dialogs.understanding.tokens import Piece
from dialogs.understanding.units import units


def adds(pieces: Sequence[Piece], found: Sequence[Mention], shown: Sequence[Sign], language: Language) -> bool:
    """Only where no other time of the same message is what it comes to: not in "Tuesday, and also Wednesday"."""
    wanted = [mention for mention in found if mention.mood is not Mood.NO]
    if not wanted:
        return False
    if _begins(pieces, language) and wanted[0] is found[0]:
        return True
    apart = any(sign.name == "works" and wanted[0].at < sign.at < wanted[-1].at for sign in shown)
    return not apart and any(_joins(pieces, wanted, sign, language) for sign in shown if sign.name == "adds")


def _begins(pieces: Sequence[Piece], language: Language) -> bool:
    """ "Or Thursday after 2", "plus Friday"."""
    first = next((piece.word for piece in pieces if piece.word not in language.lists["fillers"]), "")
    return first in language.lists["adding"]


def _joins(pieces: Sequence[Piece], wanted: Sequence[Mention], sign: Sign, language: Language) -> bool:
    following = pieces[sign.end].word if sign.end < len(pieces) else ""
    if following in language.lists["too_what"]:
        return False
    before = [mention for mention in wanted if mention.at < sign.at]
    if not before:
        return True
    close = any(0 <= mention.at - sign.end <= 1 for mention in wanted)
    parted = any(piece.word == "," for piece in pieces[before[-1].at : sign.at])
    return not close and not parted and len(units(before)) == 1
