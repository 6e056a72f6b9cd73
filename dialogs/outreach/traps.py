"""Words that carriers take as an answer to themselves: nobody is told to send one, except to opt out or in."""

from __future__ import annotations

import re
from functools import cache

# Twilio's and AWS's default words, in every language; what they are called in the other languages is what firms there
# set up beside them, and what their people write.
EVERYWHERE = (
    *("cancel", "end", "optout", "quit", "revoke", "start", "stop", "stopall", "unstop", "unsubscribe", "yes"),
    "arret",
)
OWN = {
    "en": (),
    "de": ("stopp", "ende", "beenden", "abmelden", "ja"),
    "fr": ("arrêt", "arrêter", "fin", "désabonner", "oui"),
    "es": ("alto", "baja", "cancelar", "fin", "parar", "salir", "sí", "si"),
    "it": ("annulla", "basta", "cancella", "cancellami", "fine", "sì", "si"),
    "pt": ("cancelar", "fim", "parar", "sair", "sim"),
    "nl": ("afmelden", "einde", "stoppen", "uitschrijven", "ja"),
}
# "Reply back with …", "schreiben Sie uns einfach …": how people are told to answer.
_TOLD = {
    "en": (
        "answer|reply|respond|say|send|text|type|write",
        r"back|just|with|us|me|a\s+simple",
        "to|if|or|and|when|for",
    ),
    "de": (
        r"antworten?|schreiben?|schreibt?|senden?|schicken?|sagen?|simsen?|tippen?",
        r"sie|du|mir|uns|einfach|nur|bitte|mit|ein",
        "um|wenn|falls|oder|und|für|an",
    ),
    "fr": (
        r"répond\w*|écri\w*|envoy\w*|dites|dire|tap(?:ez|er)|text(?:ez|er)",
        r"-(?:moi|nous)|nous|moi|simplement|juste|par|avec|un",
        "pour|si|ou|et|quand|au",
    ),
    "es": (
        r"respond\w+|escrib\w+|env[ií]\w+|diga\w*|dig[ao]|mand\w+|contest\w+|tecle\w+",
        r"nos|me|simplemente|solo|sólo|con|un|por\s+favor",
        "para|si|o|y|cuando|al",
    ),
    "it": (
        r"rispond\w+|scriv\w+|invi\w+|mand\w+|dica|digit\w+",
        r"ci|mi|semplicemente|solo|con|un|per\s+favore",
        "per|se|o|e|quando|al",
    ),
    "pt": (
        r"respond\w+|escrev\w+|envi\w+|mand\w+|diga|digit\w+",
        r"-nos|-me|nos|me|simplesmente|só|apenas|com|um|por\s+favor",
        "para|se|ou|e|quando",
    ),
    "nl": (
        r"antwoord\w*|schrijf\w*|stuur\w*|sms|typ|zeg|zend",
        r"u|ons|me|mij|gewoon|even|met|een|graag|dan",
        "om|als|of|en|wanneer|naar",
    ),
}


def is_trap(answer: str, language: str) -> bool:
    """Would a carrier, or the firm's own keyword, take this one-word answer?"""
    return answer.strip().lower() in {*EVERYWHERE, *OWN.get(language, ())}


def told_to_send(text: str, language: str) -> str:
    """The trap word that a text tells people to send, or nothing."""
    found = _asking(language).search(text) or _asking("en").search(text)
    return found[1] if found else ""


@cache
def _asking(language: str) -> re.Pattern[str]:
    verbs, between, after = _TOLD.get(language, _TOLD["en"])
    words = "|".join(sorted({*EVERYWHERE, *OWN.get(language, ())}, key=len, reverse=True))
    return re.compile(
        rf"\b(?:{verbs})(?:[\s:]*(?:{between})\b)*[\s:]+[\"'“„‘«*_\s]*({words})\b(?!\s+(?!(?:{after})\b)\w)",
        re.IGNORECASE,
    )
