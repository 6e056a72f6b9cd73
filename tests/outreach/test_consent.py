"""A keyword is a wish to be left alone in any language and any dress; a word in a sentence is for the reader."""

from __future__ import annotations

import pytest

from dialogs.outreach.consent import says_stop


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "Stop!", "ok, stop please", "ＳＴＯＰ", "s\u200btop"),
        *("Stopp", "STOPP bitte!", "abmelden", "Bitte abmelden, danke"),
        *("ARRET", "Arrêt svp", "stop s'il vous plaît", "Arrêtez maintenant"),
        *("BAJA", "Alto, por favor", "salir", "baja ya"),
        *("Basta!", "stop grazie", "cancellami per favore"),
        *("PARAR", "sair", "Parar, obrigada", "pare agora"),
        *("afmelden aub", "Stoppen", "stop alstublieft"),
    ],
)
def test_a_keyword_stops(text: str) -> None:
    assert says_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "ok", "no", "thanks", "cancel", "CANCELAR", "fine", "Fine, thanks"),
        *("I'll stop by at 3", "don't stop the process", "the bus stop", "non stop"),
        *("fin de semaine", "bis Ende März", "baja por enfermedad el lunes", "não parar o processo", "alto nivel"),
        *("ja", "si", "sí, gracias", "oui merci", "ja graag", "sim", "per favore"),
    ],
)
def test_other_words_do_not(text: str) -> None:
    assert not says_stop(text)
