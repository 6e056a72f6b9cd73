"""The files of every language hold together: what a pattern hands to its builder is what the builder takes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from dialogs.understanding import datafiles
from dialogs.understanding.building import BUILDERS, digit_kinds, number_kinds, ordinal_kinds
from dialogs.understanding.datafiles import LanguageError, codes
from dialogs.understanding.language import language, word_kinds
from dialogs.understanding.tokens import Number

_SLOT = re.compile(r"<([a-z_]+)(?::([a-z_]+))?>")
NUMBERS = [*map(digit_kinds, ("3", "03", "15", "25", "1430", "0900", "2026")), number_kinds(Number(5)),
           number_kinds(Number(20)), ordinal_kinds(Number(3))]  # fmt: skip


def _values(code: str) -> dict[str, set[type]]:
    """For each kind that words and numbers have, what its value is."""
    found: dict[str, set[type]] = defaultdict(set)
    for kinds in (*word_kinds(datafiles.read(code)).values(), *NUMBERS):
        for kind, value in kinds.items():
            found[kind].add(type(value))
    return found


def _rules(code: str) -> Iterator[tuple[str, str]]:
    for rules in datafiles.read(code)["times"].values():
        for rule in rules:
            if rule["build"] != "word":
                yield from ((rule["build"], str(pattern)) for pattern in rule["say"])


@pytest.mark.parametrize("code", codes())
def test_a_slot_holds_what_its_builder_takes(code: str) -> None:
    values = _values(code)
    wrong = []
    for build, pattern in _rules(code):
        hints: dict[str, Any] = get_type_hints(BUILDERS[build])
        for kind, name in _SLOT.findall(pattern):
            wanted = hints.get(name or kind)
            allowed = set(get_args(wanted) or (wanted,))
            if wanted is not None and not values[kind] <= allowed:
                wrong.append(f"{build}: {pattern!r}: <{kind}> is {values[kind]}, wanted is {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", codes())
def test_a_language_is_made_of_its_files(code: str) -> None:
    made = language(code)
    assert made.code == code
    assert made.lists["words_that_stop"] >= {"stop"}
    assert made.known


def test_every_kind_in_a_pattern_is_made_by_something() -> None:
    """A slot that nothing fills is a slip of the pen."""
    built = {"day", "days", "hours", "point", "clock", "time", "moment", "length", "option", "week_day", "date", "week",
             "near_day", "weekend", "stretch", "repeat", "ordinal_digits", "compound_ordinal", "sign",
             "first_rank", "later_rank"}  # fmt: skip
    for code in codes():
        made = set(_values(code)) | built
        made |= {rule["kind"] for rules in datafiles.read(code)["times"].values() for rule in rules if "kind" in rule}
        _, times, signs, acts = datafiles.own(code)
        patterns = [pattern for rules in times.values() for rule in rules for pattern in rule["say"]]
        patterns += [phrase for phrases in (*signs.values(), *acts.values()) for phrase in phrases]
        unknown = {kind for pattern in patterns for kind, _ in _SLOT.findall(str(pattern))} - made
        assert not unknown, f"{code}: nothing is a {', '.join(sorted(unknown))}"


@pytest.mark.parametrize("name", ["xx", "../en"])
def test_a_language_without_files_is_named(name: str) -> None:
    with pytest.raises(LanguageError, match="is missing"):
        datafiles.read(name)


@pytest.mark.parametrize("names", [datafiles.SIGNS, datafiles.ACTS, datafiles.LISTS, datafiles.LAYERS])
def test_the_page_for_translators_names_everything(names: Collection[str]) -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/add-a-language.md").read_text("utf-8")
    families = ("topic_", "noun_")
    assert [name for name in sorted(names) if f"`{name}`" not in page and not name.startswith(families)] == []
