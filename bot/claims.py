"""What a process must have to itself before it serves: its port, and a SQLite file."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.reasons import why


class Taken(Exception):
    """It cannot be had; the message says what, and what to do, for whoever started this process."""


@contextmanager
def port(host: str, number: int) -> Iterator[socket.socket]:
    """A socket that listens there: whoever connects waits until it is served. Raises Taken."""
    try:
        family = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0][0]
        door = socket.create_server((host, number), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Taken(f"Port {number} on {host} is taken; choose another with ASKARSAN_PORT.") from error
        raise Taken(
            f"Nobody can listen on port {number} of {host}: {why(error)} (ASKARSAN_PORT, ASKARSAN_HOST)."
        ) from error
    with door:
        yield door


@contextmanager
def alone_with(file: Path) -> Iterator[None]:
    """Nobody else serves from this SQLite file, as long as the block and the process live. Raises Taken."""
    import fcntl  # not on every system, and no other command needs it

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.with_name(f"{file.name}.lock").open("w", encoding="ascii")
    except OSError as error:
        raise Taken(f"{file} cannot be used: {why(error)}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Taken(
                f"Another `askarsan serve` works on {file} already. SQLite is for one process; for several, set"
                " ASKARSAN_DATABASE_URL to PostgreSQL."
            ) from error
        yield
