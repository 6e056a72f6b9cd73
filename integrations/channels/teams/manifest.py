"""What the app is at Teams, as data: put in once, it sets up scopes, commands and pictures without a click."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from typing import Any
from urllib.parse import urlsplit

from integrations.channels import forms

HOOK = "/hooks/teams"
ACCENT = "#1F3A5F"
SHORT = "Schedules interviews in plain words"
FULL = (
    "Tell it in plain words which interview to arrange, and it finds a time with the candidate and the interviewer, "
    "books it, moves it and follows up. Each interview is a card that changes in its place."
)
SCHEMA = "https://developer.microsoft.com/json-schemas/teams/v1.19/MicrosoftTeams.schema.json"
# What is offered beside the place where messages are written; the words are sent as they stand there.
COMMANDS = (
    ("help", "What it can do"),
    ("today", "Today's interviews"),
    ("who do we wait for?", "Who has not answered"),
)
COLOUR, OUTLINE = 192, 32  # the sides of the two pictures, as Teams wants them


def manifest(app_id: str, public_url: str) -> str:
    """JSON, as it lies in the package."""
    return json.dumps(_app(app_id, public_url.rstrip("/")), indent=2)


def package(app_id: str, public_url: str) -> bytes:
    """A zip for "Upload an app" in Teams: the manifest and two pictures. The same one each time it is made."""
    packed = io.BytesIO()
    files = {"manifest.json": manifest(app_id, public_url).encode(), "color.png": colour(), "outline.png": outline()}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return packed.getvalue()


def steps(public_url: str) -> tuple[str, ...]:
    """What is to be done by hand, in order."""
    return (
        "In the Azure portal make an Azure Bot: type Single Tenant, with a new app registration.",
        "Note its Microsoft App ID and its tenant: ASKARSAN_TEAMS_APP_ID and ASKARSAN_TEAMS_TENANT.",
        "At the app registration, Certificates & secrets, make a client secret: ASKARSAN_TEAMS_APP_SECRET.",
        f"At the bot, Configuration, set the messaging endpoint: {public_url.rstrip('/')}{HOOK}",
        "At the bot, Channels, add Microsoft Teams.",
        "Write the package: askarsan channels set-up teams --package askarsan-teams.zip",
        "In the Teams admin centre, Manage apps, Upload new app, give it the package, and let your recruiters have it.",
        "Each recruiter opens the app once, or an app set-up policy installs it for them.",
    )


def _app(app_id: str, url: str) -> dict[str, Any]:
    commands = [{"title": title, "description": what} for title, what in COMMANDS]
    schedule = {
        "id": forms.SCHEDULE,
        "type": "action",
        "title": forms.words_in(forms.ENGLISH)["schedule_title"],
        "description": "Schedule an interview",
        "context": ["compose", "commandBox"],
        "fetchTask": True,
    }
    return {
        "$schema": SCHEMA,
        "manifestVersion": "1.19",
        "version": "1.0.0",
        "id": app_id,
        # Teams wants all three; a firm puts its own pages there.
        "developer": {"name": "askARSAN", "websiteUrl": url, "privacyUrl": url, "termsOfUseUrl": url},
        "name": {"short": "askARSAN", "full": "askARSAN, the scheduling assistant"},
        "description": {"short": SHORT, "full": FULL},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [
            {
                "botId": app_id,
                "scopes": ["personal", "team"],
                "isNotificationOnly": False,
                "supportsFiles": False,
                "commandLists": [{"scopes": ["personal", "team"], "commands": commands}],
            }
        ],
        "composeExtensions": [{"botId": app_id, "commands": [schedule]}],
        "permissions": ["identity"],
        "validDomains": [urlsplit(url).hostname or ""],
    }


# Pictures: a page of a calendar with one day ticked


def colour() -> bytes:
    """White on the accent's colour."""
    blue = tuple(bytes.fromhex(ACCENT.removeprefix("#")))
    return _png(COLOUR, lambda x, y: (255, 255, 255, 255) if _drawn(x, y) else (*blue, 255))


def outline() -> bytes:
    """White on nothing."""
    return _png(OUTLINE, lambda x, y: (255, 255, 255, 255 if _drawn(x, y) else 0))


def _drawn(x: float, y: float) -> bool:
    """Is there a line at this place, from 0 to 1 each way?"""
    page = 0.2 <= x <= 0.8 and 0.24 <= y <= 0.8
    inside = 0.26 <= x <= 0.74 and 0.38 <= y <= 0.74
    rings = (0.32 <= x <= 0.38 or 0.62 <= x <= 0.68) and 0.14 <= y <= 0.24
    down = abs((y - 0.56) - (x - 0.38)) <= 0.05 and 0.36 <= x <= 0.48
    up = abs((y - 0.66) + (x - 0.48)) <= 0.05 and 0.46 <= x <= 0.66
    return rings or (page and not inside) or down or up


def _png(side: int, pixel: Any) -> bytes:
    rows = b"".join(
        b"\0" + b"".join(bytes(pixel((x + 0.5) / side, (y + 0.5) / side)) for x in range(side)) for y in range(side)
    )
    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
