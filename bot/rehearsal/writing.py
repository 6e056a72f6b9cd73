"""What was played, written down as the script of a scenario: the inverse of `script`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.rehearsal import steps as s
from bot.rules import shown
from dialogs.scheduling.intervals import Interval

Written = str | Sequence["Written"] | Mapping[str, "Written"]
Entry = dict[str, Written]


def written(step: s.Step) -> Entry:
    """The step as YAML has it, to be dumped; `script.read_step` reads the same step from it."""
    return WRITE[type(step)](step)


def _says(step: s.Says) -> Entry:
    text = step.texts[0] if len(step.texts) == 1 else list(step.texts)
    return {step.who: _on(step.channel, text=text)}


def _presses(step: s.Presses) -> Entry:
    return {step.who: _on(step.channel, press=step.button)}


def _answers_invite(step: s.AnswersInvite) -> Entry:
    return {step.who: {"answer_invite": {"counter": step.counter.isoformat()} if step.counter else step.answer}}


def _stranger_says(step: s.StrangerSays) -> Entry:
    return {"stranger": {"channel": step.channel, "address": step.address, "text": step.text}}


def _calendar_changes(step: s.CalendarChanges) -> Entry:
    return {"calendar": {who: {"busy": [_stretch(each) for each in busy]} for who, busy in step.busy.items()}}


def _by_hand(step: s.ByHand) -> Entry:
    to = step.to.isoformat() if step.to else step.what
    return {"by_hand": {step.who: {"interview": step.candidate, "to": to}}}


def _at_calendly(step: s.AtCalendly) -> Entry:
    if step.at is None:
        who, other = (step.host, step.guest) if step.by_host else (step.guest, step.host)
        return {"calendly": {who: {"calls_off": other}}}
    under: Entry = {"as": step.email} if step.email else {}
    return {"calendly": {step.guest: {step.what: step.at.isoformat(), "with": step.host, **under}}}


def _outage(step: s.Outage) -> Entry:
    return {"outage": {"service": step.service, "for": shown(step.length), "error": str(step.error)}}


def _receipt_comes(step: s.ReceiptComes) -> Entry:
    error: Entry = {"error": step.error} if step.error else {}
    return {"receipt": {"to": step.to, "status": step.status.value, **error}}


def _spoils_next(step: s.SpoilsNext) -> Entry:
    return {"next": {"to": step.to, **_on(step.channel, becomes=step.how.value)}}


def _on(channel: str | None, **what: Written) -> Entry:
    return {**what, "channel": channel} if channel else what


def _stretch(when: Interval) -> str:
    return f"{when.start.isoformat()}/{when.end.isoformat()}"


WRITE: Mapping[type, Callable[[Any], Entry]] = {
    s.Says: _says,
    s.Presses: _presses,
    s.AnswersInvite: _answers_invite,
    s.StrangerSays: _stranger_says,
    s.Waits: lambda step: {"wait": shown(step.length)},
    s.Until: lambda step: {"until": step.instant.isoformat()},
    s.CalendarChanges: _calendar_changes,
    s.ByHand: _by_hand,
    s.LinkChanges: lambda step: {"link": {step.who: step.why.value}},
    s.AtCalendly: _at_calendly,
    s.Outage: _outage,
    s.ReceiptComes: _receipt_comes,
    s.SpoilsNext: _spoils_next,
    s.Crashes: lambda _: {"crash": "true"},
}
