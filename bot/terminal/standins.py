"""`askarsan standins`: the vendors played on this machine, the settings that lead there, and what to try with them."""

from __future__ import annotations

import asyncio
import json
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.clock import RealClock
from bot.reasons import why
from bot.settings.environment import PREFIX
from bot.terminal.screen import heading, standard_output
from bot.terminal.trouble import Trouble
from integrations.contact import nearest
from integrations.standins.town import Town, Vendor
from integrations.standins.troubles import TROUBLES, trouble

HOST = "127.0.0.1"
TEAM = ("rita@firm.example", "carl@acme.example", "ida@acme.example", "max@acme.example")  # docs/examples/team.yaml
TIMES = 20  # so many requests go wrong, unless told otherwise


@dataclass(frozen=True)
class Opened:
    vendor: Vendor
    url: str
    door: socket.socket

    @property
    def settings(self) -> Mapping[str, str]:
        return {f"{PREFIX}{name.upper()}": value for name, value in self.vendor.settings(self.url).items()}

    @property
    def next(self) -> Sequence[str]:
        return [f"askarsan {each.format(url=self.url)}" for each in self.vendor.next]


def serve_standins(
    people: Sequence[str], faults: Sequence[str], port: int, word: str | None, keep: Path, *, as_json: bool
) -> None:
    """Until it is told to stop."""
    for address in people:
        if "@" not in address:
            raise Trouble(f"{address!r} is no address; people are named like rita@firm.example.")
    town = Town(RealClock().now, people or TEAM, word or secrets.token_hex(8), str(keep.resolve()))
    for each in faults:
        trouble(town, *_fault(each))
    _write(keep, town.files)
    with ExitStack() as stack:
        opened = {
            name: _open(stack, vendor, port + number if port else 0)
            for number, (name, vendor) in enumerate(town.vendors().items())
        }
        town.publish(opened["pages"].url)
        asyncio.run(_serve(opened.values(), town, lambda: _show(opened, town.people, as_json=as_json)))


def _fault(said: str) -> tuple[str, str, int]:
    """The vendor, the trouble, and how often."""
    vendor, _, asked = said.partition("=")
    word, _, times = asked.partition(":")
    if vendor not in TROUBLES:
        raise Trouble(f"{said!r} names no vendor that can be told to fail; {nearest(vendor, list(TROUBLES))}")
    if word not in TROUBLES[vendor]:
        raise Trouble(f"{vendor} cannot fail with {word!r}, but with {', '.join(TROUBLES[vendor])}.")
    if times and not (times.isascii() and times.isdigit() and 0 < int(times) <= 1_000):
        raise Trouble(f"{times!r} is no number of requests from 1 to 1000.")
    return vendor, word, int(times or TIMES)


def _write(keep: Path, files: Mapping[str, str]) -> None:
    try:
        keep.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (keep / name).write_text(text, "utf-8")
    except OSError as error:
        raise Trouble(f"{keep} cannot be written to: {why(error)}. Name another folder with --keep.") from error


def _open(stack: ExitStack, vendor: Vendor, port: int) -> Opened:
    try:
        door = stack.enter_context(socket.create_server((HOST, port)))
    except (OSError, OverflowError) as error:
        raise Trouble(
            f"Port {port} cannot be listened on. Name another first one with --port, or 0 for any."
        ) from error
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Opened(vendor, f"http://{HOST}:{door.getsockname()[1]}", door)


def _show(opened: Mapping[str, Opened], people: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        told = {
            name: {
                "url": each.url,
                "settings": each.settings,
                "secrets": each.vendor.secrets(each.url),
                "next": each.next,
            }
            for name, each in opened.items()
        }
        sys.stdout.write(json.dumps({"people": people, "vendors": told}) + "\n")
    else:
        _print(opened, people)
    sys.stdout.flush()  # somebody may read it through a pipe


def _print(opened: Mapping[str, Opened], people: Sequence[str]) -> None:
    console = standard_output()

    def say(words: str = "") -> None:
        console.print(words, soft_wrap=True)

    say("The vendors are played on this machine, and nothing leaves it. What happens there is forgotten with them.")
    say(f"Calendars there: {', '.join(people)}.")
    heading(console, "For your .env")
    seen: set[str] = set()
    for each in opened.values():
        lines = [f"{name}={value}" for name, value in each.settings.items() if name not in seen]
        seen |= set(each.settings)
        for line in [f"# {each.vendor.label}", *lines] if lines else ():
            say(line)
    heading(console, "What to try in another terminal")
    say("  askarsan add docs/examples/team.yaml")
    for each in opened.values():
        for command in each.next:
            say(f"  {command}")
        for name, value in each.vendor.secrets(each.url).items():
            say(f"    asked for {name}: {value}")
    say("\nCtrl-C ends it.")


class _Server(uvicorn.Server):
    """Ended by us: we ask the loop for signals, and a signal that has been heard is not raised again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(opened: Collection[Opened], town: Town, show: Callable[[], None]) -> None:
    by_port = {each.door.getsockname()[1]: each.vendor.app for each in opened}
    config = uvicorn.Config(
        _at_its_port(by_port), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = _Server(config)

    def stop() -> None:
        server.should_exit = True

    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop)
    try:
        show()  # from here on somebody knows of it, and may end it
        await server.serve(sockets=[each.door for each in opened])
    finally:
        await town.close()


def _at_its_port(by_port: Mapping[int, ASGIApp]) -> Callable[..., object]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await by_port[scope["server"][1]](scope, receive, send)

    return app
