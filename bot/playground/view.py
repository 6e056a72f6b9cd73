"""What somebody looks at, as the address says: whose phones, which channel on each, which part on a small screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import parse_qsl, urlencode

from bot.rehearsal.people import Person

HERE = "/playground"
ROLES = ("candidate", "client", "recruiter")
BEHIND = "behind"  # the part that shows what is behind it all
TABS = (*ROLES, BEHIND)
BY = "by-"  # before a person's key: the channel their phone shows
MOST = 50  # fields in an address of ours


@dataclass(frozen=True, slots=True)
class View:
    shown: Mapping[str, str]  # by role, whose phone it is
    channels: Mapping[str, str] = field(default_factory=dict)  # by person; nobody chose: where the last word fell
    tab: str = ROLES[0]

    @classmethod
    def read(cls, query: str, people: Mapping[str, Person], tab: str = ROLES[0]) -> Self:
        """Whatever is no choice of ours counts as none. `tab`: the part to be seen, if nobody chose."""
        asked = dict(parse_qsl(query[:2_000], max_num_fields=MOST)) if query.count("&") < MOST else {}
        shown = {}
        for role in ROLES:
            keys = [key for key, person in people.items() if person.role == role]
            shown[role] = asked[role] if asked.get(role) in keys else keys[0]
        chosen = {key: asked.get(f"{BY}{key}", "") for key in people}
        channels = {key: channel for key, channel in chosen.items() if channel in people[key].channels}
        return cls(shown, channels, asked["tab"] if asked.get("tab") in TABS else tab)

    def of(self, role: str, person: str) -> Self:
        return replace(self, shown={**self.shown, role: person}, tab=role)

    def by(self, person: str, channel: str) -> Self:
        return replace(self, channels={**self.channels, person: channel})

    def at(self, tab: str) -> Self:
        return replace(self, tab=tab)

    @property
    def query(self) -> str:
        return urlencode([*self.shown.items(), *self._channels(), ("tab", self.tab)])

    @property
    def url(self) -> str:
        return f"{HERE}?{self.query}"

    def _channels(self) -> Iterable[tuple[str, str]]:
        return ((f"{BY}{person}", channel) for person, channel in self.channels.items())
