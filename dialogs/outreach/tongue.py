"""In which language a person is written to: the one they write themselves, as it is written where they live."""

from __future__ import annotations


def tongue(locale: str, writes: str | None, country: str | None) -> str:
    """A BCP 47 tag. `locale` is what the firm noted, `writes` the language they were last heard in, if any.

    What was noted holds while they write that language: "pt-BR" stays "pt-BR". Whoever was noted as English and writes
    Portuguese in Brazil reads "pt-BR" too, and "en" again once they are back to English.
    """
    if writes is None or writes == locale.replace("_", "-").partition("-")[0].lower():
        return locale
    return f"{writes}-{country}" if country else writes
