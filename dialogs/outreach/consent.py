"""Stop means stop: the words that carriers, and everyone else, take as a wish to be left alone."""

from __future__ import annotations

import re
import unicodedata

# Twilio's default keywords, less CANCEL: to an assistant that books, that one means the interview. Then what firms set
# up beside them in other languages, less words that mean something else in any of ours: Italian "fine" is English too.
STOP = frozenset(
    {
        *("stop", "stopp", "stopall", "unsubscribe", "end", "quit", "revoke", "optout"),
        *("abmelden", "arret", "arrêt", "arretez", "arrêtez", "désabonner", "desabonner", "stoppez"),
        *("alto", "baja", "fin", "salir", "desuscribir", "basta", "disiscrivimi", "cancellami"),
        *("parar", "pare", "sair", "descadastrar", "afmelden", "stoppen", "uitschrijven"),
    }
)
# Around a keyword these change nothing: "ok, stop please".
FILLERS = frozenset(
    (
        "ok okay yes yeah no hi hey hello pls please thanks thank you now just i said it this all"
        " ja nein hallo bitte danke jetzt einfach oui bonjour merci svp stp s il vous te plaît plait maintenant"
        " sí si hola por favor gracias ya ahora per favore grazie ciao ora subito sim olá ola oi obrigado obrigada já"
        " agora nee hoi graag alsjeblieft alstublieft aub bedankt dank u wel nu"
    ).split()
)


def says_stop(text: str) -> bool:
    """Is the message nothing but a keyword, in any case or dress? What is said in a sentence is for the reader."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"[^\W\d_]+", "".join(c for c in plain if unicodedata.category(c) != "Cf"))
    told = [word for word in words if word not in FILLERS]
    return bool(told) and all(word in STOP for word in told)
