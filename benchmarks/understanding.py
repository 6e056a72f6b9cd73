"""What reading costs: texts a second and the slowest, beside dateparser on the same texts in the same run.

Both are given the language, and both look for the times within a message: dateparser's `parse` takes the whole text for
one date and gives up at once, so it is its `search_dates` that is measured.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from statistics import quantiles
from typing import Any

from dateparser.search import search_dates  # type: ignore[import-untyped]

from benchmarks.rows import Row, at_least, at_most, below, compared, step
from dialogs.understanding import understand
from dialogs.understanding.datafiles import codes
from tests.understanding.sentences import Sentence, sentences

ROUNDS = 3
_THEIRS = "dateparser.search, language given"
FASTER = 2.5  # times dateparser
PER_SECOND = 2000
SLOWEST = 5.0  # ms, for ninety-nine in a hundred
GROWTH = 12.0  # times the work for ten times the text


async def measure() -> list[Row]:
    texts = {code: list(sentences(code)) for code in codes()}
    everything = [sentence for code in texts for sentence in texts[code]]
    step(f"{len(everything)} texts in {len(texts)} languages")
    started = time.process_time()
    for code in texts:
        _read(texts[code][0])
    rows = [Row("getting ready, all languages", time.process_time() - started, "s")]
    ours = {code: _speed(_read, texts[code]) for code in texts}
    theirs = {code: _speed(_parse(code), texts[code]) for code in texts}
    rows += [compared(f"texts a second, {code}", ours[code], "/s", _THEIRS, theirs[code]) for code in texts]
    whole = len(everything) / sum(len(texts[code]) / ours[code] for code in texts)
    other = len(everything) / sum(len(texts[code]) / theirs[code] for code in texts)
    rows.append(at_least("texts a second, all languages", whole, "/s", _THEIRS, other, FASTER))
    rows.append(
        Row("texts a second, all languages, by itself", whole, "/s", aim=f"≥ {PER_SECOND}/s", held=whole >= PER_SECOND)
    )
    rows.append(below("99 in 100 take at most", _slowest(everything), "ms", SLOWEST))
    rows += [_growth(texts), Row("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")]
    return rows


def _read(sentence: Sentence) -> object:
    return understand(sentence.text, sentence.context)


def _parse(code: str) -> Callable[[Sentence], object]:
    def parse(sentence: Sentence) -> object:
        base: Any = {"RELATIVE_BASE": sentence.context.now.replace(tzinfo=None)}
        try:
            return search_dates(sentence.text, languages=[code], settings=base)
        except Exception:  # noqa: BLE001 – it raises on some texts; that, too, takes its time
            return None

    return parse


def _speed(read: Callable[[Sentence], object], texts: Sequence[Sentence]) -> float:
    """Texts a second of one processor, the best of some rounds."""
    for sentence in texts[:50]:
        read(sentence)
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        for sentence in texts:
            read(sentence)
        best = min(best, time.process_time() - begun)
    return len(texts) / best


def _slowest(texts: Sequence[Sentence]) -> float:
    took = []
    for sentence in texts:
        begun = time.process_time()
        _read(sentence)
        took.append(1000 * (time.process_time() - begun))
    return quantiles(took, n=100)[-1]


def _growth(texts: dict[str, list[Sentence]]) -> Row:
    """A long message, and one ten times as long."""
    english = texts["en"]
    line = ". ".join(sentence.text for sentence in english[:8])[:390]
    context = english[0].context
    short = _speed(lambda _: understand(line, context), english[:40])
    long = _speed(lambda _: understand(line * 10, context), english[:40])
    return at_most("a text ten times as long", 1 / long * 1000, "ms", "once", 1 / short * 1000, GROWTH)
