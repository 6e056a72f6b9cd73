"""Who reads our mails: a browser."""

from tests.pages.conftest import browser

__all__ = ["browser"]
