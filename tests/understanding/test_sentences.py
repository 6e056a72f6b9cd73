"""Every sentence of the data files means what it says there; what is known to fail is listed until it passes."""

from __future__ import annotations

import pytest

from tests.understanding.sentences import Sentence, differences, known_failures, sentences

ALL = list(sentences("en"))
KNOWN = known_failures("en")


@pytest.mark.parametrize("sentence", ALL, ids=lambda sentence: sentence.name)
def test_a_sentence_means_what_the_file_says(sentence: Sentence) -> None:
    found = differences(sentence)
    if sentence.text in KNOWN:
        assert found, "it passes now: take it off known_failures.yaml"
    else:
        assert not found, "\n".join(found)


def test_every_known_failure_is_a_sentence() -> None:
    assert {sentence.text for sentence in ALL} >= KNOWN


def test_there_are_enough_sentences() -> None:
    assert len(ALL) >= 250
