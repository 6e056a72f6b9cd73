"""That an assistant writes: said to everybody before anything else, in words that nobody can edit away."""

from __future__ import annotations

import re
import unicodedata

# The EU's AI Act, article 50, wants it said at the latest in the first message. So it stands here and not among the
# sentences for people to edit. `of_firm` is like "of Nordlys Talent".
_SENTENCES = {
    "en": "This is askARSAN, the automatic scheduling assistant {of_firm}.",
    "de": "Hier ist askARSAN, die automatische Terminassistenz {of_firm}.",
    "es": "Soy askARSAN, asistente automático de agenda {of_firm}.",
    "fr": "Ici askARSAN, l'assistance automatique pour les rendez-vous {of_firm}.",
    "it": "Qui askARSAN, l'assistente automatico per gli appuntamenti {of_firm}.",
    "nl": "Met askARSAN, de automatische planningsassistent {of_firm}.",
    "pt": "Aqui é askARSAN, assistente automático de agendamento {of_firm}.",
}
LANGUAGES = frozenset(_SENTENCES)


def disclosure(locale: str, of_firm: str) -> str:
    """In the reader's language; in English where it is not known here."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    sentence = _SENTENCES.get(language, _SENTENCES["en"])
    return f"{sentence.format(of_firm=of_firm).rstrip(' .')}."


def with_disclosure(text: str, sentence: str, first_name: str) -> str:
    """The text with the sentence before all else; only a greeting by name may stand before it.

    "Hi Ana, this is askARSAN, the automatic scheduling assistant of Nordlys Talent. Acme would like to meet you."
    """
    greeted = re.match(rf"((?:\w+ ){{1,2}}{re.escape(first_name)})[,:](\s+)(?=\S)", text) if first_name else None
    if greeted is None:
        return f"{sentence}\n\n{text}"
    between = "\n\n" if "\n" in greeted[2] else " "
    return f"{greeted[1]}, {sentence[0].lower()}{sentence[1:]}{between}{_as_begun(text[greeted.end() :])}"


def _as_begun(words: str) -> str:
    return re.sub(r"^([¿¡]?)(\w)", lambda found: found[1] + found[2].upper(), words)


def says_so(text: str) -> bool:
    """Does a text before which nothing can be put, since its vendor approved it word for word, say it itself?"""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return "askarsan" in plain and "automat" in plain
