"""The words around every mail, and the line above which people answer: written in one place, and found again here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from dialogs.wording import fallbacks

# Plain characters that no mail program changes. Words alone would be wrapped, translated, or answered with.
FENCE = "##-"


def around(key: str, language: str) -> str:
    """The words in this language, fenced where they are the line above which people answer."""
    texts = _texts()[key]
    words = next(texts[tag] for tag in fallbacks(language) if tag in texts)
    return f"{FENCE} {words} -##" if key == "answer_above" else words


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    read: Mapping[str, Mapping[str, str]] = yaml.safe_load((files("prompts") / "mail.yaml").read_text("utf-8"))
    return {key: {language.lower(): text for language, text in texts.items()} for key, texts in read.items()}
