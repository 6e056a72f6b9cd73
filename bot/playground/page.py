"""The one page of the playground, put together from what is played."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.doors.pages.writing import File, environment, packed
from bot.playground.acts import next_morning, zone_of
from bot.playground.behind import behind
from bot.playground.game import Game
from bot.playground.phones import phones
from bot.playground.view import BEHIND, HERE, View
from bot.playground.week import picture
from bot.rehearsal.play import Rehearsal
from bot.terminal.moments import city, dated, moment
from integrations.standins.channel import Spoilt

ROOM = Path(str(files("bot.playground")))
TYPES: Mapping[str, str] = {
    "playground.css": "text/css; charset=utf-8",
    "playground.js": "text/javascript; charset=utf-8",
}
SPOILT = {
    Spoilt.SLOW: ("comes late", "The vendor is busy: it is sent again ten minutes later."),
    Spoilt.UNDELIVERED: ("is not delivered", "The vendor takes it, and says later that it never arrived."),
    Spoilt.FAILED: ("is not taken", "The vendor refuses it."),
}


@cache
def file(name: str) -> File | None:
    return packed(ROOM / "static" / name, TYPES[name]) if name in TYPES else None


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return environment(ROOM / "templates")


async def page(game: Game, view: View, notice: str = "", typed: Mapping[str, str] | None = None) -> str:
    """`notice`: why what was asked for was not done; `typed` is given back to whoever typed it."""
    async with game.still() as rehearsal:
        weeks = [await picture(rehearsal, key) for key in view.shown.values()]
        fields = {
            "phones": await phones(rehearsal, view),
            "behind": await behind(rehearsal, view.shown["candidate"]),
            "weeks": weeks,
            "week_open": next((number for number, week in enumerate(weeks, 1) if week.told), len(weeks)),
            **_clock(rehearsal),
        }
    about = {
        "here": HERE,
        "view": view,
        "notice": notice,
        "typed": typed or {},
        "version": game.version,
        "starters": game.starters,
        "begun_with": game.begun_with,
        "steps": len(game.steps),
        "behind_tab": BEHIND,
        "spoilt": {how.value: words for how, words in SPOILT.items()},
        "static": {name: f"{HERE}/static/{found.version}/{name}" for name in TYPES if (found := file(name))},
    }
    return _environment().get_template("playground.html").render({**fields, **about})


def told_shortly(words: str) -> str:
    """A page that needs nothing that could be out of order."""
    return _environment().get_template("trouble.html").render(words=words, here=HERE)


def _clock(rehearsal: Rehearsal) -> Mapping[str, object]:
    now, zone = rehearsal.world.clock.now(), zone_of(rehearsal)
    return {
        "now": dated(now, zone),
        "city": city(zone),
        "picked": f"{now.astimezone(zone):%Y-%m-%dT%H:%M}",
        "morning": moment(next_morning(rehearsal), zone),
    }
