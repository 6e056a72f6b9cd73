"""A million texts nobody would write: none may raise, none may take long, and memory stays where it was."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import islice
from os import cpu_count

from benchmarks.rows import Row, below, step
from dialogs.understanding import Context, Stage, understand
from dialogs.understanding.datafiles import codes
from dialogs.understanding.language import language
from tests.understanding.sentences import Sentence, sentences

TEXTS = 1_000_000
LONGEST = 50.0  # ms
FLAT = 32.0  # MiB more at the end than after the first tenth
_SIGNS = [
    "\n",
    ".",
    ",",
    "?",
    "!",
    "-",
    ":",
    ";",
    "/",
    "3",
    "10",
    "31",
    "2026",
    "1430",
    "99999999",
    "👍",
    "3️⃣",
    "#2",
    "(",
    "'",
    "½",
    "²",
    "\u202e",
    "\x00",
]


async def measure() -> list[Row]:
    workers = cpu_count() or 1
    step(f"{TEXTS:,} texts in {workers} processes")
    with ProcessPoolExecutor(workers) as pool:
        found = list(pool.map(_many, range(workers), [TEXTS // workers] * workers))
    raised = [text for _, texts, _ in found for text in texts]
    for text in raised[:10]:
        step(f"raised: {text!r}")
    return [
        below("texts that raised", len(raised), "texts", 0),
        below("the slowest took", max(slowest for slowest, _, _ in found), "ms", LONGEST),
        below("memory grew by", max(grown for _, _, grown in found), "MiB", FLAT),
    ]


def _many(seed: int, count: int) -> tuple[float, list[str], float]:
    """The slowest in milliseconds of processor, the texts that raised, and by how much memory grew."""
    slowest, raised, early = 0.0, [], 0.0
    for number, (text, context) in enumerate(islice(_texts(seed), count)):
        begun = time.process_time()
        try:
            understand(text, context)
        except Exception:  # noqa: BLE001 – whatever it is, it is counted
            raised.append(text)
        slowest = max(slowest, 1000 * (time.process_time() - begun))
        if number == count // 10:
            early = _memory()
    return slowest, raised, _memory() - early


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _texts(seed: int) -> Iterator[tuple[str, Context]]:
    """Sentences of all languages mutated, words of all languages in any order, and letters of any kind."""
    dice = random.Random(seed)
    known = [sentence for code in codes() for sentence in sentences(code)]
    words = [word for code in codes() for word in sorted(language(code).known)]
    for sentence in known:
        understand(sentence.text, sentence.context)  # gets everything ready
    while True:
        sentence = dice.choice(known)
        context = replace(sentence.context, stage=dice.choice(list(Stage)), locale=dice.choice([None, *codes(), "xx"]))
        yield dice.choice(_WAYS)(dice, sentence, known, words), context


def _mutated(dice: random.Random, sentence: Sentence, known: list[Sentence], words: list[str]) -> str:
    text = sentence.text
    for _ in range(dice.randint(1, 5)):
        at = dice.randint(0, len(text))
        match dice.randint(0, 4):
            case 0:
                text = text[:at] + dice.choice(_SIGNS) + text[at:]
            case 1:
                text = text[:at] + text[at + dice.randint(1, 4) :]
            case 2:
                text = text[:at] + " " + dice.choice(words) + " " + text[at:]
            case 3:
                text = text[:at] + dice.choice(known).text[: dice.randint(0, 40)] + text[at:]
            case _:
                text = text[at:] + text[:at]
    return text


def _words(dice: random.Random, sentence: Sentence, known: list[Sentence], words: list[str]) -> str:
    return " ".join(dice.choice([dice.choice(words), dice.choice(_SIGNS)]) for _ in range(dice.randint(0, 40)))


def _letters(dice: random.Random, sentence: Sentence, known: list[Sentence], words: list[str]) -> str:
    top = dice.choice([0x7F, 0x17F, 0xFFFF, 0x10FFFF])
    letters = (chr(dice.randint(1, top)) for _ in range(dice.randint(0, 120)))
    return "".join(letter for letter in letters if not 0xD800 <= ord(letter) <= 0xDFFF)


_WAYS = (_mutated, _mutated, _mutated, _words, _letters)
