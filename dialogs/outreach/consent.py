"""Stop means stop: the words that carriers, and everyone else, take as a wish to be left alone."""

from __future__ import annotations

import re
import unicodedata

# Twilio's default keywords, less CANCEL: to an assistant that books, that one means the interview.
STOP = frozenset({"stop", "stopp", "stopall", "unsubscribe", "end", "quit", "revoke", "optout"})
# Around a keyword these change nothing: "ok, stop please".
FILLERS = frozenset("ok okay yes yeah no hi hey hello pls please thanks thank you now just i said it this all".split())


def says_stop(text: str) -> bool:
    """Is the message nothing but a keyword, in any case or dress? What is said in a sentence is for the reader."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"[^\W\d_]+", "".join(c for c in plain if unicodedata.category(c) != "Cf"))
    told = [word for word in words if word not in FILLERS]
    return bool(told) and all(word in STOP for word in told)
