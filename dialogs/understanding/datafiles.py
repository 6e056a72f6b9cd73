"""The data files of the languages: one folder each, beside `every.yaml`, which holds what needs no words."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

import yaml


class LanguageError(ValueError):
    """A data file of a language can not be used; the message says where and why."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Words stay words: "no" and "on" are not false and true here."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp", ":float", ":null"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

LAYERS = ("numbers", "offers", "clocks", "dates", "around_dates", "hours", "open_days")
SIGNS = frozenset(
    "can works cannot busy struck event commitment unsure unreal fails not turned_up undecided turned_down aside"
    " whereabouts adds sadly deadline taken_by strike recalled freed bound back except prefer lesser fallback but"
    " correction all_but".split()
)
ACTS = frozenset(
    "yes instead picks change suggests tentative fix no none cannot alternatives thanks bye hello later late opt_out"
    " opt_in human wrong_person cancel cancel_first withdraw reschedule hindered denies hedged elsewhen nothing_more"
    " idle nobody arrives checks inquires wishes help question auto_sure auto bounce topic_place topic_duration"
    " topic_people topic_other topic_format topic_pay topic_link topic_preparation topic_timezone topic_role"
    " topic_status topic_bot noun_timezone noun_place noun_link noun_pay noun_people noun_preparation noun_role"
    " noun_format".split()
)
LISTS = frozenset(
    "judging articles adding fillers too_what must_end may_follow subjects choosing numbered negators after_a_number"
    " firm_yes light singular words_that_stop words_that_start courteous apologies rightly verbs wonders fitting"
    " causes results longer abbreviations contrary".split()
)
_FILES = ("words", "times", "signs", "acts")
_WORDS = ("language", "order", "elisions", "spellings", "slips", "no_slips", "joined", "parts", "words", "lists")


def codes() -> tuple[str, ...]:
    """The languages there are, English first: those of which all four files are there."""
    found = [folder.name for folder in _folder().iterdir() if folder.is_dir() and _is_whole(folder)]
    return tuple(sorted(found, key=lambda code: (code != "en", code)))


@functools.cache
def read(code: str) -> Mapping[str, Any]:
    """All that is said of a language, with what is said for every language behind it.

    Raises LanguageError for a file that is missing or no YAML, and for a name nobody here knows.
    """
    words, times, signs, acts = own(code)
    every = _parsed("every.yaml")
    blank: dict[str, Any] = {"spellings": {}, "slips": [], "no_slips": [], "joined": []}
    return {
        **blank,
        **words,
        "parts": {**every["parts"], **words["parts"]},
        "words": _together(words["words"], every["words"]),
        "lists": _joined(words.get("lists", {}), every["lists"]),
        "times": {name: [*times.get(name, ()), *every["times"].get(name, ())] for name in LAYERS},
        "signs": _joined(signs, every["signs"]),
        "acts": _joined(acts, every["acts"]),
    }


def _is_whole(folder: Any) -> bool:
    return all(folder.joinpath(f"{name}.yaml").is_file() for name in _FILES)


def own(code: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What the four files of a language say: words, times, signs, acts."""
    words, times, signs, acts = (_parsed(f"{code}/{name}.yaml") for name in _FILES)
    _check(f"{code}/words.yaml", words, _WORDS)
    _check(f"{code}/words.yaml, lists", words.get("lists", {}), LISTS)
    _check(f"{code}/times.yaml", times, LAYERS)
    _check(f"{code}/signs.yaml", signs, SIGNS)
    _check(f"{code}/acts.yaml", acts, ACTS)
    return words, times, signs, acts


def _folder() -> Any:
    return resources.files("dialogs.understanding").joinpath("languages")


def _parsed(name: str) -> dict[str, Any]:
    try:
        text = _folder().joinpath(name).read_text(encoding="utf-8")
        found = yaml.load(text, Loader=_Loader)  # noqa: S506 – a safe loader, with less magic
    except FileNotFoundError:
        raise LanguageError(f"languages/{name} is missing") from None
    except yaml.YAMLError as error:
        raise LanguageError(f"languages/{name} is no YAML: {error}") from None
    if not isinstance(found, dict):
        raise LanguageError(f"languages/{name} should be names with what belongs to them")
    return found


def _check(where: str, found: Mapping[str, Any], known: Iterable[str]) -> None:
    if strange := sorted(map(str, found.keys() - frozenset(known))):
        raise LanguageError(f"languages/{where}: nothing here is called {', '.join(strange)}")


def _joined(own: Mapping[str, list[str]], every: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: [*own.get(name, ()), *every.get(name, ())] for name in (*own, *(every.keys() - own.keys()))}


def _together(
    own: Mapping[str, Mapping[Any, list[str]]], every: Mapping[str, Mapping[Any, list[str]]]
) -> dict[str, dict[Any, list[str]]]:
    return {kind: _joined(own.get(kind, {}), every.get(kind, {})) for kind in (*own, *(every.keys() - own.keys()))}
