"""How an interview is held besides its mode: where one goes, or who rings whom."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Mapped, mapped_column


@dataclass(frozen=True, slots=True)
class Venue:
    """The words are the recruiter's own. `caller` is who rings in an interview by phone: host or candidate."""

    place: str = ""
    directions: str = ""  # how to get there: words, or a link
    arrival_notes: str = ""  # what to do at the door
    caller: str = "host"
    phone: str = ""  # the host's number, E.164: the one to ring, or the one that will ring


class HasVenue:
    """The columns of a venue, alike for a round and for each interview of it."""

    place: Mapped[str] = mapped_column(default="")
    directions: Mapped[str] = mapped_column(default="", server_default="")
    arrival_notes: Mapped[str] = mapped_column(default="", server_default="")
    caller: Mapped[str] = mapped_column(default="host", server_default="host")
    phone: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def venue(self) -> Venue:
        # A row that was never in the database, like the plain round, has no defaults yet.
        return Venue(
            self.place or "", self.directions or "", self.arrival_notes or "", self.caller or "host", self.phone or ""
        )
