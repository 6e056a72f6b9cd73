"""The forms there are, in the language of whoever fills them in; the words are in prompts/forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

from integrations.channels.desk import Field, Form, Kind

# Their names, as an Action says which it opens.
SCHEDULE, OUTCOME, WORDS, TIMES, CALL_BACK = "schedule", "outcome", "words", "times", "call_back"
ENGLISH = "en"
ROUNDS = ("1", "2", "3", "4")
LENGTHS = ("15", "30", "45", "60", "90", "120")
OUTCOMES = ("passed", "rejected", "no_show")

Choices = Sequence[tuple[str, str]]  # what comes back, and how it reads


def schedule(
    id: str, language: str, *, jobs: Choices = (), hosts: Choices = (), minutes: str = "45", candidate: str = ""
) -> Form:
    """An interview to arrange. Without jobs to choose from, one is written; without hosts, it is somebody here."""
    said = words_in(language)
    return _form(
        id,
        said,
        SCHEDULE,
        Field("candidate", said["candidate"], value=candidate),
        Field("job", said["job"], Kind.CHOICE if jobs else Kind.TEXT, tuple(jobs)),
        Field("round", said["round"], Kind.CHOICE, tuple((each, each) for each in ROUNDS), ROUNDS[0]),
        Field("host", said["host"], Kind.CHOICE if hosts else Kind.PERSON, tuple(hosts)),
        Field("minutes", said["minutes"], Kind.CHOICE, tuple((each, each) for each in LENGTHS), minutes),
        Field("words", said["notes"], Kind.WORDS, needed=False),
    )


def outcome(id: str, language: str) -> Form:
    """How an interview ended."""
    said = words_in(language)
    choices = tuple((each, said[each]) for each in OUTCOMES)
    return _form(
        id,
        said,
        OUTCOME,
        Field("outcome", said["outcome"], Kind.CHOICE, choices),
        Field("words", said["notes"], Kind.WORDS, needed=False),
    )


def words(id: str, language: str, text: str = "") -> Form:
    """Words that go out as they are written here."""
    said = words_in(language)
    return _form(id, said, WORDS, Field("words", said["text"], Kind.WORDS, value=text))


def times(id: str, language: str) -> Form:
    """When somebody can who was reached in person, in the words they used."""
    said = words_in(language)
    return _form(id, said, TIMES, Field("words", said["said"], Kind.WORDS, hint=said["said_hint"]))


def call_back(id: str, language: str) -> Form:
    """When to ring somebody again."""
    said = words_in(language)
    return _form(id, said, CALL_BACK, Field("date", said["day"], Kind.DATE), Field("time", said["clock"], Kind.TIME))


def _form(id: str, said: Mapping[str, str], name: str, *fields: Field) -> Form:
    return Form(id, said[f"{name}_title"], fields, said[f"{name}_send"], said["leave"], said["missing"])


def words_in(language: str) -> Mapping[str, str]:
    """Those of `pt` for pt-PT, and English where nobody has translated them."""
    tag = language.replace("_", "-").lower()
    book = _book()
    return book.get(tag) or book.get(tag.partition("-")[0]) or book[ENGLISH]


@cache
def _book() -> Mapping[str, Mapping[str, str]]:
    pages = [each for each in (files("prompts") / "forms").iterdir() if each.name.endswith(".yaml")]
    return {page.name.removesuffix(".yaml").lower(): yaml.safe_load(page.read_text("utf-8")) for page in pages}
