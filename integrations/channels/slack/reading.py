"""What Slack tells, payload by payload, in our words. What nobody here knows is Unknown, and never an error."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from integrations.channels.base import Inbound, Told, Unknown
from integrations.channels.slack import modals, words
from integrations.channels.slack.addresses import Address, Spot
from integrations.channels.slack.blocks import opened_by

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A message of these kinds is one that somebody wrote; edits, joins, topics and the like are not.
WRITTEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})


@dataclass(frozen=True, slots=True)
class Opens:
    """Somebody pressed what opens a form, and has three seconds' patience."""

    address: str
    trigger: str
    form: str
    id: str
    thread: str | None


@dataclass(frozen=True, slots=True)
class Aside:
    """Where something can be said to its writer alone, while others read along."""

    message: Inbound
    url: str | None = None  # of a slash command's answer
    channel: str = ""
    thread: str | None = None  # one that goes on already: in a new one Slack would show nothing


@dataclass(frozen=True, slots=True)
class Found:
    """What one payload comes to. At most one of the later ones is there."""

    told: tuple[Told, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)  # what to say below which field of a form
    opens: Opens | None = None
    home: str | None = None  # whose page was opened
    gone: str | None = None  # the workspace that sent us away
    aside: Aside | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload, and what Bolt makes of whose it is: Slack writes that in a dozen ways."""

    body: Mapping[str, Any]
    context: AsyncBoltContext

    @property
    def team(self) -> str:
        return _text(self.context.team_id) or _text(self.context.enterprise_id)

    @property
    def address(self) -> str:
        """Of whoever did it. Raises BadAddress."""
        return str(Address.read(f"{self.team}:{_text(self.context.user_id)}"))

    @property
    def bot(self) -> str:
        """Our own user there."""
        match self.body:
            case {"authorizations": [{"user_id": str() as user, "is_bot": True}, *_]}:
                return user
        return ""

    def unknown(self, kind: str, id: str | None = None) -> Found:
        return Found((Unknown(id or self._digest(), words.name(kind)[:60] or "nothing"),))

    def _digest(self) -> str:
        """Where Slack gives no id, the same payload has the same one."""
        raw = json.dumps(self.body, sort_keys=True, default=str).encode("utf-8", "replace")
        return f"payload:{hashlib.sha256(raw).hexdigest()[:32]}"


def found(payload: Payload) -> Found:
    match payload.body:
        case {"type": "event_callback", "event_id": str() as id, "event": dict() as event} if id:
            return _EVENTS.get(_text(event.get("type")), _other)(payload, id, event)
        case {"command": str(), "trigger_id": str() as trigger} if trigger:
            return _command(payload, f"command:{trigger}")
        case {"type": "block_actions", "actions": [{"action_ts": str()} as action, *_]}:
            return _press(payload, action)
        case {"type": "view_submission", "view": {"id": str() as id} as view} if id:
            return _submission(payload, f"view:{id}", view)
        case {"type": str() as kind}:
            return payload.unknown(kind)
    return payload.unknown("nothing")


# Events


def _message(payload: Payload, id: str, event: Mapping[str, Any]) -> Found:
    kind = event.get("subtype")
    if kind not in WRITTEN:
        return payload.unknown(f"message {kind}", id)
    if event.get("channel_type") != "im":
        return payload.unknown("message not in private", id)
    if _is_ours(payload, event):
        return payload.unknown("message of ours", id)
    return Found((_written(payload, id, event, _thread(event)),))


def _mention(payload: Payload, id: str, event: Mapping[str, Any]) -> Found:
    if _is_ours(payload, event):
        return payload.unknown("message of ours", id)
    if event.get("edited") or event.get("subtype") not in WRITTEN:
        return payload.unknown("app_mention edited", id)
    # Whoever answers below a mention answers there: it begins a thread.
    message = _written(payload, id, event, _thread(event) or _spot(event, "ts"))
    thread = _text(event.get("thread_ts")) or None
    return Found((message,), aside=Aside(message, channel=_text(event.get("channel")), thread=thread))


def _written(payload: Payload, id: str, event: Mapping[str, Any], thread: str | None) -> Inbound:
    files = event.get("files")
    return Inbound(
        id,
        "slack",
        payload.address,
        words.said(event, payload.bot),
        thread=thread,
        at=_moment(event.get("ts")),
        to=payload.team,
        files=len(files) if isinstance(files, list) else 0,
        automatic=bool(event.get("bot_id")),
    )


def _is_ours(payload: Payload, event: Mapping[str, Any]) -> bool:
    """Our own messages are told to us like anybody's."""
    app = _text(payload.body.get("api_app_id"))
    profile = event.get("bot_profile")
    by = event.get("app_id") or (profile.get("app_id") if isinstance(profile, dict) else None)
    return bool((payload.bot and event.get("user") == payload.bot) or (app and by == app))


def _opened(payload: Payload, id: str, event: Mapping[str, Any]) -> Found:
    if event.get("tab") != "home":
        return payload.unknown("app_home_opened elsewhere", id)
    return Found(payload.unknown("app_home_opened", id).told, home=payload.address)


def _gone(payload: Payload, id: str, event: Mapping[str, Any]) -> Found:
    return Found(payload.unknown(_text(event.get("type")), id).told, gone=payload.team)


def _revoked(payload: Payload, id: str, event: Mapping[str, Any]) -> Found:
    """Of the bot itself, or only of some person who once installed it."""
    match event:
        case {"tokens": {"bot": [_, *_]}}:
            return _gone(payload, id, event)
    return payload.unknown("tokens_revoked of people", id)


def _other(payload: Payload, id: str, event: Mapping[str, Any]) -> Found:
    return payload.unknown(_text(event.get("type")), id)


_EVENTS: dict[str, Callable[[Payload, str, Mapping[str, Any]], Found]] = {
    "message": _message,
    "app_mention": _mention,
    "app_home_opened": _opened,
    "app_uninstalled": _gone,
    "tokens_revoked": _revoked,
}


# What is pressed, sent off, or written behind a slash


def _command(payload: Payload, id: str) -> Found:
    """A slash alone asks what there is."""
    body = payload.body
    said = words.unescaped(_text(body.get("text"))).replace("\0", "").strip() or "help"
    message = Inbound(
        id, "slack", payload.address, said, to=payload.team, name=words.name(body.get("user_name")), at=None
    )
    return Found((message,), aside=Aside(message, url=_text(body.get("response_url")) or None))


def _press(payload: Payload, action: Mapping[str, Any]) -> Found:
    thread = _pressed_in(payload.body)
    match action:
        case {"type": "button", "action_id": str() as name, "value": str() as id, "action_ts": str() as ts} if id:
            trigger = _text(payload.body.get("trigger_id"))
            if form := opened_by(name):
                return Found(opens=Opens(payload.address, trigger, form, id, thread))
            return Found((_pressed(payload, action, f"press:{trigger or f'{payload.address}:{ts}'}", id, thread),))
    return payload.unknown(f"block_actions {_text(action.get('type'))}")


def _pressed(payload: Payload, action: Mapping[str, Any], vendor_id: str, id: str, thread: str | None) -> Inbound:
    label, user = action.get("text"), payload.body.get("user")
    return Inbound(
        vendor_id,
        "slack",
        payload.address,
        words.unescaped(_text(label.get("text"))) if isinstance(label, dict) else "",
        pressed=words.name(id),
        thread=thread,
        at=_moment(action.get("action_ts")),
        to=payload.team,
        name=words.name(user.get("name")) if isinstance(user, dict) else "",
    )


def _pressed_in(body: Mapping[str, Any]) -> str | None:
    """The thread of the message that the button stands below; that message itself, where it began one."""
    match body:
        case {"container": {"type": "message"}, "channel": {"id": str() as channel}, "message": dict() as message}:
            place = {**message, "channel": channel}
            return _spot(place, "thread_ts") or _spot(place, "ts")
    return None


def _submission(payload: Payload, id: str, view: Mapping[str, Any]) -> Found:
    """One modal is one answer, however often its button is pressed."""
    read = modals.filled(view, payload.team)
    if read is None:
        return payload.unknown("view_submission of nobody's", id)
    if read.wrong:
        return Found(wrong=read.wrong)
    user = payload.body.get("user")
    message = Inbound(
        id,
        "slack",
        payload.address,
        "",
        pressed=words.name(read.id),
        thread=read.thread,
        to=payload.team,
        name=words.name(user.get("name")) if isinstance(user, dict) else "",
        form=read.form,
    )
    return Found((message,))


# Pieces


def _thread(event: Mapping[str, Any]) -> str | None:
    return _spot(event, "thread_ts")


def _spot(event: Mapping[str, Any], ts: str) -> str | None:
    spot = Spot.read(f"{event.get('channel')}:{event.get(ts)}")
    return str(spot) if spot else None


def _moment(ts: object) -> datetime | None:
    seconds, _, rest = ts.partition(".") if isinstance(ts, str) else ("", "", "")
    if not (seconds.isdecimal() and seconds.isascii() and len(seconds) <= 11):
        return None
    micro = int(rest[:6]) if rest.isdecimal() and rest.isascii() else 0
    return EPOCH + timedelta(seconds=int(seconds), microseconds=micro)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
