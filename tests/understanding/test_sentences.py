"""Every sentence of the data files means what it says there; what is known to fail is listed until it passes."""

from __future__ import annotations

from itertools import groupby

import pytest

from dialogs.understanding.datafiles import codes
from tests.understanding.sentences import ROOT, Sentence, differences, known_failures, sentences

LANGUAGES = sorted(folder.name for folder in ROOT.iterdir())
ALL = [sentence for code in LANGUAGES for sentence in sentences(code)]
KNOWN = {(code, text) for code in LANGUAGES for text in known_failures(code)}


FILES = {file: tuple(those) for file, those in groupby(ALL, key=lambda sentence: sentence.file)}


@pytest.mark.parametrize("file", FILES)
def test_each_sentence_means_what_its_file_says(file: str) -> None:
    """A file at a time: nine thousand tests of a millisecond each would cost more than what they test."""
    faults = [fault for sentence in FILES[file] for fault in _faults(sentence)]
    assert not faults, "\n".join(faults)


def _faults(sentence: Sentence) -> list[str]:
    found = differences(sentence)
    if (sentence.code, sentence.text) not in KNOWN:
        return [f"{sentence.text}: {each}" for each in found]
    return [] if found else [f"{sentence.text}: it passes now, take it off known_failures.yaml"]


def test_every_known_failure_is_a_sentence() -> None:
    assert {(sentence.code, sentence.text) for sentence in ALL} >= KNOWN


@pytest.mark.parametrize("code", codes())
def test_there_are_enough_sentences(code: str) -> None:
    assert sum(sentence.code == code for sentence in ALL) >= 200
