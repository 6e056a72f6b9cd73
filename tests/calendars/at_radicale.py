"""A real Radicale on loopback, with one account, and a doorkeeper who can answer in its place."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import httpx2
from radicale import config
from radicale.app import Application

USER, PASSWORD = "ida@acme.example", "correct horse"
Start = Callable[..., Any]
BERLIN = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""


class Radicale:
    """The server, what it was asked, and what its owner does there by hand."""

    def __init__(self, folder: Path) -> None:
        self._kept = folder / "kept"
        (folder / "users").write_text(f"{USER}:{PASSWORD}\n", "utf-8")
        settings = config.load()
        settings.update(
            {
                "auth": {
                    "type": "htpasswd",
                    "htpasswd_filename": str(folder / "users"),
                    "htpasswd_encryption": "plain",
                    "delay": "0",
                },
                "storage": {"filesystem_folder": str(self._kept)},
                "logging": {"level": "critical"},
            },
            "the tests",
        )
        self.url = ""
        self.asked: list[str] = []  # "PUT /ida@acme.example/work/1.ics"
        self._settings = settings
        self._radicale = Application(settings)
        self._instead: list[tuple[str, int, Mapping[str, str], bytes]] = []
        self._before: list[tuple[str, Callable[[], object]]] = []

    def empty(self) -> None:
        """As on the first day."""
        shutil.rmtree(self._kept / "collection-root" / USER, ignore_errors=True)
        for each in (self.asked, self._instead, self._before):
            each.clear()

    def instead(
        self, method: str, status: int, headers: Mapping[str, str] | None = None, *, body: bytes = b"", times: int = 1
    ) -> None:
        """The next requests of that method are answered at the door."""
        self._instead += [(method, status, headers or {}, body)] * times

    def before(self, method: str, happens: Callable[[], object]) -> None:
        """Something happens between the next request of that method and its answer."""
        self._before.append((method, happens))

    def by_hand(self, method: str, path: str, body: str | bytes = b"", **headers: str) -> httpx2.Response:
        with httpx2.Client(auth=(USER, PASSWORD), trust_env=False, timeout=30) as client:
            said = {name.replace("_", "-"): value for name, value in headers.items()}
            return client.request(method, f"{self.url}/{USER}/{path}", content=body, headers=said).raise_for_status()

    def make(self, name: str, shown: str = "", properties: str = "") -> None:
        body = (
            '<?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            f"<D:displayname>{shown or name}</D:displayname>{properties}</D:prop></D:set></C:mkcalendar>"
        )
        self.by_hand("MKCALENDAR", f"{name}/", body, content_type="application/xml")

    def put(self, path: str, *events: str) -> None:
        """One object with those events, in the way their owner's program would write it."""
        lines = [line for event in events for line in ("BEGIN:VEVENT", *event.splitlines(), "END:VEVENT")]
        zones = BERLIN.splitlines() if any("TZID=Europe/Berlin" in event for event in events) else []
        whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//by hand//EN", *zones, *lines, "END:VCALENDAR", ""]
        self.by_hand("PUT", path, "\r\n".join(whole), content_type="text/calendar")

    def files(self, name: str) -> list[str]:
        listed = self.by_hand("PROPFIND", f"{name}/", depth="1").text
        return [each.split("<")[0] for each in listed.split(f"/{name}/")[1:] if each.split("<")[0]]

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if environ.get("HTTP_AUTHORIZATION"):
            self.asked.append(f"{method} {environ['PATH_INFO']}")
            for each in [each for each in self._before if each[0] == method][:1]:
                self._before.remove(each)
                each[1]()
        for answer in [each for each in self._instead if each[0] == method][:1]:
            self._instead.remove(answer)
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start(f"{answer[1]} Answered at the door", [*answer[2].items(), ("Content-Length", str(len(answer[3])))])
            return [answer[3]]
        told: Iterable[bytes] = self._radicale(environ, start)
        return told


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@contextmanager
def radicale_in(folder: Path) -> Iterator[Radicale]:
    radicale = Radicale(folder)
    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(radicale)
    radicale.url = f"http://127.0.0.1:{server.server_port}"
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    running.start()
    try:
        yield radicale
    finally:
        server.shutdown()
        server.server_close()
        running.join()
