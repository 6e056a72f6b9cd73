"""What somebody is asked to connect a calendar, and what they said of it beforehand."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from bot.connections.connecting import Given
from bot.reasons import why
from bot.terminal.trouble import Trouble
from dialogs.scheduling.hours import WorkingHours
from integrations.contact import nearest
from integrations.needs import ACCOUNT_NEEDS, LABELS, NEEDS, Need


@dataclass(frozen=True)
class Wish:
    """What was said on the command line."""

    vendor: str | None
    account: str | None
    answers: tuple[str, ...]  # NAME=VALUE
    secrets: Path | None
    hours: str | None
    days: str | None


# What people call a calendar that goes by another name here.
_CALLED = {
    **dict.fromkeys(("outlook", "office365", "m365", "exchange", "teams"), "microsoft"),
    **dict.fromkeys(("gmail", "workspace"), "google"),
    **dict.fromkeys(("icloud", "apple", "nextcloud", "fastmail", "zimbra", "sogo", "radicale"), "caldav"),
    **dict.fromkeys(("ics", "ical", "icalendar", "webcal", "link", "url"), "feed"),
}


def vendor_of(said: str | None) -> str:
    if said is None:
        known = ", ".join(f"--with {name} ({LABELS[name]})" for name in NEEDS)
        raise Trouble(f"Say which calendar it is: {known}.")
    if said not in NEEDS:
        meant = _CALLED.get(said.lower())
        near = f"did you mean {meant}?" if meant else nearest(said, list(NEEDS))
        raise Trouble(f"{said!r} is no vendor of calendars; {near}")
    return said


def page_vendor_of(said: str | None) -> str:
    if said is None:
        raise Trouble(f"Say whose booking page it is: --with {' or '.join(ACCOUNT_NEEDS)}.")
    if said not in ACCOUNT_NEEDS:
        known = nearest(said, list(ACCOUNT_NEEDS))
        raise Trouble(f"{said!r} is no vendor of booking pages whose bookings can be taken up; {known}")
    return said


def _needs_of(vendor: str) -> tuple[Need, ...]:
    return (NEEDS | ACCOUNT_NEEDS)[vendor]


def hours_of(wish: Wish) -> Mapping[str, str]:
    """Checked before anything is asked or called."""
    given = {name: value for name, value in (("hours", wish.hours), ("days", wish.days)) if value}
    try:
        WorkingHours.parse(given.get("hours", "09:00-18:00"), given.get("days", "Mon-Fri"), zone=ZoneInfo("UTC"))
    except ValueError as error:
        raise Trouble(f"{error}.") from error
    return given


def answers_of(vendor: str, wish: Wish) -> Mapping[str, str]:
    """What was given beforehand, by name."""
    needs = {need.setting: need for need in _needs_of(vendor)}
    found = {}
    for line in wish.answers:
        name, value = _pair(line, needs, "--set")
        if needs[name].secret:
            raise Trouble(
                f"{name} is a secret, and your shell would remember it. Leave it out to be asked for it, or write"
                f" {name}=… into a file and give --secrets FILE."
            )
        found[name] = value
    if wish.secrets:
        for line in filter(str.strip, _read(wish.secrets).splitlines()):
            name, value = _pair(line, needs, str(wish.secrets))
            found[name] = value
    return found


def _pair(line: str, needs: Mapping[str, Need], where: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    name = name.strip()
    if not equals:
        raise Trouble(f"{where} takes NAME=value.")  # what was written may be the secret itself
    if name not in needs:
        raise Trouble(f"{name!r} is nothing that is needed here; {nearest(name, list(needs))}")
    return name, value.strip()


def _read(path: Path) -> str:
    if str(path) == "-":
        return sys.stdin.read()
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {why(error)}.") from error
    except UnicodeDecodeError as error:
        raise Trouble(f"{path} is not written in UTF-8.") from error


def given_of(
    vendor: str,
    about: Mapping[str, str],
    answers: Mapping[str, str],
    hours: Mapping[str, str],
    firm: Mapping[str, str],
) -> Given:
    """`about` is the account and the time zone of its owner; `firm` what is set for everyone."""
    settings, secrets = dict(hours), dict[str, str]()
    for need in _needs_of(vendor):
        if need.setting in firm and need.setting not in answers:
            continue  # the firm has set it for everyone
        value = answers[need.setting] if need.setting in answers else _asked(need, about)
        if value:
            (secrets if need.secret else settings)[need.setting] = value
    return Given(vendor, about["account"], settings, secrets)


def _asked(need: Need, about: Mapping[str, str]) -> str:
    default = need.default.format(**about) if need.default is not None else None
    try:
        if need.secret and not sys.stdin.isatty():
            return _piped(need.question, default)
        said = typer.prompt(
            need.question, default=default, hide_input=need.secret, show_default=bool(default), err=True
        )
    except (typer.Abort, EOFError) as ended:
        if default is not None and EOFError in (type(ended), type(ended.__context__)):
            return default  # a script has nobody to ask
        given = f"a line {need.setting}=… in --secrets FILE" if need.secret else f"--set {need.setting}=…"
        raise Trouble(f"Without {need.setting} it cannot be connected: answer, or give {given}.") from ended
    return str(said).strip()


def _piped(question: str, default: str | None) -> str:
    """A secret where there is no terminal to hide it on: getpass would warn of that in words of its own.

    Raises EOFError where nothing is given.
    """
    typer.echo(f"{question}:", err=True)
    said = sys.stdin.readline().strip() or default
    if said is None:
        raise EOFError
    return said
