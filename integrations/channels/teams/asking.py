"""Microsoft's sign-in and its keys, asked over HTTP: to the address that was set, and nowhere else."""

from __future__ import annotations

import ssl
from functools import lru_cache

import httpx2

PATIENCE = 5.0  # seconds


def client() -> httpx2.AsyncClient:
    """A redirect is not followed: it would take a secret along, or bring keys from somebody else."""
    return httpx2.AsyncClient(timeout=PATIENCE, follow_redirects=False, trust_env=False, verify=trusted())


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed."""
    return httpx2.create_ssl_context(trust_env=False)  # a fifth of a second, which not every line has to take
