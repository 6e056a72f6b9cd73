"""The mails in a mailbox of the stand-in: an inbox that people look into as well."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Mail:
    id: str
    raw: bytes
    at: datetime
    read: bool = False
    categories: list[str] = field(default_factory=list)

    def shown(self, select: set[str]) -> dict[str, Any]:
        told = {
            "categories": self.categories,
            "isDraft": False,
            "isRead": self.read,
            "receivedDateTime": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return {"@odata.etag": f'W/"{self.id}"', "id": self.id} | {name: told[name] for name in select if name in told}


@dataclass
class Post:
    """`log`: the ids of what came, changed or went, in order; a token of a delta is how far its bearer has heard."""

    mails: dict[str, Mail] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    forgotten: int = 0

    def arrive(self, *mails: bytes, at: datetime) -> None:
        for raw in mails:
            mail = Mail(f"AAkM{len(self.log):04}=", raw, at)
            self.mails[mail.id] = mail
            self.log.append(mail.id)

    def open(self, id: str) -> None:
        """Somebody reads it in Outlook."""
        self.mails[id].read = True
        self.log.append(id)

    def delete(self, id: str) -> None:
        del self.mails[id]
        self.log.append(id)

    def forget(self) -> None:
        self.forgotten = len(self.log) + 1
