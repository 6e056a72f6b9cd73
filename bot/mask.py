"""One mask for every secret that might be shown."""

from __future__ import annotations

import re

HIDDEN = "***"
# As far as the last @: whoever forgot to write the @ of a password as %40 has it hidden all the same.
_PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):\S*@")
_DRIVER = re.compile(r"^(sqlite|postgresql)\+\w+(?=://)")
_IN_QUERY = re.compile(r"([?&](?:password|sslpassword)=)[^&\s]*", re.IGNORECASE)


def masked(url: str) -> str:
    """An address as people write it, without its password and our driver: `postgresql://user:***@host/name`."""
    plain = _DRIVER.sub(r"\1", url)
    return _IN_QUERY.sub(rf"\1{HIDDEN}", _PASSWORD.sub(rf"\1:{HIDDEN}@", plain))
