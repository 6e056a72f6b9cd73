"""Partial answers: what `fields=a,b(c,d)` leaves of one."""

from __future__ import annotations

from typing import Any

from integrations.standins.google.refusing import No

Selection = dict[str, "Selection | None"]  # None: all there is below

KNOWN = frozenset(
    "kind etag id status created updated summary description location start end date dateTime timeZone transparency "
    "visibility iCalUID eventType organizer attendees self email responseStatus extendedProperties private shared "
    "conferenceData createRequest entryPoints hangoutLink recurringEventId originalStartTime items nextPageToken "
    "nextSyncToken accessRole".split()
)


def partial(whole: Any, fields: str) -> Any:
    """Raises No where the selection names what is not there to be selected."""
    return _cut(whole, _read(fields)) if fields else whole


def _read(fields: str) -> Selection:
    selection, rest = _list(fields)
    if rest:
        raise No(400, "invalidParameter", "Invalid field selection")
    return selection


def _list(text: str) -> tuple[Selection, str]:
    selection: Selection = {}
    while text and not text.startswith(")"):
        end = next((at for at, letter in enumerate(text) if letter in ",()"), len(text))
        name, text = text[:end], text[end:]
        if name not in KNOWN:
            raise No(400, "invalidParameter", f"Invalid field selection {name}")
        selection[name] = None
        if text.startswith("("):
            selection[name], text = _list(text[1:])
            if not text.startswith(")"):
                raise No(400, "invalidParameter", "Invalid field selection")
            text = text[1:]
        text = text.removeprefix(",")
    return selection, text


def _cut(whole: Any, selection: Selection) -> Any:
    if isinstance(whole, list):
        return [_cut(each, selection) for each in whole]
    if not isinstance(whole, dict):
        return whole
    return {
        name: whole[name] if below is None else _cut(whole[name], below)
        for name, below in selection.items()
        if name in whole
    }
