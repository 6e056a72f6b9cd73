"""Scripts and answers of tasks in every language: each way they can be filled in names the same, and is a script."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest

from dialogs.negotiation.effects import TaskOutcome
from dialogs.wording import Wording
from tests.wording.test_languages import BERLIN, BOOK, LOCALES, NAMES, SITUATIONS, START, pieces

WORDS = {
    "who": "Vwho",
    "by": "Vby",
    "zone": "Vzone",
    "clock": "09:00",
    "due": "Vdue",
    "phone": "+351 912",
    "linkedin": "https://www.linkedin.com/in/v",
}
SLOTS = [{"start": START, "there": "Vthere", "label": "Wed 4 March, 14:00 (15:00)"}] * 3
DOES = [{"does": each.value} for each in TaskOutcome if each.value not in ("took", "wrote", "settled")]


def filled(locale: str) -> Iterator[tuple[str, Wording]]:
    for note, daytime, purpose, party in product(
        ("", "gone", "unclear"), ("morning", "afternoon", "evening"), ("find", "tell"), ("candidate", "host")
    ):
        for slots, status, via in ((SLOTS, "offered", "phone"), ([], "cancelled", "linkedin"), ([], "confirmed", "")):
            words = {**WORDS, "note": note, "daytime": daytime, "purpose": purpose, "party": party, "via": via}
            words |= {"slots": str(len(slots) or ""), "there": "Vthere" if status == "confirmed" else ""}
            words |= {"elsewhere": "yes" if slots else ""}
            yield f"task {note} {daytime} {purpose} {status}", said("task", locale, words, [*slots, *DOES], status)
            yield "task_by_words", said("task_by_words", locale, words)
    for outcome, reason, tries in product(("", *TaskOutcome), ("no_channel", "undelivered", "no_reply"), ("", "2")):
        words = {**WORDS, "outcome": outcome, "reason": reason, "tries": tries}
        for each in ("task_about", "task_done"):
            yield f"{each} {outcome} {reason} {tries}", said(each, locale, words)
            yield (
                f"{each} {outcome} alone",
                said(each, locale, {**words, "by": "", "due": "", "phone": "", "linkedin": ""}),
            )
    for note in ("", "gone", "unclear"):
        yield f"command_task {note}", said("command_task", locale, {**WORDS, "note": note})
        yield f"command_task {note} taken", said("command_task", locale, {**WORDS, "due": "", "took": "Vthere"})
        yield f"command_task {note} at once", said("command_task", locale, {**WORDS, "note": note, "due": ""})


def said(key: str, locale: str, words: dict[str, str], rows: object = (), status: str = "offered") -> Wording:
    fields = {**pieces("recruiter", locale, SITUATIONS[0]), "status": status, "rows": rows}
    return BOOK.say(key, "recruiter", {**fields, "words": defaultdict(str, words)}, zone=BERLIN, locale=locale)


def names_in(text: str) -> set[str]:
    return {each for each in (*NAMES.values(), *WORDS.values(), "Vthere") if each in text}


@pytest.mark.parametrize("locale", LOCALES)
def test_however_a_task_is_filled_in_it_names_what_english_names(locale: str) -> None:
    for (here, theirs), (_, ours) in zip(filled(locale), filled("en"), strict=True):
        assert names_in(theirs.text) == names_in(ours.text), here
        assert names_in(theirs.subject or "") == names_in(ours.subject or ""), here
        assert len(theirs.buttons) == len(ours.buttons), here
        assert len(theirs.text.splitlines()) == len(ours.text.splitlines()), here
        assert not re.search(r"[{}]|\(\)|\( | \)| ,|,,|\.\.|  ", theirs.text), f"{here}: {theirs.text}"


@pytest.mark.parametrize("locale", ["en", *LOCALES])
def test_a_script_has_four_steps_or_five_its_numbers_are_its_times_and_what_is_pressed_fits_a_button(
    locale: str,
) -> None:
    for here, script in filled(locale):
        if here.startswith("task "):
            nothing_to_repeat = "tell" in here and "confirmed" not in here
            times = ["1", "2", "3"] if "find" in here and "offered" in here else []
            assert len(re.findall(r"^– ", script.text, re.MULTILINE)) == (4 if nothing_to_repeat else 5), script.text
            assert re.findall(r"^(\d)\.", script.text, re.MULTILINE) == times, script.text
            assert all(len(button) <= 36 for button in script.buttons), script.buttons
            assert len({*script.buttons}) >= len(DOES)
