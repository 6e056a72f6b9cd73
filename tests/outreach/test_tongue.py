"""People read the language they write, as it is written where they live."""

from __future__ import annotations

import pytest

from dialogs.outreach.tongue import tongue


@pytest.mark.parametrize(
    ("locale", "writes", "country", "read"),
    [
        ("en", None, "PT", "en"),  # nothing heard: as the firm noted it
        ("pt-BR", None, None, "pt-BR"),
        ("pt-BR", "pt", "PT", "pt-BR"),  # they write what was noted: its region stays, wherever they live
        ("pt_BR", "pt", "PT", "pt_BR"),
        ("en-US", "en", "DE", "en-US"),
        ("en", "pt", "BR", "pt-BR"),  # another language: as it is written there
        ("en-US", "pt", "PT", "pt-PT"),
        ("en", "de", "AT", "de-AT"),
        ("en", "de", None, "de"),
        ("de", "en", "US", "en-US"),
    ],
)
def test_the_language_of_a_person(locale: str, writes: str | None, country: str | None, read: str) -> None:
    assert tongue(locale, writes, country) == read
