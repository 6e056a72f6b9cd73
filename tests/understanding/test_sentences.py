"""Every sentence of the data files means what it says there; what is known to fail is listed until it passes."""

from __future__ import annotations

import pytest

from dialogs.understanding.datafiles import codes
from tests.understanding.sentences import ROOT, Sentence, differences, known_failures, sentences

LANGUAGES = sorted(folder.name for folder in ROOT.iterdir())
ALL = [sentence for code in LANGUAGES for sentence in sentences(code)]
KNOWN = {(code, text) for code in LANGUAGES for text in known_failures(code)}


@pytest.mark.parametrize("sentence", ALL, ids=lambda sentence: sentence.name)
def test_a_sentence_means_what_the_file_says(sentence: Sentence) -> None:
    found = differences(sentence)
    if (sentence.code, sentence.text) in KNOWN:
        assert found, "it passes now: take it off known_failures.yaml"
    else:
        assert not found, "\n".join(found)


def test_every_known_failure_is_a_sentence() -> None:
    assert {(sentence.code, sentence.text) for sentence in ALL} >= KNOWN


@pytest.mark.parametrize("code", codes())
def test_there_are_enough_sentences(code: str) -> None:
    assert sum(sentence.code == code for sentence in ALL) >= 200
