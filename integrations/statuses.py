"""What an HTTP status means for whoever asked, where the vendor says no more than that (RFC 9110 §15)."""

from __future__ import annotations

from enum import StrEnum


class Meaning(StrEnum):
    WELL = "well"
    ASTRAY = "astray"  # a redirect that is not followed, most often some proxy's
    COME_AGAIN = "come again"  # too slow, too early, too often, out of order: the same again may work
    NOT_LET_IN = "not let in"  # nobody knows who we are, or any longer
    FORBIDDEN = "forbidden"  # we are known, and may not
    NOT_THERE = "not there"
    CLASH = "clash"  # somebody was quicker: look again, then decide again
    REFUSED = "refused"  # the same again will be refused again


_MEANINGS: dict[int, Meaning] = {
    401: Meaning.NOT_LET_IN,
    403: Meaning.FORBIDDEN,
    404: Meaning.NOT_THERE,
    408: Meaning.COME_AGAIN,
    409: Meaning.CLASH,
    410: Meaning.NOT_THERE,
    412: Meaning.CLASH,
    425: Meaning.COME_AGAIN,
    429: Meaning.COME_AGAIN,
    # A server that cannot do it at all will not have learnt it by tomorrow.
    501: Meaning.REFUSED,
    505: Meaning.REFUSED,
}


def meaning(status: int) -> Meaning:
    if found := _MEANINGS.get(status):
        return found
    if 200 <= status < 300:
        return Meaning.WELL
    if status >= 500:
        return Meaning.COME_AGAIN
    return Meaning.REFUSED if status >= 400 else Meaning.ASTRAY
