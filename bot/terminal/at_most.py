"""How much goes out in how long, in words."""

from __future__ import annotations

from bot.limits import SPANS, Pace
from bot.mask import masked
from bot.settings.settings import Settings


def paces_of(settings: Settings) -> dict[str, str]:
    """By channel."""
    return {channel: _in_words(pace) for channel, pace in settings.allowed.channels.items()}


def in_how_long(settings: Settings) -> str:
    """To one person and on each channel, and who counts."""
    allowed = settings.allowed
    channels = ", ".join(f"{channel} {pace}" for channel, pace in paces_of(settings).items())
    counted = f"counted together in {masked(settings.redis_url)}" if settings.redis_url else "counted by each process"
    return (
        f"Going out at most: to one person {allowed.an_hour} an hour and {allowed.a_day} a day unasked, and"
        f" {allowed.answers_an_hour} answers an hour" + (f"; by {channels}" if channels else "") + f"; {counted}."
    )


def _in_words(pace: Pace) -> str:
    return f"{pace.amount} a {next(name for name, span in SPANS.items() if span == pace.span)}"
