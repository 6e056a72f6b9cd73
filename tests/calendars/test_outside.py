"""Addresses that people give us lead to the public net only, and never further than was asked for."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from integrations.outside import Answer, Login, NoAnswer, NotAllowed, Outside, OutsideError, is_public
from tests.loopback import serving

HOME = "127.0.0.1"
PASSWORD = "correct horse"


class Server:
    """Says what it was asked; asks for a password in the way it is told; leads on to where it is told."""

    def __init__(self, *, asks: str = "", leads_to: str = "") -> None:
        self.asks, self.leads_to = asks, leads_to
        self.asked: list[Request] = []

    async def answer(self, request: Request) -> Response:
        self.asked.append(request)
        if self.asks and not request.headers.get("authorization", "").startswith(self.asks):
            offered = f'{self.asks} realm="r"' + (', nonce="n", qop="auth"' if self.asks == "Digest" else "")
            return PlainTextResponse("who are you?", 401, {"WWW-Authenticate": offered})
        if self.leads_to:
            return RedirectResponse(self.leads_to, 307)
        return PlainTextResponse("hello")

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "PUT"])])


def seen_as(*addresses: str) -> tuple[list[str], Outside]:
    """A client to whom every host has those addresses, and the hosts it looked up."""
    met: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        met.append(host)
        return addresses

    return met, Outside(resolve=resolve, seconds=30)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.8.8.8",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
        ),
        *(
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fe80::1%eth0",
        ),
        *("fc00::1", "fd12::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"),
        *("2002:7f00:1::1", "2001:db8::1", "64:ff9b::a9fe:a9fe", "2002:a00:1::"),
    ],
)
def test_a_private_address_is_private_in_whatever_dress(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_a_public_one_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_an_address_in_our_own_house_is_not_called_however_it_is_written(host: str) -> None:
    server = Server()
    async with serving(server.app) as url:
        outside = Outside(seconds=30)
        with pytest.raises(OutsideError):
            await outside.ask("GET", f"https://{host}:{url.rpartition(':')[2]}/")
        await outside.close()
    assert server.asked == []


async def test_a_name_that_leads_into_a_private_network_is_not_called() -> None:
    for addresses in (["10.0.0.7"], ["1.1.1.1", "10.0.0.7"]):
        met, outside = seen_as(*addresses)
        with pytest.raises(NotAllowed, match="private network"):
            await outside.ask("GET", "https://calendars.example/ida.ics")
        assert met == ["calendars.example"]
        await outside.close()


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """A name may be told another address at a second look (DNS rebinding): there is none."""
    server = Server()
    async with serving(server.app) as url:
        met: list[str] = []

        async def resolve(host: str, port: int) -> Sequence[str]:
            met.append(host)
            return [HOME] if len(met) == 1 else ["10.0.0.7"]

        outside = Outside(own=["files.example"], resolve=resolve, seconds=30)
        answer = await outside.ask("GET", f"http://files.example:{url.rpartition(':')[2]}/ida.ics")
        await outside.close()
    assert (answer.status, answer.body) == (200, b"hello")
    assert met == ["files.example"]
    assert server.asked[0].headers["host"].startswith("files.example:")


async def test_where_one_address_does_not_answer_the_next_one_is_tried() -> None:
    server = Server()
    async with serving(server.app) as url:

        async def resolve(host: str, port: int) -> Sequence[str]:
            return ["127.0.0.9", HOME]  # the server listens on the second only

        outside = Outside(own=["files.example"], resolve=resolve, seconds=30)
        assert (await outside.ask("GET", f"http://files.example:{url.rpartition(':')[2]}/")).status == 200
        await outside.close()


@pytest.mark.parametrize(
    "address", ["", "ida", "file:///etc/passwd", "ftp://x.example/", "https://", "http://x.example/a", "https://[::1"]
)
async def test_what_is_no_encrypted_address_of_the_web_is_not_called(address: str) -> None:
    met, outside = seen_as("1.1.1.1")
    with pytest.raises(NotAllowed):
        await outside.ask("GET", address)
    assert met == []
    await outside.close()


@pytest.mark.parametrize("onward", ["https://169.254.169.254/latest/", "http://files.example/", "gopher://x.example/"])
async def test_nobody_is_led_to_where_they_may_not_go(onward: str) -> None:
    async with serving(Server(leads_to=onward).app) as url:
        outside = Outside(own=[HOME], seconds=30)
        with pytest.raises(NotAllowed):
            await outside.ask("GET", url)
        await outside.close()


# The password


@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
async def test_the_password_is_shown_when_it_is_asked_for_and_not_before(scheme: str) -> None:
    server = Server(asks=scheme)
    async with serving(server.app) as url:
        outside = Outside(own=[HOME], login=Login("ida", PASSWORD), seconds=30)
        for _ in range(2):
            assert (await outside.ask("PUT", f"{url}/a.ics", content=b"an event")).status == 200
        await outside.close()
    assert "authorization" not in server.asked[0].headers
    shown = server.asked[-1].headers["authorization"]
    basic = base64.b64encode(f"ida:{PASSWORD}".encode()).decode()
    assert (basic in shown) == (scheme == "Basic")
    assert len(server.asked) == (3 if scheme == "Basic" else 4), "once it is known how, it is not asked again"


async def test_a_redirect_takes_no_password_to_another_house() -> None:
    stranger = Server(asks="Basic")
    async with serving(stranger.app) as elsewhere:
        home = Server(leads_to=elsewhere)
        async with serving(home.app) as url:
            outside = Outside(own=[HOME], login=Login("ida", PASSWORD), seconds=30)
            assert (await outside.ask("GET", url)).status == 401
            await outside.close()
    assert ["authorization" in request.headers for request in stranger.asked] == [False]


def test_a_password_is_not_shown_by_accident() -> None:
    assert PASSWORD not in repr(Login("ida", PASSWORD))


# Certificates


def paper_for(name: str) -> tuple[bytes, bytes]:
    """A certificate for a host of that name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM), secret


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    await writer.drain()
    writer.close()


@pytest.mark.parametrize(("name", "welcome"), [("files.example", True), ("evil.example", False)])
async def test_the_certificate_has_to_be_that_of_the_name_though_we_connect_to_an_address(
    name: str, welcome: bool, tmp_path: Path
) -> None:
    paper, secret = paper_for("files.example")
    (tmp_path / "both.pem").write_bytes(paper + secret)
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cadata=paper.decode())
    theirs.load_cert_chain(tmp_path / "both.pem")

    async def resolve(host: str, port: int) -> Sequence[str]:
        return [HOME]

    server = await asyncio.start_server(greet, HOME, 0, ssl=theirs)
    outside = Outside(own=[name], resolve=resolve, trust=ours, seconds=30)
    asking = outside.ask("GET", f"https://{name}:{server.sockets[0].getsockname()[1]}/")
    if welcome:
        assert (await asking).body == b"hello"
    else:
        with pytest.raises(NoAnswer):
            await asking
    await outside.close()
    server.close()


# How long to wait


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        *(("30", 30.0), ("0", 0.0), ("999999999999", 86_400.0), ("soon", None), ("", None), ("-5", None)),
        *(("Mon, 02 Mar 2026 09:01:00 GMT", 60.0), ("Mon, 02 Mar 2026 08:00:00 GMT", 0.0)),
    ],
)
def test_how_long_to_wait_is_read_in_both_ways_there_are(words: str, seconds: float | None) -> None:
    answer = Answer(429, {"retry-after": words}, b"", "")
    assert answer.wait(datetime(2026, 3, 2, 9, tzinfo=UTC)) == seconds
